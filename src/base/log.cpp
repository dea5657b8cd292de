// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/time.h"

namespace revier {
namespace {

struct Sink {
  Sink() : logger("revier", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::info);
  }
  spdlog::logger logger;
  LogFormat format = LogFormat::kLogfmt;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

// Quotes with the escapes of JSON; control characters cannot break a line.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// Bytes that stand in a value as they are; the others want quotes.
constexpr std::array<bool, 256> kIsPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = ' ' + 1; byte < plain.size(); ++byte) plain[byte] = true;
  plain['"'] = plain['='] = plain['\\'] = false;
  return plain;
}();

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kIsPlain[static_cast<unsigned char>(c)];
  });
}

// The first field of a line, the time, stands there.
void append_field(std::string& line, LogFormat format, std::string_view key,
                  std::string_view value) {
  if (format == LogFormat::kJson) {
    line += ',';
    append_quoted(line, key);
    line += ':';
    append_quoted(line, value);
    return;
  }
  line += ' ';
  line += key;
  line += '=';
  if (is_plain(value)) {
    line += value;
  } else {
    append_quoted(line, value);
  }
}

// Appends one line, without its end.
void append_line(std::string& out, LogFormat format, Level level, std::string_view event,
                 std::initializer_list<LogField> fields) {
  out += format == LogFormat::kJson ? "{\"time\":\"" : "time=";
  append_iso8601(out, RealClock().now());
  if (format == LogFormat::kJson) out += '"';
  append_field(out, format, "level", name_of(level));
  append_field(out, format, "event", event);
  for (const LogField& field : fields) append_field(out, format, field.key, field.value);
  if (format == LogFormat::kJson) out += '}';
}

}  // namespace

void configure_log(Level least, LogFormat format) {
  sink().logger.set_level(to_spdlog(least));
  sink().format = format;
}

void log_event(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  Sink& out = sink();
  if (!out.logger.should_log(to_spdlog(level))) return;
  std::string line;
  append_line(line, out.format, level, event, fields);
  out.logger.log(to_spdlog(level), "{}", line);
}

void LogBatch::add(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  Sink& out = sink();
  if (!out.logger.should_log(to_spdlog(level))) return;
  if (!lines_.empty()) lines_ += '\n';
  append_line(lines_, out.format, level, event, fields);
}

void LogBatch::flush() {
  if (lines_.empty()) return;
  sink().logger.log(spdlog::level::critical, "{}", lines_);
  lines_.clear();
}

}  // namespace revier
