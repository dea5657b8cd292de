// SPDX-License-Identifier: EUPL-1.2
// The state of N entities: memory each, time to open, reads and queries.
//
//   context_bench [N | --smoke]     N: 1000000 unless told; the smoke run takes 5000
//
// An entity has 900 bytes normalized, 8 attributes, one place; 20 types; uniform values. A child
// process fills the store, this one opens it: so its memory is that of a broker that was started.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "base/random.h"
#include "support/context_world.h"

namespace revier::context {
namespace {

constexpr int kTypes = 20;
constexpr double kWest = 7.10;
constexpr double kSouth = 51.48;
constexpr double kWidth = 0.30;  // degrees
constexpr double kHeight = 0.20;
constexpr double kMetresADegree = 111'195;

std::string id_of(std::size_t i) { return fmt::format("urn:ngsi-ld:Observed:herne-{:07}", i); }

double uniform(Random& random) {
  return static_cast<double>(random_u64(random) >> 11) / static_cast<double>(1ULL << 53);
}

// Members of one attribute that every entity has alike.
constexpr const char* kObserved = R"("observedAt":"2025-01-20T08:00:00Z")";
constexpr const char* kAddress =
    R"({"streetAddress":"Friedrich-Ebert-Platz 1","postalCode":"44623",)"
    R"("addressLocality":"Herne","addressRegion":"Nordrhein-Westfalen","addressCountry":"DE"})";

std::string property(std::string_view name, std::string_view value, std::string_view more = "") {
  return fmt::format(R"(,"{}":{{"type":"Property","value":{}{}{}}})", name, value,
                     more.empty() ? "" : ",", more);
}

std::string measured(std::string_view name, const std::string& value) {
  return property(name, value, fmt::format(R"("unitCode":"GQ",{})", kObserved));
}

std::string entity(std::size_t i, Random& random) {
  std::string out = fmt::format(R"({{"id":"{}","type":"Type{}")", id_of(i), i % kTypes);
  out += property("name", fmt::format(R"("Luftmessstation Herne-Mitte {:06}")", i));
  out += fmt::format(R"(,"location":{{"type":"GeoProperty","value":{{"type":"Point",)"
                     R"("coordinates":[{:.6f},{:.6f}]}}}})",
                     kWest + kWidth * uniform(random), kSouth + kHeight * uniform(random));
  out += measured("temperature", fmt::format("{:.6f}", uniform(random) * 100));
  out += measured("relativeHumidity", fmt::format("{:.3f}", uniform(random)));
  out += measured("no2", std::to_string(random_u64(random) % 200));
  out += measured("pm10", std::to_string(random_u64(random) % 100));
  out += property("address", kAddress);
  out += fmt::format(
      R"(,"refDevice":{{"type":"Relationship","object":"urn:ngsi-ld:Device:{:06}"}}}})", i);
  return out;
}

void fill(Broker& broker, const jsonld::Context& context, std::size_t n) {
  SeededRandom random(1);
  for (std::size_t i = 0; i < n;) {
    std::vector<Write> writes;
    for (; writes.size() < 1'000 && i < n; ++i) {
      const auto document = test::must(json::Document::parse(entity(i, random)));
      writes.push_back(create(test::must(ngsi::parse_entity(document.root(), context, {}))));
    }
    RV_CHECK(broker.write_blocking("", std::move(writes), Origin::api()).has_value());
  }
}

std::size_t resident_bytes() {
  malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class Bench {
 public:
  Bench(const std::string& directory, std::size_t n) : directory_(directory), n_(n) {}

  void fill_in_child() {
    const std::int64_t start_us = monotonic_us();
    const pid_t child = fork();
    RV_CHECK(child >= 0);
    if (child == 0) {
      open();
      fill(*broker_, *catalogue_->core(), n_);
      close();
      _exit(0);
    }
    int status = 0;
    RV_CHECK(waitpid(child, &status, 0) == child && status == 0);
    const double seconds = static_cast<double>(monotonic_us() - start_us) / 1e6;
    row("create in batches of 1000, parsed, not durable", n_ / seconds, "1/s");
  }

  void measure_open() {
    const Spent reading = spent([this] { read_rows(); });
    const std::size_t empty = resident_bytes();
    const Spent opening = spent([this] { open(); });
    row("reading the rows alone", reading.seconds, "s");
    row("open", opening.seconds, "s");
    row("CPU of opening, all threads", opening.cpu_seconds, "s");
    row("CPU of opening, beside reading the rows alone", opening.cpu_seconds / reading.cpu_seconds,
        "x");
    const std::size_t all = resident_bytes() - empty;
    row("resident, caches included", static_cast<double>(all) / n_, "byte/entity");
    const auto usage = broker_->usage();
    RV_CHECK(usage.entities == n_);
    row("counted for limits.memory", static_cast<double>(usage.memory_bytes) / n_, "byte/entity");
  }

  void measure_get() {
    std::size_t bytes = 0;
    time("get by id", 200, 1'000,
         [&] { bytes += broker_->find("", id_of(pick()))->bytes().size(); });
    std::string out;
    const ngsi::Names& names = broker_->names("");
    time("get by id and render", 200, 100, [&] {
      out.clear();
      ngsi::render(*broker_->find("", id_of(pick())), names, *catalogue_->core(), {}, out);
    });
  }

  void measure_queries() {
    query("20 by type", {.type = "Type7"}, {});
    query("20 by type, count", {.type = "Type7"}, {.count = true});
    query("count by type", {.type = "Type7"}, {.limit = 0, .count = true});
    for (const double share : {0.1, 0.001, 0.00001}) {
      if (static_cast<double>(n_) * share < 5) continue;  // may match nothing
      const double low = 40;
      const ngsi::Selection selection{
          .q = fmt::format("temperature=={}..{}", low, low + 100 * share)};
      query(fmt::format("q on a number, {:g} %, 20", share * 100), selection, {});
      check_against_scan(selection);
    }
    query("q on a relationship",
          {.q = fmt::format("refDevice==\"urn:ngsi-ld:Device:{:06}\"", n_ / 2)}, {});
    const double area_m2 =
        kWidth * kMetresADegree * std::cos(51.58 * M_PI / 180) * kHeight * kMetresADegree;
    const double radius_m = std::sqrt(20 * area_m2 / static_cast<double>(n_) / M_PI);
    const ngsi::Selection near{
        .georel = fmt::format("near;maxDistance=={:.0f}", std::ceil(radius_m)),
        .geometry = "Point",
        .coordinates = fmt::format("[{},{}]", kWest + kWidth / 2, kSouth + kHeight / 2)};
    query("near, about 20", near, {});
    check_against_scan(near);
    scan("full scan, q without an index", {.q = "address[postalCode]==\"1\""});
  }

  void close() {
    broker_.reset();
    store_.reset();
  }

 private:
  struct Spent {
    double seconds;
    double cpu_seconds;
  };
  template <class Work>
  static Spent spent(const Work& work) {
    const std::int64_t start_us = monotonic_us();
    const double start_cpu = cpu_seconds();
    work();
    return {static_cast<double>(monotonic_us() - start_us) / 1e6, cpu_seconds() - start_cpu};
  }
  static double cpu_seconds() {
    rusage usage{};
    RV_CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  // The ceiling of open().
  void read_rows() {
    open_store();
    auto rows = store_->scan(store::Column::kEntities, {});
    std::size_t n = 0;
    for (; rows->valid(); rows->next()) n += rows->value().empty() ? 0 : 1;
    RV_CHECK(n == n_);
    rows.reset();
    store_.reset();
  }
  void open_store() {
    store::Options options;
    options.directory = directory_;
    options.durability = store::Durability::kNone;
    store_ = test::must(store::Store::open(options));
  }
  void open() {
    open_store();
    Options limits;
    limits.memory_bytes_max = std::size_t{64} << 30;
    limits.query_cpu_ms_max = 60'000;
    broker_ = test::must(Broker::open(*store_, clock_, limits));
  }

  std::size_t pick() { return random_u64(random_) % n_; }
  ngsi::Predicate predicate(const ngsi::Selection& selection) {
    return test::must(ngsi::Predicate::compile(selection, broker_->names(""), *catalogue_->core()));
  }

  static void row(const std::string& what, double value, const char* unit) {
    std::printf("%-50s %14.2f %s\n", what.c_str(), value, unit);
  }

  // Median and 99th percentile of `runs` runs of `times` calls each.
  template <class Call>
  void time(const std::string& what, int runs, int times, const Call& call) {
    std::vector<double> us;
    for (int run = 0; run < runs; ++run) {
      const std::int64_t start_us = monotonic_us();
      for (int i = 0; i < times; ++i) call();
      us.push_back(static_cast<double>(monotonic_us() - start_us) / times);
    }
    std::sort(us.begin(), us.end());
    std::printf("%-50s %14.2f us   p99 %.2f\n", what.c_str(), us[us.size() / 2],
                us[us.size() * 99 / 100]);
  }

  void query(const std::string& what, const ngsi::Selection& selection, Page page) {
    std::size_t found = 0;
    time(what, 200, 5, [&] {
      const ngsi::Predicate asked = predicate(selection);
      const auto answer = test::must(test::run_now(broker_->query("", asked, page)));
      found = page.limit == 0 ? *answer.count : answer.entities.size();
    });
    RV_CHECK(found > 0);
  }

  void scan(const std::string& what, const ngsi::Selection& selection) {
    const ngsi::Predicate asked = predicate(selection);
    time(what, 3, 1, [&] { (void)test::must(test::run_now(broker_->query("", asked, {}))); });
  }

  // All matches, by whatever index, are those of reading everything.
  void check_against_scan(const ngsi::Selection& selection) {
    const ngsi::Predicate asked = predicate(selection);
    std::vector<std::string> expected;
    const ngsi::Predicate all;
    const auto visited = test::run_now(broker_->for_each(
        "", all,
        [&](const ngsi::Entity& one) {
          if (asked.matches(one)) expected.emplace_back(one.id());
        },
        60'000));
    RV_CHECK(visited.has_value() && !expected.empty());
    std::vector<std::string> got;
    const auto by_index = test::run_now(broker_->for_each(
        "", asked, [&](const ngsi::Entity& one) { got.emplace_back(one.id()); }, 60'000));
    RV_CHECK(by_index.has_value() && got == expected);
    std::printf("%-50s %14zu matches, equal to a full scan\n", "", got.size());
  }

  const std::string directory_;
  const std::size_t n_;
  RealClock clock_;
  SeededRandom random_{2};
  std::unique_ptr<jsonld::Catalogue> catalogue_ = *jsonld::Catalogue::make();
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Broker> broker_;
};

int run(std::size_t n) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "revier_context_bench_XXXXXX").string();
  RV_CHECK(mkdtemp(directory.data()) != nullptr);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("%zu entities\n", n);
  Bench bench(directory, n);
  bench.fill_in_child();
  bench.measure_open();
  bench.measure_get();
  bench.measure_queries();
  bench.close();
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace revier::context

int main(int count, char** words) {
  const std::string_view word = count > 1 ? words[1] : "";
  std::size_t n = word == "--smoke" ? 5'000 : 1'000'000;
  if (!word.empty() && word != "--smoke") {
    const auto read = std::from_chars(word.data(), word.data() + word.size(), n);
    if (read.ec != std::errc{} || n < 1'000) {
      std::fprintf(stderr, "context_bench [N | --smoke], N at least 1000\n");
      return 2;
    }
  }
  return revier::context::run(n);
}
