// SPDX-License-Identifier: EUPL-1.2
#include "app/token_routes.h"

#include "json/json.h"
#include "ngsi/rights.h"

namespace revier::app {
namespace {

using identity::Action;
using identity::Caller;
using identity::Profile;
using identity::TokenOptions;
using identity::TokenRow;
using net::Method;
using net::Request;
using net::Response;

constexpr std::string_view kTokens = "/api/v1/tokens";
constexpr std::string_view kProfiles = "/api/v1/profiles";
constexpr std::int64_t kTokenDaysMax = 3'650;

tl::unexpected<Error> wrong_member(std::string_view name, std::string_view what) {
  return fail(Code::kUnprocessable, fmt::format("{} {}", name, what), std::string(name));
}

Result<std::vector<Action>> actions_of(const json::Value& list) {
  std::vector<Action> actions;
  for (const json::Value each : list.elements()) {
    const auto name = each.as_string();
    if (!name) return wrong_member("actions", "is an array of names");
    RV_ASSIGN(actions.emplace_back(), identity::parse_action(*name));
  }
  if (actions.empty()) return wrong_member("actions", "is an array of names");
  return actions;
}

Result<std::string> rights_text(const TokenNeeds& needs, const json::Value& value) {
  std::string text = json::to_text(value);
  if (auto rights = ngsi::Rights::parse(text, needs.core); !rights) {
    return fail(Code::kUnprocessable, "rights: " + rights.error().message, "rights");
  }
  return text;
}

// One member of {"label", "actions" or "rights", "tenant", "days"}.
Result<> take_member(const TokenNeeds& needs, std::string_view name, const json::Value& value,
                     TokenOptions& out) {
  if (name == "label" || name == "tenant") {
    const auto text = value.as_string();
    if (!text && !(name == "tenant" && value.is_null())) return wrong_member(name, "is a text");
    if (name == "label") out.label = std::string(*text);
    if (name == "tenant") out.tenant = text ? std::optional(std::string(*text)) : std::nullopt;
    return {};
  }
  if (name == "days") {
    const auto days = value.as_integer();
    if (!days || *days < 1 || *days > kTokenDaysMax) {
      return wrong_member(name, fmt::format("is a number from 1 to {}", kTokenDaysMax));
    }
    out.expires = needs.clock.now() + Duration::days(*days);
    return {};
  }
  if (name == "actions") {
    RV_ASSIGN(out.actions, actions_of(value));
    return {};
  }
  if (name == "rights") {
    RV_ASSIGN(out.rights, rights_text(needs, value));
    return {};
  }
  return wrong_member(name, "is none of label, actions, rights, tenant and days");
}

Result<TokenOptions> options_of(const TokenNeeds& needs, const json::Value& body) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "the body is an object");
  TokenOptions options;
  options.actions.clear();
  for (const auto& [name, value] : body.members()) {
    RV_TRY(take_member(needs, name, value, options));
  }
  return options;
}

void write_maybe(json::Writer& out, std::string_view name, const std::optional<Instant>& instant) {
  if (instant) out.member(name, to_iso8601(*instant));
}

// What TokenRow and Profile have alike.
template <class Row>
void write_what_it_may(json::Writer& out, const Row& row) {
  if (row.rights.empty()) {
    out.key("actions").begin_array();
    for (const Action action : row.actions) out.string(to_string(action));
    out.end_array();
  } else {
    out.key("rights").raw(row.rights);
  }
  if (row.tenant) out.member("tenant", *row.tenant);
}

void write_token(json::Writer& out, const TokenRow& row) {
  out.begin_object().member("id", row.id).member("label", row.label);
  write_what_it_may(out, row);
  out.member("created", to_iso8601(row.created));
  write_maybe(out, "expires", row.expires);
  write_maybe(out, "used", row.used);
  if (!row.made_by.empty()) out.member("madeBy", row.made_by);
  out.end_object();
}

// Errors: kUnauthenticated, kForbidden.
Result<Caller> manager(const TokenNeeds& needs, const Request& request) {
  Caller caller = needs.identity.authenticate(request);
  RV_TRY(caller.require(Action::kUsersManage));
  return caller;
}

Task<Result<Response>> list_tokens(const TokenNeeds& needs, Request& request) {
  RV_CO_TRY(manager(needs, request));
  RV_CO_ASSIGN(const auto rows,
               co_await needs.pool.run([&needs] { return needs.identity.tokens(); }));
  RV_CO_TRY(rows);
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const TokenRow& row : *rows) write_token(out, row);
  out.end_array();
  co_return Response::json(200, std::move(body)).header("Cache-Control", "no-store");
}

Task<Result<Response>> issue_token(const TokenNeeds& needs, Request& request) {
  RV_CO_ASSIGN(const Caller caller, manager(needs, request));
  RV_CO_ASSIGN(const auto document, json::Document::parse(request.body, {.depth_max = 20}));
  RV_CO_ASSIGN(const auto wanted, options_of(needs, document.root()));
  RV_CO_ASSIGN(const auto made, co_await needs.pool.run(
                                    [&] { return needs.identity.create_token(wanted, caller); }));
  RV_CO_TRY(made);
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("id", made->id)
      .member("secret", made->secret)
      .end_object();
  co_return Response::json(201, std::move(body))
      .header("Cache-Control", "no-store")
      .header("Location", fmt::format("{}/{}", kTokens, made->id));
}

Task<Result<Response>> revoke_token(const TokenNeeds& needs, Request& request) {
  RV_CO_ASSIGN(const Caller caller, manager(needs, request));
  const std::string id(request.param("id"));
  RV_CO_ASSIGN(const auto done,
               co_await needs.pool.run([&] { return needs.identity.revoke_token(id, caller); }));
  RV_CO_TRY(done);
  co_return Response::empty(204);
}

// --- profiles

// One member of {"issuer", "role", "actions" or "rights", "tenant"}.
Result<> take_profile_member(const TokenNeeds& needs, std::string_view name,
                             const json::Value& value, Profile& out) {
  if (name == "actions") {
    RV_ASSIGN(out.actions, actions_of(value));
    return {};
  }
  if (name == "rights") {
    RV_ASSIGN(out.rights, rights_text(needs, value));
    return {};
  }
  const auto text = value.as_string();
  if (name == "tenant" && value.is_null()) {
    out.tenant.reset();
    return {};
  }
  if (!text) return wrong_member(name, "is a text, or no member of a profile");
  if (name == "issuer") {
    out.issuer = *text;
  } else if (name == "role") {
    out.role = *text;
  } else if (name == "tenant") {
    out.tenant = std::string(*text);
  } else {
    return wrong_member(name, "is none of issuer, role, actions, rights and tenant");
  }
  return {};
}

Result<Profile> profile_of(const TokenNeeds& needs, std::string_view name,
                           const json::Value& body) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "the body is an object");
  Profile profile{.name = std::string(name)};
  for (const auto& [key, value] : body.members()) {
    RV_TRY(take_profile_member(needs, key, value, profile));
  }
  return profile;
}

Task<Result<Response>> list_profiles(const TokenNeeds& needs, Request& request) {
  RV_CO_TRY(manager(needs, request));
  RV_CO_ASSIGN(const auto rows,
               co_await needs.pool.run([&needs] { return needs.identity.profiles(); }));
  RV_CO_TRY(rows);
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const identity::ProfileRow& row : *rows) {
    out.begin_object().member("name", row.profile.name).member("issuer", row.profile.issuer);
    out.member("role", row.profile.role);
    write_what_it_may(out, row.profile);
    out.member("changed", to_iso8601(row.changed));
    write_maybe(out, "used", row.used);
    out.end_object();
  }
  out.end_array();
  co_return Response::json(200, std::move(body)).header("Cache-Control", "no-store");
}

Task<Result<Response>> put_profile(const TokenNeeds& needs, Request& request) {
  RV_CO_ASSIGN(const Caller caller, manager(needs, request));
  RV_CO_ASSIGN(const auto document, json::Document::parse(request.body, {.depth_max = 20}));
  RV_CO_ASSIGN(const auto wanted, profile_of(needs, request.param("name"), document.root()));
  RV_CO_ASSIGN(const auto done,
               co_await needs.pool.run([&] { return needs.identity.put_profile(wanted, caller); }));
  RV_CO_TRY(done);
  co_return Response::empty(204);
}

Task<Result<Response>> remove_profile(const TokenNeeds& needs, Request& request) {
  RV_CO_ASSIGN(const Caller caller, manager(needs, request));
  const std::string name(request.param("name"));
  RV_CO_ASSIGN(const auto done, co_await needs.pool.run(
                                    [&] { return needs.identity.remove_profile(name, caller); }));
  RV_CO_TRY(done);
  co_return Response::empty(204);
}

}  // namespace

void add_token_routes(net::Router& router, const TokenNeeds& needs) {
  const auto kept = std::make_shared<const TokenNeeds>(needs);
  const auto add = [&](Method method, const std::string& pattern, auto operation) {
    const net::AsyncHandler handler = [kept, operation](Request& request) -> Task<Response> {
      auto result = co_await operation(*kept, request);
      if (result) co_return *std::move(result);
      co_return Response::problem(result.error());
    };
    router.add(method, pattern, handler, {.body_bytes_max = ngsi::Rights::kBytesMax * 2});
  };
  add(Method::kGet, std::string(kTokens), list_tokens);
  add(Method::kPost, std::string(kTokens), issue_token);
  add(Method::kDelete, std::string(kTokens) + "/{id}", revoke_token);
  add(Method::kGet, std::string(kProfiles), list_profiles);
  add(Method::kPut, std::string(kProfiles) + "/{name}", put_profile);
  add(Method::kDelete, std::string(kProfiles) + "/{name}", remove_profile);
}

}  // namespace revier::app
