// SPDX-License-Identifier: EUPL-1.2
#include <fmt/format.h>

#include "app/options.h"

namespace revier::app {
namespace {

std::string_view type_name(OptionType type) {
  switch (type) {
    case OptionType::kText:
      return "text";
    case OptionType::kList:
      return "list";
    case OptionType::kFlag:
      return "on or off";
    case OptionType::kInteger:
      return "number";
    case OptionType::kBytes:
      return "bytes";
    case OptionType::kMemory:
      return "bytes or share";
    case OptionType::kChoice:
      return "choice";
    case OptionType::kInstant:
      return "instant";
  }
  return "";
}

std::string code(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", text); }

std::string range(const OptionRow& row) {
  if (row.type == OptionType::kChoice) {
    std::string text(row.choices);
    if (text.starts_with(',')) text = "nothing" + text;
    for (std::size_t at = 0; (at = text.find(',', at)) != std::string::npos; at += 2) {
      text.insert(at + 1, " ");
    }
    return text;
  }
  if (row.least == row.most) return std::string(row.unit);
  return fmt::format("{} to {}{}{}", row.least, row.most, row.unit.empty() ? "" : " ", row.unit);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string toml_value(const OptionRow& row, const Options& options) {
  const std::string& text = options.text(row.name);
  if (row.secret && !text.empty()) return "\"***\"";
  switch (row.type) {
    case OptionType::kFlag:
      return options.flag(row.name) ? "true" : "false";
    case OptionType::kInteger:
      return text;
    case OptionType::kList: {
      std::string joined;
      for (const std::string& part : options.list(row.name)) {
        joined += (joined.empty() ? "" : ", ") + in_quotes(part);
      }
      return "[" + joined + "]";
    }
    default:
      return in_quotes(text);
  }
}

}  // namespace

std::string options_reference() {
  std::string out =
      "<!-- Made by `revier config docs`; a test holds it against the program. -->\n"
      "# Configuration\n\n"
      "Everything has a default; `revier serve` runs without any configuration. A value comes "
      "from\n"
      "the highest of: default, file, environment, flag.\n\n"
      "- File: TOML, named by `--config FILE`, else `/etc/revier/revier.toml` where it is there.\n"
      "  `http.idle_timeout_ms` is the key `idle_timeout_ms` in the table `[http]`.\n"
      "- Environment: `REVIER_HTTP_IDLE_TIMEOUT_MS`. For a secret, `REVIER_..._FILE` may name a\n"
      "  file that holds it.\n"
      "- Flag: `--http-idle-timeout-ms`.\n\n"
      "Unknown names are refused with the nearest known one. `revier config check` says whether "
      "all\n"
      "is well, `revier config dump` prints the values in force and where each comes from, "
      "secrets\n"
      "masked.\n\n"
      "| Option | Kind | Default | Range, unit | What it does |\n"
      "|---|---|---|---|---|\n";
  for (const OptionRow& row : option_rows()) {
    out += fmt::format("| `{}` | {}{} | {} | {} | {} |\n", row.name, type_name(row.type),
                       row.secret ? ", secret" : "", code(row.default_text), range(row), row.help);
  }
  return out;
}

std::string options_dump(const Options& options) {
  std::string plain;
  std::string tables;
  std::string current;
  for (const OptionRow& row : option_rows()) {
    const std::size_t dot = row.name.find('.');
    const bool nested = dot != std::string_view::npos;
    std::string& out = nested ? tables : plain;
    if (nested && row.name.substr(0, dot) != current) {
      current = row.name.substr(0, dot);
      out += fmt::format("\n[{}]\n", current);
    }
    const std::string_view key = nested ? row.name.substr(dot + 1) : row.name;
    out += fmt::format("{} = {}  # {}\n", key, toml_value(row, options), options.origin(row.name));
  }
  return plain + tables;
}

}  // namespace revier::app
