// SPDX-License-Identifier: EUPL-1.2
// The type selection language (4.17) and the scope query language (4.19): groups of which one has
// to hold, of which every part has to hold.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"

namespace revier::ngsi::detail {

using Groups = std::vector<std::vector<std::string>>;

// "(A;B)|C" to {{A, B}, {C}}; ';' binds closer than '|' and ',' also without parentheses. At most
// 256 parts. Errors: kBadRequestData.
[[nodiscard]] Result<Groups> parse_groups(std::string_view text, std::string_view field);

class TypeSelection {
 public:
  // Groups with a name that the tenant does not have are left out.
  [[nodiscard]] static Result<TypeSelection> compile(std::string_view text, const Names& names,
                                                     const jsonld::Context& context);
  [[nodiscard]] bool matches(const Entity& entity) const;
  [[nodiscard]] const std::vector<std::vector<NameId>>& groups() const { return groups_; }

 private:
  std::vector<std::vector<NameId>> groups_;
};

class ScopeQuery {
 public:
  [[nodiscard]] static Result<ScopeQuery> compile(std::string_view text);
  [[nodiscard]] bool matches(const Entity& entity) const;

 private:
  Groups groups_;  // each part begins with '/'
};

// "/Madrid/+/#" against "/Madrid/Gardens/North".
[[nodiscard]] bool scope_matches(std::string_view pattern, std::string_view scope);

}  // namespace revier::ngsi::detail
