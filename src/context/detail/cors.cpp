// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/cors.h"

#include <algorithm>
#include <map>

namespace revier::context::detail {
namespace {

constexpr std::string_view kExposed =
    "ETag, Link, Location, NGSILD-EntityMap, NGSILD-Results-Count, NGSILD-Snapshot, NGSILD-Tenant, "
    "NGSILD-Warning, Preference-Applied";
constexpr std::string_view kAsked =
    "Accept, Authorization, Content-Type, If-None-Match, Link, NGSILD-EntityMap, NGSILD-Snapshot, "
    "NGSILD-Tenant, "
    "Prefer";
constexpr std::string_view kSeconds = "600";  // a browser asks again after that

bool holds(const std::vector<std::string>& origins, std::string_view origin) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

}  // namespace

void allow_origin(const net::Request& request, const std::vector<std::string>& origins,
                  net::Response& response) {
  if (origins.empty()) return;
  const auto origin = request.header("Origin");
  if (!origin) return;
  const bool any = holds(origins, "*");
  if (!any && !holds(origins, *origin)) return;
  response.header("Access-Control-Allow-Origin", any ? "*" : std::string(*origin));
  response.header("Access-Control-Expose-Headers", std::string(kExposed));
  if (!any) response.header("Vary", "Origin");
}

void add_preflight_routes(net::Router& router, const std::vector<std::string>& origins) {
  if (origins.empty()) return;
  std::map<std::string, std::string> methods;
  for (const net::Router::Route* route : router.routes()) {
    if (!route->pattern.starts_with("/ngsi-ld/v1/")) continue;
    std::string& list = methods[route->pattern];
    list.append(list.empty() ? "" : ", ").append(net::to_string(route->method));
  }
  for (auto& [pattern, list] : methods) {
    const net::Handler handler = [origins, allowed = std::move(list)](net::Request& request) {
      net::Response response = net::Response::empty(204);
      response.header("Allow", allowed + ", OPTIONS");
      allow_origin(request, origins, response);
      response.header("Access-Control-Allow-Methods", allowed);
      response.header("Access-Control-Allow-Headers", std::string(kAsked));
      response.header("Access-Control-Max-Age", std::string(kSeconds));
      return response;
    };
    router.add(net::Method::kOptions, pattern, handler);
  }
}

}  // namespace revier::context::detail
