// SPDX-License-Identifier: EUPL-1.2
// Reading a file in two steps that several pages have: first what it would do, then doing it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "console/detail/entry.h"
#include "console/setup_views.h"
#include "net/server.h"
#include "table/outcome.h"
#include "web/multipart.h"

namespace revier::console {

// A row as the person sees it.
struct ImportLine {
  std::size_t line = 0;
  std::string name;
  table::Outcome outcome = table::Outcome::kRefused;
  std::string why;  // of a refused one
};

// The page of the first step, its plan, address and button still to be named. Refused rows stand
// first: they are what somebody has to look at.
[[nodiscard]] ImportPlanPage import_plan_page(const Needs& needs, const net::Request& request,
                                              const identity::Caller& caller,
                                              const std::vector<ImportLine>& rows,
                                              const web::Text& name_column);
// A line "MESSAGE: a; b"; none without names.
void add_names(std::vector<std::string>& lines, web::Language language, const web::Message& key,
               const std::vector<std::string>& names);

// Why a table was not read: of what table::read_table() says, the rest with its reason in English.
[[nodiscard]] std::string why_unread(const Error& error, web::Language language);
// Says on the page of the first step that the file was read as Windows-1252, where it was.
void add_encoding(std::vector<std::string>& lines, web::Language language, std::string_view file);

// The file of the first step. Errors: those of web::read_upload(), and of a csrf that is not hers.
[[nodiscard]] Result<web::Upload> read_import_file(const identity::Caller& caller,
                                                   net::Request& request);
// The plan of the second step, as the first has written it. Errors: as read_own_form().
[[nodiscard]] Result<std::string> read_import_plan(const identity::Caller& caller,
                                                   const net::Request& request);

using ImportStep = Task<net::Response> (*)(net::Request&, const Needs&);
inline constexpr std::size_t kImportFileBytesMax = std::size_t{4} << 20;
// GET of the page, POST of the file, POST of the plan.
void add_import_pages(net::Router& router, const Needs& needs, std::string_view page,
                      net::Response (*ask)(net::Request&, const Needs&), ImportStep plan,
                      ImportStep take, std::size_t file_bytes_max = kImportFileBytesMax);

}  // namespace revier::console
