// SPDX-License-Identifier: EUPL-1.2
#include "app/transfer_commands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "app/connection.h"
#include "app/end_signals.h"
#include "app/files.h"
#include "base/time.h"
#include "table/table.h"
#include "transfer/transfer.h"

namespace revier::app {
namespace {

using transfer::Progress;

constexpr std::string_view kStandard = "-";

// A file of the command line, or standard input or output.
class Stream {
 public:
  Stream(int number, bool owned) : number_(number), owned_(owned) {}
  ~Stream() {
    if (owned_) ::close(number_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
  bool owned_;
};

Result<std::unique_ptr<Stream>> open_file(const std::string& path, int flags, int standard) {
  if (path == kStandard) return std::make_unique<Stream>(standard, false);
  const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (number < 0) return system_fault(path);
  return std::make_unique<Stream>(number, true);
}

Result<transfer::Format> format_of(const TransferLine& line) {
  if (!line.format.empty()) return transfer::parse_format(line.format);
  if (const auto format = transfer::format_of_file(line.file)) return *format;
  return fail(Code::kInvalidRequest,
              fmt::format("the name {} does not say the format; give --format ngsi-ld, ndjson, csv "
                          "or geojson",
                          line.file));
}

// A line a second on standard error; stops at a signal.
class Meter {
 public:
  Meter(const EndSignals& signals, std::uint64_t bytes_all)
      : signals_(signals), bytes_all_(bytes_all) {}

  bool operator()(const Progress& progress) {
    last_ = progress;
    stopped_ = stopped_ || signals_.wait(0);
    const Instant now = clock_.now();
    if (now - told_ >= Duration::seconds(1)) {
      told_ = now;
      tell();
    }
    return !stopped_;
  }
  [[nodiscard]] const Progress& last() const { return last_; }
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  void tell() const {
    const double seconds = static_cast<double>((told_ - begun_).us) / 1e6;
    const double rate = static_cast<double>(last_.written) / std::max(seconds, 1e-3);
    fmt::print(stderr, "{} read, {} written, {} refused, {:.0f} a second", last_.read,
               last_.written, last_.rejected, rate);
    if (bytes_all_ > 0) {
      fmt::print(stderr, ", {:.0f} %",
                 100.0 * static_cast<double>(last_.bytes) / static_cast<double>(bytes_all_));
    }
    fmt::print(stderr, "\n");
  }

  const EndSignals& signals_;
  const std::uint64_t bytes_all_;
  const RealClock clock_;
  const Instant begun_ = clock_.now();
  Instant told_ = begun_;
  Progress last_;
  bool stopped_ = false;
};

// The list of what was refused; the file is made with its first line.
class RejectList {
 public:
  explicit RejectList(std::string path) : path_(std::move(path)) {}

  Result<> add(const transfer::Reject& reject) {
    std::string text;
    if (!file_) {
      RV_ASSIGN(file_, open_file(path_, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO));
      table::append_csv_row(text, {"number", "line", "id", "reason"});
    }
    table::append_csv_row(text, {std::to_string(reject.number), std::to_string(reject.line),
                                 reject.id, reject.reason});
    return write_all(file_->number(), text, path_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
  std::unique_ptr<Stream> file_;
};

std::uint64_t size_of(int number) {
  struct stat facts{};
  const bool known = ::fstat(number, &facts) == 0 && S_ISREG(facts.st_mode);
  return known ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

transfer::Mode mode_of(std::string_view name) {
  if (name == "update") return transfer::Mode::kUpdate;
  return name == "create" ? transfer::Mode::kCreate : transfer::Mode::kReplace;
}

Result<> sum_up(const TransferLine& line, const Progress& done, bool stopped,
                const std::string& rejects) {
  fmt::print(stderr, "{} entities read, {} {}, {} refused\n", done.read, done.written,
             line.dry_run ? "would be written" : "written", done.rejected);
  if (stopped) {
    return fail(Code::kConflict, fmt::format("stopped; go on with --skip {}", done.read));
  }
  if (done.rejected == 0) return {};
  return fail(Code::kUnprocessable,
              fmt::format("{} were refused: {} lists them with line and reason", done.rejected,
                          rejects == kStandard ? "standard error" : rejects));
}

// What an export writes. The name of the file stands for a whole one only: until then it is
// FILE.part, and of NDJSON beside it FILE.part.place says how far it is whole, for --resume.
class PartFile {
 public:
  static Result<PartFile> open(const TransferLine& wish, transfer::Format format) {
    PartFile file;
    file.name_ = wish.file;
    const bool named = wish.file != kStandard;
    file.resumable_ = named && format == transfer::Format::kNdjson;
    if (wish.resume) RV_TRY(file.read_place());
    const int how = wish.resume ? O_WRONLY : O_WRONLY | O_CREAT | O_TRUNC;
    RV_ASSIGN(file.stream_, open_file(named ? file.part() : wish.file, how, STDOUT_FILENO));
    if (wish.resume && (::ftruncate(file.stream_->number(), file.size_) != 0 ||
                        ::lseek(file.stream_->number(), 0, SEEK_END) < 0)) {
      return system_fault(file.part());
    }
    return file;
  }

  [[nodiscard]] const std::string& cursor() const { return cursor_; }

  Result<> write(std::string_view text) {
    RV_TRY(write_all(stream_->number(), text, name_));
    size_ += static_cast<std::int64_t>(text.size());
    return {};
  }
  // All that is written so far is whole; the rest begins at the cursor. Noted once a second.
  Result<> reach(const std::string& cursor) {
    cursor_ = cursor;
    whole_ = size_;
    const Instant now = clock_.now();
    if (!resumable_ || now - noted_ < Duration::seconds(1)) return {};
    noted_ = now;
    return note();
  }
  // The next step for who reads it.
  [[nodiscard]] std::string give_up() {
    if (resumable_ && !cursor_.empty() && note()) {
      return fmt::format("; {} is whole as far as it goes: go on with --resume", part());
    }
    if (name_ == kStandard) return {};
    ::unlink(part().c_str());
    ::unlink(place().c_str());
    return "; nothing was kept";
  }
  Result<> finish() {
    if (::fsync(stream_->number()) != 0 || ::rename(part().c_str(), name_.c_str()) != 0) {
      return system_fault(name_);
    }
    ::unlink(place().c_str());
    return {};
  }

 private:
  [[nodiscard]] std::string part() const { return name_ + ".part"; }
  [[nodiscard]] std::string place() const { return part() + ".place"; }

  Result<> note() {
    if (::fdatasync(stream_->number()) != 0) return system_fault(part());
    return write_private_file(place(), fmt::format("{} {}\n", cursor_, whole_));
  }
  Result<> read_place() {
    if (!resumable_) return fail(Code::kInvalidRequest, "--resume is for files of NDJSON");
    const auto text = read_file(place());
    if (!text) {
      return fail(Code::kResourceNotFound,
                  fmt::format("there is nothing to go on with: {}", text.error().message));
    }
    const std::size_t blank = std::min(text->find(' '), text->size());
    cursor_ = text->substr(0, blank);
    const auto size = text->substr(std::min(blank + 1, text->size()));
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), size_);
    struct stat facts{};
    const bool fits = error == std::errc{} && *end == '\n' && size_ >= 0 &&
                      ::stat(part().c_str(), &facts) == 0 && facts.st_size >= size_;
    whole_ = size_;
    return fits ? Result<>{}
                : fail(Code::kUnprocessable,
                       fmt::format("{} does not fit {}: export anew", place(), part()));
  }

  std::string name_;
  std::unique_ptr<Stream> stream_;
  bool resumable_ = false;
  std::string cursor_;
  std::int64_t size_ = 0;
  std::int64_t whole_ = 0;  // of size_: up to the cursor
  RealClock clock_;
  Instant noted_;
};

}  // namespace

Result<> run_import_command(const CommandLine& line, const Options& options) {
  const TransferLine& wish = line.transfer;
  RV_ASSIGN(const transfer::Format format, format_of(wish));
  RV_ASSIGN(const auto file, open_file(wish.file, O_RDONLY, STDIN_FILENO));
  const EndSignals signals;
  Connection connection;
  if (!wish.dry_run) {
    RV_ASSIGN(connection, connect(line, options, true));
  }
  RejectList rejects(!wish.rejects.empty()    ? wish.rejects
                     : wish.file == kStandard ? std::string(kStandard)
                                              : wish.file + ".rejected.csv");
  Meter meter(signals, size_of(file->number()));
  const auto done = transfer::import_entities(
      connection.server,
      {.format = format,
       .mode = mode_of(wish.mode),
       .context = wish.context,
       .type = wish.type,
       .id_column = wish.id_column,
       .skip = static_cast<std::uint64_t>(wish.skip),
       .dry_run = wish.dry_run},
      [&](std::size_t bytes_max) -> Result<std::string> {
        std::string part(bytes_max, '\0');
        const ssize_t got = ::read(file->number(), part.data(), part.size());
        if (got < 0) return system_fault(wish.file);
        part.resize(static_cast<std::size_t>(got));
        return part;
      },
      [&](const transfer::Reject& reject) { return rejects.add(reject); },
      [&](const Progress& progress) { return meter(progress); });
  if (done) return sum_up(wish, *done, meter.stopped(), rejects.path());
  if (meter.last().read == 0) return fail(done.error());
  Error error = done.error();
  error.message = fmt::format("{}; {} entities were written, go on with --skip {}", error.message,
                              meter.last().written, meter.last().read);
  return fail(std::move(error));
}

Result<> run_export_command(const CommandLine& line, const Options& options) {
  const TransferLine& wish = line.transfer;
  RV_ASSIGN(const transfer::Format format, format_of(wish));
  const EndSignals signals;
  const bool named = wish.file != kStandard;
  RV_ASSIGN(PartFile part, PartFile::open(wish, format));
  RV_ASSIGN(const Connection connection, connect(line, options, false));
  Meter meter(signals, 0);
  transfer::ExportOptions wanted{
      .format = format, .type = wish.type, .q = wish.query, .context = wish.context};
  wanted.cursor = part.cursor();
  wanted.on_page = [&part](const std::string& cursor) { return part.reach(cursor); };
  const auto done = transfer::export_entities(
      connection.server, wanted, [&](std::string_view text) { return part.write(text); },
      [&](const Progress& progress) { return meter(progress); });
  if (!done || meter.stopped()) {
    const std::string next = part.give_up();
    if (!done) return fail(done.error().code, done.error().message + next);
    return fail(Code::kConflict, "stopped" + next);
  }
  if (named) RV_TRY(part.finish());
  fmt::print(stderr, "{} entities, {} bytes\n", done->written, done->bytes);
  if (done->rejected > 0) {
    fmt::print(stderr,
               "{} attributes, or parts of them, have no column in a CSV and were left out; "
               "NDJSON keeps them\n",
               done->rejected);
  }
  return {};
}

}  // namespace revier::app
