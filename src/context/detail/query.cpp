// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/query.h"

#include <algorithm>

#include "net/server.h"
#include "ngsi/rights.h"

namespace revier::context::detail {
namespace {

// Entities between two looks at the clock: a look costs about what one predicate does.
constexpr std::size_t kLookEvery = 16;

// Entities that q follows links to (4.9), a bounded number of them.
class TableLinks final : public ngsi::LinkedEntities {
 public:
  TableLinks(const Table& table, const ngsi::Sight* sight, std::size_t max)
      : table_(table), sight_(sight), left_(max) {}

  [[nodiscard]] EntityPtr find(std::string_view id) const override {
    if (left_ == 0) {
      exceeded_ = true;
      return nullptr;
    }
    --left_;
    auto row = table_.find(id);
    if (!row) return nullptr;
    return sight_ == nullptr ? std::move(row->entity) : sight_->seen(row->entity);
  }
  [[nodiscard]] bool exceeded() const { return exceeded_; }

 private:
  const Table& table_;
  const ngsi::Sight* sight_;
  mutable std::size_t left_;
  mutable bool exceeded_ = false;
};

// The matches of a predicate, one after the other, stopped and gone on with at any candidate.
class Matches {
 public:
  Matches(const Table& table, const ngsi::Predicate& predicate, const Page& page,
          std::size_t links_max)
      : predicate_(predicate),
        told_(page.explanation == nullptr ? own_ : *page.explanation),
        sight_(page.sight),
        start_us_(monotonic_us()),
        candidates_(table, sight_ == nullptr ? predicate.hints() : narrowed(predicate.hints()),
                    page, told_),
        links_(table, sight_, links_max) {
    told_.plan_us = monotonic_us() - start_us_;
  }

  [[nodiscard]] bool too_many_links() const { return links_.exceeded(); }
  void spent(std::int64_t us) {
    told_.match_us += us;
    ++told_.slices;
  }
  [[nodiscard]] std::int64_t spent_us() const { return told_.match_us; }

  // Calls take(Row&) for matches until it answers false or there are none: true. False when
  // the time was up before.
  template <class Take>
  [[nodiscard]] bool run_until(std::int64_t end_us, const Take& take) {
    while (true) {
      if (at_ == rows_.size()) {
        at_ = 0;
        if (!candidates_.next(rows_)) return true;
      }
      while (at_ < rows_.size()) {
        Row& row = rows_[at_++];
        EntityPtr& entity = row.entity;
        ++told_.looked_at;
        if (sight_ != nullptr) entity = sight_->seen(entity);
        if (entity && predicate_.matches(*entity, &links_)) {
          ++told_.matched;
          if (!take(row)) return true;
        }
        if (at_ % kLookEvery == 0 && monotonic_us() >= end_us) return false;
      }
    }
  }

 private:
  // Whoever sees some types alone asks for these alone.
  [[nodiscard]] ngsi::Hints narrowed(ngsi::Hints hints) const {
    if (hints.types.empty()) hints.types = sight_->types();
    return hints;
  }

  const ngsi::Predicate& predicate_;
  Explanation own_;
  Explanation& told_;
  const ngsi::Sight* const sight_;
  const std::int64_t start_us_;
  Candidates candidates_;
  TableLinks links_;
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
        counted_by_index_(page.count && page.sight == nullptr && hints_.type_is_all &&
                          !hints_.nothing && hints_.types.size() <= 1) {}

  [[nodiscard]] bool needs_no_match() const { return page_.limit == 0 && counted_by_index_; }

  // False when nothing more is wanted.
  bool operator()(Row& row) {
    if (matches_++ < page_.offset || row.serial <= page_.after) return true;
    if (found_.entities.size() < page_.limit) {
      found_.entities.push_back(std::move(row.entity));
      found_.place = row.serial;
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

// The first matches by an order: a heap of those that a page and what lies before it need.
class OrderedTaker {
 public:
  OrderedTaker(const Page& page) : page_(page), wanted_(page.offset + page.limit) {}

  bool operator()(const Row& row) {
    Placed placed{page_.order->key_of(*row.entity), matches_++, row.entity};
    if (best_.size() == wanted_ && (wanted_ == 0 || !comes_before(placed, best_.front()))) {
      return true;
    }
    best_.push_back(std::move(placed));
    std::push_heap(best_.begin(), best_.end(), comes_before);
    if (best_.size() <= wanted_) return true;
    std::pop_heap(best_.begin(), best_.end(), comes_before);
    best_.pop_back();
    return true;
  }

  [[nodiscard]] Found finish() {
    std::sort_heap(best_.begin(), best_.end(), comes_before);
    Found found;
    for (std::size_t i = page_.offset; i < best_.size(); ++i) {
      found.entities.push_back(std::move(best_[i].entity));
    }
    found.more = matches_ > wanted_;
    if (page_.count) found.count = matches_;
    return found;
  }

 private:
  struct Placed {
    ngsi::OrderKey key;
    std::size_t number;  // in the order of creation
    EntityPtr entity;
  };
  static bool comes_before(const Placed& a, const Placed& b) {
    const auto way = a.key <=> b.key;
    return way == 0 ? a.number < b.number : way < 0;
  }

  const Page page_;
  const std::size_t wanted_;
  std::size_t matches_ = 0;
  std::vector<Placed> best_;
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
  if (page.after > 0 && (page.order != nullptr || page.offset > 0)) {
    return fail(Code::kBadRequestData,
                "a cursor goes on in the order of creation: without orderBy and offset", "cursor");
  }
  if (page.order != nullptr && page.limit + page.offset > options.ordered_max) {
    return fail(
        Code::kTooComplexQuery,
        fmt::format("with orderBy, offset and limit are at most {} together", options.ordered_max),
        "offset");
  }
  return {};
}

// Runs to the end, slice by slice. On a thread without an executor (tests, tools) the slices follow
// each other at once.
template <class Take>
Task<Result<>> run_slices(Matches& matches, const Take& take, Budget budget) {
  while (true) {
    const std::int64_t start_us = monotonic_us();
    const bool done = matches.run_until(start_us + budget.slice_us, take);
    matches.spent(monotonic_us() - start_us);
    if (matches.too_many_links()) {
      co_return fail(Code::kTooComplexQuery, "q follows too many links; name a type", "q");
    }
    if (done) co_return Result<>{};
    if (matches.spent_us() > budget.cpu_ms_max * 1'000) break;
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
  const Budget budget{options.slice_us, options.query_cpu_ms_max};
  if (page.order != nullptr) {
    OrderedTaker taker(page);
    Page all = page;
    all.count = true;  // every match is looked at
    Matches matches(table, predicate, all, options.links_max);
    const auto take = [&taker](Row& row) { return taker(row); };
    RV_CO_TRY(co_await run_slices(matches, take, budget));
    co_return taker.finish();
  }
  PageTaker taker(table, predicate, page);
  if (taker.needs_no_match()) {
    if (page.explanation != nullptr) page.explanation->counted_by_index = true;
    co_return taker.finish();
  }
  Matches matches(table, predicate, page, options.links_max);
  const auto take = [&taker](Row& row) { return taker(row); };
  RV_CO_TRY(co_await run_slices(matches, take, budget));
  co_return taker.finish();
}

Task<Result<>> visit_matches(const Table& table, const ngsi::Predicate& predicate,
                             const Broker::Visit& visit, Budget budget) {
  Matches matches(table, predicate, {.limit = table.size(), .count = true}, budget.links_max);
  const auto take = [&visit](const Row& row) {
    visit(*row.entity);
    return true;
  };
  co_return co_await run_slices(matches, take, budget);
}

}  // namespace revier::context::detail
