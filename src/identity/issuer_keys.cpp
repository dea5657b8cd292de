// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/issuer_keys.h"

#include "base/log.h"
#include "json/json.h"

namespace revier::identity::detail {
namespace {

constexpr std::int64_t kFetchDeadlineMs = 10'000;

tl::unexpected<Error> not_fetched(std::string why) {
  return fail(Code::kUnavailable, std::move(why));
}

// Where a provider's discovery document says its keys are (OpenID Connect Discovery 1.0, 4.3).
Result<std::string> keys_url_of(const std::string& document, const std::string& issuer) {
  const auto parsed =
      json::Document::parse(document, {.bytes_max = KeySet::kBytesMax, .depth_max = 16});
  if (!parsed) return not_fetched("the discovery document is no JSON");
  if (const std::string_view named = parsed->root().text("issuer"); named != issuer) {
    return not_fetched(fmt::format("the discovery document is of another issuer: {}", named));
  }
  std::string url(parsed->root().text("jwks_uri"));
  if (url.empty()) return not_fetched("the discovery document names no jwks_uri");
  if (issuer.starts_with("https://") && !url.starts_with("https://")) {
    return not_fetched("jwks_uri is not https as the issuer is");
  }
  return url;
}

}  // namespace

std::shared_ptr<const KeySet> IssuerKeys::now() const {
  const Instant now = clock_.now();
  const Lock lock(mutex_);
  const bool old = options_.keys_file.empty() && now - taken_ >= kKeptMax;
  return old ? nullptr : keys_;
}

bool IssuerKeys::begin_fetch() {
  const Instant now = clock_.now();
  const Lock lock(mutex_);
  if (fetching_ || now < due_) return false;
  fetching_ = true;
  return true;
}

bool IssuerKeys::want() {
  if (!options_.keys_file.empty()) return false;
  {
    const Instant now = clock_.now();
    const Lock lock(mutex_);
    if (fetching_) return true;
    if (wanted_.us != 0 && now - wanted_ < kWantedEvery) return false;
    wanted_ = now;
    fetching_ = true;
  }
  fetch();
  return true;
}

void IssuerKeys::refresh() {
  if (!begin_fetch()) return;
  if (options_.keys_file.empty()) return fetch();
  ended(take_file());
}

Result<> IssuerKeys::take_file() {
  RV_ASSIGN(const std::string text, read_file_(options_.keys_file));
  const Result<> taken = take(text);
  if (taken) return {};
  return fail(Code::kBadRequestData, options_.keys_file + ": " + taken.error().message);
}

void IssuerKeys::fetch() {
  if (!options_.keys_url.empty()) return fetch_from(options_.keys_url);
  std::string url = options_.issuer;
  while (url.ends_with('/')) url.pop_back();
  get(url + "/.well-known/openid-configuration",
      [](IssuerKeys& self, const std::string& document) { self.discovered(document); });
}

void IssuerKeys::discovered(const std::string& document) {
  const auto url = keys_url_of(document, options_.issuer);
  if (!url) return ended(fail(url.error()));
  fetch_from(*url);
}

void IssuerKeys::fetch_from(const std::string& url) {
  get(url, [](IssuerKeys& self, const std::string& text) { self.ended(self.take(text)); });
}

void IssuerKeys::get(const std::string& url,
                     std::function<void(IssuerKeys&, const std::string&)> then) {
  client_.send({.method = net::Method::kGet,
                .url = url,
                .headers = {{"Accept", "application/json"}},
                .deadline_ms = kFetchDeadlineMs,
                .reply_bytes_max = KeySet::kBytesMax},
               [self = shared_from_this(), then = std::move(then)](Result<net::Reply> reply) {
                 if (!reply) return self->ended(fail(reply.error()));
                 if (reply->status != 200) {
                   return self->ended(not_fetched(fmt::format("answered {}", reply->status)));
                 }
                 then(*self, reply->body);
               });
}

Result<> IssuerKeys::take(const std::string& text) {
  const Instant now = clock_.now();
  {
    const Lock lock(mutex_);
    if (keys_ && text == text_) {  // tokens that are known stay so
      taken_ = now;
      return {};
    }
  }
  Result<KeySet> read = KeySet::parse(text);
  if (!read) {
    if (read.error().field == KeySet::kNoUsableKey) drop();
    return fail(read.error());
  }
  auto fresh = std::make_shared<const KeySet>(*std::move(read));
  log_event(Level::kInfo, "identity.keys", {{"issuer", options_.name}, {"keys", fresh->size()}});
  const Lock lock(mutex_);
  keys_ = std::move(fresh);
  text_ = text;
  taken_ = now;
  return {};
}

// The provider says that it has none: what it signed before counts no longer. One that cannot be
// read or reached says nothing.
void IssuerKeys::drop() {
  {
    const Lock lock(mutex_);
    if (!keys_) return;
    keys_ = nullptr;
    text_.clear();
  }
  log_event(Level::kWarn, "identity.keys_taken_away", {{"issuer", options_.name}});
}

void IssuerKeys::ended(const Result<>& how) {
  const Instant now = clock_.now();
  bool news = false;
  {
    const Lock lock(mutex_);
    fetching_ = false;
    news = !how && !failing_;
    failing_ = !how;
    const Duration again = keys_ ? kRetryAfter : kFirstRetryAfter;
    due_ = now + (!options_.keys_file.empty() ? kFirstRetryAfter : how ? kFetchEvery : again);
  }
  if (news) {
    log_event(Level::kWarn, "identity.no_keys",
              {{"issuer", options_.name}, {"reason", how.error().message}});
  }
}

}  // namespace revier::identity::detail
