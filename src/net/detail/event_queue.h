// SPDX-License-Identifier: EUPL-1.2
// Between those who publish events and the one connection that sends them.
//
// Thread safety: send, close, closed from any thread; the rest by the connection's thread.
#pragma once
#include <vector>

#include "base/task.h"
#include "base/thread_safety.h"
#include "net/http.h"

namespace revier::net::detail {

class EventQueue final : public EventStream {
 public:
  // `executor` is the connection's; it must outlive end().
  explicit EventQueue(Executor& executor) : executor_(executor) {}

  bool send(std::shared_ptr<const std::string> event) override;
  void close() override;
  [[nodiscard]] bool closed() const override;

  // The reader was too slow.
  [[nodiscard]] bool dropped() const;
  // Set by whoever watches the socket, on the connection's thread: there is something to read.
  bool readable = false;

  // Lets the connection look around: a tick, something to read.
  void wake();
  // Waits for events, a close or a wake.
  auto wait() {
    struct Awaiter {
      EventQueue& queue;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> handle) { return queue.suspend(handle); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
  [[nodiscard]] std::vector<std::shared_ptr<const std::string>> take();

 private:
  [[nodiscard]] bool suspend(std::coroutine_handle<> handle);
  void resume_waiter() RV_REQUIRES(mutex_);

  Executor& executor_;
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<const std::string>> events_ RV_GUARDED_BY(mutex_);
  std::size_t events_bytes_ RV_GUARDED_BY(mutex_) = 0;
  std::coroutine_handle<> waiter_ RV_GUARDED_BY(mutex_);
  bool woken_ RV_GUARDED_BY(mutex_) = false;
  bool closed_ RV_GUARDED_BY(mutex_) = false;
  bool dropped_ RV_GUARDED_BY(mutex_) = false;
};

}  // namespace revier::net::detail
