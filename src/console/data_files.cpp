// SPDX-License-Identifier: EUPL-1.2
// Entities out of and into NDJSON: what a selection is, the file of it; a file that is checked
// first and written afterwards.
#include <algorithm>
#include <charconv>

#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/detail/import.h"
#include "console/pages.h"
#include "console/texts.h"
#include "transfer/bulk.h"
#include "web/multipart.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Scope;
using net::Request;
using net::Response;
using web::FieldKind;
using web::Language;

constexpr std::string_view kWriteFile = "/console/daten/dateien/uebernehmen";
constexpr std::size_t kContextBytesMax = 2'000;
constexpr std::size_t kFormBytes = std::size_t{64} * 1024;  // beside the file
constexpr std::size_t kRejectsShown = 200;

// --- out

struct LinesWish {
  std::string type;  // IRI
  std::string q;
  std::string context;
};

std::string export_target(const LinesWish& wish, const Place& place) {
  return address(
      transfer::kExportPath,
      {{"type", wish.type}, {"q", wish.q}, {"tenant", place.tenant}, {"context", wish.context}});
}

std::string bearer(bool needs_token) {
  return needs_token ? " -H \"Authorization: Bearer $TOKEN\"" : "";
}

std::vector<ShellCommand> download_commands(const LinesWish& wish, const Place& place,
                                            std::string_view origin, bool needs_token,
                                            Language language) {
  const std::string url = shell_quoted(std::string(origin) + export_target(wish, place));
  const std::string curl = "curl -f" + bearer(needs_token);
  // The last line may be cut: it goes, and the entity of the line before is where it goes on.
  const std::string resume = "sed -i '$d' entities.ndjson\n" + curl +
                             " -G --data-urlencode \"after=$(tail -n 1 entities.ndjson | jq -r "
                             ".id)\" " +
                             url + " >> entities.ndjson";
  return {{words(language, texts::kDataCurl), curl + " -o entities.ndjson " + url},
          {words(language, texts::kFilesResume), resume}};
}

// The number of entities that the file would have; an error beside the form.
Task<> count_lines(const Needs& needs, const Request& request, const Place& place,
                   const LinesWish& wish, DataFilesPage& view) {
  const Language language = web::language_of(request);
  transfer::Asker asker(needs.data->ask, request, place.tenant);
  asker.vouch();
  const Response answer =
      co_await asker.send({.target = address("/ngsi-ld/v1/entities", {{"local", "true"},
                                                                      {"limit", "0"},
                                                                      {"count", "true"},
                                                                      {"type", wish.type},
                                                                      {"q", wish.q}}),
                           .context = transfer::link_of_context(wish.context)});
  if (answer.status != 200) {
    view.trouble = problem_detail(answer.bytes());
    co_return;
  }
  std::int64_t count = 0;
  for (const auto& [name, value] : answer.headers) {
    if (!net::equals_ignoring_case(name, "NGSILD-Results-Count")) continue;
    std::from_chars(value.data(), value.data() + value.size(), count);
  }
  view.count = web::text(language, texts::kFilesCount, {{"count", count}});
  if (count == 0) co_return;
  view.download_href = export_target(wish, place);
  view.needs_token = !is_public(needs, place.tenant);
  view.download = download_commands(wish, place, request.origin(), view.needs_token, language);
}

// --- in

const web::Form& file_form() {
  static const web::Form form{{csrf_field(),
                               {.name = "modus",
                                .kind = FieldKind::kRadios,
                                .label = texts::kFilesMode,
                                .options = {{.value = "replace", .label = texts::kFilesReplace},
                                            {.value = "update", .label = texts::kFilesUpdate},
                                            {.value = "create", .label = texts::kFilesCreate}},
                                .preset = "replace"},
                               {.name = "kontext",
                                .label = texts::kFilesContext,
                                .hint = texts::kFilesContextIn,
                                .length_max = kContextBytesMax,
                                .inputmode = "url"}}};
  return form;
}

transfer::Mode mode_in(const web::FormData& data) {
  if (data.get("modus") == "update") return transfer::Mode::kUpdate;
  return data.get("modus") == "create" ? transfer::Mode::kCreate : transfer::Mode::kReplace;
}

std::vector<ShellCommand> upload_commands(const Place& place, std::string_view origin) {
  const std::string url = shell_quoted(std::string(origin) +
                                       address(transfer::kImportPath, {{"tenant", place.tenant}}));
  return {{{},
           "split -C 15M entities.ndjson part-\n"
           "for part in part-*; do\n"
           "  curl -f --data-binary @$part -H 'Content-Type: application/x-ndjson' \\\n"
           "    -H \"Authorization: Bearer $TOKEN\" " +
               url + " || break\ndone"}};
}

bool may_write_files(const Place& place) {
  return place.caller.may(Action::kDataWrite, Scope::tenant(place.tenant));
}

Task<Response> show_files(const Needs& needs, const Request& request, const Place& place,
                          web::FormData data, std::string trouble) {
  const Language language = web::language_of(request);
  const LinesWish wish{.type = long_asked(request, "typ", kContextBytesMax),
                       .q = asked(request, "q"),
                       .context = long_asked(request, "kontext", kContextBytesMax)};
  const bool wrong_form = !trouble.empty() || !data.valid();
  data.set("csrf", std::string(place.caller.csrf()));
  DataFilesPage view{
      .head = make_data_head(needs, request, place, words(language, texts::kFilesTitle)),
      .tenant = place.tenant,
      .tenants = tenant_choices(needs, place, Action::kDataRead, language),
      .type = type_select(needs, place, wish.type, language),
      .q = {.field = {.id = "q",
                      .name = "q",
                      .label = words(language, texts::kDataQ),
                      .hint = words(language, texts::kFilesQHint)},
            .value = wish.q,
            .length_max = 200},
      .context = {.field = {.id = "kontext",
                            .name = "kontext",
                            .label = words(language, texts::kFilesContext),
                            .hint = words(language, texts::kFilesContextHint)},
                  .value = wish.context,
                  .length_max = kContextBytesMax},
      .asked = request.query_param("auswahl").has_value(),
      .may_write = may_write_files(place),
      .file_hint =
          web::text(language, texts::kFilesFileHint,
                    {{"size", static_cast<std::int64_t>(transfer::kImportBytesMax >> 20)}}),
      .upload_trouble = std::move(trouble),
      .upload_action = tenant_href(kFilesPage, place, language),
      .form = {file_form(), data},
      .upload = upload_commands(place, request.origin())};
  if (view.asked) co_await count_lines(needs, request, place, wish, view);
  view.head.page.has_errors = wrong_form || !view.trouble.empty();
  web::Html out(language);
  render_data_files(out, view);
  co_return personal(std::move(out), view.head.page.has_errors ? 422 : 200);
}

web::kern::Table rejects_table(const transfer::Report& report, Language language) {
  web::kern::Table table{.caption = words(language, texts::kFilesRejects),
                         .columns = {{words(language, texts::kFilesLine)},
                                     {words(language, texts::kDataId)},
                                     {words(language, texts::kFilesReason)}},
                         .rows = {}};
  for (const transfer::Reject& reject : report.rejects) {
    if (table.rows.size() == kRejectsShown) break;
    table.rows.push_back({{.text = web::number(language, static_cast<std::int64_t>(reject.line))},
                          {.text = reject.id.empty() ? "–" : reject.id},
                          {.text = reject.reason}});
  }
  return table;
}

std::string summary_of(const transfer::Report& report, const std::string& file,
                       const web::Message& key, Language language) {
  return web::text(language, key,
                   {{"name", file},
                    {"written", static_cast<std::int64_t>(report.done.written)},
                    {"rejected", static_cast<std::int64_t>(report.done.rejected)}});
}

FileReportPage report_page(const Needs& needs, const Request& request, const Place& place,
                           const transfer::Report& report, const web::Text& title) {
  const Language language = web::language_of(request);
  FileReportPage view{.head = make_data_head(needs, request, place, words(language, title)),
                      .outcome = {.tone = report.done.rejected > 0 ? web::kern::Tone::kWarning
                                                                   : web::kern::Tone::kSuccess,
                                  .title = {},
                                  .live = true},
                      .rejects = rejects_table(report, language),
                      .csrf = std::string(place.caller.csrf()),
                      .action = tenant_href(kWriteFile, place, language),
                      .back_href = tenant_href(kFilesPage, place, language)};
  if (report.done.rejected > view.rejects.rows.size()) {
    const auto more = report.done.rejected - view.rejects.rows.size();
    view.more =
        web::text(language, texts::kFilesMore, {{"count", static_cast<std::int64_t>(more)}});
  }
  return view;
}

Response show_report(FileReportPage view, Language language) {
  web::Html out(language);
  render_data_file_report(out, view);
  return personal(std::move(out));
}

tl::expected<Place, Response> enter_to_write(const Needs& needs, const Request& request) {
  return enter_tenant(needs, request, Action::kDataWrite);
}

Task<Response> see_files(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request);
  if (!place) co_return place.error();
  co_return co_await show_files(needs, request, *place, {}, {});
}

Task<Response> check_file(Request& request, const Needs& needs) {
  const auto place = enter_to_write(needs, request);
  if (!place) co_return place.error();
  auto sent = web::read_upload(file_form(), "file", request);
  if (!sent) co_return refused(needs, request, sent.error());
  if (const auto own = place->caller.require_csrf(sent->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  const Language language = web::language_of(request);
  if (!web::validate(file_form(), sent->data)) {
    co_return co_await show_files(needs, request, *place, sent->data, {});
  }
  if (sent->file.empty()) {
    co_return co_await show_files(needs, request, *place, sent->data,
                                  words(language, texts::kFilesMissing));
  }
  StagedEntities staged{.owner = std::string(place->caller.id()),
                        .tenant = place->tenant,
                        .file = sent->file_name,
                        .text = std::string(sent->file),
                        .options = {.mode = mode_in(sent->data),
                                    .context = std::string(sent->data.get("kontext")),
                                    .dry_run = true}};
  const transfer::Asker asker(needs.data->ask, request, place->tenant);
  const transfer::Report report =
      co_await transfer::import_text(asker, staged.options, staged.text);
  FileReportPage view = report_page(needs, request, *place, report, texts::kFilesPlan);
  view.outcome.title = summary_of(report, staged.file, texts::kFilesPlanSummary, language);
  view.hint = words(language, texts::kFilesPlanHint);
  if (report.done.written > 0) {
    view.take = web::text(language, texts::kFilesTake,
                          {{"count", static_cast<std::int64_t>(report.done.written)}});
    staged.options.dry_run = false;
    view.plan = needs.data->staged->put(std::move(staged));
  }
  co_return show_report(std::move(view), language);
}

Task<Response> write_file(Request& request, const Needs& needs) {
  const auto place = enter_to_write(needs, request);
  if (!place) co_return place.error();
  const auto plan = read_import_plan(place->caller, request);
  if (!plan) co_return refused(needs, request, plan.error());
  const Language language = web::language_of(request);
  const auto staged = needs.data->staged->take(*plan, place->caller.id());
  if (!staged || staged->tenant != place->tenant) {
    co_return co_await show_files(needs, request, *place, {}, words(language, texts::kFilesGone));
  }
  transfer::Asker asker(needs.data->ask, request, place->tenant);
  asker.vouch();
  const transfer::Report report =
      co_await transfer::import_text(asker, staged->options, staged->text);
  FileReportPage view = report_page(needs, request, *place, report, texts::kFilesResult);
  view.outcome.title = summary_of(report, staged->file, texts::kFilesResultSummary, language);
  if (report.stopped) {
    view.outcome.tone = web::kern::Tone::kDanger;
    view.hint = report.stopped->message + ". " +
                web::text(language, texts::kFilesStopped,
                          {{"line", static_cast<std::int64_t>(report.line)}});
  }
  co_return show_report(std::move(view), language);
}

}  // namespace

void add_data_files(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kFilesPage, see_files);
  add_staff_page(router, needs, net::Method::kPost, kFilesPage, check_file,
                 transfer::kImportBytesMax + kFormBytes);
  add_staff_page(router, needs, net::Method::kPost, kWriteFile, write_file);
}

}  // namespace revier::console
