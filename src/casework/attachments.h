// SPDX-License-Identifier: EUPL-1.2
// Files attached to cases. They are kept in the records beside the case (as Base64, in a table of
// their own): one transaction, one backup, one erasure for both, on SQLite and PostgreSQL alike.
//
// With a scanner a new file waits until it was scanned; a waiting one is handed to nobody. Where
// the scanner finds something, the content goes at once and the row says so.
//
// Thread safety: all methods from any thread; scan_waiting() blocks, by one thread at a time.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/task.h"
#include "base/time.h"
#include "casework/answers.h"
#include "casework/file_check.h"
#include "casework/scanner.h"
#include "net/http.h"
#include "net/server.h"
#include "records/records.h"

namespace revier::casework {

inline constexpr std::int64_t kCaseBytesMax = 30'000'000;
// Of all drafts together, so that nobody fills the disk.
inline constexpr std::int64_t kDraftBytesMax = 2'000'000'000;

enum class Scan : std::uint8_t {
  kClean,     // scanned, or there is no scanner
  kWaiting,   // not scanned yet
  kInfected,  // something was found: no content any more
};

struct Attachment {
  std::string id;
  std::string case_id;
  std::string field;
  std::string name;  // for people: what they called it, cut and cleaned
  std::string type;
  std::int64_t bytes = 0;
  std::string digest;  // BLAKE2b of the content, as hexadecimal; "" where it was kept before that
  Scan scan = Scan::kClean;
  Instant at;
  bool released = false;     // by the office: everybody may see it (PublicPart::photo)
  std::int64_t message = 0;  // the number of the message it came with; 0: an answer of the form
};

// A file on its way into the records.
struct NewFile {
  Attachment row;       // its case and message are set where it is kept
  std::string content;  // Base64
};

// What may come with a message.
inline constexpr std::size_t kMessageFileBytesMax = 10'000'000;
inline constexpr std::size_t kMessageFilesMax = 5;
[[nodiscard]] const std::vector<std::string>& message_file_types();

class Attachments {
 public:
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    Random& random;
    Scanner* scanner = nullptr;  // nullptr: nothing is scanned
  };
  explicit Attachments(Needs needs) : needs_(needs) {}

  // For an answer to the question `field`, or for a message where that is "". Some ms for a large
  // one: see take_in().
  [[nodiscard]] NewFile prepare(std::string field, std::string_view name,
                                const CleanFile& file) const;
  // Judges a file (clean_file) and prepares it, one after the other on a thread of its own: however
  // many pictures come, the pool goes on to sign people in and to open doors. Ask what is cheap
  // first: size, number, who sends it. `bytes` and `types` outlive the call. Errors: those of
  // clean_file(); kUnavailable while too many wait.
  [[nodiscard]] Task<Result<NewFile>> take_in(std::string field, std::string name,
                                              std::string_view bytes,
                                              const std::vector<std::string>& types) const;
  // To a draft. Errors: kResourceNotFound; kConflict for a case that was handed in;
  // kUnprocessable with `field` "count"; kTooLarge beyond kCaseBytesMax; kInsufficientStorage.
  [[nodiscard]] Task<Result<>> add(std::string case_id, const Field& field, NewFile file);
  // From a draft; one that is gone already is no error. Errors: kConflict.
  [[nodiscard]] Task<Result<>> remove(std::string case_id, std::string id);
  // Scans what waits. A file that the scanner gives no answer on is put off, at last by an
  // hour, and no other waits for it. Errors: kUnavailable while the scanner cannot be reached.
  [[nodiscard]] Result<> scan_waiting();

 private:
  // When a file that the scanner gave no answer on is sent to it again.
  struct PutOff {
    int tries = 0;
    Instant again_at;
  };
  [[nodiscard]] Result<std::vector<Attachment>> due_scans();
  [[nodiscard]] Result<> scan_one(const Attachment& file);
  void put_off(const Attachment& file, const Error& reason);

  const Needs needs_;
  std::map<std::string, PutOff, std::less<>> put_off_;  // of scan_waiting(), by id
  // Each that waits holds its request, of up to 14 MB.
  mutable net::Pool judge_{1, 16};
};

// Whether a case that has these files takes so many bytes more. Errors: kTooLarge.
[[nodiscard]] Result<> check_total(const std::vector<Attachment>& files, std::size_t more);

// By question: "Schein.pdf, Foto.jpg".
using FileNames = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] FileNames names_of(const std::vector<Attachment>& files);
[[nodiscard]] FileCounts counts_of(const std::vector<Attachment>& files);
[[nodiscard]] FileCounts counts_of(const std::vector<NewFile>& files);

// To be kept, never to be shown: as an attachment, without guessing its type.
[[nodiscard]] net::Response file_response(std::string_view name, std::string_view type,
                                          std::string bytes);
// A picture that is shown in a page.
[[nodiscard]] net::Response picture_response(std::string_view type, std::string bytes);

// "Foto (1).jpg" of "C:\tmp\Foto\x01(1).jpg.exe" that is a picture: without a path or control
// characters, with the ending of its true type, at most 100 bytes.
[[nodiscard]] std::string shown_name(std::string_view name, std::string_view type);

// Errors: kCorrupt for what is no Base64.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);

namespace rows {

// To a case that is there. Errors: kTooLarge beyond kCaseBytesMax.
[[nodiscard]] Result<> add_files(records::Session& session, std::string_view case_id,
                                 std::int64_t message, const std::vector<NewFile>& files);
// In the order they came.
[[nodiscard]] Result<std::vector<Attachment>> attachments(records::Session& session,
                                                          std::string_view case_id);
// Without those in which something was found.
[[nodiscard]] Result<FileCounts> file_counts(records::Session& session, std::string_view case_id);
struct FileContent {
  Attachment file;
  std::string bytes;
};
// Errors: kResourceNotFound; kUnavailable while it waits; kGone where something was found.
[[nodiscard]] Result<FileContent> file_content(records::Session& session, std::string_view case_id,
                                               std::string_view id);
// Shows a file to everybody, or no longer. Errors: kResourceNotFound for another case's.
[[nodiscard]] Result<> set_released(records::Session& session, std::string_view case_id,
                                    std::string_view id, bool released);
// No file of the case is shown to everybody any more.
[[nodiscard]] Result<> conceal_files(records::Session& session, std::string_view case_id);
// By the number of its case. Errors: kResourceNotFound, the same for one that is not released.
[[nodiscard]] Result<FileContent> released_file(records::Session& session,
                                                std::string_view case_number, std::string_view id);
[[nodiscard]] Result<> erase_files(records::Session& session, std::string_view case_id);

}  // namespace rows
}  // namespace revier::casework
