// SPDX-License-Identifier: EUPL-1.2
// The demo's services, and files of the source tree, for tests of the catalogue.
#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "event/item.h"
#include "json/json.h"
#include "service/types.h"

namespace revier::service {

inline std::string source_file(const std::string& path) {
  std::ifstream file(std::string(REVIER_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<event::Item> demo_items() {
  const auto document = json::Document::parse(source_file("demo/herne/services.json"));
  std::vector<event::Item> items;
  if (!document) return items;
  for (const json::Value each : document->root().elements()) {
    auto item = read_service_item(*each.find("id")->as_string(), each);
    if (item) items.push_back(std::move(*item));
  }
  return items;
}

}  // namespace revier::service
