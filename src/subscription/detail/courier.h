// SPDX-License-Identifier: EUPL-1.2
// Delivers what waits in the outbox: per subscription in order and one at a time, all of them side
// by side; tries again with back-off; gives up into the dead letters.
//
// What is in memory of a subscription is a few dozen numbers, however much waits for it. A receiver
// that hangs keeps nobody else waiting.
//
// Thread safety: all methods from any thread. Delivery runs on a thread of its own.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "base/metrics.h"
#include "base/while_alive.h"
#include "subscription/detail/channel.h"
#include "subscription/detail/outbox.h"

namespace revier::subscription::detail {

struct CourierOptions {
  std::int64_t retry_for_ms = 24 * 3'600'000;  // then a notification is a dead letter
  std::int64_t back_off_ms = 1'000;            // after the first failure, doubled each time
  std::int64_t back_off_ms_max = 300'000;
  std::int64_t final_attempts = 3;  // of what the receiver refuses
};

class Courier {
 public:
  struct Needs {
    Outbox& outbox;
    context::Broker& broker;
    Narrowing& narrowing;
    const Clock& civil_clock;
    Channel& http;
    Channel& mqtt;
    CourierOptions options;
    std::vector<std::uint64_t> starts;  // Outbox::starts()
  };
  explicit Courier(Needs needs);
  // What is under way is not waited for: it is delivered again after the next start.
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // A subscription is there, or is another one now. `counters` count the first time; their
  // `attempts` are those of the notification that waits.
  void put(const SubscriptionPtr& subscription, const Counters& counters = {});
  void remove(const Subject& subject);
  // Something waits for these.
  void wake(const std::vector<Subject>& subjects);
  // Entries were put before others that are known here: reads anew from the first on.
  void start_over(const Subject& subject);
  [[nodiscard]] Counters counters(const Subject& subject) const;

  // The changes of these entries that the subscription would be told of now, as it would see them.
  // Errors: kForbidden: nothing, and why.
  [[nodiscard]] Result<std::vector<Told>> told(const SubscriptionPtr& subscription,
                                               const std::vector<Entry>& entries) const;
  // The body of the notification of these entries, as it would be sent now; empty: of none.
  [[nodiscard]] Result<std::string> build(const SubscriptionPtr& subscription,
                                          const std::vector<Entry>& entries) const;

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, id
  struct Line;
  using LinePtr = std::shared_ptr<Line>;

  void work();
  void run_due(std::unique_lock<std::mutex>& lock);
  void dispatch(const LinePtr& line, std::unique_lock<std::mutex>& lock);
  void dispatch_entries(const LinePtr& line, std::unique_lock<std::mutex>& lock);
  void dispatch_interval(const LinePtr& line, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Result<> fill(Line& line);
  [[nodiscard]] Result<std::string> build_interval(const Subscription& subscription) const;
  [[nodiscard]] std::int64_t attempts_of(const Line& line) const;
  void send(const LinePtr& line, const SubscriptionPtr& subscription, std::string body,
            std::int64_t attempt);
  void finish(const LinePtr& line, const Subscription& tried, const Outcome& outcome);
  void succeeded(Line& line, Settled& settled);
  void failed(Line& line, const Outcome& outcome, std::int64_t wait_us, Settled& settled);
  [[nodiscard]] std::int64_t back_off_us(const Line& line, const Outcome& outcome) const;
  // Nobody is told of what is under way.
  void drop(Line& line, Settled& settled);
  void bury(Line& line, const std::string& reason, Settled& settled);
  void schedule(const LinePtr& line);
  void unschedule(const LinePtr& line);
  void flush(std::unique_lock<std::mutex>& lock);

  const Needs needs_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, LinePtr> lines_;
  std::set<std::pair<std::int64_t, LinePtr>> due_;  // by monotonic_us
  std::vector<Settled> settled_;
  bool stopping_ = false;
  const std::shared_ptr<WhileAlive<Courier>> alive_ = std::make_shared<WhileAlive<Courier>>(*this);
  metrics::Counter sent_{"revier_subscription_delivered_total", "Notifications delivered"};
  metrics::Counter failed_{"revier_subscription_failed_total", "Attempts that failed"};
  metrics::Counter dead_{"revier_subscription_dead_total", "Notifications given up"};
  std::thread thread_;
};

}  // namespace revier::subscription::detail
