// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/import.h"

#include <algorithm>
#include <cstring>

#include "console/texts.h"
#include "table/table.h"

namespace revier::console {
namespace {

using table::Outcome;
using web::Language;

constexpr std::size_t kPlanBytesMax = std::size_t{8} << 20;

const web::Text& label_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNew:
      return texts::kImportNew;
    case Outcome::kChanged:
      return texts::kImportChanged;
    case Outcome::kSame:
      return texts::kImportSame;
    case Outcome::kRefused:
      break;
  }
  return texts::kImportRefused;
}

web::kern::Table plan_table(const std::vector<ImportLine>& rows, const web::Text& name_column,
                            Language language) {
  web::kern::Table table{.caption = words(language, texts::kImportTable),
                         .columns = {{words(language, texts::kImportLine)},
                                     {words(language, name_column)},
                                     {words(language, texts::kImportWhat)}},
                         .rows = {}};
  for (const bool refused : {true, false}) {
    for (const ImportLine& row : rows) {
      if ((row.outcome == Outcome::kRefused) != refused) continue;
      std::string what = words(language, label_of(row.outcome));
      if (refused) what += ": " + row.why;
      table.rows.push_back(
          {{.text = std::to_string(row.line)}, {.text = row.name}, {.text = std::move(what)}});
    }
  }
  return table;
}

}  // namespace

ImportPlanPage import_plan_page(const Needs& needs, const net::Request& request,
                                const identity::Caller& caller, const std::vector<ImportLine>& rows,
                                const web::Text& name_column) {
  const Language language = web::language_of(request);
  const auto count = [&rows](Outcome outcome) -> std::int64_t {
    return std::ranges::count(rows, outcome, &ImportLine::outcome);
  };
  return {.head = make_head(needs, request, caller, words(language, texts::kImportPlan)),
          .summary = web::text(language, texts::kImportSummary,
                               {{"new", count(Outcome::kNew)},
                                {"changed", count(Outcome::kChanged)},
                                {"same", count(Outcome::kSame)},
                                {"refused", count(Outcome::kRefused)}}),
          .lines = {},
          .table = plan_table(rows, name_column, language),
          .plan = {},
          .csrf = std::string(caller.csrf()),
          .address = {},
          .take = {}};
}

void add_names(std::vector<std::string>& lines, Language language, const web::Message& key,
               const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : "; ") + name;
  lines.push_back(web::text(language, key, {{"names", list}}));
}

std::string why_unread(const Error& error, Language language) {
  if (error.field == "table") return words(language, texts::kImportNoTable);
  if (error.field == "quote") {
    // "line 2: a quote is never closed"
    std::string_view from = error.message;
    if (from.starts_with("line ")) from.remove_prefix(std::strlen("line "));
    return web::text(language, texts::kImportOpenQuote,
                     {{"line", std::string(from.substr(0, from.find(':')))}});
  }
  if (error.code == Code::kTooLarge) return words(language, texts::kImportTooLarge);
  return web::text(language, texts::kImportUnreadable, {{"reason", error.message}});
}

void add_encoding(std::vector<std::string>& lines, Language language, std::string_view file) {
  if (file.starts_with("PK") || !table::is_windows_text(file)) return;
  lines.push_back(words(language, texts::kImportWindows));
}

Result<web::Upload> read_import_file(const identity::Caller& caller, net::Request& request) {
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden}}};
  RV_ASSIGN(web::Upload upload, web::read_upload(form, "file", request));
  RV_TRY(caller.require_csrf(upload.data.get("csrf")));
  return upload;
}

Result<std::string> read_import_plan(const identity::Caller& caller, const net::Request& request) {
  static const web::Form form{
      {{.name = "csrf", .kind = web::FieldKind::kHidden},
       {.name = "plan", .kind = web::FieldKind::kHidden, .length_max = kPlanBytesMax}}};
  RV_ASSIGN(const web::FormData data, read_own_form(caller, form, request));
  return std::string(data.get("plan"));
}

void add_import_pages(net::Router& router, const Needs& needs, std::string_view page,
                      net::Response (*ask)(net::Request&, const Needs&), ImportStep plan,
                      ImportStep take, std::size_t file_bytes_max) {
  const std::string here(page);
  const auto step = [needs](ImportStep run) {
    return net::AsyncHandler([needs, run](net::Request& request) { return run(request, needs); });
  };
  web::add_page(router, net::Method::kGet, here,
                net::Handler([needs, ask](net::Request& request) { return ask(request, needs); }));
  web::add_page(router, net::Method::kPost, here, step(plan), {.body_bytes_max = file_bytes_max});
  // A plan grows when it is written into a form.
  web::add_page(router, net::Method::kPost, here + "/uebernehmen", step(take),
                {.body_bytes_max = 3 * kPlanBytesMax});
}

}  // namespace revier::console
