// SPDX-License-Identifier: EUPL-1.2
#include <fmt/format.h>

#include "casework/case_store.h"
#include "casework/detail/page_parts.h"
#include "casework/texts.h"
#include "casework/wording.h"

namespace revier::casework {

using net::Request;
using net::Response;
using web::Language;

namespace {

constexpr net::RouteOptions kCaseBody{.body_bytes_max = 128 * 1024};

}  // namespace

void add_case_page(net::Router& router, const Pages& pages, net::Method method, const char* pattern,
                   PageHandler handler) {
  web::add_page(router, method, pattern, net::AsyncHandler([pages, handler](Request& request) {
                  return handler(request, pages);
                }),
                kCaseBody);
}

Result<OpenCase> open_record(const Cases& cases, Case one) {
  OpenCase open{.record = std::move(one), .form = nullptr, .answers = {}, .files = {}};
  RV_ASSIGN(open.form, cases.form_of(open.record));
  RV_ASSIGN(const json::Document document, json::Document::parse(open.record.answers));
  RV_ASSIGN(open.answers, read_answers(*open.form, document.root()));
  return open;
}

Task<Result<OpenCase>> open_case(const Request& request, const Pages& pages) {
  auto id = pages.links.open(kCaseLink, request.param("token"));
  if (!id) co_return fail(id.error());
  Result<OpenCase> open = fail(Code::kInternalError, "not read");
  auto read = co_await pages.reads.run([&] {
    return pages.database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(Case one, rows::find(session, *id));
      open = open_record(pages.cases, std::move(one));
      if (!open) return {};
      RV_ASSIGN(open->files, rows::attachments(session, *id));
      return {};
    });
  });
  if (!read) co_return fail(read.error());
  if (!*read) co_return fail(read->error());
  co_return open;
}

Task<Result<OpenCase>> open_draft(const Request& request, const Pages& pages) {
  auto open = co_await open_case(request, pages);
  if (open && open->record.state != State::kDraft) {
    co_return fail(Code::kConflict, "this form has been handed in");
  }
  co_return open;
}

Task<Result<>> may_write(const PageNeeds& pages, const OpenCase& open, std::string_view text,
                         std::size_t more) {
  RV_CO_TRY(check_total(open.files, more));
  auto read = co_await pages.reads.run([&] {
    return pages.database.read([&](records::Session& session) {
      return pages.cases.check_write(session, open.record, text);
    });
  });
  if (!read) co_return fail(read.error());
  co_return std::move(*read);
}

Response refused(const Pages& pages, const Request& request, const Error& error) {
  return web::error_page(pages.site, request, error);
}

web::Page private_page(const Pages& pages, const Request& request, std::string title) {
  web::Page page = pages.site.page(request, std::move(title));
  page.is_private = true;
  return page;
}

std::string case_path(const Request& request) {
  return "/vorgang/" + std::string(request.param("token"));
}

std::string case_address(const Request& request, std::string_view below) {
  return web::path(web::language_of(request), case_path(request) + std::string(below));
}

std::string first_open_page(const OpenCase& open) {
  const std::vector<Problem> problems =
      check_answers(*open.form, open.answers, counts_of(open.files));
  return problems.empty() ? std::string("/pruefen") : "/seite/" + problems.front().page;
}

std::vector<web::kern::Row> row_texts(const std::vector<Field>& fields, const Row& row,
                                      Language language) {
  std::vector<web::kern::Row> list;
  for (const Field& field : fields) {
    const auto found = row.find(field.name);
    list.push_back(
        {.key = field.label.in(language),
         .value = answer_text(
             field, found == row.end() ? std::vector<std::string>() : found->second, language)});
  }
  return list;
}

std::vector<web::kern::Summary> answer_parts(const OpenCase& open, Language language,
                                             std::string_view change_path) {
  const FileNames names = names_of(open.files);
  std::vector<web::kern::Summary> parts;
  for (const FormPage& page : open.form->pages) {
    const std::vector<const Field*> fields = asked_fields(*open.form, page, open.answers);
    if (fields.empty()) continue;
    web::kern::Summary part{.title = page.title.in(language), .rows = {}};
    if (!change_path.empty()) {
      part.change_href =
          web::path(language, fmt::format("{}/seite/{}?von=pruefen", change_path, page.id));
    }
    for (const AnswerLine& line : answer_lines(fields, open.answers, names, language)) {
      part.rows.push_back({.key = line.question, .value = line.answer});
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

std::string state_text(const Case& one, Language language) {
  return std::string(web::text(language, state_label(one.state, one.outcome)));
}

}  // namespace revier::casework
