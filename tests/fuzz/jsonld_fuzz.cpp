// SPDX-License-Identifier: EUPL-1.2
// Modules: json jsonld
// Parsers: src/jsonld/builder.cpp src/jsonld/local.cpp src/jsonld/iri.cpp src/jsonld/terms.cpp
// The first line is the value of an @context, each further line a name or an IRI: what a name
// stands for can be written and read again.
#include "base/check.h"
#include "jsonld/catalogue.h"

namespace revier::jsonld {
namespace {

Catalogue& catalogue() {
  static const auto made = Catalogue::make(
      {.documents = {{"http://a/b/c", R"({"@context":["../d",{"c":"d:c","e":{"@type":"@id"}}]})"},
                     {"http://a/d", R"({"@context":{"d":"http://d#","@vocab":"http://v/"}})"},
                     {"http://a/loop", R"({"@context":["loop","d"]})"}},
       .cache_bytes_max = 100'000,
       .bytes_max = 100'000});
  return **made;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check_name(const Context& context, std::string_view text) {
  const auto iri = context.expand_name(text);
  if (!iri) return;
  RV_CHECK(!iri->empty());
  const std::string name = context.compact_name(*iri);
  // An IRI that looks like prefix:suffix has no other form.
  RV_CHECK(name == *iri || context.expand_name(name) == *iri);
}

void check_id(const Context& context, std::string_view text) {
  const std::string id = context.compact_id(text);
  RV_CHECK(id == text || context.expand_id(id) == text);
  (void)context.expand_id(text);
}

void feed(std::string_view text) {
  const auto document = json::Document::parse(next_line(text));
  if (!document) return;
  const auto context = catalogue().resolve(document->root());
  if (!context) return RV_CHECK(!context.error().message.empty());
  RV_CHECK(json::Document::parse((*context)->reference()).has_value());
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    check_name(**context, line);
    check_id(**context, line);
  }
}

}  // namespace
}  // namespace revier::jsonld

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  revier::jsonld::feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
