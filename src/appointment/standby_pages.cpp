// SPDX-License-Identifier: EUPL-1.2
// Waiting for a time to come free: entering, and everything else by the link in the letter.
#include <fmt/format.h>

#include "appointment/detail/page_parts.h"
#include "appointment/pages.h"
#include "appointment/standby_letters.h"
#include "appointment/texts.h"
#include "ticket/for_pages.h"
#include "ticket/letters.h"

namespace revier::appointment {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Caching;
using web::Language;

// As far ahead as days can be wished.
constexpr int kWishDaysMax = 366;
constexpr int kWishDaysShown = 14;

std::string standby_words(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

std::string this_day(const Pages& pages) { return web::iso_date(pages.domain.civil_clock.now()); }

// Entering.

web::Form enter_form() {
  web::FormField mail = ticket::person_fields().back();
  mail.hint = texts::kStandbyMailHint;
  return {.fields = {{.name = "von",
                      .kind = web::FieldKind::kDate,
                      .label = texts::kStandbyFrom,
                      .required = true,
                      .missing = texts::kStandbyFromMissing},
                     {.name = "bis",
                      .kind = web::FieldKind::kDate,
                      .label = texts::kStandbyTo,
                      .required = true,
                      .missing = texts::kStandbyToMissing},
                     std::move(mail)}};
}

bool any_free(const Pages& pages, const Choice& choice, std::string day, const std::string& last) {
  while (day <= last) {
    if (!pages.calendar.free(choice, day).empty()) return true;
    const auto next = day_after(day, 1);
    if (!next) return false;
    day = *next;
  }
  return false;
}

// What only this domain knows of the days; their form is the form's matter.
void check_days(const Pages& pages, web::FormData& data) {
  const std::string first(data.get("von"));
  const std::string last(data.get("bis"));
  const std::string now = this_day(pages);
  const auto most = day_after(now, kWishDaysMax);
  if (first < now) data.fail("von", texts::kStandbyFromPast);
  if (last < first) data.fail("bis", texts::kStandbyToEarly);
  if (most && last > *most) data.fail("bis", texts::kStandbyToLate);
}

// The next day on which the counter opens; today where none does.
std::string next_open_day(const Pages& pages, const Choice& choice) {
  const std::string today = this_day(pages);
  for (int i = 0; i + kWishDaysShown < kWishDaysMax; ++i) {
    const auto day = day_after(today, i);
    if (day && !openings(*choice.counter, *day).empty()) return *day;
  }
  return today;
}

Response show_enter(const Pages& pages, const Request& request, const Choice& choice,
                    web::FormData data, int status) {
  const Language language = web::language_of(request);
  const web::Form form = enter_form();
  if (status == 200) {
    const std::string first = next_open_day(pages, choice);
    data.set("von", first);
    data.set("bis", day_after(first, kWishDaysShown).value_or(first));
  }
  StandbyEnterPage view{
      .page = private_page(pages, request, standby_words(language, texts::kStandbyTitle)),
      .lead = fmt::format("{}, {}", choice.offer->name.in(language),
                          where_text(*choice.counter, *choice.programme, language)),
      .rules = standby_rules(pages.standby.options(), language),
      .form = form,
      .data = data,
      .sent = request.query_param("gesendet").has_value(),
      .times_href =
          web::path(language, fmt::format("/termine/{}/{}", choice.counter->id, choice.offer->id))};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_standby_enter(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_enter(Request& request, const Pages& pages) {
  const auto choice = pages.calendar.find(request.param("counter"), request.param("offer"));
  if (!choice) co_return refused(pages, request, choice.error());
  co_return show_enter(pages, request, *choice, {}, 200);
}

Task<Response> post_enter(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  const auto choice = pages.calendar.find(request.param("counter"), request.param("offer"));
  if (!choice) co_return refused(pages, request, choice.error());
  const web::Form form = enter_form();
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (web::validate(form, *data)) check_days(pages, *data);
  if (!data->valid()) co_return show_enter(pages, request, *choice, *data, 422);
  if (!pages.holds->take(request.client_address)) {
    data->fail("mail", texts::kTimesNetworkLimit);
    co_return show_enter(pages, request, *choice, *data, 429);
  }
  // After the limit: it looks at every day that is wished.
  if (any_free(pages, *choice, std::string(data->get("von")), std::string(data->get("bis")))) {
    data->fail("von", texts::kStandbyFreeNow);
    co_return show_enter(pages, request, *choice, *data, 422);
  }
  const Language language = web::language_of(request);
  const auto done = co_await pages.standby.enter({.id = {},
                                                  .counter = choice->counter->id,
                                                  .offer = choice->offer->id,
                                                  .first_day = std::string(data->get("von")),
                                                  .last_day = std::string(data->get("bis")),
                                                  .mail = std::string(data->get("mail")),
                                                  .language = std::string(web::code(language)),
                                                  .asked_at = {},
                                                  .confirmed_at = {},
                                                  .delete_after = {}});
  if (!done) co_return refused(pages, request, done.error());
  co_return Response::see_other(std::string(request.path) + "?gesendet=1");
}

// By the link.

web::Form name_form() {
  web::FormField name = ticket::person_fields().front();
  name.hint = {};
  return {.fields = {std::move(name), {.name = "tat", .kind = web::FieldKind::kHidden}}};
}

Task<Result<StandbyView>> read_standby(const Request& request, const Pages& pages) {
  auto id = pages.domain.links.open(kStandbyLink, request.param("token"));
  if (!id) co_return fail(id.error());
  StandbyView view;
  RV_CO_TRY(co_await ticket::read_records(pages.domain, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(view, rows::view_standby(session, *id));
    return {};
  }));
  co_return view;
}

Response show_no_entry(const Pages& pages, const Request& request, int status) {
  const Language language = web::language_of(request);
  const web::Form form;
  const web::FormData data;
  const StandbyPage view{
      .page = private_page(pages, request, standby_words(language, texts::kStandbyOwnTitle)),
      .state = StandbyState::kEnded,
      .problem = {},
      .title = standby_words(language, texts::kStandbyEnded),
      .text = standby_words(language, texts::kStandbyEndedText),
      .facts = {},
      .days = {},
      .rules = {},
      .form = form,
      .data = data,
      .delete_after = {}};
  web::Html out(language);
  render_standby(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Response refused_standby(const Pages& pages, const Request& request, const Error& error) {
  return error.code == Code::kGone ? show_no_entry(pages, request, 410)
                                   : refused(pages, request, error);
}

Facts wished(const Pages& pages, const StandbyView& known, Language language) {
  Facts facts;
  const event::ProgrammePtr programme = pages.calendar.programme();
  if (const event::Offer* const offer = programme->offer(known.entry.offer)) {
    facts.what = offer->name.in(language);
    if (known.draw) facts.needs = language == Language::kDe ? offer->needs_de : offer->needs_en;
  }
  if (const event::Counter* const counter = programme->counter(known.entry.counter)) {
    facts.where = where_text(*counter, *programme, language);
  }
  facts.when = known.draw ? when_text(known.draw->slot.from, known.draw->slot.to, language)
                          : standby_days(known.entry, language);
  return facts;
}

void set_notice(StandbyPage& view, const StandbyView& known, Language language) {
  if (known.draw) {
    view.state = StandbyState::kOffered;
    view.title = web::text(language, texts::kStandbyOffered,
                           {{"time", web::date_time(language, known.draw->offered_until)}});
    view.text = standby_words(language, texts::kStandbyOfferedText);
  } else if (known.entry.confirmed_at) {
    view.state = StandbyState::kWaiting;
    view.title = standby_words(language, texts::kStandbyWaiting);
    view.text = web::text(language, texts::kStandbyWaitingText, {{"count", known.waiting}});
  } else {
    view.state = StandbyState::kUnconfirmed;
    view.title = standby_words(language, texts::kStandbyConfirm);
    view.text = standby_words(language, texts::kStandbyConfirmText);
  }
}

// `problem` says why the last thing was not done.
Response show_standby(const Pages& pages, const Request& request, const StandbyView& known,
                      const web::FormData& data, int status, const web::Text* problem = nullptr) {
  const Language language = web::language_of(request);
  const web::Form form = name_form();
  StandbyPage view{
      .page = private_page(pages, request, standby_words(language, texts::kStandbyOwnTitle)),
      .problem = problem == nullptr ? std::string() : standby_words(language, *problem),
      .title = {},
      .text = {},
      .facts = wished(pages, known, language),
      .days = standby_days(known.entry, language),
      .rules = standby_rules(pages.standby.options(), language),
      .form = form,
      .data = data,
      .delete_after = web::text(
          language, texts::kStandbyKept,
          {{"mail", known.entry.mail}, {"date", web::date(language, known.entry.delete_after)}})};
  set_notice(view, known, language);
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_standby(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_standby(Request& request, const Pages& pages) {
  const auto known = co_await read_standby(request, pages);
  if (!known) co_return refused_standby(pages, request, known.error());
  co_return show_standby(pages, request, *known, {}, 200);
}

Task<Response> accept_offer(const Request& request, const Pages& pages, StandbyView known,
                            web::FormData data) {
  const web::Form form = name_form();
  if (!web::validate(form, data)) co_return show_standby(pages, request, known, data, 422);
  const auto booked = co_await pages.standby.accept(known, std::string(data.get("name")));
  if (booked) {
    co_return Response::see_other(
        ticket::ticket_path(pages.domain.links, *booked, web::language_of(request)));
  }
  const Error& error = booked.error();
  if (error.code != Code::kSeatLimit && error.code != Code::kHoldEnded) {
    co_return refused_standby(pages, request, error);
  }
  if (error.code == Code::kSeatLimit) {
    co_return show_standby(pages, request, known, data, 409, &texts::kDetailsPersonLimit);
  }
  known.draw.reset();
  co_return show_standby(pages, request, known, data, 410, &texts::kStandbyTooLate);
}

Task<Response> confirm_standby(const Request& request, const Pages& pages,
                               const StandbyView& known) {
  const auto done = co_await pages.standby.confirm(known.entry.id);
  if (done) co_return Response::see_other(std::string(request.path));
  if (done.error().code != Code::kSeatLimit) {
    co_return refused_standby(pages, request, done.error());
  }
  co_return show_standby(pages, request, known, {}, 409, &texts::kStandbyPersonLimit);
}

Task<Response> post_standby(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto data = web::read_form(name_form(), request);
  if (!data) co_return refused(pages, request, data.error());
  const auto known = co_await read_standby(request, pages);
  if (!known) co_return refused_standby(pages, request, known.error());
  const std::string what(data->get("tat"));
  if (what == "annehmen") co_return co_await accept_offer(request, pages, *known, *data);
  if (what == "bestaetigen") co_return co_await confirm_standby(request, pages, *known);
  Result<> done = fail(Code::kBadRequestData, "choose one of the buttons of the page");
  if (what == "ablehnen") done = co_await pages.standby.decline(known->entry.id);
  if (what == "beenden") done = co_await pages.standby.leave(known->entry.id);
  if (!done) co_return refused_standby(pages, request, done.error());
  if (what == "beenden") co_return show_no_entry(pages, request, 200);
  co_return Response::see_other(std::string(request.path));
}

}  // namespace

void add_standby_pages(net::Router& router, const Pages& pages) {
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_appointment_page(router, pages, method, pattern, handler);
  };
  page(Method::kGet, "/termine/{counter}/{offer}/nachruecken", get_enter);
  page(Method::kPost, "/termine/{counter}/{offer}/nachruecken", post_enter);
  page(Method::kGet, "/nachruecken/{token}", get_standby);
  page(Method::kPost, "/nachruecken/{token}", post_standby);
}

}  // namespace revier::appointment
