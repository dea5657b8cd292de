// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/query.h"

#include "net/server.h"

namespace revier::context::detail {
namespace {

// Entities between two looks at the clock: a look costs about what one predicate does.
constexpr std::size_t kLookEvery = 16;

// The matches of a predicate, one after the other, stopped and gone on with at any candidate.
class Matches {
 public:
  Matches(const Table& table, const ngsi::Predicate& predicate, const Page& page)
      : predicate_(predicate), candidates_(table, predicate.hints(), page) {}

  // Calls take(EntityPtr&) for matches until it answers false or there are none: true. False when
  // the time was up before.
  template <class Take>
  [[nodiscard]] bool run_until(std::int64_t end_us, const Take& take) {
    while (true) {
      if (at_ == rows_.size()) {
        at_ = 0;
        if (!candidates_.next(rows_)) return true;
      }
      while (at_ < rows_.size()) {
        EntityPtr& entity = rows_[at_++].entity;
        if (predicate_.matches(*entity) && !take(entity)) return true;
        if (at_ % kLookEvery == 0 && monotonic_us() >= end_us) return false;
      }
    }
  }

 private:
  const ngsi::Predicate& predicate_;
  Candidates candidates_;
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

// A page of matches, and their number.
class PageTaker {
 public:
  PageTaker(const Table& table, const ngsi::Predicate& predicate, const Page& page)
      : table_(table),
        hints_(predicate.hints()),
        page_(page),
        counted_by_index_(page.count && hints_.type_is_all && hints_.types.size() <= 1) {}

  [[nodiscard]] bool needs_no_match() const { return page_.limit == 0 && counted_by_index_; }

  // False when nothing more is wanted.
  bool operator()(EntityPtr& entity) {
    if (matches_++ < page_.offset) return true;
    if (found_.entities.size() < page_.limit) {
      found_.entities.push_back(std::move(entity));
      return true;
    }
    found_.more = true;
    return page_.count && !counted_by_index_;
  }

  [[nodiscard]] Found finish() {
    if (page_.count) found_.count = counted_by_index_ ? count_by_index() : matches_;
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::size_t count_by_index() const {
    return hints_.types.empty() ? table_.size() : table_.count_of_type(hints_.types.front());
  }

  const Table& table_;
  const ngsi::Hints& hints_;
  const Page page_;
  const bool counted_by_index_;
  std::size_t matches_ = 0;
  Found found_;
};

Result<> check_page(const Page& page, const Options& options) {
  if (page.limit > options.limit_max) {
    return fail(Code::kTooManyResults, fmt::format("limit is at most {}", options.limit_max),
                "limit");
  }
  if (page.limit == 0 && !page.count) {
    return fail(Code::kBadRequestData, "limit=0 is for count=true only", "limit");
  }
  if (page.offset > options.offset_max) {
    return fail(Code::kBadRequestData, fmt::format("offset is at most {}", options.offset_max),
                "offset");
  }
  return {};
}

// Runs to the end, slice by slice. On a thread without an executor (tests, tools) the slices follow
// each other at once.
template <class Take>
Task<Result<>> run_slices(Matches& matches, const Take& take, Budget budget) {
  std::int64_t spent_us = 0;
  while (true) {
    const std::int64_t start_us = monotonic_us();
    if (matches.run_until(start_us + budget.slice_us, take)) co_return Result<>{};
    spent_us += monotonic_us() - start_us;
    if (spent_us > budget.cpu_ms_max * 1'000) break;
    if (Executor::current() != nullptr) co_await net::yield_now();
  }
  co_return fail(Code::kTooComplexQuery,
                 fmt::format("the query took more than {} ms; name a type, or a value that "
                             "narrows it down",
                             budget.cpu_ms_max));
}

}  // namespace

Task<Result<Found>> run_query(const Table& table, const ngsi::Predicate& predicate, Page page,
                              const Options& options) {
  RV_CO_TRY(check_page(page, options));
  PageTaker taker(table, predicate, page);
  if (taker.needs_no_match()) co_return taker.finish();
  Matches matches(table, predicate, page);
  const auto take = [&taker](EntityPtr& entity) { return taker(entity); };
  const Budget budget{options.slice_us, options.query_cpu_ms_max};
  RV_CO_TRY(co_await run_slices(matches, take, budget));
  co_return taker.finish();
}

Task<Result<>> visit_matches(const Table& table, const ngsi::Predicate& predicate,
                             const Broker::Visit& visit, Budget budget) {
  Matches matches(table, predicate, {.limit = table.size(), .count = true});
  const auto take = [&visit](const EntityPtr& entity) {
    visit(*entity);
    return true;
  };
  co_return co_await run_slices(matches, take, budget);
}

}  // namespace revier::context::detail
