// SPDX-License-Identifier: EUPL-1.2
// Holds values against schemas: lines {"schema": ..., "value": ...} in, "true", "false" or
// "refused" out.
#include <iostream>
#include <string>

#include "validation/json_schema.h"

int main() {
  using namespace revier;
  using namespace revier::validation;
  for (std::string line; std::getline(std::cin, line);) {
    auto parsed = json::Document::parse(line);
    if (!parsed) return 1;
    // The schema as a document of its own: its references start at its root.
    auto text = json::Document::parse(json::to_text(*parsed->root().find("schema")));
    if (!text) return 1;
    const auto made =
        JsonSchema::compile(std::make_shared<const json::Document>(*std::move(text)),
                            [](const std::string& /*url*/) -> DocumentPtr { return nullptr; });
    if (!made) {
      std::cout << "refused " << made.error().message << '\n';
      continue;
    }
    const Report report = (*made)->check(*parsed->root().find("value"));
    std::cout << (report.ok() ? "true" : "false") << '\n';
  }
  return 0;
}
