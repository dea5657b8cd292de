// SPDX-License-Identifier: EUPL-1.2
// A tagged PDF of one flow of blocks: headings, paragraphs, a table, a QR code.
//
// Readable by a screen reader: structure tags, reading order, language, title, alternative text of
// the picture (ISO 14289-1, PDF/UA, as far as Cairo and qpdf carry it).
//
// Blocking and slow (some ms): call it on the pool. Thread safety: one Document a thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::pdf {

struct Properties {
  std::string title;     // also the window's title
  std::string language;  // BCP 47: "de-DE", "en-GB"
  std::string author;
};

class Document {
 public:
  explicit Document(Properties properties);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // Level 1 or 2.
  void heading(int level, std::string_view text);
  void paragraph(std::string_view text);
  // Large, for a number that is read aloud or typed.
  void big(std::string_view text);
  // The first row is the header. Rows have the size of the header.
  void table(const std::vector<std::vector<std::string>>& rows);
  // A QR code of `content` (error correction M), `alt` tells a reader what it is.
  // Errors: kBadRequestData when the content is too long for a code.
  [[nodiscard]] Result<> qr(std::string_view content, std::string_view alt);

  // The bytes of the file. The document takes no more blocks afterwards.
  // Errors: kInternalError with what Cairo or qpdf said.
  [[nodiscard]] Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace revier::pdf
