// SPDX-License-Identifier: EUPL-1.2
// Any text as a registration: read, shown, read again with the same meaning. The same text as what
// a source answers: entities, a map of them, or an error; and in the form of earlier versions.
// Modules: federation
// Parsers: src/federation/document.cpp src/context/detail/versions.cpp
#include "base/check.h"
#include "context/detail/versions.h"
#include "federation/detail/mapping.h"
#include "federation/detail/merge.h"
#include "federation/document.h"
#include "jsonld/catalogue.h"
#include "ngsi/parse.h"

namespace {

using namespace revier;

void try_registration(const json::Value& document, const jsonld::Context& core) {
  auto made = federation::parse(document, core, Instant{0});
  if (!made) return;
  if (made->id.empty()) made->id = "urn:reg:1";  // as the server does
  const std::string text = federation::to_json(*made, {}, {.context = core});
  const auto again = json::Document::parse(text);
  RV_CHECK(again.has_value());
  const auto same = federation::parse(again->root(), core, Instant{0});
  RV_CHECK(same.has_value());
  RV_CHECK(same->mode == made->mode && same->operations == made->operations);
  RV_CHECK(same->information.size() == made->information.size());
}

void try_answer(std::string_view text, jsonld::Catalogue& catalogue) {
  static const federation::Information anything;
  const auto registration = std::make_shared<const federation::Registration>();
  const federation::detail::Question question{
      registration, {{&anything, nullptr}}, catalogue.core(), ""};
  const net::Reply reply{200, {}, std::string(text)};
  if (const auto map = federation::detail::map_of(question, reply)) {
    for (const std::string& id : map->ids) RV_CHECK(ngsi::check_uri(id, "id").has_value());
  }
  auto parts = federation::detail::parts_of(question, reply, catalogue);
  if (!parts) return;
  ngsi::Names names;
  ngsi::EntityPtr entity;
  for (federation::detail::Part& part : parts->parts) {
    auto merged = federation::detail::merged(names, entity, std::move(part), {});
    if (merged) entity = *std::move(merged);
  }
}

// What the server does with the answer to a client that prefers a version; her words are the text's
// first ones too.
void try_versions(std::string_view text) {
  const std::string own = "ngsi-ld=" + std::string(text.substr(0, 6));
  for (const std::string_view wish : {std::string_view("ngsi-ld=1.3"), std::string_view(own)}) {
    net::Request request;
    request.path = "/ngsi-ld/v1/entities";
    const net::Field field{"Prefer", wish};
    request.fields = {&field, 1};
    net::Response response = net::Response::json(200, std::string(text));
    context::detail::apply_version(request, response);
    const auto* const body = std::get_if<std::string>(&response.body);
    RV_CHECK(body != nullptr && json::Document::parse(*body).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto catalogue = jsonld::Catalogue::make().value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = json::Document::parse(text);
  if (!document) return 0;
  try_registration(document->root(), *catalogue->core());
  try_answer(text, *catalogue);
  try_versions(text);
  for (const int minor : {0, 3, 7}) {
    for (const auto form : {ngsi::Representation::kNormalized, ngsi::Representation::kSimplified}) {
      const auto older = context::detail::in_version(text, minor, form);
      RV_CHECK(!older || json::Document::parse(*older).has_value());
    }
  }
  return 0;
}
