// SPDX-License-Identifier: EUPL-1.2
// What would become public, and the button that makes it so.
#include "console/detail/entry.h"
#include "console/detail/programme.h"
#include "console/pages.h"
#include "console/texts.h"
#include "event/editor_api.h"

namespace revier::console {
namespace {

using event::Draft;
using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kNoteMax = 500;
constexpr std::size_t kPastMax = 20;

std::string release_page() { return std::string(kProgrammePage) + "/veroeffentlichen"; }

const web::Form& note_form() {
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden},
                               {.name = "note_de",
                                .kind = web::FieldKind::kTextarea,
                                .label = texts::kReleaseNoteDe,
                                .hint = texts::kReleaseNoteHint,
                                .required = true,
                                .length_max = kNoteMax},
                               {.name = "note_en",
                                .kind = web::FieldKind::kTextarea,
                                .label = texts::kReleaseNoteEn,
                                .length_max = kNoteMax}}};
  return form;
}

ReleaseLine line_of(const Needs& needs, const Draft& draft, const event::Programme& programme,
                    Language language) {
  const auto released = needs.programme->keeper().find(*draft.kind, draft.id);
  const event::Item* const before = released ? &*released : nullptr;
  ReleaseLine line{.title = draft.item          ? item_title(*draft.item, language)
                            : before != nullptr ? item_title(*before, language)
                                                : draft.id,
                   .href = {},
                   .changes = change_texts(draft, before, programme, language),
                   .stale = (before != nullptr ? event::item_json(*before) : "") != draft.base};
  if (const ItemKind* kind = find_item_kind(*draft.kind)) {
    line.href = web::path(language, std::string(kind->page) + "/" + draft.id);
  }
  return line;
}

// Who has a seat in what goes or moves is written to; of another room she hears on the pages alone.
std::string told_of(const Needs& needs, const Draft& draft, Language language) {
  if (draft.kind->path != "sessions") return {};
  const auto released = needs.programme->keeper().find(*draft.kind, draft.id);
  if (!released) return {};
  const Instant now = needs.tickets.civil_clock.now();
  const event::Session before = event::read_session(*released);
  if (before.cancelled) return {};
  if (!draft.item) {
    if (before.ends_at <= now) return {};
    return told_text(needs, draft.id, texts::kConflictCancelledSold, language);
  }
  const event::Session after = event::read_session(*draft.item);
  if (after.cancelled || after.ends_at <= now) return {};
  if (after.starts_at != before.starts_at || after.ends_at != before.ends_at) {
    return told_text(needs, draft.id, texts::kConflictCancelledSold, language);
  }
  if (after.room == before.room) return {};
  return told_text(needs, draft.id, texts::kConflictRoomSold, language);
}

std::string other_note(const event::Release& release, Language language) {
  const std::string& note = release.note.in(language);
  return note.empty() ? release.note.de : note;
}

Response show(const Needs& needs, const Request& request, const Caller& caller,
              const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const event::ProgrammePtr programme = needs.programme->preview();
  ReleasePage view{.head = make_head(needs, request, caller,
                                     std::string(web::text(language, texts::kReleaseTitle))),
                   .lines = {},
                   .warnings = {},
                   .form = {note_form(), data},
                   .may_release = caller.may(Action::kProgrammeRelease),
                   .past = {},
                   .list_href = web::path(language, kProgrammePage)};
  view.head.page.has_errors = !data.valid();
  const event::DraftsPtr drafts = needs.programme->drafts();
  for (const Draft& draft : *drafts) {
    view.lines.push_back(line_of(needs, draft, *programme, language));
    const std::string told = told_of(needs, draft, language);
    if (!told.empty()) view.warnings.push_back(view.lines.back().title + ": " + told);
  }
  for (const event::Conflict& conflict : programme_conflicts(needs, *programme)) {
    const event::Session* const session = programme->session(conflict.session);
    view.warnings.push_back((session == nullptr ? "" : session->title.in(language) + ": ") +
                            conflict_text(conflict, conflict.session, *programme, language));
  }
  const event::LedgerPtr ledger = needs.programme->ledger();
  for (const event::Release& release : ledger->releases) {
    if (view.past.size() == kPastMax) break;
    view.past.push_back({web::text(language, texts::kReleaseNumber,
                                   {{"number", release.number},
                                    {"when", web::date_time(language, release.at)},
                                    {"by", release.by}}),
                         other_note(release, language)});
  }
  web::Html out(language);
  render_programme_release(out, view);
  return personal(std::move(out), status);
}

Response get(const Needs& needs, const Request& request) {
  const Entry caller = enter(needs, request, Action::kProgrammeRead);
  if (!caller) return caller.error();
  web::FormData data;
  data.set("csrf", std::string(caller->csrf()));
  // With the first there is nothing to tell that has changed.
  if (needs.programme->keeper().now()->sessions.empty()) {
    data.set("note_de", std::string(web::text(Language::kDe, texts::kReleaseFirst)));
    data.set("note_en", std::string(web::text(Language::kEn, texts::kReleaseFirst)));
  }
  return show(needs, request, *caller, data, 200);
}

// Nothing is public then; the draft is put right first.
void name_refused(const Error& error, web::FormData& data) {
  const auto in = [&](Language language) {
    return web::text(language, texts::kReleaseRefused, {{"item", error.message}});
  };
  data.errors.push_back({"note_de", in(Language::kDe), in(Language::kEn)});
}

Task<Response> post(const Needs& needs, Request& request) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, note_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(note_form(), *data)) co_return show(needs, request, *caller, *data, 422);
  const auto done = co_await needs.programme->release(
      {std::string(data->get("note_de")), std::string(data->get("note_en"))},
      std::string(caller->name()), event::audit_of(needs.tickets.identity, *caller));
  if (!done && done.error().code == Code::kUnprocessable) {
    name_refused(done.error(), *data);
    co_return show(needs, request, *caller, *data, 422);
  }
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(
      web::path(web::language_of(request),
                address(kProgrammePage, {{"fassung", std::to_string(done->number)}})));
}

}  // namespace

void add_programme_release(net::Router& router, const Needs& needs) {
  web::add_page(router, net::Method::kGet, release_page(),
                net::Handler([needs](Request& request) { return get(needs, request); }));
  web::add_page(router, net::Method::kPost, release_page(),
                net::AsyncHandler([needs](Request& request) { return post(needs, request); }),
                {.body_bytes_max = 16 * 1024});
}

}  // namespace revier::console
