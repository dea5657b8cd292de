// SPDX-License-Identifier: EUPL-1.2
// Names, numbers, periods, and what a directory answers.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fibre/directory.h"
#include "fibre/search_key.h"

namespace revier::fibre {
namespace {

TEST(SearchKey, WritesOutWhatPeopleShorten) {
  for (const char* name : {"Bahnhofstraße", "Bahnhofstr.", "bahnhofstr", "BAHNHOFSTRASSE",
                           "Bahnhof Str.", "Bahnhof-Straße", "Bahnhof strasse"}) {
    EXPECT_EQ(search_key(name), "bahnhofstrasse") << name;
  }
  EXPECT_EQ(search_key("Münsterplatz"), "muensterplatz");
  EXPECT_EQ(search_key("Mu\xCC\x88nsterplatz"), "munsterplatz") << "a mark of its own is left out";
  EXPECT_EQ(search_key("St.-Barbara-Str."), "sanktbarbarastrasse");
  EXPECT_EQ(search_key("Allée"), "allee");
  EXPECT_EQ(search_key("Straße des 17. Juni"), "strassedes17juni");
  EXPECT_EQ(search_key("–"), "");
  EXPECT_EQ(search_key("\xFF\xFE"), "");
}

TEST(SearchKey, CountsSlips) {
  EXPECT_EQ(distance("ahorn", "ahorn", 3), 0U);
  EXPECT_EQ(distance("ahron", "ahorn", 3), 1U) << "two letters swapped";
  EXPECT_EQ(distance("ahrn", "ahorn", 3), 1U);
  EXPECT_EQ(distance("xyz", "ahorn", 2), 3U) << "more than the most";
}

RC_GTEST_PROP(SearchKeyProperties, DistanceIsSymmetricAndBounded, (std::string a, std::string b)) {
  RC_ASSERT(distance(a, b, 4) == distance(b, a, 4));
  RC_ASSERT(distance(a, b, 4) <= 5U);
}

// The same by the textbook, every cell of it.
std::size_t plain_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

RC_GTEST_PROP(SearchKeyProperties, DistanceIsThatOfTheTextbook, ()) {
  const auto word = rc::gen::container<std::string>(rc::gen::elementOf(std::string("abc")));
  const std::string a = *word;
  const std::string b = *word;
  const std::size_t most = *rc::gen::inRange<std::size_t>(0, 6);
  RC_ASSERT(distance(a, b, most) == std::min(plain_distance(a, b), most + 1));
}

RC_GTEST_PROP(SearchKeyProperties, KeysAreStable, (const std::string& text)) {
  const std::string key = search_key(text);
  // "st" and "pl" are written out once only where they are words; a key of them is another word.
  RC_PRE(!key.ends_with("str") && key != "st" && key != "pl");
  RC_ASSERT(search_key(key) == key);
}

TEST(HouseNumbers, ReadsWhatPeopleWrite) {
  const auto read = [](std::string_view text) {
    const auto number = parse_house_number(text);
    return number ? to_string(*number) : std::string("-");
  };
  EXPECT_EQ(read("12"), "12");
  EXPECT_EQ(read(" 12 A "), "12a");
  EXPECT_EQ(read("12-16"), "12-16");
  EXPECT_EQ(read("12 – 16"), "12-16");
  EXPECT_EQ(read("12 bis 16a"), "12-16a");
  EXPECT_EQ(read("12/14"), "12-14");
  EXPECT_EQ(read("12a-c"), "12a-12c");
  EXPECT_EQ(read("1a-5"), "1a-5");
  EXPECT_EQ(read("1a – 05 b"), "1a-5b");
  for (const char* wrong : {"", "a", "0", "12aa", "16-12", "99999", "12-", "12c-a", "1.5"}) {
    EXPECT_EQ(read(wrong), "-") << wrong;
  }
}

TEST(HouseNumbers, RangesCoverTheirSide) {
  const HouseNumber range = parse_house_number("12-16").value();
  const auto covers = [&](std::string_view one) {
    return range.covers(parse_house_number(one).value());
  };
  EXPECT_TRUE(covers("12"));
  EXPECT_TRUE(covers("14"));
  EXPECT_TRUE(covers("16"));
  EXPECT_FALSE(covers("13")) << "the other side of the street";
  EXPECT_FALSE(covers("14a"));
  EXPECT_FALSE(covers("18"));
  EXPECT_TRUE(parse_house_number("12-15").value().covers(parse_house_number("13").value()));
  EXPECT_TRUE(parse_house_number("12a-c").value().covers(parse_house_number("12b").value()));
  EXPECT_FALSE(parse_house_number("12a-c").value().covers(parse_house_number("12d").value()));
}

TEST(Periods, AreAsExactAsTheSource) {
  const auto read = [](std::string_view text) {
    const auto period = parse_period(text);
    return period ? to_string(*period) : std::string("-");
  };
  EXPECT_EQ(read("2026"), "2026");
  EXPECT_EQ(read("2026-Q3"), "2026-Q3");
  EXPECT_EQ(read("3. Quartal 2026"), "2026-Q3");
  EXPECT_EQ(read("Q3/2026"), "2026-Q3");
  EXPECT_EQ(read("09/2026"), "2026-09");
  EXPECT_EQ(read("30.9.2026"), "2026-09-30");
  EXPECT_EQ(read("2026-09-30"), "2026-09-30");
  EXPECT_EQ(read(""), "");
  for (const char* wrong : {"2026-13", "2026-Q5", "31.04.2026", "soon", "1899", "2026-9-3"}) {
    EXPECT_EQ(read(wrong), "-") << wrong;
  }
}

TEST(SplitNumber, TakesTheNumberOffTheEnd) {
  const auto split = [](std::string_view text) {
    const Typed typed = split_number(text);
    return std::string(typed.street) + "|" + std::string(typed.number);
  };
  EXPECT_EQ(split("Ahornstr. 12a"), "Ahornstr.|12a");
  EXPECT_EQ(split("Ahornstr.12"), "Ahornstr.|12");
  EXPECT_EQ(split("Ahornstraße 12 - 16"), "Ahornstraße|12 - 16");
  EXPECT_EQ(split("Ahornstraße, 12"), "Ahornstraße|12");
  EXPECT_EQ(split("Straße des 17. Juni 12 a"), "Straße des 17. Juni|12 a");
  EXPECT_EQ(split("Ahornstraße"), "Ahornstraße|");
  EXPECT_EQ(split("12"), "12|");
  EXPECT_EQ(split(""), "|");
}

Street street(std::string name, std::string district,
              const std::vector<std::pair<std::string, State>>& numbers) {
  Street made{.name = name, .district = std::move(district), .key = search_key(name)};
  for (const auto& [number, state] : numbers) {
    made.addresses.push_back({.number = parse_house_number(number).value(), .state = state});
  }
  return made;
}

Directory sample() {
  return {{.id = 1, .source = "Test", .as_of = "2025-01-31"},
          {street("Ahornstraße", "Sodingen",
                  {{"1", State::kAvailable}, {"12", State::kPlanned}, {"14-18", State::kUnknown}}),
           street("Ahornweg", "Wanne", {{"1", State::kNotPlanned}}),
           street("Hauptstraße", "Eickel", {{"1", State::kAvailable}, {"2", State::kAvailable}}),
           street("Hauptstraße", "Wanne", {{"1", State::kPlanned}, {"40", State::kPlanned}})}};
}

TEST(DirectoryAnswers, FindsAnAddressHoweverItIsWritten) {
  const Directory list = sample();
  for (const Question& question :
       {Question{"Ahornstraße", "12"}, Question{"ahornstr 12"}, Question{"AHORNSTRASSE", " 12 "},
        Question{"Ahornstr.", "12", "Sodingen"}}) {
    const Answer answer = list.ask(question);
    ASSERT_EQ(answer.found, Found::kAddress) << question.street;
    EXPECT_EQ(answer.address->state, State::kPlanned);
  }
  const Answer in_range = list.ask({"Ahornstr. 16"});
  ASSERT_EQ(in_range.found, Found::kAddress);
  EXPECT_EQ(to_string(in_range.address->number), "14-18");
}

TEST(DirectoryAnswers, SaysWhatItDoesNotKnow) {
  const Directory list = sample();
  EXPECT_EQ(list.ask({"Ahornstraße"}).found, Found::kStreet);
  EXPECT_EQ(list.ask({"Ahornstraße", "99"}).found, Found::kNotInStreet);
  EXPECT_EQ(list.ask({"Ahornstraße", "12b"}).found, Found::kNotInStreet)
      << "what holds for 12 is no promise for 12b";
  EXPECT_EQ(list.ask({"Ahornstraße", "zwölf"}).found, Found::kWrongNumber);
  EXPECT_EQ(list.ask({"Unter den Linden 5"}).found, Found::kNothing);
  EXPECT_EQ(list.ask({""}).found, Found::kNothing);
  EXPECT_EQ(Directory().ask({"Ahornstraße 1"}).found, Found::kNothing);
}

TEST(DirectoryAnswers, SuggestsWhatWasMeant) {
  const Directory list = sample();
  const Answer slip = list.ask({"Ahronstraße 12"});
  ASSERT_EQ(slip.found, Found::kSimilar);
  EXPECT_EQ(slip.streets.front()->name, "Ahornstraße");
  EXPECT_EQ(slip.number, "12");
  const Answer begin = list.ask({"Ahorn"});
  ASSERT_EQ(begin.found, Found::kSimilar);
  EXPECT_EQ(begin.streets.size(), 2U);
  EXPECT_EQ(list.like("haupt", 1).size(), 1U);
}

TEST(DirectoryAnswers, AsksForTheDistrictWhereItMatters) {
  const Directory list = sample();
  EXPECT_EQ(list.ask({"Hauptstr. 1"}).found, Found::kDistricts);
  EXPECT_EQ(list.ask({"Hauptstr. 1"}).streets.size(), 2U);
  const Answer only_one = list.ask({"Hauptstr. 40"});
  ASSERT_EQ(only_one.found, Found::kAddress) << "only one of them has a number 40";
  EXPECT_EQ(only_one.street->district, "Wanne");
  EXPECT_EQ(list.ask({"Hauptstr.", "1", "Eickel"}).found, Found::kAddress);
  EXPECT_EQ(list.ask({"Hauptstr.", "1", "Sodingen"}).found, Found::kSimilar);
}

TEST(DirectoryAnswers, CountsByDistrict) {
  const Directory list = sample();
  EXPECT_EQ(list.whole().counts.all(), 8);
  EXPECT_EQ(list.areas().at("Eickel").counts[State::kAvailable], 2);
  EXPECT_DOUBLE_EQ(list.areas().at("Eickel").counts.coverage(), 100);
  EXPECT_DOUBLE_EQ(Counts().coverage(), 0);
}

TEST(ListChanges, NameWhatIsOtherwise) {
  const Directory before = sample();
  Directory after(
      {}, {street("Ahornstraße", "Sodingen",
                  {{"1", State::kAvailable}, {"12", State::kAvailable}, {"13", State::kPlanned}}),
           street("Ahornweg", "Wanne", {{"1", State::kNotPlanned}}),
           street("Neue Straße", "Wanne", {{"1", State::kPlanned}})});
  std::vector<std::string> told;
  for (const AddressChange& change : changes(before.streets(), after.streets())) {
    const Address& any = change.after == nullptr ? *change.before : *change.after;
    told.push_back(change.street->name + " " + to_string(any.number) +
                   (change.before == nullptr  ? " new"
                    : change.after == nullptr ? " gone"
                                              : " changed"));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"Ahornstraße 12 changed", "Ahornstraße 13 new",
                                            "Ahornstraße 14-18 gone", "Hauptstraße 1 gone",
                                            "Hauptstraße 2 gone", "Hauptstraße 1 gone",
                                            "Hauptstraße 40 gone", "Neue Straße 1 new"}));
  EXPECT_TRUE(changes(before.streets(), before.streets()).empty());
}

}  // namespace
}  // namespace revier::fibre
