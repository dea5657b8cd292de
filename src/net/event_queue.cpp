// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/event_queue.h"

namespace revier::net::detail {
namespace {

constexpr std::size_t kEventsMax = 1'024;
constexpr std::size_t kBytesMax = std::size_t{1} << 20;

}  // namespace

bool EventQueue::send(std::shared_ptr<const std::string> event) {
  const Lock lock(mutex_);
  if (closed_) return false;
  events_bytes_ += event->size();
  events_.push_back(std::move(event));
  if (events_.size() > kEventsMax || events_bytes_ > kBytesMax) {
    closed_ = dropped_ = true;
    events_.clear();
  }
  resume_waiter();
  return !closed_;
}

void EventQueue::close() {
  const Lock lock(mutex_);
  closed_ = true;
  resume_waiter();
}

bool EventQueue::closed() const {
  const Lock lock(mutex_);
  return closed_;
}

bool EventQueue::dropped() const {
  const Lock lock(mutex_);
  return dropped_;
}

void EventQueue::wake() {
  const Lock lock(mutex_);
  woken_ = true;
  resume_waiter();
}

// Under the lock, so that after the connection's close() nothing reaches its executor any more.
void EventQueue::resume_waiter() {
  if (!waiter_) return;
  executor_.post(std::exchange(waiter_, {}));
}

bool EventQueue::suspend(std::coroutine_handle<> handle) {
  const Lock lock(mutex_);
  if (woken_ || closed_ || !events_.empty()) {
    woken_ = false;
    return false;
  }
  waiter_ = handle;
  return true;
}

std::vector<std::shared_ptr<const std::string>> EventQueue::take() {
  const Lock lock(mutex_);
  woken_ = false;
  events_bytes_ = 0;
  return std::exchange(events_, {});
}

}  // namespace revier::net::detail
