// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/detail/local.h"

#include <fmt/format.h>

#include "jsonld/detail/iri.h"

namespace revier::jsonld::detail {
namespace {

constexpr std::size_t kDependenciesMax = 64;  // a term made of a term made of a term ...

Result<void> wrong(std::string_view term, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("in the @context, the term \"{}\" {}", term, what),
              std::string(term));
}

bool is_delimiter(char c) { return std::string_view(":/?#[]@").find(c) != std::string_view::npos; }

// "x:y" or "x/y": a term in the form of an IRI.
bool has_iri_form(std::string_view term) {
  const std::size_t colon = term.find(':', 1);
  return (colon != term.npos && colon + 1 < term.size()) || term.find('/') != term.npos;
}

// ----- @container: what it is, and its place in JSON-LD's order when terms are selected for a node

struct ContainerRow {
  std::string_view entries;  // sorted, joined
  Container container;
  std::uint8_t place;  // 8: never selected for a node
};

constexpr std::uint8_t kNeverSelected = 8;
constexpr ContainerRow kContainers[] = {
    {"@id", Container::kOther, 0},
    {"@id@set", Container::kOther, 1},
    {"@type", Container::kOther, 2},
    {"@set@type", Container::kOther, 3},
    {"@set", Container::kSet, 4},
    {"", Container::kNone, 5},
    {"@index", Container::kIndex, 6},
    {"@index@set", Container::kIndex, 7},
    {"@list", Container::kList, kNeverSelected},
    {"@language", Container::kLanguage, kNeverSelected},
    {"@language@set", Container::kLanguage, kNeverSelected},
    {"@graph", Container::kOther, kNeverSelected},
    {"@graph@set", Container::kOther, kNeverSelected},
    {"@graph@id", Container::kOther, kNeverSelected},
    {"@graph@id@set", Container::kOther, kNeverSelected},
    {"@graph@index", Container::kOther, kNeverSelected},
    {"@graph@index@set", Container::kOther, kNeverSelected},
};

// Null where the value of @container is not one that JSON-LD knows.
const ContainerRow* container_row(const json::Value& definition) {
  const auto value = definition.find("@container");
  std::vector<std::string_view> entries;
  if (value && value->is_string())
    entries.push_back(*value->as_string());
  else if (value && !value->is_array() && !value->is_null())
    return nullptr;
  else if (value)
    for (const json::Value entry : value->elements())
      entries.push_back(entry.as_string().value_or("?"));
  std::ranges::sort(entries);
  const auto row = std::ranges::find(kContainers, fmt::format("{}", fmt::join(entries, "")),
                                     &ContainerRow::entries);
  return row == std::end(kContainers) ? nullptr : row;
}

// JSON-LD, 6.2.2 and 6.3 for a node without @id: by container, then terms of "@id" before terms
// without a type; behind these all that JSON-LD would not select. An alias of a keyword is plain.
std::uint8_t rank_of(const Term& term, const ContainerRow& row, bool has_language) {
  constexpr std::uint8_t kBehind = 32;
  const bool is_plain = row.container == Container::kNone && term.coercion == Coercion::kNone;
  const bool has_other_type = term.coercion != Coercion::kNone && term.coercion != Coercion::kId;
  const bool never = row.place == kNeverSelected || has_other_type || has_language;
  if (never || (is_keyword(term.iri) && !is_plain)) return kBehind + row.place;
  return row.place * 2 + (term.coercion == Coercion::kId ? 0 : 1);
}

bool is_by_type(const ContainerRow& row) { return row.place == 2 || row.place == 3; }

Result<void> check_keys(std::string_view name, const json::Value& definition) {
  static constexpr std::string_view kKnown[] = {
      "@id",       "@type", "@container", "@context",   "@direction", "@index",
      "@language", "@nest", "@prefix",    "@protected", "@reverse"};
  // NGSI-LD, 5.5.7: a user's @context shall not contain scoped contexts.
  if (const auto scoped = definition.find("@context"); scoped && !scoped->is_null())
    return wrong(name, "has a scoped @context, which NGSI-LD does not allow");
  for (const json::Member member : definition.members())
    if (std::ranges::find(kKnown, member.key) == std::end(kKnown))
      return wrong(name, fmt::format("has the unknown entry \"{}\"", member.key));
  return {};
}

Result<bool> read_flag(std::string_view name, const json::Value& definition, std::string_view key,
                       bool otherwise) {
  const auto value = definition.find(key);
  if (!value) return otherwise;
  if (const auto flag = value->as_bool()) return *flag;
  return fail(wrong(name, fmt::format("has an {} that is not true or false", key)).error());
}

}  // namespace

// ----- the object's own entries

Result<void> Local::run() {
  if (const auto flag = object_.find("@protected")) {
    if (!flag->as_bool()) return fail(Code::kBadRequestData, "@protected must be true or false");
    is_protected_ = *flag->as_bool();
  }
  std::vector<json::Member> terms;  // the keywords first: no term can change what they mean
  for (const json::Member member : object_.members()) {
    RV_ASSIGN(const bool is_keyword, read_keyword(member.key, member.value));
    if (!is_keyword) terms.push_back(member);
  }
  for (const json::Member& term : terms) slots_.emplace(term.key, Slot{term.value});
  for (const json::Member& term : terms) RV_TRY(define(term.key));
  for (const auto& [name, slot] : slots_)
    if (slot.is_stored) RV_TRY(complete(name, slot));
  return {};
}

Result<bool> Local::read_keyword(std::string_view key, const json::Value& value) {
  if (key == "@version")
    RV_TRY(read_version(value));
  else if (key == "@base")
    RV_TRY(read_base(value));
  else if (key == "@vocab")
    RV_TRY(read_vocab(value));
  else if (key == "@import" || key == "@propagate")
    return fail(Code::kBadRequestData, fmt::format("{} in an @context is not supported", key));
  else
    return key == "@protected" || key == "@language" || key == "@direction";
  return true;
}

Result<void> Local::read_version(const json::Value& value) const {
  if (value.as_number() == 1.1) return {};
  return fail(Code::kBadRequestData, "the @version of an @context must be 1.1");
}

Result<void> Local::read_base(const json::Value& value) {
  if (!value.is_null() && !value.is_string())
    return fail(Code::kBadRequestData, "the @base of an @context must be an IRI or null");
  if (is_remote_) return {};
  std::optional<std::string>& base = builder_.terms_->base;
  if (value.is_null()) {
    base.reset();
    return {};
  }
  const std::string_view text = *value.as_string();
  if (text.size() > kIriBytesMax || !(base || is_absolute(text)))
    return fail(Code::kBadRequestData, "the @base of an @context must be an absolute IRI");
  base = base ? resolve(*base, text) : std::string(text);
  return {};
}

Result<void> Local::read_vocab(const json::Value& value) {
  if (value.is_null()) {
    builder_.terms_->vocab.reset();
    return {};
  }
  if (!value.is_string())
    return fail(Code::kBadRequestData, "the @vocab of an @context must be an IRI or null");
  RV_ASSIGN(auto iri, expand(*value.as_string()));
  if (!iri || !is_absolute(*iri))
    return fail(Code::kBadRequestData, "the @vocab of an @context must be an absolute IRI");
  builder_.terms_->vocab = *std::move(iri);
  return {};
}

// ----- terms

Result<void> Local::define_if_here(std::string_view name) {
  return slots_.contains(name) ? define(name) : Result<void>{};
}

Result<void> Local::define(std::string_view name) {
  Slot& slot = slots_.find(name)->second;
  if (slot.state == State::kDone) return {};
  if (slot.state == State::kRunning) return wrong(name, "is made of itself");
  if (depth_ == kDependenciesMax) return wrong(name, "is made of too many other terms");
  slot.state = State::kRunning;
  ++depth_;
  RV_TRY(make(name, slot.value));
  --depth_;
  slot.state = State::kDone;
  return {};
}

Result<void> Local::make(std::string_view name, const json::Value& value) {
  if (name.empty()) return fail(Code::kBadRequestData, "a term of the @context is empty");
  if (name == "@type" && value.is_object()) return {};  // may only say that types are a set
  if (is_keyword(name)) return wrong(name, "is a keyword");
  if (is_like_keyword(name)) return {};
  if (!value.is_null() && !value.is_string() && !value.is_object())
    return wrong(name, "must be an IRI, an object or null");

  Term term;
  RV_TRY(check_keys(name, value));
  RV_ASSIGN(term.is_protected, read_flag(name, value, "@protected", is_protected_));
  RV_ASSIGN(const bool is_defined, map_iri(name, value, term));
  if (!is_defined) return {};
  if (term.iri == "@context" || term.iri == "@preserve")
    return wrong(name, "is an alias of @context");
  if (std::max(term.iri.size(), name.size()) > kIriBytesMax) return wrong(name, "is too long");
  RV_TRY(read_prefix(name, value, term));
  return store(name, std::move(term));
}

Result<void> Local::store(std::string_view name, Term term) {
  TermMap& map = builder_.terms_->map;
  Slot& slot = slots_.find(name)->second;
  slot.is_stored = true;
  const auto old = map.find(name);
  if (old != map.end()) {
    slot.old = std::exchange(old->second, std::move(term));
    return {};
  }
  if (map.size() == builder_.bounds_.terms_max)
    return fail(Code::kTooLarge, fmt::format("the @context has more than {} terms", map.size()));
  map.emplace(name, std::move(term));
  return {};
}

// What may refer to any other term of the object, this one too.
Result<void> Local::complete(std::string_view name, const Slot& slot) {
  Term& term = builder_.terms_->map.find(name)->second;
  const ContainerRow* row = container_row(slot.value);
  if (row == nullptr) return wrong(name, "has an @container that JSON-LD does not know");
  term.container = row->container;
  const auto type = slot.value.find("@type");
  if (type) {
    RV_TRY(read_type(name, type->as_string().value_or(""), term));
    if (is_by_type(*row) && term.coercion != Coercion::kId && term.coercion != Coercion::kVocab)
      return wrong(name, "has a container by @type and a @type other than @id and @vocab");
  }
  if (!type && is_by_type(*row)) term.coercion = Coercion::kId;
  const bool has_language = slot.value.find("@language") && !type && !is_by_type(*row);
  term.rank = rank_of(term, *row, has_language);
  if (!slot.old || !slot.old->is_protected) return {};
  term.is_protected = true;
  return term == *slot.old ? Result<void>{} : wrong(name, "is protected and defined again");
}

Result<bool> Local::map_iri(std::string_view name, const json::Value& value, Term& term) {
  if (value.find("@reverse")) {
    builder_.terms_->map.erase(std::string(name));
    return false;
  }
  const auto id = value.is_object() ? value.find("@id") : std::optional(value);
  if (id && id->is_null()) return true;
  if (id && !id->is_string()) return fail(wrong(name, "has an @id that is not an IRI").error());
  if (id && id->as_string() != name) {
    RV_ASSIGN(const bool is_defined, map_given_iri(name, *id, term));
    const bool is_simple = value.is_string() && name.find(':') == name.npos && name != "_";
    term.is_prefix = is_simple && !term.iri.empty() && is_delimiter(term.iri.back());
    return is_defined;
  }
  RV_TRY(map_own_iri(name, term));
  return true;
}

Result<bool> Local::map_given_iri(std::string_view name, const json::Value& id, Term& term) {
  const std::string_view text = *id.as_string();
  if (!is_keyword(text) && is_like_keyword(text)) return false;
  RV_ASSIGN(auto iri, expand(text));
  if (!iri || !(is_keyword(*iri) || is_absolute(*iri)))
    return fail(wrong(name, "has an @id that is no absolute IRI").error());
  term.iri = *std::move(iri);
  if (!has_iri_form(name)) return true;
  RV_ASSIGN(const auto own, expand_form(name));
  if (own == term.iri) return true;
  return fail(wrong(name, "has the form of an IRI and another @id").error());
}

Result<void> Local::map_own_iri(std::string_view name, Term& term) {
  const std::size_t colon = name.find(':');
  if (colon == name.npos || colon == 0) {
    const auto& vocab = builder_.terms_->vocab;
    if (!vocab) return wrong(name, "has no @id, and there is no @vocab");
    term.iri = *vocab + std::string(name);
    return {};
  }
  const std::string_view prefix = name.substr(0, colon);
  RV_TRY(define_if_here(prefix));
  const Term* found = builder_.find(prefix);
  const bool is_usable = found != nullptr && !found->iri.empty();
  term.iri = is_usable ? found->iri + std::string(name.substr(colon + 1)) : std::string(name);
  return {};
}

Result<void> Local::read_type(std::string_view name, std::string_view text, Term& term) {
  if (text == "@none") return {};
  if (text == "@id" || text == "@vocab" || text == "@json") {
    term.coercion = text == "@id"      ? Coercion::kId
                    : text == "@vocab" ? Coercion::kVocab
                                       : Coercion::kJson;
    return {};
  }
  RV_ASSIGN(auto iri, expand(text));
  if (!iri || !is_absolute(*iri) || iri->starts_with("_:") || iri->size() > kIriBytesMax)
    return wrong(name, "has an @type that is neither a keyword nor an IRI");
  term.coercion = Coercion::kIri;
  term.type = *std::move(iri);
  return {};
}

Result<void> Local::read_prefix(std::string_view name, const json::Value& value, Term& term) const {
  if (!value.find("@prefix")) return {};
  RV_ASSIGN(term.is_prefix, read_flag(name, value, "@prefix", false));
  if (name.find_first_of(":/") != name.npos || is_keyword(term.iri))
    return wrong(name, "cannot have @prefix");
  term.is_prefix = term.is_prefix && !term.iri.empty() && name != "_";  // "_:" is a blank node
  return {};
}

Result<std::optional<std::string>> Local::expand(std::string_view text) {
  if (is_keyword(text)) return std::string(text);
  if (is_like_keyword(text)) return std::nullopt;
  RV_TRY(define_if_here(text));
  if (const Term* term = builder_.find(text))
    return term->iri.empty() ? std::nullopt : std::optional(term->iri);
  return expand_form(text);
}

Result<std::optional<std::string>> Local::expand_form(std::string_view text) {
  if (text.size() > kIriBytesMax)
    return fail(Code::kBadRequestData, "an IRI in the @context is too long");
  const std::size_t colon = text.find(':');
  const bool has_prefix = colon != text.npos && !text.substr(colon + 1).starts_with("//");
  if (has_prefix) RV_TRY(define_if_here(text.substr(0, colon)));
  auto iri = expand_prefixed(text, [this](std::string_view p) { return builder_.find(p); });
  if (iri) return iri;
  return builder_.terms_->vocab.value_or("").append(text);
}

}  // namespace revier::jsonld::detail
