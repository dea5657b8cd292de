// SPDX-License-Identifier: EUPL-1.2
#include "federation/distributed.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/log.h"
#include "base/random.h"
#include "base/while_alive.h"
#include "federation/detail/channel.h"
#include "federation/detail/copy.h"
#include "federation/detail/following.h"
#include "federation/detail/live_copy.h"
#include "federation/detail/receiving.h"

namespace revier::federation {
namespace {

using detail::Answered;
using detail::Copy;
using detail::Course;
using detail::LiveCopy;
using detail::LiveCopyPtr;
using detail::Passing;
using detail::Wish;
using subscription::Subscription;
using subscription::SubscriptionPtr;
using State = Copy::State;
using Key = std::pair<std::string, std::string>;  // tenant, id of the subscription

constexpr std::int64_t kCopyIdleUs = 60'000'000;
constexpr std::int64_t kStoreAgainUs = 1'000'000;
constexpr std::size_t kUnderWayMax = 64;
constexpr std::size_t kSeenMax = 64;
constexpr std::size_t kSeenBytesMax = 512;
constexpr std::string_view kNoAddress =
    "no copy is made: where sources reach this server is not known, set federation.address";

// One subscription.
struct Home {
  SubscriptionPtr subscription;               // nullptr: it went, and its copies go
  SubscriptionPtr watched;                    // that its watcher was made for
  std::string watcher;                        // id of its subscription to registrations
  std::map<std::string, LiveCopyPtr> copies;  // by id
  std::size_t left_out = 0;
  bool no_address = false;
};

struct Ended {
  LiveCopyPtr live;
  Answered answered;
};

class Copies final : public DistributedSubscriptions {
 public:
  explicit Copies(DistributedNeeds needs)
      : needs_(std::move(needs)),
        channel_(needs_.sources),
        course_(needs_.sources.civil_clock, needs_.back_off_ms, needs_.look_after_ms) {}

  ~Copies() override {
    alive_->end();
    needs_.subscriptions.set_listener(nullptr);
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
    std::vector<Key> watchers;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, home] : homes_) {
        if (!home.watcher.empty()) watchers.emplace_back(key.first, home.watcher);
      }
    }
    for (const auto& [tenant, watcher] : watchers) needs_.watchers.unfollow(tenant, watcher);
  }

  Result<> load() {
    const auto rows = needs_.store.scan(store::Column::kMeta, detail::kCopyPrefix);
    for (; rows->valid(); rows->next()) {
      auto live = std::make_shared<LiveCopy>();
      auto copy = detail::decode_copy(rows->key().substr(detail::kCopyPrefix.size()), rows->value(),
                                      *needs_.sources.catalogue.core());
      if (!copy) {  // another one is made instead: what else there is has to start
        log_event(Level::kError, "federation.copy", {{"error", copy.error().message}});
        continue;
      }
      live->copy = *std::move(copy);
      enter(live);
    }
    RV_TRY(rows->status());
    needs_.subscriptions.set_listener([this](const auto& changed) { follow(changed); });
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, home] : homes_) look_at_.insert(key);  // one may have gone in a crash
    }
    thread_ = std::thread([this] { work(); });
    return {};
  }

  Result<std::vector<std::string>> passed(const net::Request& request,
                                          std::string_view tenant) const override {
    std::vector<std::string> via = detail::via_of(request);
    if (std::ranges::find(via, tenant_alias(needs_.sources.alias, tenant)) == via.end()) return via;
    return fail(Code::kLoopDetected, "the request has been here before");
  }

  std::vector<std::string> warnings(std::string_view tenant, std::string_view id) const override {
    std::vector<std::string> out;
    const std::lock_guard lock(mutex_);
    const auto home = homes_.find(Key(tenant, id));
    if (home == homes_.end()) return out;
    for (const auto& [copy_id, live] : home->second.copies) {
      if (live->problem.empty()) continue;
      out.push_back(detail::warning_text(*live->copy.registration, live->refused
                                                                       ? detail::Warning::kRefused
                                                                       : detail::Warning::kSilent));
    }
    return out;
  }

  Status status(std::string_view tenant, std::string_view id) const override {
    Status out;
    const std::lock_guard lock(mutex_);
    const auto home = homes_.find(Key(tenant, id));
    if (home == homes_.end()) return out;
    out.left_out = home->second.left_out;
    if (home->second.no_address) out.problem = kNoAddress;
    for (const auto& [copy_id, live] : home->second.copies) {
      Source& source = out.sources.emplace_back();
      source.registration = live->copy.registration->id;
      source.endpoint = live->copy.registration->endpoint;
      source.state = state_of(*live);
      source.problem = live->problem;
      source.received = live->received;
      source.last_received = live->last_received;
    }
    std::ranges::sort(out.sources, {}, &Source::registration);
    return out;
  }

  Result<std::string> opened_by(const json::Value& notification) const override {
    RV_ASSIGN(const LiveCopyPtr live, find_live(notification));
    return live->copy.tenant;
  }

  Task<Result<>> receive(const json::Value& notification, jsonld::ContextPtr context) override {
    RV_CO_ASSIGN(const LiveCopyPtr live, find_live(notification));
    const std::string told_id(notification.text("id"));
    // Of two that come at once the second is looked at when the first is durable, or has failed.
    std::optional<Turns::Turn> turn;
    if (!told_id.empty()) turn.emplace(co_await live->turn_of(told_id).take());
    const auto opened = open_door(*live, told_id);
    if (!opened) co_return Result<>{};  // it came before
    RV_CO_TRY(co_await detail::receive({needs_.sources, needs_.distribution, needs_.subscriptions},
                                       channel_, *opened, *notification.find("data"),
                                       std::move(context)));
    note_received(*live, told_id);
    co_return Result<>{};
  }

 private:
  // --- What arrives ------------------------------------------------------------------------------

  Result<LiveCopyPtr> find_live(const json::Value& notification) const {
    const auto of = notification.find("subscriptionId");
    if (!of || !of->as_string() || !notification.find("data")) {
      return fail(Code::kBadRequestData, "a notification has subscriptionId and data");
    }
    const std::lock_guard lock(mutex_);
    const auto at = by_id_.find(*of->as_string());
    if (at != by_id_.end()) return at->second;
    return fail(Code::kResourceNotFound, "there is no subscription of this id here");
  }

  // Nothing where the notification came before.
  std::optional<detail::Opened> open_door(const LiveCopy& live, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto home = homes_.find({live.copy.tenant, live.copy.subscription});
    const bool seen = !id.empty() && std::ranges::find(live.seen, id) != live.seen.end();
    if (seen || home == homes_.end() || !home->second.subscription) return std::nullopt;
    return detail::Opened{home->second.subscription, live.copy.registration,
                          live.copy.told.filtered};
  }

  void note_received(LiveCopy& live, const std::string& id) {
    const std::lock_guard lock(mutex_);
    ++live.received;
    live.last_received = needs_.sources.civil_clock.now();
    if (id.empty() || id.size() > kSeenBytesMax) return;
    live.seen.push_back(id);
    if (live.seen.size() > kSeenMax) live.seen.pop_front();
  }

  // --- What is to be at the sources --------------------------------------------------------------

  static Source::State state_of(const LiveCopy& live) {
    if (live.copy.state == State::kUnwanted) return Source::State::kEnds;
    if (live.refused) return Source::State::kRefused;
    return live.copy.state == State::kMade ? Source::State::kMade : Source::State::kWaits;
  }

  void enter(const LiveCopyPtr& live) {
    homes_[{live->copy.tenant, live->copy.subscription}].copies[live->copy.id] = live;
    by_id_[live->copy.id] = live;
  }

  // On the thread that writes: nothing waits here, so the watcher follows later.
  void follow(const subscription::Changed& changed) {
    const Subscription& one = changed.after ? *changed.after : *changed.before;
    const bool wanted = changed.after && detail::is_distributed(*changed.after);
    const Key key(one.tenant, one.id);
    const std::lock_guard lock(mutex_);
    homes_[key].subscription = wanted ? changed.after : nullptr;
    look_at_.insert(key);
    wake_.notify_one();
  }

  void look_at(const Key& key) {
    const std::lock_guard lock(mutex_);
    look_at_.insert(key);
    wake_.notify_one();
  }

  // Brings what is stored to what is wished; what has to be written.
  std::vector<Copy> compare(Home& home, const Key& key, std::map<std::string, Wish> wishes) {
    std::vector<Copy> rows;
    for (const auto& [id, live] : home.copies) {
      Copy& copy = live->copy;
      if (copy.state == State::kUnwanted) continue;
      const auto wish = wishes.find(copy.registration->id);
      const bool stays = wish != wishes.end() &&
                         detail::same_source(*wish->second.registration, *copy.registration);
      if (!stays) {
        course_.set_state(*live, State::kUnwanted);
        rows.push_back(copy);
        continue;
      }
      const bool other = wish->second.told.body != copy.told.body;
      const bool can = (wish->second.registration->operations & kUpdateSubscription) != 0;
      if (other && !can) continue;  // another one is made, this one ends below
      if (other || wish->second.registration != copy.registration) {
        copy.registration = wish->second.registration;
        copy.told = std::move(wish->second.told);
        if (other && copy.state == State::kMade) course_.set_state(*live, State::kOther);
        live->next_us = 0;
        live->refused = false;
        rows.push_back(copy);
      }
      wishes.erase(wish);
    }
    for (auto& [id, wish] : wishes) {
      for (const auto& [copy_id, live] : home.copies) {
        if (live->copy.registration->id != id || live->copy.state == State::kUnwanted) continue;
        course_.set_state(*live, State::kUnwanted);
        rows.push_back(live->copy);
      }
      rows.push_back(add(key, std::move(wish))->copy);
    }
    return rows;
  }

  LiveCopyPtr add(const Key& key, Wish wish) {
    SystemRandom random;
    auto live = std::make_shared<LiveCopy>();
    live->copy.id = "urn:ngsi-ld:Subscription:" + random_secret(random);
    live->copy.tenant = key.first;
    live->copy.subscription = key.second;
    live->copy.registration = std::move(wish.registration);
    live->copy.told = std::move(wish.told);
    live->copy.since = needs_.sources.civil_clock.now();
    enter(live);
    return live;
  }

  // --- The thread that brings it about -----------------------------------------------------------

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      const auto keys = std::exchange(look_at_, {});
      const auto answers = std::exchange(answers_, {});
      lock.unlock();
      for (const Ended& ended : answers) finish(ended);
      for (const Key& key : keys) reconcile(key);
      put({});
      lock.lock();
      const std::int64_t wait_us = send_due(lock);
      if (stopping_ || !look_at_.empty() || !answers_.empty()) continue;
      wake_.wait_for(lock, std::chrono::microseconds(wait_us));
    }
  }

  // The subscription as it is, with its subscription to registrations in step.
  std::optional<SubscriptionPtr> watched(const Key& key) {
    SubscriptionPtr subscription;
    std::string watcher;
    {
      const std::lock_guard lock(mutex_);
      const auto at = homes_.find(key);
      if (at == homes_.end()) return std::nullopt;
      Home& home = at->second;
      subscription = home.subscription;
      if (home.watched == subscription) return subscription;
      home.watched = subscription;
      if (subscription && home.watcher.empty()) {
        SystemRandom random;
        home.watcher = "urn:ngsi-ld:Subscription:" + random_id(random);
      }
      watcher = subscription ? home.watcher : std::exchange(home.watcher, {});
    }
    if (subscription) {
      needs_.watchers.follow(detail::watching_for(*subscription, watcher),
                             [this, key] { look_at(key); });
    } else {
      needs_.watchers.unfollow(key.first, watcher);
    }
    return subscription;
  }

  void reconcile(const Key& key) {
    const auto seen = watched(key);
    if (!seen) return;
    const SubscriptionPtr& subscription = *seen;
    auto wishes = detail::wishes_of(subscription, needs_.sources, channel_, needs_.sources_max);
    if (!wishes) {  // what is there stays
      log_event(Level::kError, "federation.subscription",
                {{"subscription", key.second}, {"error", wishes.error().message}});
      return;
    }
    std::vector<Copy> rows;
    {
      const std::lock_guard lock(mutex_);
      const auto home = homes_.find(key);
      // One that has changed meanwhile is looked at anew.
      if (home == homes_.end() || home->second.subscription != subscription) return;
      home->second.left_out = wishes->left_out;
      home->second.no_address = wishes->no_address;
      rows = compare(home->second, key, std::move(wishes->of));
      forget_where_nothing_is(key);
    }
    if (wishes->no_address && !std::exchange(told_no_address_, true)) {
      log_event(Level::kWarn, "federation.subscription", {{"problem", kNoAddress}});
    }
    put(rows);
  }

  // Locked.
  void forget_where_nothing_is(const Key& key) {
    const auto home = homes_.find(key);
    if (home == homes_.end()) return;
    const Home& one = home->second;
    if (!one.subscription && !one.watched && one.copies.empty()) homes_.erase(home);
  }

  // What could not be written waits and is written first; nothing is sent meanwhile.
  void put(const std::vector<Copy>& rows) {
    const bool waited = !unstored_.empty();
    unstored_.insert(unstored_.end(), rows.begin(), rows.end());
    if (unstored_.empty() || !is_stored_) return;
    const auto done = needs_.store.writer().run_blocking([&](store::Batch& batch) -> Result<> {
      for (const Copy& copy : unstored_) {
        batch.put(store::Column::kMeta, detail::copy_key(copy.id), detail::encode(copy));
      }
      return {};
    });
    if (done) return unstored_.clear();
    is_stored_ = done.error().code != Code::kReadOnly;
    if (waited && is_stored_) return;
    log_event(Level::kError, "federation.copy", {{"error", done.error().message}});
  }

  void erase(const LiveCopyPtr& live) {
    const auto done = needs_.store.writer().run_blocking([&](store::Batch& batch) -> Result<> {
      batch.erase(store::Column::kMeta, detail::copy_key(live->copy.id));
      return {};
    });
    if (!done) log_event(Level::kError, "federation.copy", {{"error", done.error().message}});
    std::erase_if(unstored_, [&](const Copy& copy) { return copy.id == live->copy.id; });
    const std::lock_guard lock(mutex_);
    const Key key(live->copy.tenant, live->copy.subscription);
    by_id_.erase(live->copy.id);
    homes_[key].copies.erase(live->copy.id);
    forget_where_nothing_is(key);
  }

  // Sends what is due, one request at a time for each copy; how long nothing is due then.
  std::int64_t send_due(std::unique_lock<std::mutex>& lock) {
    const std::int64_t now = monotonic_us();
    std::int64_t next = now + kCopyIdleUs;
    std::vector<LiveCopyPtr> due;
    if (!is_stored_) return kCopyIdleUs;  // the store takes no write any more
    if (!unstored_.empty()) return kStoreAgainUs;
    for (const auto& [id, live] : by_id_) {
      if (live->busy) continue;
      if (live->next_us > now) next = std::min(next, live->next_us);
      // Beyond the limit the next answer wakes this thread.
      if (live->next_us > now || under_way_ >= kUnderWayMax) continue;
      live->busy = true;
      ++under_way_;
      due.push_back(live);
    }
    for (const LiveCopyPtr& live : due) {
      if (!detail::is_asked(live->copy)) {
        answers_.push_back({live, {live->copy.state, {}, fail(Code::kNotImplemented, "")}});
        continue;
      }
      send(live, lock);
    }
    return next - now;
  }

  void send(const LiveCopyPtr& live, std::unique_lock<std::mutex>& lock) {
    const Copy copy = live->copy;
    const auto home = homes_.find({copy.tenant, copy.subscription});
    const SubscriptionPtr of = home == homes_.end() ? nullptr : home->second.subscription;
    lock.unlock();
    const Passing passing(of ? of->via : std::vector<std::string>());
    needs_.sources.client.send(
        detail::outgoing_of(copy, channel_.sending(passing.request(), copy.tenant)),
        [alive = alive_, live, state = copy.state,
         sent = copy.told.body](Result<net::Reply> reply) {
          alive->run([&](Copies& self) { self.take({live, {state, sent, std::move(reply)}}); });
        });
    lock.lock();
  }

  void take(Ended ended) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(ended));
    wake_.notify_one();
  }

  void finish(const Ended& ended) {
    LiveCopy& live = *ended.live;
    if (was_sent(ended.answered)) {
      channel_.note_reply(*live.copy.registration, ended.answered.reply);
    }
    std::vector<Copy> rows;
    Course::Turn turn = Course::Turn::kNone;
    {
      const std::lock_guard lock(mutex_);
      live.busy = false;
      --under_way_;
      turn = course_.take(live, ended.answered);
      if (turn == Course::Turn::kAnother) rows = replace(live, ended.answered.reply);
      if (turn == Course::Turn::kChanged) rows.push_back(live.copy);
    }
    put(rows);
    if (turn == Course::Turn::kEnded) erase(ended.live);
  }

  // An id that is there and not ours is of no use: another copy is made after a while, and this one
  // ends.
  std::vector<Copy> replace(LiveCopy& old, const Result<net::Reply>& reply) {
    const LiveCopyPtr fresh =
        add({old.copy.tenant, old.copy.subscription}, {old.copy.registration, old.copy.told});
    fresh->failures = old.failures;
    fresh->problem = detail::problem_of(reply);
    course_.back_off(*fresh, 0);
    course_.set_state(old, State::kUnwanted);
    old.doubted = false;
    return {old.copy, fresh->copy};
  }

  const DistributedNeeds needs_;
  detail::Channel channel_;
  const Course course_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, Home> homes_;
  std::map<std::string, LiveCopyPtr, std::less<>> by_id_;
  std::set<Key> look_at_;
  std::vector<Ended> answers_;
  std::size_t under_way_ = 0;
  bool stopping_ = false;
  bool told_no_address_ = false;
  bool is_stored_ = true;       // by the thread that sends, as the next
  std::vector<Copy> unstored_;  // rows that the store did not take yet
  const std::shared_ptr<WhileAlive<Copies>> alive_ = std::make_shared<WhileAlive<Copies>>(*this);
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<DistributedSubscriptions>> DistributedSubscriptions::open(
    DistributedNeeds needs) {
  auto copies = std::make_unique<Copies>(std::move(needs));
  RV_TRY(copies->load());
  return copies;
}

}  // namespace revier::federation
