// SPDX-License-Identifier: EUPL-1.2
// The fibre look-up in the whole: its list in the records, its areas in the broker, its pages.
#pragma once
#include <memory>
#include <string_view>

#include "app/floors.h"
#include "app/people_plane.h"
#include "app/public_plane.h"
#include "base/result.h"
#include "fibre/api.h"
#include "fibre/lists.h"
#include "fibre/stage.h"
#include "net/http.h"
#include "net/server.h"
#include "web/page.h"

namespace revier::app {

// What it stands on; all of it outlives it.
struct FibreNeeds {
  Accounts& accounts;
  const Clock& civil_clock;
  net::Pool& pool;
  PeoplePlane& people;
  PublicPlane& public_plane;
  jsonld::ContextPtr core;
  web::Site& frame;  // its menu gets the look-up, shown where there is a list
  std::string_view map_tiles;
};

class FibrePlane {
 public:
  // Errors: what the records say.
  [[nodiscard]] static Result<std::unique_ptr<FibrePlane>> open(FibreNeeds needs);
  virtual ~FibrePlane() = default;

  virtual void add_routes(net::Router& router) = 0;
  // Blocks.
  [[nodiscard]] virtual Result<> tick() = 0;
  [[nodiscard]] virtual fibre::Lists& lists() = 0;
  [[nodiscard]] virtual fibre::Domain domain() = 0;
  [[nodiscard]] virtual fibre::Stage& stage() = 0;
};

}  // namespace revier::app
