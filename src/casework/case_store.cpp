// SPDX-License-Identifier: EUPL-1.2
#include "casework/case_store.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "casework/attachments.h"
#include "casework/letters.h"
#include "mail/outbox.h"
#include "ticket/registrations.h"

namespace revier::casework {
namespace {

using records::Session;

constexpr std::array kCaseMigrations = {
    records::Migration{
        "casework-0001-cases",
        "CREATE TABLE case_form (id TEXT NOT NULL, version BIGINT NOT NULL, definition TEXT NOT "
        "NULL,"
        " imported_at BIGINT NOT NULL, PRIMARY KEY (id, version));"
        "CREATE TABLE case_record (id TEXT PRIMARY KEY, form TEXT NOT NULL, version BIGINT NOT "
        "NULL,"
        " office TEXT NOT NULL, number TEXT UNIQUE, state TEXT NOT NULL, outcome TEXT NOT NULL,"
        " answers TEXT NOT NULL, mail TEXT NOT NULL, language TEXT NOT NULL, worker TEXT NOT NULL,"
        " worker_name TEXT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,"
        " submitted_at BIGINT, ended_at BIGINT, delete_after BIGINT NOT NULL,"
        " revision BIGINT NOT NULL, published BIGINT NOT NULL, request_key TEXT UNIQUE);"
        "CREATE INDEX case_record_state ON case_record (state, submitted_at);"
        "CREATE INDEX case_record_form ON case_record (form, submitted_at);"
        "CREATE INDEX case_record_ends ON case_record (delete_after);"
        "CREATE TABLE case_message (case_id TEXT NOT NULL REFERENCES case_record (id) ON DELETE "
        "CASCADE,"
        " number BIGINT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL,"
        " PRIMARY KEY (case_id, number))"},
    records::Migration{
        "casework-0002-attachments",
        "CREATE TABLE case_attachment (id TEXT PRIMARY KEY, case_id TEXT NOT NULL"
        " REFERENCES case_record (id) ON DELETE CASCADE, field TEXT NOT NULL, name TEXT NOT NULL,"
        " type TEXT NOT NULL, bytes BIGINT NOT NULL, scan TEXT NOT NULL, at BIGINT NOT NULL);"
        "CREATE INDEX case_attachment_case ON case_attachment (case_id);"
        "CREATE INDEX case_attachment_scan ON case_attachment (scan, at);"
        "CREATE TABLE case_content (id TEXT PRIMARY KEY, content TEXT NOT NULL)"},
    records::Migration{"casework-0003-released",
                       "ALTER TABLE case_attachment ADD COLUMN released BIGINT NOT NULL DEFAULT 0;"
                       "CREATE INDEX case_record_worker ON case_record (worker, submitted_at)"},
    records::Migration{"casework-0004-mail",
                       "CREATE INDEX case_record_mail ON case_record (LOWER(mail))"},
    records::Migration{"casework-0005-message-files",
                       "ALTER TABLE case_attachment ADD COLUMN message BIGINT NOT NULL DEFAULT 0"},
    records::Migration{"casework-0006-digests",
                       "ALTER TABLE case_attachment ADD COLUMN digest TEXT NOT NULL DEFAULT ''"}};

constexpr std::array kStates = {std::pair{State::kDraft, std::string_view("draft")},
                                std::pair{State::kReceived, std::string_view("received")},
                                std::pair{State::kWorking, std::string_view("working")},
                                std::pair{State::kAsked, std::string_view("asked")},
                                std::pair{State::kDecided, std::string_view("decided")},
                                std::pair{State::kWithdrawn, std::string_view("withdrawn")}};
constexpr std::array kOutcomes = {std::pair{Outcome::kNone, std::string_view("none")},
                                  std::pair{Outcome::kGranted, std::string_view("granted")},
                                  std::pair{Outcome::kRefused, std::string_view("refused")},
                                  std::pair{Outcome::kSettled, std::string_view("settled")}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [known, name] : table) {
    if (known == value) return name;
  }
  return "";
}

constexpr std::string_view kCaseColumns =
    "id, form, version, office, number, state, outcome, answers, mail, language, worker,"
    " worker_name, created_at, changed_at, submitted_at, ended_at, delete_after, revision";
// The same without what is long and personal.
constexpr std::string_view kListColumns =
    "id, form, version, office, number, state, outcome, '{}' AS answers, '' AS mail, language,"
    " worker, worker_name, created_at, changed_at, submitted_at, ended_at, delete_after, revision";

std::optional<Instant> instant_of(const records::Row& row, std::string_view column) {
  const auto value = row.maybe_integer(column);
  if (!value) return std::nullopt;
  return Instant{*value};
}

Case case_from(const records::Row& row) {
  return {.id = row.text("id"),
          .form = row.text("form"),
          .version = row.integer("version"),
          .office = row.text("office"),
          .number = row.text_or("number", ""),
          .state = parse_state(row.text("state")),
          .outcome = parse_outcome(row.text("outcome")),
          .answers = row.text("answers"),
          .mail = row.text("mail"),
          .language = row.text("language"),
          .worker = row.text("worker"),
          .worker_name = row.text("worker_name"),
          .created_at = {row.integer("created_at")},
          .changed_at = {row.integer("changed_at")},
          .submitted_at = instant_of(row, "submitted_at"),
          .ended_at = instant_of(row, "ended_at"),
          .delete_after = {row.integer("delete_after")},
          .revision = row.integer("revision")};
}

Result<std::vector<Case>> cases_where(Session& session, std::string_view columns,
                                      std::string_view where, records::Parameters parameters) {
  RV_ASSIGN(
      const std::vector<records::Row> found,
      session.query(fmt::format("SELECT {} FROM case_record {}", columns, where), parameters));
  std::vector<Case> list;
  for (const records::Row& row : found) list.push_back(case_from(row));
  return list;
}

std::vector<records::Parameter> parameters_of(const Case& one, const std::string& state,
                                              const std::string& outcome,
                                              const std::optional<std::string>& number) {
  return {{"id", one.id},
          {"number", number},
          {"state", state},
          {"outcome", outcome},
          {"answers", one.answers},
          {"mail", one.mail},
          {"worker", one.worker},
          {"worker_name", one.worker_name},
          {"changed", one.changed_at},
          {"submitted", one.submitted_at},
          {"ended", one.ended_at},
          {"delete", one.delete_after},
          {"revision", one.revision}};
}

std::optional<std::string> number_of(const Case& one) {
  if (one.number.empty()) return std::nullopt;
  return one.number;
}

// A WHERE clause and what it binds; offices are bound by number.
struct Where {
  std::string text = "WHERE state <> 'draft'";
  std::vector<std::string> names;
  std::vector<std::string> values;

  void add(std::string_view condition, std::string_view name, std::string value) {
    text += fmt::format(" AND {}", condition);
    names.emplace_back(name);
    values.push_back(std::move(value));
  }
  void add_offices(const std::optional<std::vector<std::string>>& offices) {
    if (!offices) return;
    std::string list;
    for (std::size_t n = 0; n < offices->size(); ++n) {
      list += fmt::format("{}:office{}", n == 0 ? "" : ", ", n);
      names.push_back(fmt::format("office{}", n));
      values.push_back((*offices)[n]);
    }
    text += list.empty() ? " AND 1 = 0" : fmt::format(" AND office IN ({})", list);
  }
  [[nodiscard]] std::vector<records::Parameter> parameters() const {
    std::vector<records::Parameter> list;
    for (std::size_t n = 0; n < names.size(); ++n) list.emplace_back(names[n], values[n]);
    return list;
  }
};

Where where_of(const rows::CaseFilter& filter) {
  Where where;
  if (!filter.form.empty()) where.add("form = :form", "form", filter.form);
  if (!filter.number.empty()) where.add("number = :number", "number", filter.number);
  if (!filter.worker.empty()) where.add("worker = :worker", "worker", filter.worker);
  if (filter.unassigned) where.text += " AND worker = ''";
  if (filter.state == "open") {
    where.text += " AND state IN ('received', 'working', 'asked')";
  } else if (filter.state == "ended") {
    where.text += " AND state IN ('decided', 'withdrawn')";
  } else if (!filter.state.empty()) {
    where.add("state = :state", "state", filter.state);
  }
  if (filter.submitted_before) where.text += " AND submitted_at < :before";
  where.add_offices(filter.offices);
  return where;
}

std::vector<records::Parameter> parameters_for(const Where& where, const rows::CaseFilter& filter) {
  std::vector<records::Parameter> parameters = where.parameters();
  if (filter.submitted_before) parameters.emplace_back("before", *filter.submitted_before);
  return parameters;
}

// Those to another address went when that was changed.
Result<> forget_letters(Session& session, std::string_view id, Instant now) {
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT mail FROM case_record WHERE id = :id", {{"id", id}}));
  for (const records::Row& row : found) {
    RV_TRY(mail::forget(session, row.text("mail"), letters_begin(id), now));
  }
  return {};
}

}  // namespace

std::string_view to_string(State state) { return name_in(kStates, state); }
std::string_view to_string(Outcome outcome) { return name_in(kOutcomes, outcome); }

State parse_state(std::string_view name) {
  for (const auto& [state, known] : kStates) {
    if (known == name) return state;
  }
  return State::kDraft;
}

Outcome parse_outcome(std::string_view name) {
  for (const auto& [outcome, known] : kOutcomes) {
    if (known == name) return outcome;
  }
  return Outcome::kNone;
}

namespace rows {

std::span<const records::Migration> migrations() { return kCaseMigrations; }

Result<> put_form(Session& session, const StoredForm& form, Instant now) {
  RV_TRY(session.execute(
      "INSERT INTO case_form (id, version, definition, imported_at)"
      " VALUES (:id, :version, :json, :now)",
      {{"id", form.id}, {"version", form.version}, {"json", form.json}, {"now", now}}));
  return {};
}

Result<std::vector<StoredForm>> forms(Session& session) {
  RV_ASSIGN(const auto found,
            session.query("SELECT id, version, definition FROM case_form ORDER BY id, version"));
  std::vector<StoredForm> list;
  for (const records::Row& row : found) {
    list.push_back({row.text("id"), row.integer("version"), row.text("definition")});
  }
  return list;
}

Result<> insert(Session& session, const Case& made, std::string_view request_key) {
  const std::string state(to_string(made.state));
  const std::string outcome(to_string(made.outcome));
  const std::optional<std::string> number = number_of(made);
  std::vector<records::Parameter> parameters = parameters_of(made, state, outcome, number);
  parameters.insert(parameters.end(), {{"form", made.form},
                                       {"version", made.version},
                                       {"office", made.office},
                                       {"language", made.language},
                                       {"created", made.created_at}});
  if (request_key.empty()) {
    parameters.emplace_back("request", nullptr);
  } else {
    parameters.emplace_back("request", request_key);
  }
  RV_TRY(session.execute(
      "INSERT INTO case_record (id, form, version, office, number, state, outcome, answers, mail,"
      " language, worker, worker_name, created_at, changed_at, submitted_at, ended_at,"
      " delete_after, revision, published, request_key) VALUES (:id, :form, :version, :office,"
      " :number, :state, :outcome, :answers, :mail, :language, :worker, :worker_name, :created,"
      " :changed, :submitted, :ended, :delete, :revision, 0, :request)",
      parameters));
  return {};
}

Result<> update(Session& session, const Case& changed) {
  const std::string state(to_string(changed.state));
  const std::string outcome(to_string(changed.outcome));
  const std::optional<std::string> number = number_of(changed);
  RV_TRY(session.execute(
      "UPDATE case_record SET number = :number, state = :state, outcome = :outcome,"
      " answers = :answers, mail = :mail, worker = :worker, worker_name = :worker_name,"
      " changed_at = :changed, submitted_at = :submitted, ended_at = :ended,"
      " delete_after = :delete, revision = :revision WHERE id = :id",
      parameters_of(changed, state, outcome, number)));
  return {};
}

Result<Case> find(Session& session, std::string_view id) {
  RV_ASSIGN(const std::vector<Case> found,
            cases_where(session, kCaseColumns, "WHERE id = :id", {{"id", id}}));
  if (found.empty()) return fail(Code::kResourceNotFound, "there is no such case any more");
  return found.front();
}

Result<Case> find_by_request(Session& session, std::string_view request_key) {
  RV_ASSIGN(const std::vector<Case> found,
            cases_where(session, kCaseColumns, "WHERE request_key = :key", {{"key", request_key}}));
  if (found.empty()) return fail(Code::kResourceNotFound, "no such request");
  return found.front();
}

Result<std::vector<Case>> of_mail(Session& session, std::string_view mail_key) {
  if (mail_key.empty()) return std::vector<Case>();
  RV_ASSIGN(
      std::vector<Case> list,
      cases_where(session, kCaseColumns, "WHERE LOWER(mail) = :key ORDER BY created_at DESC, id",
                  {{"key", mail_key}}));
  // What the systems hold for small letters is not quite the same.
  std::erase_if(list, [&](const Case& one) { return ticket::mail_key(one.mail) != mail_key; });
  return list;
}

Result<> strip(Session& session, std::string_view id, Instant now) {
  RV_TRY(forget_letters(session, id, now));
  RV_TRY(erase_files(session, id));
  RV_TRY(session.execute("DELETE FROM case_message WHERE case_id = :id", {{"id", id}}));
  RV_TRY(
      session.execute("UPDATE case_record SET answers = '{}', mail = '', request_key = NULL,"
                      " delete_after = :now WHERE id = :id",
                      {{"now", now}, {"id", id}}));
  return {};
}

Result<std::vector<Case>> list(Session& session, const CaseFilter& filter) {
  const Where where = where_of(filter);
  std::vector<records::Parameter> parameters = parameters_for(where, filter);
  parameters.emplace_back("limit", filter.limit);
  parameters.emplace_back("offset", filter.offset);
  return cases_where(session, kListColumns,
                     where.text + " ORDER BY submitted_at, id LIMIT :limit OFFSET :offset",
                     parameters);
}

Result<std::int64_t> count(Session& session, const CaseFilter& filter) {
  const Where where = where_of(filter);
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM case_record " + where.text,
                        parameters_for(where, filter)));
  return row.integer("n");
}

Result<std::vector<Worker>> workers(Session& session,
                                    const std::optional<std::vector<std::string>>& offices) {
  Where where;
  where.add_offices(offices);
  RV_ASSIGN(const auto found,
            session.query("SELECT worker, MAX(worker_name) AS name FROM case_record " + where.text +
                              " AND worker <> '' GROUP BY worker ORDER BY 2, 1 LIMIT 200",
                          where.parameters()));
  std::vector<Worker> list;
  for (const records::Row& row : found) list.push_back({row.text("worker"), row.text("name")});
  return list;
}

Result<std::vector<FormFigures>> figures(Session& session, Instant since,
                                         const std::optional<std::vector<std::string>>& offices) {
  Where where;
  where.add_offices(offices);
  std::vector<records::Parameter> parameters = where.parameters();
  parameters.emplace_back("since", since);
  RV_ASSIGN(const std::vector<records::Row> found,
            session.query("SELECT form, state, submitted_at, ended_at FROM case_record " +
                              where.text + " AND submitted_at >= :since",
                          parameters, 1'000'000));
  std::map<std::string, FormFigures> lines;
  for (const records::Row& row : found) {
    FormFigures& line = lines[row.text("form")];
    line.form = row.text("form");
    ++line.received;
    const State state = parse_state(row.text("state"));
    ++(is_open(state) ? line.open : line.ended);
    const auto ended_at = row.maybe_integer("ended_at");
    if (state == State::kDecided && ended_at) {
      line.durations.push_back({*ended_at - row.integer("submitted_at")});
    }
  }
  std::vector<FormFigures> list;
  for (auto& [form, line] : lines) {
    std::ranges::sort(line.durations);
    list.push_back(std::move(line));
  }
  return list;
}

Result<std::int64_t> add_message(Session& session, std::string_view case_id,
                                 const CaseMessage& message) {
  RV_ASSIGN(
      const records::Row last,
      session.one("SELECT COALESCE(MAX(number), 0) AS n FROM case_message WHERE case_id = :id",
                  {{"id", case_id}}));
  RV_TRY(
      session.execute("INSERT INTO case_message (case_id, number, author, text, at)"
                      " VALUES (:id, :number, :author, :text, :at)",
                      {{"id", case_id},
                       {"number", last.integer("n") + 1},
                       {"author", message.author == Author::kOffice ? "office" : "person"},
                       {"text", message.text},
                       {"at", message.at}}));
  return last.integer("n") + 1;
}

Result<std::vector<CaseMessage>> messages(Session& session, std::string_view case_id) {
  RV_ASSIGN(const auto found, session.query("SELECT number, author, text, at FROM case_message"
                                            " WHERE case_id = :id ORDER BY number",
                                            {{"id", case_id}}));
  std::vector<CaseMessage> list;
  for (const records::Row& row : found) {
    list.push_back({.number = row.integer("number"),
                    .author = row.text("author") == "office" ? Author::kOffice : Author::kPerson,
                    .text = row.text("text"),
                    .at = {row.integer("at")}});
  }
  return list;
}

Result<std::int64_t> count_written(Session& session, std::string_view case_id, Instant since) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM case_message WHERE case_id = :id AND"
                        " author = 'person' AND case_message.at >= :since",
                        {{"id", case_id}, {"since", since}}));
  return row.integer("n");
}

Result<std::int64_t> count_drafts(Session& session) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM case_record WHERE state = 'draft'"));
  return row.integer("n");
}

Result<> erase(Session& session, std::string_view id, Instant now) {
  RV_TRY(forget_letters(session, id, now));
  RV_TRY(erase_files(session, id));
  RV_TRY(session.execute("DELETE FROM case_message WHERE case_id = :id", {{"id", id}}));
  RV_TRY(session.execute("DELETE FROM case_record WHERE id = :id", {{"id", id}}));
  return {};
}

Result<std::vector<Case>> ended(Session& session, Instant now, std::int64_t limit) {
  return cases_where(session, kListColumns,
                     "WHERE delete_after <= :now ORDER BY delete_after LIMIT :limit",
                     {{"now", now}, {"limit", limit}});
}

Result<std::vector<Case>> unpublished(Session& session, std::string_view form, std::int64_t offset,
                                      std::int64_t limit) {
  return cases_where(session, kCaseColumns,
                     "WHERE form = :form AND state <> 'draft' AND published <> revision"
                     " ORDER BY changed_at, id LIMIT :limit OFFSET :offset",
                     {{"form", form}, {"limit", limit}, {"offset", offset}});
}

Result<> set_published(Session& session, std::string_view id, std::int64_t revision) {
  RV_TRY(session.execute("UPDATE case_record SET published = :revision WHERE id = :id",
                         {{"revision", revision}, {"id", id}}));
  return {};
}

}  // namespace rows
}  // namespace revier::casework
