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
void add_file_pages(net::Router& router, const Pages& pages);
void add_draft_pages(net::Router& router, const Pages& pages);
void add_own_case_pages(net::Router& router, const Pages& pages);

}  // namespace revier::casework
