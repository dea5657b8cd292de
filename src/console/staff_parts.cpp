// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/names.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "identity/routes.h"

namespace revier::console {
namespace {

constexpr std::string_view kEverywhere = "everywhere";
constexpr std::string_view kOfTenant = "tenant:";

}  // namespace

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;

web::FormField csrf_field() { return {.name = "csrf", .kind = web::FieldKind::kHidden}; }

Entry enter_own(const Needs& needs, const Request& request) {
  Caller caller = needs.accounts->authenticate(request);
  if (caller.signed_in()) return caller;
  return tl::unexpected(identity::ask_to_sign_in(request));
}

Response show_form(const Needs& needs, const Request& request, const Caller& caller,
                   const FormWords& text, const web::Form& form, web::FormData data, int status) {
  const web::Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  OneFormPage view{.head = make_head(needs, request, caller, words(language, text.title)),
                   .intro = text.intro,
                   .form = {form, data},
                   .button = words(language, text.button),
                   .action = web::path(language, text.action),
                   .back_href = web::path(language, text.back)};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_one_form(out, view);
  return personal(std::move(out), status);
}

Response show_secrets(const Needs& needs, const Request& request, const Caller& caller,
                      const SecretWords& text, std::vector<std::string> secrets) {
  const web::Language language = web::language_of(request);
  SecretsPage view{.head = make_head(needs, request, caller, words(language, text.title)),
                   .intro = text.intro,
                   .secrets = std::move(secrets),
                   .note = text.note,
                   .back_href = web::path(language, text.back)};
  web::Html out(language);
  render_secrets(out, view);
  return personal(std::move(out)).header("Referrer-Policy", "no-referrer");
}

void add_staff_page(net::Router& router, const Needs& needs, net::Method method,
                    std::string_view pattern, StaffHandler handler, std::size_t body_bytes_max) {
  web::add_page(
      router, method, std::string(pattern),
      net::AsyncHandler([needs, handler](Request& request) { return handler(request, needs); }),
      {.body_bytes_max = body_bytes_max});
}

void add_staff_page(net::Router& router, const Needs& needs, net::Method method,
                    std::string_view pattern, StaffView view) {
  web::add_page(router, method, std::string(pattern),
                net::Handler([needs, view](Request& request) { return view(request, needs); }),
                {.body_bytes_max = kStaffBodyBytes});
}

ticket::Also audit_line(const Needs& needs, const identity::Caller& caller, std::string_view action,
                        std::string_view kind, std::string object) {
  return [&identity = needs.tickets.identity, &caller, action, kind,
          object = std::move(object)](records::Session& session) {
    return identity.record(session, caller, {action, kind, object});
  };
}

std::string role_text(const identity::RoleGrant& grant, const std::vector<ScopeChoice>& scopes,
                      web::Language language) {
  const identity::Role* role = identity::find_role(grant.role);
  std::string text = role == nullptr ? grant.role : words(language, role->label);
  if (grant.kind == identity::ScopeKind::kInstance) return text;
  for (const ScopeChoice& scope : scopes) {
    if (scope.kind == grant.kind && scope.id == grant.id && scope.within == grant.within) {
      return text + ": " + scope.label;
    }
  }
  return text + ": " + std::string(to_string(grant.kind)) + " " + grant.id;
}

web::FormField actions_field(const web::Text& hint) {
  web::FormField field{.name = "rights",
                       .kind = web::FieldKind::kCheckboxes,
                       .label = texts::kTokenRights,
                       .hint = hint};
  for (int i = 0; i < static_cast<int>(Action::kActionCount); ++i) {
    const auto action = static_cast<Action>(i);
    if (!has_function(action)) continue;
    const std::string name(to_string(action));
    field.options.push_back({.value = name, .label = label_of(action), .hint = name});
  }
  return field;
}

web::FormField tenant_field(const Needs& needs) {
  web::FormField field{
      .name = "scope",
      .kind = web::FieldKind::kSelect,
      .label = texts::kTokenScope,
      .required = true,
      .options = {{.value = std::string(kEverywhere), .label = texts::kStaffEverywhere}}};
  for (const identity::Tenant& tenant : needs.accounts->tenants()) {
    field.options.push_back({.value = std::string(kOfTenant) + tenant.name,
                             .label = tenant.name.empty() ? web::Label(texts::kTokenDefaultTenant)
                                                          : web::Label(tenant.name)});
  }
  return field;
}

Result<std::vector<Action>> actions_in(const web::FormData& data) {
  std::vector<Action> actions;
  for (const std::string& name : data.all("rights")) {
    RV_ASSIGN(actions.emplace_back(), identity::parse_action(name));
  }
  return actions;
}

std::optional<std::string> tenant_in(const web::FormData& data) {
  const std::string_view scope = data.get("scope");
  if (!scope.starts_with(kOfTenant)) return std::nullopt;
  return std::string(scope.substr(kOfTenant.size()));
}

std::string scope_of(const std::optional<std::string>& tenant) {
  return tenant ? std::string(kOfTenant) + *tenant : std::string(kEverywhere);
}

std::string rights_text(const std::vector<Action>& actions, bool by_entity,
                        const std::optional<std::string>& tenant, web::Language language) {
  std::string text;
  for (const Action action : actions) {
    text += (text.empty() ? "" : ", ") + std::string(label_of(action).in(language));
  }
  if (by_entity) text = words(language, texts::kTokenByEntity);
  if (!tenant) return text + " (" + words(language, texts::kStaffEverywhere) + ")";
  return tenant->empty() ? text : text + " (" + *tenant + ")";
}

}  // namespace revier::console
