// SPDX-License-Identifier: EUPL-1.2
#include "event/page_routes.h"

#include <algorithm>
#include <set>

#include "event/detail/feed_pages.h"
#include "event/detail/my_programme.h"
#include "event/detail/programme_pages.h"
#include "event/json_ld.h"
#include "event/page_rows.h"
#include "event/pages.h"
#include "event/place_text.h"
#include "event/texts.h"
#include "web/i18n.h"
#include "web/letter.h"

namespace revier::event {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kNextSessions = 3;
constexpr std::size_t kLiveOnStart = 3;

std::string dates_of(const Event& event, Language language) {
  const auto first = web::from_local(event.starts_on, "12:00");
  const auto last = web::from_local(event.ends_on, "12:00");
  return first && last ? web::date_range(language, *first, *last) : event.starts_on;
}

// What runs now, else what comes next on the programme.
void fill_now(StartPage& view, const Programme& programme, const Ledger& ledger, Instant now,
              Language language) {
  for (const Session& session : programme.sessions) {
    if (!session.cancelled && session.starts_at <= now && now < session.ends_at) {
      view.now.push_back(session_row(programme, ledger, session, language));
    }
  }
  view.now_heading =
      web::text(language, view.now.empty() ? texts::kStartNext : texts::kStartRunning);
  if (!view.now.empty()) return;
  for (const Session& session : programme.sessions) {
    if (session.cancelled || session.starts_at <= now) continue;
    if (view.now.size() == kNextSessions) break;
    view.now.push_back(session_row(programme, ledger, session, language));
    SessionRow& row = view.now.back();
    row.time.text =
        web::date(language, session.starts_at, web::DateStyle::kShort) + ",\n" + row.time.text;
  }
}

// One sensor of each of the first kinds.
std::vector<LiveCard> some_live(const std::vector<LiveThing>& things, Language language) {
  std::vector<LiveCard> cards;
  std::set<ThingKind> seen;
  for (const LiveThing& thing : things) {
    if (cards.size() == kLiveOnStart || !seen.insert(thing.kind).second) continue;
    cards.push_back(live_card(thing, language));
  }
  return cards;
}

Response show_start(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const Event* const event = programme->event();
  if (event == nullptr) return detail::not_found(needs, request);
  StartPage view{.page = needs.site.page(request, event->name.in(language)),
                 .has_offers = programme->has_offers_of_event(),
                 .has_fibre = false,
                 .motto = event->motto.in(language),
                 .dates = dates_of(*event, language),
                 .place = place_text(*programme, event->venue, language),
                 .admission = {event->admission.in(language), event->is_example("admission")},
                 .can_register = needs.can_register(),
                 .now_heading = {},
                 .now = {},
                 .days = {},
                 .focus = {},
                 .cities = event->partner_cities,
                 .live = some_live(needs.live_things(), language),
                 .json_ld = event_json_ld(*programme, *event, needs.site_url, language)};
  view.page.description =
      web::text(language, texts::kStartDescription, {{"event", event->name.in(language)}});
  // In the menu where a list is in force.
  view.has_fibre = std::ranges::any_of(
      view.page.navigation, [](const web::NavItem& item) { return item.page == "/glasfaser"; });
  fill_now(view, *programme, *needs.ledger(), needs.civil_clock.now(), language);
  for (const Day& day : event->days) {
    view.days.push_back({day.date,
                         day_heading(day.date, language),
                         {day.title.in(language), day.is_example("title")},
                         {}});
  }
  for (const Localised& topic : event->focus) view.focus.push_back(topic.in(language));
  web::Html out(language);
  render_start(out, view);
  return web::html_response(std::move(out));
}

Response show_exhibition(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const auto things = needs.live_things();
  ExhibitionPage view{
      needs.site.page(request, std::string(web::text(language, texts::kExhibitionTitle))), {}};
  for (const Exhibit& exhibit : programme->exhibits) {
    view.exhibits.push_back({exhibit.name,
                             exhibit.topic.in(language),
                             {exhibit.booth, exhibit.is_example("booth")},
                             exhibit.city,
                             live_cards(things, exhibit.live, language)});
  }
  web::Html out(language);
  render_exhibition(out, view);
  return web::html_response(std::move(out));
}

FilterView choices_of(std::string name, std::string_view label, const std::set<std::string>& values,
                      std::string_view chosen) {
  FilterView view{std::move(name), std::string(label), {}};
  for (const std::string& value : values) view.choices.push_back({value, value, value == chosen});
  return view;
}

PracticeCard practice_card(const Programme& programme, const BestPractice& practice,
                           const std::vector<LiveThing>& things, Language language) {
  PracticeCard card{practice.name.in(language),
                    practice.summary.in(language),
                    practice.city,
                    practice.fields,
                    {},
                    live_cards(things, practice.live, language)};
  for (const std::string& id : practice.sessions) {
    if (const Session* session = programme.session(id)) {
      card.sessions.push_back(
          {session->title.in(language), web::path(language, "/programm/" + session->id)});
    }
  }
  return card;
}

Response show_practices(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const auto things = needs.live_things();
  const std::string city = request.query_param("stadt").value_or("");
  const std::string field = request.query_param("feld").value_or("");
  PracticesPage view{
      needs.site.page(request, std::string(web::text(language, texts::kPracticesTitle))),
      {},
      {},
      {}};
  std::set<std::string> cities;
  std::set<std::string> fields;
  for (const BestPractice& practice : programme->best_practices) {
    cities.insert(practice.city);
    fields.insert(practice.fields.begin(), practice.fields.end());
    const bool fits =
        (city.empty() || practice.city == city) &&
        (field.empty() || std::ranges::find(practice.fields, field) != practice.fields.end());
    if (fits) view.practices.push_back(practice_card(*programme, practice, things, language));
  }
  if (programme->best_practices.empty()) {
    view.result = web::text(language, texts::kPracticesNone);
  } else {
    view.filters = {choices_of("stadt", web::text(language, texts::kPracticesCity), cities, city),
                    choices_of("feld", web::text(language, texts::kPracticesField), fields, field)};
    view.result = web::text(language, texts::kPracticesResult, {{"count", view.practices.size()}});
  }
  web::Html out(language);
  render_practices(out, view);
  return web::html_response(std::move(out));
}

Response show_city(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  CityPage view{needs.site.page(request, std::string(web::text(language, texts::kCityTitle))),
                live_groups(needs.live_things(), language),
                claim_cards(*needs.keeper.now(), language), std::string(needs.map_tiles),
                needs.is_demo};
  view.page.scripts = {"map.js"};
  web::Html out(language);
  render_city(out, view);
  return web::html_response(std::move(out));
}

// Where an appointment for it can be booked; empty where none can.
std::string booking_page(const Programme& programme, const Offer& offer, Language language) {
  if (!offer.by_appointment) return {};
  const auto serves = [&](const Counter& counter) {
    return std::ranges::find(counter.offers, offer.id) != counter.offers.end();
  };
  const auto counter = std::ranges::find_if(programme.counters, serves);
  if (counter == programme.counters.end()) return {};
  return web::path(language, fmt::format("/termine/{}/{}", counter->id, offer.id));
}

// Empty for one that was written before an offer of an event needed its times.
std::string times_of(const Offer& offer, Language language) {
  if (offer.starts_at == Instant{} || offer.ends_at == Instant{}) return {};
  return web::date(language, offer.starts_at) + ", " +
         web::time_range(language, offer.starts_at, offer.ends_at);
}

std::string duration_of(const Offer& offer, Language language) {
  if (offer.duration_min <= 0) return {};
  return web::duration(language, Duration::minutes(offer.duration_min));
}

OfferCard offer_card(const Programme& programme, const Offer& offer, Language language) {
  const Place* const place = programme.place(offer.place);
  std::string where = place == nullptr ? std::string() : place->name.in(language);
  if (!offer.spot.empty()) where += (where.empty() ? "" : ", ") + offer.spot;
  return {.name = offer.name.in(language),
          .summary = offer.summary.in(language),
          .needs = language == Language::kDe ? offer.needs_de : offer.needs_en,
          .when = {times_of(offer, language), offer.is_example("starts_at")},
          .where = {std::move(where), offer.is_example("spot")},
          .duration = {duration_of(offer, language), offer.is_example("duration_min")},
          .appointment = {std::string(web::text(language, offer.by_appointment
                                                              ? texts::kOffersWithAppointment
                                                              : texts::kOffersWithoutAppointment)),
                          offer.is_example("by_appointment")},
          .book_href = booking_page(programme, offer, language),
          .link = {std::string(web::text(language, texts::kOffersLink)), offer.url},
          .invented = offer.is_invented()};
}

Response show_offers(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  OffersPage view{needs.site.page(request, std::string(web::text(language, texts::kOffersTitle))),
                  {},
                  needs.is_demo};
  for (const Offer& offer : programme->offers) {
    if (offer.event.empty()) continue;  // of an office
    view.offers.push_back(offer_card(*programme, offer, language));
  }
  web::Html out(language);
  render_offers(out, view);
  return web::html_response(std::move(out));
}

Response show_travel(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  TravelPage view{
      needs.site.page(request, std::string(web::text(language, texts::kTravelTitle))), {}, {}};
  for (const auto& [id, place] : programme->places) {
    PlaceCard card{place.name.in(language),
                   place.address,
                   {},
                   {},
                   web::with_links(place.directions.in(language))};
    if (place.location) {
      card.geo_href = fmt::format("geo:{},{}", place.location->latitude, place.location->longitude);
    }
    if (place.accuracy_m > 0) {
      card.accuracy = web::text(language, texts::kTravelAccuracy, {{"metres", place.accuracy_m}});
    }
    if (card.address.empty() && card.directions.empty()) continue;
    std::vector<PlaceCard>& cards = card.directions.empty() ? view.places : view.described;
    const bool is_venue = programme->event() != nullptr && programme->event()->venue == id;
    cards.insert(is_venue ? cards.begin() : cards.end(), std::move(card));
  }
  web::Html out(language);
  render_travel(out, view);
  return web::html_response(std::move(out));
}

using RenderPlain = void (*)(web::Html&, const PlainPage&);

Response show_plain(const PageNeeds& needs, const Request& request, const web::Text& title,
                    RenderPlain render) {
  const Language language = web::language_of(request);
  web::Html out(language);
  render(out, {needs.site.page(request, std::string(web::text(language, title))),
               needs.site.owner_in(language)});
  return web::html_response(std::move(out));
}

}  // namespace

std::vector<web::NavItem> navigation() {
  return {{texts::kNavProgramme, "/programm"},     {texts::kNavRegister, "/anmeldung"},
          {texts::kNavExhibition, "/ausstellung"}, {texts::kNavPractices, "/best-practices"},
          {texts::kNavCity, "/stadt-jetzt"},       {texts::kNavOffers, "/buergeraktion"},
          {texts::kNavTravel, "/anreise"}};
}

std::vector<web::NavItem> footer() {
  return {
      {texts::kMineTitle, "/mein-programm"},  {texts::kNavBookings, "/meine-buchungen"},
      {texts::kChangesTitle, "/aenderungen"}, {texts::kImprintTitle, "/impressum"},
      {texts::kPrivacyTitle, "/datenschutz"}, {texts::kAccessibilityTitle, "/barrierefreiheit"}};
}

bool has_content(const Programme& programme, bool live_values, std::string_view page) {
  if (page == "/ausstellung") return !programme.exhibits.empty();
  if (page == "/best-practices") return !programme.best_practices.empty();
  if (page == "/buergeraktion") return programme.has_offers_of_event();
  return page != "/stadt-jetzt" || live_values || !programme.city_facts.empty();
}

std::vector<web::Feed> feeds() {
  return {{texts::kFeedAtom, "application/atom+xml", "/feed.atom"},
          {texts::kFeedJson, "application/feed+json", "/feed.json"},
          {texts::kFeedCalendar, "text/calendar", "/calendar.ics"}};
}

void add_pages(net::Router& router, const PageNeeds& needs) {
  const auto page = [&](const char* pattern, Response (*show)(const PageNeeds&, const Request&)) {
    web::add_page(router, net::Method::kGet, pattern,
                  net::Handler([needs, show](Request& request) { return show(needs, request); }));
  };
  page("/", show_start);
  router.add(net::Method::kGet, "/en",
             net::Handler([](Request&) { return Response::see_other("/en/"); }));
  page("/programm", detail::show_programme);
  page("/programm/{id}", detail::show_session);
  page("/sprecherin/{id}", detail::show_speaker);
  page("/calendar.ics", detail::show_calendar);
  detail::add_feed_pages(router, needs);
  detail::add_my_programme(router, needs);
  page("/ausstellung", show_exhibition);
  page("/best-practices", show_practices);
  page("/stadt-jetzt", show_city);
  page("/buergeraktion", show_offers);
  page("/anreise", show_travel);
  const auto plain = [&](const char* pattern, const web::Text& title, RenderPlain render) {
    web::add_page(router, net::Method::kGet, pattern,
                  net::Handler([needs, &title, render](Request& request) {
                    return show_plain(needs, request, title, render);
                  }));
  };
  if (!needs.is_demo) return;
  plain("/impressum", texts::kImprintTitle, render_imprint);
  plain("/datenschutz", texts::kPrivacyTitle, render_privacy);
  plain("/barrierefreiheit", texts::kAccessibilityTitle, render_accessibility);
}

}  // namespace revier::event
