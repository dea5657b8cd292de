// SPDX-License-Identifier: EUPL-1.2
#include "app/transfer_commands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "app/control.h"
#include "app/end_signals.h"
#include "app/files.h"
#include "app/floors.h"
#include "table/table.h"
#include "transfer/transfer.h"

namespace revier::app {
namespace {

using transfer::Progress;

constexpr std::int64_t kTokenTakenMs = 10'000;
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

tl::unexpected<Error> system_fault(std::string_view path) {
  return fail(Code::kUnavailable, fmt::format("{}: {}", path, std::strerror(errno)));
}

Result<std::unique_ptr<Stream>> open_file(const std::string& path, int flags, int standard) {
  if (path == kStandard) return std::make_unique<Stream>(standard, false);
  const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (number < 0) return system_fault(path);
  return std::make_unique<Stream>(number, true);
}

Result<> write_all(int number, std::string_view text, std::string_view path) {
  while (!text.empty()) {
    const ssize_t put = ::write(number, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_fault(path);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// A token that lives as long as the command, for the server that runs on this data folder.
class OwnToken {
 public:
  static Result<std::unique_ptr<OwnToken>> make(const Options& options, const std::string& tenant,
                                                bool writes) {
    auto own = std::make_unique<OwnToken>();
    RV_ASSIGN(own->accounts_, open_accounts(options));
    identity::TokenOptions wanted{.label = writes ? "revier import" : "revier export"};
    wanted.actions = {identity::Action::kDataRead};
    if (writes) wanted.actions.push_back(identity::Action::kDataWrite);
    wanted.tenant = tenant;
    wanted.expires = own->accounts_->clock.now() + Duration::days(7);
    RV_ASSIGN(own->token_,
              own->accounts_->identity->create_token(wanted, identity::Caller::command_line()));
    return own;
  }
  OwnToken() = default;
  ~OwnToken() {
    if (token_.id.empty()) return;
    (void)accounts_->identity->revoke_token(token_.id, identity::Caller::command_line());
  }
  OwnToken(const OwnToken&) = delete;
  OwnToken& operator=(const OwnToken&) = delete;
  [[nodiscard]] const std::string& secret() const { return token_.secret; }

 private:
  std::unique_ptr<Accounts> accounts_;
  identity::NewToken token_;
};

// The server that is asked, with all that it needs.
struct Connection {
  std::unique_ptr<net::Client> client;
  std::unique_ptr<OwnToken> own;
  transfer::Server server;
};

// The server reads every second what the command line has changed.
Result<> wait_for_token(const transfer::Server& server) {
  for (std::int64_t waited = 0;; waited += 200) {
    const auto reply = server.ask({.method = net::Method::kGet,
                                   .url = server.address + "/ngsi-ld/v1/types",
                                   .headers = {{"Authorization", "Bearer " + server.token}}});
    if (!reply) return fail(reply.error());
    if (reply->status != 401) return {};
    if (waited >= kTokenTakenMs) {
      return fail(
          Code::kUnavailable,
          fmt::format("the server at {} does not take the token of this command", server.address));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

// Where the server of this data folder listens.
Result<std::string> running_address(const Options& options) {
  const std::string& folder = options.text("data");
  const auto state = ask_server(folder, R"({"command":"status"})", [](std::string_view) {});
  if (!state && state.error().code == Code::kResourceNotFound) {
    return fail(Code::kUnavailable,
                fmt::format("no server runs on {}: start it (revier serve --data {}), name its "
                            "folder by --data, or another server by --address",
                            folder, folder));
  }
  if (!state) return fail(state.error());
  RV_ASSIGN(const json::Document document, json::Document::parse(*state));
  const auto listening = document.root().find("listen");
  return own_address(options, std::string(listening ? listening->as_string().value_or("") : ""));
}

Result<Connection> connect(const CommandLine& line, const Options& options, bool writes) {
  Connection out;
  // Whoever runs this on the server may reach every address from there.
  RV_ASSIGN(out.client,
            net::Client::open({.allowed = {"0.0.0.0/0", "::/0"}, .connections_max = 1}));
  out.server.ask = [client = out.client.get()](net::Outgoing request) {
    return client->send_blocking(std::move(request));
  };
  out.server.tenant = line.tenant;
  const std::string& token_file = line.transfer.token_file;
  if (!token_file.empty()) {
    RV_ASSIGN(out.server.token, read_file(token_file, 256));
    while (out.server.token.ends_with('\n')) out.server.token.pop_back();
  }
  out.server.address = line.address;
  while (out.server.address.ends_with('/')) out.server.address.pop_back();
  if (!out.server.address.empty()) return out;
  RV_ASSIGN(out.server.address, running_address(options));
  if (!token_file.empty()) return out;
  RV_ASSIGN(out.own, OwnToken::make(options, line.tenant, writes));
  out.server.token = out.own->secret();
  RV_TRY(wait_for_token(out.server));
  return out;
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
  RV_ASSIGN(const Connection connection, connect(line, options, false));
  const bool named = wish.file != kStandard;
  // The name stands for a whole file only.
  const std::string path = named ? wish.file + ".part" : wish.file;
  RV_ASSIGN(const auto file, open_file(path, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO));
  Meter meter(signals, 0);
  const auto done = transfer::export_entities(
      connection.server,
      {.format = format, .type = wish.type, .q = wish.query, .context = wish.context},
      [&](std::string_view text) { return write_all(file->number(), text, path); },
      [&](const Progress& progress) { return meter(progress); });
  if (!done || meter.stopped()) {
    if (named) ::unlink(path.c_str());
    return done ? fail(Code::kConflict, "stopped; nothing was kept") : fail(done.error());
  }
  if (named && (::fsync(file->number()) != 0 || ::rename(path.c_str(), wish.file.c_str()) != 0)) {
    return system_fault(wish.file);
  }
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
