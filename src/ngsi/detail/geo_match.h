// SPDX-License-Identifier: EUPL-1.2
// The geoquery language (4.10): near on the sphere, the other relations in the plane of longitude
// and latitude (as OGC defines them; touching is not within).
//
// Thread safety: any number of threads; the plane relations take turns under a lock.
#pragma once
#include <memory>
#include <string_view>

#include "base/result.h"
#include "ngsi/geometry.h"
#include "ngsi/predicate.h"

namespace revier::ngsi::detail {

class GeoMatch {
 public:
  // Parameters as in Selection; georel is not empty. Errors: kBadRequestData, kTooComplexQuery.
  [[nodiscard]] static Result<std::shared_ptr<const GeoMatch>> compile(const Selection& selection);
  ~GeoMatch();

  [[nodiscard]] bool matches(const Geometry& target) const;
  // Where every match lies, if there is such an area; without the attribute.
  [[nodiscard]] std::optional<Hints::Area> area() const;

 private:
  struct State;
  explicit GeoMatch(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

// Distances on the sphere to a geometry, as `near` measures them.
class GeoDistance {
 public:
  // A GeoJSON type and coordinates as JSON. Errors: kBadRequestData, kTooComplexQuery.
  [[nodiscard]] static Result<GeoDistance> from(std::string_view type,
                                                std::string_view coordinates);
  GeoDistance(GeoDistance&& other) noexcept;
  GeoDistance& operator=(GeoDistance&& other) noexcept;
  ~GeoDistance();

  // 0 where they touch.
  [[nodiscard]] double metres(const Geometry& target) const;

 private:
  struct State;
  explicit GeoDistance(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace revier::ngsi::detail
