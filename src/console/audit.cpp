// SPDX-License-Identifier: EUPL-1.2
// The audit log: filter, paging, the same as a file.
#include "audit/audit.h"

#include <charconv>

#include "console/detail/names.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/sheet.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

constexpr std::int64_t kAuditLinesAPage = 100;
constexpr std::int64_t kAuditSlice = 5'000;
constexpr std::size_t kExportMax = 500'000;

struct AskedLines {
  std::string actor;
  std::string action;
  std::string object;
  std::string from;   // "2025-02-05"
  std::string until;  // included
  std::int64_t before = 0;
};

AskedLines asked_filter(const Request& request) {
  AskedLines found{.actor = asked(request, "wer"),
                   .action = asked(request, "was"),
                   .object = asked(request, "woran"),
                   .from = asked(request, "von"),
                   .until = asked(request, "bis")};
  const std::string before = asked(request, "vor");
  std::from_chars(before.data(), before.data() + before.size(), found.before);
  return found;
}

audit::Filter filter_of(const AskedLines& asked) {
  audit::Filter filter{.actor = asked.actor, .action = asked.action, .object = asked.object};
  if (const auto from = web::from_local(asked.from, "00:00")) filter.from = *from;
  // Noon of that day and half a day: also right where the clock is set.
  if (const auto day = web::from_local(asked.until, "12:00")) {
    const auto next = web::from_local(web::iso_date(*day + Duration::days(1)), "00:00");
    if (next) filter.until = *next;
  }
  filter.before_id = std::max<std::int64_t>(asked.before, 0);
  return filter;
}

std::string who(const audit::Line& line, Language language) {
  switch (line.actor) {
    case audit::Actor::kAccount:
      return line.actor_name;
    case audit::Actor::kToken:
      return web::text(language, texts::kAuditToken, {{"name", line.actor_name}});
    case audit::Actor::kCommandLine:
      return words(language, texts::kAuditCommand);
    default:
      return words(language, texts::kAuditNobody);
  }
}

std::string outcome(const audit::Line& line, Language language) {
  const bool done = line.outcome == audit::Outcome::kDone;
  return words(language, done ? texts::kAuditDone : texts::kAuditRefused);
}

std::string object(const audit::Line& line, Language language) {
  const std::string kind = audit_kind_in(line.kind, language);
  return line.object.empty() ? kind : kind + " " + line.object;
}

web::kern::Table lines_table(const std::vector<audit::Line>& lines, Language language) {
  web::kern::Table table{.caption = words(language, texts::kAuditTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kAuditWhen)},
                                     {words(language, texts::kAuditWho)},
                                     {words(language, texts::kAuditWhat)},
                                     {words(language, texts::kAuditObject)},
                                     {words(language, texts::kAuditOutcome)}},
                         .rows = {}};
  for (const audit::Line& line : lines) {
    table.rows.push_back({{.text = web::date_time(language, line.civil)},
                          {.text = who(line, language)},
                          {.text = audit_action_in(line.action, language)},
                          {.text = object(line, language)},
                          {.text = outcome(line, language)}});
  }
  return table;
}

web::kern::Select action_select(const std::vector<std::string>& names, const std::string& chosen,
                                Language language) {
  web::kern::Select select{
      .field = {.id = "was", .name = "was", .label = words(language, texts::kAuditWhat)},
      .choices = {}};
  for (const std::string& name : names) {
    select.choices.push_back({.value = name,
                              .label = audit_action_in(name, language),
                              .hint = {},
                              .selected = name == chosen});
  }
  return select;
}

web::kern::Input input(const char* id, const web::Text& label, std::string value, std::string type,
                       Language language) {
  return {.field = {.id = id, .name = id, .label = words(language, label)},
          .type = std::move(type),
          .value = std::move(value)};
}

Task<Response> list_audit(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const AskedLines asked = asked_filter(request);
  audit::Filter filter = filter_of(asked);
  filter.limit = kAuditLinesAPage + 1;
  std::vector<audit::Line> lines;
  std::vector<std::string> actions;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(lines, audit::list(session, filter));
    RV_ASSIGN(actions, audit::actions(session));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  const auto link = [&](std::string_view page, std::int64_t before) {
    return web::path(language, address(page, {{"wer", asked.actor},
                                              {"was", asked.action},
                                              {"woran", asked.object},
                                              {"von", asked.from},
                                              {"bis", asked.until},
                                              {"vor", before > 0 ? std::to_string(before) : ""}}));
  };
  std::string older;
  if (std::ssize(lines) > kAuditLinesAPage) {
    lines.resize(static_cast<std::size_t>(kAuditLinesAPage));
    older = link(kAuditPage, lines.back().id);
  }
  const AuditPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kAuditTitle)),
      .action = action_select(actions, asked.action, language),
      .actor = input("wer", texts::kAuditWho, asked.actor, "search", language),
      .from = input("von", texts::kAuditFrom, asked.from, "date", language),
      .until = input("bis", texts::kAuditUntil, asked.until, "date", language),
      .table = lines_table(lines, language),
      .older_href = std::move(older),
      .newest_href = asked.before > 0 ? link(kAuditPage, 0) : std::string(),
      .csv_href = link("/console/protokoll.csv", 0),
      .xlsx_href = link("/console/protokoll.xlsx", 0),
      .writes_href =
          needs.write_log != nullptr ? web::path(language, kWriteLogPage) : std::string()};
  web::Html out(language);
  render_audit(out, view);
  co_return personal(std::move(out));
}

// --- as a file

Sheet empty_audit_sheet(Language language) {
  return {.name = language == Language::kDe ? "protokoll" : "audit-log",
          .columns = {{words(language, texts::kAuditWhen), 20},
                      {words(language, texts::kAuditReal), 20},
                      {words(language, texts::kAuditWho), 30},
                      {words(language, texts::kAuditWhat), 28},
                      {words(language, texts::kAuditKind), 16},
                      {words(language, texts::kAuditId), 24},
                      {words(language, texts::kAuditOutcome), 14}},
          .rows = {}};
}

Result<Sheet> fill_sheet(records::Session& session, audit::Filter filter, Language language) {
  Sheet sheet = empty_audit_sheet(language);
  filter.limit = kAuditSlice;
  for (;;) {
    RV_ASSIGN(const std::vector<audit::Line> lines, audit::list(session, filter));
    for (const audit::Line& line : lines) {
      sheet.rows.push_back({line.civil, line.real, who(line, language), line.action, line.kind,
                            line.object, outcome(line, language)});
    }
    if (sheet.rows.size() > kExportMax) {
      return fail(Code::kTooLarge, "too many lines: choose a shorter time");
    }
    if (std::ssize(lines) < kAuditSlice) return sheet;
    filter.before_id = lines.back().id;
  }
}

Task<Response> audit_file(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  const audit::Filter filter = filter_of(asked_filter(request));
  const Language language = web::language_of(request);
  const SheetFormat format =
      request.path.ends_with(".csv") ? SheetFormat::kCsv : SheetFormat::kXlsx;
  Result<Response> made = fail(Code::kInternalError, "not read");
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(const Sheet sheet, fill_sheet(session, filter, language));
    made = sheet_response(sheet, format);
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  if (!made) co_return refused(needs, request, made.error());
  co_return std::move(*made);
}

}  // namespace

void add_audit(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kAuditPage, list_audit);
  add_staff_page(router, needs, net::Method::kGet, std::string(kAuditPage) + ".csv", audit_file);
  add_staff_page(router, needs, net::Method::kGet, std::string(kAuditPage) + ".xlsx", audit_file);
}

}  // namespace revier::console
