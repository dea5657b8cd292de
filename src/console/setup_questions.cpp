// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "setup/first_event.h"
#include "setup/public_pages.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kQuestionsStep = "/console/einrichtung/fragen";

std::optional<web::Label> check_time(std::string_view text) {
  if (setup::is_time(text)) return std::nullopt;
  return web::Label(texts::kSetupWrongTime);
}

web::FormField time_field(std::string name, const web::Text& label) {
  return {.name = std::move(name),
          .label = label,
          .hint = texts::kSetupTimeHint,
          .required = true,
          .length_max = 5,
          .check = check_time};
}

web::FormField text_field(std::string name, const web::Text& label, const web::Text& hint,
                          bool required = true) {
  return {.name = std::move(name),
          .label = label,
          .hint = hint,
          .required = required,
          .length_max = 120};
}

// All of them have Central European Time, in which the pages tell every time.
std::vector<web::Option> time_zones() {
  std::vector<web::Option> options;
  for (const char* zone : {"Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/Luxembourg",
                           "Europe/Brussels", "Europe/Amsterdam"}) {
    options.push_back({.value = zone, .label = zone});
  }
  return options;
}

// City; languages; time zone; event with days and place; sender.
const web::Form& questions_form() {
  static const web::Form questions_form{
      {{.name = "csrf", .kind = FieldKind::kHidden},
       text_field("city", texts::kSetupCity, texts::kSetupCityHint),
       {.name = "languages",
        .kind = FieldKind::kRadios,
        .label = texts::kSetupLanguages,
        .required = true,
        .options = {{.value = "de_en", .label = texts::kSetupBoth},
                    {.value = "de", .label = texts::kSetupGerman}}},
       {.name = "time_zone",
        .kind = FieldKind::kSelect,
        .label = texts::kSetupZone,
        .hint = texts::kSetupZoneHint,
        .required = true,
        .options = time_zones()},
       text_field("name_de", texts::kSetupName, texts::kSetupNameHint),
       text_field("name_en", texts::kSetupNameEn, texts::kSetupNameEnHint, false),
       {.name = "first_day",
        .kind = FieldKind::kDate,
        .label = texts::kSetupFirst,
        .required = true},
       {.name = "last_day", .kind = FieldKind::kDate, .label = texts::kSetupLast, .required = true},
       time_field("opens", texts::kSetupOpens),
       time_field("closes", texts::kSetupCloses),
       text_field("venue", texts::kSetupVenue, texts::kSetupVenueHint),
       text_field("address", texts::kSetupAddress, texts::kSetupAddressHint),
       {.name = "seats",
        .kind = FieldKind::kNumber,
        .label = texts::kSetupSeats,
        .hint = texts::kSetupSeatsHint,
        .required = true,
        .min = 0,
        .max = 1'000'000,
        .inputmode = "numeric"},
       {.name = "sender",
        .kind = FieldKind::kEmail,
        .label = texts::kSetupSender,
        .hint = texts::kSetupSenderHint,
        .required = true}}};
  return questions_form;
}

std::optional<event::Item> find_item(const Needs& needs, std::string_view kind,
                                     std::string_view id) {
  auto item = needs.setup->keeper.find(*event::find_kind(kind), id);
  if (!item) return std::nullopt;
  return std::move(*item);
}

std::optional<event::Item> known_place(const Needs& needs,
                                       const std::optional<event::Item>& event) {
  if (!event) return std::nullopt;
  return find_item(needs, "places", event::read_event(*event).venue);
}

FormData stored(const Needs& needs) {
  FormData data;
  const setup::SettingsPtr settings = needs.setup->settings.now();
  const auto set = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) data.set(name, std::string(value));
  };
  set("city", settings->get(setup::kCity));
  set("languages", settings->begun() ? settings->get(setup::kLanguages) : "de_en");
  set("time_zone", settings->begun() ? settings->get(setup::kTimeZone) : "Europe/Berlin");
  set("sender", settings->get(setup::kSender));
  set("opens", "09:00");
  set("closes", "17:00");
  set("seats", "0");
  const auto item = known_event(needs);
  if (!item) return data;
  const setup::EventAnswers answers = setup::answers_of(*item, known_place(needs, item));
  if (!settings->begun()) {
    set("city", answers.organiser);
    set("time_zone", answers.time_zone);
  }
  set("name_de", answers.name_de);
  set("name_en", answers.name_en == answers.name_de ? "" : answers.name_en);
  set("first_day", answers.first_day);
  set("last_day", answers.last_day);
  set("opens", answers.opens);
  set("closes", answers.closes);
  set("venue", answers.venue);
  set("address", answers.address);
  data.set("seats", std::to_string(answers.seats));
  return data;
}

Response show_questions(const Needs& needs, const Request& request, const Caller& caller,
                        FormData data) {
  const Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  const bool wrong = !data.valid();
  QuestionsPage view{.head = make_head(needs, request, caller,
                                       std::string(web::text(language, texts::kSetupQuestions))),
                     .form = questions_form(),
                     .data = std::move(data)};
  view.head.page.has_errors = wrong;
  web::Html out(language);
  render_setup_questions(out, view);
  return personal(std::move(out), wrong ? 422 : 200);
}

setup::EventAnswers answers_from(const FormData& data) {
  const auto text = [&](std::string_view name) { return std::string(data.get(name)); };
  const bool english = text("languages") != "de" && data.has("name_en");
  return {.name_de = text("name_de"),
          .name_en = text(english ? "name_en" : "name_de"),
          .organiser = text("city"),
          .first_day = text("first_day"),
          .last_day = text("last_day"),
          .opens = text("opens"),
          .closes = text("closes"),
          .time_zone = text("time_zone"),
          .venue = text("venue"),
          .address = text("address"),
          .seats = data.integer("seats").value_or(0)};
}

setup::Settings::Values settings_from(const FormData& data, const setup::EventAnswers& answers,
                                      const std::string& event) {
  setup::Settings::Values values;
  for (const std::string_view name :
       {setup::kCity, setup::kLanguages, setup::kTimeZone, setup::kSender}) {
    values.emplace(name, data.get(name));
  }
  values.emplace(setup::kNameDe, answers.name_de);
  values.emplace(setup::kNameEn, answers.name_en);
  values.emplace(setup::kEvent, event);
  return values;
}

Result<setup::FirstItems> items_from(const Needs& needs, const setup::EventAnswers& answers) {
  const auto known = known_event(needs);
  return setup::first_items(answers, known, known_place(needs, known));
}

// The place before the event that refers to it, the settings last: until then nothing has begun,
// and the same answers can be sent again. A site that visitors see goes on being seen.
//
// Whole items are replaced: they are read when nothing waits any more before the write, between
// releases, so that nobody's change is undone.
Task<Result<>> store(const Needs& needs, const Caller& caller, const FormData& data) {
  const setup::EventAnswers answers = answers_from(data);
  const bool was_public =
      setup::is_public(*needs.setup->settings.now(), *needs.setup->keeper.now());
  RV_CO_ASSIGN(setup::FirstItems items, items_from(needs, answers));
  auto values = settings_from(data, answers, items.event.id);
  if (was_public) values.emplace(setup::kPublished, "1");
  RV_CO_TRY(co_await needs.setup->keeper.put(std::move(items.place)));
  RV_CO_TRY(co_await needs.setup->keeper.put(std::move(items.event)));
  co_return co_await save_settings(needs, caller, std::move(values), "questions");
}

Task<Response> answer(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, questions_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(questions_form(), *data))
    co_return show_questions(needs, request, *caller, *data);
  if (const auto items = items_from(needs, answers_from(*data)); !items) {
    const bool days = items.error().field != "closes";
    data->fail(days ? "last_day" : "closes",
               days ? texts::kSetupWrongDays : texts::kSetupWrongHours);
    co_return show_questions(needs, request, *caller, *data);
  }
  const auto done =
      co_await needs.programme->between_releases([&] { return store(needs, *caller, *data); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kSetupPage));
}

Response ask_questions(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  return caller ? show_questions(needs, request, *caller, stored(needs)) : caller.error();
}

}  // namespace

std::optional<event::Item> known_event(const Needs& needs) {
  const setup::SettingsPtr settings = needs.setup->settings.now();
  if (auto item = find_item(needs, "events", settings->get(setup::kEvent))) return item;
  const event::ProgrammePtr programme = needs.setup->keeper.now();
  if (programme->event() == nullptr) return std::nullopt;
  return find_item(needs, "events", programme->event()->id);
}

void add_setup_questions(net::Router& router, const Needs& needs) {
  web::add_page(router, net::Method::kGet, std::string(kQuestionsStep),
                net::Handler([needs](Request& request) { return ask_questions(request, needs); }));
  web::add_page(router, net::Method::kPost, std::string(kQuestionsStep),
                net::AsyncHandler([needs](Request& request) { return answer(request, needs); }),
                {.body_bytes_max = 16 * 1024});
}

}  // namespace revier::console
