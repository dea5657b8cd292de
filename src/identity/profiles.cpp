// SPDX-License-Identifier: EUPL-1.2
// What tokens of identity providers may: profiles, stored, and what a bearer has by hers.
#include <algorithm>

#include "identity/detail/sql_identity.h"

#include "base/ascii.h"

namespace revier::identity::detail {
namespace {

constexpr std::size_t kProfilesMax = 1'000;

bool is_profile_name(std::string_view name) { return is_plain_id(name, 64); }

using Having = std::vector<const KnownProfile*>;

Having profiles_of(const Snapshot& snapshot, const Bearer& bearer) {
  Having found;
  for (const std::string& role : bearer.roles) {
    const auto [begin, end] = snapshot.profiles.equal_range({bearer.issuer, role});
    for (auto at = begin; at != end; ++at) {
      const KnownProfile* const profile = &at->second;
      if (std::find(found.begin(), found.end(), profile) == found.end()) found.push_back(profile);
    }
  }
  return found;
}

// "[a]" and "[b]" are "[a,b]".
void add_rules(std::string& rules, std::string_view more) {
  if (rules.empty()) {
    rules = more;
    return;
  }
  rules.back() = ',';
  rules.append(more.substr(1));
}

// Actions add up, and so do rights by entity of one tenant.
bool add_up(const Having& profiles) {
  return std::all_of(profiles.begin(), profiles.end(), [&](const KnownProfile* one) {
    const KnownProfile* const first = profiles.front();
    if (first->rights.empty()) return one->rights.empty();
    return !one->rights.empty() && one->tenant == first->tenant;
  });
}

// What was put together last on this thread: clients send the same token with every request.
struct Composed {
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const Bearer> bearer;
  std::shared_ptr<const Caller::Subject> subject;
};

}  // namespace

std::shared_ptr<const Caller::Subject> subject_of_bearer(const Snapshot& snapshot,
                                                         const Bearer& bearer) {
  auto subject = std::make_shared<Caller::Subject>();
  subject->id = fmt::format("{}:{}", bearer.issuer, bearer.subject);
  subject->name = subject->id;
  const Having having = profiles_of(snapshot, bearer);
  if (having.empty()) {
    subject->refusal = "no profile gives rights to the roles of this token";
    return subject;
  }
  if (!add_up(having)) {
    subject->refusal = "the profiles of the roles of this token cannot be had together";
    return subject;
  }
  if (having.front()->rights.empty()) subject->public_tenants = snapshot.nobody->public_tenants;
  for (const KnownProfile* profile : having) {
    if (profile->rights.empty()) {
      subject->grants.push_back(profile->grant);
    } else {
      add_rules(subject->rights, profile->rights);
      subject->rights_tenant = profile->tenant;
    }
  }
  subject->grounds = grounds_of_bearer(snapshot, bearer);
  return subject;
}

void note_use(const Snapshot& snapshot, const Bearer& bearer, Instant now) {
  for (const KnownProfile* profile : profiles_of(snapshot, bearer)) {
    profile->use->at_us.store(now.us, std::memory_order_relaxed);
  }
}

Caller SqlIdentity::bearer(std::string_view token, bool uses) const {
  auto checked = issuers_->check(token);
  if (!checked) {
    auto nobody = std::make_shared<Caller::Subject>();
    nobody->refusal = checked.error().message;
    return {Caller::Kind::kRejected, std::move(nobody)};
  }
  static thread_local Composed last;
  auto state = snapshot();
  if (last.snapshot != state || last.bearer != *checked) {
    last = {state, *checked, subject_of_bearer(*state, **checked)};
  }
  if (uses) note_use(*state, **checked, clock_.now());
  return {Caller::Kind::kToken, last.subject};
}

Result<> SqlIdentity::check_profile(const Profile& profile) const {
  if (!is_profile_name(profile.name)) {
    return fail(Code::kUnprocessable, "a profile's name has 1 to 64 of a-z 0-9 -", "name");
  }
  if (issuers_ ? !issuers_->knows(profile.issuer) : profile.issuer.empty()) {
    return fail(Code::kUnprocessable, "there is no issuer of that name in oidc.issuers", "issuer");
  }
  if (profile.role.empty() || profile.role.size() > 256) {
    return fail(Code::kUnprocessable, "a role has 1 to 256 bytes", "role");
  }
  if (profile.actions.empty() == profile.rights.empty()) {
    return fail(Code::kUnprocessable, "a profile has actions, or rights by entity", "rights");
  }
  if (std::count(profile.actions.begin(), profile.actions.end(), Action::kUsersManage) > 0) {
    return fail(Code::kUnprocessable,
                "users.manage is for accounts and own tokens: a provider makes no lasting tokens",
                "actions");
  }
  if (profile.tenant && !tenant_exists(*profile.tenant)) {
    return fail(Code::kUnprocessable, "there is no tenant of that name", "tenant");
  }
  return {};
}

Result<> SqlIdentity::put_profile(const Profile& profile, const Caller& by) {
  RV_TRY(check_profile(profile));
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const records::Row count,
              session.one("SELECT COUNT(*) AS n FROM identity_profile WHERE name <> :name",
                          {{"name", profile.name}}));
    if (count.integer("n") >= static_cast<std::int64_t>(kProfilesMax)) {
      return fail(Code::kUnprocessable, "there are 1,000 profiles: remove one first", "name");
    }
    RV_TRY(session.execute(
        "INSERT INTO identity_profile (name, issuer, role, actions, tenant, rights, changed_at)"
        " VALUES (:name, :issuer, :role, :actions, :tenant, :rights, :at)"
        " ON CONFLICT (name) DO UPDATE SET issuer = excluded.issuer, role = excluded.role,"
        " actions = excluded.actions, tenant = excluded.tenant, rights = excluded.rights,"
        " changed_at = excluded.changed_at",
        {{"name", profile.name},
         {"issuer", profile.issuer},
         {"role", profile.role},
         {"actions", join_actions(profile.actions)},
         {"tenant", profile.tenant},
         {"rights", profile.rights},
         {"at", clock_.now()}}));
    return record(session, by, {"profile.put", "profile", profile.name});
  });
}

Result<std::vector<ProfileRow>> SqlIdentity::profiles() {
  RV_ASSIGN(std::vector<ProfileRow> list,
            look<std::vector<ProfileRow>>([](Session& session) -> Result<std::vector<ProfileRow>> {
              RV_ASSIGN(const auto rows,
                        session.query("SELECT name, issuer, role, actions, tenant, rights,"
                                      " changed_at, used_at FROM identity_profile ORDER BY name"));
              std::vector<ProfileRow> found;
              for (const records::Row& row : rows) {
                ProfileRow& one = found.emplace_back();
                one.profile = {row.text("name"),         row.text("issuer"),
                               row.text("role"),         split_actions(row.text("actions")),
                               row.maybe_text("tenant"), row.text("rights")};
                one.changed = Instant{row.integer("changed_at")};
                if (const auto used = row.maybe_integer("used_at")) one.used = Instant{*used};
              }
              return found;
            }));
  const auto state = snapshot();
  for (const auto& [role, known] : state->profiles) {
    const std::int64_t at = known.use->at_us.load();
    for (ProfileRow& row : list) {
      if (row.profile.name == known.use->id && at > 0) row.used = Instant{at};
    }
  }
  return list;
}

Result<> SqlIdentity::remove_profile(std::string_view name, const Caller& by) {
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto gone,
              session.execute("DELETE FROM identity_profile WHERE name = :name", {{"name", name}}));
    if (gone == 0) return fail(Code::kResourceNotFound, "there is no profile of this name");
    return record(session, by, {"profile.remove", "profile", name});
  });
}

}  // namespace revier::identity::detail
