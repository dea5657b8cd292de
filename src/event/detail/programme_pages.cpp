// SPDX-License-Identifier: EUPL-1.2
#include "event/detail/programme_pages.h"

#include "base/percent.h"
#include "event/calendar.h"
#include "event/change_text.h"
#include "event/json_ld.h"
#include "event/page_rows.h"
#include "event/pages.h"
#include "event/place_text.h"
#include "event/schema.h"
#include "event/texts.h"
#include "web/i18n.h"

namespace revier::event::detail {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kSearchBytesMax = 400;

std::string query_or_empty(const Request& request, std::string_view name) {
  return request.query_param(name).value_or("");
}

Filter filter_of(const Request& request) {
  return {.day = query_or_empty(request, "tag"),
          .track = query_or_empty(request, "thema"),
          .language = query_or_empty(request, "sprache"),
          .text = query_or_empty(request, "suche").substr(0, kSearchBytesMax)};
}

void append_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  query += query.empty() ? "?" : "&";
  query += name;
  query += '=';
  query += percent_encoded(value);
}

std::string query_of(const Filter& filter, std::string_view view) {
  std::string query;
  append_parameter(query, "tag", filter.day);
  append_parameter(query, "thema", filter.track);
  append_parameter(query, "sprache", filter.language);
  append_parameter(query, "suche", filter.text);
  append_parameter(query, "ansicht", view);
  return query;
}

// Only what occurs can be chosen.
std::vector<FilterView> filter_views(const Programme& programme, const Filter& filter,
                                     Language language) {
  const Event& event = *programme.event();
  const auto occurs = [&programme](auto member, std::string_view value) {
    return std::ranges::any_of(programme.sessions,
                               [&](const Session& session) { return session.*member == value; });
  };
  FilterView days{"tag", std::string(web::text(language, texts::kProgrammeDay)), {}};
  for (const Day& day : event.days) {
    days.choices.push_back({day.date, day_heading(day.date, language), day.date == filter.day});
  }
  FilterView tracks{"thema", std::string(web::text(language, texts::kProgrammeTrack)), {}};
  for (const Track& track : event.tracks) {
    if (!occurs(&Session::track, track.id)) continue;
    tracks.choices.push_back({track.id, track.name.in(language), track.id == filter.track});
  }
  FilterView languages{"sprache", std::string(web::text(language, texts::kProgrammeLanguage)), {}};
  for (const auto& [code, name] :
       {std::pair("de", texts::kProgrammeGerman), std::pair("en", texts::kProgrammeEnglish)}) {
    if (!occurs(&Session::language, code)) continue;
    languages.choices.push_back(
        {code, std::string(web::text(language, name)), filter.language == code});
  }
  std::vector<FilterView> views{std::move(days)};
  if (!tracks.choices.empty()) views.push_back(std::move(tracks));
  if (languages.choices.size() > 1) views.push_back(std::move(languages));
  return views;
}

std::vector<Link> source_links(const std::vector<std::string>& sources) {
  std::vector<Link> links;
  for (const std::string& source : sources) {
    const auto begin = source.find("://");
    const auto host = begin == std::string::npos ? 0 : begin + 3;
    links.push_back({source.substr(host, source.find('/', host) - host), source});
  }
  return links;
}

std::vector<PersonRow> person_rows(const Programme& programme, const Session& session,
                                   Language language) {
  std::vector<PersonRow> rows;
  for (const std::string& id : session.speakers) {
    const Speaker* const speaker = programme.speaker(id);
    if (speaker == nullptr) continue;
    rows.push_back({speaker->name, speaker->function,
                    web::path(language, "/sprecherin/" + speaker->id),
                    speaker->is_example("name")});
  }
  return rows;
}

std::vector<std::string> changes_of(const Programme& programme, const Ledger& ledger,
                                    const Session& session, Language language) {
  std::vector<std::string> lines;
  for (const ChangePtr& change : ledger.news_of(session.id)) {
    for (const std::string& line : change_texts(*change, programme, language)) {
      lines.push_back(web::date(language, change->at) + ": " + line);
    }
  }
  return lines;
}

// One of the programme, or one that was taken out of it.
const Session* known_session(const Programme& programme, const Ledger& ledger,
                             std::string_view id) {
  if (const Session* session = programme.session(id)) return session;
  const Standing* const standing = ledger.standing(id);
  return standing != nullptr && standing->removed ? standing->session.get() : nullptr;
}

// The whole programme carries on what was taken out; a filtered one does not.
std::vector<const Session*> with_removed(std::vector<const Session*> sessions, const Ledger& ledger,
                                         const Request& request) {
  if (!request.query.empty()) return sessions;
  for (const auto& [id, standing] : ledger.sessions) {
    if (standing.removed) sessions.push_back(standing.session.get());
  }
  return sessions;
}

}  // namespace

Response not_found(const PageNeeds& needs, const Request& request) {
  return web::error_page(needs.site, request,
                         {Code::kResourceNotFound, "there is no such page", {}});
}

Response show_programme(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  if (programme->event() == nullptr) return not_found(needs, request);
  const Filter filter = filter_of(request);
  const auto sessions = select(*programme, filter);
  const std::string page = "/programm";
  ProgrammePage view{
      .page = needs.site.page(request, std::string(web::text(language, texts::kProgrammeTitle))),
      .filters = filter_views(*programme, filter, language),
      .text = filter.text,
      .as_grid = query_or_empty(request, "ansicht") == "raster",
      .list_href = web::path(language, page + query_of(filter, "")),
      .grid_href = {},
      .calendar_href = web::path(language, "/calendar.ics" + query_of(filter, "")),
      .result = web::text(language, texts::kProgrammeResult, {{"count", sessions.size()}}),
      .is_filtered = !query_of(filter, "").empty(),
      .reset_href = {},
      .groups = {},
      .grids = {}};
  if (std::ranges::any_of(programme->sessions, [](const Session& s) { return !s.room.empty(); })) {
    view.grid_href = web::path(language, page + query_of(filter, "raster"));
  }
  view.reset_href = web::path(language, view.as_grid ? page + "?ansicht=raster" : page);
  if (view.as_grid) {
    view.grids = day_grids(*programme, *needs.ledger(), sessions, language);
  } else {
    view.groups = day_groups(*programme, *needs.ledger(), sessions, language);
  }
  view.page.scripts = {"favourites.js"};
  web::Html out(language);
  render_programme(out, view);
  return web::html_response(std::move(out));
}

// Seats of its own, and whether one can be had.
void show_seats(const PageNeeds& needs, const Session& session, Language language,
                SessionPage& view) {
  if (session.cancelled) return;
  if (const auto seats = needs.seats_left(session.id)) {
    view.seats_key = entity_id(*find_kind("sessions"), session.id) + " remainingAttendeeCapacity";
    view.seats = web::number(language, *seats);
    view.full = *seats == 0;
  }
  if (!session.bookable) return;
  if (!needs.can_book(session.id)) {
    view.closed = web::text(language, texts::kSessionClosed);
    return;
  }
  view.register_text =
      web::text(language, view.full ? texts::kSessionWaitingList : texts::kSessionRegister);
  view.register_href = web::path(language, "/anmeldung?wahl=" + session.id);
}

// Links to it stand in letters, calendars and on paper.
Response show_removed(const PageNeeds& needs, const Request& request, const Session& session) {
  const Language language = web::language_of(request);
  RemovedPage view{
      .page = needs.site.page(request, std::string(web::text(language, texts::kRemovedTitle))),
      .title = session.title.in(language)};
  view.page.breadcrumbs.push_back({texts::kProgrammeTitle, "/programm"});
  web::Html out(language);
  render_removed(out, view);
  return web::html_response(std::move(out), 410);
}

Response show_session(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const Session* const session = programme->session(request.param("id"));
  if (session == nullptr) {
    const LedgerPtr ledger = needs.ledger();
    const Standing* const standing = ledger->standing(request.param("id"));
    const bool removed = standing != nullptr && standing->removed && standing->session != nullptr;
    return removed ? show_removed(needs, request, *standing->session) : not_found(needs, request);
  }
  web::Page page = needs.site.page(request, session->title.in(language));
  page.breadcrumbs.push_back({texts::kProgrammeTitle, "/programm"});
  page.description = session->abstract.in(language);
  SessionPage view{
      .page = std::move(page),
      .session = session_row(*programme, *needs.ledger(), *session, language),
      .date = day_heading(session->day, language),
      .abstract = session->abstract.in(language),
      .format = session->format.empty() ? std::string()
                                        : std::string(format_name(session->format, language)),
      .place = room_and_place(*programme, session->room, language),
      .speakers = person_rows(*programme, *session, language),
      .changes = changes_of(*programme, *needs.ledger(), *session, language),
      .seats_key = {},
      .seats = {},
      .register_text = {},
      .register_href = {},
      .closed = {},
      .calendar_href = web::path(language, "/calendar.ics?session=" + session->id),
      .sources = source_links(session->sources),
      .json_ld = session_json_ld(*programme, *needs.ledger(), *session, needs.site_url, language)};
  show_seats(needs, *session, language, view);
  view.page.scripts = {"favourites.js"};
  web::Html out(language);
  render_session(out, view);
  return web::html_response(std::move(out));
}

Response show_speaker(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const Speaker* const speaker = programme->speaker(request.param("id"));
  if (speaker == nullptr) return not_found(needs, request);
  web::Page page = needs.site.page(request, speaker->name);
  page.breadcrumbs.push_back({texts::kProgrammeTitle, "/programm"});
  SpeakerPage view{.page = std::move(page),
                   .speaker = {speaker->name, speaker->function, "", speaker->is_example("name")},
                   .sessions = {}};
  for (const Session* session : programme->sessions_of_speaker(speaker->id)) {
    view.sessions.push_back(session_row(*programme, *needs.ledger(), *session, language));
  }
  web::Html out(language);
  render_speaker(out, view);
  return web::html_response(std::move(out));
}

Response show_calendar(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const LedgerPtr ledger = needs.ledger();
  const Event* const event = programme->event();
  CalendarEntries entries;
  bool named = false;
  for (const auto& [name, value] : request.query_params()) {
    if (name != "session" && name != "day") continue;
    named = true;
    if (entries.sessions.size() + entries.days.size() == kSelectionMax) break;
    if (name == "day") {
      const Day* const day = event == nullptr ? nullptr : event->day(value);
      if (day != nullptr) entries.days.push_back(day);
    } else if (const Session* session = known_session(*programme, *ledger, value)) {
      entries.sessions.push_back(session);
    }
  }
  if (!named) {
    entries.sessions = with_removed(select(*programme, filter_of(request)), *ledger, request);
  }
  if (named && entries.sessions.empty() && entries.days.empty()) return not_found(needs, request);
  Response file = Response::text(
      200, "text/calendar; charset=utf-8",
      calendar(*programme, *ledger, entries,
               {.site_url = needs.site_url,
                .language = language,
                .name = event == nullptr ? std::string("Revier") : event->name.in(language)}));
  file.header("Content-Disposition", "inline; filename=\"programm.ics\"")
      .header("Cache-Control", "no-cache");
  return file;
}

}  // namespace revier::event::detail
