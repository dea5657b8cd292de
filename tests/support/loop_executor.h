// SPDX-License-Identifier: EUPL-1.2
// Runs tasks that wait for the writer, on the thread that calls: for tests, fuzz targets and
// benches without a server.
//
// Thread safety: run() by one thread at a time, the one that made it; post() from any thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "base/task.h"

namespace revier::test {

class LoopExecutor final : public Executor {
 public:
  LoopExecutor() { set_current(this); }
  ~LoopExecutor() override { set_current(nullptr); }

  void post(std::coroutine_handle<> handle) override {
    {
      const std::lock_guard lock(mutex_);
      ready_.push_back(handle);
    }
    wake_.notify_one();
  }

  // The result of the task, once it has one.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    start(std::move(task), [&result](T value) { result.emplace(std::move(value)); });
    while (!result) next().resume();
    return *std::move(result);
  }

 private:
  std::coroutine_handle<> next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !ready_.empty(); });
    const std::coroutine_handle<> handle = ready_.front();
    ready_.pop_front();
    return handle;
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::coroutine_handle<>> ready_;
};

}  // namespace revier::test
