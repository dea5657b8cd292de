// SPDX-License-Identifier: EUPL-1.2
// History of one sensor, an instance a minute for a year: written, read and aggregated. Aggregates
// out of the sums of days stand beside those of all instances, in the same run; their answers must
// be equal, or the bench fails.
//
//   history_bench [--smoke]
#include "base/period.h"
#include "bench.h"
#include "history/history.h"
#include "support/context_world.h"
#include "support/loop_executor.h"

namespace revier::history {
namespace {

using context::test::must;

constexpr std::string_view kId = "urn:ngsi-ld:AirQualityObserved:1";
constexpr int kMinutesADay = 24 * 60;

class Sensor {
 public:
  explicit Sensor(int days) : days_(days) {
    world_.clock().set(must(parse_iso8601("2026-01-01T00:00:00Z")));
    history_ = must(History::open({.store = world_.store(),
                                   .broker = world_.broker(),
                                   .civil_clock = world_.clock(),
                                   .options = {.look_every_ms = 0}}));
  }

  // Instances a second.
  double write() {
    const std::int64_t start_us = monotonic_us();
    for (int day = 0; day < days_; ++day) {
      ngsi::ParseOptions options = ngsi::kParseWhole;
      options.temporal = true;
      auto fragment = world_.parsed(body_of(day), options);
      must(loop_.run(history_->upsert("", std::move(fragment))));
    }
    return days_ * kMinutesADay * 1e6 / static_cast<double>(monotonic_us() - start_us);
  }

  void sum_up() {
    for (int i = 0; i < days_ + 8; ++i) RV_CHECK(history_->tick().has_value());
  }

  [[nodiscard]] Wish aggregates(std::string_view period) const {
    Wish wish = whole();
    wish.form = Form::kAggregated;
    wish.aggregation.methods = {Method::kTotalCount, Method::kAvg, Method::kMin, Method::kMax,
                                Method::kStddev};
    wish.aggregation.period = must(parse_period(period, "aggrPeriodDuration"));
    return wish;
  }
  [[nodiscard]] Wish last(std::size_t number) const {
    Wish wish = whole();
    wish.time.last_n = number;
    return wish;
  }
  [[nodiscard]] Wish day(int number) const {
    Wish wish = whole();
    wish.time.relation = Relation::kBetween;
    wish.time.at = first() + Duration::days(number);
    wish.time.end = first() + Duration::days(number + 1);
    return wish;
  }

  std::string ask(const Wish& wish) {
    return must(loop_.run(history_->retrieve("", std::string(kId), wish))).body;
  }
  // Milliseconds, `rounds` times.
  std::vector<double> time(const Wish& wish, int rounds) {
    std::vector<double> ms;
    for (int i = 0; i < rounds; ++i) {
      const std::int64_t start_us = monotonic_us();
      RV_CHECK(!ask(wish).empty());
      ms.push_back(static_cast<double>(monotonic_us() - start_us) / 1e3);
    }
    return ms;
  }

 private:
  static Instant first() { return must(parse_iso8601("2025-01-01T00:00:00Z")); }
  [[nodiscard]] Wish whole() const {
    Wish wish;
    wish.context = &world_.context();
    wish.time.relation = Relation::kAfter;
    wish.time.at = first();
    return wish;
  }
  static std::string body_of(int day) {
    std::string list;
    for (int minute = 0; minute < kMinutesADay; ++minute) {
      const int n = day * kMinutesADay + minute;
      list += fmt::format(R"({}{{"value":{}.{},"observedAt":"{}"}})", minute == 0 ? "" : ",",
                          10 + n * 37 % 60, n % 10, to_iso8601(first() + Duration::minutes(n)));
    }
    return fmt::format(R"({{"id":"{}","type":"AirQualityObserved","no2":[{}]}})", kId, list);
  }

  const int days_;
  test::LoopExecutor loop_;
  context::test::World world_{{.query_cpu_ms_max = 600'000}};
  std::unique_ptr<History> history_;
};

int run(bool smoke) {
  const int rounds = smoke ? 2 : 9;
  Sensor sensor(smoke ? 4 : 365);
  bench::print_row("history written directly, one attribute", "rows/s", {sensor.write()});
  struct Row {
    std::string name;
    Wish wish;
    std::string answer;
    std::vector<double> scan;
  };
  std::vector<Row> rows;
  rows.push_back({"aggregate a year of minutes by day; scan", sensor.aggregates("P1D"), {}, {}});
  rows.push_back({"aggregate a year of minutes by hour; scan", sensor.aggregates("PT1H"), {}, {}});
  rows.push_back({"aggregate a year of minutes in one; scan", sensor.aggregates("PT0S"), {}, {}});
  for (Row& row : rows) {
    row.answer = sensor.ask(row.wish);
    row.scan = sensor.time(row.wish, 2);
  }
  sensor.sum_up();
  for (const Row& row : rows) {
    const std::vector<double> sums = sensor.time(row.wish, rounds);
    bench::print_row(row.name, "ms", sums, row.scan);
    if (sensor.ask(row.wish) == row.answer) continue;
    fmt::print("the sums of days and the scan give different answers\n");
    return 1;
  }
  bench::print_row("history of a day of minutes", "ms", sensor.time(sensor.day(1), rounds));
  bench::print_row("last 100 of a year of minutes", "ms", sensor.time(sensor.last(100), rounds));
  return 0;
}

}  // namespace
}  // namespace revier::history

int main(int count, char** words) {
  return revier::history::run(revier::bench::has_word(count, words, "--smoke"));
}
