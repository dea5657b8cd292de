// SPDX-License-Identifier: EUPL-1.2
// Modules: newsletter
// Any bytes as the text of an issue: nothing remote or acting gets through, and escaped text comes
// out as it went in.
#include "base/check.h"
#include "newsletter/body.h"

using namespace revier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view markdown(reinterpret_cast<const char*>(data), size);
  const std::string html = newsletter::body_html(markdown, "https://x.test").markup();
  // What an editor typed is escaped, so a tag in the answer is one that was made here.
  for (const char* part : {"<script", "<img", "<iframe", "<style", "<!--", "href=\"javascript"}) {
    RV_CHECK(html.find(part) == std::string::npos);
  }
  (void)newsletter::body_text(markdown, "https://x.test");
  (void)newsletter::body_html(newsletter::escaped(markdown), "https://x.test");
  return 0;
}
