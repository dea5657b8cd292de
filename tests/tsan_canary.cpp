// SPDX-License-Identifier: EUPL-1.2
// A race on purpose, beside the store at work: ThreadSanitizer must report it, or the suppressions
// in tsan.supp hide too much. The test passes when there is a report.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "store/store.h"

namespace {

using revier::Result;
using revier::store::Batch;
using revier::store::Column;
using revier::store::Options;
using revier::store::Store;

// Written by the writer thread's jobs and by the readers, without a lock.
int unguarded = 0;

void write_and_read(Store& store) {
  for (int i = 0; i < 100; ++i) {
    const Result<> written = store.writer().run_blocking([](Batch& batch) -> Result<> {
      batch.put(Column::kEntities, "key", "value");
      ++unguarded;
      return {};
    });
    if (!written || !store.get(Column::kEntities, "key")) std::puts("the store does not work");
    ++unguarded;
  }
}

}  // namespace

int main() {
  std::string directory = std::filesystem::temp_directory_path() / "revier_canary_XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return 0;
  {
    Options options;
    options.directory = directory;
    const auto store = Store::open(options);
    if (!store) return 0;
    std::thread one([&] { write_and_read(**store); });
    std::thread two([&] { write_and_read(**store); });
    one.join();
    two.join();
  }
  std::filesystem::remove_all(directory);
  return 0;
}
