// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/entry.h"
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/texts.h"
#include "door/store.h"
#include "identity/routes.h"
#include "ticket/booking_store.h"
#include "ticket/days.h"
#include "ticket/letters.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

struct Counts {
  std::int64_t registered = 0;
  std::int64_t checked_in = 0;
};

web::kern::Table quota_table(const ticket::Registrations& registrations, Language language) {
  web::kern::Table table{.caption = words(language, texts::kOverviewQuotas),
                         .columns = {{words(language, texts::kOverviewQuota)},
                                     {words(language, texts::kOverviewWhen)},
                                     {words(language, texts::kOverviewCapacity), true},
                                     {words(language, texts::kOverviewTaken), true},
                                     {words(language, texts::kOverviewFree), true},
                                     {words(language, texts::kOverviewWaiting), true}},
                         .rows = {}};
  for (const ticket::QuotaStatus& status : registrations.quotas()) {
    const ticket::QuotaFigures& figures = status.figures;
    std::string title = ticket::title_in(status.quota, language);
    if (!status.quota.takes_place()) {
      title = web::text(language, texts::kOverviewCancelled, {{"title", title}});
    }
    table.rows.push_back({{.text = std::move(title)},
                          {.text = ticket::when_in(status.quota, language)},
                          {.text = web::number(language, figures.capacity)},
                          {.text = web::number(language, figures.taken)},
                          {.text = web::number(language, status.free())},
                          {.text = web::number(language, figures.waiting)}});
  }
  return table;
}

std::vector<StateLine> state_lines(const Needs& needs, Language language) {
  const auto line = [&](bool good, const web::Text& yes, const web::Text& no) {
    return StateLine{words(language, good ? yes : no), good};
  };
  return {
      line(needs.store_writable(), texts::kStateStoreGood, texts::kStateStoreBad),
      line(needs.tickets.database.writable(), texts::kStateRecordsGood, texts::kStateRecordsBad)};
}

Task<Response> overview(Request& request, const Needs& needs) {
  const Entry caller = enter_signed_in(needs, request);
  if (!caller) co_return caller.error();
  if (is_new_site(needs) && caller->may(Action::kSettingsManage)) {
    co_return Response::see_other(web::path(web::language_of(request), kSetupPage));
  }
  const ticket::Registrations& registrations = needs.tickets.registrations;
  const auto day = ticket::day_quota(registrations, "", needs.tickets.civil_clock.now());
  Counts counts;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(counts.registered, ticket::rows::count_registered(session));
    if (day) {
      RV_ASSIGN(counts.checked_in, door::rows::count_in(session, day->day));
    }
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  OverviewPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kOverviewTitle)),
      .facts = {{words(language, texts::kOverviewRegistered),
                 web::number(language, counts.registered)}},
      .quotas = quota_table(registrations, language),
      .states = {},
      .version = needs.version};
  if (day) {
    view.facts.push_back(
        {web::text(language, texts::kOverviewCheckedIn, {{"day", day_name(day->day, language)}}),
         web::number(language, counts.checked_in)});
  }
  if (caller->may(Action::kStateRead)) view.states = state_lines(needs, language);
  web::Html out(language);
  render_overview(out, view);
  co_return personal(std::move(out));
}

}  // namespace

std::string day_name(std::string_view day, Language language) {
  const auto noon = web::from_local(day, "12:00");
  return noon ? web::date(language, *noon, web::DateStyle::kFull) : std::string(day);
}

void add_overview(net::Router& router, const Needs& needs) {
  const auto page =
      net::AsyncHandler([needs](Request& request) { return overview(request, needs); });
  web::add_page(router, net::Method::kGet, std::string(identity::kConsolePage), page);
  web::add_page(
      router, net::Method::kGet, "/console", net::Handler([](Request& request) {
        return Response::see_other(web::path(web::language_of(request), identity::kConsolePage));
      }));
}

}  // namespace revier::console
