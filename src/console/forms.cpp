// SPDX-License-Identifier: EUPL-1.2
// The online forms there are, and importing a version of one.
#include <fmt/format.h>

#include "console/case_views.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "web/multipart.h"

namespace revier::console {
namespace {

using casework::DefinitionPtr;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kFormsPage = "/console/formulare";
constexpr net::RouteOptions kUploadBody{.body_bytes_max = 512 * 1024};

Response show_forms(const Needs& needs, const Request& request, const Caller& caller,
                    std::string problem, int status) {
  const Language language = web::language_of(request);
  FormsDeskPage view{.head = make_head(needs, request, caller, words(language, texts::kFormsTitle)),
                     .table = {.caption = words(language, texts::kFormsTitle),
                               .caption_visible = false,
                               .columns = {{words(language, texts::kFormsName)},
                                           {words(language, texts::kFormsVersion), true},
                                           {words(language, texts::kFormsOffice)}},
                               .rows = {}},
                     .problem = std::move(problem),
                     .imported = {},
                     .csrf = std::string(caller.csrf())};
  for (const DefinitionPtr& form : needs.forms->all()) {
    view.table.rows.push_back(
        {{.text = form->title.in(language), .href = web::path(language, "/formulare/" + form->id)},
         {.text = web::number(language, form->version)},
         {.text = form->office_name.in(language)}});
  }
  if (const DefinitionPtr form = needs.forms->newest(asked(request, "neu"))) {
    view.imported =
        web::text(language, texts::kFormsImported, {{"form", form->title.in(language)}});
  }
  view.head.page.has_errors = !view.problem.empty();
  web::Html out(language);
  render_forms(out, view);
  return personal(std::move(out), status);
}

// Where a file is wrong, and what is. The words that a declaration is written in are English, and
// so is what is said about them.
std::string refusal_words(const Error& error, Language language) {
  if (error.code == Code::kConflict) return words(language, texts::kFormsVersionKnown);
  if (!error.field.starts_with('/')) {
    return web::text(language, texts::kFormsNoJson, {{"detail", error.message}});
  }
  const std::string place = error.field + ": ";
  const bool named = error.message.starts_with(place);
  return web::text(language, texts::kFormsWrongPlace,
                   {{"place", error.field},
                    {"detail", named ? error.message.substr(place.size()) : error.message}});
}

Task<Response> get_forms(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  co_return show_forms(needs, request, *caller, "", 200);
}

Task<Response> post_forms(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const web::Form form{.fields = {csrf_field()}};
  const auto sent = web::read_upload(form, "file", request);
  if (!sent) co_return refused(needs, request, sent.error());
  if (const auto own = caller->require_csrf(sent->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  if (sent->file.empty()) {
    co_return show_forms(needs, request, *caller, words(language, texts::kFormsFileMissing), 422);
  }
  const auto done = co_await needs.forms->import(
      std::string(sent->file),
      [&](records::Session& session, const casework::Definition& made) -> Result<> {
        return needs.tickets.identity.record(
            session, *caller, {.action = "form.import", .kind = "form", .object = made.id});
      });
  if (!done && describe(done.error().code).status >= 500) {
    co_return refused(needs, request, done.error());
  }
  if (!done) {
    co_return show_forms(needs, request, *caller, refusal_words(done.error(), language), 422);
  }
  co_return Response::see_other(web::path(language, address(kFormsPage, {{"neu", (*done)->id}})));
}

}  // namespace

void add_forms(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, kFormsPage, get_forms);
  web::add_page(router, Method::kPost, std::string(kFormsPage),
                net::AsyncHandler([needs](Request& request) { return post_forms(request, needs); }),
                kUploadBody);
}

}  // namespace revier::console
