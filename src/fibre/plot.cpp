// SPDX-License-Identifier: EUPL-1.2
#include "fibre/plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fibre/texts.h"
#include "fibre/words.h"

namespace revier::fibre {
namespace {

using web::Language;

constexpr std::size_t kPointsMax = 60;
constexpr int kLeft = 80;
constexpr int kRight = 590;
constexpr int kTop = 20;
constexpr int kBottom = 236;
constexpr std::size_t kLabelsMax = 5;

double days_of(const std::string& day) {
  const auto noon = web::from_local(day, "12:00");
  return noon ? static_cast<double>(noon->us) / 86'400e6 : 0;
}

// The upper end of the scale: a round number above the largest value.
double scale_of(const std::vector<CoveragePoint>& points) {
  const double most = std::ranges::max(points, {}, &CoveragePoint::percent).percent;
  for (const double end : {5.0, 10.0, 20.0, 40.0, 60.0, 80.0}) {
    if (most <= 0.95 * end) return end;
  }
  return 100;
}

int between(int from, int to, double share) {
  return from + static_cast<int>(std::lround(share * (to - from)));
}

web::kern::Table table_of(const std::vector<CoveragePoint>& points, Language language) {
  const auto words = [language](const web::Text& key) {
    return std::string(web::text(language, key));
  };
  web::kern::Table table{.caption = words(texts::kPlotTable),
                         .columns = {{words(texts::kPlotDay)},
                                     {words(texts::kPlotShare), true},
                                     {words(texts::kStateAvailable), true},
                                     {words(texts::kAreaAddresses), true}},
                         .rows = {}};
  for (const CoveragePoint& point : points) {
    table.rows.push_back({{.text = day_in_words(point.day, language)},
                          {.text = percent(point.percent, language)},
                          {.text = web::number(language, point.available)},
                          {.text = web::number(language, point.addresses)}});
  }
  return table;
}

}  // namespace

Plot draw(std::vector<CoveragePoint> points, Language language) {
  std::ranges::sort(points, {}, &CoveragePoint::day);
  if (points.size() > kPointsMax) {
    points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(kPointsMax));
  }
  Plot plot;
  if (points.size() < 2) return plot;
  const double first = days_of(points.front().day);
  const double span = std::max(1.0, days_of(points.back().day) - first);
  const double scale = scale_of(points);
  for (int n = 0; n <= 4; ++n) {
    const double value = scale * n / 4;
    plot.rows.push_back({between(kBottom, kTop, n / 4.0), percent(value, language)});
  }
  const std::size_t step = (points.size() + kLabelsMax - 1) / kLabelsMax;
  for (std::size_t n = 0; n < points.size(); ++n) {
    const int x = between(kLeft, kRight, (days_of(points[n].day) - first) / span);
    const int y = between(kBottom, kTop, points[n].percent / scale);
    plot.dots.push_back({x, y});
    plot.line += fmt::format("{}{},{}", n == 0 ? "" : " ", x, y);
    // From the end on, so that the last one has its day.
    if ((points.size() - 1 - n) % step != 0) continue;
    const std::string& day = points[n].day;
    plot.columns.push_back({x, fmt::format("{}/{}", day.substr(5, 2), day.substr(0, 4))});
  }
  plot.last = percent(points.back().percent, language);
  plot.title = web::text(language, texts::kPlotTitle);
  plot.description = web::text(language, texts::kPlotDescription,
                               {{"first", percent(points.front().percent, language)},
                                {"first_day", day_in_words(points.front().day, language)},
                                {"last", plot.last},
                                {"last_day", day_in_words(points.back().day, language)}});
  plot.table = table_of(points, language);
  return plot;
}

}  // namespace revier::fibre
