// SPDX-License-Identifier: EUPL-1.2
// A person's own page: all that she booked, her data to take along, erasing.
#include "ticket/api_json.h"
#include "ticket/changes_store.h"
#include "ticket/detail/page_parts.h"
#include "ticket/export.h"
#include "ticket/pages.h"
#include "ticket/texts.h"

namespace revier::ticket {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Caching;
using web::Language;

constexpr std::string_view kOwnPage = "/meine-buchungen";

web::Form link_form() {
  std::vector<web::FormField> fields = person_fields();
  fields.erase(fields.begin());
  fields.front().hint = texts::kOwnMailHint;
  return {.fields = std::move(fields)};
}

Response show_ask(const PageNeeds& needs, const Request& request, const web::FormData& data,
                  bool sent, int status) {
  const web::Form form = link_form();
  AskLinkPage view{.page = private_page(needs, request, texts::kOwnAskTitle),
                   .form = form,
                   .data = data,
                   .sent = sent};
  view.page.has_errors = !data.valid();
  web::Html out(web::language_of(request));
  render_ask_link(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Response get_ask(const PageNeeds& needs, Request& request) {
  return show_ask(needs, request, {}, request.query_param("gesendet").has_value(), 200);
}

Task<Response> post_ask(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  const Language language = web::language_of(request);
  const web::Form form = link_form();
  auto data = web::read_form(form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(form, *data)) co_return show_ask(needs, request, *data, false, 422);
  const auto done = co_await needs.domain.registrations.send_own_link(
      std::string(data->get("mail")), language == Language::kDe ? "de" : "en");
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(language, std::string(kOwnPage) + "?gesendet=1"));
}

struct Person {
  std::string id;
  std::string mail;
  std::vector<Booking> bookings;
  std::vector<PersonThing> things;
};

Task<Result<Person>> person_of(const Request& request, const PageNeeds& needs) {
  auto id = needs.domain.links.open(kPersonLink, request.param("token"));
  if (!id) co_return fail(id.error());
  Person person{.id = std::move(*id), .mail = {}, .bookings = {}, .things = {}};
  const Instant now = needs.domain.civil_clock.now();
  RV_CO_TRY(co_await read_records(needs.domain, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(person.mail, rows::person_mail(session, person.id, now));
    RV_ASSIGN(person.bookings, rows::bookings_of_mail(session, person.mail));
    if (needs.domain.person_things) {
      RV_ASSIGN(person.things,
                needs.domain.person_things(session, person.mail, web::language_of(request)));
    }
    return {};
  }));
  co_return person;
}

std::string state_in(const Booking& booking, Language language) {
  const auto on = [&](const web::Message& key) {
    return web::text(language, key,
                     {{"date", web::date(language, booking.cancelled_at.value_or(Instant{}))}});
  };
  if (booking.state == BookingState::kCancelled) return on(texts::kOwnCancelled);
  if (booking.state == BookingState::kPassedOn) return on(texts::kOwnPassedOn);
  return {};
}

Task<Response> get_own(Request& request, const PageNeeds& needs) {
  const auto person = co_await person_of(request, needs);
  if (!person) co_return refused(needs, request, person.error());
  const Language language = web::language_of(request);
  OwnPage view{.page = private_page(needs, request, texts::kOwnTitle),
               .mail = person->mail,
               .bookings = {},
               .things = person->things,
               .export_href = std::string(request.path) + "/daten.json",
               .erase_href = std::string(request.path) + "/loeschen"};
  for (const Booking& booking : person->bookings) {
    const Instant at = booking.registered_at.value_or(booking.created_at);
    const bool ticket = booking.kind == BookingKind::kRegistration;
    view.bookings.push_back(
        {.title = web::text(language, ticket ? texts::kOwnBooking : texts::kOwnAppointment,
                            {{"date", web::date(language, at)}}),
         .state = state_in(booking, language),
         .code = ticket ? booking.code : std::string(),
         .claims = claim_rows(needs, booking, language, true),
         .open = std::string(
             web::text(language, ticket ? texts::kOwnOpen : texts::kOwnOpenAppointment)),
         .href = ticket_path(needs.domain.links, booking, language)});
  }
  web::Html out(language);
  render_own(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> get_export(Request& request, const PageNeeds& needs) {
  const auto person = co_await person_of(request, needs);
  if (!person) co_return refused(needs, request, person.error());
  auto text = co_await export_person(needs.domain, person->mail);
  if (!text) co_return refused(needs, request, text.error());
  co_return Response::json(200, std::move(*text))
      .header("Cache-Control", "no-store")
      .header("Content-Disposition", "attachment; filename=\"daten.json\"");
}

Task<Response> get_erase(Request& request, const PageNeeds& needs) {
  const auto person = co_await person_of(request, needs);
  if (!person) co_return refused(needs, request, person.error());
  const Language language = web::language_of(request);
  const std::string path(request.path);
  std::vector<std::string> stays;
  for (const PersonThing& thing : person->things) {
    if (!thing.stays.empty()) stays.push_back(thing.stays);
  }
  web::Html out(language);
  render_erase(out, {private_page(needs, request, texts::kEraseTitle),
                     web::text(language, texts::kEraseCount, {{"count", person->bookings.size()}}),
                     std::move(stays), path.substr(0, path.rfind('/'))});
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> post_erase(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto id = needs.domain.links.open(kPersonLink, request.param("token"));
  if (!id) co_return refused(needs, request, id.error());
  const auto report = co_await needs.domain.registrations.erase_person(std::move(*id));
  if (!report) co_return refused(needs, request, report.error());
  co_return Response::see_other(web::path(
      web::language_of(request), "/loeschung/" + needs.domain.links.token(kErasureLink, *report)));
}

Task<Response> get_erasure(Request& request, const PageNeeds& needs) {
  auto id = needs.domain.links.open(kErasureLink, request.param("token"));
  if (!id) co_return refused(needs, request, id.error());
  rows::Erasure report;
  const auto read = co_await read_records(needs.domain, [&](records::Session& s) -> Result<> {
    RV_ASSIGN(report, rows::find_erasure(s, *id));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  const auto counted = [&](const web::Message& key, std::int64_t count) {
    return web::text(language, key, {{"count", count}});
  };
  const Instant backups =
      report.done_at.value_or(report.asked_at) + Duration::days(needs.backup_days);
  ErasurePage view{.page = private_page(needs, request, texts::kErasureTitle),
                   .asked = web::date_time(language, report.asked_at),
                   .done = report.done_at ? web::date_time(language, *report.done_at) : "",
                   .erased = {counted(texts::kErasureBookings, report.bookings),
                              counted(texts::kErasureConsents, report.consents),
                              counted(texts::kErasureMails, report.mails)},
                   .backups = web::text(language, texts::kErasureBackups,
                                        {{"date", web::date(language, backups)}}),
                   .report_until = web::date(language, report.delete_after)};
  web::Html out(language);
  render_erasure(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

}  // namespace

void add_own_pages(net::Router& router, const PageNeeds& needs) {
  web::add_page(router, Method::kGet, std::string(kOwnPage),
                net::Handler([needs](Request& request) { return get_ask(needs, request); }));
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_ticket_page(router, needs, method, pattern, handler);
  };
  page(Method::kPost, "/meine-buchungen", post_ask);
  page(Method::kGet, "/meine-buchungen/{token}", get_own);
  page(Method::kGet, "/meine-buchungen/{token}/daten.json", get_export);
  page(Method::kGet, "/meine-buchungen/{token}/loeschen", get_erase);
  page(Method::kPost, "/meine-buchungen/{token}/loeschen", post_erase);
  page(Method::kGet, "/loeschung/{token}", get_erasure);
}

}  // namespace revier::ticket
