// SPDX-License-Identifier: EUPL-1.2
// Our server with one route of given bytes, as it is shipped: time-outs, limits, Host check,
// metrics; the access log on demand. One io thread, to stand beside epoll_ceiling.
//
//   http_plain_server PORT BODY_BYTES [--access-log] [--etag]      prints "ready" when it listens
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "base/time.h"
#include "net/server.h"

int main(int count, char** words) {
  using namespace revier;  // NOLINT: a program of one function
  if (count < 3) return 2;
  net::ServerOptions options;
  options.listen = fmt::format("127.0.0.1:{}", words[1]);
  options.threads = 1;
  options.access_log = false;
  const char* type = "text/plain";
  for (int i = 3; i < count; ++i) {
    if (std::string_view(words[i]) == "--access-log") options.access_log = true;
    if (std::string_view(words[i]) == "--etag") type = "application/json";
  }
  const std::string body(std::strtoul(words[2], nullptr, 10), 'x');
  net::Router router;
  router.add(net::Method::kGet, "/bench/{id}",
             [&](net::Request&) { return net::Response::text(200, type, body); });
  const RealClock clock;
  auto server = net::Server::open(options, router, clock);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  (*server)->start();
  std::puts("ready");
  std::fflush(stdout);
  ::pause();
}
