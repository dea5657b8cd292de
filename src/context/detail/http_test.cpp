// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/http.h"

#include <gtest/gtest.h>

namespace revier::context::detail {
namespace {

struct Asked {
  explicit Asked(std::vector<net::Field> fields_sent, std::string_view query = {})
      : fields(std::move(fields_sent)) {
    request.fields = fields;
    request.path = "/ngsi-ld/v1/entities";
    request.query = query;
  }
  std::vector<net::Field> fields;
  net::Request request;
};

Media media_for(std::string_view accept) {
  const Asked asked({{"Accept", accept}});
  const auto media = accepted(asked.request, true);
  EXPECT_TRUE(media) << accept;
  return media.value_or(Media::kJson);
}

TEST(Accepted, TakesTheBestOfWhatThereIs) {
  EXPECT_EQ(accepted(Asked({}).request, false), Media::kJson);
  EXPECT_EQ(media_for("*/*"), Media::kJson);
  EXPECT_EQ(media_for("text/html, application/ld+json;q=0.5"), Media::kLdJson);
  EXPECT_EQ(media_for("application/json;q=0.1, application/geo+json"), Media::kGeoJson);
  EXPECT_EQ(media_for("application/ld+json, application/json"), Media::kJson);
  EXPECT_EQ(media_for("application/json;q=x"), Media::kJson);
  EXPECT_EQ(media_for("application/json;q=0, */*"), Media::kLdJson);
  EXPECT_EQ(media_for("*/*;q=0.9, application/ld+json;q=0.8"), Media::kJson);
  for (const char* none : {"text/html", "application/json;q=0", "*/*;q=0"}) {
    const Asked asked({{"Accept", none}});
    EXPECT_EQ(accepted(asked.request, true).error().code, Code::kNotAcceptable) << none;
  }
}

TEST(BodyMedia, RefusesWhatIsNoJson) {
  EXPECT_EQ(body_media(Asked({{"Content-Type", "application/JSON; charset=utf-8"}}).request),
            Media::kJson);
  EXPECT_EQ(body_media(Asked({{"content-type", "application/ld+json"}}).request), Media::kLdJson);
  for (const char* type :
       {"", "text/plain", "application/geo+json", "application/merge-patch+json"}) {
    const Asked asked({{"Content-Type", type}});
    EXPECT_EQ(body_media(asked.request).error().code, Code::kUnsupportedMediaType) << type;
  }
}

TEST(LinkedContext, FindsTheOneRelation) {
  const Asked asked({{"Link",
                      "<https://a.example/next,1>; rel=\"next\", "
                      "<https://a.example/c.jsonld>; type=\"application/ld+json\"; "
                      "rel=\"http://www.w3.org/ns/json-ld#context\""}});
  EXPECT_EQ(linked_context(asked.request), "https://a.example/c.jsonld");
  EXPECT_EQ(linked_context(Asked({}).request), std::nullopt);
  const Asked broken({{"Link", "https://a.example; rel=next"}});
  EXPECT_EQ(linked_context(broken.request).error().code, Code::kBadRequestData);
  const char* const link = "<https://a.example>; rel=\"http://www.w3.org/ns/json-ld#context\"";
  const Asked twice({{"Link", link}, {"Link", link}});
  EXPECT_EQ(linked_context(twice.request).error().code, Code::kBadRequestData);
}

TEST(PageOf, ReadsNumbersAndNothingElse) {
  const Asked good({}, "limit=7&offset=14&count=true");
  const auto page = page_of(good.request);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 7U);
  EXPECT_EQ(page->offset, 14U);
  EXPECT_TRUE(page->count);
  for (const char* query :
       {"limit=-1", "limit=1x", "limit=", "offset=99999999999999999999", "count=yes"}) {
    EXPECT_EQ(page_of(Asked({}, query).request).error().code, Code::kBadRequestData) << query;
  }
}

TEST(LinkPages, KeepsTheOtherParameters) {
  const Asked asked({}, "type=A%26B&limit=5&offset=3");
  net::Response response;
  link_pages(response, asked.request, Media::kJson, {.limit = 5, .offset = 3}, true);
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[0].second,
            "</ngsi-ld/v1/entities?limit=5&offset=0&type=A%26B>; rel=\"prev\"; "
            "type=\"application/json\"");
  EXPECT_EQ(response.headers[1].second,
            "</ngsi-ld/v1/entities?limit=5&offset=8&type=A%26B>; rel=\"next\"; "
            "type=\"application/json\"");
}

TEST(ListParam, KeepsQuotedCommas) {
  const Asked asked({}, "id=a,%22b,c%22,,d&options=sysAttrs,keyValues");
  EXPECT_EQ(list_param(asked.request, "id"), (std::vector<std::string>{"a", "b,c", "d"}));
  EXPECT_TRUE(has_option(asked.request, "keyValues"));
  EXPECT_FALSE(has_option(asked.request, "concise"));
}

}  // namespace
}  // namespace revier::context::detail
