// SPDX-License-Identifier: EUPL-1.2
// Forms with a file: multipart/form-data (RFC 7578).
//
// Thread safety: pure functions; views live as long as the body.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "web/form.h"

namespace revier::web {

struct FormPart {
  std::string name;
  std::string file_name;  // empty for a plain field
  std::string_view content;
};

// Errors: kUnsupportedMediaType for another Content-Type; kInvalidRequest for a broken body;
// kTooLarge for more than `parts_max`.
[[nodiscard]] Result<std::vector<FormPart>> parse_multipart(std::string_view content_type,
                                                            std::string_view body,
                                                            std::size_t parts_max = 20);

// A form with one file field. `file` is empty where none was chosen, or where the form came the way
// of forms without files. Errors: those of parse_multipart() and read_form(); kInvalidRequest for a
// name of a file that is no UTF-8.
struct Upload {
  FormData data;
  std::string file_name;
  std::string_view file;
};
[[nodiscard]] Result<Upload> read_upload(const Form& form, std::string_view file_field,
                                         const net::Request& request);

}  // namespace revier::web
