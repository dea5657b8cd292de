// SPDX-License-Identifier: EUPL-1.2
// Files for browsers (CSS, scripts, fonts, pictures), embedded in the program by
// tools/pack_assets.py and served at /a/<hash>/<name> for ever.
//
// Thread safety: the table is constant.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"

namespace revier::web {

struct Asset {
  std::string_view name;  // "site.css"
  std::string_view url;   // "/a/1a2b3c4d/site.css"
  std::string_view type;  // "text/css; charset=utf-8"
  std::string_view raw;
  std::string_view br;  // empty where compressing saves nothing
  std::string_view gzip;
};

// All of them, ordered by name.
[[nodiscard]] std::span<const Asset> assets();
// nullptr where there is none.
[[nodiscard]] const Asset* find_asset(std::string_view name);
// The address of an asset by name. A name that does not exist is a programmer's error.
[[nodiscard]] std::string_view asset_url(std::string_view name);

// GET /a/{hash}/{name} and /favicon.ico.
void add_asset_routes(net::Router& router);

}  // namespace revier::web
