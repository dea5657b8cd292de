// SPDX-License-Identifier: EUPL-1.2
// One context object while its terms are taken into a Builder.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "jsonld/detail/builder.h"

namespace revier::jsonld::detail {

class Local {
 public:
  // `is_remote`: the object stands in a document of its own, where @base has no effect.
  Local(Builder& builder, const json::Value& object, bool is_remote)
      : builder_(builder), object_(object), is_remote_(is_remote) {}

  Result<void> run();

 private:
  enum class State : std::uint8_t { kOpen, kRunning, kDone };
  struct Slot {
    json::Value value;
    State state = State::kOpen;
    bool is_stored = false;
    std::optional<Term> old{};  // what the term was before
  };

  Result<void> read_version(const json::Value& value) const;
  Result<void> read_base(const json::Value& value);
  Result<void> read_vocab(const json::Value& value);
  // An entry of the object; false where it is a term.
  Result<bool> read_keyword(std::string_view key, const json::Value& value);

  Result<void> define(std::string_view name);
  Result<void> define_if_here(std::string_view name);
  Result<void> make(std::string_view name, const json::Value& value);
  Result<void> store(std::string_view name, Term term);
  Result<void> complete(std::string_view name, const Slot& slot);

  // Each fills one part of the term. map_iri gives false where the entry is to be passed over.
  Result<bool> map_iri(std::string_view name, const json::Value& value, Term& term);
  Result<bool> map_given_iri(std::string_view name, const json::Value& id, Term& term);
  Result<void> map_own_iri(std::string_view name, Term& term);
  Result<void> read_type(std::string_view name, std::string_view text, Term& term);
  Result<void> read_prefix(std::string_view name, const json::Value& value, Term& term) const;

  // nullopt: the text means nothing (a null mapping, or like a keyword).
  Result<std::optional<std::string>> expand(std::string_view text);
  // The same for a text that is no term.
  Result<std::optional<std::string>> expand_form(std::string_view text);

  Builder& builder_;
  const json::Value object_;
  const bool is_remote_;
  bool is_protected_ = false;
  std::size_t depth_ = 0;
  std::map<std::string_view, Slot> slots_;
};

}  // namespace revier::jsonld::detail
