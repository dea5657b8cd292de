// SPDX-License-Identifier: EUPL-1.2
// Well-formed XML by libxml2: escaped, indented, UTF-8. Characters that XML 1.0 forbids are left
// out.
//
// Thread safety: one thread at a time.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace revier::event {

class XmlWriter {
 public:
  XmlWriter();
  ~XmlWriter();
  XmlWriter(const XmlWriter&) = delete;
  XmlWriter& operator=(const XmlWriter&) = delete;

  XmlWriter& open(const char* name);
  // Of the element that was opened last, before its content.
  XmlWriter& attribute(const char* name, std::string_view value);
  XmlWriter& text(std::string_view value);
  XmlWriter& element(const char* name, std::string_view value);
  XmlWriter& close();
  // Closes what is open and returns the document.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Without the characters that XML 1.0 forbids (2.2); for calendars and other plain texts too.
[[nodiscard]] std::string printable(std::string_view utf8);

}  // namespace revier::event
