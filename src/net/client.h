// SPDX-License-Identifier: EUPL-1.2
// The HTTP/1.1 client: what Revier sends out by itself (notifications, other brokers, @contexts).
//
//   RV_CO_ASSIGN(const Reply reply, co_await client.send({.url = url, .body = body}));
//
// Connections are kept and shared; every request has a deadline that counts from send(), waiting
// for a connection included; answers are bounded; redirects are answers like others, never
// followed. TLS certificates are verified.
//
// A request goes to a private address (net/detail/peers.h: is_private) only where
// ClientOptions::allowed says so. The address that is connected to is looked at, not the name: a
// name that changes its address between two look-ups gains nothing.
//
// Thread safety: all methods from any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "net/http.h"

namespace revier::net {

struct ClientOptions {
  std::vector<std::string> allowed;    // private addresses and networks: "127.0.0.0/8"
  std::string certificates_file;       // PEM of the authorities; empty: the system's
  std::size_t connections_max = 64;    // open at a time
  std::size_t connections_a_host = 8;  // of these to one host and port
  std::size_t pending_max = 10'000;    // requests under way and waiting
  std::string user_agent = "Revier";
};

struct Outgoing {
  Method method = Method::kPost;
  std::string url;  // http or https
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::int64_t deadline_ms = 10'000;
  std::size_t reply_bytes_max = std::size_t{1} << 20;
};

struct Reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // First field of that name, case ignored; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

class Client {
 public:
  // Errors: kInvalidRequest naming the wrong network, kInternalError.
  [[nodiscard]] static Result<std::unique_ptr<Client>> open(ClientOptions options);
  // Requests under way end with kUnavailable.
  virtual ~Client() = default;

  // Any status is a Reply.
  // Errors: kBadRequestData: no http(s) URL, or a header that is none; kForbidden: a private
  // address; kTimeout; kTooLarge: the answer is beyond reply_bytes_max; kUnavailable with the
  // reason: no such host, refused, TLS, too many requests under way.
  using Done = std::function<void(Result<Reply>)>;
  // `done` runs once, on the client's own thread or inside the call, and must not block.
  virtual void send(Outgoing request, Done done) = 0;
  [[nodiscard]] Task<Result<Reply>> send(Outgoing request);
  // For threads that may block.
  [[nodiscard]] Result<Reply> send_blocking(Outgoing request);
};

}  // namespace revier::net
