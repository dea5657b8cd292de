// SPDX-License-Identifier: EUPL-1.2
#include "history/history.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "history/detail/aggregate.h"
#include "json/json.h"
#include "support/context_world.h"
#include "support/loop_executor.h"

namespace revier::history {
namespace {

using context::test::must;

test::LoopExecutor& loop() {
  static test::LoopExecutor one;
  return one;
}
template <class T>
T run_now(Task<T> task) {
  return loop().run(std::move(task));
}

void done(const Result<>& result) { RV_CHECK(result.has_value()); }

constexpr std::string_view kId = "urn:ngsi-ld:Room:1";

Instant at(std::string_view text) { return must(parse_iso8601(text)); }

// A broker whose changes are told by history.
class World : public context::test::World {
 public:
  explicit World(Options options = {}) : options_(std::move(options)) { open_history(); }
  ~World() { history_.reset(); }

  void restart() {
    history_.reset();
    reopen();
    open_history();
  }
  [[nodiscard]] History& history() { return *history_; }

  void upsert(std::string_view text) {
    ngsi::ParseOptions options = ngsi::kParseWhole;
    options.temporal = true;
    must(run_now(history_->upsert("", parsed(text, options))));
  }
  void put(std::string_view id, std::string_view members) {
    must(write(context::put(
        parsed(fmt::format(R"({{"id":"{}","type":"Room",{}}})", id, members), ngsi::kParseWhole))));
  }

  [[nodiscard]] Wish wish() const {
    Wish wish;
    wish.context = &context();
    return wish;
  }
  [[nodiscard]] Result<Answer> retrieve(const Wish& wish, std::string_view id = kId) {
    return run_now(history_->retrieve("", std::string(id), wish));
  }
  [[nodiscard]] std::string told(const Wish& wish, std::string_view id = kId) {
    const auto answer = retrieve(wish, id);
    return answer ? answer->body : answer.error().message;
  }
  [[nodiscard]] std::string values(Wish wish = {}, std::string_view id = kId) {
    wish.context = &context();
    wish.form = Form::kValues;
    return told(wish, id);
  }

 private:
  void open_history() {
    history_ = must(History::open(
        {.store = store(), .broker = broker(), .civil_clock = clock(), .options = options_}));
  }
  Options options_;
  std::unique_ptr<History> history_;
};

jsonld::Catalogue& shared_catalogue() {
  static const auto one = must(jsonld::Catalogue::make());
  return *one;
}

json::Document read(const std::string& text) { return must(json::Document::parse(text)); }

TEST(History, TellsEveryChangeOfCurrentState) {
  World world;
  world.put(kId, R"("seats":1)");
  world.clock().advance(Duration::seconds(1));
  world.put(kId, R"("seats":2)");
  world.clock().advance(Duration::seconds(1));
  must(world.write(
      context::remove_attribute(std::string(kId), *world.context().expand_name("seats"), {})));
  const std::string expected =
      R"({"id":"urn:ngsi-ld:Room:1","type":"Room","seats":{"type":"Property","values":)"
      R"([[1,"2025-01-20T08:00:00Z"],[2,"2025-01-20T08:00:01Z"],)"
      R"(["urn:ngsi-ld:null","2025-01-20T08:00:02Z"]]}})";
  EXPECT_EQ(world.values(), expected);
  world.restart();
  EXPECT_EQ(world.values(), expected);
}

TEST(History, GoesOnAfterTheEntityIsGone) {
  World world;
  world.put(kId, R"("seats":1)");
  world.clock().advance(Duration::seconds(1));
  must(world.write(context::remove(std::string(kId))));
  world.clock().advance(Duration::seconds(1));
  EXPECT_NE(world.values().find(R"("deletedAt":"2025-01-20T08:00:01Z")"), std::string::npos);
  world.put(kId, R"("seats":3)");
  const std::string told = world.values();
  EXPECT_EQ(told.find("deletedAt"), std::string::npos) << told;
  EXPECT_NE(told.find(R"([3,"2025-01-20T08:00:02Z"])"), std::string::npos) << told;
}

TEST(History, BeginsWithWhatIsThere) {
  World world;
  world.put(kId, R"("seats":1)");
  done(run_now(world.history().remove("", std::string(kId))));
  EXPECT_EQ(world.retrieve(world.wish()).error().code, Code::kResourceNotFound);
  // Forgotten, but not the end: it is told again from the next change on.
  world.put(kId, R"("seats":2)");
  EXPECT_NE(world.values().find("[2,"), std::string::npos);
}

TEST(History, KeepsNothingOfPersonalTypes) {
  World world({.unkept_types = {"https://uri.etsi.org/ngsi-ld/default-context/Room"}});
  world.put(kId, R"("seats":1)");
  EXPECT_EQ(world.retrieve(world.wish()).error().code, Code::kResourceNotFound);
}

TEST(History, CorrectsAnObservationThatIsSentAgain) {
  World world;
  const auto sent = [](int value) {
    return fmt::format(R"({{"id":"{}","type":"Room","t":[{{"type":"Property","value":{},)"
                       R"("observedAt":"2025-01-01T00:00:00Z"}}]}})",
                       kId, value);
  };
  world.upsert(sent(1));
  world.upsert(sent(2));
  EXPECT_EQ(world.values(), R"({"id":"urn:ngsi-ld:Room:1","type":"Room","t":{"type":"Property",)"
                            R"("values":[[2,"2025-01-01T00:00:00Z"]]}})");
  EXPECT_EQ(world.broker().find("", kId), nullptr) << "current state is not touched";
}

TEST(History, ReplacesAndDeletesOneInstance) {
  World world;
  world.upsert(fmt::format(R"({{"id":"{}","type":"Room","t":[{{"value":1,)"
                           R"("observedAt":"2025-01-01T00:00:00Z"}},{{"value":2,)"
                           R"("observedAt":"2025-01-02T00:00:00Z"}}]}})",
                           kId));
  const std::string body = world.told(world.wish());
  const json::Document document = read(body);
  const auto first = *document.root().find("t")->elements().begin();
  const std::string instance(*first.find("instanceId")->as_string());
  const std::string name = *world.context().expand_name("t");
  ngsi::FragmentAttribute by;
  by.name = name;
  by.value = "7";
  by.has_value = true;
  by.observed_at = {true, at("2025-01-03T00:00:00Z")};
  done(run_now(world.history().replace_instance("", {std::string(kId), name, instance}, by)));
  EXPECT_NE(world.values().find(R"([[2,"2025-01-02T00:00:00Z"],[7,"2025-01-03T00:00:00Z"]])"),
            std::string::npos);
  done(run_now(world.history().delete_instance("", {std::string(kId), name, instance})));
  EXPECT_NE(world.values().find(R"([[2,"2025-01-02T00:00:00Z"]])"), std::string::npos);
  EXPECT_EQ(
      run_now(world.history().delete_instance("", {std::string(kId), name, instance})).error().code,
      Code::kResourceNotFound);
}

// --- Paging, against a plain list ----------------------------------------------------------------

struct Sample {
  int attribute = 0;
  int second = 0;
  int value = 0;
};

std::string sampled(const std::vector<Sample>& samples) {
  std::map<int, std::string> instances;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& one = samples[i];
    std::string& list = instances[one.attribute];
    list += fmt::format(R"({}{{"value":{},"datasetId":"urn:d:{}","observedAt":"{}"}})",
                        list.empty() ? "" : ",", one.value, i,
                        to_iso8601(at("2025-01-01T00:00:00Z") + Duration::seconds(one.second)));
  }
  std::string text = fmt::format(R"({{"id":"{}","type":"Room")", kId);
  for (const auto& [attribute, list] : instances) {
    text += fmt::format(R"(,"a{}":[{}])", attribute, list);
  }
  return text + "}";
}

// Datasets of an answer: each instance has one of its own.
void count_instances(const std::string& body, std::map<std::string, int>& seen) {
  const json::Document document = read(body);
  for (const auto& [key, value] : document.root().members()) {
    for (const json::Value instance : value.elements()) {
      if (const auto id = instance.find("datasetId")) ++seen[std::string(*id->as_string())];
    }
  }
}

std::vector<Sample> some_samples() {
  const auto sample = rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 3), rc::gen::inRange(0, 12), rc::gen::inRange(-50, 50)),
      [](const std::tuple<int, int, int>& t) {
        return Sample{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
      });
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<Sample>>(sample));
}

// One world for all cases of a property: opening one takes longer than a case.
World& shared(std::size_t instances_max = 10'000) {
  static std::map<std::size_t, std::unique_ptr<World>> worlds;
  auto& world = worlds[instances_max];
  if (!world) world = std::make_unique<World>(Options{.instances_max = instances_max});
  (void)run_now(world->history().remove("", std::string(kId)));
  return *world;
}

RC_GTEST_PROP(History, PagesCoverEveryInstanceOnce, ()) {
  const auto samples = some_samples();
  World& world = shared(static_cast<std::size_t>(*rc::gen::inRange(1, 6)));
  world.upsert(sampled(samples));
  const bool backwards = *rc::gen::arbitrary<bool>();
  Wish wish = world.wish();
  wish.time.relation = Relation::kBetween;
  wish.time.at = at("2025-01-01T00:00:00Z");
  wish.time.end = at("2025-01-01T00:00:12Z");
  if (backwards) wish.time.last_n = 1'000;
  std::map<std::string, int> seen;
  for (int pages = 0;; ++pages) {
    RC_ASSERT(pages < 20);
    const auto answer = world.retrieve(wish);
    if (!answer) break;  // nothing is left of the range
    count_instances(answer->body, seen);
    if (!answer->part) break;
    // What comes next lies behind the end of the part.
    if (backwards) {
      wish.time.end = answer->part->end;
    } else {
      wish.time.at = {answer->part->end.us + 1};
    }
  }
  RC_ASSERT(seen.size() == samples.size());
  for (const auto& [id, times] : seen) RC_ASSERT(times == 1);
}

RC_GTEST_PROP(History, LastNIsTheEndOfEachAttribute, ()) {
  const auto samples = some_samples();
  World& world = shared();
  world.upsert(sampled(samples));
  Wish wish = world.wish();
  wish.time.relation = Relation::kBefore;
  wish.time.at = at("2025-01-01T00:00:08Z");
  wish.time.last_n = static_cast<std::size_t>(*rc::gen::inRange(1, 4));
  std::map<int, std::vector<int>> expected;
  for (const Sample& one : samples) {
    if (one.second < 8) expected[one.attribute].push_back(one.second);
  }
  const auto answer = world.retrieve(wish);
  RC_ASSERT(answer.has_value() == !expected.empty());
  if (!answer) return;
  const json::Document document = read(answer->body);
  for (auto& [attribute, seconds] : expected) {
    std::sort(seconds.rbegin(), seconds.rend());
    seconds.resize(std::min(seconds.size(), *wish.time.last_n));
    const auto found = document.root().find(fmt::format("a{}", attribute));
    RC_ASSERT(found.has_value());
    std::vector<int> told;
    for (const json::Value instance : found->elements()) {
      const Instant time = at(*instance.find("observedAt")->as_string());
      told.push_back(static_cast<int>((time - at("2025-01-01T00:00:00Z")).us / 1'000'000));
    }
    RC_ASSERT(told == seconds);
  }
}

// --- Aggregates, against plain arithmetic --------------------------------------------------------

RC_GTEST_PROP(History, AggregatesAsPlainArithmeticDoes, ()) {
  const auto samples = some_samples();
  World& world = shared();
  // One dataset, so that all lie in one series: times differ.
  std::map<int, int> by_second;
  for (const Sample& one : samples) by_second[one.second] = one.value;
  std::string list;
  for (const auto& [second, value] : by_second) {
    list += fmt::format(R"({}{{"value":{},"observedAt":"{}"}})", list.empty() ? "" : ",", value,
                        to_iso8601(at("2025-01-01T00:59:54Z") + Duration::seconds(second)));
  }
  world.upsert(fmt::format(R"({{"id":"{}","type":"Room","t":[{}]}})", kId, list));
  const int length = *rc::gen::inRange(1, 8);
  Wish wish = world.wish();
  wish.form = Form::kAggregated;
  wish.time.relation = Relation::kAfter;
  wish.time.at = at("2025-01-01T00:59:54Z");
  wish.aggregation.period = must(parse_period(fmt::format("PT{}S", length), "aggrPeriodDuration"));
  for (std::size_t i = 0; i < kMethodNames.size(); ++i) {
    wish.aggregation.methods.push_back(static_cast<Method>(i));
  }
  std::map<int, std::vector<double>> periods;
  for (const auto& [second, value] : by_second) periods[second / length].push_back(value);
  const std::string body = world.told(wish);
  const json::Document document = read(body);
  const json::Value told = *document.root().find("t");
  const auto value_of = [&](std::string_view method, std::size_t period) {
    auto at_period = told.find(method)->elements().begin();
    for (std::size_t i = 0; i < period; ++i) ++at_period;
    return (*(*at_period).elements().begin()).as_number().value();
  };
  std::size_t number = 0;
  for (const auto& [period, values] : periods) {
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    double sumsq = 0;
    for (const double value : values) {
      sum += value;
      sumsq += value * value;
    }
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const auto different = std::unique(sorted.begin(), sorted.end()) - sorted.begin();
    RC_ASSERT(value_of("totalCount", number) == n);
    RC_ASSERT(value_of("distinctCount", number) == static_cast<double>(different));
    RC_ASSERT(value_of("sum", number) == sum);
    RC_ASSERT(value_of("sumsq", number) == sumsq);
    RC_ASSERT(value_of("min", number) == *std::min_element(values.begin(), values.end()));
    RC_ASSERT(value_of("max", number) == *std::max_element(values.begin(), values.end()));
    RC_ASSERT(std::abs(value_of("avg", number) - sum / n) < 1e-9);
    const double variance = std::max(0.0, sumsq / n - sum / n * (sum / n));
    RC_ASSERT(std::abs(value_of("stddev", number) - std::sqrt(variance)) < 1e-6);
    ++number;
  }
}

TEST(History, SaysWhatAMethodDoesNotSuit) {
  World world;
  world.put(kId, R"("name":{"value":"Saal","observedAt":"2025-01-01T00:00:00Z"},)"
                 R"("t":{"value":1,"observedAt":"2025-01-01T00:00:00Z"})");
  Wish wish = world.wish();
  wish.form = Form::kAggregated;
  wish.aggregation.methods = {Method::kSum};
  EXPECT_NE(world.told(wish).find(R"("sum":[[1.0,)"), std::string::npos) << world.told(wish);
  EXPECT_EQ(world.told(wish).find("name"), std::string::npos);
  wish.names_attributes = true;
  wish.concerned = {world.broker().names("").find(*world.context().expand_name("name"))};
  EXPECT_EQ(world.retrieve(wish).error().code, Code::kInvalidRequest);
}

// --- Days and rules ------------------------------------------------------------------------------

// One instance every seven minutes of a day, its value by its number.
std::string series_of(std::string_view day, int seed) {
  std::string list;
  for (int i = 0; i < 24 * 60; i += 7) {
    list += fmt::format(R"({}{{"value":{}.{},"observedAt":"{}"}})", list.empty() ? "" : ",",
                        (i * 37 + seed) % 101, (i * 13 + seed) % 10,
                        to_iso8601(at(fmt::format("{}T00:00:00Z", day)) + Duration::minutes(i)));
  }
  return fmt::format(R"({{"id":"{}","type":"Room","t":[{}]}})", kId, list);
}

Wish aggregates(const World& world, std::string_view period, std::string_view from) {
  Wish wish = world.wish();
  wish.form = Form::kAggregated;
  wish.time.relation = Relation::kAfter;
  wish.time.at = at(from);
  wish.aggregation.methods = {Method::kTotalCount, Method::kSum,    Method::kAvg,  Method::kMin,
                              Method::kMax,        Method::kStddev, Method::kSumsq};
  wish.aggregation.period = must(parse_period(period, "aggrPeriodDuration"));
  return wish;
}

std::size_t rows_of(World& world, std::string_view kind) {
  std::size_t number = 0;
  for (auto rows = world.store().scan(store::Column::kHistory, kind); rows->valid(); rows->next()) {
    ++number;
  }
  return number;
}

void work(World& world) {
  for (int i = 0; i < 8; ++i) done(world.history().tick());
}

TEST(History, SumsOfDaysAreThoseOfTheirInstances) {
  World world({.look_every_ms = 0});
  for (const char* day : {"2025-01-10", "2025-01-11", "2025-01-13"}) {
    world.upsert(series_of(day, day[9]));
  }
  const auto answers = [&world] {
    std::string all;
    for (const char* period : {"PT1H", "PT45M", "P1D", "PT7H", "PT0S", "P1M"}) {
      for (const char* from : {"2025-01-10T00:00:00Z", "2025-01-10T12:00:00Z",
                               "2025-01-11T05:13:20Z", "2000-01-01T00:00:00Z"}) {
        all += world.told(aggregates(world, period, from)) + "\n";
      }
    }
    return all;
  };
  const std::string by_instances = answers();
  EXPECT_EQ(rows_of(world, "S"), 0U);
  EXPECT_EQ(rows_of(world, "D"), 3U);
  work(world);
  EXPECT_EQ(rows_of(world, "S"), 3U);
  EXPECT_EQ(rows_of(world, "D"), 0U);
  EXPECT_EQ(answers(), by_instances);
  // What comes late counts at once, and is summed up again.
  world.upsert(fmt::format(R"({{"id":"{}","type":"Room","t":[{{"value":1000,)"
                           R"("observedAt":"2025-01-11T05:13:21Z"}}]}})",
                           kId));
  EXPECT_EQ(rows_of(world, "D"), 1U);
  const std::string later = answers();
  EXPECT_NE(later, by_instances);
  work(world);
  EXPECT_EQ(answers(), later);
  world.restart();
  EXPECT_EQ(answers(), later);
}

TEST(History, RulesThinAndEndByTheCivilClock) {
  World world({.rules = {must(parse_rule("Room/t=5d:10d", *shared_catalogue().core()))},
               .look_every_ms = 0});
  for (const char* day : {"2025-01-05", "2025-01-12", "2025-01-18"}) {
    world.upsert(series_of(day, 1));
  }
  Wish day = aggregates(world, "P1D", "2025-01-12T00:00:00Z");
  const std::string before = world.told(day);
  work(world);
  // 2025-01-20: the first day is over ten days old, the second over five, the third is whole.
  const std::size_t whole = 24 * 60 / 7 + 1;
  EXPECT_EQ(rows_of(world, "I"), 24U + whole);
  EXPECT_EQ(world.told(day), before) << "the sums stay";
  // An instance that comes into a thinned day is added to its sums.
  world.upsert(fmt::format(R"({{"id":"{}","type":"Room","t":[{{"value":100,)"
                           R"("observedAt":"2025-01-12T05:13:21Z"}}]}})",
                           kId));
  work(world);
  EXPECT_NE(world.told(day).find(fmt::format("[[{},", whole + 1)), std::string::npos)
      << world.told(day);
  world.clock().advance(Duration::days(5));
  work(world);
  EXPECT_EQ(rows_of(world, "I"), 24U);
  world.clock().advance(Duration::days(30));
  work(world);
  EXPECT_EQ(rows_of(world, "I"), 0U);
  EXPECT_EQ(rows_of(world, "S"), 0U);
}

TEST(Rule, ReadsWhatIsKeptHowLong) {
  const auto catalogue = must(jsonld::Catalogue::make());
  const auto rule = must(parse_rule("Room/t=90d:730d", *catalogue->core()));
  EXPECT_EQ(rule.type, "https://uri.etsi.org/ngsi-ld/default-context/Room");
  EXPECT_EQ(rule.attribute, "https://uri.etsi.org/ngsi-ld/default-context/t");
  EXPECT_EQ(rule.raw_days, 90);
  EXPECT_EQ(rule.hourly_days, 730);
  EXPECT_EQ(must(parse_rule("*=5d", *catalogue->core())).type, "");
  EXPECT_EQ(must(parse_rule("https://a.example/T=5d", *catalogue->core())).type,
            "https://a.example/T");
  for (const char* text : {"", "Room", "Room=", "Room=5", "Room=0d", "Room=5d:", "Room=5d:x",
                           "Room=-1d", "Room=99999999d", "a b=5d"}) {
    EXPECT_FALSE(parse_rule(text, *catalogue->core())) << text;
  }
}

// --- Periods -------------------------------------------------------------------------------------

TEST(Period, ReadsDurationsAndNothingElse) {
  EXPECT_TRUE(must(parse_period("PT0S", "aggrPeriodDuration")).is_whole());
  EXPECT_TRUE(must(parse_period("P0D", "aggrPeriodDuration")).is_whole());
  EXPECT_EQ(must(parse_period("P3Y6M4DT12H30M5S", "aggrPeriodDuration")).months, 42);
  EXPECT_EQ(must(parse_period("P2W", "aggrPeriodDuration")).rest.us, Duration::days(14).us);
  EXPECT_EQ(must(parse_period("PT1.5S", "aggrPeriodDuration")).rest.us, 1'500'000);
  for (const char* text : {"", "P", "PT", "P1", "1D", "P-1D", "P1DT", "P1H", "PT1D", "P1D1Y",
                           "P1W1D", "P1D1W", "P1.5D", "P9999999D", "PT1S ", "p1d"}) {
    EXPECT_FALSE(parse_period(text, "aggrPeriodDuration")) << text;
  }
}

TEST(Period, CountsMonthsByTheCalendar) {
  const Period month = must(parse_period("P1M", "aggrPeriodDuration"));
  const Instant start = at("2024-01-31T00:00:00Z");
  EXPECT_EQ(month.after(start, 1), at("2024-02-29T00:00:00Z"));
  EXPECT_EQ(month.after(start, 2), at("2024-03-31T00:00:00Z"));
  EXPECT_EQ(month.number_of(start, at("2024-02-28T23:59:59Z")), 0);
  EXPECT_EQ(month.number_of(start, at("2024-02-29T00:00:00Z")), 1);
  EXPECT_EQ(month.number_of(start, at("2025-01-31T00:00:00Z")), 12);
}

}  // namespace
}  // namespace revier::history
