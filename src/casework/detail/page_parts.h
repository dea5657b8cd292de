// SPDX-License-Identifier: EUPL-1.2
// What the pages of this domain share.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/attempts.h"
#include "casework/answers.h"
#include "casework/page_routes.h"
#include "casework/views.h"

namespace revier::casework {

struct Pages : PageNeeds {
  std::shared_ptr<Attempts> drafts;   // begun, by network
  std::shared_ptr<Attempts> letters;  // with links to go on, by network
  std::shared_ptr<Attempts> uploads;  // files that are judged, by network
};
// Whether the network of the request may do once more what `attempts` counts.
[[nodiscard]] bool take_attempt(Attempts& attempts, const net::Request& request,
                                const PageNeeds& needs);
using PageHandler = Task<net::Response> (*)(net::Request&, const Pages&);
void add_case_page(net::Router& router, const Pages& pages, net::Method method, const char* pattern,
                   PageHandler handler);

// A case by the token of the request, with its form and answers.
struct OpenCase {
  Case record;
  DefinitionPtr form;
  Answers answers;
  std::vector<Attachment> files;
};
// Errors: kResourceNotFound, the same for every fault.
[[nodiscard]] Task<Result<OpenCase>> open_case(const net::Request& request, const Pages& pages);
// Errors: kResourceNotFound for one that is handed in.
[[nodiscard]] Task<Result<OpenCase>> open_draft(const net::Request& request, const Pages& pages);
// Whether a message of the person would be taken, before a look into its files: their bytes are
// `more`. Errors: those of Cases::write().
[[nodiscard]] Task<Result<>> may_write(const PageNeeds& pages, const OpenCase& open,
                                       std::string_view text, std::size_t more);
[[nodiscard]] Result<OpenCase> open_record(const Cases& cases, Case one);

[[nodiscard]] net::Response refused(const Pages& pages, const net::Request& request,
                                    const Error& error);
[[nodiscard]] web::Page private_page(const Pages& pages, const net::Request& request,
                                     std::string title);
// "/vorgang/TOKEN" of the request, and a page of it in its language.
[[nodiscard]] std::string case_path(const net::Request& request);
[[nodiscard]] std::string case_address(const net::Request& request, std::string_view below);

// Where a draft goes on: the first page with something missing, else the check.
[[nodiscard]] std::string first_open_page(const OpenCase& open);

// All answers as people read them, one part a page; `change_path` is "" where nothing is changed.
[[nodiscard]] std::vector<web::kern::Summary> answer_parts(const OpenCase& open,
                                                           web::Language language,
                                                           std::string_view change_path);
[[nodiscard]] std::vector<web::kern::Row> row_texts(const std::vector<Field>& fields,
                                                    const Row& row, web::Language language);
[[nodiscard]] std::string state_text(const Case& one, web::Language language);

// Buttons of a page, as the value of "tun": to the page before, and to the link to go on with
// later. Both keep what stands on the page and judge nothing.
inline constexpr std::string_view kBack = "zurueck";
inline constexpr std::string_view kLater = "spaeter";
// What keeps the entries or files of a page from going on; "" where nothing does.
[[nodiscard]] std::string page_problem(const OpenCase& open, const FormPage& page,
                                       std::string_view deed, web::Language language);
// Where a button of a page leads once its answers are kept; `from` is "pruefen" for who came from
// the check.
[[nodiscard]] std::string after_page(const net::Request& request, const OpenCase& open,
                                     const FormPage& page, std::string_view deed,
                                     std::string_view from);
[[nodiscard]] Steps steps_of(const net::Request& request, const OpenCase& open,
                             const FormPage* page, web::Language language);
// "1,2 MB".
[[nodiscard]] std::string size_text(std::size_t bytes, web::Language language);
// Those of a question, or of all where it is empty, or those of a message; `base` is the address of
// the case.
[[nodiscard]] std::vector<FileRow> file_rows(const std::vector<Attachment>& files,
                                             std::string_view field, std::string_view base,
                                             web::Language language, std::int64_t message = 0);
[[nodiscard]] net::Response show_files(const net::Request& request, const Pages& pages,
                                       const OpenCase& open, std::string_view page_id,
                                       std::string_view from, std::string problem, int status);
// Goes on from a page of files, or shows it with what is missing.
[[nodiscard]] net::Response leave_files(const net::Request& request, const Pages& pages,
                                        const OpenCase& open, std::string_view page_id,
                                        std::string_view deed, std::string_view from);
void add_file_pages(net::Router& router, const Pages& pages);
void add_draft_pages(net::Router& router, const Pages& pages);
void add_own_case_pages(net::Router& router, const Pages& pages);

}  // namespace revier::casework
