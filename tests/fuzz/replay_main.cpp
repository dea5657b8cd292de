// SPDX-License-Identifier: EUPL-1.2
// Feeds files to a fuzz target, each once: NAME_fuzz FILE_OR_DIRECTORY...
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void feed(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  // Exactly as large as the input, so that a sanitizer sees a read beyond its end.
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(in)), {});
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int count, char** words) {
  std::size_t fed = 0;
  for (int i = 1; i < count; ++i) {
    for (const fs::path& file : files_of(words[i])) {
      std::printf("%s\n", file.c_str());
      std::fflush(stdout);  // the last line before a crash names the input
      feed(file);
      ++fed;
    }
  }
  std::printf("%zu passed, 0 failed\n", fed);
  return fed > 0 ? 0 : 1;
}
