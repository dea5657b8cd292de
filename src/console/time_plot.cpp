// SPDX-License-Identifier: EUPL-1.2
#include "console/time_plot.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "console/texts.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using web::Language;

constexpr std::size_t kPeriodsMax = 1'000;
constexpr int kPlotLeft = 90;
constexpr int kPlotRight = 620;
constexpr int kPlotTop = 20;
constexpr int kPlotBottom = 236;
constexpr int kPlotRows = 4;
constexpr int kPlotColumns = 3;

int plot_between(int from, int to, double share) {
  return from + static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (to - from)));
}

// The steps of a scale: 1, 2 or 5 times a power of ten, of which `kPlotRows` cover the span.
double plot_step_of(double span) {
  const double raw = span / kPlotRows;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

struct PlotScale {
  double low = 0;
  double step = 1;
  int rows = kPlotRows;
  [[nodiscard]] int y(double value) const {
    return plot_between(kPlotBottom, kPlotTop, (value - low) / (step * rows));
  }
};

PlotScale plot_scale_of(const std::vector<PeriodValues>& periods) {
  double low = periods.front().least;
  double high = periods.front().most;
  for (const PeriodValues& period : periods) {
    low = std::min(low, period.least);
    high = std::max(high, period.most);
  }
  if (!(high > low)) {  // one value all the time
    const double room = std::max(1.0, std::abs(low) * 0.1);
    low -= room;
    high += room;
  }
  PlotScale scale{.low = 0, .step = plot_step_of(high - low)};
  scale.low = std::floor(low / scale.step) * scale.step;
  scale.rows = std::max(1, static_cast<int>(std::ceil((high - scale.low) / scale.step - 1e-9)));
  return scale;
}

std::string plot_number(double value, Language language) { return web::number(language, value, 3); }

std::string plot_moment(Instant at, bool with_time, Language language) {
  return with_time ? web::date_time(language, at) : web::date(language, at);
}

// Short, for below the drawing.
std::string plot_mark(Instant at, bool with_time, Language language) {
  const std::string day = web::date(language, at, web::DateStyle::kNumeric);
  return with_time ? fmt::format("{} {}", day.substr(0, 6), web::iso_time(at)) : day;
}

web::kern::Table plot_table(const std::vector<PeriodValues>& periods, Language language) {
  const auto title = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  web::kern::Table table{.caption = title(texts::kPlotTable),
                         .columns = {{title(texts::kPlotFrom)},
                                     {title(texts::kPlotAverage), true},
                                     {title(texts::kPlotLeast), true},
                                     {title(texts::kPlotMost), true},
                                     {title(texts::kPlotCount), true}},
                         .rows = {}};
  for (const PeriodValues& period : periods) {
    table.rows.push_back({{.text = plot_moment(period.start, true, language)},
                          {.text = plot_number(period.average, language)},
                          {.text = plot_number(period.least, language)},
                          {.text = plot_number(period.most, language)},
                          {.text = web::number(language, period.count)}});
  }
  return table;
}

// [[value, start, end], ...] of one method, by start.
using PeriodColumn = std::map<std::int64_t, double>;
Result<PeriodColumn> period_column_of(const json::Value& attribute, std::string_view method) {
  PeriodColumn column;
  const auto list = attribute.find(method);
  if (!list) return column;
  for (const json::Value triple : list->elements()) {
    std::optional<double> value;
    std::optional<std::string_view> start;
    std::size_t place = 0;
    for (const json::Value part : triple.elements()) {
      if (place == 0) value = part.as_number();
      if (place == 1) start = part.as_string();
      ++place;
    }
    if (!value || !start) continue;
    RV_ASSIGN(const Instant at, parse_iso8601(*start));
    if (column.size() < kPeriodsMax) column.emplace(at.us, *value);
  }
  return column;
}

// The first instance of the attribute that the answer is about.
std::optional<json::Value> evolution_in(const json::Value& entity) {
  for (const auto [key, value] : entity.members()) {
    if (key == "id" || key == "type" || key == "@context" || key == "scope") continue;
    if (value.is_object()) return value;
    if (value.is_array() && value.size() > 0) return value.first_or_self();
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<PeriodValues>> read_periods(std::string_view answer) {
  RV_ASSIGN(const json::Document document, json::Document::parse(answer));
  if (!document.root().is_object()) {
    return fail(Code::kInvalidRequest, "an evolution is an object");
  }
  std::vector<PeriodValues> periods;
  const auto attribute = evolution_in(document.root());
  if (!attribute) return periods;
  RV_ASSIGN(const PeriodColumn average, period_column_of(*attribute, "avg"));
  RV_ASSIGN(PeriodColumn least, period_column_of(*attribute, "min"));
  RV_ASSIGN(PeriodColumn most, period_column_of(*attribute, "max"));
  RV_ASSIGN(PeriodColumn count, period_column_of(*attribute, "totalCount"));
  for (const auto& [start, value] : average) {
    PeriodValues& period = periods.emplace_back(PeriodValues{{start}, value, value, value, 0});
    if (least.contains(start)) period.least = least[start];
    if (most.contains(start)) period.most = most[start];
    if (count.contains(start)) period.count = std::llround(count[start]);
  }
  return periods;
}

TimePlot draw_periods(const std::vector<PeriodValues>& periods, Instant since, Instant until,
                      const PlotWords& words, Language language) {
  TimePlot plot;
  if (periods.empty()) return plot;
  const PlotScale scale = plot_scale_of(periods);
  const double span = std::max(1.0, static_cast<double>((until - since).us));
  const auto x_of = [&](Instant at) {
    return plot_between(kPlotLeft, kPlotRight, static_cast<double>((at - since).us) / span);
  };
  for (int row = 0; row <= scale.rows; ++row) {
    const double value = scale.low + row * scale.step;
    plot.rows.push_back({scale.y(value), plot_number(value, language)});
  }
  for (int column = 0; column <= kPlotColumns; ++column) {
    const Instant at{since.us + static_cast<std::int64_t>(span) * column / kPlotColumns};
    plot.columns.push_back({x_of(at), plot_mark(at, words.with_time, language)});
  }
  std::string back;
  for (const PeriodValues& period : periods) {
    const int x = x_of(period.start);
    plot.dots.push_back({x, scale.y(period.average)});
    plot.line += fmt::format("{}{},{}", plot.line.empty() ? "" : " ", x, scale.y(period.average));
    plot.band += fmt::format("{}{},{}", plot.band.empty() ? "" : " ", x, scale.y(period.most));
    back = fmt::format(" {},{}{}", x, scale.y(period.least), back);
  }
  plot.band += back;
  const auto least = std::ranges::min_element(periods, {}, &PeriodValues::least);
  const auto most = std::ranges::max_element(periods, {}, &PeriodValues::most);
  const std::string unit = words.unit.empty() ? std::string() : " " + words.unit;
  plot.description = web::text(language, texts::kPlotDescription,
                               {{"name", words.title},
                                {"from", plot_moment(since, words.with_time, language)},
                                {"until", plot_moment(until, words.with_time, language)},
                                {"least", plot_number(least->least, language) + unit},
                                {"least_at", plot_moment(least->start, words.with_time, language)},
                                {"most", plot_number(most->most, language) + unit},
                                {"most_at", plot_moment(most->start, words.with_time, language)},
                                {"last", plot_number(periods.back().average, language) + unit}});
  plot.table = plot_table(periods, language);
  return plot;
}

}  // namespace revier::console
