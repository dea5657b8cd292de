// SPDX-License-Identifier: EUPL-1.2
#include "federation/watchers.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "base/turns.h"
#include "base/while_alive.h"
#include "federation/detail/watching.h"
#include "json/json.h"

namespace revier::federation {
namespace {

using detail::Trigger;
using subscription::Subscription;
using subscription::SubscriptionPtr;

constexpr std::size_t kWaitingMax = 1'000;
constexpr int kAttemptsMax = 20;  // with back-off: more than an hour
constexpr std::int64_t kBackOffMaxUs = 300'000'000;
constexpr std::int64_t kLookUs = 1'000'000;

// One subscription and what waits for its receiver.
struct Line {
  SubscriptionPtr subscription;
  std::vector<Wanted> wanted;
  subscription::Counters counters;
  std::deque<std::string> waiting;
  bool busy = false;
  int failures = 0;
  std::int64_t next_us = 0;      // monotonic: not sent before
  std::int64_t interval_us = 0;  // monotonic: told again then; 0: told of changes
  Watchers::Heard heard;         // of this server itself: told by this, nothing waits
  std::vector<Match> first;      // that matched when it was made
  std::uint64_t from = 0;        // number of the first change after that
};
using LinePtr = std::shared_ptr<Line>;

tl::unexpected<Error> no_watcher() {
  return fail(Code::kResourceNotFound, "there is no subscription of this id");
}

net::Outgoing outgoing_of(const Subscription& subscription, const std::string& body,
                          std::int64_t timeout_ms) {
  const subscription::Endpoint& endpoint = subscription.notification.endpoint;
  net::Outgoing out;
  out.url = endpoint.uri;
  out.body = body;
  out.deadline_ms =
      endpoint.timeout_ms > 0 ? std::min(endpoint.timeout_ms, timeout_ms) : timeout_ms;
  out.headers.emplace_back("Content-Type", subscription::name_of(endpoint.accept));
  const std::string& link = subscription.told_context->link();
  if (endpoint.accept == subscription::BodyType::kJson && !link.empty()) {
    out.headers.emplace_back("Link",
                             fmt::format("<{}>; rel=\"http://www.w3.org/ns/json-ld#context\"; "
                                         "type=\"application/ld+json\"",
                                         link));
  }
  if (!subscription.tenant.empty()) out.headers.emplace_back("NGSILD-Tenant", subscription.tenant);
  for (const auto& [key, value] : endpoint.receiver_info) {
    if (!net::equals_ignoring_case(key, "Content-Type") &&
        !net::equals_ignoring_case(key, "Content-Length") &&
        !net::equals_ignoring_case(key, "Host")) {
      out.headers.emplace_back(key, value);
    }
  }
  return out;
}

class StoredWatchers final : public Watchers {
 public:
  explicit StoredWatchers(const Needs& needs) : needs_(needs) {}

  ~StoredWatchers() override {
    alive_->end();
    needs_.registrations.set_listener(nullptr);
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  Result<> load() {
    const auto rows = needs_.store.scan(store::Column::kMeta, detail::kWatcherPrefix);
    for (; rows->valid(); rows->next()) {
      RV_ASSIGN(const SubscriptionPtr made,
                detail::decode(rows->key().substr(detail::kWatcherPrefix.size()), rows->value(),
                               needs_.catalogue));
      RV_TRY(enter(made, {}));
    }
    RV_TRY(rows->status());
    needs_.registrations.set_listener([this](const Changed& changed) {
      const std::lock_guard lock(mutex_);
      changes_.push_back(changed);
      wake_.notify_one();
    });
    thread_ = std::thread([this] { work(); });
    return {};
  }

  Task<Result<std::string>> create(Subscription made) override {
    SystemRandom random;
    if (made.id.empty()) made.id = "urn:ngsi-ld:Subscription:" + random_id(random);
    made.created_at = made.modified_at = needs_.civil_clock.now();
    RV_CO_TRY(check(made));
    const auto subscription = std::make_shared<const Subscription>(std::move(made));
    const Turns::Turn turn = co_await turns_.take();
    const auto job = [&](store::Batch& batch) -> Result<> {
      RV_TRY(check_new(*subscription));
      put(*subscription, batch);
      return {};
    };
    RV_CO_TRY(co_await needs_.store.writer().run(job, [&] { (void)enter(subscription, {}); }));
    co_return subscription->id;
  }

  Task<Result<>> update(std::string tenant, std::string id, std::string fragment,
                        jsonld::ContextPtr context, std::optional<std::string> grounds) override {
    const Turns::Turn turn = co_await turns_.take();
    RV_CO_TRY(check_not_own(tenant, id));
    const auto before = find(tenant, id);
    if (!before) co_return no_watcher();
    RV_CO_ASSIGN(const SubscriptionPtr after,
                 updated(*before->subscription, {fragment, context, grounds}));
    const auto job = [&](store::Batch& batch) -> Result<> {
      put(*after, batch);
      return {};
    };
    co_return co_await needs_.store.writer().run(job,
                                                 [&] { (void)enter(after, before->counters); });
  }

  Task<Result<>> remove(std::string tenant, std::string id) override {
    const Turns::Turn turn = co_await turns_.take();
    RV_CO_TRY(check_not_own(tenant, id));
    if (!find(tenant, id)) co_return no_watcher();
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(store::Column::kMeta, detail::watcher_key(tenant, id));
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] {
      const std::lock_guard lock(mutex_);
      lines_.erase({tenant, id});
    });
  }

  void follow(SubscriptionPtr watching, Heard heard) override {
    auto line = std::make_shared<Line>();
    line->subscription = std::move(watching);
    line->heard = std::move(heard);
    auto wanted = detail::wanted_by(*line->subscription);
    if (wanted) line->wanted = *std::move(wanted);
    const std::lock_guard lock(mutex_);
    lines_.insert_or_assign({line->subscription->tenant, line->subscription->id}, line);
    fresh_.push_back(line);
    wake_.notify_one();
  }

  void unfollow(std::string_view tenant, std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto at = lines_.find(Key(tenant, id));
    if (at == lines_.end()) return;
    std::erase(fresh_, at->second);
    lines_.erase(at);
  }

  std::optional<Entry> find(std::string_view tenant, std::string_view id) const override {
    const std::lock_guard lock(mutex_);
    const auto at = lines_.find(Key(tenant, id));
    if (at == lines_.end()) return std::nullopt;
    return entry_of(*at->second);
  }

  std::vector<Entry> list(std::string_view tenant) const override {
    std::vector<Entry> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [key, line] : lines_) {
      if (key.first == tenant) out.push_back(entry_of(*line));
    }
    return out;
  }

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, id

  // Whoever made it may still do so.
  Result<> check_standing(const Subscription& made) const {
    if (made.full_grounds.empty() || !needs_.standing) return {};
    return needs_.standing(made.full_grounds)
        .require_still(identity::Action::kDataWrite, identity::Scope::tenant(made.tenant));
  }

  Entry entry_of(const Line& line) const {
    Entry entry{line.subscription, line.counters};
    const auto stands = check_standing(*line.subscription);
    entry.counters.silenced = stands ? std::string() : stands.error().message;
    return entry;
  }

  Result<> check_not_own(const std::string& tenant, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto at = lines_.find({tenant, id});
    if (at == lines_.end() || !at->second->heard) return {};
    return fail(Code::kForbidden, "it belongs to a subscription to entities, and goes with that");
  }

  static Result<> check(const Subscription& made) {
    const std::string& uri = made.notification.endpoint.uri;
    if (!uri.starts_with("http://") && !uri.starts_with("https://")) {
      return fail(Code::kOperationNotSupported,
                  "endpoints of subscriptions to registrations are http and https",
                  "notification.endpoint.uri");
    }
    const auto wanted = detail::wanted_by(made);
    return wanted ? Result<>{} : fail(wanted.error());
  }

  Result<> check_new(const Subscription& made) const {
    const std::lock_guard lock(mutex_);
    if (lines_.contains({made.tenant, made.id})) {
      return fail(Code::kAlreadyExists, "there is a subscription of this id");
    }
    const auto number = std::ranges::count_if(lines_, [&](const auto& entry) {
      return entry.first.first == made.tenant && !entry.second->heard;  // not of this server
    });
    if (static_cast<std::size_t>(number) < needs_.subscriptions_max) return {};
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant has {} subscriptions, more are not allowed", number));
  }

  struct Change {
    std::string_view fragment;
    const jsonld::ContextPtr& context;
    const std::optional<std::string>& grounds;
  };
  Result<SubscriptionPtr> updated(const Subscription& before, const Change& change) const {
    const Instant now = needs_.civil_clock.now();
    RV_ASSIGN(const auto given, json::Document::parse(change.fragment));
    RV_ASSIGN(const std::string text, subscription::patched(before, given.root(), *change.context));
    RV_ASSIGN(const auto whole, json::Document::parse(text));
    const bool other = given.root().find("entities") || given.root().find("csf");
    // A time that has passed may stand where the fragment does not name it.
    const Instant earliest = given.root().find("expiresAt") ? now : Instant{};
    RV_ASSIGN(Subscription made,
              subscription::parse(whole.root(), {other ? change.context : before.context,
                                                 before.told_context, earliest}));
    made.id = before.id;
    made.tenant = before.tenant;
    made.owner = before.owner;
    made.full_grounds = change.grounds.value_or(before.full_grounds);
    made.created_at = before.created_at;
    made.modified_at = now;
    RV_TRY(check(made));
    return std::make_shared<const Subscription>(std::move(made));
  }

  static void put(const Subscription& subscription, store::Batch& batch) {
    batch.put(store::Column::kMeta, detail::watcher_key(subscription.tenant, subscription.id),
              detail::encode(subscription));
  }

  // From now on it is told, of all that matches first. On the thread that changes registrations: so
  // each of these is either there now, or a change that comes later.
  Result<> enter(const SubscriptionPtr& subscription, const subscription::Counters& counters) {
    auto line = std::make_shared<Line>();
    line->subscription = subscription;
    line->counters = counters;
    RV_ASSIGN(line->wanted, detail::wanted_by(*subscription));
    line->first = matches_of(*line);
    const std::lock_guard lock(mutex_);
    line->from = changes_told_ + changes_.size();
    lines_.insert_or_assign({subscription->tenant, subscription->id}, line);
    fresh_.push_back(line);
    wake_.notify_one();
    return {};
  }

  // --- The thread that tells ---------------------------------------------------------------------

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      for (const LinePtr& line : std::exchange(fresh_, {})) {
        tell_all(*line, std::exchange(line->first, {}));
      }
      for (const Changed& changed : std::exchange(changes_, {})) {
        tell_change(changed, changes_told_++);
      }
      const std::int64_t next_us = tell_due();
      send_due(lock);
      if (stopping_ || !fresh_.empty() || !changes_.empty()) continue;
      wake_.wait_for(lock, std::chrono::microseconds(next_us));
    }
  }

  bool is_active(const Line& line) const {
    return line.subscription->active_at(needs_.civil_clock.now()) &&
           check_standing(*line.subscription);
  }

  void queue(Line& line, const std::vector<Match>& matches, Trigger trigger) {
    if (matches.empty() || !is_active(line)) return;
    // The first one may be on its way.
    if (line.waiting.size() >= kWaitingMax) line.waiting.erase(line.waiting.begin() + 1);
    line.waiting.push_back(
        detail::notification({*line.subscription, matches, trigger, needs_.civil_clock.now()}));
  }

  // All that match now, each once.
  std::vector<Match> matches_of(const Line& line) const {
    std::vector<Match> out;
    for (const Wanted& wanted : line.wanted) {
      auto found = needs_.registrations.match(line.subscription->tenant, wanted,
                                              *line.subscription->context);
      if (!found) continue;
      for (Match& match : *found) add_match(out, std::move(match));
    }
    return out;
  }

  static void add_match(std::vector<Match>& all, Match match) {
    const auto same = std::ranges::find(all, match.registration, &Match::registration);
    if (same == all.end()) {
      all.push_back(std::move(match));
      return;
    }
    for (std::size_t i = 0; i < match.information.size(); ++i) {
      if (match.information[i]) same->information[i] = true;
    }
  }

  void tell_all(Line& line, const std::vector<Match>& matches) {
    if (line.heard) return line.heard();
    queue(line, matches, Trigger::kNewlyMatching);
    const std::int64_t interval = line.subscription->interval_us;
    line.interval_us = interval > 0 ? monotonic_us() + interval : 0;
  }

  std::vector<Match> fitting(const Line& line, const RegistrationPtr& registration) const {
    std::vector<Match> out;
    if (!registration) return out;
    for (const Wanted& wanted : line.wanted) {
      auto match =
          needs_.registrations.match_one(registration, wanted, *line.subscription->context);
      if (match && *match) add_match(out, **std::move(match));
    }
    return out;
  }

  void tell_change(const Changed& changed, std::uint64_t number) {
    const std::string& tenant = (changed.after ? changed.after : changed.before)->tenant;
    for (const auto& [key, line] : lines_) {
      if (key.first != tenant || line->subscription->interval_us > 0) continue;
      if (number < line->from) continue;
      const std::vector<Match> before = fitting(*line, changed.before);
      const std::vector<Match> after = fitting(*line, changed.after);
      if (line->heard) {
        if (!before.empty() || !after.empty()) line->heard();
        continue;
      }
      if (!after.empty()) {
        queue(*line, after, before.empty() ? Trigger::kNewlyMatching : Trigger::kUpdated);
      } else {
        queue(*line, before, Trigger::kNoLongerMatching);
      }
    }
  }

  // Tells in intervals; how long nothing is due then.
  std::int64_t tell_due() {
    const std::int64_t now = monotonic_us();
    std::int64_t next = kLookUs;
    for (const auto& [key, line] : lines_) {
      if (line->interval_us == 0) continue;
      if (line->interval_us <= now) tell_all(*line, matches_of(*line));
      next = std::min(next, std::max<std::int64_t>(line->interval_us - now, 1'000));
    }
    return next;
  }

  // One message at a time to each receiver.
  void send_due(std::unique_lock<std::mutex>& lock) {
    const std::int64_t now = monotonic_us();
    std::vector<std::pair<LinePtr, net::Outgoing>> out;
    for (const auto& [key, line] : lines_) {
      if (line->busy || line->waiting.empty() || line->next_us > now) continue;
      if (!check_standing(*line->subscription)) {
        line->waiting.clear();
        continue;
      }
      line->busy = true;
      out.emplace_back(line,
                       outgoing_of(*line->subscription, line->waiting.front(), needs_.timeout_ms));
    }
    lock.unlock();
    for (auto& [line, request] : out) {
      needs_.client.send(std::move(request),
                         [alive = alive_, to = line](const Result<net::Reply>& reply) {
                           alive->run([&](StoredWatchers& self) { self.finish(*to, reply); });
                         });
    }
    lock.lock();
  }

  void finish(Line& line, const Result<net::Reply>& reply) {
    const Instant now = needs_.civil_clock.now();
    const bool taken = reply && reply->status >= 200 && reply->status < 300;
    const std::lock_guard lock(mutex_);
    line.busy = false;
    line.counters.last_notification = now;
    line.counters.last_failed = !taken;
    ++line.counters.times_sent;
    if (taken) {
      line.counters.last_success = now;
    } else {
      ++line.counters.times_failed;
      line.counters.last_failure = now;
      line.counters.last_error =
          reply ? fmt::format("the receiver answered {}", reply->status) : reply.error().message;
    }
    line.failures = taken ? 0 : line.failures + 1;
    const bool given_up = line.failures >= kAttemptsMax;
    if (taken || given_up) line.waiting.pop_front();
    if (given_up) line.failures = 0;
    line.next_us = line.failures == 0 ? 0 : monotonic_us() + back_off_us(line);
    wake_.notify_one();
  }

  std::int64_t back_off_us(const Line& line) const {
    const std::int64_t own = line.subscription->notification.endpoint.cooldown_ms;
    const std::int64_t first = (own > 0 ? own : needs_.back_off_ms) * 1'000;
    return std::min(first << std::min(line.failures - 1, 16), kBackOffMaxUs);
  }

  const Needs needs_;
  // What changes subscriptions looks at those that were committed, before the others of its group
  // are: so there is one change at a time, and it ends when it counts.
  Turns turns_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, LinePtr> lines_;
  std::vector<LinePtr> fresh_;  // to be told all
  std::vector<Changed> changes_;
  std::uint64_t changes_told_ = 0;  // before these
  bool stopping_ = false;
  const std::shared_ptr<WhileAlive<StoredWatchers>> alive_ =
      std::make_shared<WhileAlive<StoredWatchers>>(*this);
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Watchers>> Watchers::open(const Needs& needs) {
  auto watchers = std::make_unique<StoredWatchers>(needs);
  RV_TRY(watchers->load());
  return watchers;
}

}  // namespace revier::federation
