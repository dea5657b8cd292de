// SPDX-License-Identifier: EUPL-1.2
// Modules: backup
// Any bytes as a backup's manifest: what is taken stays in its folder and reads back as itself.
#include "backup/manifest.h"
#include "base/check.h"

using namespace revier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = backup::read_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  for (const backup::File& file : manifest->files) {
    RV_CHECK(!file.path.starts_with('/'));
    // "..x" is a name as others are.
    RV_CHECK(("/" + file.path + "/").find("/../") == std::string::npos);
  }
  const std::string text = backup::to_json(*manifest);
  const auto again = backup::read_manifest(text);
  RV_CHECK(again && backup::to_json(*again) == text);
  return 0;
}
