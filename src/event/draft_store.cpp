// SPDX-License-Identifier: EUPL-1.2
#include "event/draft_store.h"

#include <array>

#include "base/log.h"

namespace revier::event::rows {
namespace {

constexpr std::array kMigrations = {records::Migration{
    "event-0001-drafts",
    "CREATE TABLE programme_draft (kind TEXT NOT NULL, id TEXT NOT NULL, item TEXT,"
    " base TEXT NOT NULL, revision BIGINT NOT NULL, edited_at BIGINT NOT NULL,"
    " edited_by TEXT NOT NULL, purpose TEXT NOT NULL, delete_after BIGINT NOT NULL,"
    " carried_by BIGINT NOT NULL, PRIMARY KEY (kind, id));"
    "CREATE TABLE programme_release (number BIGINT PRIMARY KEY, at BIGINT NOT NULL,"
    " note_de TEXT NOT NULL, note_en TEXT NOT NULL, released_by TEXT NOT NULL,"
    " ended BIGINT NOT NULL);"
    "CREATE TABLE programme_session (id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE,"
    " sequence BIGINT NOT NULL, created_at BIGINT NOT NULL, modified_at BIGINT NOT NULL,"
    " removed BIGINT NOT NULL, item TEXT NOT NULL);"
    "CREATE TABLE programme_change (sequence BIGINT PRIMARY KEY, session TEXT NOT NULL,"
    " release_number BIGINT NOT NULL, at BIGINT NOT NULL, before_item TEXT NOT NULL,"
    " after_item TEXT NOT NULL)"}};

constexpr std::string_view kPurpose = "programme";

Result<Draft> draft_from(const records::Row& row) {
  Draft draft{.kind = find_kind(row.text("kind")),
              .id = row.text("id"),
              .item = {},
              .base = row.text("base"),
              .revision = row.integer("revision"),
              .edited_at = {row.integer("edited_at")},
              .edited_by = row.text("edited_by")};
  if (draft.kind == nullptr) return fail(Code::kCorrupt, "a draft is of no known kind");
  if (row.is_null("item")) return draft;
  RV_ASSIGN(const json::Document document, json::Document::parse(row.text("item")));
  RV_ASSIGN(draft.item, read_stored_item(*draft.kind, draft.id, document.root()));
  return draft;
}

Result<std::vector<Draft>> drafts_where(records::Session& session, std::string_view condition,
                                        records::Parameters parameters,
                                        std::vector<DraftKey>* unreadable = nullptr) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT kind, id, item, base, revision, edited_at, edited_by"
                          " FROM programme_draft " +
                              std::string(condition),
                          parameters));
  std::vector<Draft> list;
  for (const records::Row& row : found) {
    auto draft = draft_from(row);
    if (draft) {
      list.push_back(std::move(*draft));
      continue;
    }
    // Without its id, which may be made of a person's name.
    log_event(Level::kWarn, "event.unreadable_draft",
              {{"kind", row.text("kind")},
               {"field", draft.error().field},
               {"reason", draft.error().message}});
    if (unreadable != nullptr) unreadable->push_back({row.text("kind"), row.text("id")});
  }
  return list;
}

Release release_from(const records::Row& row) {
  return {.number = row.integer("number"),
          .at = {row.integer("at")},
          .note = {row.text("note_de"), row.text("note_en")},
          .by = row.text("released_by")};
}

constexpr std::string_view kReleaseColumns =
    "SELECT number, at, note_de, note_en, released_by FROM programme_release ";

ChangeRow change_from(const records::Row& row) {
  return {.change = {.sequence = row.integer("sequence"),
                     .session = row.text("session"),
                     .release = row.integer("release_number"),
                     .at = {row.integer("at")},
                     .kinds = {},
                     .before = {},
                     .after = {}},
          .before = row.text("before_item"),
          .after = row.text("after_item")};
}

Result<std::vector<ChangeRow>> changes_where(records::Session& session, std::string_view condition,
                                             records::Parameters parameters) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT sequence, session, release_number, at, before_item, after_item"
                          " FROM programme_change " +
                              std::string(condition),
                          parameters));
  std::vector<ChangeRow> list;
  for (const records::Row& row : found) list.push_back(change_from(row));
  return list;
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<> put_draft(records::Session& session, const Draft& draft, Instant delete_after) {
  std::optional<std::string> item;
  if (draft.item) item = item_json(*draft.item);
  RV_TRY(session.execute(
      "INSERT INTO programme_draft (kind, id, item, base, revision, edited_at, edited_by, purpose,"
      " delete_after, carried_by) VALUES (:kind, :id, :item, :base, :revision, :edited_at,"
      " :edited_by, :purpose, :delete_after, 0) ON CONFLICT (kind, id) DO UPDATE SET"
      " item = excluded.item, base = excluded.base, revision = excluded.revision,"
      " edited_at = excluded.edited_at, edited_by = excluded.edited_by,"
      " delete_after = excluded.delete_after, carried_by = 0",
      {{"kind", draft.kind->path},
       {"id", draft.id},
       {"item", item},
       {"base", draft.base},
       {"revision", draft.revision},
       {"edited_at", draft.edited_at},
       {"edited_by", draft.edited_by},
       {"purpose", kPurpose},
       {"delete_after", delete_after}}));
  return {};
}

Result<bool> delete_draft(records::Session& session, std::string_view kind, std::string_view id) {
  RV_ASSIGN(const std::int64_t deleted,
            session.execute("DELETE FROM programme_draft WHERE kind = :kind AND id = :id",
                            {{"kind", kind}, {"id", id}}));
  return deleted > 0;
}

Result<std::vector<Draft>> drafts(records::Session& session, std::int64_t release,
                                  std::vector<DraftKey>* unreadable) {
  return drafts_where(session, "WHERE :any = 0 OR carried_by = :release",
                      {{"any", release}, {"release", release}}, unreadable);
}

Result<std::optional<Draft>> find_draft(records::Session& session, const KindSpec& kind,
                                        std::string_view id) {
  RV_ASSIGN(std::vector<Draft> found, drafts_where(session, "WHERE kind = :kind AND id = :id",
                                                   {{"kind", kind.path}, {"id", id}}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::int64_t> count_drafts(records::Session& session) {
  RV_ASSIGN(const records::Row row, session.one("SELECT COUNT(*) AS n FROM programme_draft"));
  return row.integer("n");
}

Result<std::vector<DraftKey>> old_drafts(records::Session& session, Instant now) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT kind, id FROM programme_draft"
                          " WHERE delete_after < :now AND carried_by = 0",
                          {{"now", now}}));
  std::vector<DraftKey> list;
  for (const records::Row& row : found) list.push_back({row.text("kind"), row.text("id")});
  return list;
}

Result<> begin_release(records::Session& session, const Release& release,
                       const std::vector<Draft>& drafts) {
  RV_TRY(session.execute(
      "INSERT INTO programme_release (number, at, note_de, note_en, released_by, ended)"
      " VALUES (:number, :at, :note_de, :note_en, :released_by, 0)",
      {{"number", release.number},
       {"at", release.at},
       {"note_de", release.note.de},
       {"note_en", release.note.en},
       {"released_by", release.by}}));
  for (const Draft& draft : drafts) {
    RV_TRY(session.execute(
        "UPDATE programme_draft SET carried_by = :number WHERE kind = :kind AND id = :id",
        {{"number", release.number}, {"kind", draft.kind->path}, {"id", draft.id}}));
  }
  return {};
}

Result<> end_release(records::Session& session, std::int64_t number,
                     const std::vector<Draft>& drafts) {
  for (const Draft& draft : drafts) RV_TRY(delete_draft(session, draft.kind->path, draft.id));
  RV_TRY(session.execute("UPDATE programme_draft SET carried_by = 0 WHERE carried_by = :number",
                         {{"number", number}}));
  RV_TRY(session.execute("UPDATE programme_release SET ended = 1 WHERE number = :number",
                         {{"number", number}}));
  return {};
}

Result<> drop_release(records::Session& session, std::int64_t number) {
  RV_TRY(session.execute("UPDATE programme_draft SET carried_by = 0 WHERE carried_by = :number",
                         {{"number", number}}));
  RV_TRY(session.execute("DELETE FROM programme_release WHERE number = :number AND ended = 0",
                         {{"number", number}}));
  return {};
}

Result<std::int64_t> open_release(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT number FROM programme_release WHERE ended = 0"));
  return found.empty() ? 0 : found.front().integer("number");
}

Result<std::vector<Release>> releases(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query(std::string(kReleaseColumns) +
                          "WHERE ended = 1 ORDER BY number DESC LIMIT 1000"));
  std::vector<Release> list;
  for (const records::Row& row : found) list.push_back(release_from(row));
  return list;
}

Result<Release> release(records::Session& session, std::int64_t number) {
  RV_ASSIGN(
      const records::Row row,
      session.one(std::string(kReleaseColumns) + "WHERE number = :number", {{"number", number}}));
  return release_from(row);
}

Result<std::int64_t> last_release(records::Session& session) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COALESCE(MAX(number), 0) AS last FROM programme_release"));
  return row.integer("last");
}

Result<std::vector<SeenRow>> seen(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT id, number, sequence, created_at, modified_at, removed, item"
                          " FROM programme_session ORDER BY number",
                          {}, 100'000));
  std::vector<SeenRow> list;
  for (const records::Row& row : found) {
    list.push_back({.id = row.text("id"),
                    .item = row.text("item"),
                    .standing = {.number = row.integer("number"),
                                 .sequence = row.integer("sequence"),
                                 .created_at = {row.integer("created_at")},
                                 .modified_at = {row.integer("modified_at")},
                                 .removed = row.integer("removed") != 0,
                                 .session = {}}});
  }
  return list;
}

Result<> put_seen(records::Session& session, const SeenRow& row) {
  const Standing& standing = row.standing;
  RV_TRY(session.execute(
      "INSERT INTO programme_session (id, number, sequence, created_at, modified_at, removed, item)"
      " VALUES (:id, :number, :sequence, :created_at, :modified_at, :removed, :item)"
      " ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence,"
      " modified_at = excluded.modified_at, removed = excluded.removed, item = excluded.item",
      {{"id", row.id},
       {"number", standing.number},
       {"sequence", standing.sequence},
       {"created_at", standing.created_at},
       {"modified_at", standing.modified_at},
       {"removed", standing.removed ? 1 : 0},
       {"item", row.item}}));
  return {};
}

Result<> insert_change(records::Session& session, const ChangeRow& row) {
  RV_TRY(session.execute(
      "INSERT INTO programme_change (sequence, session, release_number, at, before_item,"
      " after_item) VALUES (:sequence, :session, :release_number, :at, :before_item, :after_item)",
      {{"sequence", row.change.sequence},
       {"session", row.change.session},
       {"release_number", row.change.release},
       {"at", row.change.at},
       {"before_item", row.before},
       {"after_item", row.after}}));
  return {};
}

Result<std::vector<ChangeRow>> changes(records::Session& session, std::int64_t limit) {
  return changes_where(session, "ORDER BY sequence DESC LIMIT :limit", {{"limit", limit}});
}

Result<std::vector<ChangeRow>> changes_since(records::Session& session, std::int64_t sequence,
                                             std::int64_t limit) {
  return changes_where(session, "WHERE sequence > :sequence ORDER BY sequence LIMIT :limit",
                       {{"sequence", sequence}, {"limit", limit}});
}

Result<std::optional<ChangeRow>> first_change(records::Session& session) {
  RV_ASSIGN(std::vector<ChangeRow> found, changes_where(session, "ORDER BY sequence LIMIT 1", {}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace revier::event::rows
