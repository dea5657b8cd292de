// SPDX-License-Identifier: EUPL-1.2
// Entities in and out of files, through the public NGSI-LD interface of any server.
//
// Files are read and written in parts: memory is bounded by the largest entity and one batch, not
// by the file. An import writes each entity by its id, so that repeating it makes no doubles.
//
//   NGSI-LD   a JSON array of entities, one entity, or {"@context": ..., "@graph": [...]}
//   NDJSON    one entity a line
//   CSV       one entity a row; the first row names the columns (detail/columns.h)
//   GeoJSON   a FeatureCollection; what a feature's properties hold becomes attributes
//
// Thread safety: functions without state of their own; they block on `ask` and on files.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client.h"

namespace revier::transfer {

enum class Format : std::uint8_t { kNgsiLd, kNdjson, kCsv, kGeoJson };
// "ngsi-ld", "ndjson", "csv", "geojson". Errors: kInvalidRequest with the names there are.
[[nodiscard]] Result<Format> parse_format(std::string_view name);
// By the end of a file's name: .json .jsonld .ndjson .jsonl .csv .geojson.
[[nodiscard]] std::optional<Format> format_of_file(std::string_view path);

// What becomes of an entity that is there already.
enum class Mode : std::uint8_t {
  kReplace,  // it is as in the file afterwards
  kUpdate,   // attributes of the file are put to it, the others stay
  kCreate,   // it stays, and the row is rejected
};

// Sends a request and waits for its answer: net::Client::send_blocking, or a test.
using Ask = std::function<Result<net::Reply>(net::Outgoing)>;

struct Server {
  Ask ask;
  std::string address;  // "http://127.0.0.1:8080", without a slash at the end
  std::string token;    // sent as bearer; may be empty
  std::string tenant;   // empty for the default one
};

// How far the work is; an answer of false stops it.
struct Progress {
  std::uint64_t read = 0;     // entities of the file
  std::uint64_t written = 0;  // that the server has taken, or that stand in the file
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;  // of the file
};
using OnProgress = std::function<bool(const Progress&)>;

struct Reject {
  std::uint64_t number = 0;  // of the entity in the file, from 1
  std::uint64_t line = 0;    // where it begins, from 1
  std::string id;            // empty where it is not known
  std::string reason;
};
using OnReject = std::function<Result<>(const Reject&)>;

struct ImportOptions {
  Format format = Format::kNgsiLd;
  Mode mode = Mode::kReplace;
  std::string context = {};    // URL for entities that bring no @context; empty: the core context
  std::string type = {};       // for rows and features that name none
  std::string id_column = {};  // column or property with the id, [id]
  std::uint64_t skip = 0;      // so many entities at the begin, which an earlier import has written
  std::size_t batch = 200;
  bool dry_run = false;  // check only: asks no server
};

// Reads from `read` (at most so many bytes, "" at the end) to the end, or until it is stopped.
// What the server or the check refuses goes to `on_reject`; all others are durable in the server
// when it returns. 503, 429 and a lost connection are tried again, as far as kRetries.
// Errors: of reading (kInvalidRequest, kUnprocessable: a file that cannot be read on, with the
// line); kUnauthenticated, kForbidden, kUnavailable: the server.
using ReadPart = std::function<Result<std::string>(std::size_t bytes_max)>;
[[nodiscard]] Result<Progress> import_entities(const Server& server, const ImportOptions& options,
                                               const ReadPart& read, const OnReject& on_reject,
                                               const OnProgress& on_progress);

// The same a step at a time, for callers that wait otherwise: feed() a part of the file; as long as
// next() gives a batch, send it and settle() its answer; after the last part finish(), then
// next(true).
class Importing {
 public:
  struct Batch {
    std::string target;  // POST, application/ld+json
    std::string body;
  };
  // Errors: kInternalError.
  [[nodiscard]] static Result<std::unique_ptr<Importing>> begin(ImportOptions options,
                                                                OnReject on_reject);
  virtual ~Importing() = default;

  // Errors: a file that cannot be read on; those of on_reject. What came before stays to be sent.
  [[nodiscard]] virtual Result<> feed(std::string_view part) = 0;
  [[nodiscard]] virtual Result<> finish() = 0;
  // Nothing before enough has come for a whole batch, but with `rest`; never with dry_run.
  [[nodiscard]] virtual std::optional<Batch> next(bool rest = false) = 0;
  // The answer to the last batch. Errors: of an answer that cannot be read, of on_reject.
  [[nodiscard]] virtual Result<> settle(int status, std::string_view body) = 0;
  // `read`: all entities up to this one are written or rejected, so it is the next import's skip.
  [[nodiscard]] virtual const Progress& done() const = 0;
  // The line that all is settled up to.
  [[nodiscard]] virtual std::uint64_t line() const = 0;
};

struct ExportOptions {
  Format format = Format::kNgsiLd;
  std::string type;     // a type, or several with commas; empty: all entities
  std::string q;        // a query of NGSI-LD, may be empty
  std::string context;  // URL of the @context that names are short under; empty: the core context
  std::size_t page = 500;
  // To go on where an earlier export ended: the last that its `on_page` was told. NDJSON only.
  std::string cursor = {};
  // Told after each page but the last, when all before it is with `write`; may be empty.
  std::function<Result<>(const std::string& cursor)> on_page = {};
};

// Writes every entity of the server's own that stands from begin to end, each once; what is changed
// meanwhile as it is found. `Progress::rejected` counts what a CSV has no column for (attributes
// with several instances, attributes of attributes). Errors: those of import_entities.
using WritePart = std::function<Result<>(std::string_view)>;
[[nodiscard]] Result<Progress> export_entities(const Server& server, const ExportOptions& options,
                                               const WritePart& write,
                                               const OnProgress& on_progress);

}  // namespace revier::transfer
