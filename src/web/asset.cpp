// SPDX-License-Identifier: EUPL-1.2
#include "web/asset.h"

#include <algorithm>

#include "base/check.h"

namespace revier::web {
namespace {

// Whether the client takes a coding: it is named and not refused by q=0.
bool accepts(const net::Request& request, std::string_view coding) {
  const std::string_view accepted = request.header("accept-encoding").value_or("");
  const std::size_t at = accepted.find(coding);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = accepted.substr(at + coding.size());
  const std::string_view parameters = rest.substr(0, rest.find(','));
  return parameters.find("q=0") == std::string_view::npos ||
         parameters.find("q=0.") != std::string_view::npos;
}

net::Response body_of(const Asset& asset, const net::Request& request) {
  net::Response response;
  response.body = asset.raw;
  response.compressible = false;
  if (!asset.br.empty() && accepts(request, "br")) {
    response.body = asset.br;
    response.header("Content-Encoding", "br");
  } else if (!asset.gzip.empty() && accepts(request, "gzip")) {
    response.body = asset.gzip;
    response.header("Content-Encoding", "gzip");
  }
  if (!asset.br.empty() || !asset.gzip.empty()) response.header("Vary", "Accept-Encoding");
  return response;
}

// A page of an earlier version may ask for an asset by its old hash: it gets today's, not to keep.
net::Response serve(const Asset& asset, const net::Request& request) {
  net::Response response = body_of(asset, request);
  const bool is_current = request.path == asset.url;
  response.header("Content-Type", std::string(asset.type))
      .header("Cache-Control", is_current ? "public, max-age=31536000, immutable" : "no-cache")
      .header("X-Content-Type-Options", "nosniff")
      .header("Cross-Origin-Resource-Policy", "same-origin");
  return response;
}

}  // namespace

const Asset* find_asset(std::string_view name) {
  const auto all = assets();
  const auto found = std::lower_bound(
      all.begin(), all.end(), name, [](const Asset& a, std::string_view n) { return a.name < n; });
  return found == all.end() || found->name != name ? nullptr : &*found;
}

std::string_view asset_url(std::string_view name) {
  const Asset* asset = find_asset(name);
  RV_CHECK(asset != nullptr);
  return asset->url;
}

void add_asset_routes(net::Router& router) {
  router.add(net::Method::kGet, "/a/{hash}/{name}", [](net::Request& request) {
    const Asset* asset = find_asset(request.param("name"));
    if (asset == nullptr) {
      return net::Response::problem({Code::kResourceNotFound, "there is no such file", {}});
    }
    return serve(*asset, request);
  });
  router.add(net::Method::kGet, "/favicon.ico",
             [](net::Request& request) { return serve(*find_asset("favicon.svg"), request); });
}

}  // namespace revier::web
