// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/utf8.h"
#include "console/detail/data.h"
#include "console/entity_rows.h"
#include "console/pages.h"
#include "console/query_names.h"
#include "console/texts.h"
#include "ngsi/predicate.h"
#include "ngsi/q.h"
#include "ngsi/render.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kEntitiesAPage = 50;
constexpr double kNearMetres = 1'000;  // metres, where none is said
constexpr double kNearMetresMax = 1'000'000;

std::string entity_href(const Place& place, std::string_view id, Language language) {
  return thing_href(kEntityPage, place, id, language);
}

// --- types

Response types(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request);
  if (!place) return place.error();
  const Language language = web::language_of(request);
  web::kern::Table table{.caption = words(language, texts::kDataTypes),
                         .columns = {{words(language, texts::kDataType)},
                                     {words(language, texts::kDataEntities), true},
                                     {words(language, texts::kDataIri)}},
                         .rows = {}};
  for (const NamedType& type : named_types(needs, *place, language)) {
    const std::string list =
        address(kEntitiesPage, {{"mandant", place->tenant}, {"typ", type.count.iri}});
    table.rows.push_back(
        {{.text = type.name, .href = web::path(language, list), .html = {}},
         {.text = web::number(language, static_cast<std::int64_t>(type.count.entities))},
         {.text = type.count.iri}});
  }
  TypesPage view{.head = make_data_head(needs, request, *place, words(language, texts::kDataTitle)),
                 .tenants = tenant_choices(needs, *place, Action::kDataRead, language),
                 .table = std::move(table)};
  web::Html out(language);
  render_types(out, view);
  return personal(std::move(out));
}

// --- entities

struct AskedEntities {
  std::string type;
  std::string text;  // part of the id
  std::string q;
  std::string near;    // "51.54, 7.22": latitude, longitude
  std::string radius;  // metres
  int page = 1;
};

// A regular expression that finds `text` as it is, case ignored.
std::string id_pattern(std::string_view text) {
  if (text.empty()) return {};
  std::string pattern = "(?i)";
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

struct EntityListing {
  context::Found found;
  std::string q_error;
  std::string near_error;
};

// Fills the geo-query of "51.54, 7.22" and a number of metres; false where they are none.
bool select_near(const AskedEntities& asked, ngsi::Selection& selection) {
  double latitude = 0;
  double longitude = 0;
  double metres = kNearMetres;
  const auto take = [](std::string_view& text, double& number) {
    const std::size_t begin = text.find_first_not_of(" ,;");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return error == std::errc{};
  };
  std::string_view place = asked.near;
  std::string_view radius = asked.radius;
  if (!take(place, latitude) || !take(place, longitude) || !place.empty()) return false;
  if (!radius.empty() && (!take(radius, metres) || !radius.empty())) return false;
  const bool on_earth = std::abs(latitude) <= 90 && std::abs(longitude) <= 180;
  if (!on_earth || !(metres > 0 && metres <= kNearMetresMax)) return false;
  selection.georel = fmt::format("near;maxDistance=={}", metres);
  selection.geometry = "Point";
  selection.coordinates = fmt::format("[{},{}]", longitude, latitude);
  return true;
}

// What is wrong with a q, and where.
std::string q_error(std::string_view q, Language language) {
  const auto read = ngsi::find_fault(q);
  if (!read) return words(language, texts::kDataQWrong);
  const std::size_t place = count_code_points(q.substr(0, *read)) + 1;
  if (*read >= q.size()) return web::text(language, texts::kDataQTooShort, {{"place", place}});
  return web::text(language, texts::kDataQFault,
                   {{"place", place}, {"rest", std::string(q.substr(*read))}});
}

// Short names in q mean what the page shows under them, of the chosen type where there is one.
Task<Result<jsonld::ContextPtr>> context_of_q(const Needs& needs, const Place& place,
                                              const ngsi::Selection& selection) {
  if (selection.q.empty()) co_return needs.context;
  std::map<std::string, std::size_t> of_type;
  const std::vector<context::NameCount> attributes = needs.broker->attributes(place.tenant);
  if (!selection.type.empty()) {
    ngsi::Selection typed;
    typed.type = selection.type;
    const ngsi::Names& names = needs.broker->names(place.tenant);
    RV_CO_ASSIGN(const ngsi::Predicate predicate,
                 ngsi::Predicate::compile(typed, names, *needs.context));
    RV_CO_ASSIGN(const context::Found some,
                 co_await needs.broker->query(place.tenant, predicate, {.limit = kEntitiesAPage}));
    for (const ngsi::EntityPtr& entity : some.entities) {
      for (const ngsi::AttributeView& attribute : entity->attributes()) {
        ++of_type[names.iri(attribute.name)];
      }
    }
  }
  co_return context_of_shown_names(
      *needs.catalogue, attributes, selection.q, [&](const context::NameCount& attribute) {
        return selection.type.empty() ? attribute.entities : of_type[attribute.iri];
      });
}

// A q that cannot be read is told beside its field; other errors are the caller's.
Task<Result<EntityListing>> find_entities(const Needs& needs, const Place& place,
                                          AskedEntities& asked, Language language) {
  ngsi::Selection selection;
  selection.type = asked.type;
  selection.id_pattern = id_pattern(asked.text);
  selection.q = asked.q;
  if (!asked.near.empty() && !select_near(asked, selection)) {
    co_return EntityListing{
        .found = {}, .q_error = {}, .near_error = words(language, texts::kDataNearWrong)};
  }
  RV_CO_ASSIGN(const jsonld::ContextPtr context, co_await context_of_q(needs, place, selection));
  const auto predicate =
      ngsi::Predicate::compile(selection, needs.broker->names(place.tenant), *context);
  if (!predicate) {
    if (asked.q.empty() || predicate.error().field != "q") co_return fail(predicate.error());
    co_return EntityListing{.found = {}, .q_error = q_error(asked.q, language), .near_error = {}};
  }
  const auto page = [&] {
    return context::Page{.limit = kEntitiesAPage,
                         .offset = static_cast<std::size_t>(asked.page - 1) * kEntitiesAPage,
                         .count = true};
  };
  RV_CO_ASSIGN(context::Found found,
               co_await needs.broker->query(place.tenant, *predicate, page()));
  const int last = last_page(static_cast<std::int64_t>(found.count.value_or(0)), kEntitiesAPage);
  if (asked.page > last) {
    asked.page = last;
    RV_CO_ASSIGN(found, co_await needs.broker->query(place.tenant, *predicate, page()));
  }
  co_return EntityListing{.found = std::move(found), .q_error = {}, .near_error = {}};
}

web::kern::Table entity_table(const Needs& needs, const Place& place, const context::Found& found,
                              Language language) {
  web::kern::Table table{.caption = words(language, texts::kDataEntities),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kDataId)},
                                     {words(language, texts::kDataType)},
                                     {words(language, texts::kDataChanged)}},
                         .rows = {}};
  const ngsi::Names& names = needs.broker->names(place.tenant);
  for (const ngsi::EntityPtr& entity : found.entities) {
    table.rows.push_back({{.text = std::string(entity->id()),
                           .href = entity_href(place, entity->id(), language),
                           .html = {}},
                          {.text = type_names(*entity, names, *needs.context)},
                          {.text = web::date_time(language, entity->modified_at())}});
  }
  return table;
}

web::kern::Input q_input(const AskedEntities& asked, std::string error, Language language) {
  return {.field = {.id = "q",
                    .name = "q",
                    .label = words(language, texts::kDataQ),
                    .hint = words(language, texts::kDataQHint),
                    .error = std::move(error)},
          .value = asked.q,
          .length_max = 200};
}

web::kern::Input near_input(const AskedEntities& asked, std::string error, Language language) {
  return {.field = {.id = "nahe",
                    .name = "nahe",
                    .label = words(language, texts::kDataNear),
                    .hint = words(language, texts::kDataNearHint),
                    .error = std::move(error)},
          .value = asked.near,
          .length_max = 100};
}

Task<Response> entities(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request);
  if (!place) co_return place.error();
  AskedEntities wanted{.type = asked(request, "typ"),
                       .text = asked(request, "text"),
                       .q = asked(request, "q"),
                       .near = asked(request, "nahe"),
                       .radius = asked(request, "umkreis"),
                       .page = asked_page(request)};
  const Language language = web::language_of(request);
  auto listing = co_await find_entities(needs, *place, wanted, language);
  if (!listing) co_return refused(needs, request, listing.error());
  const auto count = static_cast<std::int64_t>(listing->found.count.value_or(0));
  const bool wrong = !listing->q_error.empty() || !listing->near_error.empty();
  EntitiesPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kDataEntities)),
      .tenant = place->tenant,
      .text = wanted.text,
      .type = type_select(needs, *place, wanted.type, language),
      .q = q_input(wanted, std::move(listing->q_error), language),
      .near = near_input(wanted, std::move(listing->near_error), language),
      .radius = {.field = {.id = "umkreis",
                           .name = "umkreis",
                           .label = words(language, texts::kDataRadius)},
                 .value = wanted.radius,
                 .length_max = 10},
      .wrong = wrong,
      .count = count,
      .table = entity_table(needs, *place, listing->found, language),
      .pagination = {.address = address(kEntitiesPage, {{"mandant", place->tenant},
                                                        {"typ", wanted.type},
                                                        {"text", wanted.text},
                                                        {"q", wanted.q},
                                                        {"nahe", wanted.near},
                                                        {"umkreis", wanted.radius}}),
                     .current = wanted.page,
                     .last = last_page(count, kEntitiesAPage)}};
  view.head.page.has_errors = wrong;
  web::Html out(language);
  render_entities(out, view);
  co_return personal(std::move(out), wrong ? 422 : 200);
}

}  // namespace

std::vector<NamedType> named_types(const Needs& needs, const Place& place, Language language) {
  std::vector<NamedType> types;
  for (context::NameCount& count : needs.broker->types(place.tenant)) {
    std::string name = short_name(*needs.context, count.iri);
    types.push_back({std::move(name), std::move(count)});
  }
  std::sort(types.begin(), types.end(), [&](const NamedType& a, const NamedType& b) {
    const int order = web::compare(language, a.name, b.name);
    return order != 0 ? order < 0 : a.count.iri < b.count.iri;
  });
  return types;
}

web::kern::Select type_select(const Needs& needs, const Place& place, std::string_view chosen,
                              Language language) {
  web::kern::Select select{.field = {.id = "typ",
                                     .name = "typ",
                                     .label = words(language, texts::kDataType),
                                     .required = true},
                           .choices = {{.value = {},
                                        .label = words(language, texts::kListAll),
                                        .hint = {},
                                        .selected = chosen.empty()}},
                           .has_blank = false};
  for (const NamedType& type : named_types(needs, place, language)) {
    select.choices.push_back({.value = type.count.iri,
                              .label = type.name,
                              .hint = {},
                              .selected = type.count.iri == chosen});
  }
  return select;
}

void add_data(net::Router& router, const Needs& needs) {
  web::add_page(router, net::Method::kGet, std::string(kTypesPage),
                net::Handler([needs](Request& request) { return types(request, needs); }));
  web::add_page(router, net::Method::kGet, std::string(kEntitiesPage),
                net::AsyncHandler([needs](Request& request) { return entities(request, needs); }));
  add_data_entity(router, needs);
  if (!needs.data) return;
  add_data_history(router, needs);
  add_data_files(router, needs);
  add_data_query(router, needs);
  add_data_subscriptions(router, needs);
  add_data_sources(router, needs);
  add_data_contexts(router, needs);
  add_data_schemas(router, needs);
  add_data_tenants(router, needs);
}

}  // namespace revier::console
