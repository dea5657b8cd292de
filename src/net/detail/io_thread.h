// SPDX-License-Identifier: EUPL-1.2
// One thread that runs connections and coroutines: an io_context of its own, the time-outs of its
// connections, the Date line, the access log's pending lines.
//
// Thread safety: post() and the context's executor from any thread; the rest by its own thread.
#pragma once
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "base/task.h"
#include "base/thread_safety.h"
#include "base/time.h"

namespace revier::net::detail {

// Something with a deadline, seen to by its thread.
class Watched {
 public:
  virtual ~Watched() = default;
  // `now_us` of monotonic_us(). Called every tick.
  virtual void tick(std::int64_t now_us) = 0;
  // The server ends: what waits for a new request closes, what is under way ends with its answer.
  virtual void begin_shutdown() = 0;
  // Time is up: the socket closes.
  virtual void close_now() = 0;

 private:
  friend class IoThread;
  std::size_t place_ = 0;  // in the thread's list
};

class IoThread final : public Executor {
 public:
  IoThread(const Clock& clock, std::int64_t tick_ms);
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void start();
  // Ends the loop and waits for the thread.
  void stop();

  void post(std::coroutine_handle<> handle) override;
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  // The one of this thread, nullptr elsewhere.
  [[nodiscard]] static IoThread* current();

  void add(Watched& watched);
  void remove(Watched& watched);
  void begin_shutdown();
  void close_now();
  [[nodiscard]] bool shutting_down() const { return shutting_down_; }

  [[nodiscard]] std::string_view date_line();
  [[nodiscard]] LogBatch& access_log() { return access_log_; }

 private:
  void run();
  void resume_ready();
  void arm_tick();
  void tick();

  const Clock& clock_;
  const std::int64_t tick_ms_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  bool ticking_ = false;
  bool shutting_down_ = false;
  std::vector<Watched*> watched_;
  Mutex ready_mutex_;
  std::vector<std::coroutine_handle<>> ready_ RV_GUARDED_BY(ready_mutex_);
  std::int64_t date_second_ = -1;
  std::string date_line_;
  LogBatch access_log_;
  std::thread thread_;
};

}  // namespace revier::net::detail
