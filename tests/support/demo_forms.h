// SPDX-License-Identifier: EUPL-1.2
// The demo's forms, for tests.
#pragma once
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "casework/definition.h"
#include "json/json.h"

namespace revier::casework {

// The JSON of one of demo/herne/forms.json; a missing one ends the test program.
inline std::string demo_form(std::string_view id) {
  std::ifstream file(REVIER_SOURCE_DIR "/demo/herne/forms.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto document = json::Document::parse(text);
  if (!document) std::abort();
  for (const json::Value form : document->root().elements()) {
    if (form.find("id")->as_string() == id) return json::to_text(form);
  }
  std::abort();
}

// With `from` replaced by `to`, which has to be there.
inline std::string changed(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) std::abort();
  return text.replace(at, from.size(), to);
}

inline constexpr std::string_view kDogAnswers =
    R"({"vorname":"Ada","nachname":"Beispiel","strasse":"Bahnhofstr. 1","plz":"44623",)"
    R"("wohnort":"Herne","hunde":[{"name":"Fiffi","rasse":"Dackel","seit":"2025-01-15"}],)"
    R"("befreiung":"nein"})";

}  // namespace revier::casework
