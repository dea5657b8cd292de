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
  std::shared_ptr<Attempts> drafts;
};
using PageHandler = Task<net::Response> (*)(net::Request&, const Pages&);
void add_case_page(net::Router& router, const Pages& pages, net::Method method, const char* pattern,
                   PageHandler handler);

// A case by the token of the request, with its form and answers.
struct OpenCase {
  Case record;
  DefinitionPtr form;
  Answers answers;
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
[[nodiscard]] std::vector<web::kern::Summary> answer_parts(const Definition& form,
                                                           const Answers& answers,
                                                           web::Language language,
                                                           std::string_view change_path);
[[nodiscard]] std::vector<web::kern::Row> row_texts(const std::vector<Field>& fields,
                                                    const Row& row, web::Language language);
[[nodiscard]] std::string state_text(const Case& one, web::Language language);

void add_draft_pages(net::Router& router, const Pages& pages);
void add_own_case_pages(net::Router& router, const Pages& pages);

}  // namespace revier::casework
