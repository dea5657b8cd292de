// SPDX-License-Identifier: EUPL-1.2
// Completion<T>: one value handed from any thread to one waiting coroutine (or one blocked thread).
//
// The awaiting coroutine goes on on the executor of the thread it was suspended on; a thread
// without one (a test, a tool) calls wait() instead of awaiting.
//
// Thread safety: set() from any thread, once; co_await or wait() from one thread, once. The object
// must outlive both.
#pragma once
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/task.h"

namespace revier {

template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  void set(T value) {
    value_.emplace(std::move(value));
    const int before = state_.exchange(kSet, std::memory_order_acq_rel);
    RV_CHECK(before != kSet);
    if (before == kAwaited) {
      executor_->post(handle_);
    } else if (before == kBlocked) {
      // Notified under the lock: the waiter may destroy this object as soon as it has the lock.
      const std::lock_guard lock(mutex_);
      woken_ = true;
      wake_.notify_one();
    }
  }

  bool await_ready() const noexcept { return state_.load(std::memory_order_acquire) == kSet; }
  bool await_suspend(std::coroutine_handle<> handle) noexcept {
    executor_ = Executor::current();
    RV_CHECK(executor_ != nullptr);
    handle_ = handle;
    int expected = kEmpty;
    return state_.compare_exchange_strong(expected, kAwaited, std::memory_order_acq_rel);
  }
  T await_resume() { return std::move(*value_); }

  // Blocks this thread until set.
  T wait() {
    int expected = kEmpty;
    if (state_.compare_exchange_strong(expected, kBlocked, std::memory_order_acq_rel)) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return woken_; });
    }
    return std::move(*value_);
  }

 private:
  static constexpr int kEmpty = 0;
  static constexpr int kAwaited = 1;
  static constexpr int kBlocked = 2;
  static constexpr int kSet = 3;

  std::atomic<int> state_{kEmpty};
  std::optional<T> value_;
  std::coroutine_handle<> handle_;
  Executor* executor_ = nullptr;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
};

}  // namespace revier
