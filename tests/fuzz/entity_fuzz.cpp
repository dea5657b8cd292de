// SPDX-License-Identifier: EUPL-1.2
// Modules: ngsi
// Parsers: src/ngsi/entity.cpp
// Any bytes as a stored entity, and any text as a body: what is taken can be walked, shown as valid
// JSON, asked and changed.
#include "base/check.h"
#include "jsonld/catalogue.h"
#include "ngsi/mutate.h"
#include "ngsi/parse.h"
#include "ngsi/predicate.h"
#include "ngsi/render.h"

using namespace revier;

namespace {

// Names are made anew for each input, so that one that brings it down does so again.
struct World {
  const jsonld::Catalogue& catalogue;
  ngsi::Names names{100'000'000};
  explicit World(const jsonld::Catalogue& contexts) : catalogue(contexts) {
    for (int i = 0; i < 32; ++i) (void)*names.intern(fmt::format("urn:n:{}", i));
  }
};

void use(World& world, const ngsi::Entity& entity) {
  // A type without a name is in no row of ours, and rows have checksums.
  for (const ngsi::NameId type : entity.types()) {
    if (world.names.iri(type).empty()) return;
  }
  const jsonld::Context& context = *world.catalogue.core();
  const auto filter = *ngsi::parse_language_filter("de,*;q=0.5");
  for (const auto how : {ngsi::Representation::kNormalized, ngsi::Representation::kConcise,
                         ngsi::Representation::kSimplified}) {
    for (const auto* language : {static_cast<const ngsi::LanguageFilter*>(nullptr), &filter}) {
      std::string out;
      ngsi::render(entity, world.names, context,
                   {.representation = how, .sys_attrs = true, .language = language}, out);
      // Depth and doubled keys of stored values are not looked at again.
      const auto shown = json::Document::parse(out, {.depth_max = 512});
      RV_CHECK(shown || shown.error().message.find("twice") != std::string::npos ||
               shown.error().message.find("deep") != std::string::npos ||
               shown.error().message.find("number") != std::string::npos);
    }
  }
  std::size_t scalars = 0;
  ngsi::for_each_scalar(entity, [&scalars](const ngsi::Scalar&) { ++scalars; });
  const auto predicate = ngsi::Predicate::compile({.q = "a==1|a[b]!=\"x\"|a.b~=y", .scope_q = "/#"},
                                                  world.names, context);
  (void)predicate->matches(entity);
  world.names.count(entity, 1);
  world.names.count(entity, -1);
}

// Stored values are written by our writer, which escapes no character from U+D800 on.
bool escapes_surrogate(std::string_view bytes) {
  return bytes.find("\\ud") != std::string_view::npos ||
         bytes.find("\\uD") != std::string_view::npos;
}

void use_bytes(World& world, std::string_view bytes) {
  if (escapes_surrogate(bytes)) return;
  const auto entity = ngsi::Entity::decode(bytes);
  if (!entity) return;
  RV_CHECK((*entity)->bytes() == bytes);
  use(world, **entity);
  const auto put = ngsi::put_property(world.names, *entity, "urn:n:1", "1", Instant{1});
  if (put) RV_CHECK(ngsi::Entity::decode(put->after->bytes()));
}

void use_body(World& world, std::string_view text) {
  const auto document = json::Document::parse(text);
  if (!document) return;
  const jsonld::Context& context = *world.catalogue.core();
  const auto whole = ngsi::parse_entity(document->root(), context, ngsi::kParseWhole);
  if (!whole) return;
  const auto made = ngsi::create(world.names, *whole, Instant{0});
  if (!made) return;
  RV_CHECK(ngsi::Entity::decode(made->after->bytes()));
  use(world, *made->after);
  const auto patch = ngsi::parse_entity(document->root(), context, {.nulls = ngsi::Nulls::kMerge});
  if (!patch) return;
  const auto merged = ngsi::merge(world.names, made->after, *patch, {}, Instant{1});
  if (merged) RV_CHECK(ngsi::Entity::decode(merged->after->bytes()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<jsonld::Catalogue> catalogue = *jsonld::Catalogue::make();
  World world(*catalogue);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  use_bytes(world, bytes);
  use_body(world, bytes);
  return 0;
}
