// SPDX-License-Identifier: EUPL-1.2
#include "casework/answers.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "support/demo_forms.h"

namespace revier::casework {
namespace {

Definition form_named(std::string_view id) { return parse_definition(demo_form(id)).value(); }

Result<Answers> answers_from(const Definition& form, std::string_view text) {
  RV_ASSIGN(const json::Document document, json::Document::parse(text));
  return read_answers(form, document.root());
}

std::vector<std::string> pointers(const std::vector<Problem>& problems) {
  std::vector<std::string> list;
  for (const Problem& problem : problems) {
    EXPECT_FALSE(problem.de.empty());
    EXPECT_FALSE(problem.en.empty());
    list.push_back(problem.pointer);
  }
  return list;
}

TEST(Answers, AreReadCheckedAndWritten) {
  const Definition form = form_named("hund-anmelden");
  const auto answers = answers_from(form, kDogAnswers);
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_TRUE(check_answers(form, *answers, {}).empty());
  EXPECT_EQ(answers_json(form, *answers), kDogAnswers);
  EXPECT_EQ(answers_from(form, answers_json(form, *answers)).value(), *answers);
}

TEST(Answers, WhatIsMissingOrWrongIsNamed) {
  const Definition form = form_named("hund-anmelden");
  Answers answers = answers_from(form, kDogAnswers).value();
  answers.values.erase("vorname");
  answers.values["plz"] = {"446"};
  answers.values["geburtsdatum"] = {"31.02.1990"};
  answers.groups["hunde"][0].erase("rasse");
  EXPECT_EQ(pointers(check_answers(form, answers, {})),
            (std::vector<std::string>{"/vorname", "/geburtsdatum", "/plz", "/hunde/0/rasse"}));
  answers = answers_from(form, kDogAnswers).value();
  answers.groups.clear();
  EXPECT_EQ(pointers(check_answers(form, answers, {})), std::vector<std::string>{"/hunde"});
}

TEST(Answers, ABranchIsAskedOnlyWhereItIsTaken) {
  const Definition form = form_named("hund-anmelden");
  Answers answers = answers_from(form, kDogAnswers).value();
  EXPECT_FALSE(is_asked(form, *form.field("grund"), answers));
  answers.values["grund"] = {"Ein Grund von genug Zeichen"};
  EXPECT_EQ(pointers(check_answers(form, answers, {})), std::vector<std::string>{"/grund"});
  answers.values["befreiung"] = {"assistenz"};
  EXPECT_TRUE(check_answers(form, answers, {}).empty());
  answers.values.erase("grund");
  EXPECT_EQ(pointers(check_answers(form, answers, {})), std::vector<std::string>{"/grund"});
  answers.values["befreiung"] = {"nein"};
  answers.values["grund"] = {"liegt noch da"};
  prune(form, answers);
  EXPECT_FALSE(answers.values.contains("grund"));
}

TEST(Answers, ATickMustBeSetWhereTheSchemaSaysSo) {
  const Definition form = form_named("bewohnerparkausweis");
  const std::string text =
      R"({"art":"neu","gebiet":"a","vorname":"A","nachname":"B","strasse":"Weg 1","plz":"44623",)"
      R"("wohnort":"Herne","kennzeichen":"HER-A 1","halter":"andere","ab":"2025-03-01",)"
      R"("halter_name":"Chris","dauernd":false})";
  EXPECT_EQ(pointers(check_answers(form, answers_from(form, text).value(), {})),
            std::vector<std::string>{"/dauernd"});
}

TEST(Answers, RefusesOtherTypesAndNames) {
  const Definition form = form_named("hund-anmelden");
  for (const auto& [text, place] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"vorname":1})", "/vorname"},
           {R"({"vorname":["a"]})", "/vorname"},
           {R"({"hunde":{"name":"x"}})", "/hunde"},
           {R"({"hunde":[{"name":"x","farbe":"rot"}]})", "/hunde/0/farbe"},
           {R"({"hunde":["x"]})", "/hunde/0"},
           {R"({"admin":true})", "/admin"},
           {"[]", ""}}) {
    const auto answers = answers_from(form, text);
    ASSERT_FALSE(answers) << text;
    EXPECT_EQ(answers.error().code, Code::kUnprocessable);
    EXPECT_EQ(answers.error().field, place) << text;
  }
}

TEST(Answers, PositionsAsPeopleWriteThem) {
  for (const char* text : {"51.5388, 7.2257", "51.5388 7.2257", "51,5388 7,2257", "51,5388; 7,2257",
                           "  51.5388,7.2257 "}) {
    const auto position = parse_position(text);
    ASSERT_TRUE(position) << text;
    EXPECT_DOUBLE_EQ(position->latitude, 51.5388);
    EXPECT_DOUBLE_EQ(position->longitude, 7.2257);
  }
  for (const char* text :
       {"", "51.5", "91, 7", "51, 181", "51.5388, 7.2257, 3", "nan, inf", "51.5x 7.2", "1e1, 2"}) {
    EXPECT_FALSE(parse_position(text)) << text;
  }
}

// --- what is accepted is valid by the schema, told by an evaluator that shares no code with it

bool holds(const json::Value& schema, const json::Value& value);

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool type_holds(std::string_view type, const json::Value& value) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number() && value.as_integer().has_value();
  if (type == "boolean") return value.as_bool().has_value();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

bool same(const json::Value& a, const json::Value& b) {
  return json::to_text(a) == json::to_text(b);
}

bool number_holds(const json::Value& schema, const char* name, double size, bool least) {
  const auto bound = schema.find(name);
  if (!bound) return true;
  return least ? size >= *bound->as_number() : size <= *bound->as_number();
}

bool object_holds(const json::Value& schema, const json::Value& value,
                  std::vector<std::string>& seen) {
  if (const auto required = schema.find("required")) {
    for (const json::Value name : required->elements()) {
      if (!value.find(*name.as_string())) return false;
    }
  }
  if (const auto properties = schema.find("properties")) {
    for (const auto& [key, member] : value.members()) {
      const auto rule = properties->find(key);
      if (!rule) continue;
      seen.emplace_back(key);
      if (!holds(*rule, member)) return false;
    }
  }
  if (const auto all = schema.find("allOf")) {
    for (const json::Value branch : all->elements()) {
      std::vector<std::string> looked;
      if (!object_holds(*branch.find("if"), value, looked)) continue;
      if (!object_holds(*branch.find("then"), value, seen)) return false;
    }
  }
  return true;
}

bool holds(const json::Value& schema, const json::Value& value) {
  if (const auto type = schema.find("type")) {
    if (!type_holds(*type->as_string(), value)) return false;
  }
  if (const auto constant = schema.find("const"); constant && !same(*constant, value)) return false;
  if (const auto listed = schema.find("enum")) {
    bool found = false;
    for (const json::Value one : listed->elements()) found = found || same(one, value);
    if (!found) return false;
  }
  if (const auto text = value.as_string()) {
    const auto length = static_cast<double>(length_of(*text));
    if (!number_holds(schema, "minLength", length, true)) return false;
    if (!number_holds(schema, "maxLength", length, false)) return false;
  }
  if (value.is_array()) {
    const auto count = static_cast<double>(value.size());
    if (!number_holds(schema, "minItems", count, true)) return false;
    if (!number_holds(schema, "maxItems", count, false)) return false;
    for (const json::Value one : value.elements()) {
      if (!holds(*schema.find("items"), one)) return false;
    }
  }
  if (!value.is_object()) return true;
  std::vector<std::string> seen;
  if (!object_holds(schema, value, seen)) return false;
  if (!schema.find("unevaluatedProperties") && !schema.find("additionalProperties")) return true;
  for (const auto& [key, member] : value.members()) {
    if (std::ranges::find(seen, key) == seen.end()) return false;
  }
  return true;
}

std::string any_json() {
  return *rc::gen::element<std::string>(
      "\"\"", "\"x\"", "\" \"", "\"44623\"", "\"nein\"", "\"assistenz\"", "\"neu\"", "\"andere\"",
      "\"ich\"", "\"2025-01-15\"", "\"2025-02-30\"", "true", "false", "null", "0", "1", "-7", "1.5",
      "[]", "{}", "[{}]", "[[]]", R"(["a"])",
      R"([{"name":"F","rasse":"Dackel","seit":"2025-01-15"}])",
      R"([{"name":"","rasse":"Dackel","seit":"2025-01-15"}])", R"([{"name":1}])",
      "\"ein Grund mit genug Zeichen\"", "\"a\\nb\"", "\"\xc3\xa4\xc3\xb6\xc3\xbc\"",
      "\"" + std::string(300, 'x') + "\"");
}

// The answers of a valid case, some replaced, left out or added.
std::string any_answers(const Definition& form, std::string_view valid) {
  const auto base = json::Document::parse(valid);
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const Field& field : form.fields) {
    const auto value = base->root().find(field.name);
    const int chance = *rc::gen::inRange(0, 30);
    if (chance == 0 || (!value && chance > 2)) continue;
    out.key(field.name);
    if (chance <= 2 || !value) {
      out.raw(any_json());
    } else {
      out.value(*value);
    }
  }
  if (*rc::gen::inRange(0, 10) == 0) out.key("fremd").raw(any_json());
  out.end_object();
  return text;
}

RC_GTEST_PROP(AnswersProperty, NothingInvalidIsAccepted, ()) {
  static const Definition form = form_named("hund-anmelden");
  static const auto definition = json::Document::parse(form.json);
  const std::string text = any_answers(form, kDogAnswers);
  const auto answers = answers_from(form, text);
  const bool accepted = answers && check_answers(form, *answers, {}).empty();
  RC_CLASSIFY(accepted);
  if (!accepted) return;
  const std::string written = answers_json(form, *answers);
  const auto document = json::Document::parse(written);
  RC_ASSERT(holds(*definition->root().find("schema"), document->root()));
  RC_ASSERT(answers_from(form, written).value() == *answers);
}

TEST(AnswersProperty, TheEvaluatorCanSayNo) {
  const Definition form = form_named("hund-anmelden");
  const auto definition = json::Document::parse(form.json);
  const auto says = [&](const std::string& text) {
    return holds(*definition->root().find("schema"), json::Document::parse(text)->root());
  };
  const std::string good(kDogAnswers);
  EXPECT_TRUE(says(good));
  EXPECT_FALSE(says(changed(good, R"("plz":"44623")", R"("plz":"4462")")));
  EXPECT_FALSE(says(changed(good, R"("befreiung":"nein")", R"("befreiung":"assistenz")")));
  EXPECT_FALSE(
      says(changed(good, R"("befreiung":"nein")", R"("befreiung":"nein","grund":"xxxxxxxxxxxx")")));
  EXPECT_FALSE(says(changed(good, R"("name":"Fiffi",)", "")));
}

}  // namespace
}  // namespace revier::casework
