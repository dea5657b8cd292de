// SPDX-License-Identifier: EUPL-1.2
// Who waits for what, in order; who has an offer, and until when.
#include "console/detail/entry.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ticket/changes_store.h"
#include "ticket/letters.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kWaitingListsPage = "/console/wartelisten";

struct List {
  ticket::Quota quota;
  std::vector<ticket::rows::Waiting> people;
};

web::kern::Table table_of(const List& list, const ticket::Registrations& registrations,
                          Language language) {
  web::kern::Table table{.caption = web::text(language, texts::kWaitingList,
                                              {{"title", ticket::title_in(list.quota, language)},
                                               {"count", list.people.size()}}),
                         .columns = {{words(language, texts::kWaitingWho)},
                                     {words(language, texts::kWaitingState)},
                                     {words(language, texts::kWaitingSeats), true},
                                     {words(language, texts::kWaitingSince)}},
                         .rows = {}};
  for (const ticket::rows::Waiting& person : list.people) {
    const bool held = person.name.empty();
    const std::string href = "/console/anmeldungen/" + person.booking;
    table.rows.push_back({{.text = held ? words(language, texts::kWaitingHeld) : person.name,
                           .href = held ? std::string() : web::path(language, href),
                           .html = {}},
                          {.text = ticket::claim_state_in(person.claim, registrations, language)},
                          {.text = web::number(language, person.claim.seats)},
                          {.text = web::date_time(language, person.since)}});
  }
  return table;
}

Task<Response> show_waiting_lists(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsRead);
  if (!caller) co_return caller.error();
  const ticket::Registrations& registrations = needs.tickets.registrations;
  std::vector<List> lists;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    for (const ticket::QuotaStatus& status : registrations.quotas()) {
      const auto scope = identity::Scope::event(status.quota.event);
      if (!caller->may(Action::kRegistrationsRead, scope)) continue;
      RV_ASSIGN(auto people, ticket::rows::waiting_for(session, status.quota.id));
      if (!people.empty()) lists.push_back({status.quota, std::move(people)});
    }
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  WaitingListsPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kWaitingTitle)),
      .lists = {}};
  for (const List& list : lists) view.lists.push_back(table_of(list, registrations, language));
  web::Html out(language);
  render_waiting_lists(out, view);
  co_return personal(std::move(out));
}

}  // namespace

void add_waiting_lists(net::Router& router, const Needs& needs) {
  web::add_page(
      router, net::Method::kGet, std::string(kWaitingListsPage),
      net::AsyncHandler([needs](Request& request) { return show_waiting_lists(request, needs); }));
}

}  // namespace revier::console
