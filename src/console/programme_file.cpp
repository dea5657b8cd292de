// SPDX-License-Identifier: EUPL-1.2
// The sessions of the programme, drafts included, as a file for spreadsheets.
#include "console/detail/staff.h"
#include "console/sheet.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using net::Request;
using net::Response;
using web::Language;

Sheet empty_programme_sheet(Language language) {
  return {.name = language == Language::kDe ? "programm" : "programme",
          .columns = {{words(language, texts::kSheetStart), 20},
                      {words(language, texts::kSheetEnd), 20},
                      {words(language, texts::kSheetTitle), 50},
                      {words(language, texts::kSheetRoom), 24},
                      {words(language, texts::kSheetTrack), 24},
                      {words(language, texts::kSheetSpeakers), 40},
                      {words(language, texts::kSheetSeats), 10},
                      {words(language, texts::kListState), 14},
                      {words(language, texts::kAuditId), 24}},
          .rows = {}};
}

std::string room_of(const event::Programme& programme, const event::Session& session,
                    Language language) {
  const event::Room* room = programme.room(session.room);
  return room == nullptr ? session.room : room->name.in(language);
}

std::string track_of(const event::Programme& programme, const event::Session& session,
                     Language language) {
  for (const event::Event& event : programme.events) {
    if (event.id != session.event) continue;
    if (const event::Track* track = event.track(session.track)) return track->name.in(language);
  }
  return session.track;
}

std::string speakers_of(const event::Programme& programme, const event::Session& session) {
  std::string names;
  for (const std::string& id : session.speakers) {
    const auto found = programme.speakers.find(id);
    names +=
        (names.empty() ? "" : ", ") + (found == programme.speakers.end() ? id : found->second.name);
  }
  return names;
}

Sheet fill_sheet(const event::Programme& programme, Language language) {
  Sheet sheet = empty_programme_sheet(language);
  for (const event::Session& session : programme.sessions) {
    sheet.rows.push_back(
        {session.starts_at, session.ends_at, session.title.in(language),
         room_of(programme, session, language), track_of(programme, session, language),
         speakers_of(programme, session),
         session.capacity > 0 ? SheetCell(session.capacity) : SheetCell(),
         session.cancelled ? SheetCell(words(language, texts::kSheetCancelled)) : SheetCell(),
         session.id});
  }
  return sheet;
}

Task<Response> programme_sheet(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, identity::Action::kProgrammeRead);
  if (!caller) co_return caller.error();
  const event::ProgrammePtr programme = needs.programme->preview();
  const Language language = web::language_of(request);
  const SheetFormat format =
      request.path.ends_with(".csv") ? SheetFormat::kCsv : SheetFormat::kXlsx;
  auto made = co_await blocking(
      needs, [&] { return sheet_response(fill_sheet(*programme, language), format); });
  if (!made) co_return refused(needs, request, made.error());
  co_return std::move(*made);
}

}  // namespace

void add_programme_files(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, "/console/programm.csv", programme_sheet);
  add_staff_page(router, needs, net::Method::kGet, "/console/programm.xlsx", programme_sheet);
}

}  // namespace revier::console
