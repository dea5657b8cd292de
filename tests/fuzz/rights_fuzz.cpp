// SPDX-License-Identifier: EUPL-1.2
// Modules: ngsi
// Parsers: src/ngsi/rights.cpp
// Any bytes as rights by entity: what is taken shows nothing of an entity that no rule fits, and a
// change is let through only where some rule is for writing.
#include "base/check.h"
#include "jsonld/catalogue.h"
#include "ngsi/parse.h"
#include "ngsi/rights.h"

using namespace revier;

namespace {

struct World {
  std::unique_ptr<jsonld::Catalogue> catalogue = *jsonld::Catalogue::make();
  ngsi::Names names;
  ngsi::Mutated made;
  ngsi::Mutated changed;
  ngsi::Mutated gone;

  ngsi::Fragment fragment(std::string_view text, const ngsi::ParseOptions& options) {
    const auto body = json::Document::parse(text);
    return *ngsi::parse_entity(body->root(), *catalogue->core(), options);
  }
  World() {
    made = *ngsi::create(names,
                         fragment(R"({"id":"urn:a:1","type":"T","scope":"/A/B","a":1,"b":2,)"
                                  R"("location":{"type":"Point","coordinates":[7.2,51.5]}})",
                                  ngsi::kParseWhole),
                         Instant{0});
    changed = *ngsi::append_attributes(
        names, made.after, fragment(R"({"type":"U","scope":"/C","c":3})", {}), true, Instant{1});
    gone.before = changed.after;
  }
};

std::size_t attributes_of(const ngsi::Entity& entity) {
  std::size_t count = 0;
  for (const ngsi::AttributeView& view : entity.attributes()) count += view.name > 0 ? 1 : 0;
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rights = ngsi::Rights::parse(text, world.catalogue->core());
  if (!rights) return 0;
  const auto sight = rights->over(world.names);
  for (const ngsi::EntityPtr& entity : {world.made.after, world.changed.after}) {
    const ngsi::EntityPtr seen = sight->seen(entity);
    if (!seen) continue;
    RV_CHECK(sight->knows(*entity) && rights->allow(ngsi::Operation::kRead));
    RV_CHECK(attributes_of(*seen) <= attributes_of(*entity));
  }
  for (const ngsi::Mutated* what : {&world.made, &world.changed, &world.gone}) {
    if (sight->check(*what)) RV_CHECK(rights->allow_writing());
  }
  for (const char* const name : {"https://uri.etsi.org/ngsi-ld/default-context/a", "x"}) {
    (void)rights->are_about(15, name);
  }
  return 0;
}
