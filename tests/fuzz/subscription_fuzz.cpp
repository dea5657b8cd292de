// SPDX-License-Identifier: EUPL-1.2
// Any text as a subscription: read, shown, read again with the same meaning.
// Modules: subscription
#include "base/check.h"
#include "jsonld/catalogue.h"
#include "subscription/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace revier;
  static const auto catalogue = jsonld::Catalogue::make().value();
  const subscription::Reading reading{catalogue->core(), catalogue->core(), Instant{0}};
  const auto document = json::Document::parse({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  auto made = subscription::parse(document->root(), reading);
  if (!made) return 0;
  if (made->id.empty()) made->id = "urn:s:1";  // as the server does
  const std::string text = subscription::to_json(*made, {}, {*catalogue->core(), Instant{0}});
  const auto again = json::Document::parse(text);
  RV_CHECK(again.has_value());
  const auto same = subscription::parse(again->root(), reading);
  RV_CHECK(same.has_value());
  RV_CHECK(same->watched == made->watched && same->triggers == made->triggers);
  return 0;
}
