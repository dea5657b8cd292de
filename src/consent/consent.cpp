// SPDX-License-Identifier: EUPL-1.2
#include "consent/consent.h"

#include <array>

namespace revier::consent {
namespace {

using records::Row;
using records::Session;

// `seq` orders the entries of a subject, two of one microsecond too.
constexpr std::array kMigrations{
    records::Migration{"consent-0001-ledger", R"(
CREATE TABLE consent_wording (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (kind, version, language));
CREATE TABLE consent_entry (
  subject TEXT NOT NULL,
  seq BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  given BIGINT NOT NULL,
  at BIGINT NOT NULL,
  channel TEXT NOT NULL,
  wording_kind TEXT NOT NULL,
  wording_version BIGINT NOT NULL,
  wording_language TEXT NOT NULL,
  proof TEXT NOT NULL,
  retain_until BIGINT NOT NULL,
  PRIMARY KEY (subject, seq),
  FOREIGN KEY (wording_kind, wording_version, wording_language)
    REFERENCES consent_wording (kind, version, language));
CREATE INDEX consent_entry_retain ON consent_entry (retain_until);
)"},
};

constexpr std::size_t kEntriesMax = 10'000;  // of one subject

Wording wording_of(const Row& row) {
  return {row.text("kind"), row.integer("version"), row.text("language"), row.text("text")};
}

Entry entry_of(const Row& row) {
  return {row.text("subject"),
          row.text("purpose"),
          row.integer("given") != 0,
          Instant{row.integer("at")},
          row.text("channel"),
          row.text("wording_kind"),
          row.integer("wording_version"),
          row.text("wording_language"),
          row.text("proof"),
          Instant{row.integer("retain_until")}};
}

Result<std::int64_t> next_seq(Session& session, std::string_view subject) {
  RV_ASSIGN(const Row row, session.one("SELECT COALESCE(MAX(seq), 0) + 1 AS seq "
                                       "FROM consent_entry WHERE subject = :subject",
                                       {{"subject", subject}}));
  return row.integer("seq");
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<> put_wording(Session& session, const Wording& given) {
  RV_TRY(
      session.execute("INSERT INTO consent_wording (kind, version, language, text) "
                      "VALUES (:kind, :version, :language, :text) ON CONFLICT DO NOTHING",
                      {{"kind", given.kind},
                       {"version", given.version},
                       {"language", given.language},
                       {"text", given.text}}));
  RV_ASSIGN(const Wording stored, wording(session, given.kind, given.version, given.language));
  if (stored.text == given.text) return {};
  return fail(Code::kConflict, "a changed wording is a new version");
}

Result<Wording> wording(Session& session, std::string_view kind, std::int64_t version,
                        std::string_view language) {
  RV_ASSIGN(const Row row,
            session.one("SELECT kind, version, language, text FROM consent_wording WHERE "
                        "kind = :kind AND version = :version AND language = :language",
                        {{"kind", kind}, {"version", version}, {"language", language}}));
  return wording_of(row);
}

Result<Wording> newest_wording(Session& session, std::string_view kind, std::string_view language) {
  RV_ASSIGN(const Row row,
            session.one("SELECT kind, version, language, text FROM consent_wording WHERE "
                        "kind = :kind AND language = :language ORDER BY version DESC LIMIT 1",
                        {{"kind", kind}, {"language", language}}));
  return wording_of(row);
}

Result<> record(Session& session, const Entry& entry) {
  RV_ASSIGN(const std::int64_t seq, next_seq(session, entry.subject));
  RV_TRY(session.execute(
      "INSERT INTO consent_entry (subject, seq, purpose, given, at, channel, wording_kind, "
      "wording_version, wording_language, proof, retain_until) VALUES (:subject, :seq, :purpose, "
      ":given, :at, :channel, :kind, :version, :language, :proof, :until)",
      {{"subject", entry.subject},
       {"seq", seq},
       {"purpose", entry.purpose},
       {"given", entry.given},
       {"at", entry.at},
       {"channel", entry.channel},
       {"kind", entry.wording_kind},
       {"version", entry.wording_version},
       {"language", entry.wording_language},
       {"proof", entry.proof},
       {"until", entry.retain_until}}));
  return {};
}

Result<std::vector<Entry>> entries(Session& session, std::string_view subject) {
  RV_ASSIGN(const auto rows, session.query("SELECT * FROM consent_entry WHERE subject = :subject "
                                           "ORDER BY seq",
                                           {{"subject", subject}}, kEntriesMax));
  std::vector<Entry> list;
  for (const Row& row : rows) list.push_back(entry_of(row));
  return list;
}

Result<bool> stands(Session& session, std::string_view subject, std::string_view purpose) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT given FROM consent_entry WHERE subject = :subject AND "
                          "purpose = :purpose ORDER BY seq DESC LIMIT 1",
                          {{"subject", subject}, {"purpose", purpose}}, 1));
  return !rows.empty() && rows.front().integer("given") != 0;
}

Result<> set_retention(Session& session, std::string_view subject, Instant retain_until) {
  RV_TRY(session.execute("UPDATE consent_entry SET retain_until = :until WHERE subject = :subject",
                         {{"until", retain_until}, {"subject", subject}}));
  return {};
}

Result<std::int64_t> erase_subject(Session& session, std::string_view subject) {
  return session.execute("DELETE FROM consent_entry WHERE subject = :subject",
                         {{"subject", subject}});
}

Result<std::int64_t> erase_ended(Session& session, Instant now) {
  return session.execute("DELETE FROM consent_entry WHERE retain_until <= :now", {{"now", now}});
}

}  // namespace revier::consent
