// SPDX-License-Identifier: EUPL-1.2
// The call display: numbers and desks, no names. The same page serves the screen in the room and
// the phones of those who wait.
#include "appointment/detail/page_parts.h"
#include "appointment/pages.h"
#include "appointment/texts.h"
#include "appointment/waiting_room.h"
#include "ticket/for_pages.h"

namespace revier::appointment {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kNextShown = 8;
constexpr std::size_t kCalledShown = 6;

Task<Response> show_display(Request& request, const Pages& pages) {
  const Language language = web::language_of(request);
  const event::ProgrammePtr programme = pages.calendar.programme();
  const event::Counter* const counter = programme->counter(request.param("counter"));
  if (counter == nullptr || !counter->walk_in) {
    co_return refused(pages, request,
                      {Code::kResourceNotFound, "this counter has no waiting room", {}});
  }
  WaitingRoom room;
  const auto read =
      co_await ticket::read_records(pages.domain, [&](records::Session& session) -> Result<> {
        RV_ASSIGN(room,
                  read_waiting_room(session, {*counter, *programme, pages.domain.registrations,
                                              pages.domain.civil_clock.now()}));
        return {};
      });
  if (!read) co_return refused(pages, request, read.error());
  DisplayPage view{
      .page = pages.site.page(request, std::string(web::text(language, texts::kDisplayTitle))),
      .where = where_text(*counter, *programme, language),
      .called = {},
      .next = {},
      .waiting = room.waiting.size(),
      .open = room.open,
      .wait = wait_text(room.estimate, language),
      .basis = basis_text(room.estimate, language),
      .at = web::time(language, pages.domain.civil_clock.now())};
  for (const Arrival& one : room.called) {
    if (view.called.size() < kCalledShown) view.called.push_back({one.number, one.desk});
  }
  for (const Arrival& one : room.waiting) {
    if (view.next.size() < kNextShown) view.next.push_back(one.number);
  }
  view.page.scripts = {"appointment.js"};
  web::Html out(language);
  render_display(out, view);
  co_return web::html_response(std::move(out), 200, web::Caching::kNever);
}

}  // namespace

void add_queue_pages(net::Router& router, const Pages& pages) {
  add_appointment_page(router, pages, Method::kGet, "/warten/{counter}", show_display);
}

}  // namespace revier::appointment
