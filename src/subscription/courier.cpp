// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/courier.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/run_task.h"
#include "base/time.h"
#include "subscription/detail/links.h"
#include "subscription/detail/notification.h"

namespace revier::subscription::detail {
namespace {

constexpr std::size_t kAhead = 64;            // entries read ahead of delivery
constexpr std::size_t kTogetherMax = 1'000;   // entries in one notification after throttling
constexpr std::size_t kEntitiesMax = 10'000;  // in one notification by timeInterval
constexpr std::int64_t kIntervalCpuMs = 500;
constexpr std::size_t kLinksMax = 2'000;  // entities that one notification looks for as linked
constexpr std::int64_t kIdleUs = 60'000'000;

// The latest change of each entity, in the order of these.
std::vector<const Told*> latest(const std::vector<Told>& told) {
  std::map<std::string_view, const Told*> by_id;
  std::vector<const Told*> all;
  for (const Told& one : told) {
    all.push_back(&one);
    by_id.insert_or_assign(one.id, &one);
  }
  std::erase_if(all, [&](const Told* one) { return by_id[one->id] != one; });
  return all;
}

std::uint64_t mark_of(const Entry& entry) {
  const std::uint64_t last = entry.picks.empty() ? 0 : entry.picks.back();
  return last >= kMarkMin ? last : 0;
}

std::string notification_id(const Subscription& subscription, std::uint64_t sequence) {
  return fmt::format("urn:ngsi-ld:Notification:{:016x}-{:016x}",
                     std::hash<std::string>{}(subscription.tenant + '\0' + subscription.id),
                     sequence);
}

}  // namespace

struct Courier::Line {
  SubscriptionPtr subscription;
  Counters counters;
  std::deque<Entry> ahead;       // read, not under way
  std::uint64_t read_to = 0;     // sequences below are in `ahead`, under way or settled
  bool more = true;              // the store may hold entries from read_to on
  std::vector<Entry> under_way;  // of the notification that is being sent, or is to be repeated
  bool busy = false;
  std::int64_t attempts = 0;         // of under_way, since the start
  std::int64_t attempts_before = 0;  // of the same, before the start
  std::int64_t first_failure_us = 0;
  std::int64_t not_before_us = 0;
  std::int64_t interval_us = 0;        // of a timeInterval: when all that matches is told next
  std::int64_t interval_failures = 0;  // of that, in a row
  bool of_interval = false;            // what is under way is told for that
  std::int64_t due_us = -1;            // place in due_; -1: none
  bool gone = false;
  bool start_over = false;

  // It is delivered elsewhere, or otherwise, than `tried` was.
  [[nodiscard]] bool is_mended(const Subscription& tried) const {
    return subscription->notification.endpoint != tried.notification.endpoint;
  }
  // Nothing is under way.
  void rest() {
    under_way.clear();
    attempts = attempts_before = first_failure_us = 0;
  }
};

Courier::Courier(Needs needs) : needs_(std::move(needs)) {
  thread_ = std::thread([this] { work(); });
}

Courier::~Courier() {
  alive_->end();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Courier::put(const SubscriptionPtr& subscription, const Counters& counters) {
  const std::lock_guard lock(mutex_);
  LinePtr& line = lines_[{subscription->tenant, subscription->id}];
  if (line == nullptr) {
    line = std::make_shared<Line>();
    line->counters = counters;
    line->attempts_before = counters.attempts;
  } else if (line->is_mended(*subscription)) {
    line->interval_failures = 0;
    if (line->attempts > 0) line->not_before_us = line->first_failure_us = 0;
  }
  line->subscription = subscription;
  line->interval_us = monotonic_us() + subscription->interval_us;
  schedule(line);
}

void Courier::remove(const Subject& subject) {
  const std::lock_guard lock(mutex_);
  const auto at = lines_.find({subject.tenant, subject.id});
  if (at == lines_.end()) return;
  unschedule(at->second);
  at->second->gone = true;
  lines_.erase(at);
  std::erase_if(settled_, [&](const Settled& settled) {
    return settled.subject.tenant == subject.tenant && settled.subject.id == subject.id;
  });
}

void Courier::wake(const std::vector<Subject>& subjects) {
  const std::lock_guard lock(mutex_);
  for (const Subject& subject : subjects) {
    const auto at = lines_.find({subject.tenant, subject.id});
    if (at == lines_.end()) continue;
    at->second->more = true;
    schedule(at->second);
  }
}

void Courier::start_over(const Subject& subject) {
  const std::lock_guard lock(mutex_);
  const auto at = lines_.find({subject.tenant, subject.id});
  if (at == lines_.end()) return;
  at->second->start_over = true;
  at->second->more = true;
  at->second->not_before_us = 0;
  schedule(at->second);
}

Counters Courier::counters(const Subject& subject) const {
  const std::lock_guard lock(mutex_);
  const auto at = lines_.find({subject.tenant, subject.id});
  return at == lines_.end() ? Counters{} : at->second->counters;
}

void Courier::schedule(const LinePtr& line) {
  unschedule(line);
  const bool waits = line->more || !line->ahead.empty() || !line->under_way.empty();
  const bool in_intervals = line->subscription->interval_us > 0;
  if (line->busy || line->gone || !(waits || in_intervals)) return;
  line->due_us = waits ? line->not_before_us : line->interval_us;
  if (in_intervals) line->due_us = std::min(line->due_us, line->interval_us);
  due_.emplace(line->due_us, line);
  wake_.notify_one();
}

void Courier::unschedule(const LinePtr& line) {
  if (line->due_us >= 0) due_.erase({line->due_us, line});
  line->due_us = -1;
}

void Courier::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    run_due(lock);
    flush(lock);
    if (stopping_) break;
    const std::int64_t now = monotonic_us();
    const std::int64_t until = due_.empty() ? now + kIdleUs : due_.begin()->first;
    if (until > now && settled_.empty()) {
      wake_.wait_for(lock, std::chrono::microseconds(until - now));
    }
  }
  flush(lock);
}

void Courier::run_due(std::unique_lock<std::mutex>& lock) {
  const std::int64_t now = monotonic_us();
  std::vector<LinePtr> ready;
  while (!due_.empty() && due_.begin()->first <= now) {
    ready.push_back(due_.begin()->second);
    unschedule(ready.back());
  }
  for (const LinePtr& line : ready) {
    if (!stopping_ && !line->gone && !line->busy) dispatch(line, lock);
  }
}

void Courier::dispatch(const LinePtr& line, std::unique_lock<std::mutex>& lock) {
  if (line->subscription->interval_us > 0 && line->interval_us <= monotonic_us()) {
    dispatch_interval(line, lock);
  } else {
    dispatch_entries(line, lock);
  }
}

// Rows that were committed before wake() are seen; `more` is put back by a wake() meanwhile.
Result<> Courier::fill(Line& line) {
  if (!line.ahead.empty() || !line.more) return {};
  line.more = false;
  // Not while settled entries are still in the store: they would be read once more.
  const bool now = settled_.empty() && line.under_way.empty();
  if (line.start_over && now) line.read_to = 0;
  line.start_over = line.start_over && !now;
  const Subject subject{line.subscription->tenant, line.subscription->id};
  RV_ASSIGN(const auto entries, needs_.outbox.next(subject, line.read_to, kAhead));
  for (const Entry& entry : entries) {
    line.read_to = entry.sequence + 1;
    line.ahead.push_back(entry);
  }
  if (entries.size() == kAhead || line.start_over) line.more = true;
  return {};
}

void Courier::dispatch_entries(const LinePtr& line, std::unique_lock<std::mutex>& lock) {
  const SubscriptionPtr subscription = line->subscription;
  const std::size_t together = subscription->throttling_us > 0 ? kTogetherMax : 1;
  while (line->under_way.size() < together && line->attempts == 0) {
    if (const auto filled = fill(*line); !filled) {
      log_event(Level::kError, "subscription.outbox", {{"error", filled.error().message}});
      return;
    }
    if (line->ahead.empty()) break;
    line->under_way.push_back(std::move(line->ahead.front()));
    line->ahead.pop_front();
  }
  if (line->under_way.empty()) {
    // Reading anew waits until all is settled; an interval ends in any case.
    if (line->more || subscription->interval_us > 0) schedule(line);
    return;
  }
  Settled settled{{subscription->tenant, subscription->id}, {}, {}, std::nullopt};
  if (!subscription->is_active) {  // what waits is told when it goes on: see put()
    line->first_failure_us = 0;
    return;
  }
  if (!subscription->active_at(needs_.civil_clock.now())) {
    bury(*line, "the subscription has expired", settled);
    settled_.push_back(std::move(settled));
    return schedule(line);
  }
  if (const auto rights = needs_.narrowing.check(*subscription); !rights) {
    line->counters.last_error = rights.error().message;
    bury(*line, rights.error().message, settled);
    settled.counters = line->counters;
    settled_.push_back(std::move(settled));
    return schedule(line);
  }
  line->busy = true;
  const std::vector<Entry> entries = line->under_way;
  ++line->attempts;
  const std::int64_t attempt = attempts_of(*line);
  lock.unlock();
  auto body = build(subscription, entries);
  if (body && !body->empty()) {
    send(line, subscription, *std::move(body), attempt);
    return lock.lock();
  }
  lock.lock();
  line->busy = false;
  if (body) {
    drop(*line, settled);
  } else {
    bury(*line, body.error().message, settled);
  }
  settled_.push_back(std::move(settled));
  schedule(line);
}

void Courier::drop(Line& line, Settled& settled) {
  for (const Entry& entry : line.under_way) settled.done.push_back(entry.sequence);
  line.rest();
}

// What waited when a process started may have been on its way when the one before ended.
std::int64_t Courier::attempts_of(const Line& line) const {
  const auto& starts = needs_.starts;
  const auto later =
      std::upper_bound(starts.begin(), starts.end(), line.under_way.front().sequence);
  return line.attempts + line.attempts_before + (starts.end() - later);
}

Result<std::vector<Told>> Courier::told(const SubscriptionPtr& subscription,
                                        const std::vector<Entry>& entries) const {
  const bool narrowed = !subscription->grounds.empty();
  const ngsi::Names& names = needs_.broker.names(subscription->tenant);
  Narrowing::View view;
  if (narrowed) {
    RV_ASSIGN(view, needs_.narrowing.view(*subscription, names));
  }
  const TenantLinks linked(needs_.broker, subscription->tenant, kLinksMax);
  std::optional<Conditions> conditions;
  // Matched under other rights: what did so by what is not shown any more is not told.
  const auto still_meets = [&](const Told& seen) {
    if (!conditions) conditions = Conditions::compile(subscription, names);
    return conditions->met_by(seen, ShownLinks(linked, *view.sight));
  };
  std::vector<Told> out;
  for (const Entry& entry : entries) {
    RV_ASSIGN(Group group, needs_.outbox.group(entry.sequence));
    const bool same_rights = mark_of(entry) == view.mark;
    for (const std::uint64_t pick : entry.picks) {
      if (pick >= group.told.size()) continue;
      std::optional<Told> one = std::move(group.told[pick]);
      if (narrowed) one = seen_change(*view.sight, *one);
      if (one && (!narrowed || same_rights || still_meets(*one))) out.push_back(*std::move(one));
    }
  }
  return out;
}

Result<std::string> Courier::build(const SubscriptionPtr& subscription,
                                   const std::vector<Entry>& entries) const {
  RV_ASSIGN(const std::vector<Told> changes, told(subscription, entries));
  if (changes.empty()) return std::string();
  const Notification notification{notification_id(*subscription, entries.front().sequence),
                                  needs_.civil_clock.now()};
  const ngsi::Names& names = needs_.broker.names(subscription->tenant);
  const auto body = [&](const context::Broker& broker) {
    return body_of_changes(*subscription, notification, latest(changes), names,
                           TenantLinks(broker, subscription->tenant, kLinksMax));
  };
  if (subscription->grounds.empty()) return body(needs_.broker);
  RV_ASSIGN(const auto seen, needs_.narrowing.broker(needs_.broker, *subscription));
  return body(*seen);
}

void Courier::dispatch_interval(const LinePtr& line, std::unique_lock<std::mutex>& lock) {
  const SubscriptionPtr subscription = line->subscription;
  line->interval_us = monotonic_us() + subscription->interval_us;
  if (!subscription->active_at(needs_.civil_clock.now())) return schedule(line);
  line->busy = true;
  lock.unlock();
  auto body = build_interval(*subscription);
  const bool sends = body && !body->empty();
  const std::string wrong = body ? std::string() : body.error().message;
  line->of_interval = sends;
  if (sends) send(line, subscription, std::move(body).value(), 1);
  lock.lock();
  if (sends) return;
  line->busy = false;
  if (!wrong.empty()) line->counters.last_error = wrong;
  schedule(line);
}

// Empty where nothing matches: then no notification is sent (5.8.6).
Result<std::string> Courier::build_interval(const Subscription& subscription) const {
  std::unique_ptr<context::Broker> seen;
  if (subscription.grounds.empty()) {
    RV_TRY(needs_.narrowing.check(subscription));
  } else {
    RV_ASSIGN(seen, needs_.narrowing.broker(needs_.broker, subscription));
  }
  const context::Broker& broker = seen ? *seen : needs_.broker;
  const ngsi::Names& names = needs_.broker.names(subscription.tenant);
  std::vector<ngsi::EntityPtr> found;
  for (const ngsi::Selection& selection : subscription.selections) {
    RV_ASSIGN(const auto predicate,
              ngsi::Predicate::compile(selection, names, *subscription.context));
    const auto take = [&found](const ngsi::Entity& entity) {
      if (found.size() < kEntitiesMax) found.emplace_back(&entity);
    };
    RV_TRY(run_task(broker.for_each(subscription.tenant, predicate, take, kIntervalCpuMs)));
  }
  if (found.empty()) return std::string();
  const Instant now = needs_.civil_clock.now();
  const Notification notification{notification_id(subscription, static_cast<std::uint64_t>(now.us)),
                                  now};
  return body_of_entities(subscription, notification, found, names,
                          TenantLinks(broker, subscription.tenant, kLinksMax));
}

void Courier::send(const LinePtr& line, const SubscriptionPtr& subscription, std::string body,
                   std::int64_t attempt) {
  const bool mqtt = subscription->notification.endpoint.uri.starts_with("mqtt");
  Channel& channel = mqtt ? needs_.mqtt : needs_.http;
  channel.send({*subscription, std::move(body), link_of(*subscription), attempt},
               [alive = alive_, line, subscription](const Outcome& outcome) {
                 alive->run([&](Courier& self) { self.finish(line, *subscription, outcome); });
               });
}

void Courier::finish(const LinePtr& line, const Subscription& tried, const Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  line->busy = false;
  const bool of_interval = line->of_interval;
  if (line->gone) return;
  const Instant now = needs_.civil_clock.now();
  Counters& counters = line->counters;
  ++counters.times_sent;
  counters.last_notification = now;
  counters.last_failed = !outcome.delivered;
  Settled settled{{line->subscription->tenant, line->subscription->id}, {}, {}, std::nullopt};
  if (outcome.delivered) {
    counters.last_success = now;
    if (of_interval) {
      sent_.add();
      line->interval_failures = 0;
    } else {
      succeeded(*line, settled);
    }
  } else {
    counters.last_failure = now;
    ++counters.times_failed;
    counters.last_error = outcome.reason;
    failed_.add();
    // A mended endpoint does not wait for what became of the one before.
    const std::int64_t wait_us = line->is_mended(tried) ? 0 : back_off_us(*line, outcome);
    if (of_interval) {  // the next one is as good
      ++line->interval_failures;
      line->interval_us = std::max(line->interval_us, monotonic_us() + wait_us);
    } else {
      failed(*line, outcome, wait_us, settled);
    }
  }
  line->of_interval = false;
  counters.attempts = line->under_way.empty() ? 0 : line->attempts + line->attempts_before;
  settled.counters = counters;
  settled_.push_back(std::move(settled));
  schedule(line);
  wake_.notify_one();
}

void Courier::succeeded(Line& line, Settled& settled) {
  sent_.add();
  drop(line, settled);
  if (line.subscription->throttling_us > 0) {
    line.not_before_us = monotonic_us() + line.subscription->throttling_us;
  }
}

void Courier::failed(Line& line, const Outcome& outcome, std::int64_t wait_us, Settled& settled) {
  const std::int64_t now = monotonic_us();
  if (line.first_failure_us == 0) line.first_failure_us = now;
  const CourierOptions& options = needs_.options;
  const bool refused = outcome.final && line.attempts >= options.final_attempts;
  if (refused || now - line.first_failure_us > options.retry_for_ms * 1'000) {
    return bury(line, outcome.reason, settled);
  }
  line.not_before_us = now + wait_us;
}

// How long nothing is sent after this failure.
std::int64_t Courier::back_off_us(const Line& line, const Outcome& outcome) const {
  const CourierOptions& options = needs_.options;
  const std::int64_t before = line.of_interval ? line.interval_failures : line.attempts - 1;
  const std::int64_t doublings = std::min<std::int64_t>(before, 20);
  std::int64_t wait_ms = std::min(options.back_off_ms << doublings, options.back_off_ms_max);
  if (outcome.retry_after_ms > 0) wait_ms = outcome.retry_after_ms;
  return std::max(wait_ms, line.subscription->notification.endpoint.cooldown_ms) * 1'000;
}

void Courier::bury(Line& line, const std::string& reason, Settled& settled) {
  dead_.add();
  for (const Entry& entry : line.under_way) {
    settled.dead.push_back(
        {entry,
         {entry.picks, needs_.civil_clock.now(), line.attempts + line.attempts_before, reason}});
  }
  line.rest();
}

// Deliveries that ended meanwhile are settled together: one write for all of them.
void Courier::flush(std::unique_lock<std::mutex>& lock) {
  if (settled_.empty()) return;
  std::vector<Settled> settled;
  settled.swap(settled_);
  lock.unlock();
  const auto done = needs_.outbox.settle(settled);
  lock.lock();
  if (!done) log_event(Level::kError, "subscription.settle", {{"error", done.error().message}});
}

}  // namespace revier::subscription::detail
