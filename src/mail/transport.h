// SPDX-License-Identifier: EUPL-1.2
// Handing one message to a mail server, and what can be known of how it went.
//
// Thread safety: one thread at a time but for end(); what is called back runs on it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace revier::mail {

enum class Outcome : std::uint8_t {
  kAccepted,  // the server took responsibility (250 after the last byte)
  kRefused,   // 5xx for this recipient or message: it will never do
  kDeferred,  // 4xx, or the connection broke: not now
  kUnusable,  // the server cannot be used at all now: no connection, TLS, sign-in, sender refused
  kUnclear,   // the last byte was sent and no answer came
  kStopped,   // given up before the last byte, because we end or the row was gone
};

struct Handing {
  Outcome outcome = Outcome::kUnusable;
  int reply = 0;       // of the server, 0 where none came
  std::string reason;  // the server's line or what the system said; may hold the address
};

class Transport {
 public:
  virtual ~Transport() = default;
  // `last_byte` is called before the byte that makes the server accept; false stops there.
  // Blocks for seconds; minutes with a slow server.
  [[nodiscard]] virtual Handing send(const std::string& to, const std::string& mime,
                                     const std::function<bool()>& last_byte) = 0;
  // From any thread: what is under way is given up; one whose last byte is out gets ten seconds
  // more for its answer.
  virtual void end() = 0;
};

struct SmtpOptions {
  enum class Tls : std::uint8_t { kStartTls, kImplicit, kNone };
  std::string host;
  std::int64_t port = 0;  // 0: 587 with STARTTLS, 465 with TLS from the start, 25 without
  Tls tls = Tls::kStartTls;
  std::string user;  // empty: no sign-in
  std::string password;
  std::string from;               // address of the envelope
  std::string certificates_file;  // PEM of the authorities to trust; empty: the system's
};

// SMTP by libcurl (RFC 5321; STARTTLS RFC 3207, implicit TLS RFC 8314). The certificate is
// verified; with kStartTls a server without TLS is kUnusable. One connection is kept open.
[[nodiscard]] std::unique_ptr<Transport> make_smtp(SmtpOptions options);

}  // namespace revier::mail
