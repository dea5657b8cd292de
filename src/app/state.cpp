// SPDX-License-Identifier: EUPL-1.2
#include "app/state.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "backup/backup.h"
#include "base/log.h"
#include "base/metrics.h"
#include "json/json.h"
#include "net/unnamed_proxy.h"

namespace revier::app {
namespace {

constexpr std::int64_t kBytesInMiB = 1 << 20;

std::string_view name(store::Durability durability) {
  switch (durability) {
    case store::Durability::kCommit:
      return "commit";
    case store::Durability::kInterval:
      return "interval";
    case store::Durability::kNone:
      return "none";
  }
  return "";
}

// -1 where the system does not say.
std::int64_t free_bytes(const std::string& folder) {
  struct statvfs facts{};
  if (::statvfs(folder.c_str(), &facts) != 0) return -1;
  return static_cast<std::int64_t>(facts.f_bavail * facts.f_frsize);
}

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  file >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t open_files() {
  std::error_code error;
  std::int64_t count = 0;
  for (std::filesystem::directory_iterator i("/proc/self/fd", error), end; !error && i != end;
       i.increment(error)) {
    ++count;
  }
  return count;
}

void write_backup(json::Writer& out, const StateSources& sources) {
  std::vector<backup::Entry> entries;
  const auto read = sources.database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(entries, backup::list(session));
    return {};
  });
  // One that is being made, or was cut short, is none yet.
  const auto last =
      std::ranges::find_if(entries, [](const backup::Entry& entry) { return entry.bytes > 0; });
  if (!read || last == entries.end()) {
    out.key("last_backup").null();
    return;
  }
  out.key("last_backup")
      .begin_object()
      .member("taken_at", to_iso8601(last->taken_at))
      .member("folder", last->folder)
      .member("bytes", last->bytes)
      .end_object();
}

}  // namespace

State state_of(const StateSources& sources) {
  const store::Health health = sources.store.health();
  State state{.ready = true,
              .reasons = {},
              .hints = {},
              .store_writable = health.writable,
              .records_writable = sources.database.writable(),
              .creating = sources.creating(),
              .disk_free = free_bytes(sources.folder)};
  if (!state.store_writable) {
    state.reasons.push_back(
        fmt::format("the store is read-only since a write failed ({}): mend the disk, then restart",
                    health.reason));
  }
  if (!state.records_writable) {
    state.reasons.emplace_back(
        "the records are read-only since a write failed: mend the disk or the database, then "
        "restart");
  }
  if (!state.creating) {
    state.reasons.emplace_back(
        "memory for entities is full (limits.memory): new entities are refused with 507");
  }
  if (state.disk_free >= 0 && state.disk_free < sources.disk_free_min) {
    state.reasons.push_back(fmt::format(
        "only {} MiB are free on the disk of {}, less than limits.disk_free ({} MiB): "
        "make room before writing fails",
        state.disk_free / kBytesInMiB, sources.folder, sources.disk_free_min / kBytesInMiB));
  }
  state.ready = state.reasons.empty();
  if (const std::string proxy = net::unnamed_proxy(); !proxy.empty()) {
    state.hints.push_back(fmt::format(
        "requests come through a proxy at {} that server.proxies does not name: all visitors count "
        "as one, and https is not known; name it and restart",
        proxy));
  }
  return state;
}

std::string state_json(const StateSources& sources, bool with_backups) {
  const State state = state_of(sources);
  std::string text;
  json::Writer out(text);
  out.begin_object().member("status", state.ready ? "ok" : "degraded");
  out.key("reasons").begin_array();
  for (const std::string& reason : state.reasons) out.string(reason);
  out.end_array().key("hints").begin_array();
  for (const std::string& hint : state.hints) out.string(hint);
  out.end_array().member("version", REVIER_VERSION);
  out.member("uptime_s", (sources.real_clock.now() - sources.started).us / 1'000'000);
  out.member("durability", name(sources.store.durability()));
  out.member("store_writable", state.store_writable);
  out.member("records_writable", state.records_writable);
  out.member("room_for_entities", state.creating);
  out.member("disk_free_bytes", state.disk_free);
  out.member("memory_bytes", resident_bytes());
  if (with_backups) {
    out.member("process", std::int64_t{::getpid()}).member("listen", sources.listen);
    write_backup(out, sources);
  }
  out.end_object();
  return text;
}

void measure_state(const StateSources& sources) {
  static metrics::Gauge ready("revier_ready", "1 while everything that was promised holds");
  static metrics::Gauge disk("revier_disk_free_bytes", "Free on the disk of the data folder");
  static metrics::Gauge memory("process_resident_memory_bytes", "Resident memory");
  static metrics::Gauge files("process_open_fds", "Open file descriptors");
  static metrics::Gauge start("process_start_time_seconds", "Start since 1970");
  static metrics::Gauge info("revier_build_info", "1, with the version",
                             {{"version", REVIER_VERSION}});
  static std::atomic<bool> was_ready{true};
  const State state = state_of(sources);
  ready.set(state.ready ? 1 : 0);
  disk.set(static_cast<double>(state.disk_free));
  memory.set(static_cast<double>(resident_bytes()));
  files.set(static_cast<double>(open_files()));
  start.set(static_cast<double>(sources.started.us) / 1e6);
  info.set(1);
  if (was_ready.exchange(state.ready) == state.ready) return;
  if (state.ready) log_event(Level::kInfo, "state.ready");
  for (const std::string& reason : state.reasons) {
    log_event(Level::kError, "state.degraded", {{"reason", reason}});
  }
}

}  // namespace revier::app
