// SPDX-License-Identifier: EUPL-1.2
#include "app/options.h"

#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/check.h"
#include "base/split.h"
#include "base/time.h"

namespace revier::app {
namespace {

std::string replaced(std::string_view text, std::string_view from, char to, bool upper) {
  std::string out(text);
  for (char& c : out) {
    if (from.find(c) != std::string_view::npos) c = to;
    if (upper) c = to_upper(c);
  }
  return out;
}

// A number and what follows it; nullopt where there is no number.
std::optional<std::pair<std::int64_t, std::string_view>> leading_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return std::pair{number, text.substr(static_cast<std::size_t>(end - text.data()))};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const auto parsed = leading_number(text);
  if (!parsed || !parsed->second.empty()) return std::nullopt;
  return parsed->first;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  static constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", 1},          {"B", 1},         {"kB", 1000},    {"MB", 1'000'000}, {"GB", 1'000'000'000},
      {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  const auto parsed = leading_number(text);
  if (!parsed || parsed->first < 0) return std::nullopt;
  for (const auto& [unit, factor] : kUnits) {
    if (parsed->second == unit && parsed->first <= INT64_MAX / factor) {
      return parsed->first * factor;
    }
  }
  return std::nullopt;
}

// Percent as a number, nullopt for what is none.
std::optional<std::int64_t> parse_percent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  const auto percent = parse_integer(text.substr(0, text.size() - 1));
  return percent && *percent >= 1 && *percent <= 100 ? percent : std::nullopt;
}

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "on" || text == "true" || text == "1") return true;
  if (text == "off" || text == "false" || text == "0") return false;
  return std::nullopt;
}

bool is_choice(const OptionRow& row, std::string_view text) {
  std::string_view rest = row.choices;
  while (true) {
    const std::size_t comma = rest.find(',');
    if (text == rest.substr(0, comma)) return true;
    if (comma == std::string_view::npos) return false;
    rest.remove_prefix(comma + 1);
  }
}

bool in_range(const OptionRow& row, std::optional<std::int64_t> number) {
  return number && *number >= row.least && *number <= row.most;
}

std::string range_text(const OptionRow& row) {
  return fmt::format("from {} to {}", row.least, row.most);
}

// What was expected, empty where the text is a value of the row.
std::string fault(const OptionRow& row, const std::string& text) {
  switch (row.type) {
    case OptionType::kText:
    case OptionType::kList:
      return {};
    case OptionType::kFlag:
      return parse_flag(text) ? "" : "on or off";
    case OptionType::kInteger:
      return in_range(row, parse_integer(text)) ? "" : "a number " + range_text(row);
    case OptionType::kBytes:
      return in_range(row, parse_bytes(text)) ? "" : "bytes such as 64MiB, " + range_text(row);
    case OptionType::kMemory:
      return parse_bytes(text) || parse_percent(text) ? "" : "bytes such as 2GiB, or 1% to 100%";
    case OptionType::kChoice:
      return is_choice(row, text) ? "" : "one of " + std::string(row.choices);
    case OptionType::kInstant:
      return text.empty() || parse_iso8601(text) ? "" : "an instant such as 2025-01-20T08:00:00Z";
  }
  return {};
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced_cost = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced_cost, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

const OptionRow* find_option(std::string_view name) {
  for (const OptionRow& row : option_rows()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string flag_name(const OptionRow& row) { return "--" + replaced(row.name, "._", '-', false); }

std::string environment_name(const OptionRow& row) {
  return "REVIER_" + replaced(row.name, ".", '_', true);
}

std::string_view nearest_option(std::string_view name) {
  const auto rows = option_rows();
  return std::min_element(rows.begin(), rows.end(),
                          [&](const OptionRow& a, const OptionRow& b) {
                            return distance(a.name, name) < distance(b.name, name);
                          })
      ->name;
}

Result<Options> Options::from(const std::vector<Setting>& settings) {
  Options options;
  for (const OptionRow& row : option_rows()) {
    options.values_[std::string(row.name)] = {std::string(row.default_text), "default"};
  }
  for (const Setting& setting : settings) {
    const OptionRow* row = find_option(setting.name);
    RV_CHECK(row != nullptr);
    if (const std::string expected = fault(*row, setting.text); !expected.empty()) {
      return fail(Code::kBadRequestData,
                  fmt::format("{}: {} is {}, expected {}", setting.origin, setting.name,
                              row->secret ? "***" : '"' + setting.text + '"', expected),
                  setting.name);
    }
    options.values_[setting.name] = {setting.text, setting.origin};
  }
  return options;
}

const Options::Value& Options::at(std::string_view name, OptionType type) const {
  const OptionRow* row = find_option(name);
  RV_CHECK(row != nullptr && row->type == type);
  return values_.find(name)->second;
}

const std::string& Options::text(std::string_view name) const {
  const auto found = values_.find(name);
  RV_CHECK(found != values_.end());
  return found->second.text;
}

const std::string& Options::origin(std::string_view name) const {
  const auto found = values_.find(name);
  RV_CHECK(found != values_.end());
  return found->second.origin;
}

std::vector<std::string> Options::list(std::string_view name) const {
  return split_list(at(name, OptionType::kList).text);
}

bool Options::flag(std::string_view name) const {
  return *parse_flag(at(name, OptionType::kFlag).text);
}

std::int64_t Options::number(std::string_view name) const {
  const OptionRow* row = find_option(name);
  RV_CHECK(row != nullptr);
  const std::string& text = at(name, row->type).text;
  return row->type == OptionType::kBytes ? *parse_bytes(text) : *parse_integer(text);
}

std::int64_t Options::memory_bytes(std::string_view name, std::int64_t machine_bytes) const {
  const std::string& text = at(name, OptionType::kMemory).text;
  if (const auto percent = parse_percent(text)) return machine_bytes / 100 * *percent;
  return *parse_bytes(text);
}

Result<std::vector<Setting>> settings_from_environment(
    std::span<const std::string> environment,
    const std::function<Result<std::string>(const std::string&)>& read_file) {
  std::map<std::string, const OptionRow*, std::less<>> names;
  for (const OptionRow& row : option_rows()) {
    names[environment_name(row)] = &row;
    if (row.secret) names[environment_name(row) + "_FILE"] = &row;
  }
  std::vector<Setting> settings;
  for (const std::string& entry : environment) {
    const std::string name = entry.substr(0, entry.find('='));
    if (!name.starts_with("REVIER_")) continue;
    const auto found = names.find(name);
    if (found == names.end()) {
      const std::string wanted = replaced(name.substr(7), "", ' ', false);
      return fail(Code::kBadRequestData,
                  fmt::format("{} sets no option; the nearest is {}", name,
                              environment_name(*find_option(nearest_option(lower_case(wanted))))));
    }
    std::string value = entry.size() > name.size() ? entry.substr(name.size() + 1) : "";
    if (name.ends_with("_FILE")) {
      RV_ASSIGN(value, read_file(value));
      while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
    }
    settings.push_back({std::string(found->second->name), std::move(value), name});
  }
  return settings;
}

}  // namespace revier::app
