// SPDX-License-Identifier: EUPL-1.2
// Who asks, and what she may do: actions, scopes, roles, Caller.
//
// A right is a named action on a scope; a role is a bundle of actions (one table, access.cpp). What
// a route needs is one line: `RV_TRY(caller.require(Action::kDataWrite, Scope::tenant(tenant)));`
//
// Thread safety: values.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "web/i18n.h"

namespace revier::identity {

// Names in access.cpp ("data.write"); append only: the names are stored.
enum class Action : std::uint8_t {
  kDataRead,           // read entities, their types and history through the broker
  kDataWrite,          // create, change, delete entities that no domain owns
  kDataManage,         // contexts, sources, subscriptions of others
  kProgrammeRead,      // drafts of the programme
  kProgrammeEdit,      // change events, sessions, rooms, exhibits
  kProgrammeRelease,   // make drafts public
  kReviewWrite,        // rate submissions
  kPersonsEdit,        // speakers, contacts, exhibitors as records
  kRegistrationsRead,  // names and addresses of attendees
  kRegistrationsEdit,  // change, cancel, move up
  kQuotasEdit,         // capacities and times of registration
  kCheckIn,            // take tickets at the door
  kModerate,           // questions, polls, contributions
  kExhibitEdit,        // one's own exhibit
  kCasesWork,          // appointments, forms
  kNewsletterEdit,
  kNewsletterApprove,
  kOutboxRead,       // mails that were or will be sent
  kRetentionManage,  // retention, erasure, consents
  kTenantsManage,
  kUsersManage,
  kSettingsManage,
  kStateRead,    // figures of the running server
  kCheckInUndo,  // take back a ticket that was taken by mistake
  kActionCount
};

[[nodiscard]] std::string_view to_string(Action action);
// Errors: kBadRequestData with the names there are.
[[nodiscard]] Result<Action> parse_action(std::string_view name);

// A set of actions.
using ActionSet = std::uint64_t;
[[nodiscard]] constexpr ActionSet bit(Action action) {
  return ActionSet{1} << static_cast<unsigned>(action);
}

enum class ScopeKind : std::uint8_t { kInstance, kTenant, kEvent, kTrack, kOffice, kTopic };
[[nodiscard]] std::string_view to_string(ScopeKind kind);
[[nodiscard]] Result<ScopeKind> parse_scope_kind(std::string_view name);

// Where an action happens or a right holds. The instance holds all others, an event its tracks.
struct Scope {
  ScopeKind kind = ScopeKind::kInstance;
  std::string_view id;      // empty for the instance and for the default tenant
  std::string_view within;  // the event of a track

  [[nodiscard]] static Scope instance() { return {}; }
  [[nodiscard]] static Scope tenant(std::string_view name) {
    return {ScopeKind::kTenant, name, {}};
  }
  [[nodiscard]] static Scope event(std::string_view id) { return {ScopeKind::kEvent, id, {}}; }
  [[nodiscard]] static Scope track(std::string_view event, std::string_view id) {
    return {ScopeKind::kTrack, id, event};
  }
  [[nodiscard]] static Scope office(std::string_view id) { return {ScopeKind::kOffice, id, {}}; }
  [[nodiscard]] static Scope topic(std::string_view id) { return {ScopeKind::kTopic, id, {}}; }
};

// Actions that hold on a scope.
struct Grant {
  ActionSet actions = 0;
  ScopeKind kind = ScopeKind::kInstance;
  std::string id;
  std::string within;

  [[nodiscard]] bool covers(Action action, const Scope& scope) const;
};

struct Role {
  std::string_view name;  // "programme-editor", stored
  web::Text label;        // for people
  ActionSet actions;
};
[[nodiscard]] std::span<const Role> roles();
// nullptr when there is none of that name.
[[nodiscard]] const Role* find_role(std::string_view name);
// Whether some route asks at such a scope for one of the role's actions. Given only there, a role
// of which none does would open nothing.
[[nodiscard]] bool opens_at(const Role& role, ScopeKind kind);

// The one who sends a request.
class Caller {
 public:
  enum class Kind : std::uint8_t {
    kAnonymous,  // no credentials
    kRejected,   // credentials that do not hold; has no right at all
    kSession,    // signed in to the console
    kToken,      // API token
    kUnchecked,  // serve --no-auth, and the command line
  };
  // Tenants whose entities everybody may read.
  struct PublicTenants {
    bool all = false;
    std::set<std::string, std::less<>> names;
  };
  // What stands behind a token, a session or nobody; constant while it lives.
  struct Subject {
    std::string id;    // of the account, or of the token
    std::string name;  // sign-in name, or the token's label
    std::vector<Grant> grants;
    std::string csrf;     // of the session's forms, else empty
    std::string session;  // id of the session, else empty
    // A role demands a second factor that the account does not have yet: no right until then.
    bool needs_second_factor = false;
    std::shared_ptr<const PublicTenants> public_tenants;
    // Rights by entity (ngsi/rights.h) instead of actions: then may() allows nothing, not even what
    // everybody may. Empty: none. They hold in `rights_tenant`, nullopt: in all.
    std::string rights = {};
    std::optional<std::string> rights_tenant = {};
    // What her rights stand on, for Identity::standing(); empty where nobody is known.
    std::string grounds = {};
    // Why there is no right at all, for the answer; empty: it is not known.
    std::string refusal = {};
  };

  Caller() = default;  // anonymous without any right
  // Whoever runs `revier` on the server.
  [[nodiscard]] static Caller command_line();
  Caller(Kind kind, std::shared_ptr<const Subject> subject)
      : kind_(kind), subject_(std::move(subject)) {}

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool signed_in() const { return kind_ == Kind::kSession; }
  [[nodiscard]] std::string_view id() const;       // empty when anonymous
  [[nodiscard]] std::string_view name() const;     // empty when anonymous
  [[nodiscard]] std::string_view session() const;  // id of the session, empty without
  [[nodiscard]] bool needs_second_factor() const;
  // Rights by entity that hold in this tenant, nullptr: none. Lives as long as the Caller.
  [[nodiscard]] const std::string* rights(std::string_view tenant) const;
  // What her rights stand on; empty of nobody and under --no-auth. To be stored with what she
  // leaves behind, and asked by Identity::standing() what they are by then.
  [[nodiscard]] std::string_view grounds() const;
  // Why she has no right at all, where that is known; lives as long as the Caller.
  [[nodiscard]] std::string_view refusal() const;
  // For the hidden field of every form of a signed-in page.
  [[nodiscard]] std::string_view csrf() const;

  [[nodiscard]] bool may(Action action, const Scope& scope = {}) const;
  // A role or token allows the action on some scope.
  [[nodiscard]] bool may_somewhere(Action action) const;
  // The events on which the caller may do what she may not do everywhere; for lists and links.
  [[nodiscard]] std::vector<std::string> events_with(Action action) const;
  // Errors: kUnauthenticated without (valid) credentials, kForbidden with them.
  [[nodiscard]] Result<> require(Action action, const Scope& scope = {}) const;
  // The same of who left something behind, as Identity::standing() gives her: in words for whoever
  // finds it. Errors: kForbidden.
  [[nodiscard]] Result<> require_still(Action action, const Scope& scope) const;
  // Errors: kForbidden unless `field` is the session's CSRF token. Compared in constant time.
  [[nodiscard]] Result<> require_csrf(std::string_view field) const;

 private:
  Kind kind_ = Kind::kAnonymous;
  std::shared_ptr<const Subject> subject_;
};

}  // namespace revier::identity
