// SPDX-License-Identifier: EUPL-1.2
#include <charconv>

#include "history/history.h"
#include "ngsi/parse.h"

namespace revier::history {
namespace {

constexpr std::int64_t kDaysMax = 36'500;

std::optional<std::int64_t> days_of(std::string_view text) {
  std::int64_t days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc{} || days < 1 || days > kDaysMax) return std::nullopt;
  return std::string_view(end, text.data() + text.size()) == "d" ? std::optional(days)
                                                                 : std::nullopt;
}

Result<std::string> name_of(std::string_view text, const jsonld::Context& context) {
  if (text == "*") return std::string();
  return ngsi::expand_checked(text, context);
}

}  // namespace

Result<Rule> parse_rule(std::string_view text, const jsonld::Context& context) {
  const auto wrong = [text] {
    return fail(Code::kBadRequestData,
                fmt::format("\"{}\" is no rule of history: TYPE/ATTRIBUTE=90d:730d says how many "
                            "days all is kept, and hourly; TYPE=90d and *=90d do too",
                            text));
  };
  const std::size_t equals = text.rfind('=');
  if (equals == text.npos) return wrong();
  const std::string_view names = text.substr(0, equals);
  const std::string_view times = text.substr(equals + 1);
  const std::size_t colon = times.find(':');
  const auto raw = days_of(times.substr(0, colon));
  const auto hourly = colon == times.npos ? raw : days_of(times.substr(colon + 1));
  if (!raw || !hourly) return wrong();
  Rule rule{"", "", *raw, *hourly};
  // An IRI has slashes of its own: there the attribute stands behind a blank.
  const std::size_t part = names.find(names.find("://") == names.npos ? '/' : ' ');
  RV_ASSIGN(rule.type, name_of(names.substr(0, part), context));
  if (part != names.npos) {
    RV_ASSIGN(rule.attribute, name_of(names.substr(part + 1), context));
  }
  return rule;
}

}  // namespace revier::history
