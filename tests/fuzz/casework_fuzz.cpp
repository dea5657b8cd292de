// SPDX-License-Identifier: EUPL-1.2
// Modules: casework
// Parsers: src/casework/definition.cpp src/casework/schema.cpp src/casework/place.cpp
// Definitions of forms out of arbitrary bytes: what is taken can be read again, and answers to it
// are checked without a fault.
#include "base/check.h"
#include "casework/answers.h"
#include "casework/definition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace revier;
  using namespace revier::casework;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = parse_definition(text);
  if (!form) return 0;
  const auto again = parse_definition(form->json);
  RV_CHECK(again && again->json == form->json);
  RV_CHECK(!form->pages.empty());
  const Answers nothing;
  for (const FormPage& page : form->pages) {
    const auto fields = asked_fields(*form, page, nothing);
    (void)form_of_fields(fields, web::Language::kDe);
  }
  (void)check_answers(*form, nothing, {});
  (void)read_answers(*form, json::Document::parse("{}")->root());
  return 0;
}
