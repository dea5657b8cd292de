// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include <fmt/format.h>
#include <unicode/ucnv.h>

#include "table/table.h"

extern "C" {
#include <csv.h>
}

namespace revier::table {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kFirstLineMax = 64 * 1024;

// The sign that the first line has most of, quotes left out.
char separator_of(std::string_view line) {
  char best = ',';
  std::size_t most = 0;
  for (const char candidate : {';', ',', '\t'}) {
    bool quoted = false;
    std::size_t count = 0;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (!quoted && c == candidate) ++count;
    }
    if (count > most) {
      most = count;
      best = candidate;
    }
  }
  return best;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    std::uint32_t value = byte;
    if (byte >= 0xf0 && byte < 0xf5) {
      length = 4;
      value = byte & 0x07U;
    } else if (byte >= 0xe0 && byte < 0xf0) {
      length = 3;
      value = byte & 0x0fU;
    } else if (byte >= 0xc2 && byte < 0xe0) {
      length = 2;
      value = byte & 0x1fU;
    } else if (byte >= 0x80 || byte == 0) {
      return false;
    }
    if (i + length > text.size()) return false;
    for (std::size_t n = 1; n < length; ++n) {
      const auto next = static_cast<unsigned char>(text[i + n]);
      if ((next & 0xc0U) != 0x80U) return false;
      value = value << 6 | (next & 0x3fU);
    }
    const bool too_short = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (too_short || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return false;
    i += length;
  }
  return true;
}

struct CsvReader::State {
  State(Limits l, OnRow o) : limits(l), on_row(std::move(o)) {
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL);
  }
  ~State() { csv_free(&parser); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static void on_cell(void* bytes, std::size_t size, void* self) {
    static_cast<State*>(self)->take({static_cast<const char*>(bytes), size});
  }
  static void on_end(int /*sign*/, void* self) { static_cast<State*>(self)->end_row(); }

  void take(std::string_view cell) {
    if (!done) return;
    lines_inside += static_cast<std::size_t>(std::ranges::count(cell, '\n'));
    if (cell.size() > limits.cell_bytes_max || row.cells.size() == limits.cells_max) {
      done = fail(Code::kTooLarge,
                  fmt::format("line {}: a cell is too long, or there are too many", line));
    } else if (!is_utf8(cell)) {
      done =
          fail(Code::kUnprocessable,
               fmt::format("line {}: the text is no UTF-8; save the table as \"CSV UTF-8\"", line));
    } else {
      row.cells.emplace_back(cell);
    }
  }

  void end_row() {
    if (!done) return;
    row.line = line;
    line += 1 + std::exchange(lines_inside, 0);
    Row whole = std::exchange(row, {});
    const bool empty = std::ranges::all_of(whole.cells, &std::string::empty);
    if (empty) return;
    if (++rows > limits.rows_max) {
      done = fail(Code::kTooLarge, fmt::format("more than {} rows", limits.rows_max));
    } else {
      done = on_row(std::move(whole));
    }
  }

  Result<> parse(std::string_view part) {
    const std::size_t parsed =
        csv_parse(&parser, part.data(), part.size(), &State::on_cell, &State::on_end, this);
    if (!done) return done;
    if (parsed == part.size()) return {};
    return fail(Code::kUnprocessable, fmt::format("line {}: a quote is in the wrong place", line),
                "quote");
  }

  // Where the first line ends, its separator is known.
  Result<> begin(std::string_view part, bool last) {
    first += part;
    const bool whole = first.find('\n') != std::string::npos;
    if (!whole && !last && first.size() < kFirstLineMax) return {};
    begun = true;
    std::string_view text = first;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const std::string_view titles = text.substr(0, text.find('\n'));
    csv_set_delim(&parser, static_cast<unsigned char>(separator_of(titles)));
    return parse(text);
  }

  const Limits limits;
  const OnRow on_row;
  csv_parser parser{};
  bool begun = false;
  bool carriage_return = false;  // the last byte was one; what follows decides what it means
  std::string first;
  Row row;
  std::size_t line = 1;
  std::size_t lines_inside = 0;
  std::size_t rows = 0;
  Result<> done;
};

CsvReader::CsvReader(Limits limits, OnRow on_row)
    : state_(std::make_unique<State>(limits, std::move(on_row))) {}
CsvReader::~CsvReader() = default;

Result<> CsvReader::feed(std::string_view part) {
  // One sign for the end of a line, so that lines can be counted.
  std::string text;
  text.reserve(part.size() + 1);
  for (const char c : part) {
    if (std::exchange(state_->carriage_return, c == '\r') && c != '\n') text += '\n';
    if (c != '\r') text += c;
  }
  return state_->begun ? state_->parse(text) : state_->begin(text, false);
}

Result<> CsvReader::finish() {
  std::string_view end = state_->carriage_return ? "\n" : "";
  RV_TRY(state_->begun ? state_->parse(end) : state_->begin(end, true));
  const int failed = csv_fini(&state_->parser, &State::on_cell, &State::on_end, state_.get());
  if (!state_->done) return state_->done;
  if (failed == 0) return {};
  return fail(Code::kUnprocessable, fmt::format("line {}: a quote is never closed", state_->line),
              "quote");
}

Result<std::vector<Row>> read_csv(std::string_view bytes, const Limits& limits) {
  std::vector<Row> rows;
  CsvReader reader(limits, [&rows](Row row) -> Result<> {
    rows.push_back(std::move(row));
    return {};
  });
  RV_TRY(reader.feed(bytes));
  RV_TRY(reader.finish());
  return rows;
}

void append_csv_row(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ';';
    const std::string& cell = cells[i];
    if (cell.find_first_of(";,\t\r\n\"") == std::string::npos) {
      out += cell;
      continue;
    }
    out += '"';
    for (const char c : cell) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += "\r\n";
}

bool is_windows_text(std::string_view bytes) {
  return bytes.find('\0') == std::string_view::npos && !is_utf8(bytes);
}

Result<std::string> text_of(std::string_view bytes) {
  if (bytes.starts_with("%PDF-") || bytes.find('\0') != std::string_view::npos) {
    return fail(Code::kUnprocessable, "the file is no table: neither CSV nor XLSX", "table");
  }
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text(3 * bytes.size() + 1, '\0');  // no sign of it takes more than three bytes
  UErrorCode code = U_ZERO_ERROR;
  const std::int32_t length =
      ucnv_convert("UTF-8", "windows-1252", text.data(), static_cast<std::int32_t>(text.size()),
                   bytes.data(), static_cast<std::int32_t>(bytes.size()), &code);
  if (U_FAILURE(code) || length < 0) {
    return fail(Code::kUnprocessable, "the text is neither UTF-8 nor Windows-1252", "table");
  }
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<std::vector<Row>> read_table(std::string_view bytes, const Limits& limits) {
  if (!bytes.starts_with("PK\x03\x04")) {
    RV_ASSIGN(const std::string text, text_of(bytes));
    return read_csv(text, limits);
  }
  auto rows = read_xlsx(bytes, limits);
  if (!rows && rows.error().code == Code::kUnprocessable) rows.error().field = "table";
  return rows;
}

}  // namespace revier::table
