// SPDX-License-Identifier: EUPL-1.2
// Registered context sources: how each fares, what it has; who watches the registrations.
#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/detail/data_parts.h"
#include "console/entity_rows.h"
#include "console/pages.h"
#include "console/texts.h"
#include "federation/document.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kSourcesAPage = 50;
constexpr std::size_t kWatchersShown = 100;

std::string_view source_mode_name(federation::Mode mode) {
  switch (mode) {
    case federation::Mode::kExclusive:
      return "exclusive";
    case federation::Mode::kRedirect:
      return "redirect";
    case federation::Mode::kAuxiliary:
      return "auxiliary";
    default:
      return "inclusive";
  }
}

// Until when the source is left alone after a failure.
std::optional<Instant> rests_until(const federation::Registration& of,
                                   const federation::Counters& counters, Instant now) {
  if (!counters.last_failed || !counters.last_failure || of.management.cooldown_ms == 0) {
    return std::nullopt;
  }
  const Instant end = *counters.last_failure + Duration::milliseconds(of.management.cooldown_ms);
  return end > now ? std::optional(end) : std::nullopt;
}

std::string state_of_source(const federation::Registration& of,
                            const federation::Counters& counters, Instant now, Language language) {
  if (of.expires_at && *of.expires_at <= now) return words(language, texts::kSubsOver);
  if (const auto until = rests_until(of, counters, now)) {
    return web::text(language, texts::kSourcesRests, {{"until", web::date_time(language, *until)}});
  }
  if (counters.times_sent == 0) return words(language, texts::kSourcesUnasked);
  return words(language, counters.last_failed ? texts::kSourcesFailing : texts::kSourcesWell);
}

web::kern::Table sources_table(const Needs& needs,
                               const std::vector<federation::RegistrationPtr>& all,
                               const Place& place, Language language) {
  web::kern::Table table{.caption = words(language, texts::kSourcesTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kSubsId)},
                                     {words(language, texts::kSubsState)},
                                     {words(language, texts::kSourcesEndpoint)},
                                     {words(language, texts::kSourcesMode)},
                                     {words(language, texts::kSourcesAsked), true},
                                     {words(language, texts::kSubsFailed), true},
                                     {words(language, texts::kSubsLastSuccess)},
                                     {words(language, texts::kSubsLastFailure)}},
                         .rows = {}};
  const Instant now = needs.tickets.civil_clock.now();
  for (const federation::RegistrationPtr& of : all) {
    const federation::Counters counters = needs.data->registrations.counters(*of);
    table.rows.push_back(
        {{.text = of->id, .href = thing_href(kSourcePage, place, of->id, language), .html = {}},
         {.text = state_of_source(*of, counters, now, language)},
         {.text = shown_endpoint(of->endpoint)},
         {.text = std::string(source_mode_name(of->mode))},
         {.text = web::number(language, counters.times_sent)},
         {.text = web::number(language, counters.times_failed)},
         {.text = at_or_dash(counters.last_success, language)},
         {.text = at_or_dash(counters.last_failure, language)}});
  }
  return table;
}

web::kern::Table watchers_table(const std::vector<federation::Watchers::Entry>& watchers,
                                Instant now, Language language) {
  web::kern::Table table{.caption = words(language, texts::kWatchersTitle),
                         .columns = {{words(language, texts::kSubsId)},
                                     {words(language, texts::kSubsState)},
                                     {words(language, texts::kSubsEndpoint)},
                                     {words(language, texts::kSubsSent), true},
                                     {words(language, texts::kSubsFailed), true},
                                     {words(language, texts::kSubsLastSuccess)},
                                     {words(language, texts::kSubsLastFailure)}},
                         .rows = {}};
  for (std::size_t i = 0; i < std::min(watchers.size(), kWatchersShown); ++i) {
    const subscription::Subscription& of = *watchers[i].subscription;
    const subscription::Counters& counters = watchers[i].counters;
    table.rows.push_back({{.text = of.id},
                          {.text = state_of_subscription(of, counters, now, language)},
                          {.text = shown_endpoint(of.notification.endpoint.uri)},
                          {.text = web::number(language, counters.times_sent)},
                          {.text = web::number(language, counters.times_failed)},
                          {.text = at_or_dash(counters.last_success, language)},
                          {.text = at_or_dash(counters.last_failure, language)}});
  }
  return table;
}

Response list_sources(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const Language language = web::language_of(request);
  std::vector<federation::RegistrationPtr> all = needs.data->registrations.list(place->tenant);
  const int last = last_page(static_cast<std::int64_t>(all.size()), kSourcesAPage);
  const int page = std::min(asked_page(request), last);
  keep_page(all, page, kSourcesAPage);
  DataListPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSourcesTitle)),
      .page = web::path(language, kSourcesPage),
      .intro = words(language, texts::kSourcesIntro),
      .empty = words(language, texts::kSourcesNone),
      .tenants = tenant_choices(needs, *place, Action::kDataManage, language),
      .table = sources_table(needs, all, *place, language),
      .pagination = {.address = address(kSourcesPage, {{"mandant", place->tenant}}),
                     .current = page,
                     .last = last}};
  auto watchers = needs.data->watchers.list(place->tenant);
  // This server's own go with the subscriptions to entities: each page of these shows its sources.
  std::erase_if(watchers, [](const federation::Watchers::Entry& entry) {
    return entry.subscription->notification.endpoint.uri.ends_with(federation::kNotificationPath);
  });
  if (!watchers.empty()) {
    view.more.push_back(watchers_table(watchers, needs.tickets.civil_clock.now(), language));
  }
  web::Html out(language);
  render_data_list(out, view);
  return personal(std::move(out));
}

// --- one

web::kern::DescriptionList source_facts(const federation::Registration& of,
                                        const federation::Counters& counters, Instant now,
                                        Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    if (!value.empty()) facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  const auto milliseconds = [&](std::int64_t ms, const web::Text& none) {
    return ms == 0 ? words(language, none) : web::number(language, ms) + " ms";
  };
  add(texts::kSubsState, state_of_source(of, counters, now, language));
  add(texts::kSourcesEndpoint, shown_endpoint(of.endpoint));
  add(texts::kSourcesMode, std::string(source_mode_name(of.mode)));
  add(texts::kSourcesAlias, of.alias);
  add(texts::kDataTenant, of.source_tenant);
  add(texts::kSourcesAsked, web::number(language, counters.times_sent));
  add(texts::kSubsFailed, web::number(language, counters.times_failed));
  add(texts::kSubsLastSuccess, at_or_dash(counters.last_success, language));
  add(texts::kSubsLastFailure, at_or_dash(counters.last_failure, language));
  add(texts::kSourcesTimeout, milliseconds(of.management.timeout_ms, texts::kSourcesOwnTimeout));
  add(texts::kSourcesCooldown, milliseconds(of.management.cooldown_ms, texts::kSourcesNoCooldown));
  if (of.expires_at) add(texts::kSubsExpires, web::date_time(language, *of.expires_at));
  add(texts::kDataCreated, web::date_time(language, of.created_at));
  add(texts::kDataChanged, web::date_time(language, of.modified_at));
  return facts;
}

std::string joined_short_names(const std::vector<std::string>& iris,
                               const jsonld::Context& context) {
  std::string text;
  for (const std::string& iri : iris) {
    text += (text.empty() ? "" : ", ") + short_name(context, iri);
  }
  return text;
}

web::kern::Table information_table(const Needs& needs, const federation::Registration& of,
                                   Language language) {
  web::kern::Table table{.caption = words(language, texts::kSourcesInformation),
                         .columns = {{words(language, texts::kDataType)},
                                     {words(language, texts::kDataId)},
                                     {words(language, texts::kDataAttributes)}},
                         .rows = {}};
  const std::string any = words(language, texts::kSourcesAny);
  for (const federation::Information& part : of.information) {
    std::string attributes = joined_short_names(part.attributes, *needs.context);
    if (attributes.empty()) attributes = any;
    if (part.entities.empty()) {
      table.rows.push_back({{.text = any}, {.text = any}, {.text = attributes}});
    }
    for (const federation::EntityInfo& entity : part.entities) {
      const std::string& id = entity.id.empty() ? entity.id_pattern : entity.id;
      table.rows.push_back({{.text = joined_short_names(entity.types, *needs.context)},
                            {.text = id.empty() ? any : id},
                            {.text = attributes}});
    }
  }
  return table;
}

Response show_source(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const std::string id = request.query_param("id").value_or("");
  const federation::RegistrationPtr of = needs.data->registrations.find(place->tenant, id);
  if (!of) {
    return refused(needs, request,
                   {Code::kResourceNotFound, "there is no registration of this id", "id"});
  }
  const Language language = web::language_of(request);
  const federation::Counters counters = needs.data->registrations.counters(*of);
  const Instant now = needs.tickets.civil_clock.now();
  const std::string whole = federation::to_json(
      *of, counters, {.context = *needs.context, .sys_attrs = true, .secrets = false});
  ShownJson document = shown_json(without_password(whole, of->endpoint));
  const DataThingPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSourcesOne)),
      .id = id,
      .back_text = words(language, texts::kSourcesBack),
      .back_href = tenant_href(kSourcesPage, *place, language),
      .trouble = counters.last_failed ? words(language, texts::kSourcesTrouble) : std::string(),
      .facts = source_facts(*of, counters, now, language),
      .deeds = {},
      .csrf = {},
      .tables = {information_table(needs, *of, language)},
      .json_title = words(language, texts::kSourcesDocument),
      .json = std::move(document.text),
      .cut = document.cut};
  web::Html out(language);
  render_data_thing(out, view);
  return personal(std::move(out));
}

}  // namespace

void add_data_sources(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kSourcesPage, list_sources);
  add_staff_page(router, needs, net::Method::kGet, kSourcePage, show_source);
}

}  // namespace revier::console
