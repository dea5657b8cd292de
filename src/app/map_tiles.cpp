// SPDX-License-Identifier: EUPL-1.2
#include "app/map_tiles.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

namespace revier::app {
namespace {

// https://github.com/protomaps/PMTiles, specification version 3: the fixed head of an archive.
constexpr std::size_t kHeadBytes = 127;
constexpr std::string_view kMagic = "PMTiles\x03";
constexpr std::size_t kTilesOffset = 56;
constexpr std::size_t kTilesLength = 64;
constexpr std::size_t kInnerCompression = 97;
constexpr std::size_t kTileCompression = 98;
constexpr std::size_t kTileType = 99;
constexpr char kNoCompression = 1;
constexpr char kGzip = 2;
constexpr char kVectorTiles = 1;

using Head = std::array<char, kHeadBytes>;

// Little endian, as this program's machines are.
std::uint64_t number_at(const Head& head, std::size_t at) {
  std::uint64_t number = 0;
  std::memcpy(&number, head.data() + at, sizeof(number));
  return number;
}

// What is wrong with it; empty where nothing is.
std::string_view fault(const Head& head, std::uint64_t file_bytes) {
  if (std::string_view(head.data(), kMagic.size()) != kMagic) {
    return "this is no PMTiles archive of version 3";
  }
  if (head[kTileType] != kVectorTiles) {
    return "its tiles are pictures or of another kind; vector tiles (MVT) are needed";
  }
  for (const std::size_t at : {kInnerCompression, kTileCompression}) {
    if (head[at] != kNoCompression && head[at] != kGzip) {
      return "browsers read archives that are compressed by gzip or not at all";
    }
  }
  const std::uint64_t offset = number_at(head, kTilesOffset);
  const std::uint64_t length = number_at(head, kTilesLength);
  if (offset > file_bytes || length > file_bytes - offset) {
    return "the file is cut off: it is shorter than its head says";
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const net::ServedFile>> open_map_tiles(const std::string& path,
                                                              net::Pool& pool) {
  const auto named = [&](std::string_view what) { return fmt::format("map.pmtiles: {}", what); };
  auto file = net::ServedFile::open(path, "application/vnd.pmtiles", pool);
  if (!file) return fail(file.error().code, named(file.error().message));
  Head head{};
  if ((*file)->bytes() >= head.size()) RV_TRY((*file)->read(0, head));
  if (const std::string_view wrong = fault(head, (*file)->bytes()); !wrong.empty()) {
    return fail(Code::kBadRequestData, named(fmt::format("{}: {}", path, wrong)));
  }
  return std::move(*file);
}

void add_map_tiles_route(net::Router& router, std::shared_ptr<const net::ServedFile> tiles) {
  router.add(net::Method::kGet, std::string(kMapTilesPath),
             net::Handler([tiles = std::move(tiles)](net::Request& request) {
               return tiles->answer(request)
                   .header("Cache-Control", "public, max-age=3600")
                   .header("Cross-Origin-Resource-Policy", "same-origin");
             }));
}

}  // namespace revier::app
