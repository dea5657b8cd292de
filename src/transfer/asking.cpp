// SPDX-License-Identifier: EUPL-1.2
#include "transfer/detail/asking.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace revier::transfer::detail {
namespace {

constexpr int kTriesMax = 6;
constexpr std::chrono::milliseconds kFirstPause{500};

}  // namespace

bool is_passing(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string reason_of(const json::Value& problem) {
  const std::string_view title = problem.text("title");
  const std::string_view detail = problem.text("detail");
  return fmt::format("{}{}{}", title, title.empty() || detail.empty() ? "" : ": ", detail);
}

std::string reason_of(int status, std::string_view body) {
  const auto document = json::Document::parse(body);
  const std::string reason = document ? reason_of(document->root()) : std::string();
  return reason.empty() ? fmt::format("the server answers {}", status) : reason;
}
std::string reason_of(const net::Reply& reply) { return reason_of(reply.status, reply.body); }

Result<net::Reply> ask(const Server& server, net::Outgoing request) {
  if (!server.token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + server.token);
  if (!server.tenant.empty()) request.headers.emplace_back("NGSILD-Tenant", server.tenant);
  Error last;
  auto pause = kFirstPause;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    if (tries > 0) {
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
    Result<net::Reply> reply = server.ask(request);
    if (!reply) {
      last = reply.error();
      continue;
    }
    if (is_passing(reply->status)) {
      last = {Code::kUnavailable, reason_of(*reply), {}};
      continue;
    }
    if (reply->status == 401) return fail(Code::kUnauthenticated, reason_of(*reply));
    if (reply->status == 403) return fail(Code::kForbidden, reason_of(*reply));
    return reply;
  }
  return fail(Code::kUnavailable, fmt::format("{}: {}", server.address, last.message));
}

}  // namespace revier::transfer::detail
