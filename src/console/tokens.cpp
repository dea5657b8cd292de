// SPDX-License-Identifier: EUPL-1.2
// API tokens: list, making one, revoking.
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::int64_t kDaysMax = 3'650;

web::Form token_form(const Needs& needs) {
  web::FormField rights = actions_field(texts::kTokenRightsHint);
  rights.required = true;
  return {{csrf_field(),
           {.name = "label",
            .label = texts::kTokenLabel,
            .hint = texts::kTokenLabelHint,
            .required = true,
            .length_max = 100},
           {.name = "days",
            .kind = FieldKind::kNumber,
            .label = texts::kTokenDays,
            .hint = texts::kTokenDaysHint,
            .min = 1,
            .max = kDaysMax},
           tenant_field(needs),
           std::move(rights)}};
}

std::string when(Language language, const std::optional<Instant>& instant, const web::Text& none) {
  return instant ? web::date_time(language, *instant) : words(language, none);
}

TokenLine line_of(const identity::TokenRow& row, Language language) {
  TokenLine line{
      .label = row.label,
      .rights = rights_text(row.actions, !row.rights.empty(), row.tenant, language),
      .made = web::date_time(language, row.created),
      .used = when(language, row.used, texts::kTokenNever),
      .expires = when(language, row.expires, texts::kTokenNoEnd),
      .revoke_href = web::path(language, std::string(kTokensPage) + "/" + row.id + "/widerrufen")};
  if (!row.made_by.empty()) line.made += ", " + row.made_by;
  return line;
}

Task<Response> show_all(Request& request, const Needs& needs, const Caller& caller,
                        const web::Form& form, FormData data, int status) {
  const auto rows = co_await blocking(needs, [&] { return needs.accounts->tokens(); });
  if (!rows) co_return refused(needs, request, rows.error());
  const Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  TokensPage view{.head = make_head(needs, request, caller, words(language, texts::kTokenTitle)),
                  .tokens = {},
                  .form = {form, data},
                  .profiles_href = web::path(language, kProfilesPage)};
  view.head.page.has_errors = !data.valid();
  for (const identity::TokenRow& row : *rows) view.tokens.push_back(line_of(row, language));
  web::Html out(language);
  render_tokens(out, view);
  co_return personal(std::move(out), status);
}

Task<Response> list_tokens(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const web::Form form = token_form(needs);
  co_return co_await show_all(request, needs, *caller, form, {}, 200);
}

Result<identity::TokenOptions> options_of(const FormData& data, Instant now) {
  identity::TokenOptions options{.label = std::string(data.get("label")), .actions = {}};
  RV_ASSIGN(options.actions, actions_in(data));
  options.tenant = tenant_in(data);
  if (const auto days = data.integer("days")) options.expires = now + Duration::days(*days);
  return options;
}

Task<Response> make(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const web::Form form = token_form(needs);
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(form, *data)) {
    co_return co_await show_all(request, needs, *caller, form, *data, 422);
  }
  const auto options = options_of(*data, needs.real_clock->now());
  if (!options) co_return refused(needs, request, options.error());
  const auto token =
      co_await blocking(needs, [&] { return needs.accounts->create_token(*options, *caller); });
  if (!token) co_return refused(needs, request, token.error());
  const Language language = web::language_of(request);
  co_return show_secrets(needs, request, *caller,
                         {texts::kTokenMade, words(language, texts::kTokenMadeIntro),
                          words(language, texts::kTokenMadeNote), std::string(kTokensPage)},
                         {token->secret});
}

// --- revoking

Task<Response> ask_revoke(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const std::string id(request.param("id"));
  const auto rows = co_await blocking(needs, [&] { return needs.accounts->tokens(); });
  if (!rows) co_return refused(needs, request, rows.error());
  const auto found = std::find_if(rows->begin(), rows->end(),
                                  [&](const identity::TokenRow& row) { return row.id == id; });
  if (found == rows->end()) {
    co_return refused(needs, request, {Code::kResourceNotFound, "there is no such token", {}});
  }
  const Language language = web::language_of(request);
  const AskPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kTokenRevoke)),
      .text = web::text(language, texts::kTokenRevokeText, {{"label", found->label}}),
      .button = words(language, texts::kTokenRevoke),
      .csrf = std::string(caller->csrf()),
      .back_href = web::path(language, kTokensPage)};
  web::Html out(language);
  render_ask(out, view);
  co_return personal(std::move(out));
}

Task<Response> revoke(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const std::string id(request.param("id"));
  const auto done =
      co_await blocking(needs, [&] { return needs.accounts->revoke_token(id, *caller); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kTokensPage));
}

}  // namespace

void add_tokens(net::Router& router, const Needs& needs) {
  const std::string all(kTokensPage);
  add_staff_page(router, needs, net::Method::kGet, all, list_tokens);
  add_staff_page(router, needs, net::Method::kPost, all, make);
  add_staff_page(router, needs, net::Method::kGet, all + "/{id}/widerrufen", ask_revoke);
  add_staff_page(router, needs, net::Method::kPost, all + "/{id}/widerrufen", revoke);
}

}  // namespace revier::console
