// SPDX-License-Identifier: EUPL-1.2
// Coverage over time as a drawing and as a table that says the same.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "web/components.h"
#include "web/i18n.h"

namespace revier::fibre {

// What one list said.
struct CoveragePoint {
  std::string day;  // "2025-01-31"
  double percent = 0;
  std::int64_t available = 0;
  std::int64_t addresses = 0;
};

// Numbers are whole units of the drawing's view box, 640 by 280.
struct Plot {
  struct Mark {
    int at = 0;
    std::string text;
  };
  struct Dot {
    int x = 0;
    int y = 0;
  };
  std::vector<Mark> rows;     // lines across, with their per cent
  std::vector<Mark> columns;  // days below
  std::vector<Dot> dots;
  std::string line;  // "48,210 300,120": points of a polyline
  std::string last;  // per cent at the last dot
  std::string title;
  std::string description;  // what the drawing shows, in one sentence
  web::kern::Table table;
  [[nodiscard]] bool empty() const { return dots.empty(); }
};

// In the order of time; at most the last 60 of them. Empty for fewer than two.
[[nodiscard]] Plot draw(std::vector<CoveragePoint> points, web::Language language);

}  // namespace revier::fibre
