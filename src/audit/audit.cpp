// SPDX-License-Identifier: EUPL-1.2
#include "audit/audit.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/utf8.h"

namespace revier::audit {
namespace {

constexpr std::size_t kTextBytesMax = 200;
constexpr std::size_t kActionsMax = 500;

constexpr std::array kMigrations = {records::Migration{"audit-0001-lines", R"(
CREATE TABLE audit_line (
  id BIGINT PRIMARY KEY,
  civil_at BIGINT NOT NULL,
  real_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  outcome TEXT NOT NULL);
CREATE INDEX audit_line_time ON audit_line (civil_at)
)"}};

constexpr std::array<std::string_view, 4> kActors{"account", "token", "command-line", "nobody"};
constexpr std::array<std::string_view, 2> kOutcomes{"done", "refused"};

std::string_view cut(std::string_view text) { return cut_to_bytes(text, kTextBytesMax); }

std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

template <std::size_t N>
std::size_t index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<std::size_t>(found == names.end() ? N - 1 : found - names.begin());
}

Line line_from(const records::Row& row) {
  return {.id = row.integer("id"),
          .civil = {row.integer("civil_at")},
          .real = {row.integer("real_at")},
          .actor = static_cast<Actor>(index_of(kActors, row.text("actor"))),
          .actor_id = row.text("actor_id"),
          .actor_name = row.text("actor_name"),
          .action = row.text("action"),
          .kind = row.text("kind"),
          .object = row.text("object"),
          .outcome = static_cast<Outcome>(index_of(kOutcomes, row.text("outcome")))};
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

std::string_view to_string(Actor actor) { return kActors[static_cast<std::size_t>(actor)]; }
std::string_view to_string(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

Result<> write(records::Session& session, const Line& line) {
  RV_TRY(
      session.execute("INSERT INTO audit_line (id, civil_at, real_at, actor, actor_id, actor_name,"
                      " action, kind, object, outcome) SELECT COALESCE(MAX(id), 0) + 1, :civil,"
                      " :real, :actor, :actor_id, :actor_name, :action, :kind, :object, :outcome"
                      " FROM audit_line",
                      {{"civil", line.civil},
                       {"real", line.real},
                       {"actor", to_string(line.actor)},
                       {"actor_id", cut(line.actor_id)},
                       {"actor_name", cut(line.actor_name)},
                       {"action", cut(line.action)},
                       {"kind", cut(line.kind)},
                       {"object", cut(line.object)},
                       {"outcome", to_string(line.outcome)}}));
  return {};
}

Result<std::vector<Line>> list(records::Session& session, const Filter& filter) {
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  const std::string actor = like_pattern(filter.actor);
  RV_ASSIGN(
      const auto rows,
      session.query("SELECT id, civil_at, real_at, actor, actor_id, actor_name, action, kind,"
                    " object, outcome FROM audit_line WHERE id < :before"
                    " AND civil_at >= :since AND civil_at < :until"
                    " AND (:any_actor = 1 OR LOWER(actor_name) LIKE LOWER(:actor) ESCAPE '\\')"
                    " AND (:any_action = 1 OR action = :action)"
                    " AND (:any_object = 1 OR object = :object)"
                    " ORDER BY id DESC LIMIT :limit",
                    {{"before", filter.before_id > 0 ? filter.before_id : kLast},
                     {"since", filter.from.value_or(Instant{-kLast})},
                     {"until", filter.until.value_or(Instant{kLast})},
                     {"any_actor", filter.actor.empty()},
                     {"actor", actor},
                     {"any_action", filter.action.empty()},
                     {"action", filter.action},
                     {"any_object", filter.object.empty()},
                     {"object", filter.object},
                     {"limit", std::clamp<std::int64_t>(filter.limit, 1, 10'000)}}));
  std::vector<Line> lines;
  lines.reserve(rows.size());
  for (const records::Row& row : rows) lines.push_back(line_from(row));
  return lines;
}

Result<std::vector<std::string>> actions(records::Session& session) {
  RV_ASSIGN(const auto rows, session.query("SELECT DISTINCT action FROM audit_line ORDER BY action",
                                           {}, kActionsMax));
  std::vector<std::string> names;
  for (const records::Row& row : rows) names.push_back(row.text("action"));
  return names;
}

Result<std::int64_t> purge(records::Session& session, Instant civil_before) {
  return session.execute("DELETE FROM audit_line WHERE civil_at < :before",
                         {{"before", civil_before}});
}

}  // namespace revier::audit
