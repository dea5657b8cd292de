// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/http.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/percent.h"
#include "json/json.h"
#include "net/challenge.h"

namespace revier::context::detail {
namespace {

constexpr std::string_view kContextRelation = "http://www.w3.org/ns/json-ld#context";
constexpr std::string_view kTenantHeader = "NGSILD-Tenant";
constexpr std::string_view kSnapshotHeader = "NGSILD-Snapshot";

// The part before `separator`, trimmed; `rest` goes on behind it. Quoted text is kept whole, and
// what stands in angle brackets.
std::string_view next_part(std::string_view& rest, char separator) {
  std::size_t end = 0;
  char closing = 0;  // of what is kept whole
  for (; end < rest.size(); ++end) {
    const char c = rest[end];
    if (closing != 0) {
      if (c == closing) closing = 0;
    } else if (c == separator) {
      break;
    } else if (c == '"' || c == '<') {
      closing = c == '<' ? '>' : c;
    }
  }
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::optional<Media> media_of(std::string_view type) {
  for (const Media media : {Media::kJson, Media::kLdJson, Media::kGeoJson}) {
    if (net::equals_ignoring_case(type, media_name(media))) return media;
  }
  return std::nullopt;
}

// One range of an Accept header.
struct Range {
  std::string_view type;
  double quality = 1;
};

Range parse_range(std::string_view text) {
  Range range{next_part(text, ';')};
  while (!text.empty()) {
    const std::string_view parameter = next_part(text, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const char* const end = parameter.data() + parameter.size();
    double quality = 0;
    const auto [stop, error] = std::from_chars(parameter.data() + 2, end, quality);
    // A weight that is none leaves the range as if it had none.
    if (error == std::errc{} && stop == end) range.quality = quality;
  }
  return range;
}

// What the ranges of an Accept header say of one media type: the most exact one decides
// (RFC 9110, 12.5.1).
struct Weight {
  int exactness = 0;  // 0: no range names it
  double quality = 0;

  void take(int exactness_of_range, double quality_of_range) {
    if (exactness_of_range <= exactness) return;
    exactness = exactness_of_range;
    quality = quality_of_range;
  }
};
using Weights = std::array<Weight, 3>;  // by Media, in the order of 6.3.4

void weigh(const Range& range, Weights& weights) {
  if (range.type == "*/*" || range.type == "application/*") {
    const int exactness = range.type == "*/*" ? 1 : 2;
    for (Weight& weight : weights) weight.take(exactness, range.quality);
  } else if (const auto media = media_of(range.type)) {
    weights[static_cast<std::size_t>(*media)].take(3, range.quality);
  }
}

std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

// Target of one link when its relation is the context's. Errors: no <target>.
Result<std::optional<std::string>> context_target(std::string_view link) {
  std::string_view rest = link;
  const std::string_view target = next_part(rest, ';');
  if (target.size() < 3 || target.front() != '<' || target.back() != '>') {
    return fail(Code::kBadRequestData, "a Link header has the form <URL>; rel=\"...\"", "Link");
  }
  while (!rest.empty()) {
    const std::string_view parameter = next_part(rest, ';');
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trimmed(parameter.substr(0, equals));
    const std::string value = unquoted(trimmed(parameter.substr(equals + 1)));
    if (net::equals_ignoring_case(name, "rel") && value == kContextRelation) {
      return std::string(target.substr(1, target.size() - 2));
    }
  }
  return std::nullopt;
}

tl::unexpected<Error> two_contexts() {
  return fail(Code::kBadRequestData, "there is more than one Link to an @context", "Link");
}

// Of a whole Link header.
Result<std::optional<std::string>> header_target(std::string_view header) {
  std::optional<std::string> found;
  while (!header.empty()) {
    RV_ASSIGN(auto target, context_target(next_part(header, ',')));
    if (!target) continue;
    if (found) return two_contexts();
    found = std::move(target);
  }
  return found;
}

// Clients send the same header with every request: each thread remembers what it read last.
Result<std::optional<std::string>> remembered_target(std::string_view header) {
  static thread_local std::string last;
  static thread_local std::optional<std::string> last_target;
  if (header == last) return last_target;
  RV_ASSIGN(auto target, header_target(header));
  last = header;
  last_target = target;
  return target;
}

Result<std::size_t> number_param(const net::Request& request, std::string_view name,
                                 std::size_t fallback) {
  const auto text = request.query_param(name);
  if (!text) return fallback;
  std::size_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || stop != end) {
    return fail(Code::kBadRequestData, fmt::format("{} is a whole number of 0 or more", name),
                std::string(name));
  }
  return number;
}

// The resource without a slash at the end, its parameters by name.
std::string page_target(const net::Request& request, std::size_t limit, std::string_view start,
                        std::string from) {
  std::vector<std::pair<std::string, std::string>> params;
  for (const auto& [name, value] : request.query_params()) {
    if (name == "limit" || name == "offset" || name == "cursor") continue;
    params.emplace_back(percent_encoded(name), percent_encoded(value));
  }
  params.emplace_back("limit", std::to_string(limit));
  params.emplace_back(start, std::move(from));
  std::sort(params.begin(), params.end());
  std::string_view path = request.path;
  if (path.ends_with('/')) path.remove_suffix(1);
  std::string target(path);
  for (std::size_t i = 0; i < params.size(); ++i) {
    target.append(i == 0 ? "?" : "&").append(params[i].first).append("=").append(params[i].second);
  }
  return target;
}

void tell_place(const net::Request& request, net::Response& response) {
  for (const std::string_view name : {kTenantHeader, kSnapshotHeader}) {
    const auto place = request.header(name).value_or("");
    if (!place.empty()) response.header(std::string(name), std::string(place));
  }
}

}  // namespace

std::string_view media_name(Media media) {
  switch (media) {
    case Media::kLdJson:
      return "application/ld+json";
    case Media::kGeoJson:
      return "application/geo+json";
    case Media::kJson:
      break;
  }
  return "application/json";
}

Result<Media> accepted(const net::Request& request, bool geo_json) {
  Weights weights;
  bool asked = false;
  for (const net::Field& field : request.fields) {
    if (!net::equals_ignoring_case(field.name, "Accept")) continue;
    asked = true;
    std::string_view rest = field.value;
    while (!rest.empty()) weigh(parse_range(next_part(rest, ',')), weights);
  }
  if (!asked) return Media::kJson;
  std::optional<Media> best;
  double best_quality = 0;
  for (const Media media : {Media::kJson, Media::kLdJson, Media::kGeoJson}) {
    if (media == Media::kGeoJson && !geo_json) continue;
    const double quality = weights[static_cast<std::size_t>(media)].quality;
    if (quality <= best_quality) continue;
    best = media;
    best_quality = quality;
  }
  if (best) return *best;
  return fail(Code::kNotAcceptable,
              geo_json ? "there are application/json, application/ld+json, application/geo+json"
                       : "there are application/json and application/ld+json",
              "Accept");
}

Result<Media> body_media(const net::Request& request) {
  std::string_view rest = request.header("Content-Type").value_or("");
  const std::string_view type = next_part(rest, ';');
  const auto media = media_of(type);
  if (media && *media != Media::kGeoJson) return *media;
  if (request.method == net::Method::kPatch &&
      net::equals_ignoring_case(type, "application/merge-patch+json")) {
    return Media::kJson;
  }
  return fail(Code::kUnsupportedMediaType, "the body is application/json or application/ld+json",
              "Content-Type");
}

Result<std::optional<std::string>> linked_context(const net::Request& request) {
  std::optional<std::string> found;
  for (const net::Field& field : request.fields) {
    if (!net::equals_ignoring_case(field.name, "Link")) continue;
    RV_ASSIGN(auto target, remembered_target(field.value));
    if (!target) continue;
    if (found) return two_contexts();
    found = std::move(target);
  }
  return found;
}

std::string_view tenant_of(const net::Request& request) {
  return request.header(kTenantHeader).value_or("");
}

std::string_view snapshot_of(const net::Request& request) {
  return request.header(kSnapshotHeader).value_or("");
}

std::vector<std::string> list_param(const net::Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  return text ? listed(*text) : std::vector<std::string>();
}

std::vector<std::string> preferences(const net::Request& request) {
  std::vector<std::string> all;
  for (const net::Field& field : request.fields) {
    if (!net::equals_ignoring_case(field.name, "Prefer")) continue;
    for (std::string& preference : listed(field.value)) {
      preference.resize(std::min(preference.find(';'), preference.size()));
      std::erase_if(preference, [](char c) { return c == '"' || c == ' '; });
      all.push_back(std::move(preference));
    }
  }
  return all;
}

std::vector<std::string> listed(std::string_view rest) {
  std::vector<std::string> values;
  while (!rest.empty()) {
    const std::string_view part = next_part(rest, ',');
    if (!part.empty()) values.push_back(unquoted(part));
  }
  return values;
}

bool has_option(const net::Request& request, std::string_view option) {
  for (const std::string& value : list_param(request, "options")) {
    if (value == option) return true;
  }
  return false;
}

Result<bool> flag_param(const net::Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return fail(Code::kBadRequestData, fmt::format("{} is true or false", name), std::string(name));
}

bool is_wider(const net::Request& request) {
  return request.query_param("local") == "false" && snapshot_of(request).empty();
}

Result<Page> page_of(const net::Request& request) {
  Page page;
  RV_ASSIGN(page.limit, number_param(request, "limit", page.limit));
  RV_ASSIGN(page.offset, number_param(request, "offset", 0));
  RV_ASSIGN(page.count, flag_param(request, "count"));
  return page;
}

void link_pages(net::Response& response, const net::Request& request, Media media, const Page& page,
                bool more) {
  if (page.limit == 0) return;
  if (page.offset > 0) {
    const std::size_t before = page.offset - std::min(page.offset, page.limit);
    link_page(response, request, media, page, before, "prev");
  }
  if (more) link_page(response, request, media, page, page.offset + page.limit, "next");
}

void link_page(net::Response& response, const net::Request& request, Media media, const Page& page,
               std::size_t offset, std::string_view relation) {
  response.header("Link",
                  fmt::format("<{}>; rel=\"{}\"; type=\"{}\"",
                              page_target(request, page.limit, "offset", std::to_string(offset)),
                              relation, media_name(media)));
}

void link_cursor(net::Response& response, const net::Request& request, Media media,
                 std::size_t limit, std::string_view cursor) {
  response.header("Link", fmt::format("<{}>; rel=\"next\"; type=\"{}\"",
                                      page_target(request, limit, "cursor", std::string(cursor)),
                                      media_name(media)));
}

void link_context(net::Response& response, std::string_view url) {
  std::string link;
  link.reserve(url.size() + kContextRelation.size() + 48);
  link.append("<").append(url).append(">; rel=\"").append(kContextRelation);
  response.header("Link", std::move(link.append("\"; type=\"application/ld+json\"")));
}

net::Response answer(const net::Request& request, int status, Media media, std::string body) {
  net::Response response =
      net::Response::text(status, std::string(media_name(media)), std::move(body));
  tell_place(request, response);
  return response;
}

net::Response answer_empty(const net::Request& request, int status) {
  net::Response response = net::Response::empty(status);
  tell_place(request, response);
  return response;
}

net::Response answer_error(const net::Request& request, const Error& error) {
  net::Response response =
      answer(request, describe(error.code).status, Media::kJson, problem_json(error));
  if (std::string challenge = net::bearer_challenge(error); !challenge.empty()) {
    response.header("WWW-Authenticate", std::move(challenge));
  }
  const bool later = error.code == Code::kTooManyRequests || error.code == Code::kUnavailable;
  if (later) response.header("Retry-After", "1");
  return response;
}

std::string problem_json(const Error& error) {
  const ErrorRow& row = describe(error.code);
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", row.type).member("title", row.title);
  writer.member("status", row.status).member("detail", error.message);
  if (!error.field.empty()) writer.member("field", error.field);
  writer.end_object();
  return out;
}

std::string percent_encoded(std::string_view text) { return revier::percent_encoded(text, ":*"); }

}  // namespace revier::context::detail
