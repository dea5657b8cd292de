// SPDX-License-Identifier: EUPL-1.2
// An @context as NGSI-LD uses it: names of attributes and types to IRIs and back (JSON-LD 1.1,
// ETSI GS CIM 009 V1.9.1 clauses 4.4 and 5.5.7).
//
// The core context always comes last: its terms and its @vocab cannot be overridden, and every
// version of it that a client names means the one this server was started with.
// Not used by NGSI-LD and so without effect: @reverse terms (they stay undefined), contexts scoped
// to a term, @language, @direction, @nest. @import and @propagate are refused.
//
// Thread safety: a Context never changes; any number of threads read it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::jsonld {

enum class Coercion : std::uint8_t {
  kNone,   // no @type
  kId,     // "@id": values are IRIs
  kVocab,  // "@vocab": values are names, expanded as names are
  kJson,   // "@json": values are JSON
  kIri,    // a datatype, in Term::type
};

enum class Container : std::uint8_t { kNone, kList, kSet, kLanguage, kIndex, kOther };

struct Term {
  std::string iri;   // an absolute IRI, a keyword ("@id"), or empty: the term means nothing
  std::string type;  // for Coercion::kIri
  Coercion coercion = Coercion::kNone;
  Container container = Container::kNone;
  bool is_prefix = false;  // usable in prefix:suffix when compacting
  bool is_protected = false;
  std::uint8_t rank = 0;  // which of several terms of one IRI is written; lower first

  friend bool operator==(const Term&, const Term&) = default;
};

namespace detail {
struct Terms;  // detail/terms.h
}

// A letter, then letters, numbers and '_', at most 2048 bytes: what may stand for an attribute or a
// type without a prefix (4.6.2).
[[nodiscard]] bool is_plain_name(std::string_view name);

class Context;
using ContextPtr = std::shared_ptr<const Context>;

class Context {
 public:
  // Made by Catalogue only. `core` is null for the core context itself.
  Context(std::unique_ptr<const detail::Terms> terms, ContextPtr core, std::string reference,
          std::string link);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Differs for every Context of the process and is never used again: a key for caches of names.
  [[nodiscard]] std::uint64_t id() const { return id_; }

  // The JSON text for the "@context" of an answer; the core context is part of it.
  [[nodiscard]] const std::string& reference() const { return reference_; }

  // The URL for a Link header; empty where one URL does not say it.
  [[nodiscard]] const std::string& link() const { return link_; }

  // Where names that are no terms belong: https://uri.etsi.org/ngsi-ld/default-context/
  [[nodiscard]] const std::string& vocabulary() const;

  // What the context says of a term; null where it says nothing.
  [[nodiscard]] const Term* find(std::string_view term) const;

  // The IRI of an attribute's or type's name, or the keyword of an alias ("type" is "@type").
  // Takes terms, prefix:suffix and absolute IRIs; the rest falls into the default vocabulary.
  // Errors: kBadRequestData: the name is empty, too long (2048 bytes), like a keyword ("@foo"), or
  //         means nothing under this context.
  [[nodiscard]] Result<std::string> expand_name(std::string_view name) const;

  // The shortest way to write the IRI of a name: a term, a plain name of the default vocabulary, or
  // prefix:suffix; else the IRI. expand_name() of it gives the IRI again. As JSON-LD's compaction,
  // but a term whose coercion or container does not fit a node is still preferred to no term: so a
  // client gets back the name it wrote.
  [[nodiscard]] std::string compact_name(std::string_view iri) const;
  // The same for a value of "@vocab" (of a VocabProperty), which has no grammar of its own: what of
  // the default vocabulary is not read as something else stands alone ("non-commercial").
  [[nodiscard]] std::string compact_value(std::string_view iri) const;

  // The same for identifiers (@id, @type of "@id"): terms and vocabulary do not count, prefixes do;
  // a relative reference is resolved against @base if the context has one.
  [[nodiscard]] std::string expand_id(std::string_view id) const;
  [[nodiscard]] std::string compact_id(std::string_view iri) const;

 private:
  [[nodiscard]] std::string compact(std::string_view iri,
                                    bool (*stands_alone)(std::string_view)) const;
  [[nodiscard]] std::string compact_iri(std::string_view iri) const;

  const std::uint64_t id_;
  const std::unique_ptr<const detail::Terms> terms_;
  const ContextPtr core_;
  const std::string reference_;
  const std::string link_;
};

}  // namespace revier::jsonld
