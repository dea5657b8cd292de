// SPDX-License-Identifier: EUPL-1.2
// run_task(task): runs a Task to its end on this thread, which blocks meanwhile. For start-up,
// tools and tests; never on an io thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/task.h"

namespace revier {
namespace detail {

class BlockingExecutor final : public Executor {
 public:
  BlockingExecutor() { set_current(this); }
  ~BlockingExecutor() override { set_current(nullptr); }
  BlockingExecutor(const BlockingExecutor&) = delete;
  BlockingExecutor& operator=(const BlockingExecutor&) = delete;

  void post(std::coroutine_handle<> handle) override {
    const std::lock_guard lock(mutex_);
    ready_.push_back(handle);
    wake_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !ready_.empty(); });
    const std::coroutine_handle<> handle = ready_.front();
    ready_.pop_front();
    lock.unlock();
    handle.resume();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::coroutine_handle<>> ready_;
};

}  // namespace detail

template <class T>
T run_task(Task<T> task) {
  RV_CHECK(Executor::current() == nullptr);
  detail::BlockingExecutor executor;
  std::optional<T> result;
  start(std::move(task), [&](T value) { result.emplace(std::move(value)); });
  while (!result) executor.run_one();
  return std::move(*result);
}

}  // namespace revier
