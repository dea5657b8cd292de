// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/selecting.h"

#include <algorithm>

#include "context/detail/http.h"
#include "ngsi/q.h"

namespace revier::context::detail {
namespace {

bool is_system_member(std::string_view name) {
  return name == "id" || name == "type" || name == "scope" || name == "@id" || name == "@type" ||
         name == "createdAt" || name == "modifiedAt" || name == "deletedAt" || name == "expiresAt";
}

// It filters context sources (4.9). There are none here, so its form is all there is to look at.
Result<> check_csf(const std::string& text) {
  if (const auto query = ngsi::parse_query(text); !query) {
    return fail(Code::kBadRequestData, query.error().message, "csf");
  }
  return {};
}

}  // namespace

ngsi::Selection selection_of(const net::Request& request) {
  const auto text = [&](std::string_view name) { return request.query_param(name).value_or(""); };
  ngsi::Selection selection;
  selection.ids = list_param(request, "id");
  selection.id_pattern = text("idPattern");
  selection.type = text("type");
  selection.attrs = list_param(request, "attrs");
  selection.q = text("q");
  selection.expand_values = list_param(request, "expandValues");
  selection.json_keys = list_param(request, "jsonKeys");
  selection.georel = text("georel");
  selection.geometry = text("geometry");
  selection.coordinates = text("coordinates");
  selection.geoproperty = text("geoproperty");
  selection.scope_q = text("scopeQ");
  return selection;
}

Result<> require_a_filter(const ngsi::Selection& selection, const ngsi::ProjectionTerms& pick,
                          const net::Request& request) {
  RV_ASSIGN(const bool local, flag_param(request, "local"));
  if (const auto csf = request.query_param("csf")) {
    RV_TRY(check_csf(*csf));
  }
  if (selection.type == "*" && is_wider(request)) {
    return fail(Code::kBadRequestData, "type=* is for the local scope: local cannot be false",
                "local");
  }
  const bool attributes =
      std::any_of(selection.attrs.begin(), selection.attrs.end(),
                  [](const std::string& name) { return !is_system_member(name); });
  const bool picked = std::any_of(pick.begin(), pick.end(), [](const ngsi::ProjectionTerm& term) {
    return !is_system_member(term.name);
  });
  if (local || !snapshot_of(request).empty() || !selection.type.empty() ||
      !selection.any_of.empty() || attributes || picked || !selection.georel.empty()) {
    return {};
  }
  RV_ASSIGN(const bool queried, ngsi::names_attribute(selection.q));
  if (queried) return {};
  return fail(Code::kBadRequestData,
              "a query names a type, an attribute (attrs, pick or q), a geo-query, or local=true");
}

// Id and type are never nothing.
void select_picked(ngsi::Selection& selection, const ngsi::ProjectionTerms& pick) {
  for (const ngsi::ProjectionTerm& term : pick) {
    const std::string& name = term.name;
    if (name == "id" || name == "type" || name == "@id" || name == "@type") return;
  }
  for (const ngsi::ProjectionTerm& term : pick) {
    if (term.name == "scope") {
      selection.or_scope = true;
    } else {
      selection.attrs.push_back(term.name);
    }
  }
}

}  // namespace revier::context::detail
