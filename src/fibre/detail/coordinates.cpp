// SPDX-License-Identifier: EUPL-1.2
#include "fibre/detail/coordinates.h"

#include <algorithm>
#include <string>

#include <proj.h>

#include "base/ascii.h"
#include "fibre/detail/rows.h"

namespace revier::fibre::detail {
namespace {

constexpr std::size_t kWktBytesMax = 8'192;
constexpr int kWktDepthMax = 24;

void be_silent(void* /*data*/, int /*level*/, const char* /*message*/) {}

bool nests_too_deep(std::string_view wkt) {
  int depth = 0;
  for (const char c : wkt) {
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (depth > kWktDepthMax) return true;
  }
  return false;
}

}  // namespace

struct Coordinates::State {
  PJ_CONTEXT* context = nullptr;
  PJ* transform = nullptr;

  State() : context(proj_context_create()) {
    proj_log_func(context, nullptr, be_silent);
    proj_context_set_enable_network(context, 0);
  }
  ~State() {
    proj_destroy(transform);
    proj_context_destroy(context);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Takes `source`, which may be null. True where there is a way from it to WGS 84.
  bool connect(PJ* source) {
    if (source == nullptr) return false;
    PJ* const target =
        proj_create_from_database(context, "EPSG", "4326", PJ_CATEGORY_CRS, 0, nullptr);
    PJ* const found = target == nullptr ? nullptr
                                        : proj_create_crs_to_crs_from_pj(context, source, target,
                                                                         nullptr, nullptr);
    if (found != nullptr) {
      // East before north, longitude before latitude, whatever the authority says.
      transform = proj_normalize_for_visualization(context, found);
      proj_destroy(found);
    }
    proj_destroy(target);
    proj_destroy(source);
    return transform != nullptr;
  }
};

void Coordinates::End::operator()(State* state) const { delete state; }

Result<Coordinates> Coordinates::of_code(std::string_view code) {
  constexpr std::string_view kAuthority = "EPSG:";
  const std::string number(code.substr(std::min(kAuthority.size(), code.size())));
  const bool digits = number.size() <= 6 && is_all_digits(number);
  std::unique_ptr<State, End> state(new State);
  if (!code.starts_with(kAuthority) || !digits ||
      !state->connect(proj_create_from_database(state->context, "EPSG", number.c_str(),
                                                PJ_CATEGORY_CRS, 0, nullptr))) {
    return fail(Code::kBadRequestData, "expected a system of coordinates such as EPSG:25832",
                "crs");
  }
  return Coordinates(std::move(state));
}

Result<Coordinates> Coordinates::of_wkt(std::string_view wkt) {
  const auto refused = [] {
    return fail(Code::kUnprocessable,
                "the .prj names no system of coordinates that we know; say it, for example "
                "EPSG:25832",
                "crs");
  };
  if (wkt.size() > kWktBytesMax || nests_too_deep(wkt)) return refused();
  std::unique_ptr<State, End> state(new State);
  const std::string text(wkt.substr(0, wkt.find('\0')));
  PJ* const source = proj_create_from_wkt(state->context, text.c_str(), nullptr, nullptr, nullptr);
  if (source != nullptr && proj_is_crs(source) == 0) {
    proj_destroy(source);
    return refused();
  }
  if (!state->connect(source)) return refused();
  return Coordinates(std::move(state));
}

std::optional<Point> Coordinates::to_wgs84(double east, double north) const {
  const PJ_COORD there = proj_trans(state_->transform, PJ_FWD, proj_coord(east, north, 0, 0));
  if (!is_place(there.xy.x, there.xy.y)) return std::nullopt;
  return Point{.longitude = there.xy.x, .latitude = there.xy.y};
}

}  // namespace revier::fibre::detail
