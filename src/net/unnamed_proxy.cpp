// SPDX-License-Identifier: EUPL-1.2
#include "net/unnamed_proxy.h"

#include <atomic>
#include <mutex>

#include "base/log.h"

namespace revier::net {
namespace {

struct Seen {
  std::atomic<bool> any = false;
  std::mutex mutex;
  std::string address;
};

Seen& seen() {
  static Seen one;
  return one;
}

}  // namespace

std::string unnamed_proxy() {
  const std::scoped_lock lock(seen().mutex);
  return seen().address;
}

void detail::look_for_proxy(const Request& request, const Address& peer) {
  if (seen().any || !request.header("X-Forwarded-For") || !is_private(peer)) return;
  if (seen().any.exchange(true)) return;
  const std::scoped_lock lock(seen().mutex);
  seen().address = to_string(peer);
  log_event(Level::kWarn, "net.proxy_unnamed",
            {{"address", seen().address}, {"hint", "name it in server.proxies"}});
}

}  // namespace revier::net
