// SPDX-License-Identifier: EUPL-1.2
#include "net/server.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <csignal>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "net/detail/connection.h"
#include "net/detail/io_thread.h"
#include "net/detail/server_state.h"

namespace revier::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using detail::IoThread;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr int kBacklog = 4'096;
constexpr int kAcceptsAtOnceMax = 64;
constexpr std::int64_t kAcceptPauseMs = 50;
constexpr std::int64_t kTickMsMax = 250;
constexpr std::int64_t kTickMsMin = 5;

Result<> check(const ServerOptions& options) {
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    return fail(Code::kInvalidRequest, "a TLS certificate and its key are set together");
  }
  if (options.head_bytes_max < 512 || options.fields_max == 0 || options.connections_max == 0) {
    return fail(Code::kInvalidRequest, "the limits leave no room for a request");
  }
  if (options.head_timeout_ms <= 0 || options.idle_timeout_ms <= 0 ||
      options.write_timeout_ms <= 0) {
    return fail(Code::kInvalidRequest, "time-outs are at least one millisecond");
  }
  return {};
}

Result<tcp::endpoint> resolve(const std::string& listen) {
  const auto authority = detail::parse_authority(listen);
  if (!authority || authority->port.empty()) {
    return fail(Code::kInvalidRequest,
                fmt::format("listen \"{}\": expected host:port or [v6]:port", listen));
  }
  std::string host(authority->host);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  asio::io_context context;
  boost::system::error_code error;
  const auto found = tcp::resolver(context).resolve(host, std::string(authority->port),
                                                    tcp::resolver::passive, error);
  if (error) {
    return fail(Code::kUnavailable, fmt::format("listen \"{}\": {}", listen, error.message()));
  }
  return found.begin()->endpoint();
}

Result<> listen_on(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) {
    return fail(Code::kUnavailable,
                fmt::format("cannot listen on {}:{}: {}", endpoint.address().to_string(),
                            endpoint.port(), error.message()));
  }
  return {};
}

// Descriptors for every connection, and what the rest of the program opens.
void raise_descriptor_limit(std::size_t connections_max) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections_max + 1'024;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
    log_event(Level::kWarn, "net.few_descriptors",
              {{"allowed", limit.rlim_cur}, {"wanted", wanted}});
  }
}

// Often enough for the shortest time-out.
std::int64_t tick_ms(const ServerOptions& options) {
  const std::int64_t shortest =
      std::min({options.head_timeout_ms, options.idle_timeout_ms, options.write_timeout_ms});
  return std::clamp(shortest / 4, kTickMsMin, kTickMsMax);
}

detail::Address address_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  const auto v6 = address.is_v6() ? address.to_v6()
                                  : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  return v6.to_bytes();
}

class RunningServer final : public Server {
 public:
  RunningServer(const ServerOptions& options, const Router& router, const Clock& clock,
                detail::Networks proxies, detail::TlsContext tls)
      : state_(options, router, std::move(proxies), std::move(tls)) {
    unsigned threads = options.threads > 0 ? options.threads : std::thread::hardware_concurrency();
    for (threads = std::max(threads, 1U); threads > 0; --threads) {
      threads_.push_back(std::make_unique<IoThread>(clock, tick_ms(options)));
    }
    acceptor_.emplace(threads_.front()->context());
    pause_.emplace(threads_.front()->context());
  }
  ~RunningServer() override { RunningServer::stop(); }

  [[nodiscard]] Result<> listen() {
    RV_ASSIGN(const tcp::endpoint endpoint, resolve(state_.options.listen));
    RV_TRY(listen_on(*acceptor_, endpoint));
    boost::system::error_code error;
    const tcp::endpoint taken = acceptor_->local_endpoint(error);
    is_v6_ = taken.address().is_v6();
    address_ = fmt::format(fmt::runtime(is_v6_ ? "[{}]:{}" : "{}:{}"), taken.address().to_string(),
                           taken.port());
    return {};
  }

  [[nodiscard]] std::string address() const override { return address_; }

  void start() override {
    if (std::exchange(started_, true)) return;
    state_.count_routes();
    for (auto& thread : threads_) thread->start();
    asio::post(threads_.front()->context(), [this] { wait_for_clients(); });
  }

  void stop() override {
    const std::lock_guard lock(stop_mutex_);
    if (std::exchange(stopped_, true)) return;
    if (started_) finish_connections();
    for (auto& thread : threads_) thread->stop();
    boost::system::error_code error;
    acceptor_->close(error);
    if (!left_behind_) return;
    // A handler still waits for something; what it waits for may resume it on this thread's
    // executor at any time, so that neither may go.
    log_event(Level::kError, "net.handlers_left_behind");
    for (auto& thread : threads_) static_cast<void>(thread.release());
  }

 private:
  void wait_for_clients() {
    acceptor_->async_wait(Acceptor::wait_read, [this](const boost::system::error_code& error) {
      if (!error) accept_clients();
    });
  }

  void accept_clients() {
    for (int i = 0; i < kAcceptsAtOnceMax; ++i) {
      tcp::endpoint from;
      auto bytes = static_cast<socklen_t>(from.capacity());
      const int descriptor =
          ::accept4(acceptor_->native_handle(), from.data(), &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor < 0) {
        if (errno == ECONNABORTED || errno == EINTR) continue;
        if (errno == EAGAIN) break;
        return pause_accepting();
      }
      from.resize(bytes);
      take_client(descriptor, address_of(from));
    }
    wait_for_clients();
  }

  // No descriptors or no memory: others must end first.
  void pause_accepting() {
    log_event(Level::kWarn, "net.accept_failed", {{"errno", errno}});
    pause_->expires_after(std::chrono::milliseconds(kAcceptPauseMs));
    pause_->async_wait([this](const boost::system::error_code& error) {
      if (!error) wait_for_clients();
    });
  }

  void take_client(int descriptor, const detail::Address& address) {
    const bool is_proxy = !state_.proxies.empty() && state_.proxies.contains(address);
    if (!state_.connections.add(address, is_proxy)) return turn_away(descriptor);
    IoThread& thread = *threads_[next_thread_++ % threads_.size()];
    const detail::Peer peer{descriptor, is_v6_, is_proxy, address};
    asio::post(thread.context(),
               [this, &thread, peer] { detail::Connection::start(state_, thread, peer); });
  }

  void turn_away(int descriptor) {
    static constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    state_.refused_connections.add();
    if (state_.tls == nullptr) {
      (void)::send(descriptor, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    ::close(descriptor);
  }

  void finish_connections() {
    asio::post(threads_.front()->context(), [this] {
      boost::system::error_code error;
      acceptor_->close(error);
      pause_->cancel();
    });
    for (auto& thread : threads_) {
      asio::post(thread->context(), [&thread = *thread] { thread.begin_shutdown(); });
    }
    if (state_.connections.wait_until_none(state_.options.shutdown_timeout_ms)) return;
    for (auto& thread : threads_) {
      asio::post(thread->context(), [&thread = *thread] { thread.close_now(); });
    }
    left_behind_ = !state_.connections.wait_until_none(1'000);
  }

  std::vector<std::unique_ptr<IoThread>> threads_;
  detail::ServerState state_;
  std::optional<Acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  std::string address_;
  bool is_v6_ = false;
  std::size_t next_thread_ = 0;
  bool started_ = false;
  std::mutex stop_mutex_;
  bool stopped_ = false;
  bool left_behind_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const ServerOptions& options, const Router& router,
                                             const Clock& clock) {
  RV_TRY(check(options));
  RV_ASSIGN(detail::Networks proxies, detail::Networks::parse(options.proxies));
  detail::TlsContext tls;
  if (!options.tls_certificate_file.empty()) {
    RV_ASSIGN(tls, detail::open_tls(options.tls_certificate_file, options.tls_key_file));
  }
  raise_descriptor_limit(options.connections_max);
  // OpenSSL writes without MSG_NOSIGNAL.
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
    return fail(Code::kInternalError, "cannot ignore SIGPIPE");
  }
  auto server =
      std::make_unique<RunningServer>(options, router, clock, std::move(proxies), std::move(tls));
  RV_TRY(server->listen());
  return server;
}

}  // namespace revier::net
