// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/slow_queries.h"

#include "base/log.h"

namespace revier::context::detail {
namespace {

constexpr std::size_t kNamesTold = 8;

std::string told_names(const ngsi::Names& names, const std::vector<NameId>& ids) {
  std::string out;
  for (std::size_t i = 0; i < ids.size() && i < kNamesTold; ++i) {
    if (i > 0) out += ' ';
    out += names.iri(ids[i]);
  }
  return out;
}

std::vector<NameId> compared(const ngsi::Hints& hints) {
  std::vector<NameId> out;
  for (const ngsi::Hints::Comparison& comparison : hints.comparisons) {
    out.push_back(comparison.attribute);
  }
  if (hints.area) out.push_back(hints.area->attribute);
  return out;
}

}  // namespace

std::optional<std::size_t> SlowQueries::turn() {
  const std::int64_t minute = monotonic_us() / 60'000'000;
  const Lock lock(mutex_);
  if (minute != minute_) {
    minute_ = minute;
    lines_ = 0;
  }
  if (lines_ == kLinesAMinute) {
    ++left_out_;
    return std::nullopt;
  }
  ++lines_;
  return std::exchange(left_out_, 0);
}

void SlowQueries::tell(const Query& query) {
  count_.add();
  const auto left_out = turn();
  if (!left_out) return;
  const Explanation& told = *query.page.explanation;
  const ngsi::Names& names = query.tenant.names;
  log_event(Level::kWarn, "context.slow_query",
            {{"cpu_ms", (told.plan_us + told.match_us) / 1'000},
             {"took_ms", query.took_us / 1'000},
             {"plan", to_string(told.plan)},
             {"index", told.attribute == ngsi::kNoName ? "" : names.iri(told.attribute)},
             {"types", told_names(names, query.hints.types)},
             {"compared", told_names(names, compared(query.hints))},
             {"in_order", told.in_order},
             {"estimated", told.estimated},
             {"looked_at", told.looked_at},
             {"matched", told.matched},
             {"limit", query.page.limit},
             {"offset", query.page.offset},
             {"count", query.page.count ? "yes" : "no"},
             {"ordered", query.page.order == nullptr ? "no" : "yes"},
             {"answered", query.answered ? "yes" : "no"},
             {"tenant", query.tenant.name},
             {"left_out", *left_out}});
}

}  // namespace revier::context::detail
