// SPDX-License-Identifier: EUPL-1.2
// Reading a programme from a table: first what it would do, then as drafts.
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "setup/programme_table.h"
#include "web/multipart.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using setup::Outcome;
using setup::Reason;
using web::FieldKind;
using web::Language;
using web::kern::Tone;

constexpr std::string_view kHere = "/console/einrichtung/programm";
constexpr std::size_t kFileBytesMax = std::size_t{4} << 20;
constexpr std::size_t kPlanBytesMax = std::size_t{6} << 20;

std::string words(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

const web::Form& upload_form() {
  static const web::Form form{{{.name = "csrf", .kind = FieldKind::kHidden}}};
  return form;
}
const web::Form& plan_form() {
  static const web::Form form{
      {{.name = "csrf", .kind = FieldKind::kHidden},
       {.name = "plan", .kind = FieldKind::kHidden, .length_max = kPlanBytesMax}}};
  return form;
}

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

const web::Text& label_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNew:
      return texts::kImportNew;
    case Outcome::kChanged:
      return texts::kImportChanged;
    case Outcome::kSame:
      return texts::kImportSame;
    case Outcome::kRefused:
      return texts::kImportRefused;
  }
  return texts::kImportRefused;
}

// Refused rows first: they are what somebody has to look at.
web::kern::Table plan_table(const setup::ProgrammePlan& plan, Language language) {
  web::kern::Table table{.caption = words(language, texts::kImportTable),
                         .columns = {{words(language, texts::kImportLine)},
                                     {words(language, texts::kImportTitle)},
                                     {words(language, texts::kImportWhat)}},
                         .rows = {}};
  for (const bool refused : {true, false}) {
    for (const setup::PlannedRow& row : plan.rows) {
      if ((row.outcome == Outcome::kRefused) != refused) continue;
      std::string what = words(language, label_of(row.outcome));
      if (refused) what += ": " + in_words(row, language);
      table.rows.push_back(
          {{.text = std::to_string(row.line)}, {.text = row.title}, {.text = std::move(what)}});
    }
  }
  return table;
}

void add_names(std::vector<std::string>& lines, Language language, const web::Message& key,
               const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : "; ") + name;
  lines.push_back(web::text(language, key, {{"names", list}}));
}

Response show_plan(const Needs& needs, const Request& request, const Caller& caller,
                   const setup::ProgrammePlan& plan) {
  const Language language = web::language_of(request);
  const auto count = [&](Outcome outcome) {
    return static_cast<std::int64_t>(plan.count(outcome));
  };
  ImportPlanPage view{
      .head = make_head(needs, request, caller, words(language, texts::kImportPlan)),
      .summary = web::text(language, texts::kImportSummary,
                           {{"new", count(Outcome::kNew)},
                            {"changed", count(Outcome::kChanged)},
                            {"same", count(Outcome::kSame)},
                            {"refused", count(Outcome::kRefused)}}),
      .lines = {},
      .table = plan_table(plan, language),
      .plan = plan.items.empty() ? std::string() : setup::items_json(plan.items),
      .csrf = std::string(caller.csrf()),
      .address = web::path(language, kHere),
      .take = words(language, texts::kImportTake)};
  add_names(view.lines, language, texts::kImportRooms, plan.new_rooms);
  add_names(view.lines, language, texts::kImportSpeakers, plan.new_speakers);
  add_names(view.lines, language, texts::kImportTracks, plan.new_tracks);
  add_names(view.lines, language, texts::kImportColumns, plan.other_columns);
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
  return web::text(language, texts::kImportUnreadable, {{"reason", error.message}});
}

Response ask(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kProgrammeEdit);
  return caller ? show_upload(needs, request, *caller, {}) : caller.error();
}

Task<Response> plan(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kProgrammeEdit);
  if (!caller) co_return caller.error();
  const auto upload = web::read_upload(upload_form(), "file", request);
  if (!upload) co_return refused(needs, request, upload.error());
  if (const auto own = caller->require_csrf(upload->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  const auto planned =
      co_await on_pool(needs, [&needs, &upload] { return plan_of(needs, upload->file); });
  if (planned) co_return show_plan(needs, request, *caller, *planned);
  co_return show_upload(needs, request, *caller,
                        message_of(planned.error(), web::language_of(request)));
}

Task<Response> take(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kProgrammeEdit);
  if (!caller) co_return caller.error();
  const auto data = read_own_form(*caller, plan_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  auto items = setup::items_from_json(data->get("plan"));
  if (!items) co_return refused(needs, request, items.error());
  const Result<> done =
      co_await needs.programme->put_drafts(std::move(*items), std::string(caller->name()));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), "/console/programm"));
}

}  // namespace

void add_setup_import(net::Router& router, const Needs& needs) {
  const std::string here(kHere);
  web::add_page(router, net::Method::kGet, here,
                net::Handler([needs](Request& request) { return ask(request, needs); }));
  web::add_page(router, net::Method::kPost, here,
                net::AsyncHandler([needs](Request& request) { return plan(request, needs); }),
                {.body_bytes_max = kFileBytesMax});
  web::add_page(router, net::Method::kPost, here + "/uebernehmen",
                net::AsyncHandler([needs](Request& request) { return take(request, needs); }),
                {.body_bytes_max = 3 * kPlanBytesMax});
}

}  // namespace revier::console
