// SPDX-License-Identifier: EUPL-1.2
// What the pages of staff share.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/detail/entry.h"
#include "console/staff_views.h"
#include "net/server.h"

namespace revier::console {

inline constexpr std::string_view kStaffPage = "/console/konten";
inline constexpr std::string_view kOwnPage = "/console/konto";
inline constexpr std::string_view kSecondFactorPage = "/console/konto/zweiter-faktor";
inline constexpr std::string_view kTokensPage = "/console/tokens";
inline constexpr std::string_view kProfilesPage = "/console/tokens/profile";
inline constexpr std::string_view kAuditPage = "/console/protokoll";
inline constexpr std::string_view kWriteLogPage = "/console/protokoll/daten";

[[nodiscard]] web::FormField csrf_field();

// Runs what blocks on the pool; both failures are one.
template <class Work>
Task<std::invoke_result_t<Work&>> blocking(const Needs& needs, Work work) {
  auto done = co_await needs.tickets.pool.run(std::move(work));
  if (!done) co_return fail(done.error());
  co_return std::move(*done);
}

// The signed-in person, also one who has to set up a second factor first.
[[nodiscard]] Entry enter_own(const Needs& needs, const net::Request& request);

struct FormWords {
  const web::Text& title;
  std::string intro;
  const web::Text& button;
  std::string action;  // a German address
  std::string back;    // a German address
};
[[nodiscard]] net::Response show_form(const Needs& needs, const net::Request& request,
                                      const identity::Caller& caller, const FormWords& text,
                                      const web::Form& form, web::FormData data, int status = 200);
struct SecretWords {
  const web::Text& title;
  std::string intro;
  std::string note;
  std::string back;  // a German address
};
[[nodiscard]] net::Response show_secrets(const Needs& needs, const net::Request& request,
                                         const identity::Caller& caller, const SecretWords& text,
                                         std::vector<std::string> secrets);

// Adds a page in both languages; its body is small, where nothing else is said.
using StaffHandler = Task<net::Response> (*)(net::Request&, const Needs&);
using StaffView = net::Response (*)(net::Request&, const Needs&);
inline constexpr std::size_t kStaffBodyBytes = std::size_t{16} * 1024;
void add_staff_page(net::Router& router, const Needs& needs, net::Method method,
                    std::string_view pattern, StaffHandler handler,
                    std::size_t body_bytes_max = kStaffBodyBytes);
void add_staff_page(net::Router& router, const Needs& needs, net::Method method,
                    std::string_view pattern, StaffView view);

// A line of the audit log, for the transaction of the deed itself. `caller` outlives it.
[[nodiscard]] ticket::Also audit_line(const Needs& needs, const identity::Caller& caller,
                                      std::string_view action, std::string_view kind,
                                      std::string object);

// "Einlass: Smart City Days Herne"
[[nodiscard]] std::string role_text(const identity::RoleGrant& grant,
                                    const std::vector<ScopeChoice>& scopes, web::Language language);

// Fields "rights" (actions) and "scope" (a tenant, or everywhere), and what they say.
[[nodiscard]] web::FormField actions_field(const web::Text& hint);
[[nodiscard]] web::FormField tenant_field(const Needs& needs);
[[nodiscard]] Result<std::vector<identity::Action>> actions_in(const web::FormData& data);
[[nodiscard]] std::optional<std::string> tenant_in(const web::FormData& data);
// The value of "scope" for it.
[[nodiscard]] std::string scope_of(const std::optional<std::string>& tenant);
// "Daten lesen, Daten schreiben (überall)"; `by_entity`: it has rules in place of actions.
[[nodiscard]] std::string rights_text(const std::vector<identity::Action>& actions, bool by_entity,
                                      const std::optional<std::string>& tenant,
                                      web::Language language);

void add_staff(net::Router& router, const Needs& needs);
void add_own_account(net::Router& router, const Needs& needs);
void add_tokens(net::Router& router, const Needs& needs);
void add_profiles(net::Router& router, const Needs& needs);
void add_programme_files(net::Router& router, const Needs& needs);
void add_audit(net::Router& router, const Needs& needs);
void add_write_log(net::Router& router, const Needs& needs);

}  // namespace revier::console
