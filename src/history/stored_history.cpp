// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/stored_history.h"

#include <algorithm>

#include "base/log.h"
#include "history/detail/candidates.h"
#include "history/detail/reading.h"

namespace revier::history {

Result<std::unique_ptr<History>> History::open(const Needs& needs) {
  auto history = std::make_unique<detail::StoredHistory>(needs);
  RV_TRY(history->load());
  return history;
}

namespace detail {
namespace {

constexpr std::string_view kBegunKey = "history.begun";
constexpr std::size_t kBlockEntities = 1'000;

tl::unexpected<Error> unknown_evolution() {
  return fail(Code::kResourceNotFound,
              "there is no temporal evolution of this id, or none with what is asked for");
}

}  // namespace

StoredHistory::StoredHistory(const Needs& needs)
    : needs_(needs),
      rows_(needs_.broker),
      recorder_(rows_, needs_.civil_clock, needs_.options.unkept_types),
      keeper_(needs_, rows_) {}

Result<> StoredHistory::load() {
  RV_TRY(rows_.load(needs_.store, needs_.civil_clock.now()));
  if (!needs_.store.get(store::Column::kMeta, kBegunKey)) {
    RV_TRY(begin());
  }
  needs_.broker.add_follower(recorder_);
  return {};
}

// What is in current state is the beginning of history.
Result<> StoredHistory::begin() {
  const auto stored = needs_.store.scan(store::Column::kEntities, {});
  std::size_t entities = 0;
  while (stored->valid()) {
    const auto block = [&](store::Batch& batch) -> Result<> {
      for (std::size_t i = 0; i < kBlockEntities && stored->valid(); ++i, stored->next()) {
        const std::string_view key = stored->key();
        const std::string_view tenant = key.substr(0, key.find('\0'));
        const ngsi::EntityPtr entity = needs_.broker.find(tenant, key.substr(tenant.size() + 1));
        if (!entity) continue;
        recorder_.record_beginning(tenant, needs_.broker.names(tenant), entity, batch);
        ++entities;
      }
      return {};
    };
    RV_TRY(needs_.store.writer().run_blocking(block));
  }
  RV_TRY(stored->status());
  if (entities > 0) log_event(Level::kInfo, "history.begun", {{"entities", entities}});
  return needs_.store.writer().run_blocking([](store::Batch& batch) -> Result<> {
    batch.put(store::Column::kMeta, kBegunKey, "1");
    return {};
  });
}

Pace StoredHistory::pace() const {
  const context::Options& options = needs_.broker.options();
  return {options.slice_us, options.query_cpu_ms_max};
}

ReadingNeeds StoredHistory::reading() const {
  return {needs_.store, needs_.broker, needs_.options.instances_max};
}

Task<Result<Answer>> StoredHistory::retrieve(std::string_view tenant, std::string id,
                                             const Wish& wish) const {
  Pace pace = this->pace();
  const ReadingNeeds needs = reading();
  Reading reading(needs, tenant, wish, pace);
  RV_CO_ASSIGN(auto selected, co_await reading.select(std::move(id)));
  if (!selected) co_return unknown_evolution();
  RV_CO_TRY(co_await reading.take(*std::move(selected)));
  Answer answer;
  RV_CO_ASSIGN(answer.body, reading.body(/*array=*/false));
  if (reading.shows_nothing()) co_return unknown_evolution();
  answer.part = reading.part();
  co_return answer;
}

Result<> StoredHistory::check_page(const Page& page) const {
  const context::Options& options = needs_.broker.options();
  if (page.limit > options.limit_max) {
    return fail(Code::kTooManyResults, fmt::format("limit is at most {}", options.limit_max),
                "limit");
  }
  if (page.limit == 0 && !page.count) {
    return fail(Code::kBadRequestData, "limit=0 is for count=true only", "limit");
  }
  if (page.offset <= options.offset_max) return {};
  return fail(Code::kBadRequestData, fmt::format("offset is at most {}", options.offset_max),
              "offset");
}

Task<Result<std::vector<std::string>>> StoredHistory::matching(std::string_view tenant,
                                                               const Wish& wish, bool descending,
                                                               std::size_t max) const {
  Pace pace = this->pace();
  const ReadingNeeds needs = reading();
  Reading reading(needs, tenant, wish, pace);
  Candidates candidates(needs_.store, tenant, wish.predicate.hints(), descending);
  std::vector<std::string> ids;
  while (ids.size() <= max) {
    RV_CO_ASSIGN(auto id, candidates.next());
    if (!id) break;
    if (pace.is_due()) RV_CO_TRY(co_await pace.rest());
    RV_CO_ASSIGN(const auto selected, co_await reading.select(*std::move(id)));
    if (selected) ids.push_back(selected->id);
  }
  co_return ids;
}

Result<bool> StoredHistory::knows(std::string_view tenant, std::string_view id) const {
  RV_ASSIGN(const auto life, known(tenant, id));
  return life.has_value();
}

Task<Result<Answer>> StoredHistory::query(std::string_view tenant, const Wish& wish,
                                          Page page) const {
  RV_CO_TRY(check_page(page));
  Pace pace = this->pace();
  const ReadingNeeds needs = reading();
  Reading reading(needs, tenant, wish, pace);
  Candidates candidates(needs_.store, tenant, wish.predicate.hints(), page.descending);
  Answer answer;
  std::size_t matches = 0;
  while (true) {
    RV_CO_ASSIGN(auto id, candidates.next());
    if (!id) break;
    if (pace.is_due()) RV_CO_TRY(co_await pace.rest());
    RV_CO_ASSIGN(auto selected, co_await reading.select(*std::move(id)));
    if (!selected) continue;
    const std::size_t number = matches++;
    if (number < page.offset) continue;
    if (number < page.offset + page.limit) {
      RV_CO_TRY(co_await reading.take(*std::move(selected)));
      continue;
    }
    answer.more = true;
    if (!page.count) break;
  }
  if (page.count) answer.count = matches;
  RV_CO_ASSIGN(answer.body, reading.body(/*array=*/true));
  answer.part = reading.part();
  co_return answer;
}

}  // namespace detail
}  // namespace revier::history
