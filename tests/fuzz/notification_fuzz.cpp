// SPDX-License-Identifier: EUPL-1.2
// Modules: federation
// Parsers: src/federation/arrival.cpp
// Any bytes as the entities of a context source's notification: what is taken becomes changes whose
// entities can be shown.
#include "base/check.h"
#include "federation/detail/arrival.h"
#include "federation/document.h"
#include "ngsi/render.h"
#include "subscription/document.h"

using namespace revier;

namespace {

struct World {
  std::unique_ptr<jsonld::Catalogue> catalogue = *jsonld::Catalogue::make();
  federation::RegistrationPtr registration;
  subscription::Subscription subscription;

  World() {
    const auto registered = json::Document::parse(
        R"({"type":"ContextSourceRegistration","endpoint":"http://x.example","information":[)"
        R"({"entities":[{"type":"T"}],"propertyNames":["a","b"]},{"entities":[{"type":"U"}]}]})");
    registration = std::make_shared<const federation::Registration>(
        *federation::parse(registered->root(), *catalogue->core(), Instant{0}));
    const auto subscribed = json::Document::parse(
        R"({"type":"Subscription","entities":[{"type":"T"},{"type":"U"}],"q":"a>1",)"
        R"("notification":{"endpoint":{"uri":"http://x.example"}}})");
    subscription = *subscription::parse(subscribed->root(),
                                        {catalogue->core(), catalogue->core(), Instant{0}});
  }
};

void show(const World& world, const ngsi::Names& names, const ngsi::EntityPtr& entity) {
  if (!entity) return;
  std::string out;
  ngsi::render(*entity, names, *world.catalogue->core(), {.sys_attrs = true}, out);
  RV_CHECK(json::Document::parse(out).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const auto document =
      json::Document::parse({reinterpret_cast<const char*>(data), size}, {.bytes_max = 1 << 16});
  if (!document) return 0;
  auto arrivals = federation::detail::arrivals_in(
      document->root(), {world.registration, world.catalogue->core(), *world.catalogue});
  if (!arrivals) return 0;
  ngsi::Names names;
  for (auto& arrival : *arrivals) {
    const auto changes = federation::detail::arrived(
        names, std::move(arrival), {world.subscription, size % 2 == 0, nullptr, {}, Instant{0}});
    if (!changes) continue;
    for (const auto& [id, what] : *changes) {
      show(world, names, what.before);
      show(world, names, what.after);
      RV_CHECK(what.before != nullptr || what.after != nullptr);
    }
  }
  return 0;
}
