// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/reading.h"

#include <algorithm>
#include <array>

namespace revier::history::detail {
namespace {

// Instances of one entity that q, geo-query and scope query look at.
constexpr std::size_t kGatherMax = 50'000;

bool holds(const std::vector<Span>& spans, Instant time) {
  return std::any_of(spans.begin(), spans.end(),
                     [time](const Span& span) { return span.holds(time); });
}

tl::unexpected<Error> too_many_instances() {
  return fail(Code::kTooComplexQuery,
              fmt::format("q, geo-query and scopeQ look at {} instances of an entity at most; take "
                          "a shorter time",
                          kGatherMax),
              "timeAt");
}

void keep_latest(std::vector<Row>& rows, std::size_t number) {
  if (rows.size() <= number) return;
  std::nth_element(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(number), rows.end(),
                   [](const Row& a, const Row& b) {
                     return std::pair(a.time, a.number) > std::pair(b.time, b.number);
                   });
  rows.resize(number);
}

// Copies, for views end with their row.
class Kept {
 public:
  [[nodiscard]] Result<> add(const Stored& row) {
    if (forms_.size() == kGatherMax) return too_many_instances();
    forms_.emplace_back(row.form);
    return {};
  }
  [[nodiscard]] Result<std::vector<ngsi::AttributeView>> views() const {
    std::vector<ngsi::AttributeView> views;
    for (const std::string& form : forms_) {
      RV_ASSIGN(views.emplace_back(), ngsi::read_instance(form));
    }
    return views;
  }

 private:
  std::vector<std::string> forms_;
};

}  // namespace

Reading::Reading(const ReadingNeeds& needs, std::string_view tenant, const Wish& wish, Pace& pace)
    : needs_(needs),
      tenant_(tenant),
      wish_(wish),
      pace_(pace),
      cut_(needs.instances_max, wish.time.last_n.has_value()) {}

// Aggregates go by the temporal property, also where no time is asked for.
Reach Reading::reach() const {
  const bool aggregated = wish_.form == Form::kAggregated;
  return {wish_.time.property, wish_.time.filters() || aggregated, wish_.time.span(),
          wish_.time.last_n.has_value() && !aggregated};
}

bool Reading::concerns(ngsi::NameId name) const {
  const auto& names = wish_.concerned;
  if (!names.empty()) return std::find(names.begin(), names.end(), name) != names.end();
  return !wish_.names_attributes;
}

bool Reading::shows(ngsi::NameId name) const {
  if (name == ngsi::kNoName) return wish_.projection.shows_scope();
  return wish_.projection.shows(name);
}

bool Reading::shows_row(const Stored& row, const std::vector<Span>& spans) const {
  return wish_.projection.shows_instance(row.view.dataset_id) &&
         (spans.empty() || holds(spans, row.time));
}

bool Reading::sees(const std::string& id) const {
  return !wish_.sight || wish_.sight->seen(needs_.broker.find(tenant_, id));
}

// The scope is always shown.
Result<std::vector<ngsi::NameId>> Reading::seen_names(Series& series) const {
  RV_ASSIGN(auto names, series.names());
  if (!wish_.sight) return names;
  const ngsi::EntityPtr entity = needs_.broker.find(tenant_, series.id());
  std::erase_if(names, [&](ngsi::NameId name) {
    return !entity || (name != ngsi::kNoName && !wish_.sight->shows(*entity, name));
  });
  return names;
}

Task<Result<std::optional<Selected>>> Reading::select(std::string id) {
  std::optional<Selected> none;
  RV_CO_ASSIGN(auto life, read_lifecycle(needs_.store, tenant_, id));
  if (!life) co_return none;
  // Whoever may create would read what was hidden from her, by making its id anew.
  if (wish_.sight && life->again) co_return none;
  Series series(needs_.store, tenant_, id);
  if (!sees(series.id())) co_return none;
  RV_CO_ASSIGN(const auto names, seen_names(series));
  if (life->forgotten && names.empty()) co_return none;
  Selected selected{std::move(id), *std::move(life), {}};
  RV_CO_ASSIGN(const bool match, co_await matches(selected, series, names));
  if (!match) co_return none;
  if (wish_.scopes) {
    RV_CO_ASSIGN(selected.spans, co_await scope_spans(selected, series));
    if (selected.spans.empty()) co_return none;
  }
  if (wish_.time.filters() || wish_.names_attributes || !selected.spans.empty()) {
    RV_CO_ASSIGN(const bool any, co_await any_instance(series, names, selected.spans));
    if (!any) co_return none;
  }
  co_return std::optional(std::move(selected));
}

Task<Result<bool>> Reading::any_instance(Series& series, const std::vector<ngsi::NameId>& names,
                                         const std::vector<Span>& spans) {
  bool any = false;
  for (const ngsi::NameId name : names) {
    if (!concerns(name)) continue;
    RV_CO_TRY(co_await series.read(name, reach(), pace_, [&](const Stored& row) {
      any = any || shows_row(row, spans);
      return !any;
    }));
    if (any) co_return true;
  }
  co_return false;
}

Task<Result<bool>> Reading::matches(const Selected& selected, Series& series,
                                    const std::vector<ngsi::NameId>& names) {
  Kept kept;
  if (wish_.asks_values) {
    Result<> fits;
    for (const ngsi::NameId name : names) {
      if (name == ngsi::kNoName) continue;
      RV_CO_TRY(co_await series.read(name, reach(), pace_, [&](const Stored& row) {
        if (!row.deletion) fits = kept.add(row);
        return fits.has_value();
      }));
      RV_CO_TRY(fits);
    }
  }
  RV_CO_ASSIGN(const auto views, kept.views());
  auto gathered = ngsi::gather({selected.id, selected.life.types, {}, views});
  if (!gathered) co_return too_many_instances();
  co_return wish_.predicate.matches(**gathered);
}

// "a given Scope is considered valid from the time it has been set until the time it has been
// explicitly removed by an update or delete operation" (4.18).
Task<Result<std::vector<Span>>> Reading::scope_spans(const Selected& selected, Series& series) {
  std::vector<Row> rows;
  RV_CO_TRY(co_await series.read(ngsi::kNoName, {}, pace_, [&](const Stored& row) {
    rows.push_back(Row::of(row, 0));
    return rows.size() < kGatherMax;
  }));
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::pair(a.time, a.number) < std::pair(b.time, b.number);
  });
  const Span asked = wish_.time.span();
  std::vector<Span> spans;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Span valid{rows[i].time, i + 1 < rows.size() ? rows[i + 1].time : Span{}.to};
    valid.from = std::max(valid.from, asked.from);
    valid.to = std::min(valid.to, asked.to);
    if (valid.from >= valid.to) continue;
    RV_CO_ASSIGN(const auto view, ngsi::read_instance(rows[i].form));
    RV_CO_ASSIGN(const auto gathered,
                 ngsi::gather({selected.id, selected.life.types, ngsi::scopes_in(view.value), {}}));
    if (wish_.scopes->matches(*gathered)) spans.push_back(valid);
  }
  co_return spans;
}

Task<Result<>> Reading::take(Selected selected) {
  Series series(needs_.store, tenant_, selected.id);
  RV_CO_ASSIGN(auto names, seen_names(series));
  std::erase_if(names, [this](ngsi::NameId name) { return !shows(name); });
  entries_.push_back({std::move(selected), {}, {}, {}});
  if (wish_.form == Form::kAggregated) {
    co_return co_await aggregate(series, names, entries_.back());
  }
  for (const ngsi::NameId name : names) {
    RV_CO_TRY(co_await take_series(series, name, entries_.back()));
  }
  co_return Result<>{};
}

Result<std::span<const Row>> Reading::rows() {
  cut_.finish();
  if (!cut_.is_cut()) return cut_.all();
  return fail(Code::kTooManyResults,
              fmt::format("an entity has more than {} instances; take a shorter time", cut_.max()),
              "timeAt");
}

Task<Result<>> Reading::take_series(Series& series, ngsi::NameId name, Entry& entry) {
  const auto number = static_cast<std::uint32_t>(entries_.size() - 1);
  const bool is_scope = name == ngsi::kNoName;
  if (is_scope && wish_.scopes) RV_CO_TRY(co_await take_valid_scope(series, entry));
  const auto& spans = entry.selected.spans;
  // More than an answer holds are cut there, where instances of one time stay together.
  const std::size_t wanted = wish_.time.last_n.value_or(cut_.max() + 1);
  const bool last = wanted <= cut_.max();
  std::vector<Row> latest;
  std::array<std::size_t, kSegments> taken{};
  bool any = false;
  RV_CO_TRY(co_await series.read(name, reach(), pace_, [&](const Stored& row) {
    if (!shows_row(row, spans)) return true;
    any = true;
    if (last) {
      latest.push_back(Row::of(row, number));
      if (row.in_order) return ++taken[static_cast<std::size_t>(row.key.segment)] < wanted;
      if (latest.size() > 2 * wanted) keep_latest(latest, wanted);
      return true;
    }
    if (cut_.may_take(row.time)) {
      cut_.take(Row::of(row, number));
      return true;
    }
    cut_.leave();
    return !row.in_order;
  }));
  if (any) entry.names.push_back(name);
  keep_latest(latest, wanted);
  for (Row& row : latest) cut_.take(std::move(row));
  co_return Result<>{};
}

// The scope that is valid when the time asked for begins was set before it (annex C.5.16).
Task<Result<>> Reading::take_valid_scope(Series& series, Entry& entry) {
  const Instant from = wish_.time.span().from;
  std::optional<Row> valid;
  const auto number = static_cast<std::uint32_t>(entries_.size() - 1);
  RV_CO_TRY(
      co_await series.read(ngsi::kNoName, {.span = {.to = from}}, pace_, [&](const Stored& row) {
        if (!valid || valid->time <= row.time) {
          valid = Row::of(row, number);
        }
        return true;
      }));
  if (!valid || valid->deletion) co_return Result<>{};
  entry.valid_scope = std::move(valid);
  co_return Result<>{};
}

}  // namespace revier::history::detail
