// SPDX-License-Identifier: EUPL-1.2
// Reading a programme from a table: first what it would do, then as drafts.
#include "console/detail/import.h"
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "setup/programme_table.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using setup::Reason;
using web::Language;

constexpr std::string_view kImportStep = "/console/einrichtung/programm";

Response show_upload(const Needs& needs, const Request& request, const Caller& caller,
                     std::string error) {
  const Language language = web::language_of(request);
  ImportPage view{
      .head = make_head(needs, request, caller, words(language, texts::kSetupProgramme)),
      .error = std::move(error),
      .has_event = needs.setup->keeper.now()->event() != nullptr,
      .csrf = std::string(caller.csrf())};
  view.head.page.has_errors = !view.error.empty();
  web::Html out(language);
  render_setup_import(out, view);
  return personal(std::move(out), view.error.empty() ? 200 : 422);
}

std::string in_words(const setup::PlannedRow& row, Language language) {
  switch (row.reason) {
    case Reason::kNone:
      return {};
    case Reason::kNoTitle:
      return words(language, texts::kImportNoTitle);
    case Reason::kNoDay:
      return web::text(language, texts::kImportNoDay, {{"cell", row.detail}});
    case Reason::kNoTime:
      return words(language, texts::kImportNoTime);
    case Reason::kEndsFirst:
      return words(language, texts::kImportEndsFirst);
    case Reason::kNoNumber:
      return web::text(language, texts::kImportNoNumber, {{"cell", row.detail}});
    case Reason::kTwice:
      return web::text(language, texts::kImportTwice, {{"id", row.detail}});
    case Reason::kField:
      return web::text(language, texts::kImportField, {{"field", row.detail}});
  }
  return {};
}

Response show_plan(const Needs& needs, const Request& request, const Caller& caller,
                   const setup::ProgrammePlan& plan, std::string_view file) {
  const Language language = web::language_of(request);
  std::vector<ImportLine> rows;
  for (const setup::PlannedRow& row : plan.rows) {
    rows.push_back({row.line, row.title, row.outcome, in_words(row, language)});
  }
  ImportPlanPage view = import_plan_page(needs, request, caller, rows, texts::kImportTitle);
  if (!plan.items.empty()) view.plan = setup::items_json(plan.items);
  view.address = web::path(language, kImportStep);
  view.take = words(language, texts::kImportTake);
  add_names(view.lines, language, texts::kImportRooms, plan.new_rooms);
  std::vector<std::string> speakers;
  for (const setup::NewSpeaker& speaker : plan.new_speakers) {
    speakers.push_back(speaker.function.empty()
                           ? speaker.name
                           : web::text(language, texts::kImportSpeaker,
                                       {{"name", speaker.name}, {"function", speaker.function}}));
  }
  add_names(view.lines, language, texts::kImportSpeakers, speakers);
  add_names(view.lines, language, texts::kImportTracks, plan.new_tracks);
  add_names(view.lines, language, texts::kImportKnownSpeakers, plan.kept_functions);
  add_names(view.lines, language, texts::kImportColumns, plan.other_columns);
  add_encoding(view.lines, language, file);
  web::Html out(language);
  render_setup_plan(out, view);
  return personal(std::move(out));
}

Result<setup::ProgrammePlan> plan_of(const Needs& needs, std::string_view file) {
  RV_ASSIGN(const std::vector<table::Row> rows, table::read_table(file, {.rows_max = 5'001}));
  const event::ProgrammePtr preview = needs.programme->preview();
  if (preview->event() == nullptr) {
    return fail(Code::kConflict, "answer the questions first", "event");
  }
  const setup::FindItem find = [&needs](const event::KindSpec& kind, std::string_view id) {
    auto item = needs.programme->find(kind, id);
    return item ? std::optional<event::Item>(std::move(*item)) : std::nullopt;
  };
  return setup::plan_programme(rows, *preview, find);
}

std::string message_of(const Error& error, Language language) {
  if (error.field == "columns") {
    return web::text(language, texts::kImportNoColumns, {{"names", error.message}});
  }
  if (error.field == "rows") return words(language, texts::kImportNoRows);
  if (error.field == "event") return words(language, texts::kImportNoEvent);
  return why_unread(error, language);
}

Response ask_file(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kProgrammeEdit);
  return caller ? show_upload(needs, request, *caller, {}) : caller.error();
}

Task<Response> plan(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kProgrammeEdit);
  if (!caller) co_return caller.error();
  const auto upload = read_import_file(*caller, request);
  if (!upload) co_return refused(needs, request, upload.error());
  const auto planned =
      co_await on_pool(needs, [&needs, &upload] { return plan_of(needs, upload->file); });
  if (planned) co_return show_plan(needs, request, *caller, *planned, upload->file);
  co_return show_upload(needs, request, *caller,
                        message_of(planned.error(), web::language_of(request)));
}

Task<Response> take(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kProgrammeEdit);
  if (!caller) co_return caller.error();
  const auto planned = read_import_plan(*caller, request);
  if (!planned) co_return refused(needs, request, planned.error());
  auto items = setup::items_from_json(*planned);
  if (!items) co_return refused(needs, request, items.error());
  const Result<> done =
      co_await needs.programme->put_drafts(std::move(*items), std::string(caller->name()));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), "/console/programm"));
}

}  // namespace

void add_setup_import(net::Router& router, const Needs& needs) {
  add_import_pages(router, needs, kImportStep, ask_file, plan, take);
}

}  // namespace revier::console
