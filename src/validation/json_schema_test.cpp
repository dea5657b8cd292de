// SPDX-License-Identifier: EUPL-1.2
#include "validation/json_schema.h"

#include <gtest/gtest.h>

#include <map>

#include <fmt/format.h>

namespace revier::validation {
namespace {

DocumentPtr document_of(std::string_view text) {
  auto parsed = json::Document::parse(text);
  EXPECT_TRUE(parsed) << text;
  return std::make_shared<const json::Document>(std::move(*parsed));
}

const std::map<std::string, DocumentPtr>& stored() {
  static const std::map<std::string, DocumentPtr> documents = {
      {"https://models.example/common.json", document_of(R"({"definitions": {
         "Commons": {"properties": {"id": {"anyOf": [{"type": "string", "maxLength": 5},
                                                     {"type": "string", "format": "uri"}]}}},
         "Place": {"properties": {"location": {"$ref": "geo.json#/$defs/Point"}}}}})")},
      {"https://models.example/geo.json",
       document_of(R"({"$defs": {"Point": {"required": ["type", "coordinates"], "properties": {
         "type": {"const": "Point"},
         "coordinates": {"type": "array", "minItems": 2, "items": {"type": "number"}}}}}})")},
      {"https://models.example/loop.json", document_of(R"({"$ref": "#/a", "a": {"$ref": "#"}})")}};
  return documents;
}

Result<JsonSchemaPtr> compiled(std::string_view schema) {
  return JsonSchema::compile(document_of(schema), [](const std::string& url) -> DocumentPtr {
    const auto at = stored().find(url);
    return at == stored().end() ? nullptr : at->second;
  });
}

// "rule place" of each violation, parted by ", "; empty: it fits.
std::string told(std::string_view schema, std::string_view value) {
  const auto made = compiled(schema);
  if (!made) return "refused: " + made.error().message;
  std::string out;
  for (const Violation& one : (*made)->check(document_of(value)->root()).violations) {
    if (!out.empty()) out += ", ";
    out += one.rule + " " + one.place;
  }
  return out;
}

TEST(JsonSchema, NamesRuleAndPlaceOfWhatDoesNotFit) {
  struct Case {
    const char* schema;
    const char* value;
    const char* told;
  };
  const std::vector<Case> cases = {
      {R"({"type": "integer"})", "3.0", ""},
      {R"({"type": "integer"})", "3.5", "type "},
      {R"({"type": ["null", "number"]})", "null", ""},
      {R"({"enum": [1, {"a": [1, 2], "b": null}]})", R"({"b": null, "a": [1.0, 2]})", ""},
      {R"({"const": "a"})", R"("b")", "const "},
      {R"({"minimum": 3, "exclusiveMinimum": true})", "3", "minimum "},
      {R"({"minimum": 3, "exclusiveMaximum": 4})", "4", "exclusiveMaximum "},
      {R"({"multipleOf": 0.1})", "0.3", ""},
      {R"({"minLength": 3})", R"("äö")", "minLength "},
      {R"({"maxLength": 2})", R"("äö")", ""},
      {R"({"pattern": "^b+$"})", R"("abb")", "pattern "},
      {R"({"pattern": "b+"})", R"("abb")", ""},
      {R"({"format": "date-time"})", R"("2026-02-28T10:00:00Z")", ""},
      {R"({"format": "date-time"})", R"("2026-02-30T10:00:00Z")", "format "},
      {R"({"format": "date-time"})", R"("2026-02-28T10:00:00")", "format "},
      {R"({"format": "uri"})", R"("no uri")", "format "},
      {R"({"format": "ipv4"})", R"("10.0.0.256")", "format "},
      {R"({"format": "unheard of"})", R"("x")", ""},
      {R"({"required": ["a", "b"]})", R"({"b": 1})", "required "},
      {R"({"properties": {"a": {"properties": {"b/c": {"type": "string"}}}}})",
       R"({"a": {"b/c": 1}})", "type /a/b~1c"},
      {R"({"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": false})",
       R"({"x1": 1, "y": 2})", "type /x1, additionalProperties /y"},
      {R"({"propertyNames": {"maxLength": 2}})", R"({"abc": 1})", "propertyNames "},
      {R"({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}})", R"({"a": 1, "c": 1})",
       "dependencies , required "},
      {R"({"items": {"type": "number"}})", R"([1, "a", 2, "b"])", "type /1, type /3"},
      {R"({"items": [{}, {"type": "number"}], "additionalItems": false})", R"([1, "a", 2])",
       "type /1, additionalItems /2"},
      {R"({"prefixItems": [{"type": "string"}], "items": {"type": "number"}})", R"(["a", "b"])",
       "type /1"},
      {R"({"contains": {"type": "number"}, "maxContains": 1})", R"([1, 2])", "contains "},
      {R"({"uniqueItems": true})", R"([{"a": 1, "b": 2}, {"b": 2, "a": 1.0}])", "uniqueItems "},
      {R"({"anyOf": [{"type": "string"}, {"minimum": 3}]})", "2", "anyOf "},
      {R"({"oneOf": [{"minimum": 1}, {"minimum": 3}]})", "4", "oneOf "},
      {R"({"not": {"required": ["a"]}})", R"({"a": 1})", "not "},
      {R"({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}})",
       R"({"a": 1})", "required "},
      {R"({"properties": {"a": false}})", R"({"a": 1})", "false /a"},
      {R"(false)", "1", "false "},
      {R"({"allOf": [{"$ref": "https://models.example/common.json#/definitions/Commons"},
                     {"$ref": "https://models.example/common.json#/definitions/Place"}]})",
       R"({"id": "a b c d", "location": {"type": "Point", "coordinates": [1, "x"]}})",
       "anyOf /id, type /location/coordinates/1"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(told(one.schema, one.value), one.told) << one.schema << "\n" << one.value;
  }
}

TEST(JsonSchema, TellsTheAttributeAndWhereTheRuleStands) {
  const auto schema = compiled(
      R"({"$id": "https://models.example/own.json", "allOf": [{"$ref": "geo.json#/$defs/Point"},
          {"properties": {"a/b": {"minimum": 3}}, "required": ["far"]}]})");
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_EQ((*schema)->documents(), std::vector<std::string>{"https://models.example/geo.json"});
  const Report report =
      (*schema)->check(document_of(R"({"type": "Point", "a/b": -1, "coordinates": []})")->root());
  ASSERT_EQ(report.violations.size(), 3U);
  EXPECT_EQ(report.violations[0].attribute, "coordinates");
  EXPECT_EQ(report.violations[0].rule_place,
            "https://models.example/geo.json#/$defs/Point/properties/coordinates/minItems");
  EXPECT_EQ(report.violations[1].attribute, "a/b");
  EXPECT_EQ(report.violations[1].rule_place, "/allOf/1/properties/a~1b/minimum");
  EXPECT_EQ(report.violations[1].message, "is -1, the least is 3");
  EXPECT_EQ(report.violations[2].attribute, "far");
  EXPECT_EQ(report.violations[2].message, "\"far\" is missing");
}

TEST(JsonSchema, CutsNamesOfAnyLength) {
  std::string name;
  for (int i = 0; i < 50'000; ++i) name += "ä~";
  const auto schema = compiled(R"({"patternProperties": {"^a$": {"maximum": 1}},
                                   "additionalProperties": {"additionalProperties": false}})");
  ASSERT_TRUE(schema) << schema.error().message;
  const auto value = document_of(fmt::format(R"({{"{0}": {{"{0}": 1}}, "a": 2}})", name));
  const Report report = (*schema)->check(value->root());
  ASSERT_EQ(report.violations.size(), 2U);
  const Violation& first = report.violations.front();
  for (const std::string& text : {first.attribute, first.place, first.rule_place, first.message}) {
    EXPECT_LE(text.size(), kToldBytesMax);
    std::string quoted;
    json::append_quoted(quoted, text);
    EXPECT_TRUE(json::Document::parse(quoted)) << "no character is cut";
  }
  EXPECT_TRUE(first.attribute.ends_with("~...") || first.attribute.ends_with("ä..."));
  EXPECT_TRUE(first.place.starts_with("/ä~0ä~0") && first.place.ends_with("..."));
  EXPECT_EQ(report.violations.back().place, "/a");
}

TEST(JsonSchema, BesideAReferenceNothingCountsInOldDrafts) {
  const char* const definitions = R"("$ref": "#/d", "d": {}, "minimum": 3)";
  EXPECT_EQ(told(fmt::format(R"({{{}}})", definitions), "1"), "minimum ");
  EXPECT_EQ(told(fmt::format(R"({{"$schema": "http://json-schema.org/draft-07/schema#", {}}})",
                             definitions),
                 "1"),
            "");
}

TEST(JsonSchema, RefusesWhatItCannotHold) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"type": "text"})", "/type"},
      {R"({"properties": {"a": {"minimum": "3"}}})", "/properties/a/minimum"},
      {R"({"properties": {"a": 3}})", "/properties/a"},
      {R"({"pattern": "("})", "/pattern"},
      {R"({"minItems": -1})", "/minItems"},
      {R"({"multipleOf": 0})", "/multipleOf"},
      {R"({"unevaluatedProperties": false})", "/unevaluatedProperties"},
      {R"({"allOf": [{"$id": "https://models.example/inner"}]})", "/allOf/0/$id"},
      {R"({"$ref": "#/nowhere"})", "/$ref"},
      {R"({"$ref": "https://models.example/unheard.json"})", "/$ref"},
      {R"({"$ref": "#"})", "/"},
      {R"({"anyOf": [{"not": {"$ref": "#"}}]})", "/"},
      {R"({"$ref": "https://models.example/loop.json"})", "https://models.example/loop.json#"},
  };
  for (const auto& [schema, field] : cases) {
    const auto made = compiled(schema);
    ASSERT_FALSE(made) << schema;
    EXPECT_EQ(made.error().code, Code::kBadRequestData);
    EXPECT_EQ(made.error().field, field) << made.error().message;
  }
}

TEST(JsonSchema, GoesIntoTheValueAsDeepAsThatIs) {
  const char* const tree = R"({"type": "object", "properties": {"child": {"$ref": "#"}}})";
  EXPECT_EQ(told(tree, R"({"child": {"child": {"child": {}}}})"), "");
  EXPECT_EQ(told(tree, R"({"child": {"child": {"child": 3}}})"), "type /child/child/child");
}

TEST(JsonSchema, EndsWhateverItIsGiven) {
  // Each level asks the next one twice: 2^20 steps.
  std::string doubling = R"({"$ref": "#/d/0", "d": {)";
  for (int i = 0; i < 20; ++i) {
    doubling += fmt::format(R"("{}": {{"anyOf": [{{"allOf": [{{"$ref": "#/d/{}"}}, false]}},
                                                 {{"$ref": "#/d/{}"}}]}}, )",
                            i, i + 1, i + 1);
  }
  doubling += R"("20": {"type": "string"}}})";
  EXPECT_EQ(told(doubling, "1"), "limit ");

  std::string long_text(4'000, 'a');
  const char* const slow = R"({"items": {"not": {"pattern": "^(a+)+$"}}})";
  std::string texts = "[";
  for (int i = 0; i < 50; ++i) texts += fmt::format("{}\"{}!\"", i > 0 ? "," : "", long_text);
  EXPECT_EQ(told(slow, texts + "]"), "limit ");

  std::string many = "[";
  for (int i = 0; i < 1'000; ++i) many += i > 0 ? ",1" : "1";
  const auto schema = compiled(R"({"items": {"type": "string"}})");
  ASSERT_TRUE(schema);
  EXPECT_EQ((*schema)->check(document_of(many + "]")->root()).violations.size(), kViolationsMax);
}

TEST(JsonSchema, StepsMeasureWork) {
  // Names that are looked for among many members.
  std::string names;
  for (int i = 0; i < 2'000; ++i) names += fmt::format(R"({}"m{}")", i > 0 ? "," : "", i);
  std::string members = "{";
  for (int i = 0; i < 5'000; ++i) members += fmt::format(R"({}"m{}": 1)", i > 0 ? "," : "", i);
  members += "}";
  EXPECT_EQ(told(fmt::format(R"({{"required": [{}]}})", names), members), "limit ");
  EXPECT_EQ(told(fmt::format(R"({{"dependentRequired": {{"m1": [{}]}}}})", names), members),
            "limit ");
  EXPECT_EQ(told(R"({"required": ["m1", "m4999"]})", members), "");
  // One name a thousand times is one name.
  std::string again = R"({"required": ["m0")";
  for (int i = 0; i < 2'000; ++i) again += R"(,"m0")";
  EXPECT_EQ(told(again + "]}", members), "");

  // A text that is looked at again and again.
  std::string often = R"({"allOf": [{"maxLength": 9000000})";
  for (int i = 0; i < 200; ++i) often += R"(,{"maxLength": 9000000})";
  EXPECT_EQ(told(often + "]}", '"' + std::string(100'000, 'a') + '"'), "limit ");
  EXPECT_EQ(told(often + "]}", R"("short")"), "");

  // Members and elements for which there is no rule.
  std::string free = R"({"allOf": [{"properties": {"a": {}}})";
  for (int i = 0; i < 50; ++i) free += R"(,{"properties": {"a": {}}})";
  EXPECT_EQ(told(free + "]}", members), "limit ");
  std::string elements = "[1";
  for (int i = 0; i < 300'000; ++i) elements += ",1";
  EXPECT_EQ(told(R"({"items": true})", elements + "]"), "");
}

TEST(JsonSchema, HasABoundOfItsOwnSize) {
  std::string wide = R"({"properties": {)";
  for (std::size_t i = 0; i <= kNodesMax; ++i) {
    wide += fmt::format(R"({}"p{}": {{}})", i > 0 ? "," : "", i);
  }
  const auto made = compiled(wide + "}}");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kTooLarge);
}

TEST(JsonSchema, BoundsThePlacesOfItsSubschemas) {
  const auto named = [](std::size_t name_bytes, int below) {
    std::string text = fmt::format(R"({{"properties": {{"{}": {{"properties": {{"p": {{}})",
                                   std::string(name_bytes, 'n'));
    for (int i = 0; i < below; ++i) text += fmt::format(R"(,"p{}": {{}})", i);
    return compiled(text + "}}}}");
  };
  EXPECT_TRUE(named(900, 100));
  const auto too_long = named(kPointerBytesMax, 0);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, Code::kTooLarge);
  EXPECT_LT(too_long.error().message.size(), 400U);
  const auto too_many = named(900, 5'000);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace revier::validation
