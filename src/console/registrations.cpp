// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>

#include "console/detail/announcements.h"
#include "console/detail/participants.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/sheet.h"
#include "console/texts.h"
#include "door/store.h"
#include "ticket/booking_store.h"
#include "ticket/for_pages.h"
#include "ticket/letters.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using ticket::Booking;
using ticket::BookingState;
using ticket::Registrations;
using web::Language;

constexpr std::string_view kRegistrationsPage = "/console/anmeldungen";
constexpr std::int64_t kRegistrationsAPage = 50;
constexpr std::int64_t kFoundMax = 200;       // of a search by name or mail
constexpr std::int64_t kByNameAPage = 1'000;  // at the door one paper, not twenty pages
constexpr std::int64_t kRegistrationsSlice = 1'000;

std::string quota_title(const Registrations& registrations, const std::string& id,
                        Language language) {
  const auto status = registrations.quota(id);
  return status ? ticket::title_in(status->quota, language) : id;
}

std::string registered_at(const Booking& booking, Language language) {
  return booking.registered_at ? web::date_time(language, *booking.registered_at) : "";
}

std::string page_of(const Booking& booking) {
  return std::string(kRegistrationsPage) + "/" + booking.id;
}

// --- the list

std::vector<web::kern::Choice> quota_choices(const Registrations& registrations,
                                             std::string_view chosen, Language language) {
  std::vector<web::kern::Choice> choices;
  for (const ticket::QuotaStatus& status : registrations.quotas()) {
    choices.push_back({.value = status.quota.id,
                       .label = ticket::title_in(status.quota, language),
                       .hint = {},
                       .selected = status.quota.id == chosen});
  }
  return choices;
}

web::kern::Table list_table(const std::vector<Booking>& bookings, const std::string& quota,
                            const Registrations& registrations, Language language) {
  web::kern::Table table{.caption = words(language, texts::kListTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kListName)},
                                     {words(language, texts::kListSeats), true},
                                     {words(language, texts::kListState)},
                                     {words(language, texts::kListMail)},
                                     {words(language, texts::kListCode)},
                                     {words(language, texts::kListAt)}},
                         .rows = {}};
  for (const Booking& booking : bookings) {
    table.rows.push_back(
        {{.text = booking.name, .href = web::path(language, page_of(booking)), .html = {}},
         {.text = web::number(language, seats_in(booking, quota))},
         {.text = state_in(booking, quota, registrations, language)},
         {.text = booking.mail},
         {.text = booking.code},
         {.text = registered_at(booking, language)}});
  }
  return table;
}

struct Wish {
  ticket::rows::Search search;
  std::string order;  // "name"; else the newest first

  [[nodiscard]] bool by_name() const { return order == "name"; }
  [[nodiscard]] std::int64_t a_page() const {
    return by_name() ? kByNameAPage : kRegistrationsAPage;
  }
  [[nodiscard]] std::string address(std::string_view page) const {
    return console::address(page, {{"kontingent", search.quota}, {"ordnung", order}});
  }
};

// What a person is looked for by stands in no address: see find_by_text().
Wish asked_wish(const Request& request, const Caller& caller) {
  Wish wish{.search = {.text = {}, .quota = asked(request, "kontingent")},
            .order = asked(request, "ordnung")};
  if (!caller.may(Action::kRegistrationsRead)) {
    wish.search.events = caller.events_with(Action::kRegistrationsRead);
  }
  return wish;
}

// A booking belongs to the events of what it claims.
Result<> may_handle(const Caller& caller, Action action, const Booking& booking,
                    const Registrations& registrations) {
  for (const ticket::Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    if (status && caller.may(action, identity::Scope::event(status->quota.event))) return {};
  }
  return caller.require(action);
}

// All that were found, slice by slice.
Result<> each_booking(records::Session& session, ticket::rows::Search search,
                      const std::function<Result<>(const Booking&)>& step) {
  search.limit = kRegistrationsSlice;
  for (;; search.offset += kRegistrationsSlice) {
    RV_ASSIGN(const std::vector<Booking> bookings, ticket::rows::search(session, search));
    for (const Booking& booking : bookings) RV_TRY(step(booking));
    if (std::ssize(bookings) < kRegistrationsSlice) return {};
  }
}

struct Hits {
  std::int64_t count = 0;
  std::string counts;  // in words; empty: only the number
  std::vector<Booking> bookings;
};

Result<std::vector<Booking>> all_found(records::Session& session, const Wish& wish,
                                       Language language) {
  std::vector<Booking> bookings;
  RV_TRY(each_booking(session, wish.search, [&](const Booking& booking) -> Result<> {
    bookings.push_back(booking);
    return {};
  }));
  if (wish.by_name()) order_by_name(bookings, wish.search.quota, language);
  return bookings;
}

// A page of the list. What is sorted or counted by seats is read whole.
Result<Hits> page_of_list(records::Session& session, const Wish& wish, int& page,
                          Language language) {
  Hits hits;
  RV_ASSIGN(hits.count, ticket::rows::count(session, wish.search));
  page = std::min(page, last_page(hits.count, wish.a_page()));
  ticket::rows::Search search = wish.search;
  search.limit = wish.a_page();
  search.offset = (page - 1) * wish.a_page();
  if (!wish.by_name() && search.quota.empty()) {
    RV_ASSIGN(hits.bookings, ticket::rows::search(session, search));
    return hits;
  }
  RV_ASSIGN(const std::vector<Booking> all, all_found(session, wish, language));
  hits.counts = counts_text(all, search.quota, language);
  const std::int64_t from = std::min<std::int64_t>(search.offset, std::ssize(all));
  const std::int64_t to = std::min<std::int64_t>(from + search.limit, std::ssize(all));
  hits.bookings.assign(all.begin() + from, all.begin() + to);
  return hits;
}

RegistrationsPage list_page(const Needs& needs, const Request& request, const Caller& caller,
                            const Wish& wish, const Hits& hits) {
  const Language language = web::language_of(request);
  const Registrations& registrations = needs.tickets.registrations;
  const std::string& quota = wish.search.quota;
  const auto file_of = [&](const web::Text& label, std::string_view page) {
    return Link{words(language, label), web::path(language, wish.address(page))};
  };
  return {.head = make_head(needs, request, caller, words(language, texts::kListTitle)),
          .csrf = std::string(caller.csrf()),
          .text = wish.search.text,
          .heading = list_heading(registrations, quota, language),
          .quotas = quota_choices(registrations, quota, language),
          .by_name = wish.by_name(),
          .counts = hits.counts.empty()
                        ? web::text(language, texts::kListCount, {{"count", hits.count}})
                        : hits.counts,
          .table = list_table(hits.bookings, quota, registrations, language),
          .pagination = {},
          .files = {file_of(texts::kListXlsx, "/console/anmeldungen.xlsx"),
                    file_of(texts::kListCsv, "/console/anmeldungen.csv"),
                    file_of(texts::kListCheckInsXlsx, "/console/einlass.xlsx")},
          .write_href = announcements_href(needs, caller, language)};
}

Response show_list(RegistrationsPage view) {
  web::Html out(view.head.page.language);
  render_registrations(out, view);
  return personal(std::move(out));
}

Task<Response> list_registrations(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsRead);
  if (!caller) co_return caller.error();
  const Wish wish = asked_wish(request, *caller);
  int page = asked_page(request);
  Hits hits;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(hits, page_of_list(session, wish, page, web::language_of(request)));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  RegistrationsPage view = list_page(needs, request, *caller, wish, hits);
  view.pagination = {.address = wish.address(kRegistrationsPage),
                     .current = page,
                     .last = last_page(hits.count, wish.a_page())};
  co_return show_list(std::move(view));
}

// Names and addresses are sent in the body: addresses of pages stand in logs and histories.
Task<Response> find_by_text(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsRead);
  if (!caller) co_return caller.error();
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden},
                               {.name = "suche", .length_max = 100},
                               {.name = "kontingent", .length_max = 200},
                               {.name = "ordnung", .length_max = 20}}};
  auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const bool valid = web::validate(form, *own);
  Wish wish = asked_wish(request, *caller);
  wish.search.text = own->get("suche");
  wish.search.quota = own->get("kontingent");
  wish.search.limit = kFoundMax;
  wish.order = own->get("ordnung");
  const Language language = web::language_of(request);
  if (!valid || wish.search.text.empty()) {
    co_return Response::see_other(web::path(language, wish.address(kRegistrationsPage)));
  }
  Hits hits;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(hits.count, ticket::rows::count(session, wish.search));
    RV_ASSIGN(hits.bookings, ticket::rows::search(session, wish.search));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  if (wish.by_name()) order_by_name(hits.bookings, wish.search.quota, language);
  RegistrationsPage view = list_page(needs, request, *caller, wish, hits);
  view.files.clear();  // they hold all, not what was found
  if (hits.count > kFoundMax) {
    view.too_many = web::text(language, texts::kListTooMany, {{"count", kFoundMax}});
  }
  co_return show_list(std::move(view));
}

// --- the list as a file

std::string claims_text(const Booking& booking, const Registrations& registrations,
                        Language language) {
  std::string text;
  for (const ticket::Claim& claim : booking.claims) {
    if (!text.empty()) text += ", ";
    text += quota_title(registrations, claim.quota, language);
    if (claim.seats != 1) text += " × " + std::to_string(claim.seats);
    if (claim.state != ticket::ClaimState::kTaken ||
        !ticket::takes_place(registrations, claim.quota)) {
      text += " (" + claim_state(claim, registrations, language) + ")";
    }
  }
  return text;
}

SheetCell time_cell(const std::optional<Instant>& instant) {
  return instant ? SheetCell(*instant) : SheetCell();
}

Sheet list_sheet(Language language) {
  return {.name = language == Language::kDe ? "anmeldungen" : "registrations",
          .columns = {{words(language, texts::kListCode), 16},
                      {words(language, texts::kListName), 28},
                      {words(language, texts::kListMail), 34},
                      {words(language, texts::kListSeats), 8},
                      {words(language, texts::kListState), 22},
                      {words(language, texts::kListAt), 20},
                      {words(language, texts::kListCancelledAt), 20},
                      {words(language, texts::kListLanguage), 8},
                      {words(language, texts::kListClaims), 60}},
          .rows = {}};
}

Sheet check_in_sheet(Language language) {
  return {.name = language == Language::kDe ? "einlass" : "check-ins",
          .columns = {{words(language, texts::kListDay), 12},
                      {words(language, texts::kListCheckInAt), 20},
                      {words(language, texts::kListDesk), 24},
                      {words(language, texts::kListCode), 16},
                      {words(language, texts::kListName), 28},
                      {words(language, texts::kGatelistRemark), 30}},
          .rows = {}};
}

Result<Sheet> fill_list(records::Session& session, const Wish& wish,
                        const Registrations& registrations, Language language) {
  Sheet sheet = list_sheet(language);
  RV_ASSIGN(const std::vector<Booking> bookings, all_found(session, wish, language));
  for (const Booking& booking : bookings) {
    sheet.rows.push_back({booking.code, booking.name, booking.mail,
                          seats_in(booking, wish.search.quota),
                          state_in(booking, wish.search.quota, registrations, language),
                          time_cell(booking.registered_at), time_cell(booking.cancelled_at),
                          booking.language, claims_text(booking, registrations, language)});
  }
  return sheet;
}

// That it was taken back, or why it should not have been taken; mostly nothing.
std::string check_in_remark(const door::CheckIn& check_in, Language language) {
  std::string remark = problem_words(check_in.problem, language);
  if (!check_in.undone_at) return remark;
  if (!remark.empty()) remark += "; ";
  return remark + web::text(language, texts::kListUndone,
                            {{"when", web::date_time(language, *check_in.undone_at)}});
}

// Who was there: what was taken back by mistake stands on the registration's page alone.
Result<Sheet> fill_check_ins(records::Session& session, const ticket::rows::Search& search,
                             Language language) {
  Sheet sheet = check_in_sheet(language);
  RV_TRY(each_booking(session, search, [&](const Booking& booking) -> Result<> {
    RV_ASSIGN(const auto check_ins, door::rows::of_booking(session, booking.id));
    for (const door::CheckIn& check_in : check_ins) {
      if (check_in.undone_at) continue;
      sheet.rows.push_back({check_in.day, check_in.at, check_in.desk, booking.code, booking.name,
                            check_in_remark(check_in, language)});
    }
    return {};
  }));
  return sheet;
}

// Who takes names and addresses out of the house is written down first.
Task<Result<>> record_export(const Needs& needs, const Caller& caller, std::string_view what) {
  co_return co_await needs.tickets.database.writer().run([&](records::Session& session) {
    return needs.tickets.identity.record(session, caller, {"registrations.export", "list", what});
  });
}

Task<Response> registrations_file(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsRead);
  if (!caller) co_return caller.error();
  const Wish wish = asked_wish(request, *caller);
  const Language language = web::language_of(request);
  const bool check_ins = web::split_language(request.path).page.starts_with("/console/einlass");
  const SheetFormat format =
      request.path.ends_with(".csv") ? SheetFormat::kCsv : SheetFormat::kXlsx;
  const auto noted =
      co_await record_export(needs, *caller, check_ins ? "check-ins" : "registrations");
  if (!noted) co_return refused(needs, request, noted.error());
  Result<Response> made = fail(Code::kInternalError, "not read");
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(const Sheet sheet,
              check_ins ? fill_check_ins(session, wish.search, language)
                        : fill_list(session, wish, needs.tickets.registrations, language));
    made = sheet_response(sheet, format);
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  if (!made) co_return refused(needs, request, made.error());
  co_return std::move(*made);
}

// --- one of them

struct Found {
  Booking booking;
  std::vector<door::CheckIn> check_ins;
};

// Errors: kForbidden for a registration of an event that is not the caller's.
Task<Result<Found>> find(const Needs& needs, const Caller& caller, Action action, std::string id) {
  Found found;
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(found.booking, ticket::rows::find(session, id));
    if (found.booking.state == BookingState::kHeld ||
        found.booking.kind != ticket::BookingKind::kRegistration) {
      return fail(Code::kResourceNotFound, "there is no such registration");
    }
    RV_ASSIGN(found.check_ins, door::rows::of_booking(session, found.booking.id));
    return {};
  }));
  RV_CO_TRY(may_handle(caller, action, found.booking, needs.tickets.registrations));
  co_return found;
}

web::kern::DescriptionList facts_of(const Booking& booking, const Registrations& registrations,
                                    Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value, std::string href = {}) {
    if (value.empty()) return;
    facts.rows.push_back({words(language, key), std::move(value), {}, std::move(href)});
  };
  add(texts::kListState, state_in(booking, {}, registrations, language));
  add(texts::kListMail, booking.mail, "mailto:" + booking.mail);
  add(texts::kListCode, booking.code);
  add(texts::kListAt, registered_at(booking, language));
  if (booking.cancelled_at) {
    add(texts::kListCancelledAt, web::date_time(language, *booking.cancelled_at));
  }
  add(texts::kListLanguage,
      words(language, booking.language == "en" ? texts::kListEnglish : texts::kListGerman));
  add(texts::kListDeleteAfter, web::date(language, booking.delete_after));
  return facts;
}

web::kern::Table claims_table(const Booking& booking, const Registrations& registrations,
                              Language language) {
  web::kern::Table table{.caption = words(language, texts::kListClaims),
                         .columns = {{words(language, texts::kOverviewQuota)},
                                     {words(language, texts::kListSeats), true},
                                     {words(language, texts::kListState)}},
                         .rows = {}};
  const bool cancelled = booking.state != BookingState::kRegistered;
  for (const ticket::Claim& claim : booking.claims) {
    table.rows.push_back({{.text = quota_title(registrations, claim.quota, language)},
                          {.text = web::number(language, claim.seats)},
                          {.text = cancelled ? state_in(booking, {}, registrations, language)
                                             : claim_state(claim, registrations, language)}});
  }
  return table;
}

web::kern::Table check_in_table(const std::vector<door::CheckIn>& check_ins, Language language) {
  web::kern::Table table{.caption = words(language, texts::kListCheckIns),
                         .columns = {{words(language, texts::kListDay)},
                                     {words(language, texts::kListCheckInAt)},
                                     {words(language, texts::kListDesk)},
                                     {words(language, texts::kGatelistRemark)}},
                         .rows = {}};
  for (const door::CheckIn& check_in : check_ins) {
    table.rows.push_back({{.text = day_name(check_in.day, language)},
                          {.text = web::date_time(language, check_in.at)},
                          {.text = check_in.desk},
                          {.text = check_in_remark(check_in, language)}});
  }
  return table;
}

web::Form correction_form() {
  web::Form form{.fields = ticket::person_fields()};
  for (web::FormField& field : form.fields) {
    field.hint = {};
    field.autocomplete = "off";  // what the browser knows is the clerk's own name
  }
  form.fields.insert(form.fields.begin(), csrf_field());
  return form;
}

Task<Response> show_registration(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsRead);
  if (!caller) co_return caller.error();
  const auto found =
      co_await find(needs, *caller, Action::kRegistrationsRead, std::string(request.param("id")));
  if (!found) co_return refused(needs, request, found.error());
  const Language language = web::language_of(request);
  const Booking& booking = found->booking;
  const bool cancelled = booking.state != BookingState::kRegistered;
  const bool may_edit = !cancelled && may_handle(*caller, Action::kRegistrationsEdit, booking,
                                                 needs.tickets.registrations);
  RegistrationPage view{.head = make_head(needs, request, *caller, booking.name),
                        .facts = facts_of(booking, needs.tickets.registrations, language),
                        .claims = claims_table(booking, needs.tickets.registrations, language),
                        .check_ins = check_in_table(found->check_ins, language),
                        .cancelled = cancelled,
                        .correct_href = {},
                        .cancel_href = {}};
  if (may_edit) {
    view.correct_href = web::path(language, page_of(booking) + "/berichtigen");
    view.cancel_href = web::path(language, page_of(booking) + "/stornieren");
  }
  web::Html out(language);
  render_registration(out, view);
  co_return personal(std::move(out));
}

// --- correcting name and address, which sends the letter again

Response show_correct(const Needs& needs, const Request& request, const Caller& caller,
                      const Booking& booking, web::FormData data, int status) {
  const Language language = web::language_of(request);
  const web::Form form = correction_form();
  data.set("csrf", std::string(caller.csrf()));
  OneFormPage view{.head = make_head(needs, request, caller, words(language, texts::kCorrectTitle)),
                   .intro = web::text(language, texts::kCorrectIntro, {{"code", booking.code}}),
                   .form = {form, data},
                   .button = words(language, texts::kCorrectSubmit),
                   .action = web::path(language, page_of(booking) + "/berichtigen"),
                   .back_href = web::path(language, page_of(booking))};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_one_form(out, view);
  return personal(std::move(out), status);
}

Task<Response> ask_correct(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  const auto found =
      co_await find(needs, *caller, Action::kRegistrationsEdit, std::string(request.param("id")));
  if (!found) co_return refused(needs, request, found.error());
  web::FormData data;
  data.set("name", found->booking.name);
  data.set("mail", found->booking.mail);
  co_return show_correct(needs, request, *caller, found->booking, std::move(data), 200);
}

Task<Response> correct(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  const web::Form form = correction_form();
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto found =
      co_await find(needs, *caller, Action::kRegistrationsEdit, std::string(request.param("id")));
  if (!found) co_return refused(needs, request, found.error());
  const Booking& booking = found->booking;
  if (!web::validate(form, *data)) {
    co_return show_correct(needs, request, *caller, booking, *data, 422);
  }
  const auto done = co_await needs.tickets.registrations.correct(
      {.booking = booking.id,
       .name = std::string(data->get("name")),
       .mail = std::string(data->get("mail")),
       .also = audit_line(needs, *caller, "registration.correct", "registration", booking.id)});
  if (!done && done.error().code == Code::kTooManyRequests) {
    data->fail("mail", texts::kCorrectTooMany);
    co_return show_correct(needs, request, *caller, booking, *data, 429);
  }
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), page_of(booking)));
}

Task<Response> ask_cancel(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  const auto found =
      co_await find(needs, *caller, Action::kRegistrationsEdit, std::string(request.param("id")));
  if (!found) co_return refused(needs, request, found.error());
  const Language language = web::language_of(request);
  const Booking& booking = found->booking;
  CancelPage view{.head = make_head(needs, request, *caller, words(language, texts::kCancelTitle)),
                  .name = booking.name,
                  .code = booking.code,
                  .back_href = web::path(language, page_of(booking)),
                  .csrf = std::string(caller->csrf())};
  web::Html out(language);
  render_cancel(out, view);
  co_return personal(std::move(out));
}

Task<Response> cancel(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden}}};
  const auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const auto found =
      co_await find(needs, *caller, Action::kRegistrationsEdit, std::string(request.param("id")));
  if (!found) co_return refused(needs, request, found.error());
  const std::string id = found->booking.id;
  const auto done = co_await needs.tickets.registrations.cancel(
      id, audit_line(needs, *caller, "registration.cancel", "registration", id));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), page_of(found->booking)));
}

}  // namespace

void add_registrations(net::Router& router, const Needs& needs) {
  const auto page = [&](net::Method method, const std::string& pattern,
                        Task<Response> (*handler)(Request&, const Needs&)) {
    web::add_page(router, method, pattern, net::AsyncHandler([needs, handler](Request& request) {
                    return handler(request, needs);
                  }),
                  {.body_bytes_max = 16 * 1024});
  };
  const std::string one = std::string(kRegistrationsPage) + "/{id}";
  page(net::Method::kGet, std::string(kRegistrationsPage), list_registrations);
  page(net::Method::kPost, std::string(kRegistrationsPage), find_by_text);
  for (const char* list_file : {"/console/anmeldungen.csv", "/console/anmeldungen.xlsx",
                                "/console/einlass.csv", "/console/einlass.xlsx"}) {
    page(net::Method::kGet, list_file, registrations_file);
  }
  page(net::Method::kGet, one, show_registration);
  page(net::Method::kGet, one + "/berichtigen", ask_correct);
  page(net::Method::kPost, one + "/berichtigen", correct);
  page(net::Method::kGet, one + "/stornieren", ask_cancel);
  page(net::Method::kPost, one + "/stornieren", cancel);
}

}  // namespace revier::console
