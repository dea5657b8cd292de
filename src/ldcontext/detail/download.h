// SPDX-License-Identifier: EUPL-1.2
// Fetches one @context document (JSON-LD 1.1 API, 9.4 remote documents) within bounds.
//
// Thread safety: pure functions; download() on an io thread.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "net/client.h"

namespace revier::ldcontext::detail {

struct Downloaded {
  std::string text;
  Instant expires_at;
};

struct DownloadLimits {
  std::int64_t timeout_ms;
  std::size_t bytes_max;
};

// Errors: of the client, and kLdContextNotAvailable for statuses and redirects that lead nowhere.
[[nodiscard]] Task<Result<Downloaded>> download(net::Client& client, std::string url,
                                                DownloadLimits limits, const Clock& clock);

// Until when a copy is good that came at `now`: Cache-Control, Expires, else a guess
// (6.3.16; RFC 9111, 4.2). At most 30 days.
[[nodiscard]] Instant expiry_of(const net::Reply& reply, Instant now);

// Target of `Link: <...>; rel="alternate"; type="application/ld+json"`; empty without one.
[[nodiscard]] std::string alternate_of(const net::Reply& reply);

}  // namespace revier::ldcontext::detail
