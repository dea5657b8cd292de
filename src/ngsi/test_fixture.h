// SPDX-License-Identifier: EUPL-1.2
// What the tests of this folder share: a tenant's names, the core context, short calls.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/ranges.h>

#include "jsonld/catalogue.h"
#include "ngsi/mutate.h"
#include "ngsi/parse.h"
#include "ngsi/render.h"

namespace revier::ngsi::test {

inline constexpr Instant kNow{1'737'360'000'000'000};  // 2025-01-20T08:00:00Z
inline constexpr Instant kNext = kNow + Duration::seconds(1);

// 900 bytes normalized, 8 attributes, one place.
inline constexpr const char* kBenchEntity =
    R"({"id":"urn:ngsi-ld:AirQualityObserved:herne-mitte-000001","type":"AirQualityObserved",)"
    R"("name":{"type":"Property","value":"Luftmessstation Herne-Mitte 000001"},)"
    R"("location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[7.2257,51.5388]}},)"
    R"("temperature":{"type":"Property","value":21.5,"unitCode":"CEL","observedAt":"2025-01-20T08:00:00Z"},)"
    R"("relativeHumidity":{"type":"Property","value":0.61,"observedAt":"2025-01-20T08:00:00Z"},)"
    R"("no2":{"type":"Property","value":22,"unitCode":"GQ","observedAt":"2025-01-20T08:00:00Z"},)"
    R"("pm10":{"type":"Property","value":18,"unitCode":"GQ","observedAt":"2025-01-20T08:00:00Z"},)"
    R"("address":{"type":"Property","value":{"streetAddress":"Friedrich-Ebert-Platz 1",)"
    R"("postalCode":"44623","addressLocality":"Herne","addressRegion":"Nordrhein-Westfalen","addressCountry":"DE"}},)"
    R"("refDevice":{"type":"Relationship","object":"urn:ngsi-ld:Device:herne-mitte-000001"}})";

struct World {
  Names names;

  [[nodiscard]] static const jsonld::Context& context() {
    static const std::unique_ptr<jsonld::Catalogue> catalogue = *jsonld::Catalogue::make();
    return *catalogue->core();
  }

  [[nodiscard]] NameId name(std::string_view term) const {
    return names.find(*context().expand_name(term));
  }

  [[nodiscard]] Result<Fragment> parsed(std::string_view text, const ParseOptions& options) const {
    RV_ASSIGN(const json::Document document, json::Document::parse(text));
    return parse_entity(document.root(), context(), options);
  }

  [[nodiscard]] EntityPtr created(std::string_view text, ParseOptions options = {}) {
    const auto fragment = parsed(text, options);
    EXPECT_TRUE(fragment) << fragment.error().message;
    auto made = create(names, *fragment, kNow);
    EXPECT_TRUE(made) << made.error().message;
    // Whatever is made must be readable.
    EXPECT_TRUE(Entity::decode(made->after->bytes()));
    return made->after;
  }

  [[nodiscard]] std::string rendered(const Entity& entity,
                                     const RenderOptions& options = {}) const {
    std::string out;
    render(entity, names, context(), options, out);
    const auto readable = json::Document::parse(out);
    EXPECT_TRUE(readable) << out;
    return out;
  }
  [[nodiscard]] std::string simple(const Entity& entity) const {
    return sorted(rendered(entity, {.representation = Representation::kSimplified}));
  }

  // A JSON text with the members of all objects in alphabetic order.
  [[nodiscard]] static std::string sorted(std::string_view text) {
    const auto document = json::Document::parse(text);
    EXPECT_TRUE(document) << text;
    return sorted(document->root());
  }
  [[nodiscard]] static std::string sorted(const json::Value& value) {
    std::vector<std::string> parts;
    for (const auto& [key, inner] : value.members()) {
      parts.push_back(fmt::format("\"{}\":{}", key, sorted(inner)));
    }
    std::sort(parts.begin(), parts.end());
    for (const json::Value element : value.elements()) parts.push_back(sorted(element));
    if (value.is_object()) return fmt::format("{{{}}}", fmt::join(parts, ","));
    if (value.is_array()) return fmt::format("[{}]", fmt::join(parts, ","));
    return json::to_text(value);
  }
};

}  // namespace revier::ngsi::test
