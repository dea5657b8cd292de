// SPDX-License-Identifier: EUPL-1.2
// Modules: ngsi
// Parsers: src/ngsi/q_parse.cpp src/ngsi/q_print.cpp src/ngsi/q_ready.cpp src/ngsi/selections.cpp
// Parsers: src/ngsi/pattern.cpp
// Any bytes as q: what is taken prints to a text of the same meaning, compiles and runs.
#include "base/check.h"
#include "jsonld/catalogue.h"
#include "ngsi/mutate.h"
#include "ngsi/parse.h"
#include "ngsi/predicate.h"
#include "ngsi/q.h"

using namespace revier;

namespace {

struct World {
  std::unique_ptr<jsonld::Catalogue> catalogue = *jsonld::Catalogue::make();
  ngsi::Names names;
  ngsi::EntityPtr entity;

  World() {
    const auto body = json::Document::parse(
        R"({"id":"urn:a:1","type":"T","scope":"/A/B","a":{"value":1,"observedAt":"2025-01-20T08:00:00Z",)"
        R"("b":{"value":"x"}},"b":{"languageMap":{"de":"x","en":["y"]}},"c":{"object":"urn:b:1"},)"
        R"("d":[1,"x",{"e":2}],"e":{"f":{"g":"h"}},"v":{"vocab":"W"}})");
    const auto fragment = ngsi::parse_entity(body->root(), *catalogue->core(), ngsi::kParseWhole);
    entity = ngsi::create(names, *fragment, Instant{0})->after;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const ngsi::Selection& selection :
       {ngsi::Selection{.type = text}, ngsi::Selection{.scope_q = text}}) {
    const auto compiled =
        ngsi::Predicate::compile(selection, world.names, *world.catalogue->core());
    if (compiled) (void)compiled->matches(*world.entity);
  }
  const auto query = ngsi::parse_query(text);
  if (!query) return 0;
  const std::string printed = ngsi::print_query(*query);
  if (printed.size() <= 8'192) {
    const auto again = ngsi::parse_query(printed);
    RV_CHECK(again && *again == *query);
  }
  const auto compiled =
      ngsi::Predicate::compile({.q = text}, world.names, *world.catalogue->core());
  if (compiled) (void)compiled->matches(*world.entity);
  return 0;
}
