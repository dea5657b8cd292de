// SPDX-License-Identifier: EUPL-1.2
// The operator's map tiles (map.pmtiles): one PMTiles archive of vector tiles, which browsers read
// by ranges from this site. Without it maps show outlines and points on plain ground.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "net/file.h"

namespace revier::app {

inline constexpr std::string_view kMapTilesPath = "/tiles/map.pmtiles";

// Errors: those of ServedFile::open; kBadRequestData when the file is no whole PMTiles archive
// (version 3) of vector tiles (MVT), plain or compressed by gzip, which is what browsers can read.
[[nodiscard]] Result<std::shared_ptr<const net::ServedFile>> open_map_tiles(const std::string& path,
                                                                            net::Pool& pool);
void add_map_tiles_route(net::Router& router, std::shared_ptr<const net::ServedFile> tiles);

}  // namespace revier::app
