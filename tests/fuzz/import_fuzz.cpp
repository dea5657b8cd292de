// SPDX-License-Identifier: EUPL-1.2
// Modules: transfer
// Parsers: src/transfer/json_items.cpp src/transfer/source.cpp src/transfer/geojson.cpp
// A file of any format, checked as a dry run does; the first byte chooses the format and in how
// small parts it comes.
#include <algorithm>

#include "transfer/transfer.h"

using namespace revier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t part = data[0] < 128 ? 3 : 4'096;
  transfer::ImportOptions options{.format = static_cast<transfer::Format>(data[0] % 4)};
  options.type = "T";
  options.dry_run = true;
  std::uint64_t rejects = 0;
  const auto done = transfer::import_entities(
      {}, options,
      [&](std::size_t bytes_max) -> Result<std::string> {
        const std::string_view next = file.substr(0, std::min(part, bytes_max));
        file.remove_prefix(next.size());
        return std::string(next);
      },
      [&](const transfer::Reject&) -> Result<> {
        ++rejects;
        return {};
      },
      [](const transfer::Progress&) { return true; });
  if (done) RV_CHECK(done->read == done->written + rejects);
  return 0;
}
