// SPDX-License-Identifier: EUPL-1.2
// Who wrote which entities through the API: newest first, by name and by entity.
#include "context/write_log.h"

#include <charconv>

#include "console/detail/data.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kWritesAPage = 100;
constexpr std::size_t kNamedMax = 5;  // entities of a line that the table names

std::string who(const context::WriteLine& line, Language language) {
  if (line.kind == "account") return line.actor_name;
  if (line.kind == "token") {
    return web::text(language, texts::kAuditToken, {{"name", line.actor_name}});
  }
  return words(language, texts::kAuditNobody);
}

std::string_view deed(char what, Language language) {
  if (what == 'c') return web::text(language, texts::kWritesCreated);
  if (what == 'd') return web::text(language, texts::kWritesDeleted);
  return web::text(language, texts::kWritesChanged);
}

std::string entities_of(const context::WriteLine& line, Language language) {
  std::string text;
  for (std::size_t i = 0; i < std::min(line.entities.size(), kNamedMax); ++i) {
    const auto& entity = line.entities[i];
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", entity.id, deed(entity.what, language));
  }
  const std::uint64_t all = line.entities.size() + line.more;
  if (all <= kNamedMax) return text;
  return text + " " +
         web::text(language, texts::kWritesMore,
                   {{"count", static_cast<std::int64_t>(all - kNamedMax)}});
}

web::kern::Table lines_table(const std::vector<context::WriteLine>& lines, Language language) {
  web::kern::Table table{.caption = words(language, texts::kWritesTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kAuditWhen)},
                                     {words(language, texts::kAuditWho)},
                                     {words(language, texts::kWritesOperation)},
                                     {words(language, texts::kWritesEntities)},
                                     {words(language, texts::kWritesTenant)}},
                         .rows = {}};
  for (const context::WriteLine& line : lines) {
    table.rows.push_back({{.text = web::date_time(language, line.civil)},
                          {.text = who(line, language)},
                          {.text = line.operation},
                          {.text = entities_of(line, language)},
                          {.text = line.tenant}});
  }
  return table;
}

web::kern::Input input(const char* id, const web::Text& label, std::string value,
                       Language language) {
  return {.field = {.id = id, .name = id, .label = words(language, label)},
          .type = "search",
          .value = std::move(value)};
}

// Also reached from the pages of data, whose menu goes along.
Head write_log_head(const Needs& needs, const Request& request, const identity::Caller& caller) {
  const std::string title = words(web::language_of(request), texts::kWritesTitle);
  if (needs.broker == nullptr) return make_head(needs, request, caller, title);
  return make_data_head(needs, request, {.caller = caller, .tenant = {}}, title);
}

Task<Response> show_write_log(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kUsersManage);
  if (!caller) co_return caller.error();
  context::WriteLog::Filter filter{.actor = asked(request, "wer"),
                                   .entity = asked(request, "entitaet"),
                                   .before = 0,
                                   .limit = kWritesAPage};
  const std::string before = asked(request, "vor");
  std::from_chars(before.data(), before.data() + before.size(), filter.before);
  const auto found =
      co_await blocking(needs, [&needs, &filter] { return needs.write_log->list(filter); });
  if (!found) co_return refused(needs, request, found.error());
  const Language language = web::language_of(request);
  const auto link = [&](std::uint64_t from) {
    return web::path(language,
                     address(kWriteLogPage, {{"wer", filter.actor},
                                             {"entitaet", filter.entity},
                                             {"vor", from > 0 ? std::to_string(from) : ""}}));
  };
  const WriteLogPage view{
      .head = write_log_head(needs, request, *caller),
      .actor = input("wer", texts::kAuditWho, filter.actor, language),
      .entity = input("entitaet", texts::kWritesEntity, filter.entity, language),
      .table = lines_table(found->lines, language),
      .older_href = found->next > 0 ? link(found->next) : std::string(),
      .newest_href = filter.before > 0 ? link(0) : std::string()};
  web::Html out(language);
  render_write_log(out, view);
  co_return personal(std::move(out));
}

}  // namespace

void add_write_log(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, net::Method::kGet, kWriteLogPage, show_write_log);
}

}  // namespace revier::console
