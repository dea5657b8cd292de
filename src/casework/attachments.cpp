// SPDX-License-Identifier: EUPL-1.2
#include "casework/attachments.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sodium.h>

#include "base/ascii.h"
#include "base/log.h"
#include "base/utf8.h"
#include "casework/case_store.h"
#include "web/html.h"

namespace revier::casework {
namespace {

constexpr std::size_t kNameBytesMax = 100;
constexpr std::int64_t kScansAtOnce = 200;
// A scanner that hangs holds a round up no longer than that many times its time limit.
constexpr int kScanFailuresAtOnce = 3;
constexpr int kScanTries = 3;  // with the short pause between them
constexpr Duration kScanPause = Duration::minutes(1);
constexpr Duration kScanPauseLong = Duration::hours(1);

std::string to_base64(std::string_view bytes) {
  const std::size_t size = sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  std::string text(size, '\0');
  sodium_bin2base64(text.data(), size, reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.resize(size - 1);
  return text;
}

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  std::string text(digest.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

Scan scan_of(std::string_view name) {
  if (name == "clean") return Scan::kClean;
  return name == "infected" ? Scan::kInfected : Scan::kWaiting;
}

Attachment attachment_from(const records::Row& row) {
  return {.id = row.text("id"),
          .case_id = row.text("case_id"),
          .field = row.text("field"),
          .name = row.text("name"),
          .type = row.text("type"),
          .bytes = row.integer("bytes"),
          .digest = row.text("digest"),
          .scan = scan_of(row.text("scan")),
          .at = {row.integer("at")},
          .released = row.integer("released") != 0,
          .message = row.integer("message")};
}

Result<std::int64_t> sum_of(records::Session& session, std::string_view sql,
                            records::Parameters parameters) {
  RV_ASSIGN(const records::Row row, session.one(sql, parameters));
  return row.integer("n");
}

Result<> check_draft(records::Session& session, std::string_view case_id) {
  RV_ASSIGN(const Case one, rows::find(session, case_id));
  if (one.state == State::kDraft) return {};
  return fail(Code::kConflict, "this form has been handed in");
}

Result<> check_sum(std::int64_t bytes) {
  if (bytes <= kCaseBytesMax) return {};
  return fail(Code::kTooLarge, "the files of one case have 30 MB at most");
}

Result<> check_case_bytes(records::Session& session, const Attachment& file) {
  RV_ASSIGN(const std::int64_t own, sum_of(session,
                                           "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS n "
                                           "FROM case_attachment WHERE case_id = :id",
                                           {{"id", file.case_id}}));
  return check_sum(own + file.bytes);
}

Result<> check_room(records::Session& session, const Attachment& file, std::size_t most) {
  RV_ASSIGN(const FileCounts counts, rows::file_counts(session, file.case_id));
  const auto known = counts.find(file.field);
  if (known != counts.end() && known->second >= most) {
    return fail(Code::kUnprocessable, "no more files are taken here", "count");
  }
  RV_TRY(check_case_bytes(session, file));
  RV_ASSIGN(const std::int64_t all, sum_of(session,
                                           "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS n "
                                           "FROM case_attachment WHERE case_id IN"
                                           " (SELECT id FROM case_record WHERE state = 'draft')",
                                           {}));
  if (all + file.bytes > kDraftBytesMax) {
    return fail(Code::kInsufficientStorage, "too many files wait in drafts, try again later");
  }
  return {};
}

Result<> insert_file(records::Session& session, const Attachment& file, std::string_view content) {
  RV_TRY(session.execute(
      "INSERT INTO case_attachment (id, case_id, field, name, type, bytes, digest, scan, at,"
      " message) VALUES (:id, :case, :field, :name, :type, :bytes, :digest, :scan, :at,"
      " :message)",
      {{"id", file.id},
       {"case", file.case_id},
       {"field", file.field},
       {"name", file.name},
       {"type", file.type},
       {"bytes", file.bytes},
       {"digest", file.digest},
       {"scan", file.scan == Scan::kClean ? "clean" : "waiting"},
       {"at", file.at},
       {"message", file.message}}));
  RV_TRY(session.execute("INSERT INTO case_content (id, content) VALUES (:id, :content)",
                         {{"id", file.id}, {"content", content}}));
  return {};
}

Result<std::string> read_content(records::Session& session, std::string_view id) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT content FROM case_content WHERE id = :id", {{"id", id}}));
  return from_base64(row.text("content"));
}

Result<> set_scanned(records::Session& session, std::string_view id, bool clean) {
  RV_TRY(session.execute("UPDATE case_attachment SET scan = :scan WHERE id = :id",
                         {{"scan", clean ? "clean" : "infected"}, {"id", id}}));
  if (clean) return {};
  RV_TRY(session.execute("DELETE FROM case_content WHERE id = :id", {{"id", id}}));
  return {};
}

}  // namespace

Result<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return fail(Code::kCorrupt, "an attachment is not what was stored");
  }
  bytes.resize(size);
  return bytes;
}

const std::vector<std::string>& message_file_types() {
  static const std::vector<std::string> types = {std::string(kJpeg), std::string(kPng),
                                                 std::string(kPdf)};
  return types;
}

std::string shown_name(std::string_view name, std::string_view type) {
  name = name.substr(name.find_last_of("/\\") + 1);
  std::string clean;
  for (const char c : name.substr(0, name.find('.', 1))) {
    if (!is_control(c) && std::string_view("\"<>|:*?%").find(c) == std::string::npos) {
      clean += c;
    }
  }
  clean.resize(cut_to_bytes(clean, kNameBytesMax - 5).size());
  if (clean.find_first_not_of(". ") == std::string::npos) clean = "datei";
  return clean + (type == kJpeg ? ".jpg" : type == kPng ? ".png" : ".pdf");
}

NewFile Attachments::prepare(std::string field, std::string_view name,
                             const CleanFile& file) const {
  return {.row = {.id = random_id(needs_.random),
                  .case_id = {},
                  .field = std::move(field),
                  .name = shown_name(name, file.type),
                  .type = file.type,
                  .bytes = std::ssize(file.bytes),
                  .digest = digest_of(file.bytes),
                  .scan = needs_.scanner == nullptr ? Scan::kClean : Scan::kWaiting,
                  .at = needs_.civil_clock.now()},
          .content = to_base64(file.bytes)};
}

Task<Result<NewFile>> Attachments::take_in(std::string field, std::string name,
                                           std::string_view bytes,
                                           const std::vector<std::string>& types) const {
  auto made = co_await judge_.run([&]() -> Result<NewFile> {
    RV_ASSIGN(const CleanFile clean, clean_file(bytes, types));
    return prepare(std::move(field), name, clean);
  });
  if (!made) co_return fail(made.error());
  co_return std::move(*made);
}

Task<Result<>> Attachments::add(std::string case_id, const Field& field, NewFile file) {
  file.row.case_id = std::move(case_id);
  co_return co_await needs_.database.writer().run(
      [&, most = field.items_max](records::Session& session) -> Result<> {
        RV_TRY(check_draft(session, file.row.case_id));
        RV_TRY(check_room(session, file.row, most));
        return insert_file(session, file.row, file.content);
      });
}

Task<Result<>> Attachments::remove(std::string case_id, std::string id) {
  co_return co_await needs_.database.writer().run([&](records::Session& session) -> Result<> {
    RV_TRY(check_draft(session, case_id));
    RV_ASSIGN(const std::int64_t gone,
              session.execute("DELETE FROM case_attachment WHERE id = :id AND case_id = :case",
                              {{"id", id}, {"case", case_id}}));
    if (gone == 0) return {};
    RV_TRY(session.execute("DELETE FROM case_content WHERE id = :id", {{"id", id}}));
    return {};
  });
}

Result<> Attachments::scan_one(const Attachment& file) {
  std::string bytes;
  const Result<> read = needs_.database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(bytes, read_content(session, file.id));
    return {};
  });
  if (!read && read.error().code == Code::kResourceNotFound) return {};  // removed meanwhile
  RV_TRY(read);
  RV_ASSIGN(const bool clean, needs_.scanner->is_clean(bytes));
  RV_TRY(needs_.database.writer().run_blocking(
      [&](records::Session& session) -> Result<> { return set_scanned(session, file.id, clean); }));
  if (!clean) log_event(Level::kWarn, "casework.infected", {{"attachment", file.id}});
  return {};
}

// The oldest that are to be scanned now; what was put off comes after what is new.
Result<std::vector<Attachment>> Attachments::due_scans() {
  const std::int64_t most = kScansAtOnce + std::ssize(put_off_);
  std::vector<Attachment> list;
  RV_TRY(needs_.database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto found,
              session.query("SELECT * FROM case_attachment WHERE scan = 'waiting' ORDER BY at, id"
                            " LIMIT :limit",
                            {{"limit", most}}, static_cast<std::size_t>(most)));
    for (const records::Row& row : found) list.push_back(attachment_from(row));
    return {};
  }));
  // Where these are all that wait, what is not among them is gone.
  if (std::ssize(list) < most) {
    std::erase_if(put_off_, [&](const auto& known) {
      return std::ranges::find(list, known.first, &Attachment::id) == list.end();
    });
  }
  const Instant now = needs_.civil_clock.now();
  std::erase_if(list, [&](const Attachment& file) {
    const auto known = put_off_.find(file.id);
    return known != put_off_.end() && known->second.again_at > now;
  });
  std::ranges::stable_partition(
      list, [&](const Attachment& file) { return !put_off_.contains(file.id); });
  if (std::ssize(list) > kScansAtOnce) list.resize(static_cast<std::size_t>(kScansAtOnce));
  return list;
}

void Attachments::put_off(const Attachment& file, const Error& reason) {
  PutOff& known = put_off_[file.id];
  ++known.tries;
  const bool is_long = reason.code == Code::kTooLarge || known.tries >= kScanTries;
  known.again_at = needs_.civil_clock.now() + (is_long ? kScanPauseLong : kScanPause);
  log_event(Level::kWarn, "casework.scanner", {{"reason", reason.message}});
}

Result<> Attachments::scan_waiting() {
  if (needs_.scanner == nullptr) return {};
  RV_ASSIGN(const std::vector<Attachment> due, due_scans());
  int failures = 0;
  for (const Attachment& file : due) {
    const Result<> done = scan_one(file);
    if (done) continue;
    const Code code = done.error().code;
    const bool may_be_the_file =
        code == Code::kTooLarge || code == Code::kBadGateway || code == Code::kCorrupt;
    if (!may_be_the_file) return fail(done.error());
    put_off(file, done.error());
    if (++failures == kScanFailuresAtOnce) break;
  }
  return {};
}

Result<> check_total(const std::vector<Attachment>& files, std::size_t more) {
  auto sum = static_cast<std::int64_t>(more);
  for (const Attachment& file : files) sum += file.bytes;
  return check_sum(sum);
}

FileNames names_of(const std::vector<Attachment>& files) {
  FileNames names;
  for (const Attachment& file : files) {
    if (file.scan == Scan::kInfected) continue;
    std::string& text = names[file.field];
    text += (text.empty() ? "" : ", ") + file.name;
  }
  return names;
}

FileCounts counts_of(const std::vector<Attachment>& files) {
  FileCounts counts;
  for (const Attachment& file : files) {
    if (file.scan != Scan::kInfected) ++counts[file.field];
  }
  return counts;
}

FileCounts counts_of(const std::vector<NewFile>& files) {
  FileCounts counts;
  for (const NewFile& file : files) ++counts[file.row.field];
  return counts;
}

net::Response file_response(std::string_view name, std::string_view type, std::string bytes) {
  web::Html encoded(web::Language::kDe);
  encoded.url_part(name);
  net::Response answer = net::Response::text(200, std::string(type), std::move(bytes));
  answer.compressible = false;
  return std::move(answer)
      .header("Cache-Control", "no-store")
      .header("X-Content-Type-Options", "nosniff")
      .header("Content-Security-Policy", "sandbox; default-src 'none'")
      .header("Content-Disposition", "attachment; filename*=UTF-8''" + encoded.str());
}

net::Response picture_response(std::string_view type, std::string bytes) {
  net::Response answer = net::Response::text(200, std::string(type), std::move(bytes));
  answer.compressible = false;
  return std::move(answer)
      .header("Cache-Control", "no-store")
      .header("X-Content-Type-Options", "nosniff")
      .header("Content-Security-Policy", "sandbox; default-src 'none'");
}

namespace rows {

Result<> add_files(records::Session& session, std::string_view case_id, std::int64_t message,
                   const std::vector<NewFile>& files) {
  for (const NewFile& file : files) {
    Attachment row = file.row;
    row.case_id = case_id;
    row.message = message;
    RV_TRY(check_case_bytes(session, row));
    RV_TRY(insert_file(session, row, file.content));
  }
  return {};
}

Result<std::vector<Attachment>> attachments(records::Session& session, std::string_view case_id) {
  RV_ASSIGN(const auto found, session.query("SELECT * FROM case_attachment WHERE case_id = :id"
                                            " ORDER BY at, id",
                                            {{"id", case_id}}));
  std::vector<Attachment> list;
  for (const records::Row& row : found) list.push_back(attachment_from(row));
  return list;
}

Result<FileCounts> file_counts(records::Session& session, std::string_view case_id) {
  RV_ASSIGN(const std::vector<Attachment> list, attachments(session, case_id));
  return counts_of(list);
}

Result<FileContent> file_content(records::Session& session, std::string_view case_id,
                                 std::string_view id) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT * FROM case_attachment WHERE id = :id AND case_id = :case",
                        {{"id", id}, {"case", case_id}}));
  FileContent content{.file = attachment_from(row), .bytes = {}};
  if (content.file.scan == Scan::kWaiting) {
    return fail(Code::kUnavailable, "this file has not been scanned yet");
  }
  if (content.file.scan == Scan::kInfected) {
    return fail(Code::kGone, "something harmful was found in this file");
  }
  RV_ASSIGN(content.bytes, read_content(session, id));
  return content;
}

Result<> set_released(records::Session& session, std::string_view case_id, std::string_view id,
                      bool released) {
  RV_ASSIGN(const std::int64_t changed,
            session.execute("UPDATE case_attachment SET released = :released"
                            " WHERE id = :id AND case_id = :case",
                            {{"released", released ? 1 : 0}, {"id", id}, {"case", case_id}}));
  if (changed == 0) return fail(Code::kResourceNotFound, "this case has no such file");
  return {};
}

Result<> conceal_files(records::Session& session, std::string_view case_id) {
  RV_TRY(session.execute("UPDATE case_attachment SET released = 0 WHERE case_id = :id",
                         {{"id", case_id}}));
  return {};
}

Result<FileContent> released_file(records::Session& session, std::string_view case_number,
                                  std::string_view id) {
  RV_ASSIGN(const auto found,
            session.query("SELECT a.* FROM case_attachment a JOIN case_record c ON c.id = a.case_id"
                          " WHERE a.id = :id AND c.number = :number AND a.released = 1"
                          " AND a.scan = 'clean'",
                          {{"id", id}, {"number", case_number}}));
  if (found.empty()) return fail(Code::kResourceNotFound, "there is no such picture");
  FileContent content{.file = attachment_from(found.front()), .bytes = {}};
  RV_ASSIGN(content.bytes, read_content(session, id));
  return content;
}

Result<> erase_files(records::Session& session, std::string_view case_id) {
  RV_TRY(session.execute(
      "DELETE FROM case_content WHERE id IN (SELECT id FROM case_attachment WHERE case_id = :id)",
      {{"id", case_id}}));
  RV_TRY(session.execute("DELETE FROM case_attachment WHERE case_id = :id", {{"id", case_id}}));
  return {};
}

}  // namespace rows
}  // namespace revier::casework
