// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/selections.h"

#include <algorithm>

#include "ngsi/detail/text_rules.h"
#include "ngsi/parse.h"

namespace revier::ngsi::detail {
namespace {

constexpr std::size_t kPartsMax = 256;
constexpr std::size_t kSelectionBytesMax = 8'192;

class GroupParser {
 public:
  GroupParser(std::string_view text, std::string_view field) : rest_(text), field_(field) {}

  Result<Groups> parse() {
    if (rest_.size() > kSelectionBytesMax) return expected("at most 8192 bytes");
    Groups groups;
    do {
      std::vector<std::string>& group = groups.emplace_back();
      const bool enclosed = take('(');
      do {
        RV_TRY(part(group));
      } while (take(';'));
      if (enclosed && !take(')')) return expected("')'");
    } while (take('|') || take(','));
    if (!rest_.empty()) return expected("'|', ',' or ';'");
    return groups;
  }

 private:
  tl::unexpected<Error> expected(std::string_view what) const {
    return fail(Code::kBadRequestData,
                fmt::format("{}: {} is expected; such as (A;B)|C", field_, what),
                std::string(field_));
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  Result<> part(std::vector<std::string>& group) {
    const std::size_t size = std::min(rest_.find_first_of("();|,"), rest_.size());
    if (size == 0) return expected("a name");
    if (++parts_ > kPartsMax) return expected(fmt::format("at most {} names", kPartsMax));
    group.emplace_back(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return {};
  }

  std::string_view rest_;
  std::string_view field_;
  std::size_t parts_ = 0;
};

// One level is cut off the front of a path of "/a/b"; empty at its end.
std::string_view take_level(std::string_view& path) {
  if (path.empty()) return {};
  path.remove_prefix(1);
  const std::size_t size = std::min(path.find('/'), path.size());
  const std::string_view level = path.substr(0, size);
  path.remove_prefix(size);
  return level;
}

bool is_scope_pattern(std::string_view pattern) {
  while (!pattern.empty()) {
    const std::string_view level = take_level(pattern);
    const bool good =
        level == "+" || (level == "#" && pattern.empty()) || jsonld::is_plain_name(level);
    if (!good) return false;
  }
  return true;
}

}  // namespace

Result<Groups> parse_groups(std::string_view text, std::string_view field) {
  return GroupParser(text, field).parse();
}

Result<TypeSelection> TypeSelection::compile(std::string_view text, const Names& names,
                                             const jsonld::Context& context) {
  RV_ASSIGN(const Groups groups, parse_groups(text, "type"));
  TypeSelection selection;
  for (const auto& group : groups) {
    std::vector<NameId> ids;
    for (const std::string& name : group) {
      auto iri = expand_checked(name, context);
      if (!iri) {
        return fail(Code::kBadRequestData, fmt::format("type {}: {}", name, iri.error().message),
                    "type");
      }
      ids.push_back(names.find(*iri));
    }
    if (std::find(ids.begin(), ids.end(), kNoName) == ids.end()) {
      selection.groups_.push_back(std::move(ids));
    }
  }
  return selection;
}

bool TypeSelection::matches(const Entity& entity) const {
  return std::any_of(groups_.begin(), groups_.end(), [&entity](const auto& group) {
    return std::all_of(group.begin(), group.end(),
                       [&entity](NameId type) { return entity.has_type(type); });
  });
}

Result<ScopeQuery> ScopeQuery::compile(std::string_view text) {
  ScopeQuery query;
  RV_ASSIGN(query.groups_, parse_groups(text, "scopeQ"));
  for (auto& group : query.groups_) {
    for (std::string& pattern : group) {
      if (!pattern.starts_with('/')) pattern.insert(0, "/");
      if (!is_scope_pattern(pattern)) {
        return fail(
            Code::kBadRequestData,
            fmt::format("scopeQ: {} must be such as /Herne/Mitte, /Herne/+ or /Herne/#", pattern),
            "scopeQ");
      }
    }
  }
  return query;
}

bool ScopeQuery::matches(const Entity& entity) const {
  if (!entity.has_scopes()) return false;
  const std::vector<std::string_view> scopes = entity.scopes();
  const auto has = [&scopes](const std::string& pattern) {
    return std::any_of(scopes.begin(), scopes.end(), [&pattern](std::string_view scope) {
      return scope_matches(pattern, scope);
    });
  };
  return std::any_of(groups_.begin(), groups_.end(), [&has](const auto& group) {
    return std::all_of(group.begin(), group.end(), has);
  });
}

bool scope_matches(std::string_view pattern, std::string_view scope) {
  while (!pattern.empty()) {
    const std::string_view wanted = take_level(pattern);
    if (wanted == "#") return true;
    if (scope.empty()) return false;
    const std::string_view level = take_level(scope);
    if (wanted != "+" && wanted != level) return false;
  }
  return scope.empty();
}

}  // namespace revier::ngsi::detail
