// SPDX-License-Identifier: EUPL-1.2
// Lists of what is in the programme, with drafts and warnings.
#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "console/detail/entry.h"
#include "console/detail/programme.h"
#include "console/pages.h"
#include "console/texts.h"
#include "event/page_rows.h"

namespace revier::console {
namespace {

using event::Draft;
using event::Item;
using identity::Action;
using net::Request;
using net::Response;
using web::Language;

web::kern::Badge state_of(const Draft* draft, bool is_public, Language language) {
  using web::kern::Tone;
  if (draft == nullptr) return {Tone::kSuccess, words(language, texts::kProgStatePublic)};
  if (!draft->item) return {Tone::kDanger, words(language, texts::kProgStateGoes)};
  return {Tone::kWarning,
          words(language, is_public ? texts::kProgStateChanged : texts::kProgStateNew)};
}

// What the list of one kind is made of.
struct ProgrammeListing {
  const Needs& needs;
  const ItemKind& kind;
  Language language;
  bool may_edit;
  event::DraftsPtr drafts;
  event::ProgrammePtr programme;
  std::vector<event::Conflict> conflicts;
};

// Public items and drafts of a kind, each once, as they would be; those to be removed as they are.
std::vector<Item> items_of(const ProgrammeListing& listing) {
  std::vector<Item> items;
  for (Item& item : listing.needs.programme->keeper().list(listing.kind.kind)) {
    const Draft* const draft = event::find_draft(*listing.drafts, listing.kind.kind, item.id);
    if (draft == nullptr || !draft->item) items.push_back(std::move(item));
  }
  for (const Draft& draft : *listing.drafts) {
    if (draft.kind == &listing.kind.kind && draft.item) items.push_back(*draft.item);
  }
  return items;
}

ProgrammeRow row_of(const ProgrammeListing& listing, const Item& item) {
  const Language language = listing.language;
  const Draft* const draft = event::find_draft(*listing.drafts, listing.kind.kind, item.id);
  const bool is_public =
      listing.needs.programme->keeper().find(listing.kind.kind, item.id).has_value();
  ProgrammeRow row{.time = {},
                   .title = item_title(item, language),
                   .href = {},
                   .line = {},
                   .state = state_of(draft, is_public, language),
                   .cancelled = false,
                   .warnings = {}};
  if (listing.may_edit) {
    row.href = web::path(language, std::string(listing.kind.page) + "/" + item.id);
  }
  return row;
}

ProgrammeRow session_row(const ProgrammeListing& listing, const Item& item,
                         const event::Session& session) {
  ProgrammeRow row = row_of(listing, item);
  row.time = web::time_range(listing.language, session.starts_at, session.ends_at);
  row.cancelled = session.cancelled;
  if (const event::Room* room = listing.programme->room(session.room)) {
    row.line = room->name.in(listing.language);
  }
  for (const event::Conflict& conflict : event::conflicts_of(listing.conflicts, session.id)) {
    row.warnings.push_back(
        conflict_text(conflict, session.id, *listing.programme, listing.language));
  }
  return row;
}

std::vector<ProgrammeGroup> session_groups(const ProgrammeListing& listing) {
  struct One {
    Item item;
    event::Session session;
  };
  std::vector<One> all;
  for (Item& item : items_of(listing)) {
    event::Session session = event::read_session(item);
    all.push_back({std::move(item), std::move(session)});
  }
  std::ranges::sort(all, {}, [](const One& one) {
    return std::tuple(one.session.day, one.session.starts_at, one.session.room, one.session.id);
  });
  std::vector<ProgrammeGroup> groups;
  std::string day;
  for (const One& one : all) {
    if (groups.empty() || one.session.day != day) {
      day = one.session.day;
      groups.push_back({event::day_heading(day, listing.language), {}});
    }
    groups.back().rows.push_back(session_row(listing, one.item, one.session));
  }
  return groups;
}

std::vector<ProgrammeGroup> plain_groups(const ProgrammeListing& listing) {
  ProgrammeGroup group;
  for (const Item& item : items_of(listing)) {
    ProgrammeRow row = row_of(listing, item);
    if (listing.kind.line != nullptr) row.line = listing.kind.line(item);
    group.rows.push_back(std::move(row));
  }
  std::ranges::sort(group.rows, [&](const ProgrammeRow& a, const ProgrammeRow& b) {
    return web::compare(listing.language, a.title, b.title) < 0;
  });
  if (group.rows.empty()) return {};
  return {std::move(group)};
}

std::string released_notice(const Request& request, Language language) {
  const std::string number = asked(request, "fassung");
  if (!is_all_digits(number)) return {};
  return web::text(language, texts::kProgReleased, {{"number", number}});
}

// To cancel a day as a whole that is not over, or to take that back.
std::vector<ProgrammeLink> day_links(const event::Programme& programme, Instant now,
                                     Language language) {
  std::vector<ProgrammeLink> links;
  const event::Event* const event = programme.event();
  if (event == nullptr) return links;
  for (const event::Day& day : event->days) {
    if (day.ends_at <= now) continue;
    const std::string name = event::day_heading(day.date, language);
    links.push_back(
        {web::text(language, day.cancelled ? texts::kDayReopenLink : texts::kDayCancelLink,
                   {{"day", name}}),
         web::path(language, fmt::format("{}/tage/{}/{}", kProgrammePage, day.date,
                                         day.cancelled ? "stattfinden" : "absagen"))});
  }
  return links;
}

// What was just done with a day.
std::string day_notice(const Request& request, const event::Programme& programme,
                       Language language) {
  const event::Event* const event = programme.event();
  const event::Day* const day = event == nullptr ? nullptr : event->day(asked(request, "tag"));
  if (day == nullptr) return {};
  return web::text(language, day->cancelled ? texts::kDayIsCancelled : texts::kDayIsOpen,
                   {{"day", event::day_heading(day->date, language)}});
}

Response show_list(const Needs& needs, const Request& request, const ItemKind& kind) {
  const Entry caller = enter(needs, request, Action::kProgrammeRead);
  if (!caller) return caller.error();
  const Language language = web::language_of(request);
  const event::ProgrammePtr programme = needs.programme->preview();
  const ProgrammeListing listing{.needs = needs,
                                 .kind = kind,
                                 .language = language,
                                 .may_edit = caller->may(kind.edit),
                                 .drafts = needs.programme->drafts(),
                                 .programme = programme,
                                 .conflicts = programme_conflicts(needs, *programme)};
  ProgrammeListPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kProgTitle)),
      .parts = {},
      .notice = released_notice(request, language),
      .drafts = web::text(language, texts::kProgDrafts, {{"count", listing.drafts->size()}}),
      .conflicts =
          web::text(language, texts::kProgConflicts, {{"count", listing.conflicts.size()}}),
      .has_event = programme->event() != nullptr,
      .questions_href = needs.setup && caller->may(Action::kSettingsManage)
                            ? web::path(language, "/console/einrichtung/fragen")
                            : "",
      .new_text = words(language, kind.new_title),
      .new_href = listing.may_edit ? web::path(language, std::string(kind.page) + "/neu") : "",
      .release_href = web::path(language, std::string(kProgrammePage) + "/veroeffentlichen"),
      .may_release = caller->may(Action::kProgrammeRelease),
      .groups = kind.kind.path == "sessions" ? session_groups(listing) : plain_groups(listing),
      .days = {}};
  const event::ProgrammePtr released = needs.programme->keeper().now();
  if (view.notice.empty()) view.notice = day_notice(request, *released, language);
  if (kind.kind.path == "sessions" && caller->may(Action::kProgrammeRelease)) {
    view.days = day_links(*released, needs.tickets.civil_clock.now(), language);
  }
  for (const ItemKind& each : item_kinds()) {
    view.parts.push_back(
        {words(language, each.list_title), web::path(language, list_page(each)), &each == &kind});
  }
  web::Html out(language);
  render_programme_list(out, view);
  return personal(std::move(out));
}

}  // namespace

std::string list_page(const ItemKind& kind) {
  return std::string(kind.kind.path == "sessions" ? kProgrammePage : kind.page);
}

std::vector<event::Conflict> programme_conflicts(const Needs& needs,
                                                 const event::Programme& programme) {
  const auto taken = [&](std::string_view session) -> std::optional<std::int64_t> {
    const auto status = needs.tickets.registrations.quota(session);
    if (!status) return std::nullopt;
    return status->figures.taken;
  };
  std::vector<event::Conflict> all = event::conflicts(programme, taken);
  // Who had a seat in one that is cancelled for all to see was told so: the next release tells
  // nobody.
  const event::ProgrammePtr released = needs.programme->keeper().now();
  std::erase_if(all, [&](const event::Conflict& conflict) {
    const event::Session* const session = released->session(conflict.session);
    return conflict.kind == event::ConflictKind::kCancelledSold && session != nullptr &&
           session->cancelled;
  });
  return all;
}

std::string told_text(const Needs& needs, std::string_view session, const web::Message& text,
                      Language language) {
  const auto status = needs.tickets.registrations.quota(std::string(session));
  if (!status || status->figures.taken + status->figures.waiting == 0) return {};
  return web::text(language, text, {{"count", status->figures.taken}});
}

Task<Result<>> put_at_once(const Needs& needs, event::ProgrammeKeeper& keeper,
                           const identity::Caller& caller, const identity::Deed& deed, Item item) {
  RV_CO_ASSIGN(const json::Document body, json::Document::parse(item_json(item)));
  RV_CO_TRY(event::read_item(*item.kind, item.id, body.root()));
  RV_CO_TRY(co_await needs.tickets.database.writer().run([&](records::Session& session) {
    return needs.tickets.identity.record(session, caller, deed);
  }));
  co_return co_await keeper.put(std::move(item));
}

void add_programme(net::Router& router, const Needs& needs) {
  for (const ItemKind& kind : item_kinds()) {
    web::add_page(
        router, net::Method::kGet, list_page(kind),
        net::Handler([needs, &kind](Request& request) { return show_list(needs, request, kind); }));
    add_programme_item(router, needs, kind);
  }
  add_programme_release(router, needs);
}

}  // namespace revier::console
