// SPDX-License-Identifier: EUPL-1.2
// The HTTP binding's common rules (ETSI GS CIM 009 V1.9.1, clause 6.3): media types, @context by
// Link header, tenants, paging, answers and errors.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "context/broker.h"
#include "net/http.h"

namespace revier::context::detail {

enum class Media : std::uint8_t { kJson, kLdJson, kGeoJson };
[[nodiscard]] std::string_view media_name(Media media);

// What the client accepts, best first by q; application/json where nothing is said (6.3.4).
// Errors: kNotAcceptable. GeoJSON counts only where `geo_json` is set.
[[nodiscard]] Result<Media> accepted(const net::Request& request, bool geo_json);

// Type of the body: JSON (also merge-patch+json for PATCH) or JSON-LD.
// Errors: kUnsupportedMediaType.
[[nodiscard]] Result<Media> body_media(const net::Request& request);

// URL of the @context in a Link header, nullopt without one (6.3.5).
// Errors: kBadRequestData for a broken header or two of them.
[[nodiscard]] Result<std::optional<std::string>> linked_context(const net::Request& request);

// Value of NGSILD-Tenant; empty for the default tenant (6.3.14).
[[nodiscard]] std::string_view tenant_of(const net::Request& request);
// Value of NGSILD-Snapshot; empty where the request is about no snapshot (6.3.22).
[[nodiscard]] std::string_view snapshot_of(const net::Request& request);

// Comma-separated values of a parameter; empty where it is missing.
[[nodiscard]] std::vector<std::string> list_param(const net::Request& request,
                                                  std::string_view name);
// The same of a text.
[[nodiscard]] std::vector<std::string> listed(std::string_view text);
// What the Prefer headers ask for, without parameters, quotes and spaces: "body=json" (RFC 7240).
[[nodiscard]] std::vector<std::string> preferences(const net::Request& request);
// `options` has that value.
[[nodiscard]] bool has_option(const net::Request& request, std::string_view option);
// Errors: kBadRequestData for anything but "true" and "false".
[[nodiscard]] Result<bool> flag_param(const net::Request& request, std::string_view name);
// local=false is asked for, which snapshots ignore (6.3.18).
[[nodiscard]] bool is_wider(const net::Request& request);
// limit, offset, count (6.3.10, 6.3.13). Errors: kBadRequestData.
[[nodiscard]] Result<Page> page_of(const net::Request& request);

// Adds Link headers "prev" and "next" (6.3.10) for pages of that media type.
void link_pages(net::Response& response, const net::Request& request, Media media, const Page& page,
                bool more);
// The one of them, "prev" or "next", to the page from `offset` on.
void link_page(net::Response& response, const net::Request& request, Media media, const Page& page,
               std::size_t offset, std::string_view relation);
// Adds a Link header "next" that goes on behind `cursor`, instead of at an offset.
void link_cursor(net::Response& response, const net::Request& request, Media media,
                 std::size_t limit, std::string_view cursor);
// Adds the Link header to the @context that names the members of a JSON body.
void link_context(net::Response& response, std::string_view url);

// An answer with body, or none; the names of tenant and snapshot go back (6.3.14, 6.3.22).
[[nodiscard]] net::Response answer(const net::Request& request, int status, Media media,
                                   std::string body);
[[nodiscard]] net::Response answer_empty(const net::Request& request, int status);
// ProblemDetails as application/json (6.3.2), with WWW-Authenticate for 401.
[[nodiscard]] net::Response answer_error(const net::Request& request, const Error& error);
// The members of ProblemDetails as a JSON object.
[[nodiscard]] std::string problem_json(const Error& error);

[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace revier::context::detail
