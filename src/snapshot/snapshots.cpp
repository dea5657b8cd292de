// SPDX-License-Identifier: EUPL-1.2
#include "snapshot/snapshots.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/random.h"
#include "base/run_task.h"
#include "base/turns.h"
#include "snapshot/detail/filling.h"
#include "snapshot/detail/rows.h"

namespace revier::snapshot {
namespace {

constexpr int kNoticeAttempts = 20;  // with back-off: about an hour
constexpr std::int64_t kBackOffMostUs = 300'000'000;
constexpr std::int64_t kUsedEveryUs = 60'000'000;  // how often lastUsedAt is stored

// A snapshot, and what is known of it that is not stored with it.
struct Kept {
  SnapshotPtr snapshot;
  Instant last_used_at;
  int failures = 0;            // of the notification that is due
  std::int64_t notice_us = 0;  // monotonic: not sent before
};

tl::unexpected<Error> no_snapshot() {
  return fail(Code::kResourceNotFound, "there is no snapshot of this id");
}

net::Outgoing notice_of(const Snapshot& snapshot, Instant now, std::int64_t timeout_ms) {
  const Receiver receiver = receiver_of(snapshot);
  net::Outgoing out;
  out.url = receiver.url;
  out.body = notification(snapshot, now);
  out.deadline_ms = timeout_ms;
  out.headers.emplace_back("Content-Type", "application/json");
  if (!snapshot.tenant.empty()) out.headers.emplace_back("NGSILD-Tenant", snapshot.tenant);
  for (const auto& [key, value] : receiver.headers) {
    const bool own = net::equals_ignoring_case(key, "Content-Type") ||
                     net::equals_ignoring_case(key, "Content-Length") ||
                     net::equals_ignoring_case(key, "Transfer-Encoding") ||
                     net::equals_ignoring_case(key, "Host");
    if (!own) out.headers.emplace_back(key, value);
  }
  return out;
}

class StoredSnapshots final : public Snapshots {
 public:
  explicit StoredSnapshots(Needs needs) : needs_(std::move(needs)) {}

  ~StoredSnapshots() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  Result<> load() {
    const auto rows = needs_.store.scan(store::Column::kMeta, detail::kPrefix);
    for (; rows->valid(); rows->next()) {
      RV_ASSIGN(Snapshot snapshot, detail::decode(rows->key().substr(detail::kPrefix.size()),
                                                  rows->value(), needs_.binding.catalogue));
      enter(std::make_shared<const Snapshot>(std::move(snapshot)));
    }
    RV_TRY(rows->status());
    thread_ = std::thread([this] { work(); });
    return {};
  }

  Task<Result<std::string>> create(Snapshot made) override {
    SystemRandom random;
    if (made.id.empty()) made.id = "urn:ngsi-ld:Snapshot:" + random_id(random);
    const Turns::Turn turn = co_await turns_.take();
    RV_CO_TRY(check_new(made));
    if (!made.cloned_from.empty()) RV_CO_TRY(take_queries(made));
    const auto snapshot = std::make_shared<const Snapshot>(std::move(made));
    RV_CO_TRY(co_await store(snapshot));
    co_return snapshot->id;
  }

  SnapshotPtr find(std::string_view tenant, std::string_view id) const override {
    const std::lock_guard lock(mutex_);
    const Kept* const kept = look(tenant, id);
    return kept != nullptr ? shown(*kept) : nullptr;
  }

  std::vector<SnapshotPtr> list(std::string_view tenant) const override {
    std::vector<SnapshotPtr> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [key, kept] : all_) {
      if (key.first == tenant && !kept.snapshot->going) out.push_back(shown(kept));
    }
    return out;
  }

  Task<Result<SnapshotPtr>> update(std::string tenant, std::string id,
                                   std::string fragment) override {
    co_return co_await change(tenant, id, [&](const Snapshot& before) -> Result<Snapshot> {
      RV_ASSIGN(const auto document, json::Document::parse(fragment));
      RV_ASSIGN(Snapshot made, patched(before, document.root(),
                                       {.context = needs_.binding.catalogue.core(),
                                        .now = needs_.civil_clock.now(),
                                        .lifetimes = needs_.options.lifetimes}));
      // One that is being prepared is told of when it is ready.
      made.notice_due = made.status != Status::kPreparing && !receiver_of(made).url.empty();
      return made;
    });
  }

  Result<> remove(std::string_view tenant, std::string_view id) override {
    return end(tenant, id, std::nullopt);
  }

  Result<std::string> space(std::string_view tenant, std::string_view id) override {
    const std::lock_guard lock(mutex_);
    Kept* const kept = look(tenant, id);
    if (kept == nullptr || kept->snapshot->expires_at <= needs_.civil_clock.now()) {
      return fail(Code::kResourceNotFound, "there is no snapshot of this id", "NGSILD-Snapshot");
    }
    if (kept->snapshot->status == Status::kPreparing) {
      return fail(Code::kUnavailable, "the snapshot is being prepared; ask for its status",
                  "NGSILD-Snapshot");
    }
    kept->last_used_at = std::max(kept->last_used_at, needs_.civil_clock.now());
    return context::space_name(tenant, id);
  }

  const Options& options() const override { return needs_.options; }

  Result<> tick() override {
    std::vector<SnapshotPtr> over;
    {
      const std::lock_guard lock(mutex_);
      const Instant now = needs_.civil_clock.now();
      for (const auto& [key, kept] : all_) {
        if (kept.snapshot->going || kept.snapshot->expires_at <= now) {
          over.push_back(kept.snapshot);
        }
      }
    }
    for (const SnapshotPtr& one : over) {
      const Result<> gone = one->going ? drop(one->tenant, one->id)
                                       : end(one->tenant, one->id, needs_.civil_clock.now());
      if (!gone && gone.error().code != Code::kResourceNotFound) return gone;
    }
    return run_task(store_uses());
  }

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, id

  // With the lock held; nullptr also for one that is going.
  Kept* look(std::string_view tenant, std::string_view id) {
    const auto at = all_.find(Key(tenant, id));
    return at == all_.end() || at->second.snapshot->going ? nullptr : &at->second;
  }
  const Kept* look(std::string_view tenant, std::string_view id) const {
    const auto at = all_.find(Key(tenant, id));
    return at == all_.end() || at->second.snapshot->going ? nullptr : &at->second;
  }

  static SnapshotPtr shown(const Kept& kept) {
    if (kept.last_used_at == kept.snapshot->last_used_at) return kept.snapshot;
    Snapshot used = *kept.snapshot;
    used.last_used_at = kept.last_used_at;
    return std::make_shared<const Snapshot>(std::move(used));
  }

  Result<> check_new(const Snapshot& made) const {
    const std::lock_guard lock(mutex_);
    if (all_.contains({made.tenant, made.id})) {
      return fail(Code::kAlreadyExists, "there is a snapshot of this id");
    }
    const auto number = std::ranges::count_if(
        all_, [&](const auto& entry) { return entry.first.first == made.tenant; });
    if (static_cast<std::size_t>(number) < needs_.options.snapshots_max) return {};
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant has {} snapshots, more are not allowed; delete one that is "
                            "not needed any more",
                            number));
  }

  // A clone tells which queries its content goes back to (5.16.2).
  Result<> take_queries(Snapshot& made) const {
    const SnapshotPtr from = find(made.tenant, made.cloned_from);
    if (!from) return no_snapshot();
    if (from->status == Status::kPreparing) {
      return fail(Code::kUnavailable, "the snapshot is being prepared; ask for its status");
    }
    RV_ASSIGN(const auto own, json::Document::parse(made.document));
    RV_ASSIGN(const auto theirs, json::Document::parse(from->document));
    std::string text;
    json::Writer out(text);
    out.begin_object();
    for (const auto& [key, value] : theirs.root().members()) {
      if (key.find("Queries") != std::string_view::npos) out.key(key).value(value);
    }
    for (const auto& [key, value] : own.root().members()) out.key(key).value(value);
    out.end_object();
    made.document = std::move(text);
    made.details = from->details;
    made.temporal_details = from->temporal_details;
    return {};
  }

  static void put(const Snapshot& snapshot, store::Batch& batch) {
    batch.put(store::Column::kMeta, detail::key_of(snapshot.tenant, snapshot.id),
              detail::encode(snapshot));
  }

  // `over_at`: only where its time is over then, also if that was changed meanwhile.
  Result<> end(std::string_view tenant, std::string_view id, std::optional<Instant> over_at) {
    RV_TRY(run_task(change(tenant, id, [&](Snapshot made) -> Result<Snapshot> {
      if (over_at && made.expires_at > *over_at) return no_snapshot();
      made.going = true;
      return made;
    })));
    return drop(tenant, id);
  }

  // In its turn.
  Task<Result<>> store(SnapshotPtr snapshot) {
    const auto job = [&](store::Batch& batch) -> Result<> {
      put(*snapshot, batch);
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] { enter(snapshot); });
  }

  // What `step` makes of the snapshot of now. Errors: kResourceNotFound, those of `step`.
  using Step = std::function<Result<Snapshot>(const Snapshot& now)>;
  Task<Result<SnapshotPtr>> change(std::string_view tenant, std::string_view id, Step step) {
    const Turns::Turn turn = co_await turns_.take();
    const SnapshotPtr now = find(tenant, id);
    if (!now) co_return no_snapshot();
    RV_CO_ASSIGN(Snapshot made, step(*now));
    const auto after = std::make_shared<const Snapshot>(std::move(made));
    RV_CO_TRY(co_await store(after));
    co_return after;
  }

  void enter(const SnapshotPtr& snapshot) {
    {
      const std::lock_guard lock(mutex_);
      Kept& kept = all_[{snapshot->tenant, snapshot->id}];
      kept.snapshot = snapshot;
      kept.last_used_at = std::max(kept.last_used_at, snapshot->last_used_at);
      kept.failures = 0;
      kept.notice_us = 0;
    }
    wake_.notify_one();
  }

  // With filling_mutex_ held: what the space held before is gone then.
  Result<> empty_space(const std::string& space) {
    for (auto some = needs_.subscriptions.list(space); !some.empty();
         some = needs_.subscriptions.list(space)) {
      for (const auto& entry : some) {
        RV_TRY(run_task(needs_.subscriptions.remove(space, entry.subscription->id)));
      }
    }
    RV_TRY(needs_.binding.broker.drop_space(space));
    return needs_.history.drop_space(space);
  }

  // Of one that is going. Its row goes last: a crash on the way leaves it, and tick() goes on.
  Result<> drop(std::string_view tenant, std::string_view id) {
    const std::lock_guard filling(filling_mutex_);
    {
      const std::lock_guard lock(mutex_);
      const auto at = all_.find(Key(tenant, id));
      if (at == all_.end() || !at->second.snapshot->going) return {};  // somebody was faster
    }
    RV_TRY(empty_space(context::space_name(tenant, id)));
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(store::Column::kMeta, detail::key_of(tenant, id));
      return {};
    };
    return needs_.store.writer().run_blocking(job, [&] {
      const std::lock_guard lock(mutex_);
      all_.erase(Key(tenant, id));
    });
  }

  Task<Result<>> store_uses() {
    if (monotonic_us() < next_uses_us_) co_return Result<>{};
    next_uses_us_ = monotonic_us() + kUsedEveryUs;
    const Turns::Turn turn = co_await turns_.take();
    const std::vector<SnapshotPtr> used = used_since_stored();
    const auto job = [&](store::Batch& batch) -> Result<> {
      for (const SnapshotPtr& one : used) put(*one, batch);
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] {
      const std::lock_guard lock(mutex_);
      for (const SnapshotPtr& one : used) all_[{one->tenant, one->id}].snapshot = one;
    });
  }

  std::vector<SnapshotPtr> used_since_stored() const {
    std::vector<SnapshotPtr> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [key, kept] : all_) {
      const bool used = kept.last_used_at != kept.snapshot->last_used_at;
      if (used && !kept.snapshot->going) out.push_back(shown(kept));
    }
    return out;
  }

  // --- The thread that fills and tells -----------------------------------------------------------

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      const SnapshotPtr next = next_to_fill();
      const SnapshotPtr told = next ? nullptr : next_to_tell();
      if (!next && !told) {
        wake_.wait_for(lock, std::chrono::milliseconds(200));
        continue;
      }
      lock.unlock();
      next ? fill(*next) : tell(*told);
      lock.lock();
    }
  }

  SnapshotPtr next_to_fill() const {
    SnapshotPtr oldest;
    for (const auto& [key, kept] : all_) {
      if (kept.snapshot->going || kept.snapshot->status != Status::kPreparing) continue;
      if (!oldest || kept.snapshot->created_at < oldest->created_at) oldest = kept.snapshot;
    }
    return oldest;
  }

  SnapshotPtr next_to_tell() const {
    for (const auto& [key, kept] : all_) {
      const Snapshot& one = *kept.snapshot;
      if (!one.going && one.notice_due && kept.notice_us <= monotonic_us()) return kept.snapshot;
    }
    return nullptr;
  }

  void fill(const Snapshot& snapshot) {
    const auto filled = filled_now(snapshot);
    if (filled) return finish(*filled);
    if (stopping_ || !find(snapshot.tenant, snapshot.id)) return;
    note_failure(snapshot, filled.error());
  }

  Result<Snapshot> filled_now(const Snapshot& snapshot) {
    const std::lock_guard filling(filling_mutex_);
    const std::string space = context::space_name(snapshot.tenant, snapshot.id);
    const std::function<bool()> stops = [&] {
      return stopping_ || !find(snapshot.tenant, snapshot.id);
    };
    if (stops()) return no_snapshot();
    RV_TRY(empty_space(space));
    needs_.binding.broker.open_space(space);
    const detail::FillingNeeds needs{.binding = needs_.binding,
                                     .history = needs_.history,
                                     .unkept_types = needs_.unkept_types,
                                     .entities_max = needs_.options.entities_max,
                                     .instances_max = needs_.options.instances_max,
                                     .stops = stops};
    return run_task(detail::filled(needs, snapshot));
  }

  // What a client has changed meanwhile stays.
  void finish(const Snapshot& filled) {
    const auto done = run_task(change(filled.tenant, filled.id, [&](Snapshot made) {
      made.status = filled.status;
      made.details = filled.details;
      made.temporal_details = filled.temporal_details;
      made.modified_at = needs_.civil_clock.now();
      made.notice_due = !receiver_of(made).url.empty();
      return Result<Snapshot>(std::move(made));
    }));
    if (!done && done.error().code != Code::kResourceNotFound) note_failure(filled, done.error());
  }

  // Its store is read-only: it is tried again, also after the next start.
  static void note_failure(const Snapshot& snapshot, const Error& error) {
    log_event(Level::kWarn, "snapshot.not_filled",
              {{"id", snapshot.id}, {"reason", error.message}});
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }

  void tell(const Snapshot& snapshot) {
    const auto reply = needs_.client.send_blocking(
        notice_of(snapshot, needs_.civil_clock.now(), needs_.options.timeout_ms));
    const bool taken = reply && reply->status >= 200 && reply->status < 300;
    if (!taken && !gives_up(snapshot)) return;
    (void)run_task(change(snapshot.tenant, snapshot.id, [&](Snapshot made) -> Result<Snapshot> {
      if (made.modified_at != snapshot.modified_at) return no_snapshot();  // something newer is due
      made.notice_due = false;
      return made;
    }));
  }

  bool gives_up(const Snapshot& snapshot) {
    const std::lock_guard lock(mutex_);
    Kept* const kept = look(snapshot.tenant, snapshot.id);
    if (kept == nullptr) return false;
    if (++kept->failures >= kNoticeAttempts) {
      log_event(Level::kWarn, "snapshot.not_told", {{"id", snapshot.id}});
      return true;
    }
    const std::int64_t wait_us = needs_.options.back_off_ms * 1'000
                                 << std::min(kept->failures - 1, 20);
    kept->notice_us = monotonic_us() + std::min(wait_us, kBackOffMostUs);
    return false;
  }

  const Needs needs_;
  // What changes a snapshot looks at those that were committed, before the others of its group are:
  // so there is one change at a time, and it ends when it counts. Not waited for by who holds what
  // follows.
  Turns turns_;
  // Held while a space is filled or dropped; before mutex_.
  std::mutex filling_mutex_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, Kept> all_;
  std::atomic<bool> stopping_{false};
  std::int64_t next_uses_us_ = 0;  // tick() comes from one thread
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Snapshots>> Snapshots::open(Needs needs) {
  auto snapshots = std::make_unique<StoredSnapshots>(std::move(needs));
  RV_TRY(snapshots->load());
  return snapshots;
}

}  // namespace revier::snapshot
