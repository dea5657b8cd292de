// SPDX-License-Identifier: EUPL-1.2
// The texts of answers: instances, simplified pairs (4.5.9), aggregates (4.5.19).
#include <algorithm>
#include <limits>
#include <map>

#include "history/detail/reading.h"
#include "json/json.h"
#include "ngsi/value_text.h"

namespace revier::history::detail {
namespace {

constexpr std::array<std::string_view, ngsi::kKinds> kValuesMember = {
    "values", "values", "objects", "languageMaps", "vocabs", "jsons", "valueLists", "objectLists"};
constexpr Instant kForever = Span{}.to;
// Instances that are put into order for an aggregation.
constexpr std::size_t kUnorderedMax = 200'000;

void append_key(std::string& out, std::string_view quoted) {
  if (out.back() != '{') out.push_back(',');
  out.append(quoted).push_back(':');
}

void append_quoted_time(std::string& out, Instant time) {
  out.push_back('"');
  append_iso8601(out, time);
  out.push_back('"');
}

void append_time_member(std::string& out, std::string_view quoted, Instant time) {
  append_key(out, quoted);
  append_quoted_time(out, time);
}

// "The value of scope is represented as a JSON array in case there is more than one Scope", and as
// the Null where it was deleted (4.18).
ngsi::AttributeView as_scope(ngsi::AttributeView view, bool deletion) {
  if (deletion) {
    view.value = "\"urn:ngsi-ld:null\"";
  } else if (ngsi::json_size(view.value) == 1) {
    view.value = view.value.substr(1, view.value.size() - 2);
  }
  return view;
}

}  // namespace

Result<std::string> Reading::body(bool array) {
  cut_.finish();
  std::string out = array ? "[" : "";
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (i > 0) out.push_back(',');
    RV_TRY(write_entry(i, out));
  }
  if (array) out.push_back(']');
  return out;
}

bool Reading::shows_nothing() const {
  return !wish_.projection.shows_id() && !wish_.projection.shows_type() && cut_.empty() &&
         entries_.front().aggregated.empty();
}

// Backwards from the end of the time asked for, else forwards from its start (6.3.10).
std::optional<Part> Reading::part() const {
  if (!cut_.is_cut() || cut_.empty()) return std::nullopt;
  const TemporalQuery& time = wish_.time;
  const Span span = time.span();
  if (time.last_n) {
    return Part{span.to == kForever ? cut_.last() : span.to, cut_.first(), time.last_n};
  }
  const bool from_given = time.relation == Relation::kAfter || time.relation == Relation::kBetween;
  return Part{from_given ? span.from : cut_.first(), cut_.last(), std::nullopt};
}

Result<> Reading::write_entry(std::uint32_t number, std::string& out) const {
  const Entry& entry = entries_[number];
  const Lifecycle& life = entry.selected.life;
  const ngsi::Projection& projection = wish_.projection;
  out.push_back('{');
  if (wish_.shown.with_context) {
    append_key(out, "\"@context\"");
    out.append(wish_.context->reference());
  }
  if (projection.shows_id()) {
    append_key(out, "\"id\"");
    json::append_quoted(out, entry.selected.id);
  }
  if (projection.shows_type()) {
    append_key(out, "\"type\"");
    std::string types;
    for (const ngsi::NameId type : life.types) {
      if (!types.empty()) types.push_back(',');
      types.append(ngsi::quoted_name(type, names(), *wish_.context));
    }
    out.append(life.types.size() == 1 ? types : fmt::format("[{}]", types));
  }
  RV_TRY(write_scope(number, out));
  if (wish_.shown.sys_attrs) {
    const ngsi::EntityPtr now = needs_.broker.find(tenant_, entry.selected.id);
    append_time_member(out, "\"createdAt\"", life.created_at);
    append_time_member(out, "\"modifiedAt\"",
                       std::max(life.modified_at, now ? now->modified_at() : life.modified_at));
  }
  if (life.deleted_at) append_time_member(out, "\"deletedAt\"", *life.deleted_at);
  for (const ngsi::NameId name : entry.names) {
    if (name == ngsi::kNoName) continue;
    append_key(out, ngsi::quoted_name(name, names(), *wish_.context));
    const auto rows = cut_.rows(number, name);
    RV_TRY(wish_.form == Form::kValues ? write_values(rows, out) : write_instances(rows, out));
  }
  if (!entry.aggregated.empty()) {
    if (out.back() != '{') out.push_back(',');
    out.append(entry.aggregated);
  }
  out.push_back('}');
  return {};
}

Result<> Reading::write_scope(std::uint32_t number, std::string& out) const {
  const Entry& entry = entries_[number];
  const auto within = cut_.rows(number, ngsi::kNoName);
  std::vector<Row> rows;
  if (entry.valid_scope) rows.push_back(*entry.valid_scope);
  rows.insert(rows.end(), within.begin(), within.end());
  if (rows.empty()) return {};
  append_key(out, "\"scope\"");
  return wish_.form == Form::kValues ? write_values(rows, out) : write_instances(rows, out);
}

Result<> Reading::write_instances(std::span<const Row> rows, std::string& out) const {
  out.push_back('[');
  for (const Row& row : rows) {
    if (&row != rows.data()) out.push_back(',');
    RV_ASSIGN(ngsi::AttributeView view, ngsi::read_instance(row.form));
    if (row.name == ngsi::kNoName) view = as_scope(view, row.deletion);
    const std::string id = instance_id(row.number);
    ngsi::InstanceMarks marks{id, std::nullopt};
    if (row.deletion) marks.deleted_at = view.modified_at;
    ngsi::render_instance(view, marks, names(), *wish_.context, wish_.shown, out);
  }
  out.push_back(']');
  return {};
}

// One object, or an array of them where there are several datasets.
Result<> Reading::write_values(std::span<const Row> rows, std::string& out) const {
  struct Pairs {
    ngsi::Kind kind = ngsi::Kind::kProperty;
    std::string text;
  };
  std::map<std::string, Pairs, std::less<>> datasets;
  ngsi::RenderOptions shown = wish_.shown;
  shown.representation = ngsi::Representation::kSimplified;
  for (const Row& row : rows) {
    RV_ASSIGN(ngsi::AttributeView view, ngsi::read_instance(row.form));
    if (row.name == ngsi::kNoName) view = as_scope(view, row.deletion);
    Pairs& pairs = datasets[std::string(view.dataset_id)];
    if (pairs.text.empty()) pairs.kind = view.kind;
    pairs.text.append(pairs.text.empty() ? "[" : ",[");
    ngsi::render_value(view, names(), *wish_.context, shown, pairs.text);
    pairs.text.push_back(',');
    append_quoted_time(pairs.text, row.time);
    pairs.text.push_back(']');
  }
  if (datasets.empty()) datasets.emplace("", Pairs{});
  if (datasets.size() > 1) out.push_back('[');
  bool first = true;
  for (const auto& [dataset_id, pairs] : datasets) {
    if (!first) out.push_back(',');
    first = false;
    out.append(fmt::format("{{\"type\":\"{}\"", ngsi::kind_name(pairs.kind)));
    if (!dataset_id.empty()) out.append(fmt::format(",\"datasetId\":\"{}\"", dataset_id));
    out.append(fmt::format(",\"{}\":[{}]}}", kValuesMember[static_cast<std::size_t>(pairs.kind)],
                           pairs.text));
  }
  if (datasets.size() > 1) out.push_back(']');
  return {};
}

// --- Aggregates ----------------------------------------------------------------------------------

// Periods are counted from the start of the time asked for; without one, from the first instance
// of the entity.
Task<Result<>> Reading::aggregate(Series& series, const std::vector<ngsi::NameId>& names,
                                  Entry& entry) {
  Instant start = wish_.time.span().from;
  if (start == Span{}.from) {
    start = kForever;
    for (const ngsi::NameId name : names) {
      if (name == ngsi::kNoName) continue;
      RV_CO_TRY(co_await series.read(name, reach(), pace_, [&](const Stored& row) {
        if (!shows_row(row, entry.selected.spans)) return true;
        start = std::min(start, row.time);
        return !row.in_order;
      }));
    }
  }
  for (const ngsi::NameId name : names) {
    if (name == ngsi::kNoName) continue;
    RV_CO_TRY(co_await aggregate_one(series, name, start, entry));
  }
  co_return Result<>{};
}

Task<Result<>> Reading::aggregate_one(Series& series, ngsi::NameId name, Instant start,
                                      Entry& entry) {
  Aggregator aggregator(wish_.aggregation);
  aggregator.start_at(start);
  if (may_use_days(entry)) {
    RV_CO_TRY(co_await add_days(series, name, start, aggregator));
    co_return write_aggregates(name, aggregator, entry);
  }
  Result<> added;
  std::vector<Row> unordered;
  RV_CO_TRY(co_await series.read(name, reach(), pace_, [&](const Stored& row) {
    if (row.deletion || !shows_row(row, entry.selected.spans)) return true;
    if (wish_.time.property == TimeProperty::kObservedAt) {
      added = aggregator.add(row.view, row.time);
    } else if (unordered.size() == kUnorderedMax) {
      added = fail(Code::kTooComplexQuery,
                   "too many instances to be aggregated by this timeproperty; take a shorter time",
                   "timeproperty");
    } else {
      unordered.push_back(Row::of(row, 0));
    }
    return added.has_value();
  }));
  std::sort(unordered.begin(), unordered.end(), [](const Row& a, const Row& b) {
    return std::pair(a.time, a.number) < std::pair(b.time, b.number);
  });
  for (const Row& row : unordered) {
    RV_CO_ASSIGN(const auto view, ngsi::read_instance(row.form));
    RV_CO_TRY(aggregator.add(view, row.time));
  }
  RV_CO_TRY(added);
  co_return write_aggregates(name, aggregator, entry);
}

Result<> Reading::write_aggregates(ngsi::NameId name, Aggregator& aggregator, Entry& entry) const {
  const auto& datasets = aggregator.finish();
  std::string text;
  std::size_t shown = 0;
  for (const auto& [dataset_id, dataset] : datasets) {
    RV_ASSIGN(const std::string methods, methods_text(aggregator, dataset));
    if (methods.empty()) continue;
    if (shown++ > 0) text.push_back(',');
    text.append(is_relationship(dataset.kind) ? R"({"type":"Relationship")"
                                              : R"({"type":"Property")");
    if (!dataset_id.empty()) text.append(fmt::format(",\"datasetId\":\"{}\"", dataset_id));
    text.append(methods).push_back('}');
  }
  if (shown == 0) return {};
  if (!entry.aggregated.empty()) entry.aggregated.push_back(',');
  entry.aggregated.append(ngsi::quoted_name(name, names(), *wish_.context)).push_back(':');
  entry.aggregated.append(shown == 1 ? text : fmt::format("[{}]", text));
  return {};
}

// Members of one dataset, each with a comma before it. What does not suit is an error where the
// client has asked for this attribute, else it is left out.
Result<std::string> Reading::methods_text(Aggregator& aggregator,
                                          const Aggregator::Dataset& dataset) const {
  std::string out;
  for (const Method method : wish_.aggregation.methods) {
    const std::string_view method_name = kMethodNames[static_cast<std::size_t>(method)];
    if (!suits(method, dataset.classes)) {
      if (!wish_.names_attributes) continue;
      return fail(Code::kInvalidRequest,
                  fmt::format("the method {} does not suit the values of an attribute that is "
                              "asked for",
                              method_name),
                  "aggrMethods");
    }
    std::string values;
    for (const auto& [number, aggregate] : dataset.periods) {
      const std::string value = method_value(method, aggregate);
      if (value.empty()) continue;
      Span span = aggregator.period(number);
      if (wish_.aggregation.period.is_whole()) {
        span.to = wish_.time.span().to == kForever ? aggregator.last() : wish_.time.span().to;
      }
      values.append(values.empty() ? "[" : ",[").append(value).push_back(',');
      append_quoted_time(values, span.from);
      values.push_back(',');
      append_quoted_time(values, span.to);
      values.push_back(']');
    }
    out.append(fmt::format(",\"{}\":[{}]", method_name, values));
  }
  return out;
}

}  // namespace revier::history::detail
