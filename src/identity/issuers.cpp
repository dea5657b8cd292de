// SPDX-License-Identifier: EUPL-1.2
#include "identity/issuers.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/ascii.h"
#include "identity/detail/issuer_keys.h"
#include "identity/detail/secrets.h"
#include "json/json.h"

namespace revier::identity {
namespace {

using detail::Digest;
using detail::IssuerKeys;

constexpr std::size_t kSubjectMax = 128;
constexpr std::size_t kRoleBytesMax = 256;
constexpr double kSecondsMax = 1e11;  // some way after the year 5000
constexpr std::string_view kBearerPurpose = "bearer";

tl::unexpected<Error> refused(std::string_view why) {
  return fail(Code::kUnauthenticated, fmt::format("the token is not valid: {}", why), "token");
}

std::optional<json::Value> claim_at(const json::Value& claims, const ClaimPath& path) {
  std::optional<json::Value> found = claims;
  for (const std::string& name : path) {
    found = found->find(name);
    if (!found) return std::nullopt;
  }
  return found;
}

// NumericDate (RFC 7519, 2); nullopt where there is none. Errors: it is no time.
Result<std::optional<Instant>> time_claim(const json::Value& claims, std::string_view name) {
  const auto claim = claims.find(name);
  if (!claim) return std::optional<Instant>();
  const auto seconds = claim->as_number();
  if (!seconds || *seconds < 0 || *seconds > kSecondsMax) {
    return refused(fmt::format("{} is no time", name));
  }
  return std::optional(Instant{static_cast<std::int64_t>(*seconds * 1e6)});
}

// When it ends.
Result<Instant> check_times(const json::Value& claims, Instant now, Duration leeway) {
  RV_ASSIGN(const auto ends, time_claim(claims, "exp"));
  RV_ASSIGN(const auto begins, time_claim(claims, "nbf"));
  RV_ASSIGN(const auto made, time_claim(claims, "iat"));
  if (!ends) return refused("it has no end (exp)");
  if (*ends + leeway <= now) return refused("it has expired");
  if (begins && *begins - leeway > now) return refused("it does not hold yet (nbf)");
  if (made && *made - leeway > now) return refused("it was made in the future (iat)");
  return *ends + leeway;
}

bool is_for_us(const json::Value& claims, const std::vector<std::string>& audiences) {
  const auto claim = claims.find("aud");
  if (!claim) return false;
  const auto ours = [&](const json::Value& one) {
    const auto text = one.as_string();
    return text && std::find(audiences.begin(), audiences.end(), *text) != audiences.end();
  };
  bool found = ours(*claim);
  for (const json::Value one : claim->elements()) found = found || ours(one);
  return found;
}

void add_role(std::string_view role, std::vector<std::string>& out) {
  const bool fits = !role.empty() && role.size() <= kRoleBytesMax;
  if (fits && out.size() < Issuers::kRolesMax) out.emplace_back(role);
}

// A text is words (scope), an array has each role in one text.
void add_roles(const json::Value& claim, std::vector<std::string>& out) {
  std::string_view words = claim.as_string().value_or("");
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    add_role(words.substr(0, end), out);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  for (const json::Value one : claim.elements()) add_role(one.as_string().value_or(""), out);
}

Result<std::string> subject_of(const json::Value& claims, const ClaimPath& path) {
  const auto claim = claim_at(claims, path);
  const std::string_view text = claim ? claim->as_string().value_or("") : "";
  if (text.empty() || text.size() > kSubjectMax || std::ranges::any_of(text, is_control)) {
    return refused("it does not say whose it is (" + path.back() + ")");
  }
  return std::string(text);
}

class KnownIssuers final : public Issuers {
 public:
  KnownIssuers(std::vector<IssuerOptions> options, net::Client& client, const Clock& clock,
               const ReadFile& read_file)
      : clock_(clock) {
    for (IssuerOptions& one : options) {
      issuers_.push_back(std::make_shared<IssuerKeys>(std::move(one), client, clock, read_file));
    }
  }

  Result<> begin() {
    for (const auto& issuer : issuers_) {
      if (!issuer->options().keys_file.empty()) RV_TRY(issuer->take_file());
    }
    tick();
    return {};
  }

  Result<std::shared_ptr<const Bearer>> check(std::string_view token) override {
    if (token.size() > Jws::kBytesMax) {
      return refused(fmt::format("it has more than {} bytes", Jws::kBytesMax));
    }
    const Digest digest = detail::digest_of_request(kBearerPurpose, token);
    const Instant now = clock_.now();
    if (auto bearer = known(digest, now)) return bearer;
    RV_ASSIGN(const Jws read, read_jws(token));
    const auto claims =
        json::Document::parse(read.payload, {.bytes_max = Jws::kBytesMax, .depth_max = 16});
    if (!claims || !claims->root().is_object()) return refused("its claims are no JSON object");
    RV_ASSIGN(IssuerKeys* const issuer, issuer_of(claims->root()));
    RV_ASSIGN(auto keys, verified(*issuer, read));
    RV_ASSIGN(Bearer bearer, bearer_of(claims->root(), issuer->options(), now));
    auto made = std::make_shared<const Bearer>(std::move(bearer));
    remember(digest, {made, std::move(keys), issuer}, now);
    return made;
  }

  bool knows(std::string_view name) const override {
    return std::any_of(issuers_.begin(), issuers_.end(),
                       [&](const auto& one) { return one->options().name == name; });
  }

  void tick() override {
    for (const auto& issuer : issuers_) issuer->refresh();
  }

 private:
  struct Checked {
    std::shared_ptr<const Bearer> bearer;
    std::shared_ptr<const KeySet> keys;  // that it was held against
    const IssuerKeys* issuer;
  };

  std::shared_ptr<const Bearer> known(const Digest& digest, Instant now) const {
    Checked found{};
    {
      const ReadLock lock(mutex_);
      const auto place = checked_.find(digest);
      if (place == checked_.end()) return nullptr;
      found = place->second;
    }
    const bool holds = found.bearer->ends > now && found.issuer->now() == found.keys;
    return holds ? found.bearer : nullptr;
  }

  void remember(const Digest& digest, Checked checked, Instant now) {
    const WriteLock lock(mutex_);
    if (checked_.size() >= kKnownMax) {
      std::erase_if(checked_, [&](const auto& one) { return one.second.bearer->ends <= now; });
      if (checked_.size() >= kKnownMax) checked_.clear();  // they are checked anew
    }
    checked_.insert_or_assign(digest, std::move(checked));
  }

  Result<IssuerKeys*> issuer_of(const json::Value& claims) const {
    const auto claim = claims.find("iss");
    const auto name = claim ? claim->as_string() : std::nullopt;
    for (const auto& issuer : issuers_) {
      if (name == issuer->options().issuer) return issuer.get();
    }
    return refused("it is of no issuer that is trusted here (iss)");
  }

  // The keys that the signature is good by.
  static Result<std::shared_ptr<const KeySet>> verified(IssuerKeys& issuer, const Jws& token) {
    auto keys = issuer.now();
    const auto verdict = keys ? keys->verify(token) : KeySet::Verdict::kUnknownKey;
    if (verdict == KeySet::Verdict::kGenuine) return keys;
    if (verdict == KeySet::Verdict::kForged) return refused("its signature is wrong");
    if (issuer.want() || !keys) {
      return refused("the keys of its issuer are being fetched: try again in a moment");
    }
    return refused("its issuer has no such key (kid)");
  }

  static Result<Bearer> bearer_of(const json::Value& claims, const IssuerOptions& issuer,
                                  Instant now) {
    Bearer out{.issuer = issuer.name, .subject = {}, .roles = {}, .ends = {}};
    RV_ASSIGN(out.ends, check_times(claims, now, issuer.leeway));
    if (!is_for_us(claims, issuer.audiences)) return refused("it is not for this server (aud)");
    if (claims.find("cnf")) return refused("it is bound to a key of its bearer's (cnf)");
    RV_ASSIGN(out.subject, subject_of(claims, issuer.subject));
    for (const ClaimPath& path : issuer.roles) {
      if (const auto claim = claim_at(claims, path)) add_roles(*claim, out.roles);
    }
    return out;
  }

  const Clock& clock_;
  std::vector<std::shared_ptr<IssuerKeys>> issuers_;
  mutable SharedMutex mutex_;
  std::unordered_map<Digest, Checked, detail::DigestHash> checked_ RV_GUARDED_BY(mutex_);
};

}  // namespace

Result<std::shared_ptr<Issuers>> Issuers::open(std::vector<IssuerOptions> options,
                                               net::Client& client, const Clock& clock,
                                               ReadFile read_file) {
  auto made = std::make_shared<KnownIssuers>(std::move(options), client, clock, read_file);
  RV_TRY(made->begin());
  return made;
}

}  // namespace revier::identity
