// SPDX-License-Identifier: EUPL-1.2
// From the coordinates of a file to WGS 84, by PROJ. Its data lie where its package puts them;
// nothing is fetched from a network.
//
// Thread safety: one thread at a time.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "fibre/types.h"

namespace revier::fibre::detail {

class Coordinates {
 public:
  // "EPSG:25832". Errors: kBadRequestData.
  [[nodiscard]] static Result<Coordinates> of_code(std::string_view code);
  // The text of a .prj (WKT, also ESRI's). Errors: kUnprocessable.
  [[nodiscard]] static Result<Coordinates> of_wkt(std::string_view wkt);

  // nullopt for what is no place in that system.
  [[nodiscard]] std::optional<Point> to_wgs84(double east, double north) const;

 private:
  struct State;
  struct End {
    void operator()(State* state) const;
  };
  explicit Coordinates(std::unique_ptr<State, End> state) : state_(std::move(state)) {}
  std::unique_ptr<State, End> state_;
};

}  // namespace revier::fibre::detail
