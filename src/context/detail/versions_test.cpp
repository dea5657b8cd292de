// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/versions.h"

#include <gtest/gtest.h>

namespace revier::context::detail {
namespace {

std::string prefer(std::string_view value) {
  const std::vector<net::Field> fields = {{"Prefer", value}};
  net::Request request;
  request.fields = fields;
  const auto minor = preferred_version(request);
  return minor ? std::to_string(*minor) : "none";
}

TEST(Versions, ReadsThePreference) {
  EXPECT_EQ(prefer("ngsi-ld=1.5"), "5");
  EXPECT_EQ(prefer("NGSI-LD=1.0"), "0");
  EXPECT_EQ(prefer("ngsi-ld=\"1.3\""), "3");
  EXPECT_EQ(prefer("ngsi-ld=1.4;q=0.1"), "4");
  EXPECT_EQ(prefer("respond-async, ngsi-ld=1.8"), "8");
  EXPECT_EQ(prefer("ngsi-ld=1.12"), "9");
  for (const char* other : {"respond-async", "ngsi-ld=", "ngsi-ld=2.0", "ngsi-ld=1.x", "body=json"})
    EXPECT_EQ(prefer(other), "none") << other;
}

std::string older(std::string_view entity, int minor) {
  return in_version(entity, minor, ngsi::Representation::kNormalized).value_or("same");
}

TEST(Versions, ReformatsWhatCameLater) {
  constexpr std::string_view kVocab = R"({"id":"urn:a","type":"T",)"
                                      R"("v":{"type":"VocabProperty","vocab":"x"}})";
  EXPECT_EQ(older(kVocab, 8), "same");
  EXPECT_EQ(older(kVocab, 7), R"({"id":"urn:a","type":"T","v":{"type":"Property","value":"x"}})");
  EXPECT_EQ(older(R"({"v":{"type":"ListRelationship","objectList":[{"object":"urn:b"}]}})", 5),
            R"({"v":{"type":"Relationship","object":["urn:b"]}})");
  EXPECT_EQ(older(R"({"n":{"languageMap":{"de":"x"}}})", 3), R"({"n":{"value":{"de":"x"}}})");
  EXPECT_EQ(older(R"({"type":[],"a":1})", 0), "same");
  EXPECT_EQ(older(R"({"type":["A","B"],"scope":"/a","expiresAt":"2030-01-01T00:00:00Z"})", 0),
            R"({"type":"A"})");
  EXPECT_EQ(older(R"({"a":[{"type":"Property","value":1,"datasetId":"urn:d"},)"
                  R"({"type":"Property","value":2,"unitCode":"C"}]})",
                  2),
            R"({"a":{"type":"Property","value":2}})");
  EXPECT_EQ(older(R"({"a":{"type":"Property","value":{"vocab":1},)"
                  R"("b":{"type":"JsonProperty","json":[1]}}})",
                  5),
            R"({"a":{"type":"Property","value":{"vocab":1},"b":{"type":"Property","value":[1]}}})");
  EXPECT_EQ(older(R"([{"id":"urn:a","a":{"type":"Property","value":[1,2]}}])", 0), "same");
  EXPECT_EQ(older(R"({"a":{"type":"VocabProperty","value":1,"vocab":"x"}})", 5),
            R"({"a":{"type":"Property","value":"x"}})");
  EXPECT_EQ(older("nonsense", 0), "same");
}

// A value that looks like an attribute is none.
TEST(Versions, LeaveTheValuesOfSimplifiedEntities) {
  constexpr std::string_view kSimplified = R"({"id":"urn:a","a":{"vocab":"x","value":6,)"
                                           R"("unitCode":"C"},"expiresAt":"2030-01-01T00:00:00Z"})";
  net::Request request;
  request.path = "/ngsi-ld/v1/entities/urn:a";
  const net::Field field{"Prefer", "ngsi-ld=1.2"};
  request.fields = {&field, 1};
  for (const char* query :
       {"options=keyValues", "options=sysAttrs,simplified", "format=simplified"}) {
    request.query = query;
    net::Response response = net::Response::json(200, std::string(kSimplified));
    apply_version(request, response);
    EXPECT_EQ(response.status, 203);
    EXPECT_EQ(response.bytes(), R"({"id":"urn:a","a":{"vocab":"x","value":6,"unitCode":"C"}})");
  }
}

// What is not altered is told by the version that it has.
TEST(Versions, HistoryIsOfTheNewest) {
  net::Request request;
  request.path = "/ngsi-ld/v1/temporal/entities/urn:a";
  const net::Field field{"Prefer", "ngsi-ld=1.2"};
  request.fields = {&field, 1};
  net::Response response = net::Response::json(200, R"({"id":"urn:a"})");
  apply_version(request, response);
  EXPECT_EQ(response.status, 200);
  const auto applied = std::ranges::find(response.headers, "Preference-Applied",
                                         [](const auto& header) { return header.first; });
  ASSERT_NE(applied, response.headers.end());
  EXPECT_EQ(applied->second, "ngsi-ld=1.9");
}

}  // namespace
}  // namespace revier::context::detail
