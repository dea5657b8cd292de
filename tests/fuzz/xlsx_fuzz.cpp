// SPDX-License-Identifier: EUPL-1.2
// Modules: table
// Any bytes as XLSX, and any bytes as one of its XML parts.
#include "base/check.h"
#include "table/detail/xml.h"
#include "table/table.h"

using namespace revier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const table::Limits limits{.rows_max = 1'000,
                             .cells_max = 50,
                             .cell_bytes_max = 1'000,
                             .unpacked_bytes_max = std::size_t{1} << 20};
  if (const auto rows = table::read_xlsx(bytes, limits)) {
    RV_CHECK(rows->size() <= limits.rows_max);
    for (const table::Row& row : *rows) {
      RV_CHECK(row.cells.size() <= limits.cells_max);
      for (const std::string& cell : row.cells) RV_CHECK(table::is_utf8(cell));
    }
  }
  int depth = 0;
  const auto done = table::detail::read_xml(
      bytes, {.start = [&](std::string_view, const table::detail::Attributes& a) -> Result<> {
                (void)a.get("r");
                RV_CHECK(++depth <= 64);
                return {};
              },
              .end = [&](std::string_view) -> Result<> {
                --depth;
                return {};
              },
              .text = [](std::string_view) -> Result<> { return {}; }});
  if (done) RV_CHECK(depth == 0);
  return 0;
}
