// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/http_channel.h"

#include <charconv>

#include "context/broker.h"
#include "net/http.h"
#include "subscription/document.h"

namespace revier::subscription::detail {
namespace {

constexpr std::size_t kReplyBytesMax = std::size_t{1} << 20;  // nobody reads it
constexpr std::int64_t kRetryAfterMaxMs = 3'600'000;

// The seconds of Retry-After; a date is not worth a parser here.
std::int64_t retry_after_ms(const net::Reply& reply) {
  const std::string_view text = reply.header("Retry-After");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return 0;
  return std::min(seconds, kRetryAfterMaxMs / 1'000) * 1'000;
}

// A receiver that does not take this message will not take it tomorrow; all else may pass.
bool is_final(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 &&
         status != 408 && status != 425 && status != 429;
}

Outcome outcome_of(const Result<net::Reply>& reply) {
  if (!reply) {
    const bool final = reply.error().code == Code::kBadRequestData;
    return {.delivered = false, .final = final, .reason = reply.error().message};
  }
  if (reply->status >= 200 && reply->status < 300) return {.delivered = true};
  return {.delivered = false,
          .final = is_final(reply->status),
          .reason = fmt::format("the receiver answered {}", reply->status),
          .retry_after_ms = retry_after_ms(*reply)};
}

bool is_own_header(std::string_view name) {
  return net::equals_ignoring_case(name, "Content-Type") ||
         net::equals_ignoring_case(name, "Content-Length") ||
         net::equals_ignoring_case(name, "Transfer-Encoding") ||
         net::equals_ignoring_case(name, "Host");
}

}  // namespace

void HttpChannel::send(Delivery delivery, Done done) {
  const Subscription& subscription = delivery.subscription;
  const Endpoint& endpoint = subscription.notification.endpoint;
  net::Outgoing request;
  request.url = endpoint.uri;
  request.body = std::move(delivery.body);
  request.reply_bytes_max = kReplyBytesMax;
  request.deadline_ms =
      endpoint.timeout_ms > 0 ? std::min(endpoint.timeout_ms, timeout_ms_) : timeout_ms_;
  request.headers.emplace_back("Content-Type", name_of(endpoint.accept));
  request.headers.emplace_back("Revier-Attempt", std::to_string(delivery.attempt));
  if (!delivery.link.empty()) request.headers.emplace_back("Link", std::move(delivery.link));
  const std::string_view tenant = context::tenant_of_space(subscription.tenant);
  const std::string_view snapshot = context::snapshot_of_space(subscription.tenant);
  if (!tenant.empty()) request.headers.emplace_back("NGSILD-Tenant", tenant);
  if (!snapshot.empty()) request.headers.emplace_back("NGSILD-Snapshot", snapshot);
  for (const auto& [key, value] : endpoint.receiver_info) {
    if (!is_own_header(key)) request.headers.emplace_back(key, value);
  }
  client_.send(std::move(request), [done = std::move(done)](const Result<net::Reply>& reply) {
    done(outcome_of(reply));
  });
}

}  // namespace revier::subscription::detail
