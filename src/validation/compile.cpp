// SPDX-License-Identifier: EUPL-1.2
// JSON Schema to rules.
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/percent.h"
#include "jsonld/catalogue.h"
#include "validation/detail/rules.h"

namespace revier::validation::detail {
namespace {

constexpr std::size_t kShownBytesMax = 200;

struct Source {
  std::string url;  // of a stored document; of the schema itself its $id, or empty
  DocumentPtr document;
  bool ref_alone = false;  // drafts 4 to 7: what stands beside a $ref does not count
};

std::optional<unsigned> type_bit(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 7> kTypes = {{
      {"null", kNullBit},
      {"boolean", kBoolBit},
      {"integer", kIntegerBit},
      {"number", kNumberBit | kIntegerBit},
      {"string", kStringBit},
      {"array", kArrayBit},
      {"object", kObjectBit},
  }};
  const auto* const at =
      std::ranges::find(kTypes, name, &std::pair<std::string_view, unsigned>::first);
  return at == kTypes.end() ? std::nullopt : std::optional(at->second);
}

// What was written, short enough for a message.
std::string shown_text(std::string_view text) { return cut_text(text, kShownBytesMax); }

}  // namespace

tl::unexpected<Error> schema_fault(const std::string& place, std::string_view what) {
  return fail(Code::kBadRequestData,
              fmt::format("the schema is not well formed at {}: {}", place, what), place);
}

class Compiler {
 public:
  explicit Compiler(const Documents& documents) : documents_(documents) { rules_->nodes.resize(2); }

  Result<std::unique_ptr<const Rules>> run(const DocumentPtr& schema) {
    add_source({}, schema);
    if (const auto id = schema->root().find("$id")) {
      sources_.front().url = without_fragment(id->as_string().value_or(""));
    }
    RV_ASSIGN(rules_->root, node(kOwn, schema->root(), ""));
    // References are followed one after the other: a chain of them costs no stack.
    while (!waiting_.empty()) {
      const Waiting next = waiting_.front();
      waiting_.pop_front();
      RV_TRY(node(next.source, next.value, rules_->nodes[next.id].pointer));
    }
    RV_TRY(check_loops(*rules_));
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      rules_->sources.push_back(sources_[i].document);
      if (i != kOwn) rules_->urls.push_back(sources_[i].url);
    }
    return std::move(rules_);
  }

 private:
  static constexpr std::size_t kOwn = 0;  // the source that is the schema itself

  struct Waiting {
    std::size_t source;
    json::Value value;
    NodeId id;
  };
  struct Known {
    NodeId id;
    bool begun = false;
    bool waits = false;
  };
  // Where the compiler is: the schema that holds the keyword, and its node.
  struct Here {
    std::size_t source;
    json::Value schema;
    std::string pointer;
    NodeId id;
  };

  static std::string without_fragment(std::string_view url) {
    return std::string(url.substr(0, url.find('#')));
  }

  std::size_t add_source(std::string url, const DocumentPtr& document) {
    Source source{.url = std::move(url), .document = document};
    if (const auto draft = document->root().find("$schema")) {
      const std::string_view name = draft->as_string().value_or("");
      source.ref_alone = name.find("draft-0") != name.npos;
    }
    rules_->bases.push_back(sources_.empty() ? std::string() : source.url + "#");
    sources_.push_back(std::move(source));
    return sources_.size() - 1;
  }

  [[nodiscard]] std::string place_of(const Here& here, std::string_view keyword) const {
    std::string pointer = here.pointer;
    append_token(pointer, keyword);
    return rules_->place_of(here.source, pointer);
  }

  Result<Known*> known(std::size_t source, const std::string& pointer) {
    const auto at = known_.find({source, pointer});
    if (at != known_.end()) return &at->second;
    RV_TRY(check_room(pointer));
    pointers_bytes_ += pointer.size();
    const auto id = static_cast<NodeId>(rules_->nodes.size());
    Node& made = rules_->nodes.emplace_back();
    made.source = source;
    made.pointer = pointer;
    return &known_.emplace(std::pair(source, std::string_view(made.pointer)), Known{.id = id})
                .first->second;
  }
  [[nodiscard]] Result<> check_room(std::string_view pointer) const {
    if (rules_->nodes.size() >= kNodesMax) {
      return fail(Code::kTooLarge,
                  fmt::format("a schema may have at most {} subschemas", kNodesMax));
    }
    if (pointer.size() > kPointerBytesMax) {
      return fail(Code::kTooLarge,
                  fmt::format("the place of a subschema may have at most {} bytes: {}",
                              kPointerBytesMax, shown_text(pointer)));
    }
    if (pointers_bytes_ + pointer.size() > kPointersBytesMax) {
      return fail(Code::kTooLarge, "the names in the schema are too long for so many subschemas");
    }
    return {};
  }

  Result<NodeId> node(std::size_t source, const json::Value& schema, const std::string& pointer) {
    RV_ASSIGN(Known* const entry, known(source, pointer));
    if (entry->begun) return entry->id;
    entry->begun = true;
    const Here here{source, schema, pointer, entry->id};
    if (const auto allowed = schema.as_bool()) {
      if (!*allowed) add(here, {.word = Word::kNot, .keyword = "false", .nodes = {kAnything}});
      return here.id;
    }
    if (!schema.is_object()) {
      return schema_fault(rules_->place_of(entry->id), "a schema is an object, true or false");
    }
    const auto ref = schema.find("$ref");
    if (ref) RV_TRY(reference(here, *ref));
    if (!ref || !sources_[source].ref_alone) {
      for (const auto& [keyword, value] : schema.members()) RV_TRY(take(here, keyword, value));
    }
    return here.id;
  }

  // A subschema that stands under `keyword`, perhaps at `token` of it.
  Result<NodeId> below(const Here& here, std::string_view keyword, const json::Value& schema,
                       std::string_view token = {}) {
    std::string pointer = here.pointer;
    append_token(pointer, keyword);
    if (!token.empty()) append_token(pointer, token);
    return node(here.source, schema, pointer);
  }

  void add(const Here& here, Rule rule) { rules_->nodes[here.id].rules.push_back(std::move(rule)); }

  // --- keywords

  using Taker = Result<> (Compiler::*)(const Here&, std::string_view, const json::Value&);
  struct Keyword {
    std::string_view name;
    Taker taker;
    Word word;
  };
  static const std::array<Keyword, 38> kKeywords;

  Result<> take(const Here& here, std::string_view name, const json::Value& value) {
    const auto* const at = std::ranges::find(kKeywords, name, &Keyword::name);
    if (at == kKeywords.end()) return {};  // an annotation
    return (this->*at->taker)(here, at->name, value);
  }
  static Word word_of(std::string_view name) {
    return std::ranges::find(kKeywords, name, &Keyword::name)->word;
  }

  Result<> refused(const Here& here, std::string_view name, const json::Value& /*value*/) {
    return schema_fault(place_of(here, name), fmt::format("the keyword {} is not supported", name));
  }
  Result<> identity(const Here& here, std::string_view name, const json::Value& value) {
    if (here.pointer.empty() || !value.is_string()) return {};
    return refused(here, name, value);
  }
  Result<> types(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = Word::kType, .keyword = name};
    const auto take_one = [&](const json::Value& one) -> Result<> {
      const auto bit = type_bit(one.as_string().value_or(""));
      if (!bit) return schema_fault(place_of(here, name), "no type of JSON");
      if ((rule.types & *bit) == *bit) return {};
      rule.types |= *bit;
      rule.shown += (rule.shown.empty() ? "" : " or ") + std::string(*one.as_string());
      return {};
    };
    if (value.is_array()) {
      for (const json::Value one : value.elements()) RV_TRY(take_one(one));
    } else {
      RV_TRY(take_one(value));
    }
    add(here, std::move(rule));
    return {};
  }

  Result<> choices(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = Word::kEnum, .keyword = name};
    rule.shown = shown_text(json::to_text(value));
    const auto take_one = [&rule](const json::Value& one) {
      std::string text;
      append_canonical(text, one);
      rule.any.insert(std::move(text));
    };
    if (name == "const") {
      take_one(value);
    } else if (value.is_array()) {
      for (const json::Value one : value.elements()) take_one(one);
    } else {
      return schema_fault(place_of(here, name), "an array is expected");
    }
    add(here, std::move(rule));
    return {};
  }

  Result<> limit(const Here& here, std::string_view name, const json::Value& value) {
    const auto number = value.as_number();
    if (!number) {
      // Draft 4: the minimum beside it is the one that is exclusive.
      if (value.as_bool() && name.starts_with("exclusive")) return {};
      return schema_fault(place_of(here, name), "a number is expected");
    }
    Rule rule{.word = word_of(name), .keyword = name, .number = *number};
    rule.shown = json::to_text(value);
    if (rule.word == Word::kMultipleOf && *number <= 0) {
      return schema_fault(place_of(here, name), "a number over 0 is expected");
    }
    const auto exclusive = [&](std::string_view beside_it) {
      const auto flag = here.schema.find(beside_it);
      return flag && flag->as_bool().value_or(false);
    };
    if (rule.word == Word::kMinimum && exclusive("exclusiveMinimum")) {
      rule.word = Word::kExclusiveMinimum;
    }
    if (rule.word == Word::kMaximum && exclusive("exclusiveMaximum")) {
      rule.word = Word::kExclusiveMaximum;
    }
    add(here, std::move(rule));
    return {};
  }

  Result<double> size_of(const Here& here, std::string_view name, const json::Value& value) const {
    const auto size = value.as_integer();
    if (!size || *size < 0)
      return schema_fault(place_of(here, name), "a whole number from 0 is expected");
    return static_cast<double>(*size);
  }
  Result<> size(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = word_of(name), .keyword = name};
    RV_ASSIGN(rule.number, size_of(here, name, value));
    rule.shown = json::to_text(value);
    add(here, std::move(rule));
    return {};
  }

  Result<ngsi::Pattern> pattern_of(const Here& here, std::string_view name,
                                   std::string_view text) const {
    auto made = ngsi::Pattern::compile(text, name);
    if (!made) return schema_fault(place_of(here, name), made.error().message);
    return made;
  }
  Result<> pattern(const Here& here, std::string_view name, const json::Value& value) {
    const auto text = value.as_string();
    if (!text) return schema_fault(place_of(here, name), "a text is expected");
    Rule rule{.word = Word::kPattern, .keyword = name};
    RV_ASSIGN(ngsi::Pattern made, pattern_of(here, name, *text));
    rule.patterns.push_back(std::move(made));
    rule.shown = shown_text(*text);
    add(here, std::move(rule));
    return {};
  }

  Result<> format(const Here& here, std::string_view name, const json::Value& value) {
    const auto text = value.as_string();
    if (!text) return schema_fault(place_of(here, name), "a text is expected");
    const Format known_format = format_named(*text);
    if (known_format == Format::kNone) return {};
    add(here, {.word = Word::kFormat,
               .keyword = name,
               .format = known_format,
               .shown = std::string(*text)});
    return {};
  }

  Result<> unique(const Here& here, std::string_view name, const json::Value& value) {
    if (!value.as_bool()) return schema_fault(place_of(here, name), "true or false is expected");
    if (*value.as_bool()) add(here, {.word = Word::kUniqueItems, .keyword = name});
    return {};
  }

  // properties, patternProperties, additionalProperties: whichever stands first makes the rule.
  Result<> properties(const Here& here, std::string_view /*name*/, const json::Value& /*value*/) {
    for (const Rule& rule : rules_->nodes[here.id].rules) {
      if (rule.word == Word::kProperties) return {};
    }
    Rule rule{.word = Word::kProperties, .keyword = "additionalProperties"};
    if (const auto members = here.schema.find("properties")) {
      RV_TRY(schemas_by_name(here, "properties", *members, rule.members));
    }
    if (const auto patterns = here.schema.find("patternProperties")) {
      if (!patterns->is_object()) {
        return schema_fault(place_of(here, "patternProperties"), "an object is expected");
      }
      for (const auto& [text, schema] : patterns->members()) {
        RV_ASSIGN(ngsi::Pattern made, pattern_of(here, "patternProperties", text));
        RV_ASSIGN(const NodeId id, below(here, "patternProperties", schema, text));
        rule.patterns.push_back(std::move(made));
        rule.nodes.push_back(id);
      }
    }
    if (const auto rest = here.schema.find("additionalProperties")) {
      RV_ASSIGN(rule.rest, rest_of(here, "additionalProperties", *rest));
    }
    add(here, std::move(rule));
    return {};
  }
  Result<NodeId> rest_of(const Here& here, std::string_view name, const json::Value& schema) {
    if (const auto allowed = schema.as_bool()) return *allowed ? kAnything : kNothing;
    return below(here, name, schema);
  }
  Result<> schemas_by_name(const Here& here, std::string_view name, const json::Value& value,
                           std::map<std::string, NodeId, std::less<>>& out) {
    if (!value.is_object()) return schema_fault(place_of(here, name), "an object is expected");
    for (const auto& [member, schema] : value.members()) {
      RV_ASSIGN(const NodeId id, below(here, name, schema, member));
      out.emplace(member, id);
    }
    return {};
  }

  // true in draft 4 stands within "properties"; there it is an annotation.
  Result<> required(const Here& here, std::string_view name, const json::Value& value) {
    if (value.as_bool()) return {};
    Rule rule{.word = Word::kRequired, .keyword = name};
    RV_ASSIGN(rule.names, names_of(here, name, value));
    add(here, std::move(rule));
    return {};
  }
  Result<std::vector<std::string>> names_of(const Here& here, std::string_view name,
                                            const json::Value& value) const {
    std::vector<std::string> names;
    std::unordered_set<std::string_view> seen;
    for (const json::Value one : value.elements()) {
      const auto text = one.as_string();
      if (!text) return schema_fault(place_of(here, name), "names are texts");
      if (seen.insert(*text).second) names.emplace_back(*text);
    }
    if (!value.is_array())
      return schema_fault(place_of(here, name), "an array of names is expected");
    return names;
  }

  // dependencies, dependentRequired, dependentSchemas
  Result<> dependents(const Here& here, std::string_view name, const json::Value& value) {
    if (!value.is_object()) return schema_fault(place_of(here, name), "an object is expected");
    Rule names{.word = Word::kDependents, .keyword = name};
    Rule schemas{.word = Word::kDependentSchemas, .keyword = name};
    for (const auto& [member, needs] : value.members()) {
      if (needs.is_array() && name != "dependentSchemas") {
        RV_ASSIGN(names.others[std::string(member)], names_of(here, name, needs));
      } else if (name != "dependentRequired") {
        RV_ASSIGN(const NodeId id, below(here, name, needs, member));
        schemas.members.emplace(member, id);
      } else {
        return schema_fault(place_of(here, name), "an array of names is expected");
      }
    }
    if (!names.others.empty()) add(here, std::move(names));
    if (!schemas.members.empty()) add(here, std::move(schemas));
    return {};
  }

  // items with prefixItems (2020-12), or an array of items with additionalItems (before).
  Result<> items(const Here& here, std::string_view name, const json::Value& value) {
    const auto prefix = here.schema.find("prefixItems");
    if (name == "items" && prefix) return {};  // prefixItems makes the rule
    Rule rule{.word = Word::kItems, .keyword = name};
    if (!value.is_array()) {
      RV_ASSIGN(rule.rest, rest_of(here, name, value));
    } else {
      RV_ASSIGN(rule.nodes, list_of(here, name, value));
      const std::string_view behind = name == "items" ? "additionalItems" : "items";
      if (const auto rest = here.schema.find(behind)) {
        rule.keyword = behind;
        RV_ASSIGN(rule.rest, rest_of(here, behind, *rest));
      }
    }
    add(here, std::move(rule));
    return {};
  }

  Result<> contains(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = Word::kContains,
              .keyword = name,
              .number = 1,
              .most = std::numeric_limits<double>::infinity()};
    if (const auto least = here.schema.find("minContains")) {
      RV_ASSIGN(rule.number, size_of(here, "minContains", *least));
    }
    if (const auto most = here.schema.find("maxContains")) {
      RV_ASSIGN(rule.most, size_of(here, "maxContains", *most));
    }
    RV_ASSIGN(rule.rest, below(here, name, value));
    add(here, std::move(rule));
    return {};
  }

  Result<std::vector<NodeId>> list_of(const Here& here, std::string_view name,
                                      const json::Value& value) {
    if (!value.is_array()) return schema_fault(place_of(here, name), "an array is expected");
    std::vector<NodeId> nodes;
    for (const json::Value schema : value.elements()) {
      RV_ASSIGN(const NodeId id, below(here, name, schema, std::to_string(nodes.size())));
      nodes.push_back(id);
    }
    return nodes;
  }
  Result<> list(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = word_of(name), .keyword = name};
    RV_ASSIGN(rule.nodes, list_of(here, name, value));
    add(here, std::move(rule));
    return {};
  }
  // not, propertyNames
  Result<> one(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = word_of(name), .keyword = name};
    RV_ASSIGN(const NodeId id, below(here, name, value));
    rule.nodes.push_back(id);
    add(here, std::move(rule));
    return {};
  }
  Result<> condition(const Here& here, std::string_view name, const json::Value& value) {
    Rule rule{.word = Word::kIf, .keyword = name};
    RV_ASSIGN(const NodeId id, below(here, name, value));
    rule.nodes.push_back(id);
    for (const std::string_view branch : {"then", "else"}) {
      const auto schema = here.schema.find(branch);
      rule.nodes.push_back(kAnything);
      if (schema) {
        RV_ASSIGN(rule.nodes.back(), below(here, branch, *schema));
      }
    }
    add(here, std::move(rule));
    return {};
  }

  // --- references

  Result<> reference(const Here& here, const json::Value& value) {
    const auto text = value.as_string();
    const std::string place = place_of(here, "$ref");
    if (!text) return schema_fault(place, "a text is expected");
    const std::size_t hash = std::min(text->find('#'), text->size());
    const std::string_view fragment = text->substr(std::min(hash + 1, text->size()));
    RV_ASSIGN(const std::size_t source, source_of(here.source, text->substr(0, hash), place));
    const std::string pointer = percent_decoded(fragment);
    const auto target = value_at(sources_[source].document->root(), pointer);
    if (!target) {
      return schema_fault(place,
                          fmt::format("there is nothing at {} (a JSON Pointer after # is expected)",
                                      shown_text(*text)));
    }
    RV_ASSIGN(Known* const entry, known(source, pointer));
    if (!entry->begun && !std::exchange(entry->waits, true)) {
      waiting_.push_back({source, *target, entry->id});
    }
    add(here, {.word = Word::kRef, .keyword = "$ref", .nodes = {entry->id}});
    return {};
  }

  Result<std::size_t> source_of(std::size_t from, std::string_view written,
                                const std::string& place) {
    if (written.empty()) return from;
    const std::string url = sources_[from].url.empty()
                                ? std::string(written)
                                : jsonld::absolute_url(sources_[from].url, written);
    const auto at = std::ranges::find(sources_, url, &Source::url);
    if (at != sources_.end()) return static_cast<std::size_t>(at - sources_.begin());
    DocumentPtr document = documents_(url);
    if (!document) {
      return fail(Code::kBadRequestData,
                  fmt::format("the schema refers to {}, which is not stored here: store it first "
                              "(PUT /api/v1/schemas/documents/ and its URL, percent-encoded)",
                              url),
                  place);
    }
    return add_source(url, document);
  }

  const Documents& documents_;
  std::unique_ptr<Rules> rules_ = std::make_unique<Rules>();
  std::vector<Source> sources_;
  std::map<std::pair<std::size_t, std::string_view>, Known> known_;  // by pointers of the nodes
  std::size_t pointers_bytes_ = 0;
  std::deque<Waiting> waiting_;
};

const std::array<Compiler::Keyword, 38> Compiler::kKeywords = {{
    {"$dynamicRef", &Compiler::refused, Word::kRef},
    {"$id", &Compiler::identity, Word::kRef},
    {"$recursiveRef", &Compiler::refused, Word::kRef},
    {"additionalProperties", &Compiler::properties, Word::kProperties},
    {"allOf", &Compiler::list, Word::kAllOf},
    {"anyOf", &Compiler::list, Word::kAnyOf},
    {"const", &Compiler::choices, Word::kEnum},
    {"contains", &Compiler::contains, Word::kContains},
    {"dependencies", &Compiler::dependents, Word::kDependents},
    {"dependentRequired", &Compiler::dependents, Word::kDependents},
    {"dependentSchemas", &Compiler::dependents, Word::kDependentSchemas},
    {"enum", &Compiler::choices, Word::kEnum},
    {"exclusiveMaximum", &Compiler::limit, Word::kExclusiveMaximum},
    {"exclusiveMinimum", &Compiler::limit, Word::kExclusiveMinimum},
    {"format", &Compiler::format, Word::kFormat},
    {"if", &Compiler::condition, Word::kIf},
    {"items", &Compiler::items, Word::kItems},
    {"maxItems", &Compiler::size, Word::kMaxItems},
    {"maxLength", &Compiler::size, Word::kMaxLength},
    {"maxProperties", &Compiler::size, Word::kMaxProperties},
    {"maximum", &Compiler::limit, Word::kMaximum},
    {"minItems", &Compiler::size, Word::kMinItems},
    {"minLength", &Compiler::size, Word::kMinLength},
    {"minProperties", &Compiler::size, Word::kMinProperties},
    {"minimum", &Compiler::limit, Word::kMinimum},
    {"multipleOf", &Compiler::limit, Word::kMultipleOf},
    {"not", &Compiler::one, Word::kNot},
    {"oneOf", &Compiler::list, Word::kOneOf},
    {"pattern", &Compiler::pattern, Word::kPattern},
    {"patternProperties", &Compiler::properties, Word::kProperties},
    {"prefixItems", &Compiler::items, Word::kItems},
    {"properties", &Compiler::properties, Word::kProperties},
    {"propertyNames", &Compiler::one, Word::kPropertyNames},
    {"required", &Compiler::required, Word::kRequired},
    {"type", &Compiler::types, Word::kType},
    {"unevaluatedItems", &Compiler::refused, Word::kItems},
    {"unevaluatedProperties", &Compiler::refused, Word::kProperties},
    {"uniqueItems", &Compiler::unique, Word::kUniqueItems},
}};

}  // namespace revier::validation::detail

namespace revier::validation {

JsonSchema::JsonSchema(std::unique_ptr<const detail::Rules> rules) : rules_(std::move(rules)) {}
JsonSchema::~JsonSchema() = default;

Result<JsonSchemaPtr> JsonSchema::compile(const DocumentPtr& schema, const Documents& documents) {
  RV_ASSIGN(auto rules, detail::Compiler(documents).run(schema));
  return JsonSchemaPtr(new JsonSchema(std::move(rules)));
}

const std::vector<std::string>& JsonSchema::documents() const { return rules_->urls; }

}  // namespace revier::validation
