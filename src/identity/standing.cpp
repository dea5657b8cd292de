// SPDX-License-Identifier: EUPL-1.2
// What somebody may now who has left something behind earlier: grounds, stored with that, and the
// rights that stand on them today.
//
//   {"token": ID}                                          an own token
//   {"account": ID}                                        an account, whatever its session
//   {"issuer": NAME, "subject": ..., "roles": [...]}       one of a provider, with its roles that
//                                                          profiles gave rights for then
#include "identity/detail/sql_identity.h"
#include "json/json.h"

namespace revier::identity::detail {
namespace {

constexpr std::size_t kStandingsMax = 20'000;  // put together once, and again when there are more

Standing nothing(std::string why) {
  auto nobody = std::make_shared<Caller::Subject>();
  nobody->refusal = std::move(why);
  return {std::move(nobody), std::nullopt, false};
}

}  // namespace

std::string grounds_of_token(std::string_view id) {
  std::string text;
  json::Writer(text).begin_object().member("token", id).end_object();
  return text;
}

std::string grounds_of_account(std::string_view id) {
  std::string text;
  json::Writer(text).begin_object().member("account", id).end_object();
  return text;
}

std::string grounds_of_bearer(const Snapshot& snapshot, const Bearer& bearer) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("issuer", bearer.issuer).member("subject", bearer.subject);
  out.key("roles").begin_array();
  for (const std::string& role : bearer.roles) {
    if (snapshot.profiles.contains({bearer.issuer, role})) out.string(role);
  }
  out.end_array().end_object();
  return text;
}

Standing SqlIdentity::find_standing(const Snapshot& state, std::string_view grounds) const {
  const auto document = json::Document::parse(grounds);
  if (!document) return nothing("what gave the rights cannot be read");
  const json::Value root = document->root();
  if (const std::string id(root.text("token")); !id.empty()) {
    const auto found = state.standing_tokens.find(id);
    if (found == state.standing_tokens.end()) return nothing("the token was revoked");
    return found->second;
  }
  if (const std::string id(root.text("account")); !id.empty()) {
    const auto found = state.standing_accounts.find(id);
    if (found != state.standing_accounts.end()) return found->second;
    return nothing("the account was locked or deleted");
  }
  Bearer bearer{.issuer = std::string(root.text("issuer")),
                .subject = std::string(root.text("subject")),
                .roles = {}};
  if (!issuers_ || !issuers_->knows(bearer.issuer)) {
    return nothing("the identity provider is not trusted any more");
  }
  if (const auto roles = root.find("roles")) {
    for (const json::Value role : roles->elements()) {
      bearer.roles.emplace_back(role.as_string().value_or(""));
    }
  }
  auto subject = subject_of_bearer(state, bearer);
  const bool stands = subject->refusal.empty();
  return {std::move(subject), std::nullopt, stands};
}

Caller SqlIdentity::standing(std::string_view grounds) const {
  const auto state = snapshot();
  const Lock lock(standing_mutex_);
  if (standings_of_ != state || standings_.size() >= kStandingsMax) standings_.clear();
  standings_of_ = state;
  auto at = standings_.find(grounds);
  if (at == standings_.end()) {
    at = standings_.emplace(std::string(grounds), find_standing(*state, grounds)).first;
  }
  Standing& found = at->second;
  if (found.expires && *found.expires <= clock_.now()) found = nothing("the token has ended");
  return {found.stands ? Caller::Kind::kToken : Caller::Kind::kRejected, found.subject};
}

}  // namespace revier::identity::detail
