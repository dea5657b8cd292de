// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/transport.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/server.h"

namespace revier::net::detail {
namespace {

namespace asio = boost::asio;

constexpr unsigned kReadsAtOnceMax = 16;

struct Wait {
  Transport::Socket& socket;
  Transport::Socket::wait_type what;
  bool ok = false;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    socket.async_wait(what, [this, handle](const boost::system::error_code& error) {
      ok = !error;
      handle.resume();
    });
  }
  bool await_resume() const noexcept { return ok; }
};

int choose_http_1_1(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                    const unsigned char* offered, unsigned offered_bytes, void*) {
  static const unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_bytes, kOurs, sizeof(kOurs) - 1, offered,
                            offered_bytes) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

std::string tls_error() {
  char text[256] = "unknown";
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof(text));
  ERR_clear_error();
  return text;
}

}  // namespace

void FreeTlsContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void FreeTls::operator()(ssl_st* tls) const { SSL_free(tls); }

Result<TlsContext> open_tls(const std::string& certificate_file, const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return fail(Code::kInternalError, tls_error());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http_1_1, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return fail(Code::kInvalidRequest,
                fmt::format("{}: no certificate chain in PEM ({})", certificate_file, tls_error()));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return fail(Code::kInvalidRequest,
                fmt::format("{}: no key of the certificate in PEM ({})", key_file, tls_error()));
  }
  return context;
}

Transport::Transport(asio::io_context& context, int descriptor, bool v6, ssl_ctx_st* tls)
    : socket_(context) {
  boost::system::error_code error;
  socket_.assign(v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), descriptor, error);
  if (error) {
    ::close(descriptor);
    return;
  }
  socket_.non_blocking(true, error);
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  if (tls_ == nullptr || SSL_set_fd(tls_.get(), descriptor) != 1) close();
}

Transport::~Transport() = default;

Transport::Want Transport::want(int result) const {
  if (result > 0) return Want::kNothing;
  const int error = SSL_get_error(tls_.get(), result);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) return Want::kRead;
  return error == SSL_ERROR_WANT_WRITE ? Want::kWrite : Want::kEnd;
}

Task<bool> Transport::wait(Want what) {
  if (what == Want::kEnd) co_return false;
  co_return co_await Wait{socket_, what == Want::kRead ? Socket::wait_read : Socket::wait_write};
}

Task<bool> Transport::handshake() {
  for (;;) {
    const Want wanted = want(SSL_accept(tls_.get()));
    if (wanted == Want::kNothing) co_return true;
    if (!co_await wait(wanted)) co_return false;
  }
}

Task<Transport::Outcome> Transport::read_tls(std::span<char> into) {
  for (;;) {
    const int bytes = SSL_read(tls_.get(), into.data(), static_cast<int>(into.size()));
    const Want wanted = want(bytes);
    if (wanted == Want::kNothing) {
      // A client that always has more must not keep the thread.
      if (++reads_at_once_ % kReadsAtOnceMax == 0) co_await yield_now();
      co_return Outcome{static_cast<std::size_t>(bytes), true};
    }
    if (!co_await wait(wanted)) co_return Outcome{0, false};
  }
}

Transport::Outcome Transport::try_write_tls(std::string_view bytes) {
  const int most = static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 30));
  const int written = SSL_write(tls_.get(), bytes.data(), most);
  const Want wanted = want(written);
  if (wanted == Want::kNothing) return {static_cast<std::size_t>(written), true};
  write_want_ = wanted;
  return {0, wanted != Want::kEnd};
}

Transport::Outcome Transport::try_write(std::string_view first, std::string_view second) {
  if (is_tls()) return try_write_tls(first.empty() ? second : first);
  iovec parts[] = {{const_cast<char*>(first.data()), first.size()},
                   {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = first.empty() ? parts + 1 : parts;
  message.msg_iovlen = first.empty() || second.empty() ? 1 : 2;
  const ssize_t written = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
  if (written >= 0) return {static_cast<std::size_t>(written), true};
  return {0, errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR};
}

Task<bool> Transport::wait_to_write() { return wait(is_tls() ? write_want_ : Want::kWrite); }

bool Transport::still_open() {
  char byte = 0;
  if (is_tls()) return want(SSL_peek(tls_.get(), &byte, 1)) == Want::kRead;
  const ssize_t bytes = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return bytes < 0 && (errno == EAGAIN || errno == EINTR);
}

void Transport::shutdown_write() {
  if (is_tls()) (void)want(SSL_shutdown(tls_.get()));
  boost::system::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
}

void Transport::cancel() {
  boost::system::error_code error;
  socket_.cancel(error);
}

void Transport::close() {
  boost::system::error_code error;
  socket_.close(error);
}

}  // namespace revier::net::detail
