// SPDX-License-Identifier: EUPL-1.2
#include "ldcontext/detail/download.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <fmt/format.h>

#include "base/ascii.h"
#include "jsonld/catalogue.h"

namespace revier::ldcontext::detail {
namespace {

constexpr int kHopsMax = 5;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSecondsMax = 30 * kDay;
constexpr std::int64_t kGuess = kDay;  // where the origin says nothing at all

std::optional<Instant> http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return Instant{static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000};
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
  if (text.size() > 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return kSecondsMax;
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return std::min(number, kSecondsMax);
}

std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// What Cache-Control says, in seconds; s-maxage goes before max-age.
std::optional<std::int64_t> cache_control(const net::Reply& reply) {
  std::optional<std::int64_t> max_age;
  std::optional<std::int64_t> shared;
  std::string_view rest = reply.header("Cache-Control");
  while (!rest.empty()) {
    std::string_view value = next_part(rest, ',');
    const std::string_view name = next_part(value, '=');
    if (net::equals_ignoring_case(name, "no-store") || net::equals_ignoring_case(name, "no-cache"))
      return 0;
    if (net::equals_ignoring_case(name, "max-age")) max_age = seconds_of(value);
    if (net::equals_ignoring_case(name, "s-maxage")) shared = seconds_of(value);
  }
  return shared ? shared : max_age;
}

// A tenth of the time since the document was changed last (RFC 9111, 4.2.2).
std::int64_t guessed_seconds(const net::Reply& reply, Instant date) {
  const auto changed = http_date(reply.header("Last-Modified"));
  if (!changed || *changed > date) return kGuess;
  return std::clamp((date - *changed).us / 10'000'000, kDay / 24, 7 * kDay);
}

bool is_json(std::string_view content_type) {
  const std::string_view type = next_part(content_type, ';');
  return type.empty() || net::equals_ignoring_case(type, "application/json") ||
         type.ends_with("+json") || type.ends_with("+JSON");
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where a reply leads on; empty where it is the document.
std::string next_url(const net::Reply& reply, const std::string& url) {
  if (is_redirect(reply.status)) {
    return jsonld::absolute_url(url, reply.header("Location"));
  }
  if (reply.status != 200 || is_json(reply.header("Content-Type"))) return {};
  const std::string other = alternate_of(reply);
  return other.empty() ? std::string() : jsonld::absolute_url(url, other);
}

}  // namespace

std::string alternate_of(const net::Reply& reply) {
  for (const auto& [name, value] : reply.headers) {
    if (!net::equals_ignoring_case(name, "Link")) continue;
    std::string_view rest = value;
    const std::string_view target = next_part(rest, ';');
    if (target.size() < 3 || target.front() != '<' || target.back() != '>') continue;
    bool alternate = false;
    bool json_ld = false;
    while (!rest.empty()) {
      const std::string_view parameter = next_part(rest, ';');
      alternate |= parameter == R"(rel="alternate")" || parameter == "rel=alternate";
      json_ld |= parameter == R"(type="application/ld+json")";
    }
    if (alternate && json_ld) return std::string(target.substr(1, target.size() - 2));
  }
  return {};
}

Instant expiry_of(const net::Reply& reply, Instant now) {
  const Instant date = http_date(reply.header("Date")).value_or(now);
  const std::int64_t age = seconds_of(reply.header("Age")).value_or(0);
  std::int64_t seconds = 0;
  if (const auto told = cache_control(reply)) {
    seconds = *told;
  } else if (const std::string_view expires = reply.header("Expires"); !expires.empty()) {
    // A date that is none means: already over (RFC 9111, 5.3).
    const auto at = http_date(expires);
    seconds = at ? (*at - date).us / 1'000'000 : 0;
  } else {
    seconds = guessed_seconds(reply, date);
  }
  return now + Duration::seconds(std::clamp<std::int64_t>(seconds - age, 0, kSecondsMax));
}

Task<Result<Downloaded>> download(net::Client& client, std::string url, DownloadLimits limits,
                                  const Clock& clock) {
  const std::int64_t end_us = monotonic_us() + limits.timeout_ms * 1'000;
  for (int hop = 0; hop <= kHopsMax; ++hop) {
    net::Outgoing request;
    request.method = net::Method::kGet;
    request.url = url;
    request.headers.emplace_back("Accept", "application/ld+json, application/json;q=0.9");
    request.deadline_ms = std::max<std::int64_t>((end_us - monotonic_us()) / 1'000, 1);
    request.reply_bytes_max = limits.bytes_max;
    RV_CO_ASSIGN(net::Reply reply, co_await client.send(std::move(request)));
    std::string next = next_url(reply, url);
    if (next.empty() && reply.status != 200) {
      co_return fail(Code::kLdContextNotAvailable, fmt::format("it answered {}", reply.status));
    }
    if (next.empty()) {
      const Instant expires_at = expiry_of(reply, clock.now());
      co_return Downloaded{std::move(reply.body), expires_at};
    }
    if (url.starts_with("https://") && !next.starts_with("https://")) {
      co_return fail(Code::kLdContextNotAvailable, "it leads from https to a place without TLS");
    }
    url = std::move(next);
  }
  co_return fail(Code::kLdContextNotAvailable, "it redirects more than five times");
}

}  // namespace revier::ldcontext::detail
