// SPDX-License-Identifier: EUPL-1.2
// Modules: ngsi
// Any bytes as pick, omit and orderBy: what is taken prints to a text of the same meaning, and
// shows and places an entity.
#include "base/check.h"
#include "jsonld/catalogue.h"
#include "ngsi/mutate.h"
#include "ngsi/order.h"
#include "ngsi/parse.h"
#include "ngsi/render.h"

using namespace revier;

namespace {

struct World {
  std::unique_ptr<jsonld::Catalogue> catalogue = *jsonld::Catalogue::make();
  ngsi::Names names;
  ngsi::EntityPtr entity;

  World() {
    const auto body = json::Document::parse(
        R"({"id":"urn:a:1","type":"T","scope":"/A/B","a":{"value":{"c":1},"observedAt":)"
        R"("2025-01-20T08:00:00Z","b":{"value":"x"}},"b":{"languageMap":{"de":"x"}},)"
        R"("c":{"object":"urn:a:1"},"location":{"type":"Point","coordinates":[7,51]}})");
    const auto fragment = ngsi::parse_entity(body->root(), *catalogue->core(), ngsi::kParseWhole);
    entity = ngsi::create(names, *fragment, Instant{0})->after;
  }
};

void show(const World& world, const ngsi::Projection::Lists& lists) {
  const auto projection = ngsi::Projection::make(world.names, *world.catalogue->core(), lists);
  if (!projection) return;
  std::string out;
  ngsi::render(*world.entity, world.names, *world.catalogue->core(), {.projection = &*projection},
               out);
  RV_CHECK(json::Document::parse(out).has_value());
  ngsi::for_each_link(*world.entity, &*projection,
                      [](std::string_view, const ngsi::Projection*) {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto terms = ngsi::parse_projection(text, "pick")) {
    const std::string printed = ngsi::print_projection(*terms);
    if (printed.size() <= 8'192) {
      const auto again = ngsi::parse_projection(printed, "pick");
      RV_CHECK(again && *again == *terms);
    }
    show(world, {.pick = *terms});
    show(world, {.omit = *terms});
  }
  if (const auto terms = ngsi::parse_order(text)) {
    const auto again = ngsi::parse_order(ngsi::print_order(*terms));
    RV_CHECK(again && *again == *terms);
    const auto order = ngsi::Order::compile({.terms = *terms, .coordinates = "[8,40]"}, world.names,
                                            *world.catalogue->core());
    if (order) RV_CHECK(order->key_of(*world.entity) == order->key_of(*world.entity));
  }
  return 0;
}
