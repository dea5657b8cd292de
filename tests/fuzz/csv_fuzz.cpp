// SPDX-License-Identifier: EUPL-1.2
// Modules: table
// Any bytes as CSV, whole and in parts: both say the same, and what is read is UTF-8 and bounded.
#include "base/check.h"
#include "table/table.h"

using namespace revier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const table::Limits limits{.rows_max = 1'000, .cells_max = 20, .cell_bytes_max = 1'000};
  const auto whole = table::read_csv(text, limits);
  std::vector<table::Row> rows;
  table::CsvReader reader(limits, [&rows](table::Row row) -> Result<> {
    rows.push_back(std::move(row));
    return {};
  });
  Result<> done;
  for (std::size_t at = 0; at < size && done; at += 7) done = reader.feed(text.substr(at, 7));
  if (done) done = reader.finish();
  RV_CHECK(done.has_value() == whole.has_value());
  if (!whole) return 0;
  RV_CHECK(whole->size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RV_CHECK(rows[i].cells == (*whole)[i].cells && rows[i].line == (*whole)[i].line);
    RV_CHECK(rows[i].cells.size() <= limits.cells_max);
    for (const std::string& cell : rows[i].cells) RV_CHECK(table::is_utf8(cell));
  }
  return 0;
}
