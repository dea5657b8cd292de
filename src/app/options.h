// SPDX-License-Identifier: EUPL-1.2
// Every option of Revier, in one table; and the values in force.
//
// A value comes from the highest of: built-in default, TOML file, REVIER_* environment, flag.
// The table makes --help, the reference page (docs/reference/configuration.md), `config check` and
// `config dump`. Unknown names are refused with the nearest known one.
//
// Names: "http.idle_timeout_ms" is `idle_timeout_ms` in table [http] of the file,
// REVIER_HTTP_IDLE_TIMEOUT_MS in the environment and --http-idle-timeout-ms on the command line.
// The value of a secret may also stand in a file that REVIER_NAME_FILE names.
//
// Thread safety: values.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace revier::app {

enum class OptionType : std::uint8_t {
  kText,
  kList,  // comma-separated, or an array in the file
  kFlag,  // on or off; true and false in the file
  kInteger,
  kBytes,    // 65536, 64KiB, 10MB
  kMemory,   // bytes, or a share of the machine's: 70%
  kChoice,   // one of `choices`
  kInstant,  // ISO 8601
};

struct OptionRow {
  std::string_view name;
  OptionType type;
  std::string_view default_text;
  std::string_view unit;   // empty where there is none
  std::int64_t least = 0;  // kInteger, kBytes
  std::int64_t most = 0;
  std::string_view choices;  // kChoice, comma-separated; an empty one is written ""
  bool secret = false;       // masked in `config dump`
  bool common = false;       // taken by every command, the others by serve and config only
  std::string_view help;
};

[[nodiscard]] std::span<const OptionRow> option_rows();
[[nodiscard]] const OptionRow* find_option(std::string_view name);
[[nodiscard]] std::string flag_name(const OptionRow& row);         // "--http-idle-timeout-ms"
[[nodiscard]] std::string environment_name(const OptionRow& row);  // "REVIER_HTTP_IDLE_TIMEOUT_MS"

// One name=value from one place.
struct Setting {
  std::string name;  // as the table has it
  std::string text;
  std::string origin;  // "revier.toml:12", "REVIER_LISTEN", "--listen"
};

// The values in force. Asking for a name that is not in the table, or by the wrong type, is a
// programmer's error (RV_CHECK).
class Options {
 public:
  // Later settings win. Errors: kBadRequestData with origin, name and what was expected.
  [[nodiscard]] static Result<Options> from(const std::vector<Setting>& settings);

  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;  // kInteger, kBytes
  // kMemory, of a machine with that many bytes.
  [[nodiscard]] std::int64_t memory_bytes(std::string_view name, std::int64_t machine_bytes) const;
  // "default" or the setting's origin.
  [[nodiscard]] const std::string& origin(std::string_view name) const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  [[nodiscard]] const Value& at(std::string_view name, OptionType type) const;
  std::map<std::string, Value, std::less<>> values_;
};

// The settings of a TOML text. Errors: kBadRequestData with line and, for an unknown name, the
// nearest one.
[[nodiscard]] Result<std::vector<Setting>> settings_from_toml(std::string_view text,
                                                              const std::string& file);
// The settings among "NAME=value" strings; others than REVIER_* are passed over.
// `read_file` gives the content of a secret's file.
[[nodiscard]] Result<std::vector<Setting>> settings_from_environment(
    std::span<const std::string> environment,
    const std::function<Result<std::string>(const std::string&)>& read_file);

// The known name nearest to a wrong one.
[[nodiscard]] std::string_view nearest_option(std::string_view name);
// The reference page, Markdown.
[[nodiscard]] std::string options_reference();
// The values in force as TOML with their origins, secrets masked.
[[nodiscard]] std::string options_dump(const Options& options);

}  // namespace revier::app
