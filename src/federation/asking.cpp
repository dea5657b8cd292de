// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/asking.h"

#include <limits>

#include "ngsi/parse.h"
#include "ngsi/projection.h"
#include "ngsi/q.h"

namespace revier::federation::detail {
namespace {

constexpr Instant kFirst{std::numeric_limits<std::int64_t>::min()};

std::string text_of(const net::Request& request, std::string_view name) {
  return request.query_param(name).value_or("");
}

bool is_member(std::string_view name) { return name == "id" || name == "type" || name == "scope"; }

Result<> add_name(std::string_view name, const jsonld::Context& context,
                  std::vector<std::string>& out) {
  if (is_member(name)) return {};
  RV_ASSIGN(out.emplace_back(), ngsi::expand_checked(name, context));
  return {};
}

// "Attributes specified in NGSI-LD Query ... shall be used for matching RegistrationInfo elements
// in the same way as the attributes in the list of Attribute names."
Result<> add_names_of(const ngsi::Query& query, const jsonld::Context& context,
                      std::vector<std::string>& out) {
  for (const ngsi::Query& child : query.children) RV_TRY(add_names_of(child, context, out));
  if (query.kind != ngsi::Query::Kind::kTerm) return {};
  const bool linked = !query.term.links.empty();
  if (!linked && query.term.path.empty()) return {};
  return add_name(linked ? query.term.links.front().relationship : query.term.path.front(), context,
                  out);
}

Result<Instant> time_of(const std::string& text, std::string_view name) {
  const auto at = parse_iso8601(text);
  if (at) return *at;
  return fail(Code::kBadRequestData, fmt::format("{} is a DateTime", name), std::string(name));
}

Result<> check_query(const Wanted& wanted, const net::Request& request) {
  for (const std::string& id : wanted.selection.ids) RV_TRY(ngsi::check_uri(id, "id"));
  for (const std::string_view name : {"type", "attrs", "pick", "q", "georel"}) {
    if (!text_of(request, name).empty()) return {};
  }
  return fail(Code::kBadRequestData, "at least one of type, attrs, q and georel is needed");
}

}  // namespace

Result<std::optional<Wanted::Times>> times_of(const TimesAsked& asked) {
  if (asked.relation.empty()) {
    if (asked.at.empty()) return std::optional<Wanted::Times>();
    return fail(Code::kBadRequestData, "timeAt comes with timerel", "timerel");
  }
  Wanted::Times out;
  RV_ASSIGN(const Instant at, time_of(asked.at, "timeAt"));
  if (asked.relation == "before") {
    out.interval = {kFirst, at};
  } else if (asked.relation == "after") {
    out.interval = {at, std::nullopt};
  } else if (asked.relation == "between") {
    RV_ASSIGN(const Instant end, time_of(asked.end, "endTimeAt"));
    out.interval = {at, end};
  } else {
    return fail(Code::kBadRequestData, "timerel is before, after or between", "timerel");
  }
  out.by_observation = asked.property.empty() || asked.property == "observedAt";
  return std::optional(out);
}

Result<Wanted> wanted_of(const net::Request& request, const jsonld::Context& context) {
  Wanted out;
  out.selection.ids = context::list_param(request, "id");
  out.selection.id_pattern = text_of(request, "idPattern");
  out.selection.type = text_of(request, "type");
  out.selection.q = text_of(request, "csf");
  out.selection.scope_q = text_of(request, "scopeQ");
  out.selection.georel = text_of(request, "georel");
  out.selection.geometry = text_of(request, "geometry");
  out.selection.coordinates = text_of(request, "coordinates");
  out.selection.geoproperty = text_of(request, "geoproperty");
  for (const std::string& name : context::list_param(request, "attrs")) {
    RV_TRY(add_name(name, context, out.attributes));
  }
  if (const std::string pick = text_of(request, "pick"); !pick.empty()) {
    RV_ASSIGN(const auto terms, ngsi::parse_projection(pick, "pick"));
    for (const auto& term : terms) RV_TRY(add_name(term.name, context, out.attributes));
  }
  if (const std::string q = text_of(request, "q"); !q.empty()) {
    RV_ASSIGN(const ngsi::Query query, ngsi::parse_query(q));
    RV_TRY(add_names_of(query, context, out.attributes));
  }
  RV_TRY(check_query(out, request));
  out.dataset_ids = context::list_param(request, "datasetId");
  const TimesAsked times{text_of(request, "timerel"), text_of(request, "timeAt"),
                         text_of(request, "endTimeAt"), text_of(request, "timeproperty")};
  RV_ASSIGN(out.times, times_of(times));
  return out;
}

}  // namespace revier::federation::detail
