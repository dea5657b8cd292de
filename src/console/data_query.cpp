// SPDX-License-Identifier: EUPL-1.2
// The query box: what is asked, the answer as the API gives it, and the same as a command.
#include <algorithm>
#include <charconv>

#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/entity_rows.h"
#include "console/pages.h"
#include "console/query_names.h"
#include "console/texts.h"
#include "json/json.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Scope;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kQueryTextBytesMax = 2'000;
constexpr std::size_t kAreaBytesMax = 8'000;  // coordinates of a polygon
constexpr std::int64_t kLimitMax = 100;
constexpr std::size_t kSuggestedMax = 200;

std::int64_t number_asked(const Request& request, std::string_view name, std::int64_t otherwise,
                          std::int64_t max) {
  const std::string text = asked(request, name);
  std::int64_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::clamp<std::int64_t>(number, 0, max);
}

Question question_in(const Request& request) {
  const auto text = [&](std::string_view name) {
    return long_asked(request, name, kQueryTextBytesMax);
  };
  return {.type = text("type"),
          .q = text("q"),
          .scope_q = text("scopeQ"),
          .georel = text("georel"),
          .geometry = text("geometry"),
          .coordinates = long_asked(request, "coordinates", kAreaBytesMax),
          .geoproperty = text("geoproperty"),
          .pick = text("pick"),
          .format = text("format"),
          .timerel = text("timerel"),
          .time_at = text("timeAt"),
          .end_time_at = text("endTimeAt"),
          .timeproperty = text("timeproperty"),
          .last_n = text("lastN"),
          .context_url = text("context"),
          .limit = std::max<std::int64_t>(1, number_asked(request, "limit", 20, kLimitMax)),
          .offset = number_asked(request, "offset", 0, 1'000'000),
          .elsewhere = !text("elsewhere").empty()};
}

// The page again, from another offset on.
std::string href_at(const Question& question, const Place& place, std::int64_t offset,
                    Language language) {
  return web::path(language, address(kQueryPage, {{"mandant", place.tenant},
                                                  {"type", question.type},
                                                  {"q", question.q},
                                                  {"scopeQ", question.scope_q},
                                                  {"georel", question.georel},
                                                  {"geometry", question.geometry},
                                                  {"coordinates", question.coordinates},
                                                  {"geoproperty", question.geoproperty},
                                                  {"pick", question.pick},
                                                  {"format", question.format},
                                                  {"timerel", question.timerel},
                                                  {"timeAt", question.time_at},
                                                  {"endTimeAt", question.end_time_at},
                                                  {"timeproperty", question.timeproperty},
                                                  {"lastN", question.last_n},
                                                  {"context", question.context_url},
                                                  {"elsewhere", question.elsewhere ? "1" : ""},
                                                  {"limit", std::to_string(question.limit)},
                                                  {"offset", std::to_string(offset)}}));
}

// Names as the other pages show them mean here what they mean there.
std::string terms_in(const Needs& needs, const Place& place, const Question& question) {
  std::vector<context::NameCount> names = needs.broker->attributes(place.tenant);
  std::ranges::copy(needs.broker->types(place.tenant), std::back_inserter(names));
  const std::string text =
      question.type + " " + question.q + " " + question.pick + " " + question.geoproperty;
  return terms_of_shown_names(*needs.context, names, text,
                              [](const context::NameCount& name) { return name.entities; });
}

// --- the form

web::kern::Input query_input(const char* name, const web::Text& label, std::string value,
                             Language language, std::string hint = {}) {
  return {.field = {.id = std::string("f-") + name,
                    .name = name,
                    .label = words(language, label),
                    .hint = std::move(hint)},
          .value = std::move(value),
          .length_max = kQueryTextBytesMax};
}

web::kern::Select query_select(const char* name, const web::Text& label, std::string_view chosen,
                               std::initializer_list<std::string_view> values, Language language) {
  web::kern::Select field{
      .field = {.id = std::string("f-") + name, .name = name, .label = words(language, label)},
      .choices = {}};
  for (const std::string_view value : values) {
    field.choices.push_back({.value = std::string(value),
                             .label = std::string(value),
                             .hint = {},
                             .selected = value == chosen});
  }
  return field;
}

void suggest_names(const Needs& needs, const Place& place, Language language, QueryPage& view) {
  for (const context::NameCount& type : needs.broker->types(place.tenant)) {
    view.types.push_back(short_name(*needs.context, type.iri));
  }
  std::ranges::sort(view.types, [language](const std::string& a, const std::string& b) {
    return web::compare(language, a, b) < 0;
  });
  view.types.erase(std::unique(view.types.begin(), view.types.end()), view.types.end());
  if (view.types.size() > kSuggestedMax) view.types.resize(kSuggestedMax);
  for (const ldcontext::Entry& entry : needs.data->contexts.list(place.tenant)) {
    if (entry.url.starts_with("http") && view.contexts.size() < kSuggestedMax) {
      view.contexts.push_back(entry.url);
    }
  }
}

QueryPage query_form(const Needs& needs, const Request& request, const Place& place,
                     const Question& question) {
  const Language language = web::language_of(request);
  const auto hint = [&](const web::Text& key) { return words(language, key); };
  QueryPage view{
      .head = make_data_head(needs, request, place, words(language, texts::kQueryTitle)),
      .tenant = place.tenant,
      .tenants = tenant_choices(needs, place, Action::kDataRead, language),
      .type = question.type,
      .context_url = question.context_url,
      .q = query_input("q", texts::kQueryQ, question.q, language, hint(texts::kQueryQHint)),
      .scope_q = query_input("scopeQ", texts::kQueryScopes, question.scope_q, language),
      .pick = query_input("pick", texts::kQueryPick, question.pick, language,
                          hint(texts::kQueryPickHint)),
      .limit = query_input("limit", texts::kQueryLimit, std::to_string(question.limit), language),
      .format = query_select("format", texts::kQueryFormat, question.format,
                             {"normalized", "concise", "simplified"}, language),
      .by_place = !question.georel.empty(),
      .georel = query_input("georel", texts::kQueryRelation, question.georel, language,
                            hint(texts::kQueryRelationHint)),
      .geometry =
          query_select("geometry", texts::kQueryGeometry, question.geometry,
                       {"Point", "LineString", "Polygon", "MultiPoint", "MultiPolygon"}, language),
      .coordinates = query_input("coordinates", texts::kQueryCoordinates, question.coordinates,
                                 language, hint(texts::kQueryCoordinatesHint)),
      .geoproperty = query_input("geoproperty", texts::kQueryGeoproperty, question.geoproperty,
                                 language, hint(texts::kQueryGeopropertyHint)),
      .by_time = question.is_temporal(),
      .timerel = query_select("timerel", texts::kQueryTimerel, question.timerel,
                              {"before", "after", "between"}, language),
      .time_at = query_input("timeAt", texts::kQueryTimeAt, question.time_at, language,
                             hint(texts::kQueryTimeHint)),
      .end_time_at =
          query_input("endTimeAt", texts::kQueryEndTimeAt, question.end_time_at, language),
      .timeproperty =
          query_select("timeproperty", texts::kQueryTimeproperty, question.timeproperty,
                       {"observedAt", "modifiedAt", "createdAt", "deletedAt"}, language),
      .last_n = query_input("lastN", texts::kQueryLastN, question.last_n, language),
      .elsewhere = {.field = {.id = "f-elsewhere",
                              .name = "elsewhere",
                              .label = words(language, texts::kQueryElsewhere)},
                    .value = "1",
                    .checked = question.elsewhere}};
  view.coordinates.length_max = kAreaBytesMax;
  suggest_names(needs, place, language, view);
  return view;
}

// --- the answer

// How many elements the answer has; 0 where it is no list.
std::size_t elements_of(std::string_view body) {
  const auto document = json::Document::parse(body);
  return document && document->root().is_array() ? document->root().size() : 0;
}

void put_answer(const Told& told, const Question& question, const Place& place, Language language,
                QueryPage& view) {
  view.asked = true;
  view.failed = told.status != 200 && told.status != 206;
  view.warning = told.warning;
  ShownJson shown = shown_json(told.body);
  view.json = std::move(shown.text);
  view.cut = shown.cut;
  const std::string took =
      web::number(language, static_cast<double>(told.took_us) / 1'000.0, 1) + " ms";
  if (view.failed) {
    view.reason = problem_detail(told.body);
    view.summary = web::text(language, texts::kQueryRefused,
                             {{"status", std::to_string(told.status)}, {"took", took}});
    return;
  }
  std::int64_t count = 0;
  std::from_chars(told.count.data(), told.count.data() + told.count.size(), count);
  const auto shown_now = static_cast<std::int64_t>(elements_of(told.body));
  view.summary = web::text(language, texts::kQuerySummary,
                           {{"count", count}, {"shown", shown_now}, {"took", took}});
  if (question.offset + shown_now < count && shown_now > 0) {
    view.next_href = href_at(question, place, question.offset + question.limit, language);
  }
  if (question.offset > 0) {
    const std::int64_t before = std::max<std::int64_t>(0, question.offset - question.limit);
    view.previous_href = href_at(question, place, before, language);
  }
}

// --- how the answer was found

Result<jsonld::ContextPtr> context_of_question(const Needs& needs, const Question& question,
                                               const std::string& terms) {
  if (!question.context_url.empty()) return needs.catalogue->resolve_url(question.context_url);
  RV_ASSIGN(const json::Document document, json::Document::parse(terms));
  return needs.catalogue->resolve(document.root());
}

ngsi::Selection selection_of_question(const Question& question) {
  ngsi::Selection selection;
  selection.type = question.type;
  selection.q = question.q;
  selection.scope_q = question.scope_q;
  selection.georel = question.georel;
  selection.geometry = question.geometry;
  selection.coordinates = question.coordinates;
  selection.geoproperty = question.geoproperty;
  return selection;
}

std::string plan_text(const context::Explanation& told, const ngsi::Names& names,
                      const jsonld::Context& context) {
  std::string text(to_string(told.plan));
  if (told.attribute != ngsi::kNoName) {
    text += ": " + short_name(context, names.iri(told.attribute));
  }
  return text;
}

// The same query once more, of what is here; a failure shows in the answer above already.
Task<web::kern::DescriptionList> explained_query(const Needs& needs, const Place& place,
                                                 const Question& question, const std::string& terms,
                                                 Language language) {
  web::kern::DescriptionList facts;
  const auto context = context_of_question(needs, question, terms);
  if (!context) co_return facts;
  const ngsi::Names& names = needs.broker->names(place.tenant);
  const auto predicate =
      ngsi::Predicate::compile(selection_of_question(question), names, **context);
  if (!predicate) co_return facts;
  context::Explanation told;
  const context::Page page{.limit = static_cast<std::size_t>(question.limit),
                           .offset = static_cast<std::size_t>(question.offset),
                           .count = true,
                           .explanation = &told};
  const auto found = co_await needs.broker->query(place.tenant, *predicate, page);
  if (!found) co_return facts;
  const auto add = [&](const web::Text& key, std::string value) {
    facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  const auto number = [&](std::size_t value) {
    return web::number(language, static_cast<std::int64_t>(value));
  };
  add(texts::kExplainPlan, plan_text(told, names, **context));
  add(texts::kExplainInOrder, number(told.in_order));
  add(texts::kExplainLookedAt, number(told.looked_at));
  add(texts::kExplainMatched, number(told.matched));
  add(texts::kExplainTook,
      web::number(language, static_cast<double>(told.plan_us + told.match_us) / 1'000.0, 2) +
          " ms");
  co_return facts;
}

Task<Response> show_query(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request);
  if (!place) co_return place.error();
  const Question question = question_in(request);
  QueryPage view = query_form(needs, request, *place, question);
  const Language language = web::language_of(request);
  if (request.query_param("limit")) {
    const std::string terms = terms_in(needs, *place, question);
    const Call call = call_of(question, terms);
    const Told told = co_await ask_api(needs, request, *place, call);
    put_answer(told, question, *place, language, view);
    const bool explains = !question.is_temporal() && !view.failed &&
                          place->caller.may(Action::kStateRead, Scope::tenant(place->tenant));
    if (explains)
      view.explained = co_await explained_query(needs, *place, question, terms, language);
    view.needs_token = !is_public(needs, place->tenant);
    view.curl = curl_of(
        call,
        {.origin = request.origin(), .tenant = place->tenant, .needs_token = view.needs_token});
  }
  web::Html out(language);
  render_query(out, view);
  co_return personal(std::move(out), view.failed ? 422 : 200);
}

}  // namespace

void add_data_query(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kQueryPage, show_query);
}

}  // namespace revier::console
