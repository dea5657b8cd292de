// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/connection.h"
#include "net/detail/text.h"

namespace revier::net::detail {
namespace {

constexpr std::size_t kOneWriteBytesMax = 4'096;
constexpr std::uint64_t kPieceBytes = std::uint64_t{128} << 10;
constexpr std::size_t kCompressSliceBytes = std::size_t{32} << 10;
constexpr std::int64_t kHeartbeatMs = 15'000;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kLingerBytesMax = std::size_t{1} << 20;

void remove_written(std::string_view& first, std::string_view& second, std::size_t bytes) {
  const std::size_t of_first = std::min(bytes, first.size());
  first.remove_prefix(of_first);
  second.remove_prefix(bytes - of_first);
}

}  // namespace

Response Connection::failed(const char* what) {
  log_event(Level::kError, "http.handler_exception",
            {{"route", route_ != nullptr ? route_->pattern : std::string()}, {"what", what}});
  return refusal({Code::kInternalError, "something went wrong here, not with the request", {}});
}

Response Connection::call_plain_handler() {
  if (route_ == nullptr) return Response::empty(204).header("Allow", allow_);
  try {
    return route_->handler(request_);
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

// Pages for people where the request is known to be one of ours.
Response Connection::refusal(const Error& error) {
  const bool is_ours = head_is_known_ && !request_.host.empty();
  try {
    Response response =
        is_ours ? server_.router.error_response(request_, error) : Response::problem(error);
    if (!allow_.empty()) response.header("Allow", allow_);
    return response;
  } catch (const std::exception& thrown) {
    log_event(Level::kError, "http.error_page_exception", {{"what", thrown.what()}});
    return Response::problem(error);
  }
}

Response Connection::refuse(const Error& error) {
  if (!head_is_known_ || parser_.head().has_body()) {
    keep_alive_ = false;  // where the next request begins is not known, or not worth finding out
  } else {
    begin_ += parser_.size_bytes();
  }
  return refusal(error);
}

Connection::Outgoing Connection::plan(const Response& response) const {
  Outgoing answer{.plan = plan_answer(request_, response)};
  if (has_body(answer.plan.status)) {
    answer.body = response.bytes();
    answer.pieces = pieces_of(response);
    answer.flow = flow_of(response);
  }
  answer.streams = is_stream(response) && request_.method != Method::kHead;
  return answer;
}

// In slices: a long body must not hold the thread.
Task<> Connection::compress(Outgoing& answer) {
  Compressor compressor(answer.plan.coding, answer.body.size());
  compressed_.clear();
  for (std::string_view rest = answer.body; !rest.empty();) {
    const std::string_view slice = rest.substr(0, kCompressSliceBytes);
    rest.remove_prefix(slice.size());
    if (!compressor.feed(slice, rest.empty(), compressed_)) {
      answer.plan.coding = Coding::kIdentity;
      co_return;
    }
    if (!rest.empty()) co_await yield_now();
  }
  answer.body = compressed_;
}

// Writes the head, and the body as far as the socket takes it. True when the answer is out and a
// next request may come.
bool Connection::send_at_once(const Response& response, Outgoing& answer) {
  keep_alive_ = keep_alive_ && !ended_ && !answer.streams;
  const bool head_only = request_.method == Method::kHead;
  const bool ends_by_closing = answer.flow != nullptr && parser_.head().http_1_0;
  keep_alive_ = keep_alive_ && !ends_by_closing;
  const std::uint64_t body_bytes =
      answer.pieces != nullptr ? answer.pieces->bytes : answer.body.size();
  out_.clear();
  append_head(out_, response, answer.plan,
              {thread_.date_line(), keep_alive_, parser_.head().http_1_0, body_bytes});
  if (head_only) answer.pieces = nullptr;
  if (head_only) answer.flow = nullptr;
  if (head_only) answer.body = {};
  if (answer.body.size() <= kOneWriteBytesMax) out_ += std::exchange(answer.body, {});
  answer.bytes = out_.size() + answer.body.size();
  answer.head = out_;
  const auto outcome = transport_.try_write(answer.head, answer.body);  // all of it, as a rule
  remove_written(answer.head, answer.body, outcome.bytes);
  answer.failed = !outcome.ok;
  const bool is_whole = outcome.ok && answer.head.empty() && answer.body.empty();
  const bool is_more = answer.pieces != nullptr || answer.flow != nullptr;
  if (!is_whole || is_more || !keep_alive_ || ended_) return false;
  account(answer.plan.status, answer.bytes);
  return true;
}

// What send_at_once() has left.
Task<Connection::Next> Connection::finish(const Response& response, Outgoing& answer) {
  const bool is_whole = answer.head.empty() && answer.body.empty();
  bool written = !answer.failed && (is_whole || co_await write(answer.head, answer.body));
  std::size_t bytes = answer.bytes;
  if (answer.pieces != nullptr) {
    written = written && co_await write_pieces(*answer.pieces);
    bytes += answer.pieces->bytes;
  }
  if (answer.flow != nullptr) {
    written = written && co_await write_flow(answer);
    bytes = answer.bytes;
  }
  account(answer.plan.status, bytes);
  if (!written) co_return Next::kEnd;
  if (answer.streams) co_await stream(response);
  if (keep_alive_ && !ended_) co_return Next::kRequest;
  co_await linger();
  co_return Next::kEnd;
}

Task<bool> Connection::write(std::string_view first, std::string_view second) {
  set_phase(Phase::kWrite, server_.options.write_timeout_ms);
  while (!first.empty() || !second.empty()) {
    const auto outcome = transport_.try_write(first, second);
    if (!outcome.ok) co_return false;
    remove_written(first, second, outcome.bytes);
    if (outcome.bytes > 0) {
      set_phase(Phase::kWrite, server_.options.write_timeout_ms);
    } else if (!co_await transport_.wait_to_write() || expired_) {
      co_return false;
    }
  }
  co_return true;
}

Task<bool> Connection::write_pieces(const Response::Pieces& pieces) {
  std::vector<char> piece(std::min(kPieceBytes, pieces.bytes));
  set_phase(Phase::kWrite, server_.options.write_timeout_ms);
  for (std::uint64_t at = 0; at < pieces.bytes;) {
    const std::span<char> into(piece.data(), std::min(kPieceBytes, pieces.bytes - at));
    if (const Result<> read = co_await pieces.read(at, into); !read) {
      log_event(Level::kError, "http.body_unreadable", {{"reason", read.error().message}});
      co_return false;
    }
    if (expired_ || !co_await write({into.data(), into.size()}, {})) co_return false;
    at += into.size();
  }
  co_return true;
}

// A body that cannot be made to its end is not ended: closing tells the client that it is cut.
Task<bool> Connection::write_flow(Outgoing& answer) {
  const bool chunked = !parser_.head().http_1_0;
  std::optional<Compressor> compressor;
  if (answer.plan.coding != Coding::kIdentity) compressor.emplace(answer.plan.coding, SIZE_MAX);
  set_phase(Phase::kWrite, server_.options.write_timeout_ms);
  for (bool last = false; !last;) {
    auto piece = co_await answer.flow->next();
    if (!piece) {
      log_event(Level::kError, "http.body_unreadable", {{"reason", piece.error().message}});
      co_return false;
    }
    last = piece->empty();
    compressed_.clear();
    if (compressor && !compressor->feed(*piece, last, compressed_)) co_return false;
    const std::string& text = compressor ? compressed_ : *piece;
    out_.clear();
    if (chunked && !text.empty()) {
      out_ = fmt::format("{:x}\r\n{}\r\n", text.size(), text);
    } else {
      out_ = text;
    }
    if (chunked && last) out_ += "0\r\n\r\n";
    answer.bytes += out_.size();
    if (expired_ || !co_await write(out_, {})) co_return false;
  }
  co_return true;
}

void Connection::account(int status, std::size_t bytes) {
  accounted_us_ = monotonic_us();
  const std::int64_t duration_us = accounted_us_ - started_us_;
  server_.metrics_of(route_).count(status, duration_us);
  if (!server_.options.access_log) return;
  // The pattern, not the address: addresses hold secrets and names.
  thread_.access_log().add(Level::kInfo, "http.request",
                           {{"method", net::to_string(request_.method)},
                            {"route", route_ != nullptr ? std::string_view(route_->pattern) : "-"},
                            {"status", status},
                            {"bytes", bytes},
                            {"us", duration_us}});
}

void Connection::watch_client() {
  events_->readable = false;
  transport_.watch_read([queue = events_] {
    queue->readable = true;
    queue->wake();
  });
}

Task<> Connection::stream(const Response& response) {
  events_ = std::make_shared<EventQueue>(thread_);
  set_phase(Phase::kStream, kHeartbeatMs);
  try {
    std::get<Response::OnStream>(response.body)(events_);
  } catch (const std::exception& error) {
    log_event(Level::kError, "http.stream_exception", {{"what", error.what()}});
    events_->close();
  }
  watch_client();
  while (!ended_ && co_await send_events()) {
  }
  events_->close();
  set_phase(Phase::kEnd, kLingerMs);
  events_.reset();
}

// False when the stream is over.
Task<bool> Connection::send_events() {
  const std::shared_ptr<EventQueue> queue = events_;
  co_await queue->wait();
  if (queue->readable) {
    if (!transport_.still_open()) co_return false;
    watch_client();
  }
  const bool closed = queue->closed();
  out_.clear();
  for (const auto& event : queue->take()) out_ += *event;
  if (queue->dropped()) co_return false;
  if (out_.empty() && !closed && monotonic_us() >= deadline_us_) out_ = ":\n\n";
  if (!out_.empty()) {
    if (!co_await write(out_, {})) co_return false;
    set_phase(Phase::kStream, kHeartbeatMs);
  }
  co_return !closed;
}

// Closing with input unread would reset the connection, and the answer might be lost with it.
Task<> Connection::linger() {
  set_phase(Phase::kEnd, kLingerMs);
  transport_.shutdown_write();
  for (std::size_t bytes = 0; bytes < kLingerBytesMax && !expired_;) {
    const auto outcome = co_await transport_.read_plain(in_);
    if (!outcome.ok) co_return;
    bytes += outcome.bytes;
  }
}

}  // namespace revier::net::detail
