// SPDX-License-Identifier: EUPL-1.2
// The body of a source's share: members of the client's, where the source wants that under other
// names (4.3.6.6).
#include <algorithm>
#include <array>

#include "federation/detail/sharing.h"

namespace revier::federation::detail {
namespace {

// Members of an entity that are no attributes, and of an attribute that are no sub-attributes.
constexpr std::array<std::string_view, 7> kOfEntity = {"id",    "type",     "@id",      "@type",
                                                       "scope", "@context", "expiresAt"};
constexpr std::array<std::string_view, 22> kOfAttribute = {
    "type",          "@type",       "value",      "object",     "objectList", "valueList",
    "json",          "languageMap", "observedAt", "unitCode",   "datasetId",  "lang",
    "valueType",     "expiresAt",   "createdAt",  "modifiedAt", "deletedAt",  "instanceId",
    "previousValue", "entity",      "entityList", "@context"};

bool is_one_of(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// From the client's names to the source's.
class Renaming {
 public:
  Renaming(json::Writer& out, const jsonld::Context& from, const jsonld::Context& to)
      : out_(out), from_(from), to_(to) {}

  std::string name(std::string_view name) const {
    const auto iri = from_.expand_name(name);
    return iri ? to_.compact_name(*iri) : std::string(name);
  }

  // A name or a list of them.
  void names(const json::Value& value) {
    if (const auto one = value.as_string()) {
      out_.string(name(*one));
    } else if (value.is_array()) {
      out_.begin_array();
      for (const json::Value each : value.elements()) names(each);
      out_.end_array();
    } else {
      out_.value(value);
    }
  }

  void attribute(const json::Value& value) {
    if (value.is_array()) {
      out_.begin_array();
      for (const json::Value each : value.elements()) attribute(each);
      out_.end_array();
    } else if (value.is_object()) {
      out_.begin_object();
      for (const auto [key, member] : value.members()) attribute_member(key, member);
      out_.end_object();
    } else {
      out_.value(value);
    }
  }

 private:
  void attribute_member(std::string_view key, const json::Value& value) {
    if (key == "@context") return;
    const bool named = key == "vocab" || key == "objectType";
    out_.key(named || is_one_of(kOfAttribute, key) ? std::string(key) : name(key));
    if (named) {
      names(value);
    } else if (is_one_of(kOfAttribute, key)) {
      out_.value(value);
    } else {
      attribute(value);
    }
  }

  json::Writer& out_;
  const jsonld::Context& from_;
  const jsonld::Context& to_;
};

bool belongs(std::string_view key, const Distribution::Piece& piece, const Portion& part) {
  if (part.attributes.empty() || is_one_of(kOfEntity, key)) return true;
  const auto iri = piece.context->expand_name(key);
  return iri && std::ranges::find(part.attributes, *iri) != part.attributes.end();
}

void write_shared_member(json::Writer& out, std::string_view key, const json::Value& value,
                         Renaming* renaming) {
  if (renaming == nullptr) {
    out.key(key).value(value);
  } else if (key == "type" || key == "@type") {
    out.key(key);
    renaming->names(value);
  } else if (is_one_of(kOfEntity, key)) {
    if (key != "@context") out.key(key).value(value);
  } else {
    out.key(renaming->name(key));
    renaming->attribute(value);
  }
}

}  // namespace

void write_entity_part(json::Writer& out, const Distribution::Piece& piece, const Portion& part,
                       const jsonld::ContextPtr& own) {
  std::optional<Renaming> renaming;
  if (own) renaming.emplace(out, *piece.context, *own);
  out.begin_object();
  for (const auto [key, value] : piece.body->members()) {
    if (belongs(key, piece, part))
      write_shared_member(out, key, value, renaming ? &*renaming : nullptr);
  }
  out.end_object();
}

void write_attribute_part(json::Writer& out, const Distribution::Piece& piece,
                          const jsonld::ContextPtr& own) {
  if (own) {
    Renaming(out, *piece.context, *own).attribute(*piece.body);
  } else {
    out.value(*piece.body);
  }
}

}  // namespace revier::federation::detail
