// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "setup/legal.h"
#include "setup/markdown.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

const web::Form& legal_form() {
  static const web::Form legal_form{{{.name = "csrf", .kind = FieldKind::kHidden},
                                     {.name = "text_de",
                                      .kind = FieldKind::kTextarea,
                                      .label = texts::kSetupTextDe,
                                      .hint = texts::kSetupTextHint,
                                      .length_max = setup::kMarkdownBytesMax / 4},
                                     {.name = "text_en",
                                      .kind = FieldKind::kTextarea,
                                      .label = texts::kSetupTextEn,
                                      .length_max = setup::kMarkdownBytesMax / 4}}};
  return legal_form;
}

Response show_legal_form(const Needs& needs, const Request& request, const Caller& caller,
                         const setup::LegalPage& page, FormData data) {
  const Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  const bool wrong = !data.valid();
  LegalEditPage view{
      .head = make_head(needs, request, caller, std::string(web::text(language, page.title))),
      .form = legal_form(),
      .data = std::move(data),
      .gaps_de = {},
      .gaps_en = {},
      .address = std::string(page.address)};
  view.gaps_de = setup::gaps(view.data.get("text_de"));
  view.gaps_en = setup::gaps(view.data.get("text_en"));
  view.head.page.has_errors = wrong;
  web::Html out(language);
  render_setup_legal(out, view);
  return personal(std::move(out), wrong ? 422 : 200);
}

Response no_such_page(const Needs& needs, const Request& request) {
  return refused(needs, request, {Code::kResourceNotFound, "there is no such page", {}});
}

Response edit_legal(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) return caller.error();
  const setup::LegalPage* page = setup::find_legal_page(request.param("page"));
  if (page == nullptr) return no_such_page(needs, request);
  const setup::SettingsPtr settings = needs.setup->settings.now();
  FormData data;
  data.set("text_de", setup::legal_text(*settings, *page, Language::kDe));
  data.set("text_en", setup::legal_text(*settings, *page, Language::kEn));
  return show_legal_form(needs, request, *caller, *page, std::move(data));
}

Task<Response> save_legal(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  const auto data = read_own_form(*caller, legal_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const setup::LegalPage* page = setup::find_legal_page(request.param("page"));
  if (page == nullptr) co_return no_such_page(needs, request);
  FormData checked = *data;
  if (!web::validate(legal_form(), checked)) {
    co_return show_legal_form(needs, request, *caller, *page, checked);
  }
  const setup::Settings::Values values{
      {setup::setting_of(*page, Language::kDe), std::string(checked.get("text_de"))},
      {setup::setting_of(*page, Language::kEn), std::string(checked.get("text_en"))}};
  const Result<> done =
      co_await save_settings(needs, *caller, values, "legal." + std::string(page->name));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kSetupPage));
}

}  // namespace

void add_setup_legal(net::Router& router, const Needs& needs) {
  const std::string here = std::string(kSetupPage) + "/texte/{page}";
  web::add_page(router, net::Method::kGet, here,
                net::Handler([needs](Request& request) { return edit_legal(request, needs); }));
  web::add_page(router, net::Method::kPost, here,
                net::AsyncHandler([needs](Request& request) { return save_legal(request, needs); }),
                {.body_bytes_max = 256 * 1024});
}

}  // namespace revier::console
