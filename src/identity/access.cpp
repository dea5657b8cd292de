// SPDX-License-Identifier: EUPL-1.2
#include "identity/access.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sodium.h>

#include "identity/texts.h"

namespace revier::identity {
namespace {

constexpr std::size_t kActions = static_cast<std::size_t>(Action::kActionCount);

// In the order of the enumeration.
constexpr std::array<std::string_view, kActions> kActionNames{
    "data.read",          "data.write",         "data.manage",      "programme.read",
    "programme.edit",     "programme.release",  "review.write",     "persons.edit",
    "registrations.read", "registrations.edit", "quotas.edit",      "check-in",
    "moderate",           "exhibit.edit",       "cases.work",       "newsletter.edit",
    "newsletter.approve", "outbox.read",        "retention.manage", "tenants.manage",
    "users.manage",       "settings.manage",    "state.read",       "check-in.undo",
};

constexpr std::array<std::string_view, 6> kScopeNames{"instance", "tenant", "event",
                                                      "track",    "office", "topic"};

template <class... Actions>
constexpr ActionSet set_of(Actions... actions) {
  return (bit(actions) | ...);
}

constexpr ActionSet kAll = (ActionSet{1} << kActions) - 1;
constexpr ActionSet kEditProgramme =
    set_of(Action::kDataRead, Action::kProgrammeRead, Action::kProgrammeEdit, Action::kPersonsEdit);
constexpr ActionSet kDesk =
    set_of(Action::kRegistrationsRead, Action::kCheckIn, Action::kCheckInUndo);
constexpr ActionSet kOrganise =
    kEditProgramme | kDesk |
    set_of(Action::kProgrammeRelease, Action::kReviewWrite, Action::kRegistrationsEdit,
           Action::kQuotasEdit, Action::kModerate, Action::kExhibitEdit, Action::kNewsletterEdit,
           Action::kOutboxRead, Action::kStateRead);

constexpr std::array<Role, 12> kRoles{{
    {"administrator", texts::kRoleAdministrator, kAll},
    {"organiser", texts::kRoleOrganiser, kOrganise},
    {"programme-editor", texts::kRoleProgrammeEditor, kEditProgramme},
    {"reviewer", texts::kRoleReviewer, set_of(Action::kProgrammeRead, Action::kReviewWrite)},
    {"desk", texts::kRoleDesk, kDesk},
    {"moderator", texts::kRoleModerator, set_of(Action::kProgrammeRead, Action::kModerate)},
    {"exhibitor", texts::kRoleExhibitor, set_of(Action::kExhibitEdit)},
    {"case-worker", texts::kRoleCaseWorker, set_of(Action::kCasesWork)},
    {"newsletter-editor", texts::kRoleNewsletterEditor, set_of(Action::kNewsletterEdit)},
    {"newsletter-approver", texts::kRoleNewsletterApprover,
     set_of(Action::kNewsletterEdit, Action::kNewsletterApprove)},
    {"data-steward", texts::kRoleDataSteward,
     set_of(Action::kDataRead, Action::kDataWrite, Action::kDataManage, Action::kStateRead)},
    {"viewer", texts::kRoleViewer,
     set_of(Action::kDataRead, Action::kProgrammeRead, Action::kStateRead)},
}};

// What routes ask for at a scope below the instance. A route that asks for something new at one
// stands here too.
constexpr ActionSet asked_at(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::kInstance:
      return kAll;
    case ScopeKind::kTenant:
      return set_of(Action::kDataRead, Action::kDataWrite, Action::kDataManage, Action::kStateRead);
    case ScopeKind::kEvent:
      return kDesk | set_of(Action::kRegistrationsEdit);
    case ScopeKind::kOffice:
      return set_of(Action::kCasesWork);
    case ScopeKind::kTrack:
    case ScopeKind::kTopic:
      return 0;
  }
  return 0;
}

template <class List>
std::string joined(const List& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace

std::string_view to_string(Action action) { return kActionNames[static_cast<std::size_t>(action)]; }

Result<Action> parse_action(std::string_view name) {
  const auto found = std::find(kActionNames.begin(), kActionNames.end(), name);
  if (found == kActionNames.end()) {
    return fail(Code::kBadRequestData, "rights are: " + joined(kActionNames), "rights");
  }
  return static_cast<Action>(found - kActionNames.begin());
}

std::string_view to_string(ScopeKind kind) { return kScopeNames[static_cast<std::size_t>(kind)]; }

Result<ScopeKind> parse_scope_kind(std::string_view name) {
  const auto found = std::find(kScopeNames.begin(), kScopeNames.end(), name);
  if (found == kScopeNames.end()) {
    return fail(Code::kBadRequestData, "scopes are: " + joined(kScopeNames), "scope");
  }
  return static_cast<ScopeKind>(found - kScopeNames.begin());
}

std::span<const Role> roles() { return kRoles; }

const Role* find_role(std::string_view name) {
  const auto found =
      std::find_if(kRoles.begin(), kRoles.end(), [&](const Role& r) { return r.name == name; });
  return found == kRoles.end() ? nullptr : &*found;
}

bool opens_at(const Role& role, ScopeKind kind) { return (role.actions & asked_at(kind)) != 0; }

bool Grant::covers(Action action, const Scope& scope) const {
  if ((actions & bit(action)) == 0) return false;
  if (kind == ScopeKind::kInstance) return true;
  if (kind == ScopeKind::kEvent && scope.kind == ScopeKind::kTrack) return id == scope.within;
  return kind == scope.kind && id == scope.id && within == scope.within;
}

std::string_view Caller::id() const { return subject_ ? std::string_view(subject_->id) : ""; }
std::string_view Caller::name() const { return subject_ ? std::string_view(subject_->name) : ""; }
std::string_view Caller::csrf() const { return subject_ ? std::string_view(subject_->csrf) : ""; }

std::string_view Caller::session() const {
  return subject_ ? std::string_view(subject_->session) : "";
}
bool Caller::needs_second_factor() const { return subject_ && subject_->needs_second_factor; }

Caller Caller::command_line() {
  auto subject = std::make_shared<Subject>();
  subject->name = "revier";
  return {Kind::kUnchecked, std::move(subject)};
}

const std::string* Caller::rights(std::string_view tenant) const {
  if (kind_ != Kind::kToken || !subject_ || subject_->rights.empty()) return nullptr;
  if (subject_->rights_tenant && *subject_->rights_tenant != tenant) return nullptr;
  return &subject_->rights;
}

std::string_view Caller::grounds() const {
  return subject_ ? std::string_view(subject_->grounds) : "";
}

std::string_view Caller::refusal() const {
  return subject_ ? std::string_view(subject_->refusal) : "";
}

bool Caller::may(Action action, const Scope& scope) const {
  if (kind_ == Kind::kUnchecked) return true;
  if (kind_ == Kind::kRejected || !subject_ || !subject_->rights.empty()) return false;
  const auto& readable = subject_->public_tenants;
  if (action == Action::kDataRead && scope.kind == ScopeKind::kTenant && readable &&
      (readable->all || readable->names.contains(scope.id))) {
    return true;
  }
  return std::any_of(subject_->grants.begin(), subject_->grants.end(),
                     [&](const Grant& grant) { return grant.covers(action, scope); });
}

bool Caller::may_somewhere(Action action) const {
  if (kind_ == Kind::kUnchecked) return true;
  if (kind_ == Kind::kRejected || !subject_) return false;
  return std::any_of(subject_->grants.begin(), subject_->grants.end(),
                     [&](const Grant& grant) { return (grant.actions & bit(action)) != 0; });
}

std::vector<std::string> Caller::events_with(Action action) const {
  std::vector<std::string> events;
  if (kind_ == Kind::kRejected || !subject_ || may(action)) return events;
  for (const Grant& grant : subject_->grants) {
    if (grant.kind == ScopeKind::kEvent && (grant.actions & bit(action)) != 0) {
      events.push_back(grant.id);
    }
  }
  return events;
}

Result<> Caller::require(Action action, const Scope& scope) const {
  if (may(action, scope)) return {};
  const std::string right = "\"" + std::string(to_string(action)) + "\"";
  const std::string why = subject_ ? subject_->refusal : std::string();
  switch (kind_) {
    case Kind::kAnonymous:
      return fail(Code::kUnauthenticated,
                  "this needs a token or a sign-in with the right " + right);
    case Kind::kRejected:
      return fail(Code::kUnauthenticated,
                  why.empty() ? "the token or the session is not valid (any more)" : why, "token");
    case Kind::kToken:
      return fail(Code::kForbidden,
                  "this needs the right " + right + " here" + (why.empty() ? "" : ": " + why),
                  "token");
    default:
      return fail(Code::kForbidden, "this needs the right " + right + " here");
  }
}

Result<> Caller::require_still(Action action, const Scope& scope) const {
  if (may(action, scope)) return {};
  const std::string_view why = refusal();
  if (!why.empty()) return fail(Code::kForbidden, std::string(why));
  return fail(Code::kForbidden,
              fmt::format("who made it has not the right \"{}\" here any more", to_string(action)));
}

Result<> Caller::require_csrf(std::string_view field) const {
  const std::string_view wanted = csrf();
  const bool same = !wanted.empty() && field.size() == wanted.size() &&
                    sodium_memcmp(field.data(), wanted.data(), wanted.size()) == 0;
  if (same || kind_ == Kind::kUnchecked) return {};
  return fail(Code::kForbidden, "the form is not of this session: load the page again");
}

}  // namespace revier::identity
