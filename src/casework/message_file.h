// SPDX-License-Identifier: EUPL-1.2
// The file that comes with a message, on the person's page and on the office's.
//
// Thread safety: pure.
#pragma once
#include <string>
#include <vector>

#include "casework/attachments.h"
#include "casework/views.h"
#include "net/server.h"
#include "web/multipart.h"

namespace revier::casework {

// For a body with one such file.
inline constexpr net::RouteOptions kMessageBody{.body_bytes_max = 11'000'000};

[[nodiscard]] FileInput message_input(std::string problem, web::Language language);
// None or one. Errors: those of Attachments::take_in(); kUnprocessable with `field` "size".
[[nodiscard]] Task<Result<std::vector<NewFile>>> read_message_file(const Attachments& attachments,
                                                                   const web::Upload& sent);
// What a person reads about a file that was not taken, here or by Cases.
[[nodiscard]] std::string message_file_trouble(const Error& error, web::Language language);

}  // namespace revier::casework
