// SPDX-License-Identifier: EUPL-1.2
#include "subscription/subscriptions.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <set>

#include "base/log.h"
#include "base/random.h"
#include "base/run_task.h"
#include "base/thread_safety.h"
#include "base/turns.h"
#include "ngsi/notice.h"
#include "subscription/detail/courier.h"
#include "subscription/detail/definition.h"
#include "subscription/detail/http_channel.h"
#include "subscription/detail/links.h"
#include "subscription/detail/mqtt_channel.h"

namespace revier::subscription {
namespace {

using detail::Courier;
using detail::Matcher;
using detail::Outbox;
using detail::Subject;
using detail::Told;

constexpr std::size_t kDeadShown = 1'000;
constexpr std::int64_t kSweepEveryUs = 60'000'000;

detail::CourierOptions courier_options(const Options& options) {
  detail::CourierOptions out;
  out.retry_for_ms = options.retry_hours * 3'600'000;
  out.back_off_ms = options.back_off_ms;
  return out;
}

std::string new_id() {
  SystemRandom random;
  return random_id(random);
}

class StoredSubscriptions final : public Subscriptions,
                                  private context::ChangeFollower,
                                  private context::ChangeListener {
 public:
  explicit StoredSubscriptions(const Needs& needs)
      : needs_(needs),
        http_(needs_.client, needs_.options.timeout_ms),
        mqtt_(needs_.mqtt, needs_.options.timeout_ms),
        outbox_(needs_.store, needs_.broker),
        narrowing_(needs_.standing, needs_.catalogue.core()),
        matcher_(narrowing_) {}

  ~StoredSubscriptions() override { needs_.broker.remove_listener(*this); }

  Result<> load() {
    RV_TRY(outbox_.load(static_cast<std::uint64_t>(needs_.civil_clock.now().us)));
    courier_.emplace(Courier::Needs{outbox_, needs_.broker, narrowing_, needs_.civil_clock, http_,
                                    mqtt_, courier_options(needs_.options), outbox_.starts()});
    const auto rows = needs_.store.scan(store::Column::kMeta, detail::kDefinitionPrefix);
    for (; rows->valid(); rows->next()) {
      const auto subject = detail::subject_of(rows->key().substr(detail::kDefinitionPrefix.size()));
      if (!subject) return fail(Code::kCorrupt, "a subscription's key is damaged");
      RV_TRY(load_one(*subject, rows->value()));
    }
    RV_TRY(rows->status());
    RV_TRY(outbox_.erase_unknown());
    needs_.broker.add_follower(*this);
    needs_.broker.add_listener(*this);
    return {};
  }

  Task<Result<std::string>> create(Subscription subscription) override {
    if (subscription.id.empty()) subscription.id = "urn:ngsi-ld:Subscription:" + new_id();
    const Turns::Turn turn = co_await turns_.take();
    subscription.created_at = subscription.modified_at = needs_.civil_clock.now();
    const auto made = std::make_shared<const Subscription>(std::move(subscription));
    const auto job = [&](store::Batch& batch) -> Result<> {
      RV_TRY(check_new(*made));
      RV_TRY(outbox_.erase({made->tenant, made->id}, batch));  // where remove() was cut short
      outbox_.know({made->tenant, made->id});
      put_row(*made, batch);
      return {};
    };
    RV_CO_TRY(co_await needs_.store.writer().run(job, [&] { enter(nullptr, made); }));
    co_return made->id;
  }

  Task<Result<>> update(std::string_view tenant, std::string_view id, Update update) override {
    const Turns::Turn turn = co_await turns_.take();
    const SubscriptionPtr before = get(tenant, id);
    if (before == nullptr) co_return not_found();
    RV_CO_ASSIGN(const SubscriptionPtr made,
                 detail::updated(*before, update, needs_.civil_clock.now()));
    const auto job = [&](store::Batch& batch) -> Result<> {
      put_row(*made, batch);
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] { enter(before, made); });
  }

  // What waits goes in a second step: changes that are committed together with the first may still
  // be told to it.
  Task<Result<>> remove(std::string_view tenant, std::string_view id) override {
    const Subject subject{std::string(tenant), std::string(id)};
    const Turns::Turn turn = co_await turns_.take();
    const SubscriptionPtr before = get(tenant, id);
    if (before == nullptr) co_return not_found();
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(store::Column::kMeta, detail::subject_key(detail::kDefinitionPrefix, tenant, id));
      outbox_.forget(subject);
      return {};
    };
    RV_CO_TRY(co_await needs_.store.writer().run(job, [&] {
      matcher_.remove(tenant, id);
      courier_->remove(subject);
      {
        const Lock lock(mutex_);
        all_.erase({subject.tenant, subject.id});
        full_.erase({subject.tenant, subject.id});
      }
      tell({before, nullptr});
    }));
    co_return co_await needs_.store.writer().run(
        [&](store::Batch& batch) { return outbox_.erase(subject, batch); });
  }

  std::optional<Entry> find(std::string_view tenant, std::string_view id) const override {
    SubscriptionPtr found = get(tenant, id);
    if (found == nullptr) return std::nullopt;
    return with_counters(std::move(found));
  }

  std::vector<Entry> list(std::string_view tenant) const override {
    std::vector<Entry> out;
    {
      const Lock lock(mutex_);
      for (const auto& [key, subscription] : all_) {
        if (key.first == tenant) out.push_back({subscription, {}});
      }
    }
    for (Entry& entry : out) entry = with_counters(std::move(entry.subscription));
    return out;
  }

  Result<std::vector<DeadLetter>> dead_letters(std::string_view tenant,
                                               std::string_view id) const override {
    const SubscriptionPtr subscription = get(tenant, id);
    if (subscription == nullptr) return std::vector<DeadLetter>();
    RV_ASSIGN(const auto dead,
              outbox_.dead({std::string(tenant), std::string(id)}, kAllLetters, kDeadShown));
    std::vector<DeadLetter> out;
    out.reserve(dead.size());
    for (const Outbox::Dead& one : dead) out.push_back(shown(subscription, one));
    return out;
  }

  Result<DeadLetter> dead_letter(std::string_view tenant, std::string_view id,
                                 std::uint64_t sequence) const override {
    const SubscriptionPtr subscription = get(tenant, id);
    if (subscription == nullptr) return not_found();
    if (sequence == kAllLetters) return no_letter();
    RV_ASSIGN(const auto dead, outbox_.dead({std::string(tenant), std::string(id)}, sequence, 1));
    if (dead.empty()) return no_letter();
    DeadLetter letter = shown(subscription, dead.front());
    auto body = courier_->build(subscription, {{sequence, dead.front().letter.picks}});
    if (body) letter.body = *std::move(body);
    return letter;
  }

  Result<std::size_t> replay(std::string_view tenant, std::string_view id,
                             std::uint64_t sequence) override {
    const Subject subject{std::string(tenant), std::string(id)};
    RV_ASSIGN(const std::size_t number, in_turn([&] { return outbox_.replay(subject, sequence); }));
    if (number == 0 && sequence != kAllLetters) return no_letter();
    courier_->start_over(subject);
    return number;
  }

  Result<std::size_t> drop_dead_letters(std::string_view tenant, std::string_view id,
                                        std::uint64_t sequence) override {
    const Subject subject{std::string(tenant), std::string(id)};
    RV_ASSIGN(const std::size_t number,
              in_turn([&] { return outbox_.drop_dead(subject, sequence); }));
    if (number == 0 && sequence != kAllLetters) return no_letter();
    return number;
  }

  void set_listener(Listener listener) override {
    const Lock telling(listener_mutex_);
    listener_ = std::move(listener);
    if (!listener_) return;
    const Lock lock(mutex_);
    for (const auto& [key, subscription] : all_) listener_({nullptr, subscription});
  }

  Task<Result<>> receive(std::string tenant, std::string id, Arriving make) override {
    const Subject subject{tenant, id};
    const auto job = [&](ngsi::Names& names, Instant now, store::Batch& batch) -> Result<> {
      const SubscriptionPtr to = get(tenant, id);
      if (to == nullptr || !to->grounds.empty()) return not_found();
      if (!to->active_at(now) || !narrowing_.check(*to)) return {};
      if (outbox_.waiting(subject) >= kReceivedMax) {
        return fail(Code::kTooManyRequests, "too many notifications wait for the subscriber");
      }
      RV_ASSIGN(std::vector<Arrived> arrived, make(*to, names, now));
      if (arrived.empty()) return {};
      detail::Match match{to, {}};
      std::vector<Told> told;
      for (Arrived& one : arrived) {
        match.picks.push_back(told.size());
        told.push_back({std::move(one.id), now, std::move(one.what.before),
                        std::move(one.what.after), false, std::move(one.what.changes)});
      }
      outbox_.stage(tenant, told, {match}, batch);
      return {};
    };
    RV_CO_TRY(co_await needs_.broker.write_beside(tenant, job));
    courier_->wake({subject});
    co_return Result<>{};
  }

  Result<> tick() override {
    if (monotonic_us() < next_sweep_us_) return {};
    next_sweep_us_ = monotonic_us() + kSweepEveryUs;
    const Instant oldest =
        needs_.civil_clock.now() - Duration::days(needs_.options.dead_letter_days);
    std::string from;
    while (true) {
      RV_ASSIGN(const std::vector<std::string> old, outbox_.dead_before(oldest, from));
      if (old.empty()) return {};
      RV_TRY(in_turn([&] { return outbox_.drop(old); }));
      from = old.back();
    }
  }

 private:
  using Key = std::pair<std::string, std::string>;
  // Who is told of a job, and its last change.
  struct Staged {
    ngsi::EntityPtr before;
    ngsi::EntityPtr after;
    std::vector<Subject> subjects;
  };

  // Blocks, also until it is its turn.
  template <class Step>
  Result<std::size_t> in_turn(const Step& step) {
    const auto task = [&]() -> Task<Result<std::size_t>> {
      const Turns::Turn turn = co_await turns_.take();
      co_return step();
    };
    return run_task(task());
  }

  static tl::unexpected<Error> not_found() {
    return fail(Code::kResourceNotFound, "there is no subscription of this id");
  }

  static tl::unexpected<Error> no_letter() {
    return fail(Code::kResourceNotFound, "there is no dead letter of this number");
  }

  DeadLetter shown(const SubscriptionPtr& subscription, const Outbox::Dead& dead) const {
    DeadLetter letter{.sequence = dead.sequence,
                      .at = dead.letter.at,
                      .attempts = dead.letter.attempts,
                      .reason = dead.letter.reason,
                      .entities = {},
                      .body = {}};
    const auto told = courier_->told(subscription, {{dead.sequence, dead.letter.picks}});
    if (!told) return letter;
    for (const Told& one : *told) letter.entities.push_back(one.id);
    return letter;
  }

  // Writer thread.
  bool is_full(const detail::Match& match) {
    const Subscription& subscription = *match.subscription;
    if (subscription.grounds.empty()) return false;
    const Subject subject{subscription.tenant, subscription.id};
    const bool full = outbox_.waiting(subject) >= needs_.options.waiting_max;
    const Lock lock(mutex_);
    if (!full) {
      full_.erase({subject.tenant, subject.id});
    } else if (full_.insert({subject.tenant, subject.id}).second) {
      log_event(Level::kWarn, "subscription.full",
                {{"id", subject.id}, {"tenant", subject.tenant}});
    }
    return full;
  }

  Entry with_counters(SubscriptionPtr subscription) const {
    Entry entry{std::move(subscription), {}};
    entry.counters = courier_->counters({entry.subscription->tenant, entry.subscription->id});
    const auto rights = narrowing_.check(*entry.subscription);
    const Lock lock(mutex_);
    if (!rights) {
      entry.counters.silenced = rights.error().message;
    } else if (full_.contains({entry.subscription->tenant, entry.subscription->id})) {
      entry.counters.silenced = fmt::format("{} notifications waited; what came then was left out",
                                            needs_.options.waiting_max);
    }
    return entry;
  }

  SubscriptionPtr get(std::string_view tenant, std::string_view id) const {
    const Lock lock(mutex_);
    const auto at = all_.find({std::string(tenant), std::string(id)});
    return at == all_.end() ? nullptr : at->second;
  }

  Result<> load_one(const Subject& subject, std::string_view row) {
    RV_ASSIGN(SubscriptionPtr subscription,
              detail::read_definition(subject.tenant, row, needs_.catalogue));
    outbox_.know(subject);
    Counters counters;
    const auto stored =
        needs_.store.get(store::Column::kMeta,
                         detail::subject_key(detail::kCountersPrefix, subject.tenant, subject.id));
    if (stored) {
      RV_ASSIGN(counters, detail::decode_counters(*stored));
    }
    {
      const Lock lock(mutex_);
      all_.insert_or_assign({subject.tenant, subject.id}, subscription);
    }
    matcher_.put(subscription);
    courier_->put(subscription, counters);
    return {};
  }

  Result<> check_new(const Subscription& subscription) const {
    const Lock lock(mutex_);
    if (all_.contains({subscription.tenant, subscription.id})) {
      return fail(Code::kAlreadyExists, "there is a subscription of this id");
    }
    std::size_t number = 0;
    std::size_t of_owner = 0;
    for (const auto& [key, other] : all_) {
      if (key.first != subscription.tenant) continue;
      ++number;
      if (!other->grounds.empty() && other->owner == subscription.owner) ++of_owner;
    }
    if (!subscription.grounds.empty() && of_owner >= kOfOwnerMax) {
      return fail(
          Code::kInsufficientStorage,
          fmt::format("a token with rights by entity has {} subscriptions at most", kOfOwnerMax));
    }
    if (number < needs_.options.subscriptions_max) return {};
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant has {} subscriptions, more are not allowed", number));
  }

  static void put_row(const Subscription& subscription, store::Batch& batch) {
    batch.put(store::Column::kMeta,
              detail::subject_key(detail::kDefinitionPrefix, subscription.tenant, subscription.id),
              detail::definition_row(subscription));
  }

  void tell(const Changed& changed) {
    const Lock lock(listener_mutex_);
    if (listener_) listener_(changed);
  }

  // After the commit, on the writer thread: changes that come later are told to it.
  void enter(const SubscriptionPtr& before, const SubscriptionPtr& subscription) {
    {
      const Lock lock(mutex_);
      all_.insert_or_assign({subscription->tenant, subscription->id}, subscription);
    }
    matcher_.put(subscription);
    courier_->put(subscription);
    tell({before, subscription});
  }

  void stage(std::string_view tenant, const ngsi::Names& names,
             const std::vector<Result<context::Change>>& outcomes, store::Batch& batch) override {
    if (!matcher_.any(tenant)) return;
    const Instant now = needs_.civil_clock.now();
    std::vector<Told> told;
    Staged staged;
    for (const auto& outcome : outcomes) {
      if (!outcome || outcome->what.before == outcome->what.after) continue;
      const ngsi::Mutated& what = outcome->what;
      staged.before = what.before;
      staged.after = what.after;
      told.push_back({outcome->id, now, what.before, what.after, what.before == nullptr,
                      ngsi::real_changes(what)});
    }
    if (told.empty()) return;
    auto matches =
        matcher_.match(tenant, names, told, now, detail::TenantLinks(needs_.broker, tenant, told));
    std::erase_if(matches, [this](const detail::Match& match) { return is_full(match); });
    if (matches.empty()) return;
    outbox_.stage(tenant, told, matches, batch);
    for (const detail::Match& match : matches) {
      staged.subjects.push_back({std::string(tenant), match.subscription->id});
    }
    staged_.push_back(std::move(staged));
  }

  // Not before the last change of the job: a notification shows linked entities as they are when it
  // is put together, and these may have changed in the same job.
  void on_change(const context::Change& change) override {
    const auto last = std::ranges::find_if(staged_, [&change](const Staged& job) {
      return job.before == change.what.before && job.after == change.what.after;
    });
    if (last == staged_.end()) return;
    const auto end = std::next(last);
    for (auto job = staged_.begin(); job != end; ++job) courier_->wake(job->subjects);
    staged_.erase(staged_.begin(), end);
  }

  const Needs needs_;
  detail::HttpChannel http_;
  detail::MqttChannel mqtt_;
  Outbox outbox_;
  mutable detail::Narrowing narrowing_;
  // Writer thread:
  Matcher matcher_;
  std::deque<Staged> staged_;  // not published as a whole

  // What changes subscriptions or takes letters out looks at what was committed, before the others
  // of its group are: so there is one of them at a time, and it ends when it counts.
  Turns turns_;
  Mutex listener_mutex_;
  Listener listener_ RV_GUARDED_BY(listener_mutex_);
  mutable Mutex mutex_;
  std::map<Key, SubscriptionPtr> all_ RV_GUARDED_BY(mutex_);
  std::set<Key> full_ RV_GUARDED_BY(mutex_);  // those of which the last change was left out
  std::optional<Courier> courier_;
  std::int64_t next_sweep_us_ = 0;  // tick() comes from one thread
};

}  // namespace

Result<std::uint64_t> parse_letter(std::string_view text) {
  std::uint64_t number = kAllLetters;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop == end && number != kAllLetters) return number;
  return fail(Code::kResourceNotFound, "there is no dead letter of this number");
}

Result<std::unique_ptr<Subscriptions>> Subscriptions::open(const Needs& needs) {
  auto subscriptions = std::make_unique<StoredSubscriptions>(needs);
  RV_TRY(subscriptions->load());
  return subscriptions;
}

}  // namespace revier::subscription
