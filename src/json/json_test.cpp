// SPDX-License-Identifier: EUPL-1.2
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "json/json.h"

namespace revier::json {
namespace {

std::string print(std::string_view text) {
  auto document = Document::parse(text);
  return document ? to_text(document->root()) : "ERROR " + document.error().message;
}

struct Case {
  std::string_view text;
  std::string_view answer;
};

TEST(Json, PrintsWhatItRead) {
  const Case cases[] = {
      {"null", "null"},
      {" [ ] ", "[]"},
      {"{ }", "{}"},
      {"[1,-2,3.0,0.1,1e2,1E400000000000000000000]", "ERROR"},
      {"[1, -2, 3.0, 0.1, 1e2]", "[1,-2,3.0,0.1,100.0]"},
      {"-0.0", "-0.0"},
      {"-0", "0"},
      {"5e-324", "5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"123456789012345678", "123456789012345678"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {R"("\u00e9\n\"\\\/\u0001\ud83d\ude00")", "\"é\\n\\\"\\\\/\\u0001😀\""},
      {R"("\u0000")", R"("\u0000")"},
      {R"({"b":{"a":[true,false,null,{}]},"a":"x"})",
       R"({"b":{"a":[true,false,null,{}]},"a":"x"})"},
  };
  for (const Case& c : cases) {
    if (c.answer == "ERROR")
      EXPECT_THAT(print(c.text), testing::StartsWith("ERROR"));
    else
      EXPECT_EQ(print(c.text), c.answer) << c.text;
  }
}

constexpr std::string_view kNoJson[] = {"",
                                        " ",
                                        "nul",
                                        "tru",
                                        "[1,,2]",
                                        "[1,2",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{'a':1}",
                                        "01",
                                        "+1",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e999",
                                        "-1e999",
                                        "18446744073709551616",
                                        "-9223372036854775809",
                                        "NaN",
                                        "Infinity",
                                        "[1] 2",
                                        "{\"a\" 1}",
                                        "{\"a\":}",
                                        "{1:2}",
                                        "\"a",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\udc00\\ud800\"",
                                        "\"a\nb\"",
                                        "\"\xff\"",
                                        "\"\xc0\xaf\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\xef\xbb\xbf{}",
                                        "/* */ 1",
                                        "]",
                                        "}",
                                        "[}",
                                        "{]",
                                        "\"\\",
                                        "--1",
                                        "0x10",
                                        "1 1",
                                        "[\"a\",\t\"b\"",
                                        "\v1",
                                        R"({"a":1,"a":2})",
                                        R"([{"x":{"k":1,"j":2,"\u006b":3}}])"};

TEST(Json, RefusesWhatIsNotJson) {
  for (const std::string_view text : kNoJson) {
    auto document = Document::parse(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, Code::kInvalidRequest) << text;
    const bool is_duplicate = !document.error().field.empty();
    const auto place = testing::HasSubstr("no JSON: line ");
    if (!is_duplicate) EXPECT_THAT(document.error().message, place) << text;
  }
  EXPECT_FALSE(Document::parse(std::string_view("[1]\0", 4)));
  EXPECT_FALSE(Document::parse(std::string_view()));
}

TEST(Json, SaysWhatIsWrongAndWhere) {
  const Case cases[] = {
      {"", "line 1, column 1: expected a value"},
      {"{\"a\":\n [1,\n  2 3]}", "line 3, column 5: expected ',' or ']'"},
      {"{\"a\" 1}", "line 1, column 6: expected ':'"},
      {"{a:1}", "line 1, column 2: expected a key in double quotes"},
      {"[01]", "line 1, column 3: a number does not start with 0"},
      {"[1.]", "line 1, column 4: expected a digit"},
      {"[1e999]", "line 1, column 2: a number is out of range"},
      {"18446744073709551616", "line 1, column 1: an integer is beyond 64 bits"},
      {"[-9223372036854775809]", "line 1, column 2: an integer is beyond 64 bits"},
      {"\"\\ud800\"", "line 1, column 8: half of a surrogate pair"},
      {"\"\\u00g0\"", "line 1, column 4: expected four hexadecimal digits"},
      {"\"\\x\"", "line 1, column 3: an escape that JSON does not know"},
      {"\"a\xff\"", "line 1, column 3: a byte that is not UTF-8"},
      {"[\"a", "line 1, column 4: a string without an end"},
      {"[1] 2", "line 1, column 5: expected the end after the value"},
  };
  for (const Case& c : cases) EXPECT_EQ(print(c.text), "ERROR no JSON: " + std::string(c.answer));
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, KeepsItsLimits) {
  EXPECT_TRUE(Document::parse(nested(64)));
  EXPECT_FALSE(Document::parse(nested(65)));
  EXPECT_FALSE(Document::parse(nested(100'000)));
  EXPECT_TRUE(Document::parse(nested(512), {.depth_max = 512}));
  EXPECT_FALSE(Document::parse(nested(513), {.depth_max = 512}));
  EXPECT_TRUE(Document::parse("[1,{\"a\":2}]", {.values_max = 4}));
  EXPECT_FALSE(Document::parse("[1,{\"a\":2}]", {.values_max = 3}));
  EXPECT_TRUE(Document::parse("[1]", {.bytes_max = 3}));
  EXPECT_EQ(Document::parse("[1] ", {.bytes_max = 3}).error().code, Code::kTooLarge);
}

TEST(Json, FindsDuplicatesInLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += fmt::format("\"k{}\":{{\"k\":[]}},", i);
  EXPECT_TRUE(Document::parse(text + "\"k100\":1}"));
  const auto twice = Document::parse(text + "\"k57\":1}");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().field, "k57");
}

TEST(Json, ReadsValues) {
  const std::string text =
      R"({"i":3,"d":3.0,"h":3.5,"u":18446744073709551615,"s":"x","t":true,"a":[1,[2],3],"big":1e19})";
  const auto document = Document::parse(text).value();
  const Value root = document.root();
  const auto at = [&](std::string_view key) { return root.find(key).value(); };
  EXPECT_EQ(root.size(), 8U);
  EXPECT_EQ(at("i").as_integer(), 3);
  EXPECT_EQ(at("d").as_integer(), 3);
  EXPECT_EQ(at("d").kind(), Kind::kDouble);
  EXPECT_EQ(at("h").as_integer(), std::nullopt);
  EXPECT_EQ(at("u").as_integer(), std::nullopt);
  EXPECT_EQ(at("u").as_number(), 18446744073709551615.0);
  EXPECT_EQ(at("big").as_integer(), std::nullopt);
  EXPECT_EQ(at("s").as_string(), "x");
  EXPECT_EQ(at("s").as_number(), std::nullopt);
  EXPECT_EQ(at("t").as_bool(), true);
  EXPECT_FALSE(root.find("z"));
  EXPECT_FALSE(at("a").find("i"));
  EXPECT_EQ(root.text("s"), "x");
  for (const auto* const no_text : {"t", "a", "z"}) EXPECT_EQ(root.text(no_text), "") << no_text;
  EXPECT_EQ(at("a").text("s"), "");
  std::string elements;
  for (const Value element : at("a").elements()) elements += to_text(element) + ";";
  EXPECT_EQ(elements, "1;[2];3;");
  std::string keys;
  for (const auto& [key, value] : root.members()) keys += key;
  EXPECT_EQ(keys, "idhustabig");
  for (const Value none : root.elements()) FAIL() << to_text(none);
}

TEST(Json, FirstElementIsItselfWhereThereIsNone) {
  const auto first = [](std::string_view text) {
    const auto document = Document::parse(text).value();
    return to_text(document.root().first_or_self());
  };
  EXPECT_EQ(first(R"([[1,2],3])"), "[1,2]");
  EXPECT_EQ(first("[]"), "[]");
  EXPECT_EQ(first(R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(first("7"), "7");
}

TEST(Json, DocumentsLiveApart) {
  auto first = Document::parse(R"(["one"])").value();
  auto second = Document::parse(R"(["two", 2])").value();
  const Value element = first.root().first_or_self();
  const auto moved = std::move(first);
  EXPECT_EQ(element.as_string(), "one");
  EXPECT_EQ(to_text(moved.root()), R"(["one"])");
  EXPECT_EQ(to_text(second.root()), R"(["two",2])");
}

TEST(Json, Writes) {
  std::string out;
  const auto document = Document::parse("[1, {\"x\" : 2}]").value();
  Writer writer(out);
  writer.begin_object().member("s", "a\"b").member("i", 1).member("n", 0.5).member("b", false);
  writer.key("a")
      .begin_array()
      .integer(-1)
      .null()
      .begin_object()
      .end_object()
      .raw("[7]")
      .end_array();
  writer.key("v").value(document.root()).key("e").begin_array().end_array().end_object();
  EXPECT_EQ(out,
            R"({"s":"a\"b","i":1,"n":0.5,"b":false,"a":[-1,null,{},[7]],"v":[1,{"x":2}],"e":[]})");
}

TEST(JsonDeathTest, ChecksTheBalanceOfCalls) {
  std::string out;
  EXPECT_DEATH(Writer(out).end_object(), "");
  EXPECT_DEATH(Writer(out).begin_object().integer(1), "");
  EXPECT_DEATH(Writer(out).begin_object().key("a").end_object(), "");
  EXPECT_DEATH(Writer(out).begin_object().end_array(), "");
  EXPECT_DEATH(Writer(out).begin_array().key("a"), "");
  EXPECT_DEATH(Writer(out).integer(1).integer(2), "");
  EXPECT_DEATH(Writer(out).number(std::nan("")), "");
}

RC_GTEST_PROP(JsonProperty, DoublesReadBackTheSame, (std::uint64_t bits)) {
  double number;
  std::memcpy(&number, &bits, sizeof number);
  RC_PRE(std::isfinite(number));
  std::string out;
  Writer(out).number(number);
  const auto document = Document::parse(out);
  RC_ASSERT(document.has_value());
  RC_ASSERT(document->root().kind() == Kind::kDouble);
  const double back = document->root().as_number().value();
  RC_ASSERT(std::memcmp(&back, &number, sizeof back) == 0);
}

// A text as a person would write it: with white space and needless escapes.
rc::Gen<std::string> arbitrary_json(int depth);

std::string escaped(const std::vector<char32_t>& letters) {
  std::string text = "\"";
  for (const char32_t letter : letters) text += fmt::format("\\u{:04x}", unsigned(letter));
  return text + "\"";
}

rc::Gen<std::string> arbitrary_string() {
  const auto letter = rc::gen::oneOf(rc::gen::inRange<char32_t>(0, 0x100),
                                     rc::gen::inRange<char32_t>(0xe000, 0x10000));
  return rc::gen::map(rc::gen::container<std::vector<char32_t>>(letter), escaped);
}

rc::Gen<std::string> arbitrary_leaf() {
  const auto integer = rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                                    [](std::int64_t n) { return std::to_string(n); });
  return rc::gen::oneOf(integer, arbitrary_string(),
                        rc::gen::element<std::string>("true", "false", "null", "1e-7", "-0.0"));
}

rc::Gen<std::string> arbitrary_json(int depth) {
  if (depth == 0) return arbitrary_leaf();
  const auto inner = rc::gen::container<std::vector<std::string>>(arbitrary_json(depth - 1));
  const auto array = rc::gen::map(inner, [](const std::vector<std::string>& items) {
    return fmt::format("[ {} ]", fmt::join(items, "\t,\n"));
  });
  const auto object = rc::gen::map(inner, [](const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i)
      text += fmt::format("{} \"k{}\" : {}", i == 0 ? "" : ",", i, items[i]);
    return "{" + text + "}";
  });
  return rc::gen::oneOf(arbitrary_leaf(), array, object);
}

bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  auto element = b.elements().begin();
  for (const Value x : a.elements())
    if (!same(x, *element))
      return false;
    else
      ++element;
  auto member = b.members().begin();
  for (const Member x : a.members()) {
    if (x.key != (*member).key || !same(x.value, (*member).value)) return false;
    ++member;
  }
  return a.as_string() == b.as_string() && a.as_integer() == b.as_integer() &&
         a.as_number() == b.as_number() && a.as_bool() == b.as_bool();
}

RC_GTEST_PROP(JsonProperty, ReadsBackWhatItWrote, ()) {
  const auto before = Document::parse(*rc::gen::resize(8, arbitrary_json(3)));
  RC_ASSERT(before.has_value());
  const std::string text = to_text(before->root());
  const auto after = Document::parse(text);
  RC_ASSERT(after.has_value());
  RC_ASSERT(same(before->root(), after->root()));
  RC_ASSERT(to_text(after->root()) == text);
}

}  // namespace
}  // namespace revier::json
