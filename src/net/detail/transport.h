// SPDX-License-Identifier: EUPL-1.2
// Bytes to and from one client, over TCP or TLS. The socket never blocks; OpenSSL works on the
// socket itself and only the waiting is Asio's.
//
// Thread safety: by the thread of its io_context.
#pragma once
#include <coroutine>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "base/task.h"

struct ssl_ctx_st;
struct ssl_st;

namespace revier::net::detail {

struct FreeTlsContext {
  void operator()(ssl_ctx_st* context) const;
};
struct FreeTls {
  void operator()(ssl_st* tls) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

// TLS 1.2 and 1.3, HTTP/1.1 by ALPN. Errors: kInvalidRequest naming the file.
[[nodiscard]] Result<TlsContext> open_tls(const std::string& certificate_file,
                                          const std::string& key_file);

class Transport {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                  boost::asio::io_context::executor_type>;

  // Takes the socket `descriptor`, which must not block; `tls` is nullptr for plain TCP.
  Transport(boost::asio::io_context& context, int descriptor, bool v6, ssl_ctx_st* tls);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

  // What a read or a write came to: `bytes` > 0; or the other side has ended, or all is over.
  struct Outcome {
    std::size_t bytes = 0;
    bool ok = true;  // false: end, error, or cancelled
  };

  // The next bytes of a plain socket; awaited directly, it costs no coroutine.
  struct PlainRead {
    Socket& socket;
    std::span<char> into;
    Outcome outcome;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      socket.async_read_some(
          boost::asio::buffer(into.data(), into.size()),
          [this, handle](const boost::system::error_code& error, std::size_t bytes) {
            outcome = {bytes, !error};
            handle.resume();
          });
    }
    Outcome await_resume() const noexcept { return outcome; }
  };
  [[nodiscard]] PlainRead read_plain(std::span<char> into) { return {socket_, into, {}}; }
  [[nodiscard]] Task<Outcome> read_tls(std::span<char> into);
  [[nodiscard]] Task<bool> handshake();

  // Writes what fits at once. `bytes` may be 0: then wait_to_write().
  [[nodiscard]] Outcome try_write(std::string_view first, std::string_view second);
  [[nodiscard]] Task<bool> wait_to_write();

  // Calls `then` once when there is something to read, or at cancel().
  template <class Then>
  void watch_read(Then then) {
    socket_.async_wait(Socket::wait_read,
                       [then](const boost::system::error_code&) mutable { then(); });
  }
  // What watch_read() told of is not the end.
  [[nodiscard]] bool still_open();

  void shutdown_write();
  void cancel();
  void close();

 private:
  enum class Want : std::uint8_t { kNothing, kRead, kWrite, kEnd };
  [[nodiscard]] Want want(int result) const;
  [[nodiscard]] Task<bool> wait(Want what);
  [[nodiscard]] Outcome try_write_tls(std::string_view bytes);

  Socket socket_;
  std::unique_ptr<ssl_st, FreeTls> tls_;
  Want write_want_ = Want::kWrite;
  unsigned reads_at_once_ = 0;
};

}  // namespace revier::net::detail
