// SPDX-License-Identifier: EUPL-1.2
#include "event/xml_writer.h"

#include <libxml/xmlwriter.h>

#include "base/check.h"

namespace revier::event {
namespace {

const xmlChar* chars(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

}  // namespace

struct XmlWriter::State {
  xmlBufferPtr buffer = xmlBufferCreate();
  xmlTextWriterPtr writer = xmlNewTextWriterMemory(buffer, 0);
  ~State() {
    xmlFreeTextWriter(writer);
    xmlBufferFree(buffer);
  }
  // The only failure is a lack of memory.
  static void check(int written) { RV_CHECK(written >= 0); }
};

XmlWriter::XmlWriter() : state_(std::make_unique<State>()) {
  RV_CHECK(state_->writer != nullptr);
  xmlTextWriterSetIndent(state_->writer, 1);
  State::check(xmlTextWriterStartDocument(state_->writer, "1.0", "UTF-8", nullptr));
}
XmlWriter::~XmlWriter() = default;

XmlWriter& XmlWriter::open(const char* name) {
  State::check(xmlTextWriterStartElement(state_->writer, chars(name)));
  return *this;
}

XmlWriter& XmlWriter::attribute(const char* name, std::string_view value) {
  State::check(
      xmlTextWriterWriteAttribute(state_->writer, chars(name), chars(printable(value).c_str())));
  return *this;
}

XmlWriter& XmlWriter::text(std::string_view value) {
  State::check(xmlTextWriterWriteString(state_->writer, chars(printable(value).c_str())));
  return *this;
}

XmlWriter& XmlWriter::element(const char* name, std::string_view value) {
  return open(name).text(value).close();
}

XmlWriter& XmlWriter::close() {
  State::check(xmlTextWriterEndElement(state_->writer));
  return *this;
}

std::string XmlWriter::finish() {
  State::check(xmlTextWriterEndDocument(state_->writer));
  return {reinterpret_cast<const char*>(xmlBufferContent(state_->buffer)),
          static_cast<std::size_t>(xmlBufferLength(state_->buffer))};
}

std::string printable(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n') continue;
    // U+FFFE and U+FFFF.
    if (utf8.substr(i).starts_with("\xEF\xBF\xBE") || utf8.substr(i).starts_with("\xEF\xBF\xBF")) {
      i += 2;
      continue;
    }
    out += utf8[i];
  }
  return out;
}

}  // namespace revier::event
