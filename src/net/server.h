// SPDX-License-Identifier: EUPL-1.2
// The HTTP/1.1 server: io threads, connections, TLS, limits, graceful end.
//
// Own rules on top of Beast's basic_parser (RFC 9112, request smuggling): any Transfer-Encoding but
// exactly `chunked` is 400 (501 for a known coding), Transfer-Encoding in HTTP/1.0 is 400, both
// Content-Length and Transfer-Encoding is 400, exactly one Host, obs-fold is 400, only origin-form
// targets, control characters refused.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "net/http.h"

namespace revier::net {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // host:port, [v6]:port; port 0 picks one
  unsigned threads = 0;                   // 0: one a core
  std::vector<std::string> names;    // Host values answered; empty: see ARCHITECTURE, Host check
  std::vector<std::string> proxies;  // addresses or CIDR whose X-Forwarded-* count
  std::string tls_certificate_file;  // both or neither
  std::string tls_key_file;
  std::size_t head_bytes_max = 16 * 1024;
  std::size_t fields_max = 64;
  std::size_t connections_max = 10'000;
  std::size_t connections_per_address_max = 0;     // 0: no limit
  std::int64_t head_timeout_ms = 10'000;           // from the first byte of a head to its end
  std::int64_t idle_timeout_ms = 60'000;           // keep-alive without a request
  std::int64_t body_bytes_per_second_min = 1'024;  // slower clients are cut off, 408
  std::int64_t write_timeout_ms = 30'000;          // without progress
  std::int64_t shutdown_timeout_ms = 20'000;
  bool access_log = true;
};

class Server {
 public:
  // Binds and listens; nothing is accepted before start(). `router` and `clock` must outlive it.
  // Errors: kUnavailable with the address and what the system said; kInvalidRequest for options.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(const ServerOptions& options,
                                                            const Router& router,
                                                            const Clock& clock);
  virtual ~Server() = default;

  // "127.0.0.1:8080" with the port that was really taken.
  [[nodiscard]] virtual std::string address() const = 0;
  // Starts the io threads and returns.
  virtual void start() = 0;
  // Takes no new connections, finishes what is under way (at most shutdown_timeout_ms), closes
  // streams, joins the threads. Idempotent; from any thread but an io thread.
  virtual void stop() = 0;
};

// Waiting inside a Task on an io thread of a Server.
[[nodiscard]] Task<> sleep_for(Duration duration);
// Lets other work of this thread run and goes on: the end of a slice. On any Executor.
[[nodiscard]] Task<> yield_now();

// Bounded pool for what blocks or computes long: SQL, PDF, argon2id, XLSX.
class Pool {
 public:
  // The destructor finishes what was taken.
  Pool(unsigned threads, std::size_t queue_max);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Runs `work` on the pool and goes on on the caller's io thread with its result.
  // Errors: kUnavailable when the queue is full (answered 503 with Retry-After); kInternalError,
  // logged, when `work` lets an exception out.
  template <class Work>
  [[nodiscard]] auto run(Work work) -> Task<Result<std::invoke_result_t<Work&>>>;

 private:
  // False when the queue is full.
  [[nodiscard]] bool post(std::function<void()> job);
  [[nodiscard]] static Error failed(const char* what);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace revier::net

#include "net/pool_inline.h"
