// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "console/data_call.h"
#include "console/geo_sketch.h"
#include "console/query_names.h"
#include "console/time_plot.h"
#include "jsonld/catalogue.h"

namespace revier::console {
namespace {

TEST(DataCall, AQuestionBecomesAQuery) {
  const Call plain = call_of(Question{.type = "Room", .q = "seats>3", .limit = 5}, "{}");
  EXPECT_EQ(plain.target,
            "/ngsi-ld/v1/entityOperations/query?limit=5&count=true&format=normalized&local=true");
  EXPECT_EQ(plain.media, "application/json");
  EXPECT_EQ(plain.body, R"({"type":"Query","entities":[{"type":"Room"}],"q":"seats>3"})");

  const Call whole = call_of(Question{.type = "Room",
                                      .scope_q = "/a",
                                      .georel = "near;maxDistance==10",
                                      .geometry = "Point",
                                      .coordinates = "[7, 51.5]",
                                      .pick = "id,seats",
                                      .format = "simplified",
                                      .timerel = "after",
                                      .time_at = "2025-01-20T08:00:00Z",
                                      .last_n = "3",
                                      .offset = 20,
                                      .elsewhere = true},
                             R"({"seats":"https://example.org/seats"})");
  EXPECT_EQ(whole.target,
            "/ngsi-ld/v1/temporal/entityOperations/query?limit=20&count=true"
            "&format=temporalValues&offset=20");
  EXPECT_EQ(whole.media, "application/ld+json");
  EXPECT_EQ(whole.body,
            R"({"type":"Query","entities":[{"type":"Room"}],"scopeQ":"/a",)"
            R"("geoQ":{"georel":"near;maxDistance==10","geometry":"Point","coordinates":[7,51.5]},)"
            R"("pick":["id,seats"],"temporalQ":{"timerel":"after",)"
            R"("timeAt":"2025-01-20T08:00:00Z","lastN":3},)"
            R"("@context":{"seats":"https://example.org/seats"}})");

  const Call named = call_of(Question{.type = "A", .last_n = "x", .context_url = "https://e.org/c"},
                             R"({"a":"urn:b"})");
  EXPECT_NE(named.body.find(R"("lastN":"x")"), std::string::npos);
  EXPECT_NE(named.body.find(R"("@context":"https://e.org/c")"), std::string::npos);
}

TEST(DataCall, ACommandHoldsNoSecretAndEndsNoWord) {
  const Call call = call_of(Question{.q = "name==\"O'Neill\"; rm -rf /"}, "{}");
  const std::string line =
      curl_of(call, {.origin = "http://localhost", .tenant = "city", .needs_token = true});
  EXPECT_EQ(line.find("O'Neill"), std::string::npos);
  EXPECT_NE(line.find(R"(O'\''Neill\"; rm -rf /"}' 'http://localhost/ngsi-ld)"), std::string::npos)
      << line;
  EXPECT_NE(line.find("\"Authorization: Bearer $TOKEN\""), std::string::npos);
  EXPECT_NE(line.find("'NGSILD-Tenant: city'"), std::string::npos);
}

RC_GTEST_PROP(DataCall, AQuotedWordReadsBackAsItWas, (const std::string& text)) {
  const std::string word = shell_quoted(text);
  std::string read;
  bool quoted = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\'') {
      quoted = !quoted;
    } else if (!quoted) {
      RC_ASSERT(word[i] == '\\' && i + 1 < word.size());
      read += word[++i];
    } else {
      read += word[i];
    }
  }
  RC_ASSERT(!quoted);
  RC_ASSERT(read == text);
}

constexpr std::string_view kEvolution =
    R"({"id":"urn:a:1","type":"Air","no2":{"type":"Property",)"
    R"("avg":[[30,"2025-01-20T09:00:00Z","2025-01-20T10:00:00Z"],)"
    R"([20.5,"2025-01-20T08:00:00Z","2025-01-20T09:00:00Z"]],)"
    R"("min":[[10,"2025-01-20T08:00:00Z","2025-01-20T09:00:00Z"]],)"
    R"("max":[[40,"2025-01-20T08:00:00Z","2025-01-20T09:00:00Z"]],)"
    R"("totalCount":[[4,"2025-01-20T08:00:00Z","2025-01-20T09:00:00Z"]]}})";

TEST(TimePlot, ReadsWhatTheApiSaysInTheOrderOfTime) {
  const auto periods = read_periods(kEvolution);
  ASSERT_TRUE(periods) << periods.error().message;
  ASSERT_EQ(periods->size(), 2U);
  EXPECT_EQ(to_iso8601((*periods)[0].start), "2025-01-20T08:00:00Z");
  EXPECT_DOUBLE_EQ((*periods)[0].average, 20.5);
  EXPECT_DOUBLE_EQ((*periods)[0].least, 10);
  EXPECT_DOUBLE_EQ((*periods)[0].most, 40);
  EXPECT_EQ((*periods)[0].count, 4);
  EXPECT_DOUBLE_EQ((*periods)[1].most, 30);
  EXPECT_TRUE(read_periods(R"({"id":"urn:a:1","type":"Air"})")->empty());
  EXPECT_FALSE(read_periods("[]"));
  EXPECT_FALSE(read_periods("{"));
}

TEST(TimePlot, DrawsAndSaysTheSame) {
  const Instant since = *parse_iso8601("2025-01-20T08:00:00Z");
  const TimePlot plot =
      draw_periods(*read_periods(kEvolution), since, since + Duration::hours(2),
                   {.title = "no2", .unit = "µg", .with_time = true}, web::Language::kEn);
  ASSERT_EQ(plot.dots.size(), 2U);
  EXPECT_EQ(plot.dots[0].x, 90);
  EXPECT_EQ(plot.dots[1].x, 355);  // half way
  EXPECT_EQ(plot.rows.front().text, "10");
  EXPECT_EQ(plot.rows.back().text, "40");
  EXPECT_EQ(plot.table.rows.size(), 2U);
  EXPECT_NE(plot.description.find("least 10 µg"), std::string::npos) << plot.description;
  EXPECT_TRUE(draw_periods({}, since, since, {}, web::Language::kDe).empty());
}

RC_GTEST_PROP(TimePlot, StaysWithinItsBox, (const std::vector<std::int32_t>& values)) {
  const Instant since{0};
  std::vector<PeriodValues> periods;
  for (const std::int32_t value : values) {
    const Instant at{static_cast<std::int64_t>(periods.size()) * 1'000'000};
    periods.push_back({at, value / 7.0, value / 7.0, value / 7.0, 1});
  }
  const TimePlot plot = draw_periods(periods, since, Instant{60'000'000}, {}, web::Language::kDe);
  RC_ASSERT(plot.dots.size() == periods.size());
  for (const auto& dot : plot.dots) {
    RC_ASSERT(dot.x >= 90 && dot.x <= 620 && dot.y >= 20 && dot.y <= 236);
  }
  RC_ASSERT(plot.rows.size() <= 12U);
}

GeoSketch sketch(std::string_view coordinates) {
  const auto document = json::Document::parse(coordinates);
  return document ? sketch_of(document->root()) : GeoSketch{};
}

TEST(GeoSketch, DrawsOutlinesAndOnlyThese) {
  const GeoSketch square = sketch("[[[7,51],[7.1,51],[7.1,51.1],[7,51]],[[7.05,51.05],[7.06,51]]]");
  ASSERT_EQ(square.lines.size(), 2U);
  EXPECT_TRUE(square.lines[0].ends_with(square.lines[0].substr(0, square.lines[0].find(' '))));
  EXPECT_EQ(sketch("[[7,51],[8,52]]").lines.size(), 1U);
  EXPECT_TRUE(sketch("[7,51]").lines.empty());
  EXPECT_TRUE(sketch("[[[[[[[1,2],[3,4]]]]]]]").lines.empty());
  EXPECT_TRUE(sketch(R"(["<b>",{"a":1},[]])").lines.empty());
  EXPECT_EQ(sketch("[[7,51],[7,51]]").lines.size(), 1U);  // no room between them
}

TEST(QueryNames, OnlyNamesThatNeedOneGetATerm) {
  const auto catalogue = jsonld::Catalogue::make();
  ASSERT_TRUE(catalogue);
  const jsonld::Context& core = *(*catalogue)->core();
  const std::vector<context::NameCount> names = {
      {"https://uri.etsi.org/ngsi-ld/default-context/seats", 1},
      {"https://example.org/a#seats", 5},
      {"https://example.org/free", 1},
      {"https://uri.etsi.org/ngsi-ld/default-context/level", 1}};
  const auto weight = [](const context::NameCount& name) { return name.entities; };
  EXPECT_EQ(terms_of_shown_names(core, names, "level>1", weight), "{}");
  EXPECT_EQ(terms_of_shown_names(core, names, "freedom", weight), "{}");
  EXPECT_EQ(terms_of_shown_names(core, names, "free;seats", weight),
            R"({"free":"https://example.org/free","seats":"https://example.org/a#seats"})");
}

}  // namespace
}  // namespace revier::console
