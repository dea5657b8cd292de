// SPDX-License-Identifier: EUPL-1.2
// What the numbers of one attribute were: the last day, week, month, year, drawn.
#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/entity_rows.h"
#include "console/pages.h"
#include "console/texts.h"
#include "console/time_plot.h"

namespace revier::console {
namespace {

using net::Request;
using net::Response;
using web::Language;

struct PlotSpan {
  std::string_view name;  // in the address
  web::Text label;
  Duration length;
  std::string_view period;  // what is summed up
  bool with_time;
};
constexpr std::array kPlotSpans{
    PlotSpan{"tag", texts::kHistoryDay, Duration::days(1), "PT15M", true},
    PlotSpan{"woche", texts::kHistoryWeek, Duration::days(7), "PT2H", true},
    PlotSpan{"monat", texts::kHistoryMonth, Duration::days(30), "PT8H", false},
    PlotSpan{"jahr", texts::kHistoryYear, Duration::days(365), "P4D", false}};

const PlotSpan& asked_span(const Request& request) {
  const std::string name = asked(request, "zeit");
  for (const PlotSpan& span : kPlotSpans) {
    if (span.name == name) return span;
  }
  return kPlotSpans.front();
}

// The attribute as it is now; nothing where it is not there (any more).
struct AttributeNow {
  std::string unit;
  bool observed = true;
};
AttributeNow attribute_now(const ngsi::Entity& entity, const ngsi::Names& names,
                           std::string_view iri) {
  for (const ngsi::AttributeView& attribute : entity.attributes()) {
    if (names.iri(attribute.name) != iri) continue;
    return {std::string(unit_text(attribute.unit_code)), attribute.observed_at.has_value()};
  }
  return {};
}

std::vector<Choosable> history_spans(const Place& place, const std::string& id,
                                     const std::string& iri, const PlotSpan& chosen,
                                     Language language) {
  std::vector<Choosable> spans;
  for (const PlotSpan& span : kPlotSpans) {
    spans.push_back({.text = words(language, span.label),
                     .href = web::path(language, address(kHistoryPage, {{"mandant", place.tenant},
                                                                        {"id", id},
                                                                        {"attribut", iri},
                                                                        {"zeit", span.name}})),
                     .current = &span == &chosen});
  }
  return spans;
}

Task<Response> show_history(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  const std::string iri = long_asked(request, "attribut", 2'048);
  const ngsi::EntityPtr entity = needs.broker->find(place->tenant, id);
  if (!entity || iri.empty()) {
    co_return refused(needs, request, {Code::kResourceNotFound, "there is no such entity", "id"});
  }
  const PlotSpan& span = asked_span(request);
  const AttributeNow now_is = attribute_now(*entity, needs.broker->names(place->tenant), iri);
  const Instant until = needs.tickets.civil_clock.now();
  const Instant since{(until - span.length).us / 1'000'000 * 1'000'000};
  const Call call = call_of(Evolution{.entity = id,
                                      .attribute = iri,
                                      .since = to_iso8601(since),
                                      .period = std::string(span.period),
                                      .by_observation = now_is.observed});
  const Told told = co_await ask_api(needs, request, *place, call);
  const Language language = web::language_of(request);
  const std::string name = short_name(*needs.context, iri);
  HistoryPage view{
      .head = make_data_head(needs, request, *place,
                             web::text(language, texts::kHistoryTitle, {{"name", name}})),
      .id = id,
      .entity_href = thing_href(kEntityPage, *place, id, language),
      .spans = history_spans(*place, id, iri, span, language),
      .plot = {},
      .trouble = {},
      .curl = curl_of(call, {.origin = request.origin(),
                             .tenant = place->tenant,
                             .needs_token = !is_public(needs, place->tenant)}),
      .needs_token = !is_public(needs, place->tenant)};
  const bool good = told.status == 200 || told.status == 206;
  const auto periods = good ? read_periods(told.body) : std::vector<PeriodValues>();
  if (periods && good) {
    const PlotWords plot_words{.title = name, .unit = now_is.unit, .with_time = span.with_time};
    view.plot = draw_periods(*periods, since, until, plot_words, language);
  }
  if (view.plot.empty()) view.trouble = words(language, texts::kHistoryNone);
  if (!good && told.status != 404) view.trouble = problem_detail(told.body);
  web::Html out(language);
  render_history(out, view);
  co_return personal(std::move(out));
}

}  // namespace

void add_data_history(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kHistoryPage, show_history);
}

}  // namespace revier::console
