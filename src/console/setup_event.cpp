// SPDX-License-Identifier: EUPL-1.2
// What the five questions leave out of the event: when one can register, what the start page tells
// of it, and the topics that sessions belong to.
#include <algorithm>

#include <fmt/format.h>

#include "base/split.h"
#include "console/detail/item_fields.h"
#include "console/detail/programme.h"
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using event::Event;
using event::Item;
using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kEventStep = "/console/einrichtung/veranstaltung";
constexpr std::size_t kSpareTopics = 4;
constexpr std::size_t kTopicsMax = 60;

std::string topic_field(std::size_t number, std::string_view language) {
  return fmt::format("topic_{}_{}", number, language);
}

// --- the form

web::Form event_form(std::size_t topics, Language language) {
  web::Form form{
      {{.name = "csrf", .kind = FieldKind::kHidden},
       {.name = "stand", .kind = FieldKind::kHidden},
       {.name = "opens_day",
        .kind = FieldKind::kDate,
        .label = texts::kDetailsOpensDay,
        .hint = texts::kDetailsOpensHint},
       {.name = "opens_at", .kind = FieldKind::kTime, .label = texts::kDetailsOpensAt},
       {.name = "closes_day",
        .kind = FieldKind::kDate,
        .label = texts::kDetailsClosesDay,
        .hint = texts::kDetailsClosesHint},
       {.name = "closes_at", .kind = FieldKind::kTime, .label = texts::kDetailsClosesAt},
       {.name = "motto_de", .label = texts::kDetailsMottoDe},
       {.name = "motto_en", .label = texts::kDetailsMottoEn},
       {.name = "admission_de",
        .label = texts::kDetailsAdmissionDe,
        .hint = texts::kDetailsAdmissionHint},
       {.name = "admission_en", .label = texts::kDetailsAdmissionEn},
       fields::long_text("organisers", texts::kDetailsOrganisers, texts::kDetailsOneALine),
       fields::long_text("cities", texts::kDetailsCities, texts::kDetailsOneALine),
       fields::long_text("focus_de", texts::kDetailsFocusDe, texts::kDetailsFocusHint),
       fields::long_text("focus_en", texts::kDetailsFocusEn, texts::kDetailsFocusEnHint)}};
  for (std::size_t n = 1; n <= topics; ++n) {
    const auto number = static_cast<std::int64_t>(n);
    const auto label = [&](const web::Message& key) {
      return web::Label(web::text(language, key, {{"number", number}}));
    };
    form.fields.push_back({.name = topic_field(n, "de"), .label = label(texts::kDetailsTopicDe)});
    form.fields.push_back({.name = topic_field(n, "en"), .label = label(texts::kDetailsTopicEn)});
  }
  return form;
}

std::vector<FormPart> event_parts(std::size_t topics, Language language) {
  std::vector<std::string> all;
  for (std::size_t n = 1; n <= topics; ++n) {
    for (const char* each : {"de", "en"}) all.push_back(topic_field(n, each));
  }
  const auto part = [&](const web::Text& heading, std::vector<std::string> fields) {
    return FormPart{words(language, heading), std::move(fields), true};
  };
  return {part(texts::kDetailsRegistration, {"opens_day", "opens_at", "closes_day", "closes_at"}),
          part(texts::kDetailsStartPage, {"motto_de", "motto_en", "admission_de", "admission_en",
                                          "organisers", "cities", "focus_de", "focus_en"}),
          part(texts::kDetailsTopics, std::move(all))};
}

std::size_t topics_shown(const Event& event) {
  return std::max(event.tracks.size(), std::min(event.tracks.size() + kSpareTopics, kTopicsMax));
}

// --- from the event

void fill_instant(FormData& data, std::string_view name, const std::optional<Instant>& instant) {
  if (!instant) return;
  data.set(fmt::format("{}_day", name), web::iso_date(*instant));
  data.set(fmt::format("{}_at", name), web::iso_time(*instant));
}

void fill_focus(FormData& data, const Event& event) {
  std::vector<std::string> de, en;
  for (const event::Localised& each : event.focus) {
    de.push_back(each.de);
    en.push_back(each.en);
  }
  data.set("focus_de", fields::lines_of(de));
  if (en != de) data.set("focus_en", fields::lines_of(en));
}

FormData details_data(const Item& item) {
  const Event event = event::read_event(item);
  FormData data;
  data.set("stand", stamp_of(item));
  fill_instant(data, "opens", event.registration_opens_at);
  fill_instant(data, "closes", event.registration_closes_at);
  fields::fill_localised(event.motto, data, "motto");
  fields::fill_localised(event.admission, data, "admission");
  std::vector<std::string> further = event.organisers;
  if (!further.empty()) further.erase(further.begin());  // the city, asked for before
  data.set("organisers", fields::lines_of(further));
  data.set("cities", fields::lines_of(event.partner_cities));
  fill_focus(data, event);
  for (std::size_t n = 0; n < event.tracks.size(); ++n) {
    fields::fill_localised(event.tracks[n].name, data, fmt::format("topic_{}", n + 1));
  }
  return data;
}

// --- into the event

// `hour`: where the day alone is said.
std::optional<Instant> instant_in(FormData& data, const std::string& name, std::string_view hour) {
  const std::string day = name + "_day";
  const std::string at = name + "_at";
  if (!data.has(day) && !data.has(at)) return std::nullopt;
  if (!data.has(day)) {
    data.fail(day, texts::kDetailsNoDay);
    return std::nullopt;
  }
  const auto instant = web::from_local(data.get(day), data.has(at) ? data.get(at) : hour);
  if (instant) return *instant;
  data.fail(at, texts::kEditNoHour);
  return std::nullopt;
}

void take_registration(FormData& data, Item& item) {
  const auto opens = instant_in(data, "opens", "00:00");
  const auto closes = instant_in(data, "closes", "23:59");
  if (opens && closes && *closes <= *opens) data.fail("closes_day", texts::kDetailsClosesFirst);
  fields::set_instant(item, "registration_opens_at", opens);
  fields::set_instant(item, "registration_closes_at", closes);
}

void take_focus(FormData& data, Item& item) {
  const std::vector<std::string> de = split_list(data.get("focus_de"), '\n');
  std::vector<std::string> en = split_list(data.get("focus_en"), '\n');
  if (en.empty()) en = de;
  if (en.size() != de.size()) {
    data.fail("focus_en", texts::kDetailsFocusUneven);
    return;
  }
  if (de.empty()) {
    item.fields.erase("focus");
    return;
  }
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (std::size_t n = 0; n < de.size(); ++n) {
    out.begin_object().member("de", de[n]).member("en", en[n]).end_object();
  }
  out.end_array();
  item.fields["focus"] = std::move(text);
}

bool is_used(const event::Programme& programme, std::string_view topic) {
  return std::ranges::any_of(programme.sessions,
                             [&](const event::Session& session) { return session.track == topic; });
}

void set_topics(Item& item, const std::vector<event::Track>& topics) {
  if (topics.empty()) {
    item.fields.erase("tracks");
    return;
  }
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const event::Track& topic : topics) {
    out.begin_object().member("id", topic.id).key("name").begin_object();
    out.member("de", topic.name.de).member("en", topic.name.en).end_object();
    if (!topic.examples.empty()) {
      out.key("example").begin_array();
      for (const std::string& example : topic.examples) out.string(example);
      out.end_array();
    }
    out.end_object();
  }
  out.end_array();
  item.fields["tracks"] = std::move(text);
}

// A row is the topic that stood there: sessions keep theirs when its name changes.
void take_topics(FormData& data, Item& item, const event::Programme& preview) {
  const Event before = event::read_event(item);
  std::vector<event::Track> topics;
  for (std::size_t n = 1; n <= topics_shown(before); ++n) {
    const std::string field = topic_field(n, "de");
    const bool is_known = n <= before.tracks.size();
    event::Track topic = is_known ? before.tracks[n - 1] : event::Track{};
    const std::string_view en = data.get(topic_field(n, "en"));
    const std::string de(data.has(field) ? data.get(field) : en);
    if (de.empty()) {
      if (is_known && is_used(preview, topic.id)) data.fail(field, texts::kDetailsTopicUsed);
      continue;
    }
    const bool is_twice =
        std::ranges::any_of(topics, [&](const event::Track& other) { return other.name.de == de; });
    if (is_twice) data.fail(field, texts::kDetailsTopicTwice);
    topic.name = {de, en.empty() ? de : std::string(en)};
    topics.push_back(std::move(topic));
  }
  for (event::Track& topic : topics) {
    if (!topic.id.empty()) continue;
    topic.id = unused_id(topic.name.de, "thema", [&](std::string_view id) {
      return std::ranges::find(topics, id, &event::Track::id) == topics.end();
    });
  }
  set_topics(item, topics);
}

void take_details(FormData& data, Item& item, const event::Programme& preview) {
  take_registration(data, item);
  fields::set_localised(item, "motto", data.get("motto_de"), data.get("motto_en"));
  fields::set_localised(item, "admission", data.get("admission_de"), data.get("admission_en"));
  std::vector<std::string> organisers = event::read_event(item).organisers;
  organisers.resize(std::min<std::size_t>(organisers.size(), 1));
  for (std::string& each : split_list(data.get("organisers"), '\n')) {
    organisers.push_back(std::move(each));
  }
  fields::set_list(item, "organisers", organisers);
  fields::set_list(item, "partner_cities", split_list(data.get("cities"), '\n'));
  take_focus(data, item);
  take_topics(data, item, preview);
}

// --- the page

Response ask_questions_first(const Request& request) {
  return Response::see_other(
      web::path(web::language_of(request), std::string(kSetupPage) + "/fragen"));
}

Response show_details(const Needs& needs, const Request& request, const Caller& caller,
                      const Item& item, FormData data) {
  const Language language = web::language_of(request);
  const std::size_t topics = topics_shown(event::read_event(item));
  data.set("csrf", std::string(caller.csrf()));
  const web::Form form = event_form(topics, language);
  EventDetailsPage view{
      .head = make_head(needs, request, caller, words(language, texts::kDetailsTitle)),
      .form = {form, data},
      .parts = event_parts(topics, language)};
  const bool wrong = !data.valid();
  view.head.page.has_errors = wrong;
  web::Html out(language);
  render_setup_event(out, view);
  return personal(std::move(out), wrong ? 422 : 200);
}

Response ask_details(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) return caller.error();
  const auto item = known_event(needs);
  if (!item) return ask_questions_first(request);
  return show_details(needs, request, *caller, *item, details_data(*item));
}

// Whole items are replaced: read when nothing waits any more before the write, so that nobody's
// change is undone.
Task<Result<>> store_details(const Needs& needs, const Caller& caller, FormData& data) {
  std::optional<Item> item = known_event(needs);
  if (!item || data.get("stand") != stamp_of(*item)) {
    data.fail("opens_day", texts::kDetailsChanged);
    co_return Result<>{};
  }
  take_details(data, *item, *needs.programme->preview());
  if (!data.valid()) co_return Result<>{};
  co_return co_await put_at_once(needs, needs.setup->keeper, caller,
                                 {"site.set", "setting", "event"}, std::move(*item));
}

Task<Response> save_details(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  const auto item = known_event(needs);
  if (!item) co_return ask_questions_first(request);
  const web::Form form =
      event_form(topics_shown(event::read_event(*item)), web::language_of(request));
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(form, *data)) co_return show_details(needs, request, *caller, *item, *data);
  const auto done = co_await needs.programme->between_releases(
      [&] { return store_details(needs, *caller, *data); });
  if (!done) co_return refused(needs, request, done.error());
  if (!data->valid()) co_return show_details(needs, request, *caller, *item, *data);
  co_return Response::see_other(web::path(web::language_of(request), kSetupPage));
}

}  // namespace

void add_setup_event(net::Router& router, const Needs& needs) {
  web::add_page(router, net::Method::kGet, std::string(kEventStep),
                net::Handler([needs](Request& request) { return ask_details(request, needs); }));
  web::add_page(
      router, net::Method::kPost, std::string(kEventStep),
      net::AsyncHandler([needs](Request& request) { return save_details(request, needs); }),
      {.body_bytes_max = 64 * 1024});
}

}  // namespace revier::console
