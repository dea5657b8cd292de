// SPDX-License-Identifier: EUPL-1.2
// A connection's life and the way from a head to a request. Bodies: connection_body.cpp; answers:
// connection_answer.cpp.
#include "net/detail/connection.h"

#include "net/detail/text.h"
#include "net/unnamed_proxy.h"

namespace revier::net::detail {
namespace {

constexpr std::size_t kBufferBytes = 4'096;  // at first; most heads fit
constexpr std::size_t kKeptBytesMax = std::size_t{64} << 10;

// A large message's memory goes back.
void trim_memory(std::string& buffer) {
  if (buffer.capacity() > kKeptBytesMax) buffer = std::string();
}

}  // namespace

Connection::Connection(ServerState& server, IoThread& thread, const Peer& peer)
    : server_(server),
      thread_(thread),
      peer_(peer),
      peer_text_(to_string(peer.address)),
      transport_(thread.context(), peer.descriptor, peer.v6, server.tls.get()),
      in_(std::min(kBufferBytes, server.options.head_bytes_max)),
      parser_({server.options.head_bytes_max, server.options.fields_max}) {
  thread_.add(*this);
}

Connection::~Connection() {
  thread_.remove(*this);
  server_.connections.remove(peer_.address, peer_.is_proxy);
}

void Connection::start(ServerState& server, IoThread& thread, const Peer& peer) {
  auto owner = std::make_unique<Connection>(server, thread, peer);
  Connection& connection = *owner;
  revier::start(connection.run(), [owner = std::move(owner)] {});
}

Task<> Connection::run() {
  try {
    co_await serve();
  } catch (const std::exception& error) {
    log_event(Level::kError, "http.connection_failed", {{"what", error.what()}});
  }
}

Task<> Connection::serve() {
  ended_ = thread_.shutting_down();
  set_phase(Phase::kHandshake, server_.options.head_timeout_ms);
  if (ended_ || (transport_.is_tls() && !co_await transport_.handshake())) co_return;
  while (co_await exchange() == Next::kRequest) {
  }
}

void Connection::set_phase(Phase phase, std::int64_t timeout_ms) {
  phase_ = phase;
  expired_ = false;
  // A client that waits for its first or next request needs no exact time.
  const bool is_fresh = phase != Phase::kIdle || accounted_us_ == 0;
  const std::int64_t now_us = timeout_ms > 0 && is_fresh ? monotonic_us() : accounted_us_;
  deadline_us_ = timeout_ms > 0 ? now_us + timeout_ms * 1'000 : 0;
}

void Connection::tick(std::int64_t now_us) {
  const bool is_late = deadline_us_ > 0 && now_us >= deadline_us_;
  if (phase_ == Phase::kStream) {
    if (is_late) events_->wake();
    return;
  }
  if (!is_late && (events_ == nullptr || !events_->dropped())) return;
  if (phase_ != Phase::kIdle && phase_ != Phase::kEnd && !expired_) server_.timed_out.add();
  expired_ = true;
  transport_.cancel();
}

void Connection::begin_shutdown() {
  ended_ = true;
  if (events_ != nullptr) events_->close();
  if (phase_ == Phase::kIdle) transport_.cancel();
}

void Connection::close_now() {
  begin_shutdown();
  expired_ = true;
  transport_.cancel();
}

// Views of the last request end here.
void Connection::begin_request() {
  if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (!leftover_.empty()) {
    if (in_.size() < leftover_.size()) in_.resize(leftover_.size());
    std::memcpy(in_.data(), leftover_.data(), leftover_.size());
    end_ = leftover_.size();
    leftover_.clear();
  }
  trim_memory(body_);
  trim_memory(out_);
  trim_memory(compressed_);
  head_is_known_ = false;
  keep_alive_ = false;
  route_ = nullptr;
  allow_.clear();
  parser_.reset();
  request_.method = Method::kGet;
  request_.body = {};
  request_.route = {};
  request_.fields = {};
  request_.params.clear();
  request_.decoded_query.reset();
}

// Reading a head and sending an answer, as every request does, take no coroutine of their own.
Task<Connection::Next> Connection::exchange() {
  begin_request();
  if (unread().empty()) set_phase(Phase::kIdle, server_.options.idle_timeout_ms);
  Result<bool> head = take_head();
  while (head && !*head) {
    const std::span<char> room = room_for_head();
    const auto outcome = transport_.is_tls() ? co_await transport_.read_tls(room)
                                             : co_await transport_.read_plain(room);
    end_ += outcome.bytes;
    head = outcome.ok ? take_head() : read_failed();
    if (!outcome.ok && head) co_return Next::kEnd;
  }
  started_us_ = monotonic_us();
  Result<> ready = head ? prepare() : Result<>(fail(head.error()));
  if (ready) begin_ += parser_.size_bytes();
  if (ready && parser_.head().has_body()) {
    const Result<bool> body = co_await read_body();
    if (body && !*body) co_return Next::kEnd;
    if (!body) ready = fail(body.error());
  }
  Response response;
  if (!ready) {
    response = refuse(ready.error());
  } else if (set_phase(Phase::kHandler, 0); route_ != nullptr && route_->async_handler) {
    try {
      response = co_await route_->async_handler(request_);
    } catch (const std::exception& error) {
      response = failed(error.what());
    }
  } else {
    response = call_plain_handler();
  }
  Outgoing answer = plan(response);
  if (answer.plan.coding != Coding::kIdentity && !answer.body.empty()) co_await compress(answer);
  if (send_at_once(response, answer)) co_return Next::kRequest;
  co_return co_await finish(response, answer);
}

Task<Transport::Outcome> Connection::read(std::span<char> into) {
  if (expired_) co_return Transport::Outcome{0, false};
  if (transport_.is_tls()) co_return co_await transport_.read_tls(into);
  co_return co_await transport_.read_plain(into);
}

Result<bool> Connection::read_failed() const {
  if (!expired_ || ended_ || phase_ == Phase::kIdle) return false;
  return fail(Code::kTooSlow, "the request did not arrive in time");
}

// True when the head is whole.
Result<bool> Connection::take_head() {
  if (unread().empty()) return false;
  Result<bool> whole = parser_.feed(unread());
  if (whole && !*whole && phase_ != Phase::kHead) {
    set_phase(Phase::kHead, server_.options.head_timeout_ms);
  }
  return whole;
}

std::span<char> Connection::room_for_head() {
  if (end_ == in_.size()) in_.resize(std::max(in_.size() * 2, kBufferBytes));
  return {in_.data() + end_, in_.size() - end_};
}

Result<> Connection::prepare() {
  const Head& head = parser_.head();
  head_is_known_ = true;
  keep_alive_ = head.keep_alive;
  request_.method = head.method;
  request_.target = head.target;
  request_.fields = head.fields;
  const std::size_t mark = std::min(head.target.find('?'), head.target.size());
  request_.path = head.target.substr(0, mark);
  request_.query = head.target.substr(std::min(mark + 1, head.target.size()));
  RV_TRY(take_host(take_peer()));
  if (request_.query.find('%') != std::string_view::npos) {
    RV_ASSIGN(request_.decoded_query, decode_query(request_.query));
  }
  return find_route();
}

// Who asks; the host that was asked for, as the client or a proxy of ours wrote it.
std::string_view Connection::take_peer() {
  request_.secure = transport_.is_tls();
  if (!peer_.is_proxy) {
    if (!looked_for_proxy_) look_for_proxy(request_, peer_.address);
    looked_for_proxy_ = true;
    request_.client_address = peer_text_;
    return parser_.head().host;
  }
  const Forwarded forwarded = read_forwarded(request_, server_.proxies);
  request_.client_address = forwarded.client ? to_string(*forwarded.client) : peer_text_;
  request_.secure = request_.secure || forwarded.secure;
  return forwarded.authority.empty() ? parser_.head().host : forwarded.authority;
}

Result<> Connection::take_host(std::string_view authority) {
  request_.authority = {};
  request_.host = {};
  const auto parts = parse_authority(authority);
  if (!parts) return fail(Code::kInvalidRequest, "expected Host as name or address, with a port");
  const bool is_probe = request_.path == "/healthz" || request_.path == "/readyz";
  if (!is_probe && !server_.hosts.contains(parts->host)) {
    return fail(Code::kMisdirected, "this server does not answer for that host; see server.names");
  }
  request_.authority = authority;
  request_.host = parts->host;
  return {};
}

Result<> Connection::find_route() {
  RV_ASSIGN(Router::Match match, server_.router.match(request_.method, request_.path));
  route_ = match.route;
  allow_ = std::move(match.allow);
  if (route_ == nullptr) {
    if (allow_.empty()) return fail(Code::kResourceNotFound, "there is nothing at this address");
    if (request_.method == Method::kOptions) return {};
    return fail(Code::kMethodNotAllowed, fmt::format("this address takes {}", allow_));
  }
  request_.params = std::move(match.params);
  request_.route = route_->pattern;
  if (parser_.head().content_length > route_->options.body_bytes_max) {
    return fail(Code::kTooLarge,
                fmt::format("the body is larger than {} bytes", route_->options.body_bytes_max));
  }
  return {};
}

}  // namespace revier::net::detail
