// SPDX-License-Identifier: EUPL-1.2
// One entity: its attributes, where it is, the same as JSON and as a command.
#include <array>

#include "console/detail/data.h"
#include "console/entity_rows.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ngsi/render.h"

namespace revier::console {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kAttributeRowsShown = 500;

struct JsonForm {
  std::string_view name;  // in the address; "" is the default
  web::Text label;
  std::string_view format;
  ngsi::Representation representation;
};
constexpr std::array kJsonForms{
    JsonForm{"", texts::kDataNormalized, "normalized", ngsi::Representation::kNormalized},
    JsonForm{"kurz", texts::kDataConcise, "concise", ngsi::Representation::kConcise},
    JsonForm{"einfach", texts::kDataSimplified, "simplified", ngsi::Representation::kSimplified}};

const JsonForm& asked_form(const Request& request) {
  const std::string name = asked(request, "form");
  for (const JsonForm& form : kJsonForms) {
    if (form.name == name) return form;
  }
  return kJsonForms.front();
}

std::vector<Choosable> json_forms_of(const Place& place, std::string_view id,
                                     const JsonForm& chosen, Language language) {
  std::vector<Choosable> forms;
  for (const JsonForm& form : kJsonForms) {
    const std::string page =
        address(kEntityPage, {{"mandant", place.tenant}, {"id", id}, {"form", form.name}});
    forms.push_back({.text = words(language, form.label),
                     .href = web::path(language, page) + "#json",
                     .current = &form == &chosen});
  }
  return forms;
}

// The same as a command; ids, tenants and context URLs hold no apostrophe when encoded.
std::string curl_line(const Needs& needs, const Request& request, const Place& place,
                      std::string_view id, const JsonForm& form) {
  std::string line = "curl -H 'Accept: application/ld+json'";
  if (!place.tenant.empty()) line += " -H 'NGSILD-Tenant: " + place.tenant + "'";
  const std::string& link = needs.context->link();
  if (!link.empty() && link.find('\'') == std::string::npos) {
    line += " -H 'Link: <" + link + ">; rel=\"http://www.w3.org/ns/json-ld#context\"'";
  }
  if (!is_public(needs, place.tenant)) line += " -H \"Authorization: Bearer $TOKEN\"";
  web::Html encoded(Language::kDe);
  encoded.url_part(id);
  return line + " '" + request.origin() + "/ngsi-ld/v1/entities/" + encoded.str() +
         "?format=" + std::string(form.format) + "'";
}

web::kern::DescriptionList facts_of_entity(const Needs& needs, const ngsi::Entity& entity,
                                           const ngsi::Names& names, Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kDataType, type_names(entity, names, *needs.context));
  std::string scopes;
  for (const std::string_view scope : entity.scopes()) {
    scopes += scopes.empty() ? "" : ", ";
    scopes += scope;
  }
  if (!scopes.empty()) add(texts::kDataScopes, scopes);
  add(texts::kDataCreated, web::date_time(language, entity.created_at()));
  add(texts::kDataChanged, web::date_time(language, entity.modified_at()));
  return facts;
}

// The rows of the page: bounded, numbers with the way to what they were.
std::vector<AttributeRow> rows_of_entity(const Needs& needs, const ngsi::Entity& entity,
                                         const Place& place, Language language) {
  const ngsi::Names& names = needs.broker->names(place.tenant);
  const EntityWords in_words{
      .names = names, .context = *needs.context, .language = language, .href = [&](auto other) {
        return thing_href(kEntityPage, place, other, language);
      }};
  std::vector<AttributeRow> rows = attribute_rows(entity, in_words);
  if (rows.size() > kAttributeRowsShown) rows.resize(kAttributeRowsShown);
  for (AttributeRow& row : rows) {
    if (!row.is_number || !row.path.empty() || !needs.data) continue;
    row.history_href = web::path(
        language, address(kHistoryPage,
                          {{"mandant", place.tenant}, {"id", entity.id()}, {"attribut", row.iri}}));
  }
  return rows;
}

// The map shows points of the tenant that it reads, which is the default one.
std::string place_for_map(const std::vector<AttributeRow>& rows, const Place& place,
                          std::string_view id) {
  if (!place.tenant.empty() || !id.starts_with("urn:")) return {};
  for (const AttributeRow& row : rows) {
    const bool is_place = row.name == "location" && row.path.empty() && row.kind == "GeoProperty";
    if (is_place && row.json.empty() && row.lines.size() == 1) return row.lines.front().text;
  }
  return {};
}

Response entity(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request);
  if (!place) return place.error();
  const std::string id = request.query_param("id").value_or("");
  const ngsi::EntityPtr found = needs.broker->find(place->tenant, id);
  if (!found) {
    return refused(needs, request, {Code::kResourceNotFound, "there is no such entity", "id"});
  }
  const Language language = web::language_of(request);
  const ngsi::Names& names = needs.broker->names(place->tenant);
  const JsonForm& form = asked_form(request);
  std::string json;
  ngsi::render(*found, names, *needs.context,
               {.representation = form.representation, .with_context = true}, json);
  ShownJson shown = shown_json(json);
  EntityPage view{.head = make_data_head(needs, request, *place, id),
                  .id = id,
                  .facts = facts_of_entity(needs, *found, names, language),
                  .attributes = rows_of_entity(needs, *found, *place, language),
                  .place = {},
                  .map_tiles = needs.data ? std::string(needs.data->map_tiles) : std::string(),
                  .forms = json_forms_of(*place, id, form, language),
                  .json_open = request.query_param("form").has_value(),
                  .json = std::move(shown.text),
                  .cut = shown.cut,
                  .curl = curl_line(needs, request, *place, id, form),
                  .needs_token = !is_public(needs, place->tenant),
                  .back_href = tenant_href(kEntitiesPage, *place, language)};
  view.place = place_for_map(view.attributes, *place, id);
  if (!view.place.empty()) view.head.page.scripts = {"map.js"};
  web::Html out(language);
  render_entity(out, view);
  return personal(std::move(out));
}

}  // namespace

void add_data_entity(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kEntityPage, entity);
}

}  // namespace revier::console
