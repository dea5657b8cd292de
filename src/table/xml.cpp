// SPDX-License-Identifier: EUPL-1.2
#include "table/detail/xml.h"

#include <memory>

#include <expat.h>

namespace revier::table::detail {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kPartBytes = std::size_t{1} << 20;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

std::string_view local(std::string_view name) { return name.substr(name.rfind(':') + 1); }

struct Reading {
  const XmlEvents& events;
  XML_Parser parser;
  int depth = 0;
  Result<> done;

  void keep(Result<> result) {
    if (result) return;
    done = std::move(result);
    XML_StopParser(parser, XML_FALSE);
  }
  static Reading& of(void* data) { return *static_cast<Reading*>(data); }

  static void on_start(void* data, const char* name, const char** attributes) {
    Reading& self = of(data);
    if (!self.done) return;
    if (++self.depth > kDepthMax) {
      self.keep(fail(Code::kUnprocessable, "the document nests too deep"));
      return;
    }
    self.keep(self.events.start(local(name), Attributes(attributes)));
  }
  static void on_end(void* data, const char* name) {
    Reading& self = of(data);
    if (!self.done) return;
    --self.depth;
    self.keep(self.events.end(local(name)));
  }
  static void on_text(void* data, const char* text, int length) {
    Reading& self = of(data);
    if (self.done) self.keep(self.events.text({text, static_cast<std::size_t>(length)}));
  }
  static void on_doctype(void* data, const char*, const char*, const char*, int) {
    of(data).keep(fail(Code::kUnprocessable, "the document has a DTD"));
  }
};

}  // namespace

std::string_view Attributes::get(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (local(*pair) == name) return pair[1];
  }
  return {};
}

Result<> read_xml(std::string_view document, const XmlEvents& events) {
  const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreate("UTF-8"));
  if (!parser) return fail(Code::kUnavailable, "no memory for reading XML");
  Reading reading{.events = events, .parser = parser.get(), .depth = 0, .done = {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), &Reading::on_start, &Reading::on_end);
  XML_SetCharacterDataHandler(parser.get(), &Reading::on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), &Reading::on_doctype);
  for (bool last = false; !last;) {
    const std::string_view part = document.substr(0, kPartBytes);
    document.remove_prefix(part.size());
    last = document.empty();
    const XML_Status status =
        XML_Parse(parser.get(), part.data(), static_cast<int>(part.size()), last ? 1 : 0);
    if (!reading.done) return reading.done;
    if (status != XML_STATUS_OK) return fail(Code::kUnprocessable, "the document is damaged");
  }
  return {};
}

}  // namespace revier::table::detail
