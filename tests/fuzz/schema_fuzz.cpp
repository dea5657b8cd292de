// SPDX-License-Identifier: EUPL-1.2
// Modules: validation
// Parsers: src/validation/compile.cpp src/validation/check.cpp src/validation/format.cpp
// Parsers: src/validation/pointer.cpp
// Any bytes as a JSON Schema and, behind a line "---", the value to be checked: what is taken ends
// in bounded steps, and says the same each time.
#include "base/check.h"
#include "validation/json_schema.h"

namespace {

revier::validation::DocumentPtr document_of(std::string_view text) {
  using revier::json::Document;
  auto parsed =
      Document::parse(text, {.bytes_max = 64 << 10, .depth_max = revier::validation::kDepthMax});
  if (!parsed) return nullptr;
  return std::make_shared<const Document>(*std::move(parsed));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace revier::validation;
  constexpr std::string_view kParting = "\n---\n";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t at = std::min(text.find(kParting), text.size());
  const DocumentPtr schema = document_of(text.substr(0, at));
  if (!schema) return 0;
  const auto made = JsonSchema::compile(
      schema, [&](const std::string& url) { return url == "urn:self" ? schema : nullptr; });
  if (!made) return 0;
  const DocumentPtr value = document_of(text.substr(std::min(at + kParting.size(), text.size())));
  const auto& checked = value ? value : schema;
  const Report report = (*made)->check(checked->root());
  RV_CHECK(report.violations.size() <= kViolationsMax);
  RV_CHECK((*made)->check(checked->root()).ok() == report.ok());
  for (const Violation& one : report.violations) RV_CHECK(!one.rule.empty());
  return 0;
}
