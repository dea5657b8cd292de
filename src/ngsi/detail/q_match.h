// SPDX-License-Identifier: EUPL-1.2
// A query tree made ready for a tenant and a context, and its run over an entity.
//
// What it compares: json text with texts that were quoted once, numbers read from the text. Of an
// attribute with several instances one has to satisfy the term; of a LanguageProperty without a
// tag one text has to, for != and !~= all.
//
// Thread safety: never changes; any number of threads use it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jsonld/context.h"
#include "ngsi/pattern.h"
#include "ngsi/predicate.h"
#include "ngsi/q.h"

namespace revier::ngsi::detail {

// One literal and all the ways a stored text can equal it.
struct Wanted {
  Literal literal;
  std::vector<std::string> quoted;        // JSON texts
  std::vector<std::string> vocab_quoted;  // of VocabProperties: also expanded
  std::optional<std::int64_t> instant;    // DateTimes, also in quotes
};

// What a path ends in.
enum class Member : std::uint8_t {
  kValue,
  kObservedAt,
  kCreatedAt,
  kModifiedAt,
  kExpiresAt,
  kUnitCode,
  kDatasetId
};

[[nodiscard]] Member member_named(std::string_view name);  // kValue: another name

struct ReadyLink {
  NameId relationship = kNoName;
  std::vector<NameId> types;  // one of them; empty with `any`
  bool any = true;
};

struct ReadyTerm {
  std::vector<ReadyLink> links;
  std::vector<NameId> path;  // kNoName in it: never matches
  Member member = Member::kValue;
  std::vector<std::string> trail;
  Comparator comparator = Comparator::kExists;
  std::vector<Wanted> wanted;
  bool range = false;
  std::optional<Pattern> pattern;

  [[nodiscard]] bool matches(const Entity& entity, const LinkedEntities* linked) const;

 private:
  [[nodiscard]] bool matches_behind(const Entity& entity, const LinkedEntities& linked,
                                    std::size_t depth) const;
  [[nodiscard]] bool matches_here(const Entity& entity) const;
  [[nodiscard]] bool matches_path(AttributeRange from, std::size_t depth) const;
  [[nodiscard]] bool matches_instance(const AttributeView& view) const;
  [[nodiscard]] bool matches_language(std::string_view map) const;
  [[nodiscard]] bool matches_member(const AttributeView& view) const;
  [[nodiscard]] bool matches_instant(std::optional<Instant> instant) const;
  [[nodiscard]] bool matches_json(std::string_view json, bool vocab) const;
  [[nodiscard]] bool equals(std::string_view json, bool vocab) const;
  [[nodiscard]] bool equals_scalar(std::string_view json, bool vocab) const;
};

struct ReadyQuery {
  Query::Kind kind = Query::Kind::kTerm;
  std::optional<ReadyTerm> term;
  std::vector<ReadyQuery> children;

  // Without `linked` no term over links matches.
  [[nodiscard]] bool matches(const Entity& entity, const LinkedEntities* linked) const;
  // The longest row of links in a term.
  [[nodiscard]] std::size_t link_levels() const;
  void add_hints(Hints& hints) const;
};

// Errors: kBadRequestData.
[[nodiscard]] Result<ReadyQuery> make_ready(const Query& query, const Names& names,
                                            const jsonld::Context& context,
                                            const std::vector<std::string>& expand_values);

}  // namespace revier::ngsi::detail
