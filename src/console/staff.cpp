// SPDX-License-Identifier: EUPL-1.2
// Accounts of staff: list, invitation, roles, and what an administrator does with one.
#include <algorithm>
#include <array>

#include "console/detail/names.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "identity/routes.h"
#include "mail/outbox.h"

namespace revier::console {
namespace {

using identity::Account;
using identity::Action;
using identity::Caller;
using identity::RoleGrant;
using net::Request;
using net::Response;
using web::FieldKind;
using web::Language;

Entry enter_staff(const Needs& needs, const Request& request) {
  return enter(needs, request, Action::kUsersManage);
}

std::vector<ScopeChoice> scopes_of(const Needs& needs, Language language) {
  return needs.scopes ? needs.scopes(language) : std::vector<ScopeChoice>{};
}

std::string page_of(const Account& account) { return std::string(kStaffPage) + "/" + account.id; }

// --- roles in forms

std::string scope_value(const RoleGrant& grant) {
  return std::string(to_string(grant.kind)) + "|" + grant.id + "|" + grant.within;
}
// "ROLE|SCOPE|ID|WITHIN": what takes a role away.
std::string role_value(const RoleGrant& grant) { return grant.role + "|" + scope_value(grant); }

Result<RoleGrant> grant_of(std::string_view role, std::string_view scope) {
  const std::size_t first = scope.find('|');
  const std::size_t second = scope.find('|', first + 1);
  if (first == scope.npos || second == scope.npos) {
    return fail(Code::kUnprocessable, "expected a scope", "scope");
  }
  RoleGrant grant{.role = std::string(role)};
  RV_ASSIGN(grant.kind, identity::parse_scope_kind(scope.substr(0, first)));
  grant.id = scope.substr(first + 1, second - first - 1);
  grant.within = scope.substr(second + 1);
  return grant;
}

web::FormField role_field() {
  web::FormField field{
      .name = "role", .kind = FieldKind::kSelect, .label = texts::kStaffRole, .required = true};
  for (const identity::Role& role : identity::roles()) {
    if (!has_function(role)) continue;
    field.options.push_back({.value = std::string(role.name), .label = role.label});
  }
  return field;
}

bool opens_somewhere(identity::ScopeKind kind) {
  return std::ranges::any_of(identity::roles(), [kind](const identity::Role& role) {
    return has_function(role) && opens_at(role, kind);
  });
}

// Whether the role that was chosen opens anything there.
bool fits_scope(web::FormData& data, const RoleGrant& grant) {
  const identity::Role* const role = identity::find_role(grant.role);
  if (role == nullptr || opens_at(*role, grant.kind)) return true;
  data.fail("scope", texts::kStaffScopeWrong);
  return false;
}

web::FormField scope_field(const std::vector<ScopeChoice>& scopes) {
  web::FormField field{.name = "scope",
                       .kind = FieldKind::kSelect,
                       .label = texts::kStaffScope,
                       .hint = texts::kStaffScopeHint,
                       .required = true,
                       .options = {{.value = "instance||", .label = texts::kStaffEverywhere}}};
  for (const ScopeChoice& scope : scopes) {
    if (!opens_somewhere(scope.kind)) continue;
    const RoleGrant grant{.role = {}, .kind = scope.kind, .id = scope.id, .within = scope.within};
    field.options.push_back({.value = scope_value(grant), .label = scope.label});
  }
  return field;
}

web::Form role_form(const std::vector<ScopeChoice>& scopes) {
  return {{csrf_field(), role_field(), scope_field(scopes)}};
}

web::kern::DescriptionList explained_roles(Language language) {
  static constexpr std::array<std::pair<std::string_view, web::Text>, 12> kWords{{
      {"administrator", texts::kRoleAdministrator},
      {"organiser", texts::kRoleOrganiser},
      {"programme-editor", texts::kRoleProgrammeEditor},
      {"reviewer", texts::kRoleReviewer},
      {"desk", texts::kRoleDesk},
      {"moderator", texts::kRoleModerator},
      {"exhibitor", texts::kRoleExhibitor},
      {"case-worker", texts::kRoleCaseWorker},
      {"newsletter-editor", texts::kRoleNewsletterEditor},
      {"newsletter-approver", texts::kRoleNewsletterApprover},
      {"data-steward", texts::kRoleDataSteward},
      {"viewer", texts::kRoleViewer},
  }};
  web::kern::DescriptionList list_staff;
  for (const auto& [name, text] : kWords) {
    const identity::Role* role = identity::find_role(name);
    list_staff.rows.push_back({words(language, role->label), words(language, text), {}, {}});
  }
  return list_staff;
}

// --- the list

web::Form rules_form() {
  web::FormField roles{.name = "roles",
                       .kind = FieldKind::kCheckboxes,
                       .label = texts::kStaffRules,
                       .hint = texts::kStaffRulesHint};
  for (const identity::Role& role : identity::roles()) {
    if (!has_function(role)) continue;
    roles.options.push_back({.value = std::string(role.name), .label = role.label});
  }
  return {{csrf_field(), std::move(roles)}};
}

std::string state_of(const Account& account, Language language) {
  if (account.locked) return words(language, texts::kStaffLocked);
  if (!account.has_password) return words(language, texts::kStaffInvited);
  return words(language, account.second_factor ? texts::kStaffActiveTwo : texts::kStaffActive);
}

web::kern::Table accounts_table(const std::vector<Account>& accounts,
                                const std::vector<ScopeChoice>& scopes, Language language) {
  web::kern::Table table{.caption = words(language, texts::kStaffTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kStaffName)},
                                     {words(language, texts::kStaffRoles)},
                                     {words(language, texts::kListState)}},
                         .rows = {}};
  for (const Account& account : accounts) {
    std::string roles;
    for (const RoleGrant& grant : account.roles) {
      roles += (roles.empty() ? "" : "; ") + role_text(grant, scopes, language);
    }
    table.rows.push_back(
        {{.text = account.name, .href = web::path(language, page_of(account)), .html = {}},
         {.text = roles},
         {.text = state_of(account, language)}});
  }
  return table;
}

Task<Response> list_staff(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  std::vector<std::string> rules;
  const auto accounts = co_await blocking(needs, [&]() -> Result<std::vector<Account>> {
    RV_ASSIGN(rules, needs.accounts->second_factor_roles());
    return needs.accounts->users();
  });
  if (!accounts) co_return refused(needs, request, accounts.error());
  const Language language = web::language_of(request);
  const web::Form form = rules_form();
  web::FormData data;
  data.set("csrf", std::string(caller->csrf()));
  for (const std::string& role : rules) data.add("roles", role);
  const StaffPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kStaffTitle)),
      .accounts = accounts_table(*accounts, scopes_of(needs, language), language),
      .rules = {form, data}};
  web::Html out(language);
  render_staff(out, view);
  co_return personal(std::move(out));
}

Task<Response> set_rules(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const web::Form form = rules_form();
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto done = co_await blocking(
      needs, [&] { return needs.accounts->set_second_factor_roles(data->all("roles"), *caller); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kStaffPage));
}

// --- links that are shown once

// The letter that carries a link goes into the outbox with the link itself, and is of no use
// longer.
identity::WithLink letter(const Needs& needs, Language language, std::string to, std::string name,
                          bool fresh) {
  if (to.empty()) return {};
  return [&needs, language, to = std::move(to), name = std::move(name), fresh](
             records::Session& session, const std::string& secret) -> Result<> {
    const std::string link = needs.site_address + web::path(language, identity::start_path(secret));
    const std::string site = needs.site.name_in(language);
    const web::Message& text = fresh ? texts::kLetterInvite : texts::kLetterReset;
    const Instant now = needs.tickets.civil_clock.now();
    return mail::enqueue(
        session,
        {.key = "account-" + secret.substr(0, 8) + "-" + std::to_string(now.us),
         .purpose = std::string(mail::kAccountPurpose),
         .to = to,
         .subject = web::text(language, texts::kLetterSubject, {{"site", site}}),
         .text = web::text(language, text, {{"site", site}, {"name", name}, {"link", link}}),
         .language = language == Language::kDe ? "de" : "en",
         .urgent = true,
         .delete_after = now + identity::kLinkLife},
        now);
  };
}

// Whether the link also goes out by itself.
std::string link_note(const Needs& needs, const std::string& mail, Language language) {
  if (mail.empty()) return {};
  const bool is_sent = needs.mail_status && needs.mail_status().configured;
  if (!is_sent) return words(language, texts::kStaffLinkNotMailed);
  return web::text(language, texts::kStaffLinkMailed, {{"mail", mail}});
}

Response show_link(const Needs& needs, const Request& request, const Caller& caller,
                   const Account& account, const std::string& secret) {
  const Language language = web::language_of(request);
  const std::string intro = web::text(language, texts::kStaffLinkIntro, {{"name", account.name}});
  return show_secrets(needs, request, caller,
                      {texts::kStaffLinkTitle, intro, link_note(needs, account.mail, language),
                       std::string(kStaffPage)},
                      {needs.site_address + web::path(language, identity::start_path(secret))});
}

// --- inviting

web::Form invite_form(const std::vector<ScopeChoice>& scopes) {
  return {{csrf_field(),
           {.name = "name",
            .label = texts::kStaffName,
            .hint = texts::kStaffNameHint,
            .required = true,
            .length_max = 100},
           {.name = "mail",
            .kind = FieldKind::kEmail,
            .label = texts::kStaffMail,
            .hint = texts::kStaffMailHint,
            .length_max = 254},
           role_field(),
           scope_field(scopes)}};
}

FormWords invite_words(Language language) {
  return {texts::kStaffInvite, words(language, texts::kStaffInviteIntro), texts::kStaffInviteSend,
          "/console/konten/einladen", std::string(kStaffPage)};
}

Task<Response> ask_invite(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const web::Form form = invite_form(scopes_of(needs, language));
  co_return show_form(needs, request, *caller, invite_words(language), form, {});
}

Task<Response> invite(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const web::Form form = invite_form(scopes_of(needs, language));
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto again = [&] {
    return show_form(needs, request, *caller, invite_words(language), form, *data, 422);
  };
  if (!web::validate(form, *data)) co_return again();
  auto grant = grant_of(data->get("role"), data->get("scope"));
  if (!grant) co_return refused(needs, request, grant.error());
  if (!fits_scope(*data, *grant)) co_return again();
  const std::vector<RoleGrant> roles{std::move(*grant)};
  const std::string name(data->get("name"));
  const std::string mail(data->get("mail"));
  const auto secret = co_await blocking(needs, [&] {
    return needs.accounts->invite({.name = name,
                                   .roles = roles,
                                   .mail = mail,
                                   .also = letter(needs, language, mail, name, true)},
                                  *caller);
  });
  if (!secret && secret.error().code == Code::kUnprocessable) {
    const bool of_mail = secret.error().field == "mail";
    data->fail(of_mail ? "mail" : "name",
               of_mail ? texts::kStaffMailWrong : texts::kStaffNameWrong);
    co_return again();
  }
  if (!secret) co_return refused(needs, request, secret.error());
  const Account account{.id = {}, .name = name, .roles = {}, .mail = mail};
  co_return show_link(needs, request, *caller, account, *secret);
}

// --- one account

struct StaffDeed {
  std::string_view path;
  web::Text label;
  web::Message text;
  // Whether it makes sense for this account.
  bool (*fits)(const Account&);
  Result<> (*run)(identity::Identity&, const Account&, const Caller&);
};

constexpr std::array kStaffDeeds{
    StaffDeed{"sperren", texts::kDeedLock, texts::kDeedLockText,
              [](const Account& account) { return !account.locked; },
              [](identity::Identity& identity, const Account& account, const Caller& by) {
                return identity.set_locked(account.name, true, by);
              }},
    StaffDeed{"entsperren", texts::kDeedUnlock, texts::kDeedUnlockText,
              [](const Account& account) { return account.locked; },
              [](identity::Identity& identity, const Account& account, const Caller& by) {
                return identity.set_locked(account.name, false, by);
              }},
    StaffDeed{"abmelden", texts::kDeedSessions, texts::kDeedSessionsText,
              [](const Account& account) { return account.has_password && !account.locked; },
              [](identity::Identity& identity, const Account& account, const Caller& by) {
                return identity.end_sessions(account.id, "", by);
              }},
    StaffDeed{"zweiter-faktor", texts::kDeedSecond, texts::kDeedSecondText,
              [](const Account& account) { return account.second_factor; },
              [](identity::Identity& identity, const Account& account, const Caller& by) {
                return identity.reset_second_factor(account.name, by);
              }},
    StaffDeed{"loeschen", texts::kDeedRemove, texts::kDeedRemoveText,
              [](const Account&) { return true; },
              [](identity::Identity& identity, const Account& account, const Caller& by) {
                return identity.remove_user(account.name, by);
              }},
};

Task<Result<Account>> find_account(const Needs& needs, const Request& request) {
  const std::string id(request.param("id"));
  co_return co_await blocking(needs, [&] { return needs.accounts->user(id); });
}

Response show_account(const Needs& needs, const Request& request, const Caller& caller,
                      const Account& account, web::FormData data, int status) {
  const Language language = web::language_of(request);
  const std::vector<ScopeChoice> scopes = scopes_of(needs, language);
  const web::Form form = role_form(scopes);
  data.set("csrf", std::string(caller.csrf()));
  const std::string own = web::path(language, page_of(account));
  AccountPage view{
      .head = make_head(needs, request, caller, account.name),
      .facts = {{{words(language, texts::kListState), state_of(account, language), {}, {}}}},
      .roles = {},
      .csrf = std::string(caller.csrf()),
      .remove_action = own + "/rolle-nehmen",
      .add = {form, data},
      .add_action = own + "/rolle",
      .explained = explained_roles(language),
      .deeds = {{words(language, texts::kDeedLink), own + "/link"}}};
  view.head.page.has_errors = !data.valid();
  if (!account.mail.empty()) {
    view.facts.rows.push_back(
        {words(language, texts::kListMail), account.mail, {}, "mailto:" + account.mail});
  }
  for (const RoleGrant& grant : account.roles) {
    view.roles.push_back({role_text(grant, scopes, language), role_value(grant)});
  }
  for (const StaffDeed& deed : kStaffDeeds) {
    if (!deed.fits(account)) continue;
    view.deeds.push_back({words(language, deed.label), own + "/" + std::string(deed.path)});
  }
  web::Html out(language);
  render_account(out, view);
  return personal(std::move(out), status);
}

Task<Response> show_member(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  co_return show_account(needs, request, *caller, *account, {}, 200);
}

Task<Response> add_role(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const web::Form form = role_form(scopes_of(needs, language));
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  if (!web::validate(form, *data)) {
    co_return show_account(needs, request, *caller, *account, *data, 422);
  }
  const auto grant = grant_of(data->get("role"), data->get("scope"));
  if (!grant) co_return refused(needs, request, grant.error());
  if (!fits_scope(*data, *grant)) {
    co_return show_account(needs, request, *caller, *account, *data, 422);
  }
  const auto done = co_await blocking(
      needs, [&] { return needs.accounts->add_role(account->name, *grant, *caller); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(language, page_of(*account)));
}

Task<Response> remove_role(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  static const web::Form form{
      {csrf_field(), {.name = "role", .kind = FieldKind::kHidden, .length_max = 500}}};
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  const std::string_view value = data->get("role");
  const std::size_t bar = std::min(value.find('|'), value.size());
  const auto grant = grant_of(value.substr(0, bar), value.substr(std::min(bar + 1, value.size())));
  if (!grant) co_return refused(needs, request, grant.error());
  const auto done = co_await blocking(
      needs, [&] { return needs.accounts->remove_role(account->name, *grant, *caller); });
  if (!done && done.error().code == Code::kConflict) {
    web::FormData told;
    told.fail("role", texts::kStaffLastAdministrator);
    co_return show_account(needs, request, *caller, *account, std::move(told), 409);
  }
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), page_of(*account)));
}

// --- what is asked first

const StaffDeed* deed_of(const Request& request) {
  const std::string_view path = request.path;
  for (const StaffDeed& deed : kStaffDeeds) {
    if (path.ends_with("/" + std::string(deed.path))) return &deed;
  }
  return nullptr;
}

Response ask(const Needs& needs, const Request& request, const Caller& caller,
             const Account& account, const web::Text& title, const web::Message& text,
             std::string error = {}) {
  const Language language = web::language_of(request);
  AskPage view{.head = make_head(needs, request, caller, words(language, title)),
               .text = web::text(language, text, {{"name", account.name}}),
               .button = words(language, title),
               .csrf = std::string(caller.csrf()),
               .back_href = web::path(language, page_of(account))};
  const int status = error.empty() ? 200 : describe(Code::kConflict).status;
  if (!error.empty()) view.text = std::move(error);
  if (status != 200) view.button.clear();
  web::Html out(language);
  render_ask(out, view);
  return personal(std::move(out), status);
}

Task<Response> ask_deed(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  const StaffDeed* deed = deed_of(request);
  co_return ask(needs, request, *caller, *account, deed->label, deed->text);
}

Task<Response> do_deed(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  const StaffDeed* deed = deed_of(request);
  const auto done =
      co_await blocking(needs, [&] { return deed->run(*needs.accounts, *account, *caller); });
  const Language language = web::language_of(request);
  if (!done && done.error().code == Code::kConflict) {
    co_return ask(needs, request, *caller, *account, deed->label, deed->text,
                  words(language, texts::kStaffLastAdministrator));
  }
  if (!done) co_return refused(needs, request, done.error());
  const bool gone = deed->path == "loeschen";
  co_return Response::see_other(
      web::path(language, gone ? std::string(kStaffPage) : page_of(*account)));
}

Task<Response> ask_link(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  co_return ask(needs, request, *caller, *account, texts::kDeedLink, texts::kDeedLinkText);
}

Task<Response> make_link(Request& request, const Needs& needs) {
  const Entry caller = enter_staff(needs, request);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto account = co_await find_account(needs, request);
  if (!account) co_return refused(needs, request, account.error());
  const Language language = web::language_of(request);
  const auto secret = co_await blocking(needs, [&] {
    return needs.accounts->reset_link(
        account->name, *caller,
        letter(needs, language, account->mail, account->name, !account->has_password));
  });
  if (!secret) co_return refused(needs, request, secret.error());
  co_return show_link(needs, request, *caller, *account, *secret);
}

}  // namespace

void add_staff(net::Router& router, const Needs& needs) {
  const std::string all(kStaffPage);
  const std::string one = all + "/{id}";
  const auto page = [&](net::Method method, const std::string& pattern, StaffHandler handler) {
    add_staff_page(router, needs, method, pattern, handler);
  };
  page(net::Method::kGet, all, list_staff);
  page(net::Method::kPost, all + "/zweiter-faktor", set_rules);
  page(net::Method::kGet, all + "/einladen", ask_invite);
  page(net::Method::kPost, all + "/einladen", invite);
  page(net::Method::kGet, one, show_member);
  page(net::Method::kPost, one + "/rolle", add_role);
  page(net::Method::kPost, one + "/rolle-nehmen", remove_role);
  page(net::Method::kGet, one + "/link", ask_link);
  page(net::Method::kPost, one + "/link", make_link);
  for (const StaffDeed& deed : kStaffDeeds) {
    page(net::Method::kGet, one + "/" + std::string(deed.path), ask_deed);
    page(net::Method::kPost, one + "/" + std::string(deed.path), do_deed);
  }
}

}  // namespace revier::console
