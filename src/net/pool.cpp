// SPDX-License-Identifier: EUPL-1.2
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/log.h"
#include "base/thread_safety.h"
#include "net/server.h"

namespace revier::net {

struct Pool::State {
  explicit State(std::size_t most) : queue_max(most) {}

  void work() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return ending || !queue.empty(); });
        if (queue.empty()) return;
        job = std::move(queue.front());
        queue.pop_front();
      }
      job();
    }
  }

  const std::size_t queue_max;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;
  bool ending = false;
  std::vector<std::thread> threads;
};

Pool::Pool(unsigned threads, std::size_t queue_max) : state_(std::make_unique<State>(queue_max)) {
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->work(); });
  }
}

Pool::~Pool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->wake.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

bool Pool::post(std::function<void()> job) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->ending || state_->queue.size() >= state_->queue_max) return false;
    state_->queue.push_back(std::move(job));
  }
  state_->wake.notify_one();
  return true;
}

Error Pool::failed(const char* what) {
  log_event(Level::kError, "pool.exception", {{"what", what}});
  return {Code::kInternalError, "the work failed inside", {}};
}

}  // namespace revier::net
