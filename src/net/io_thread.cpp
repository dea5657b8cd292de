// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/io_thread.h"

#include <boost/asio/post.hpp>

#include "base/check.h"
#include "net/server.h"

namespace revier::net {
namespace detail {
namespace {

thread_local IoThread* current_thread = nullptr;
constexpr std::size_t kLogBytesMax = 32 * 1024;

}  // namespace

IoThread::IoThread(const Clock& clock, std::int64_t tick_ms)
    : clock_(clock), tick_ms_(tick_ms), work_(context_.get_executor()), timer_(context_) {}

IoThread::~IoThread() { stop(); }

void IoThread::start() {
  thread_ = std::thread([this] { run(); });
}

void IoThread::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  current_thread = this;
  set_current(this);
  context_.run();
  access_log_.flush();
  set_current(nullptr);
  current_thread = nullptr;
}

IoThread* IoThread::current() { return current_thread; }

// One wake for all that came before the thread gets there: a writer answers its group in a row.
void IoThread::post(std::coroutine_handle<> handle) {
  {
    const Lock lock(ready_mutex_);
    ready_.push_back(handle);
    if (ready_.size() > 1) return;
  }
  boost::asio::post(context_, [this] { resume_ready(); });
}

// What is posted meanwhile comes after what else the thread has to do: a slice ends by posting.
void IoThread::resume_ready() {
  std::vector<std::coroutine_handle<>> ready;
  {
    const Lock lock(ready_mutex_);
    ready.swap(ready_);
  }
  for (const std::coroutine_handle<> handle : ready) handle.resume();
}

void IoThread::add(Watched& watched) {
  watched.place_ = watched_.size();
  watched_.push_back(&watched);
  if (!ticking_) arm_tick();
}

void IoThread::remove(Watched& watched) {
  watched_.back()->place_ = watched.place_;
  watched_[watched.place_] = watched_.back();
  watched_.pop_back();
}

void IoThread::arm_tick() {
  ticking_ = true;
  timer_.expires_after(std::chrono::milliseconds(tick_ms_));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

// Deadlines are looked at, not set as timers: a request costs no timer. An idle server has no tick.
void IoThread::tick() {
  const std::int64_t now_us = monotonic_us();
  for (std::size_t i = 0; i < watched_.size(); ++i) watched_[i]->tick(now_us);
  access_log_.flush();
  ticking_ = false;
  if (!watched_.empty()) arm_tick();
}

void IoThread::begin_shutdown() {
  shutting_down_ = true;
  for (std::size_t i = 0; i < watched_.size(); ++i) watched_[i]->begin_shutdown();
}

void IoThread::close_now() {
  for (std::size_t i = 0; i < watched_.size(); ++i) watched_[i]->close_now();
}

std::string_view IoThread::date_line() {
  const Instant now = clock_.now();
  const std::int64_t second = now.us / 1'000'000;
  if (second != date_second_) {
    date_second_ = second;
    date_line_ = fmt::format("Date: {}\r\n", to_http_date(now));
  }
  if (access_log_.size_bytes() > kLogBytesMax) access_log_.flush();
  return date_line_;
}

namespace {

// Waits on an io thread's timer.
struct Sleep {
  boost::asio::steady_timer timer;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    timer.async_wait([handle](const boost::system::error_code&) { handle.resume(); });
  }
  void await_resume() const noexcept {}
};

struct Yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) { Executor::current()->post(handle); }
  void await_resume() const noexcept {}
};

}  // namespace
}  // namespace detail

Task<> sleep_for(Duration duration) {
  detail::IoThread* thread = detail::IoThread::current();
  RV_CHECK(thread != nullptr);
  detail::Sleep sleep{
      boost::asio::steady_timer(thread->context(), std::chrono::microseconds(duration.us))};
  co_await sleep;
}

Task<> yield_now() {
  RV_CHECK(Executor::current() != nullptr);
  co_await detail::Yield();
}

}  // namespace revier::net
