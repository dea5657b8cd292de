// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"

#include <algorithm>

#include "audit/audit.h"
#include "base/ascii.h"
#include "identity/detail/sql_identity.h"
#include "identity/jws.h"
#include "web/page.h"

namespace revier::identity {
namespace detail {
namespace {

constexpr std::size_t kAttemptKeysMax = 50'000;
// Uses younger than this are not stored: what is shown is right to about a minute.
constexpr Duration kTidyEvery = Duration::seconds(60);
// Until then the list shows that a token has ended.
constexpr Duration kEndedTokenKept = Duration::days(7);

bool is_tenant_name(std::string_view name) {
  return name.size() <= 50 && std::all_of(name.begin(), name.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '_' || c == '-';
         });
}

bool is_safe(net::Method method) {
  return method == net::Method::kGet || method == net::Method::kHead ||
         method == net::Method::kOptions;
}

audit::Actor actor_of(const Caller& by) {
  switch (by.kind()) {
    case Caller::Kind::kSession:
      return audit::Actor::kAccount;
    case Caller::Kind::kToken:
      return audit::Actor::kToken;
    case Caller::Kind::kUnchecked:
      return by.name().empty() ? audit::Actor::kNobody : audit::Actor::kCommandLine;
    default:
      return audit::Actor::kNobody;
  }
}

Result<> store_use(Session& session, Use& use, std::string_view sql) {
  const std::int64_t at = use.at_us.load(std::memory_order_relaxed);
  if (at <= use.stored_us.load(std::memory_order_relaxed)) return {};
  RV_TRY(session.execute(sql, {{"at", at}, {"id", use.id}}));
  use.stored_us.store(at, std::memory_order_relaxed);
  return {};
}

Result<> store_uses(Session& session, const Snapshot& state) {
  for (const auto& [digest, known] : state.sessions) {
    RV_TRY(
        store_use(session, *known.use, "UPDATE identity_session SET used_at = :at WHERE id = :id"));
  }
  for (const auto& [digest, known] : state.tokens) {
    RV_TRY(
        store_use(session, *known.use, "UPDATE identity_token SET used_at = :at WHERE id = :id"));
  }
  for (const auto& [role, profile] : state.profiles) {
    RV_TRY(store_use(session, *profile.use,
                     "UPDATE identity_profile SET used_at = :at WHERE name = :id"));
  }
  return {};
}

Result<> drop_ended_tokens(Session& session, Instant ended_before) {
  RV_ASSIGN(const auto gone,
            session.execute("DELETE FROM identity_token WHERE expires_at <= :before",
                            {{"before", ended_before}}));
  if (gone == 0) return {};
  RV_TRY(session.execute("UPDATE identity_state SET version = version + 1 WHERE id = 1"));
  return {};
}

}  // namespace

SqlIdentity::SqlIdentity(records::Database& database, const Clock& clock, Random& random,
                         Options options)
    : database_(database),
      clock_(clock),
      random_(random),
      options_(options),
      attempts_(options.attempts_window, kAttemptKeysMax),
      tidied_(clock.now()) {}

// --- who asks

Caller SqlIdentity::known(const KnownSecrets& secrets, const Digest& digest, Caller::Kind kind,
                          bool uses) const {
  const auto found = secrets.find(digest);
  if (found == secrets.end()) return {Caller::Kind::kRejected, nullptr};
  const Known& known = found->second;
  const Instant now = clock_.now();
  if (known.expires && *known.expires <= now) return {Caller::Kind::kRejected, nullptr};
  const Instant used{known.use->at_us.load(std::memory_order_relaxed)};
  if (kind == Caller::Kind::kSession && now - used >= options_.session_idle) {
    return {Caller::Kind::kRejected, nullptr};
  }
  if (uses) known.use->at_us.store(now.us, std::memory_order_relaxed);
  return {kind, known.subject};
}

Caller SqlIdentity::who_has(std::string_view token, bool uses) const {
  if (options_.no_auth) return {Caller::Kind::kUnchecked, nullptr};
  if (issuers_ && looks_like_jws(token)) return bearer(token, uses);
  return known(snapshot()->tokens, digest_of_request(kTokenPurpose, token), Caller::Kind::kToken,
               uses);
}

Caller SqlIdentity::who(const net::Request& request, bool uses) const {
  if (options_.no_auth) {
    // Whoever runs it reads other sites too: their pages can send to this machine as well.
    const bool foreign = !is_safe(request.method) && !web::same_origin(request);
    return {foreign ? Caller::Kind::kRejected : Caller::Kind::kUnchecked, nullptr};
  }
  if (const auto authorization = request.header("Authorization")) {
    constexpr std::string_view kScheme = "Bearer ";
    const bool bearer =
        net::equals_ignoring_case(authorization->substr(0, kScheme.size()), kScheme);
    if (!bearer) return {Caller::Kind::kRejected, nullptr};
    return who_has(authorization->substr(kScheme.size()), uses);
  }
  const auto now = snapshot();
  if (const auto cookie = request.cookie(kSessionCookie); cookie && !cookie->empty()) {
    Caller caller = known(now->sessions, digest_of_request(kSessionPurpose, *cookie),
                          Caller::Kind::kSession, uses);
    // A session that has ended is nobody: the public pages go on.
    const bool ended = caller.kind() == Caller::Kind::kRejected;
    if (!ended && !is_safe(request.method) && !web::same_origin(request)) {
      return {Caller::Kind::kRejected, nullptr};
    }
    if (!ended) return caller;
  }
  return {Caller::Kind::kAnonymous, now->nobody};
}

Result<> SqlIdentity::refresh() {
  const std::int64_t have = [this] {
    const ReadLock lock(mutex_);
    return snapshot_ ? snapshot_->version : -1;
  }();
  auto fresh =
      look<std::shared_ptr<Snapshot>>([&](Session& session) -> Result<std::shared_ptr<Snapshot>> {
        RV_ASSIGN(const std::int64_t version, stored_version(session));
        if (version == have) return nullptr;
        RV_ASSIGN(Snapshot loaded, load(session, options_));
        return std::make_shared<Snapshot>(std::move(loaded));
      });
  RV_TRY(fresh);
  const WriteLock lock(mutex_);
  const bool newer = *fresh && (!snapshot_ || snapshot_->version < (*fresh)->version);
  if (!newer) return {};
  if (snapshot_) keep_uses(**fresh, *snapshot_);
  snapshot_ = std::move(*fresh);
  return {};
}

Result<> SqlIdentity::tick() {
  if (issuers_) issuers_->tick();
  RV_TRY(refresh());
  const Instant now = clock_.now();
  if (now - tidied_ < kTidyEvery) return {};
  tidied_ = now;
  const auto state = snapshot();
  return database_.writer().run_blocking([&](Session& session) -> Result<> {
    RV_TRY(store_uses(session, *state));
    RV_TRY(drop_ended_tokens(session, now - kEndedTokenKept));
    RV_TRY(audit::purge(session, now + options_.civil_difference - options_.audit_keep));
    return {};
  });
}

Result<> SqlIdentity::record(Session& session, const Caller& by, const Deed& deed) const {
  const Instant now = clock_.now();
  return audit::write(session, {.civil = now + options_.civil_difference,
                                .real = now,
                                .actor = actor_of(by),
                                .actor_id = std::string(by.id()),
                                .actor_name = std::string(by.name()),
                                .action = std::string(deed.action),
                                .kind = std::string(deed.kind),
                                .object = std::string(deed.object)});
}

// --- tenants

bool SqlIdentity::tenant_exists(std::string_view name) const {
  if (options_.tenants_implicit && is_tenant_name(name)) return true;
  return snapshot()->tenants.contains(name);
}

std::vector<Tenant> SqlIdentity::tenants() const {
  std::vector<Tenant> list;
  for (const auto& [name, tenant] : snapshot()->tenants) list.push_back(tenant);
  return list;
}

Result<> SqlIdentity::create_tenant(const Tenant& tenant, const Caller& by) {
  if (tenant.name.empty() || !is_tenant_name(tenant.name)) {
    return fail(Code::kUnprocessable, "a tenant's name has 1 to 50 of a-z 0-9 _ -", "name");
  }
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto made,
              session.execute(
                  "INSERT INTO identity_tenant (name, public_read, created_at) "
                  "VALUES (:name, :public, :at) ON CONFLICT DO NOTHING",
                  {{"name", tenant.name}, {"public", tenant.public_read}, {"at", clock_.now()}}));
    if (made == 0) return fail(Code::kAlreadyExists, "there is a tenant of that name", "name");
    return record(session, by, {"tenant.create", "tenant", tenant.name});
  });
}

Result<> SqlIdentity::set_public_read(std::string_view tenant, bool public_read, const Caller& by) {
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto changed,
              session.execute("UPDATE identity_tenant SET public_read = :public WHERE name = :name",
                              {{"public", public_read}, {"name", tenant}}));
    if (changed == 0) return fail(Code::kNonexistentTenant, "there is no tenant of that name");
    return record(session, by, {public_read ? "tenant.open" : "tenant.close", "tenant", tenant});
  });
}

}  // namespace detail

Result<std::unique_ptr<Identity>> Identity::open(records::Database& database, const Clock& clock,
                                                 Random& random, Options options) {
  auto made = std::make_unique<detail::SqlIdentity>(database, clock, random, options);
  RV_TRY(made->refresh());
  return made;
}

}  // namespace revier::identity
