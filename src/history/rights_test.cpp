// SPDX-License-Identifier: EUPL-1.2
// Rights by entity over history: what is answered under them is what a history
// answers that was never told the rest.
#include "ngsi/rights.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "history/history.h"
#include "support/context_world.h"
#include "support/dice.h"
#include "support/loop_executor.h"

namespace revier::history {
namespace {

using context::test::must;
using revier::test::Dice;

class Past : public context::test::World {
 public:
  Past() {
    history_ = must(History::open(
        {.store = store(), .broker = broker(), .civil_clock = clock(), .options = {}}));
  }
  ~Past() { history_.reset(); }
  [[nodiscard]] const History& history() { return *history_; }
  void put(const std::string& id, const std::string& type, const std::string& members) {
    must(write(context::put(parsed(fmt::format(R"({{"id":"{}","type":"{}"{}}})", id, type, members),
                                   ngsi::kParseWhole))));
  }

 private:
  std::unique_ptr<History> history_;
};

// A rule, and what the test knows of it.
struct Ruled {
  std::string_view text;
  std::string_view type;    // empty: any
  std::string_view prefix;  // of the id
  std::string_view shown;   // letters of attributes
};
constexpr Ruled kRuled[] = {
    {R"({"operations":["read"],"types":["Tree"]})", "Tree", "", "abc"},
    {R"({"operations":["read"],"attributes":["a"]})", "", "", "a"},
    {R"({"operations":["read","update"],"types":["Lamp"],"except":["b"]})", "Lamp", "", "ac"},
    {R"({"operations":["read"],"idPattern":"^urn:x:1","attributes":["b","c"]})", "", "urn:x:1",
     "bc"},
    {R"({"operations":["write"]})", "None", "", ""},
};

std::set<char> shown_of(const std::vector<Ruled>& rules, const std::string& id,
                        const std::string& type) {
  std::set<char> shown;
  for (const Ruled& rule : rules) {
    if (!rule.type.empty() && rule.type != type) continue;
    if (id.starts_with(rule.prefix)) shown.insert(rule.shown.begin(), rule.shown.end());
  }
  return shown;
}

struct Step {
  int thing = 0;
  bool deletes = false;
  std::map<char, int> values;
};
constexpr int kThingsOfThePast = 24;
std::string id_of(int thing) { return fmt::format("urn:x:{}", thing); }
std::string type_of(int thing) {
  return thing % 3 == 0 ? "Tree" : thing % 3 == 1 ? "Lamp" : "Sign";
}

std::vector<Step> course(Dice& dice) {
  std::vector<Step> steps;
  int value = 0;  // each time another, so that each put is a change
  for (int i = 0; i < 160; ++i) {
    Step step{.thing = dice.below(kThingsOfThePast), .deletes = dice.one_in(12), .values = {}};
    for (const char name : {'a', 'b', 'c'}) {
      if (!dice.one_in(4)) step.values[name] = ++value % 40 * 10 + dice.below(10);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

// Of each thing what `shown` says; nothing of a thing that it does not name.
void live(Past& past, const std::vector<Step>& steps, const std::map<int, std::set<char>>& shown) {
  past.put("urn:first", "Tree",
           R"(,"a":1,"b":1,"c":1)");  // names have the same order everywhere
  std::set<int> there;
  for (const Step& step : steps) {
    past.clock().advance(Duration::seconds(7));
    const auto names = shown.find(step.thing);
    if (names == shown.end()) continue;
    if (step.deletes) {
      if (there.erase(step.thing) > 0) must(past.write(context::remove(id_of(step.thing))));
      continue;
    }
    std::string members;
    for (const auto& [name, value] : step.values) {
      if (names->second.contains(name)) members += fmt::format(R"(,"{}":{})", name, value);
    }
    past.put(id_of(step.thing), type_of(step.thing), members);
    there.insert(step.thing);
  }
}

struct Question {
  ngsi::Selection selection;
  Wish wish;
  Page page;
};

Question question(Dice& dice, Instant start) {
  Question out;
  out.selection.id_pattern = "^urn:x:";
  if (dice.one_in(3)) out.selection.type = dice.one_in(2) ? "Tree|Lamp" : "Sign";
  constexpr std::array<std::string_view, 6> kQ = {"", "", "b>200", "a<90;b>100", "c==55|b<150",
                                                  "b"};
  out.selection.q = kQ[static_cast<std::size_t>(dice.below(6))];
  out.wish.asks_values = !out.selection.q.empty();
  out.wish.form = dice.one_in(3) ? Form::kAggregated : Form::kValues;
  if (out.wish.form == Form::kAggregated) {
    out.wish.aggregation = must(read_aggregation({"totalCount", "max", "sum"}, "PT5M"));
  }
  out.wish.time.property = TimeProperty::kModifiedAt;
  out.wish.time.property_given = true;
  if (dice.one_in(2)) {
    out.wish.time.relation = dice.one_in(2) ? Relation::kAfter : Relation::kBefore;
    out.wish.time.at = start + Duration::seconds(dice.below(1'100));
  }
  if (dice.one_in(4)) out.wish.time.last_n = 2;
  out.page = {.limit = dice.one_in(2) ? 100U : 4U,
              .offset = dice.one_in(3) ? 3U : 0U,
              .count = dice.one_in(2),
              .descending = dice.one_in(3)};
  return out;
}

Answer asked(Past& past, Question question, std::shared_ptr<const ngsi::Sight> sight) {
  question.wish.context = &past.context();
  question.wish.predicate =
      must(ngsi::Predicate::compile(question.selection, past.broker().names(""), past.context()));
  question.wish.sight = std::move(sight);
  static test::LoopExecutor loop;
  return must(loop.run(past.history().query("", question.wish, question.page)));
}

TEST(HistoryUnderRights, TellsWhatAHistoryOfTheRestTells) {
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Dice dice(seed);
    std::vector<Ruled> rules;
    std::string text;
    for (int i = 0, n = 1 + dice.below(2); i < n; ++i) {
      rules.push_back(kRuled[dice.below(std::size(kRuled))]);
      text += (i == 0 ? "[" : ",") + std::string(rules.back().text);
    }
    text += "]";
    SCOPED_TRACE(fmt::format("seed {} rights {}", seed, text));
    const std::vector<Step> steps = course(dice);
    std::map<int, bool> is_there;
    std::set<int> ended;
    std::set<int> again;  // made, deleted and made: nothing of it is told
    for (const Step& step : steps) {
      bool& there = is_there[step.thing];
      if (there && step.deletes) ended.insert(step.thing);
      there = !step.deletes;
      if (there && ended.contains(step.thing)) again.insert(step.thing);
    }
    std::map<int, std::set<char>> all;
    std::map<int, std::set<char>> rest;
    for (const auto& [thing, there] : is_there) {
      all[thing] = {'a', 'b', 'c'};
      auto shown = shown_of(rules, id_of(thing), type_of(thing));
      if (there && !again.contains(thing) && !shown.empty())
        rest[thing] = std::move(shown);  // what is deleted is not seen
    }
    Past whole;
    Past part;
    const Instant start = whole.clock().now();
    live(whole, steps, all);
    live(part, steps, rest);
    const auto rights = must(ngsi::Rights::parse(text, whole.catalogue().core()));
    const auto sight = rights.over(whole.broker().names(""));
    for (int i = 0; i < 60 && !testing::Test::HasFailure(); ++i) {
      const Question one = question(dice, start);
      SCOPED_TRACE(fmt::format("type={} q={}", one.selection.type, one.selection.q));
      const Answer seen = asked(whole, one, sight);
      const Answer there = asked(part, one, nullptr);
      EXPECT_EQ(seen.body, there.body);
      EXPECT_EQ(seen.count, there.count);
      EXPECT_EQ(seen.more, there.more);
      told += seen.body.size() > 2 ? 1 : 0;
    }
  }
  EXPECT_GT(told, 60U);
}

}  // namespace
}  // namespace revier::history
