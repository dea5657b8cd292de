// SPDX-License-Identifier: EUPL-1.2
// Profiles: what tokens of identity providers may whose bearers have a role there.
#include <algorithm>

#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ngsi/rights.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using identity::Profile;
using identity::ProfileRow;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::size_t kRulesLengthMax = 16'000;
constexpr std::size_t kProfileBodyBytes = std::size_t{128} * 1024;  // rules, percent-encoded

web::Form profile_form(const Needs& needs, Language language) {
  web::FormField issuer{.name = "issuer",
                        .kind = FieldKind::kSelect,
                        .label = texts::kProfileIssuer,
                        .required = true};
  for (const std::string& name : needs.issuers) {
    issuer.options.push_back({.value = name, .label = web::Label(name)});
  }
  web::FormField rights = actions_field(texts::kProfileRightsHint);
  // The right to make lasting tokens is given to no profile.
  std::erase_if(rights.options,
                [](const auto& option) { return option.value == to_string(Action::kUsersManage); });
  return {{csrf_field(),
           {.name = "name",
            .label = texts::kProfileName,
            .hint = texts::kProfileNameHint,
            .required = true,
            .length_max = 64},
           std::move(issuer),
           {.name = "role",
            .label = texts::kProfileRole,
            .hint = texts::kProfileRoleHint,
            .required = true,
            .length_max = 256},
           tenant_field(needs),
           std::move(rights),
           {.name = "rules",
            .kind = FieldKind::kTextarea,
            .label = texts::kProfileRules,
            .hint = web::text(language, texts::kProfileRulesHint, {}),
            .length_max = kRulesLengthMax}}};
}

ProfileLine profile_line(const ProfileRow& row, Language language) {
  const Profile& profile = row.profile;
  const auto at = [&](std::string_view deed) {
    return web::path(language, address(std::string(kProfilesPage) + std::string(deed),
                                       {{"name", profile.name}}));
  };
  return {
      .name = profile.name,
      .who = web::text(language, texts::kProfileWho,
                       {{"issuer", profile.issuer}, {"role", profile.role}}),
      .rights = rights_text(profile.actions, !profile.rights.empty(), profile.tenant, language),
      .changed = web::date_time(language, row.changed),
      .used = row.used ? web::date_time(language, *row.used) : words(language, texts::kTokenNever),
      .change_href = at("") + "#aendern",
      .remove_href = at("/entfernen")};
}

void fill_profile(const Profile& profile, FormData& data) {
  data.set("name", profile.name);
  data.set("issuer", profile.issuer);
  data.set("role", profile.role);
  data.set("scope", scope_of(profile.tenant));
  for (const Action action : profile.actions) data.add("rights", std::string(to_string(action)));
  data.set("rules", profile.rights);
}

const ProfileRow* find_profile(const std::vector<ProfileRow>& rows, std::string_view name) {
  const auto found =
      std::ranges::find_if(rows, [&](const ProfileRow& row) { return row.profile.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

Task<Response> show_profiles(const Request& request, const Needs& needs, const Caller& caller,
                             const web::Form& form, FormData data, int status) {
  const auto rows = co_await blocking(needs, [&] { return needs.accounts->profiles(); });
  if (!rows) co_return refused(needs, request, rows.error());
  const Language language = web::language_of(request);
  const std::string name = asked(request, "name");
  const ProfileRow* const chosen = find_profile(*rows, name);
  if (status == 200 && chosen != nullptr) fill_profile(chosen->profile, data);
  if (status == 200 && chosen == nullptr && needs.issuers.size() == 1) {
    data.set("issuer", needs.issuers.front());
  }
  data.set("csrf", std::string(caller.csrf()));
  ProfilesPage view{
      .head = make_head(needs, request, caller, words(language, texts::kProfileTitle)),
      .profiles = {},
      .has_issuers = !needs.issuers.empty(),
      .form_title = words(language, chosen != nullptr ? texts::kProfileChange : texts::kProfileNew),
      .form = {form, data}};
  view.head.page.has_errors = !data.valid();
  for (const ProfileRow& row : *rows) view.profiles.push_back(profile_line(row, language));
  web::Html out(language);
  render_profiles(out, view);
  co_return personal(std::move(out), status);
}

Task<Response> list_profiles(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const web::Form form = profile_form(needs, web::language_of(request));
  co_return co_await show_profiles(request, needs, *caller, form, {}, 200);
}

// What only the rules and both kinds of rights together show, as errors of the data.
Profile profile_in(const Needs& needs, FormData& data) {
  Profile profile{.name = std::string(data.get("name")),
                  .issuer = std::string(data.get("issuer")),
                  .role = std::string(data.get("role")),
                  .actions = {},
                  .tenant = tenant_in(data),
                  .rights = std::string(data.get("rules"))};
  if (auto actions = actions_in(data)) profile.actions = *std::move(actions);
  if (profile.actions.empty() == profile.rights.empty()) {
    data.fail("rights", web::Label(texts::kProfileOneKind));
  } else if (!profile.rights.empty()) {
    const auto rights = ngsi::Rights::parse(profile.rights, needs.catalogue->core());
    if (!rights) data.fail("rules", web::Label(rights.error().message));
  }
  return profile;
}

Task<Response> put_profile(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const web::Form form = profile_form(needs, web::language_of(request));
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  web::validate(form, *data);
  const Profile profile = profile_in(needs, *data);
  if (data->valid()) {
    const auto done =
        co_await blocking(needs, [&] { return needs.accounts->put_profile(profile, *caller); });
    if (done) co_return Response::see_other(web::path(web::language_of(request), kProfilesPage));
    const bool is_ours = form.find(done.error().field) != nullptr;
    if (!is_ours) co_return refused(needs, request, done.error());
    const bool is_name = done.error().field == "name";
    data->fail(done.error().field,
               is_name ? web::Label(texts::kProfileNameWrong) : web::Label(done.error().message));
  }
  co_return co_await show_profiles(request, needs, *caller, form, *data, 422);
}

Task<Response> ask_remove_profile(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const auto rows = co_await blocking(needs, [&] { return needs.accounts->profiles(); });
  if (!rows) co_return refused(needs, request, rows.error());
  const ProfileRow* const found = find_profile(*rows, asked(request, "name"));
  if (found == nullptr) {
    co_return refused(needs, request, {Code::kResourceNotFound, "there is no such profile", {}});
  }
  const Language language = web::language_of(request);
  const AskPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kProfileRemove)),
      .text = web::text(language, texts::kProfileRemoveText, {{"name", found->profile.name}}),
      .button = words(language, texts::kProfileRemove),
      .csrf = std::string(caller->csrf()),
      .back_href = web::path(language, kProfilesPage)};
  web::Html out(language);
  render_ask(out, view);
  co_return personal(std::move(out));
}

Task<Response> remove_profile(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const std::string name = asked(request, "name");
  const auto done =
      co_await blocking(needs, [&] { return needs.accounts->remove_profile(name, *caller); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kProfilesPage));
}

}  // namespace

void add_profiles(net::Router& router, const Needs& needs) {
  const std::string all(kProfilesPage);
  add_staff_page(router, needs, net::Method::kGet, all, list_profiles);
  add_staff_page(router, needs, net::Method::kPost, all, put_profile, kProfileBodyBytes);
  add_staff_page(router, needs, net::Method::kGet, all + "/entfernen", ask_remove_profile);
  add_staff_page(router, needs, net::Method::kPost, all + "/entfernen", remove_profile);
}

}  // namespace revier::console
