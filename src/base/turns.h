// SPDX-License-Identifier: EUPL-1.2
// Turns: what must not run beside itself runs one after the other, in the order of asking.
//
//   const Turns::Turn turn = co_await turns_.take();
//   ...  // may wait; the next one goes on when `turn` is gone
//
// Who has a turn must not ask for another one of the same Turns before it is gone.
//
// Thread safety: take() from threads with an Executor, on which the one that waits goes on; a turn
// may end on any thread. Outlives its turns.
#pragma once
#include <coroutine>
#include <deque>
#include <utility>

#include "base/check.h"
#include "base/task.h"
#include "base/thread_safety.h"

namespace revier {

class Turns {
 public:
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on();
    }

   private:
    Turns* turns_;
  };

  class Waiter {
   public:
    explicit Waiter(Turns& turns) : turns_(turns) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) { return turns_.has_to_wait(handle); }
    Turn await_resume() { return Turn(turns_); }

   private:
    Turns& turns_;
  };
  [[nodiscard]] Waiter take() { return Waiter(*this); }

 private:
  struct Waiting {
    Executor* executor;
    std::coroutine_handle<> handle;
  };

  bool has_to_wait(std::coroutine_handle<> handle) {
    const Lock lock(mutex_);
    if (!taken_) {
      taken_ = true;
      return false;
    }
    RV_CHECK(Executor::current() != nullptr);
    waiting_.push_back({Executor::current(), handle});
    return true;
  }
  void pass_on() {
    const Lock lock(mutex_);
    if (waiting_.empty()) {
      taken_ = false;
      return;
    }
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    next.executor->post(next.handle);
  }

  Mutex mutex_;
  bool taken_ RV_GUARDED_BY(mutex_) = false;
  std::deque<Waiting> waiting_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier
