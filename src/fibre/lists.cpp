// SPDX-License-Identifier: EUPL-1.2
#include "fibre/lists.h"

#include "base/log.h"
#include "base/run_task.h"
#include "fibre/detail/street_text.h"
#include "web/i18n.h"

namespace revier::fibre {
namespace {

constexpr std::size_t kSourceMax = 200;

constexpr std::array kListMigrations = {records::Migration{
    "fibre-0001-lists",
    "CREATE TABLE fibre_list (id BIGINT PRIMARY KEY, source TEXT NOT NULL, as_of TEXT NOT NULL,"
    " invented BIGINT NOT NULL, imported_at BIGINT NOT NULL, imported_by TEXT NOT NULL,"
    " streets BIGINT NOT NULL, addresses BIGINT NOT NULL, rejected BIGINT NOT NULL,"
    " published BIGINT NOT NULL);"
    "CREATE TABLE fibre_street (list BIGINT NOT NULL REFERENCES fibre_list (id),"
    " position BIGINT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (list, position))"}};

Result<> store_head(records::Session& session, const ListHead& head) {
  RV_TRY(session.execute(
      "INSERT INTO fibre_list (id, source, as_of, invented, imported_at, imported_by, streets,"
      " addresses, rejected, published) VALUES (:id, :source, :as_of, :invented, :imported_at,"
      " :imported_by, :streets, :addresses, :rejected, 0)",
      {{"id", head.id},
       {"source", head.source},
       {"as_of", head.as_of},
       {"invented", head.invented ? 1 : 0},
       {"imported_at", head.imported_at},
       {"imported_by", head.imported_by},
       {"streets", head.streets},
       {"addresses", head.addresses},
       {"rejected", head.rejected}}));
  return {};
}

Result<> store_streets(records::Session& session, const Directory& list) {
  RV_TRY(session.execute("DELETE FROM fibre_street"));
  std::int64_t position = 0;
  for (const Street& street : list.streets()) {
    RV_TRY(session.execute(
        "INSERT INTO fibre_street (list, position, content) VALUES (:list, :position, :content)",
        {{"list", list.head().id},
         {"position", position++},
         {"content", detail::text_of(street)}}));
  }
  return {};
}

ListHead head_of(const records::Row& row) {
  return {.id = row.integer("id"),
          .source = row.text("source"),
          .as_of = row.text("as_of"),
          .invented = row.integer("invented") != 0,
          .imported_at = {row.integer("imported_at")},
          .imported_by = row.text("imported_by"),
          .streets = row.integer("streets"),
          .addresses = row.integer("addresses"),
          .rejected = row.integer("rejected")};
}

// Says that an import is under way, as long as it lives.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& busy) : busy_(busy), mine_(!busy.exchange(true)) {}
  ~Turn() {
    if (mine_) busy_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool mine() const { return mine_; }

 private:
  std::atomic<bool>& busy_;
  const bool mine_;
};

}  // namespace

Difference difference(const Directory& before, const std::vector<Street>& after) {
  Difference sum;
  std::int64_t all = 0;
  for (const Street& street : after) all += static_cast<std::int64_t>(street.addresses.size());
  for (const AddressChange& change : changes(before.streets(), after)) {
    if (change.before == nullptr) {
      ++sum.added;
    } else if (change.after == nullptr) {
      ++sum.removed;
    } else {
      ++sum.changed;
    }
  }
  sum.same = all - sum.added - sum.changed;
  return sum;
}

std::span<const records::Migration> Lists::migrations() { return kListMigrations; }

Result<std::unique_ptr<Lists>> Lists::open(Needs needs) {
  std::unique_ptr<Lists> lists(new Lists(std::move(needs)));
  RV_TRY(
      lists->needs_.database.read([&](records::Session& session) { return lists->load(session); }));
  return lists;
}

Result<> Lists::load(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> heads,
            session.query("SELECT id, source, as_of, invented, imported_at, imported_by, streets,"
                          " addresses, rejected, published FROM fibre_list"
                          " ORDER BY id DESC LIMIT 1"));
  if (heads.empty()) return {};
  ListHead head = head_of(heads.front());
  published_ = heads.front().integer("published") != 0;
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT content FROM fibre_street WHERE list = :list ORDER BY position",
                          {{"list", head.id}}, kStreetsMax + 1));
  std::vector<Street> streets;
  streets.reserve(rows.size());
  for (const records::Row& row : rows) {
    RV_ASSIGN(Street street, detail::street_of(row.text("content")));
    streets.push_back(std::move(street));
  }
  const Lock lock(mutex_);
  now_ = std::make_shared<const Directory>(std::move(head), std::move(streets));
  return {};
}

DirectoryPtr Lists::now() const {
  const Lock lock(mutex_);
  return now_;
}

Result<> Lists::check(const ListOrder& order) const {
  if (order.source.empty() || order.source.size() > kSourceMax) {
    return fail(Code::kBadRequestData, "say whose list it is, in at most 200 bytes", "source");
  }
  const auto day = parse_period(order.as_of);
  if (!day || day->day == 0 || to_string(*day) != order.as_of) {
    return fail(Code::kBadRequestData, "say of which day the list is, like 2025-01-31", "as_of");
  }
  if (order.as_of > web::iso_date(needs_.civil_clock.now())) {
    return fail(Code::kBadRequestData, "the day of the list is in the future", "as_of");
  }
  const DirectoryPtr current = now();
  if (!order.older_too && order.as_of < current->head().as_of) {
    return fail(Code::kConflict, "the list in force is of a later day, " + current->head().as_of,
                "as_of");
  }
  return {};
}

Task<Result<DirectoryPtr>> Lists::replace(ReadList list, ListOrder order) {
  RV_CO_TRY(check(order));
  const Turn turn(importing_);
  if (!turn.mine()) co_return fail(Code::kConflict, "another list is being imported just now");
  co_return co_await put(std::move(list), std::move(order));
}

Task<Result<DirectoryPtr>> Lists::put(ReadList list, ListOrder order) {
  const DirectoryPtr before = now();
  const auto after = std::make_shared<const Directory>(
      ListHead{.id = before->head().id + 1,
               .source = std::move(order.source),
               .as_of = std::move(order.as_of),
               .invented = order.invented,
               .imported_at = needs_.civil_clock.now(),
               .imported_by = std::move(order.imported_by),
               .streets = static_cast<std::int64_t>(list.streets.size()),
               .addresses = static_cast<std::int64_t>(list.accepted),
               .rejected = static_cast<std::int64_t>(list.rejected)},
      std::move(list.streets));
  RV_CO_TRY(co_await needs_.database.writer().run(
      [&](records::Session& session) -> Result<> {
        RV_TRY(store_head(session, after->head()));
        RV_TRY(store_streets(session, *after));
        if (order.note) RV_TRY(order.note(session, after->head().id));
        return needs_.also ? needs_.also(session, *before, *after) : Result<>{};
      },
      [&] {
        const Lock lock(mutex_);
        now_ = after;
        published_ = false;
      }));
  // The list is in force whether its entities follow at once or a little later.
  if (const Result<> done = co_await publish(after); !done) {
    log_event(Level::kWarn, "fibre.publish", {{"reason", done.error().message}});
  }
  co_return DirectoryPtr(after);
}

Task<Result<>> Lists::publish(DirectoryPtr list) {
  if (needs_.publish) RV_CO_TRY(co_await needs_.publish(list));
  const std::int64_t id = list->head().id;
  RV_CO_TRY(co_await needs_.database.writer().run([id](records::Session& session) -> Result<> {
    RV_TRY(session.execute("UPDATE fibre_list SET published = 1 WHERE id = :id", {{"id", id}}));
    return {};
  }));
  if (now()->head().id == id) published_ = true;
  co_return Result<>{};
}

Result<> Lists::tick() {
  const Turn turn(importing_);
  if (!turn.mine() || published_) return {};
  return run_task(publish(now()));
}

}  // namespace revier::fibre
