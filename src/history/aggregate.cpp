// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/aggregate.h"

#include <algorithm>
#include <cmath>

#include "json/json.h"
#include "ngsi/value_text.h"

namespace revier::history::detail {
namespace {

// Periods, and different values, that one attribute's answer may have.
constexpr std::size_t kKeptMax = 200'000;

constexpr std::uint16_t bit(ValueClass what) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(what));
}
constexpr std::uint16_t kSummable = bit(ValueClass::kNumber) | bit(ValueClass::kBoolean);
constexpr std::uint16_t kCompared = bit(ValueClass::kText) | bit(ValueClass::kInstant) |
                                    bit(ValueClass::kDate) | bit(ValueClass::kTime);

// {"@type": "DateTime", "@value": "2025-01-20T08:00:00Z"} and its kind (annex C.6).
Value typed_value(std::string_view json) {
  const std::string_view type = ngsi::json_member(json, "@type");
  const std::string_view value = ngsi::json_member(json, "@value");
  if (!value.starts_with('"')) return {ValueClass::kObject, 0, json};
  if (type == "\"DateTime\"") return {ValueClass::kInstant, 0, value};
  if (type == "\"Date\"") return {ValueClass::kDate, 0, value};
  if (type != "\"Time\"") return {ValueClass::kObject, 0, json};
  const auto at = parse_iso8601(fmt::format("1970-01-01T{}", value.substr(1, value.size() - 2)));
  if (!at) return {ValueClass::kObject, 0, json};
  return {ValueClass::kTime, static_cast<double>(at->us), value};
}

// Texts compare by their characters, times by the moment that they mean.
std::string_view order_of(const Value& value, std::string& storage) {
  const std::string_view text = ngsi::json_string(value.text, storage);
  if (value.what != ValueClass::kInstant && value.what != ValueClass::kTime) return text;
  const bool whole = value.what == ValueClass::kInstant;
  const auto at = parse_iso8601(whole ? std::string(text) : fmt::format("1970-01-01T{}", text));
  if (!at) return text;
  storage = to_iso8601(*at);
  storage.pop_back();  // the Z, which stands behind the dot of a fraction
  return storage;
}

// Sums can grow beyond what JSON can tell: such a period has no value.
std::string number_text(double number) {
  std::string out;
  if (!std::isfinite(number)) return out;
  json::Writer(out).number(number);
  return out;
}

std::string time_text(double us) {
  const auto rounded = static_cast<std::int64_t>(std::llround(us));
  return fmt::format("\"{}\"", to_iso8601({rounded}).substr(11));
}

tl::unexpected<Error> too_many() {
  return fail(Code::kTooComplexQuery,
              "the aggregation has too many periods or values; take longer periods, or a shorter "
              "time",
              "aggrPeriodDuration");
}

}  // namespace

bool is_relationship(ngsi::Kind kind) {
  return kind == ngsi::Kind::kRelationship || kind == ngsi::Kind::kListRelationship;
}

void Numbers::add(double number) {
  if (count == 0) {
    *this = {1, number, number * number, 0, number, number};
    return;
  }
  const double before = sum / static_cast<double>(count);
  ++count;
  sum += number;
  sumsq += number * number;
  const double after = before + (number - before) / static_cast<double>(count);
  m2 += (number - before) * (number - after);
  least = std::min(least, number);
  greatest = std::max(greatest, number);
}

void Numbers::merge(const Numbers& later) {
  if (later.count == 0) return;
  if (count == 0) {
    *this = later;
    return;
  }
  const auto n = static_cast<double>(count);
  const auto m = static_cast<double>(later.count);
  const double apart = later.sum / m - sum / n;
  m2 += later.m2 + apart * apart * n * m / (n + m);
  count += later.count;
  sum += later.sum;
  sumsq += later.sumsq;
  least = std::min(least, later.least);
  greatest = std::max(greatest, later.greatest);
}

Value value_of(const ngsi::AttributeView& view) {
  const std::string_view json = view.value;
  if (is_relationship(view.kind)) return {ValueClass::kTarget, 0, json};
  if (json.empty()) return {};
  switch (json.front()) {
    case '"':
      return {ValueClass::kText, 0, json};
    case 't':
      return {ValueClass::kBoolean, 1, json};
    case 'f':
      return {ValueClass::kBoolean, 0, json};
    case '[':
      return {ValueClass::kArray, static_cast<double>(ngsi::json_size(json)), json};
    case '{':
      return typed_value(json);
    default:
      break;
  }
  const auto number = ngsi::json_number(json);
  return number ? Value{ValueClass::kNumber, *number, json} : Value{ValueClass::kObject, 0, json};
}

bool takes(Method method, ValueClass what) {
  using enum Method;
  using enum ValueClass;
  const bool counted = what == kNumber || what == kBoolean;
  switch (method) {
    case kTotalCount:
    case kDistinctCount:
      return true;
    case kAvg:
      return counted || what == kArray || what == ValueClass::kTime;
    case kSum:
      return counted || what == kArray;
    case kStddev:
    case kSumsq:
      return counted;
    case kMin:
    case kMax:
      return what != kObject && what != kTarget;
  }
  return false;
}

bool suits(Method method, std::uint16_t classes) {
  for (unsigned i = 0; i <= static_cast<unsigned>(ValueClass::kTarget); ++i) {
    if ((classes & (1U << i)) != 0 && !takes(method, static_cast<ValueClass>(i))) return false;
  }
  return true;
}

std::int64_t Aggregator::period_of(Instant time) const {
  if (wish_.period.is_whole()) return 0;
  if (!current_span_.holds(time)) {
    current_ = wish_.period.number_of(start_, time);
    current_span_ = period(current_);
  }
  return current_;
}

Span Aggregator::period(std::int64_t number) const {
  return {wish_.period.after(start_, number), wish_.period.after(start_, number + 1)};
}

bool Aggregator::fits_hour(Instant hour) const {
  const Instant last{hour.us + kHourUs - 1};
  if (hour < start_) return false;
  return wish_.period.is_whole() || period_of(hour) == period_of(last);
}

Aggregator::Dataset& Aggregator::dataset(std::string_view id, ngsi::Kind kind) {
  const auto at = datasets_.find(id);
  if (at != datasets_.end()) return at->second;
  return datasets_.emplace(std::string(id), Dataset{kind, {}, 0}).first->second;
}

Result<Aggregate*> Aggregator::aggregate(Dataset& dataset, std::int64_t period) {
  auto& periods = dataset.periods;
  if (!periods.empty() && periods.rbegin()->first == period) return &periods.rbegin()->second;
  if (++kept_ > kKeptMax) return too_many();
  return &periods[period];
}

void Aggregator::close(const std::string& dataset_id) {
  Open& open = open_[dataset_id];
  if (open.numbers.count == 0) return;
  datasets_.find(dataset_id)->second.periods[open.period].numbers.merge(open.numbers);
  open.numbers = {};
}

Result<> Aggregator::add(const ngsi::AttributeView& view, Instant time) {
  const Value value = value_of(view);
  const std::int64_t period = period_of(time);
  Dataset& to = dataset(view.dataset_id, view.kind);
  RV_ASSIGN(Aggregate* const into, aggregate(to, period));
  last_ = std::max(last_, time);
  ++into->count;
  into->classes |= bit(value.what);
  to.classes |= bit(value.what);
  RV_TRY(add_other(*into, value));
  if (!takes(Method::kAvg, value.what)) return {};
  const std::int64_t hour = floor_div(time.us, kHourUs);
  const std::string dataset_id(view.dataset_id);
  Open& open = open_[dataset_id];
  if (open.period != period || open.hour != hour) {
    close(dataset_id);
    open.period = period;
    open.hour = hour;
  }
  open.numbers.add(value.number);
  return {};
}

Result<> Aggregator::add_other(Aggregate& into, const Value& value) {
  if ((bit(value.what) & kCompared) != 0) {
    const bool first = into.least.json.empty();
    std::string storage;
    const std::string_view order = order_of(value, storage);
    if (first || order < into.least.order)
      into.least = {std::string(order), std::string(value.text)};
    if (first || order > into.greatest.order) {
      into.greatest = {std::string(order), std::string(value.text)};
    }
  }
  const auto& methods = wish_.methods;
  if (std::find(methods.begin(), methods.end(), Method::kDistinctCount) == methods.end()) return {};
  if (into.distinct.contains(value.text)) return {};
  into.distinct.emplace(value.text);
  return ++kept_ > kKeptMax ? Result<>(too_many()) : Result<>{};
}

Result<> Aggregator::add_hour(std::string_view dataset_id, ngsi::Kind kind, Instant hour,
                              const Numbers& numbers, std::uint16_t classes) {
  const std::int64_t period = period_of(hour);
  Dataset& to = dataset(dataset_id, kind);
  RV_ASSIGN(Aggregate* const into, aggregate(to, period));
  close(std::string(dataset_id));
  last_ = std::max(last_, hour);
  into->count += numbers.count;
  into->classes |= classes;
  to.classes |= classes;
  into->numbers.merge(numbers);
  return {};
}

const std::map<std::string, Aggregator::Dataset, std::less<>>& Aggregator::finish() {
  for (const auto& [id, open] : open_) close(id);
  return datasets_;
}

std::string method_value(Method method, const Aggregate& aggregate) {
  using enum Method;
  const Numbers& numbers = aggregate.numbers;
  const auto n = static_cast<double>(numbers.count);
  const bool counts_only = (aggregate.classes & ~kSummable) == 0;
  const bool sizes_only = aggregate.classes == bit(ValueClass::kArray);
  const bool times_only = aggregate.classes == bit(ValueClass::kTime);
  const bool compared = (aggregate.classes & ~kCompared) == 0;
  switch (method) {
    case kTotalCount:
      return std::to_string(aggregate.count);
    case kDistinctCount:
      return std::to_string(aggregate.distinct.size());
    case kSum:
      return counts_only || sizes_only ? number_text(numbers.sum) : "";
    case kAvg:
      if (times_only) return time_text(numbers.sum / n);
      return counts_only || sizes_only ? number_text(numbers.sum / n) : "";
    case kMin:
      if (compared) return aggregate.least.json;
      return counts_only || sizes_only ? number_text(numbers.least) : "";
    case kMax:
      if (compared) return aggregate.greatest.json;
      return counts_only || sizes_only ? number_text(numbers.greatest) : "";
    case kStddev:
      return counts_only ? number_text(std::sqrt(std::max(0.0, numbers.m2 / n))) : "";
    case kSumsq:
      return counts_only ? number_text(numbers.sumsq) : "";
  }
  return "";
}

}  // namespace revier::history::detail
