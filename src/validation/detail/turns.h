// SPDX-License-Identifier: EUPL-1.2
// One after the other: tasks that wait for their turn without blocking their thread.
//
//   const Turns::Turn turn = co_await turns.next();
//
// Turns are given in the order they were asked for; who waits goes on on its own executor.
//
// Thread safety: all from any thread. A Turns outlives its turns and those who wait.
#pragma once
#include <coroutine>
#include <deque>
#include <utility>

#include "base/check.h"
#include "base/task.h"
#include "base/thread_safety.h"

namespace revier::validation::detail {

class Turns {
 public:
  // Held until it goes out of scope.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->end();
    }

   private:
    Turns* turns_;
  };

  class Wait {
   public:
    explicit Wait(Turns& turns) : turns_(turns) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
      const Lock lock(turns_.mutex_);
      if (!std::exchange(turns_.taken_, true)) return false;
      RV_CHECK(Executor::current() != nullptr);
      turns_.waiting_.emplace_back(Executor::current(), handle);
      return true;
    }
    Turn await_resume() const { return Turn(turns_); }

   private:
    Turns& turns_;
  };
  [[nodiscard]] Wait next() { return Wait(*this); }

 private:
  // The turn goes to who waits longest.
  void end() {
    const Lock lock(mutex_);
    if (waiting_.empty()) {
      taken_ = false;
      return;
    }
    const auto [executor, handle] = waiting_.front();
    waiting_.pop_front();
    executor->post(handle);
  }

  Mutex mutex_;
  bool taken_ RV_GUARDED_BY(mutex_) = false;
  std::deque<std::pair<Executor*, std::coroutine_handle<>>> waiting_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::validation::detail
