// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/index.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>

namespace revier::context::detail {
namespace {

RC_GTEST_PROP(NumberKey, KeepsTheOrder, (double a, double b)) {
  RC_PRE(!std::isnan(a) && !std::isnan(b));
  RC_ASSERT((number_key(a) < number_key(b)) == (a < b));
  RC_ASSERT(number_key(-0.0) == number_key(0.0));
}

RC_GTEST_PROP(InstantKey, KeepsTheOrder, (std::int64_t a, std::int64_t b)) {
  RC_ASSERT((instant_key({a}) < instant_key({b})) == (a < b));
}

RC_GTEST_PROP(PostingIndex, AnswersARangeLikeAListOfPairs,
              (std::set<std::pair<std::uint8_t, std::uint8_t>> first,
               std::vector<std::pair<std::uint8_t, std::uint8_t>> pairs, std::uint8_t low,
               std::uint8_t high)) {
  PostingIndex index;
  std::set<std::pair<std::uint64_t, Serial>> model(first.begin(), first.end());
  std::vector<Posting> there;
  for (const auto& [key, serial] : first) there.push_back({key, serial});
  std::reverse(there.begin(), there.end());
  index.fill(std::move(there));
  for (const auto& [key, serial] : pairs) {
    if (model.insert({key, serial}).second) {
      index.insert(key, serial);
    } else {
      model.erase({key, serial});
      index.erase(key, serial);
    }
  }
  std::vector<Serial> expected;
  for (const auto& [key, serial] : model) {
    if (low <= key && key <= high) expected.push_back(serial);
  }
  std::vector<Serial> found{99};
  RC_ASSERT(index.collect({low, high}, expected.size(), found));
  RC_ASSERT(std::vector<Serial>(found.begin() + 1, found.end()) == expected);
  if (expected.empty()) return;
  RC_ASSERT(!index.collect({low, high}, expected.size() - 1, found));
  RC_ASSERT(found.size() == expected.size() + 1);
}

// Flat-earth distance is good enough a few kilometres around Herne.
double distance_m(Position a, Position b) {
  const double y = (a.latitude - b.latitude) * 111'195;
  const double x = (a.longitude - b.longitude) * 111'195 * std::cos(51.54 * M_PI / 180);
  return std::hypot(x, y);
}

RC_GTEST_PROP(GeoIndex, FindsAllPointsWithinTheRadius, ()) {
  const auto coordinate = [](double middle) {
    return middle + *rc::gen::inRange(-50'000, 50'000) / 1e6;
  };
  GeoIndex index;
  std::vector<Position> points;
  for (Serial i = 0; i < 50; ++i) {
    points.push_back({coordinate(7.22), coordinate(51.54)});
    index.insert(cells_of_point(points.back()), i);
  }
  const Position center{coordinate(7.22), coordinate(51.54)};
  const double radius_m = *rc::gen::inRange(1, 5'000);
  std::vector<Serial> found;
  RC_ASSERT(index.collect(cells_of_cap(center, radius_m), 1'000, found));
  for (Serial i = 0; i < points.size(); ++i) {
    if (distance_m(points[i], center) > radius_m) continue;
    RC_ASSERT(std::binary_search(found.begin(), found.end(), i));
  }
  RC_CLASSIFY(found.size() < points.size());
}

TEST(GeoIndex, FindsAShapeByAPointInside) {
  GeoIndex index;
  const Cells cells = cells_of_bounds({{7.1, 51.5}, {7.3, 51.6}});
  index.insert(cells, 7);
  const auto is_found = [](const GeoIndex& in) {
    std::vector<Serial> found;
    return in.collect(cells_of_point({7.2, 51.55}), 10, found) && found == std::vector<Serial>{7};
  };
  EXPECT_TRUE(is_found(index));
  GeoIndex filled;
  std::vector<Posting> postings;
  for (const std::uint64_t cell : cells) postings.push_back({cell, 7});
  filled.fill(postings);
  EXPECT_TRUE(is_found(filled));
  std::vector<Serial> found;
  ASSERT_TRUE(index.collect(cells_of_point({8.2, 51.55}), 10, found));
  EXPECT_TRUE(found.empty());
  index.erase(cells, 7);
  EXPECT_EQ(index.size(), 0U);
}

}  // namespace
}  // namespace revier::context::detail
