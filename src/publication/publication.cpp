// SPDX-License-Identifier: EUPL-1.2
#include "publication/publication.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace revier::publication {
namespace {

constexpr std::array kMigrations = {records::Migration{
    "publication-0001-items",
    "CREATE TABLE publication (entity TEXT NOT NULL, attribute TEXT NOT NULL,"
    " value BIGINT NOT NULL, revision BIGINT NOT NULL, PRIMARY KEY (entity, attribute))"}};

Item from_row(const records::Row& row) {
  return {.entity = row.text("entity"),
          .attribute = row.text("attribute"),
          .value = row.integer("value"),
          .revision = row.integer("revision")};
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<Item> write(records::Session& session, std::string_view entity, std::string_view attribute,
                   std::int64_t value) {
  RV_ASSIGN(const records::Row row,
            session.one("INSERT INTO publication (entity, attribute, value, revision)"
                        " VALUES (:entity, :attribute, :value, 1) ON CONFLICT (entity, attribute)"
                        " DO UPDATE SET value = excluded.value, revision = publication.revision + 1"
                        " RETURNING entity, attribute, value, revision",
                        {{"entity", entity}, {"attribute", attribute}, {"value", value}}));
  return from_row(row);
}

Result<std::vector<Item>> all(records::Session& session) {
  RV_ASSIGN(
      const std::vector<records::Row> rows,
      session.query("SELECT entity, attribute, value, revision FROM publication", {}, 1'000'000));
  std::vector<Item> items;
  items.reserve(rows.size());
  for (const records::Row& row : rows) items.push_back(from_row(row));
  return items;
}

struct Publisher::State {
  using Key = std::pair<std::string, std::string>;

  explicit State(Deliver d) : deliver(std::move(d)), thread([this] { work(); }) {}

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !pending.empty(); });
      if (pending.empty()) return;
      const Item item = take_next();
      busy = true;
      lock.unlock();
      const Result<> delivered = deliver(item);
      lock.lock();
      busy = false;
      if (!delivered && delivered.error().code != Code::kResourceNotFound) retry(lock, item);
      idle.notify_all();
    }
  }

  // Round robin, so that one entity that changes all the time does not hold up the others.
  Item take_next() {
    auto next = pending.upper_bound(last);
    if (next == pending.end()) next = pending.begin();
    last = next->first;
    Item item = std::move(next->second);
    pending.erase(next);
    return item;
  }

  // Puts the item back unless a newer one came, and pauses; while stopping it is dropped: the
  // records still hold it and the next start offers it again.
  void retry(std::unique_lock<std::mutex>& lock, const Item& item) {
    log_event(Level::kWarn, "publication.retry", {{"entity", item.entity}});
    if (stopping) return;
    pending.try_emplace({item.entity, item.attribute}, item);
    wake.wait_for(lock, std::chrono::milliseconds(200), [this] { return stopping; });
  }

  Deliver deliver;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable idle;
  std::map<Key, Item> pending;
  Key last;
  bool busy = false;
  bool stopping = false;
  std::thread thread;
};

Publisher::Publisher(Deliver deliver) : state_(std::make_unique<State>(std::move(deliver))) {}

Publisher::~Publisher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  state_->thread.join();
}

void Publisher::offer(const Item& item) {
  const std::lock_guard lock(state_->mutex);
  Item& slot = state_->pending[{item.entity, item.attribute}];
  if (slot.revision < item.revision) slot = item;
  state_->wake.notify_all();
}

void Publisher::drain() {
  std::unique_lock lock(state_->mutex);
  state_->idle.wait(lock, [this] { return state_->pending.empty() && !state_->busy; });
}

}  // namespace revier::publication
