// SPDX-License-Identifier: EUPL-1.2
// Structured log: an event's name and key=value pairs, one line each (logfmt) on stderr.
//
//   log_event(Level::kWarn, "store.read_only", {{"reason", text}});
//
// Levels: error (someone must act), warn, info (life cycle), debug. Never personal data: no names,
// mail addresses, form values, secrets or links with secrets; ids of records only as hash.
//
// Thread safety: from any thread. Lines are not mixed.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace revier {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

// One value of a log line; numbers are printed as they are, text is quoted where it must be.
struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  LogField(std::string_view k, Number v) : key(k), value(std::to_string(v)) {}
};

// Called once, before the first line.
void configure_log(Level least, LogFormat format);

void log_event(Level level, std::string_view event, std::initializer_list<LogField> fields = {});

// Lines that are written together: for what happens thousands of times a second. The owner calls
// flush() now and then; the destructor does it too.
//
// Thread safety: by one thread at a time.
class LogBatch {
 public:
  LogBatch() = default;
  ~LogBatch() { flush(); }
  LogBatch(const LogBatch&) = delete;
  LogBatch& operator=(const LogBatch&) = delete;

  void add(Level level, std::string_view event, std::initializer_list<LogField> fields);
  void flush();
  [[nodiscard]] std::size_t size_bytes() const { return lines_.size(); }

 private:
  std::string lines_;
};

}  // namespace revier
