// SPDX-License-Identifier: EUPL-1.2
// The forms there are, and the begin of one.
#include "casework/pages.h"

#include "casework/detail/page_parts.h"
#include "casework/texts.h"
#include "casework/wording.h"

namespace revier::casework {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr Duration kDraftWindow = Duration::minutes(15);
constexpr std::size_t kNetworksMax = 20'000;

Response show_forms(Request& request, const Pages& pages) {
  const Language language = web::language_of(request);
  FormsPage view{
      .page = pages.site.page(request, std::string(web::text(language, texts::kListTitle))),
      .forms = {}};
  for (const DefinitionPtr& form : pages.cases.forms().all()) {
    view.forms.push_back({.title = form->title.in(language),
                          .summary = form->summary.in(language),
                          .office = form->office_name.in(language),
                          .href = web::path(language, "/formulare/" + form->id)});
  }
  web::Html out(language);
  render_forms(out, view);
  return web::html_response(std::move(out));
}

std::vector<web::kern::Row> start_facts(const Definition& form, Language language) {
  const auto t = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  return {{.key = t(texts::kStartOffice), .value = form.office_name.in(language)},
          {.key = t(texts::kStartDuration),
           .value =
               web::text(language, texts::kStartAbout,
                         {{"duration", web::duration(language, Duration::minutes(form.minutes))}})},
          {.key = t(texts::kStartIdentity), .value = t(level_label(form.identity_level))},
          {.key = t(texts::kStartLaw), .value = form.legal_basis.in(language)},
          {.key = t(texts::kStartKept),
           .value =
               web::text(language, texts::kStartKeptDays,
                         {{"duration", web::duration(language, Duration::days(form.keep_days))}})}};
}

// ?entwurf=TOKEN: who came back from the first page of a draft goes on with it.
std::string draft_href(const Request& request, const Pages& pages) {
  const std::string token = request.query_param("entwurf").value_or("");
  if (token.empty() || !pages.links.open(kCaseLink, token)) return {};
  return web::path(web::language_of(request), "/vorgang/" + token);
}

Response show_start(const Request& request, const Pages& pages, const Definition& form,
                    std::string problem, int status) {
  const Language language = web::language_of(request);
  StartPage view{.page = pages.site.page(request, form.title.in(language)),
                 .summary = form.summary.in(language),
                 .facts = start_facts(form, language),
                 .needs = {},
                 .purpose = form.purpose.in(language),
                 .problem = std::move(problem),
                 .go_on_href = draft_href(request, pages),
                 .example = form.is_example,
                 .can_begin = form.identity_level == IdentityLevel::kNone};
  view.page.breadcrumbs = {{texts::kListTitle, "/formulare"}};
  for (const Words& need : form.needs) view.needs.push_back(need.in(language));
  view.page.is_private = !view.go_on_href.empty();
  web::Html out(language);
  render_start(out, view);
  return web::html_response(
      std::move(out), status,
      view.page.is_private ? web::Caching::kNever : web::Caching::kRevalidate);
}

// Errors: kResourceNotFound.
Result<DefinitionPtr> asked_form(const Request& request, const Pages& pages) {
  DefinitionPtr form = pages.cases.forms().newest(request.param("form"));
  if (form == nullptr) return fail(Code::kResourceNotFound, "there is no such form");
  return form;
}

Response get_start(Request& request, const Pages& pages) {
  const auto form = asked_form(request, pages);
  if (!form) return refused(pages, request, form.error());
  return show_start(request, pages, **form, "", 200);
}

Task<Response> post_start(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) {
    co_return refused(pages, request, {Code::kForbidden, "a form of another site"});
  }
  const auto form = asked_form(request, pages);
  if (!form) co_return refused(pages, request, form.error());
  const Language language = web::language_of(request);
  if ((*form)->identity_level != IdentityLevel::kNone) {
    co_return show_start(request, pages, **form, "", 403);
  }
  if (!take_attempt(*pages.drafts, request, pages)) {
    co_return show_start(request, pages, **form,
                         std::string(web::text(language, texts::kStartTooMany)), 429);
  }
  const auto begun = co_await pages.cases.begin((*form)->id, language);
  if (!begun) co_return refused(pages, request, begun.error());
  co_return Response::see_other(web::path(language, "/vorgang/" + pages.cases.token_of(*begun) +
                                                        "/seite/" + (*form)->pages.front().id));
}

}  // namespace

bool take_attempt(Attempts& attempts, const Request& request, const PageNeeds& needs) {
  return attempts.take(network_of(request.client_address),
                       static_cast<unsigned>(needs.network_drafts_max), needs.real_clock.now());
}

void add_pages(net::Router& router, const PageNeeds& needs) {
  const Pages pages{{needs},
                    std::make_shared<Attempts>(kDraftWindow, kNetworksMax),
                    std::make_shared<Attempts>(kDraftWindow, kNetworksMax),
                    std::make_shared<Attempts>(kDraftWindow, kNetworksMax)};
  web::add_page(router, Method::kGet, "/formulare",
                net::Handler([pages](Request& request) { return show_forms(request, pages); }));
  web::add_page(router, Method::kGet, "/formulare/{form}",
                net::Handler([pages](Request& request) { return get_start(request, pages); }));
  add_case_page(router, pages, Method::kPost, "/formulare/{form}", post_start);
  add_file_pages(router, pages);
  add_draft_pages(router, pages);
  add_own_case_pages(router, pages);
}

}  // namespace revier::casework
