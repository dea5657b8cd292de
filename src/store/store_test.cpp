// SPDX-License-Identifier: EUPL-1.2
#include "store/store.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace revier::store {
namespace {

namespace fs = std::filesystem;

// A directory that is gone after the test.
class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (fs::temp_directory_path() / "revier_store_XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    options_.directory = root_ + "/store";
  }
  ~StoreTest() override { fs::remove_all(root_); }

  std::unique_ptr<Store> open() {
    auto store = Store::open(options_);
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? std::move(*store) : nullptr;
  }
  // All files of the store whose name ends so, sorted.
  std::vector<std::string> files(std::string_view suffix) const {
    std::vector<std::string> found;
    for (const auto& file : fs::directory_iterator(options_.directory)) {
      if (file.path().string().ends_with(suffix)) found.push_back(file.path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  std::string root_;
  Options options_;
};

Result<> put(Store& store, Column column, std::string key, std::string value) {
  return store.writer().run_blocking([&](Batch& batch) -> Result<> {
    batch.put(column, key, value);
    return {};
  });
}

std::vector<std::string> keys(Store& store, std::string_view prefix, std::string_view from = {}) {
  std::vector<std::string> found;
  const auto cursor = store.scan(Column::kEntities, prefix, from);
  for (; cursor->valid(); cursor->next()) found.emplace_back(cursor->key());
  EXPECT_TRUE(cursor->status());
  return found;
}

void flip_byte(const std::string& file, std::streamoff at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(at);
  const int byte = stream.get();
  stream.seekp(at);
  stream.put(static_cast<char>(byte ^ 0x40));
  ASSERT_TRUE(stream.good()) << file;
}

TEST_F(StoreTest, KeepsRowsOverReopening) {
  auto store = open();
  ASSERT_TRUE(put(*store, Column::kEntities, "a", "1"));
  ASSERT_TRUE(put(*store, Column::kHistory, "a", "2"));
  store.reset();
  store = open();
  EXPECT_EQ(store->get(Column::kEntities, "a"), "1");
  EXPECT_EQ(store->get(Column::kHistory, "a"), "2");
  EXPECT_EQ(store->get(Column::kEntities, "b").error().code, Code::kResourceNotFound);
  EXPECT_TRUE(store->health().writable);
}

TEST_F(StoreTest, UndoesAFailedJobOnly) {
  const auto store = open();
  const auto job = [&](std::string key, bool good) {
    return store->writer().run_blocking([&](Batch& batch) -> Result<> {
      batch.put(Column::kEntities, key, "x");
      batch.erase(Column::kEntities, "first");
      if (!good) return fail(Code::kConflict, "no");
      return {};
    });
  };
  ASSERT_TRUE(put(*store, Column::kEntities, "first", "x"));
  EXPECT_EQ(job("bad", false).error().code, Code::kConflict);
  EXPECT_EQ(keys(*store, ""), (std::vector<std::string>{"first"}));
  EXPECT_TRUE(job("good", true));
  EXPECT_EQ(keys(*store, ""), (std::vector<std::string>{"good"}));
}

TEST_F(StoreTest, ScansAPrefixInOrderFromAKey) {
  const auto store = open();
  for (const char* key : {"b/2", "a", "b/1", "b/3", "c", "\xff\xff", "\xff"}) {
    ASSERT_TRUE(put(*store, Column::kEntities, key, ""));
  }
  EXPECT_EQ(keys(*store, "b/"), (std::vector<std::string>{"b/1", "b/2", "b/3"}));
  EXPECT_EQ(keys(*store, "b/", "b/2"), (std::vector<std::string>{"b/2", "b/3"}));
  EXPECT_EQ(keys(*store, "b/", "a"), (std::vector<std::string>{"b/1", "b/2", "b/3"}));
  EXPECT_EQ(keys(*store, "\xff"), (std::vector<std::string>{"\xff", "\xff\xff"}));
  EXPECT_EQ(keys(*store, "").size(), 7U);
}

TEST_F(StoreTest, CursorDoesNotSeeLaterWrites) {
  const auto store = open();
  ASSERT_TRUE(put(*store, Column::kEntities, "a", "1"));
  const auto cursor = store->scan(Column::kEntities, "");
  ASSERT_TRUE(put(*store, Column::kEntities, "b", "1"));
  cursor->next();
  EXPECT_FALSE(cursor->valid());
}

TEST_F(StoreTest, IsLockedAgainstASecondProcess) {
  const auto store = open();
  EXPECT_EQ(Store::open(options_).error().code, Code::kUnavailable);
}

TEST_F(StoreTest, RefusesANewerFormat) {
  auto store = open();
  ASSERT_TRUE(put(*store, Column::kMeta, "store.format", "2"));
  store.reset();
  EXPECT_EQ(Store::open(options_).error().code, Code::kNewerFormat);
}

TEST_F(StoreTest, CheckpointIsACopyThatOpens) {
  const auto store = open();
  ASSERT_TRUE(put(*store, Column::kEntities, "before", "1"));
  ASSERT_TRUE(store->checkpoint(root_ + "/copy"));
  ASSERT_TRUE(put(*store, Column::kEntities, "after", "1"));
  Options copy_options;
  copy_options.directory = root_ + "/copy";
  const auto copy = Store::open(copy_options);
  ASSERT_TRUE(copy);
  EXPECT_EQ(keys(**copy, ""), (std::vector<std::string>{"before"}));
  EXPECT_TRUE((*copy)->verify());
  EXPECT_FALSE(store->checkpoint(root_ + "/copy")) << "an existing directory is not overwritten";
}

TEST_F(StoreTest, SaysWhichTableIsCorrupt) {
  auto store = open();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(put(*store, Column::kEntities, std::to_string(i), std::string(100, 'x')));
  }
  store.reset();
  store = open();  // writes what the log held into tables
  ASSERT_TRUE(store->verify());
  const std::string table = files(".sst").back();
  flip_byte(table, 20);
  const auto found = store->verify();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kCorrupt);
  EXPECT_NE(found.error().message.find(fs::path(table).filename()), std::string::npos)
      << found.error().message;
}

TEST_F(StoreTest, SaysThatTheLogIsCorrupt) {
  const auto store = open();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(put(*store, Column::kEntities, std::to_string(i), std::string(1000, 'x')));
  }
  ASSERT_TRUE(store->verify());
  flip_byte(files(".log").back(), 2000);
  const auto found = store->verify();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kCorrupt) << found.error().message;
}

TEST_F(StoreTest, TellsADamagedLogFromATornOne) {
  auto store = open();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(put(*store, Column::kEntities, std::to_string(i), std::string(1000, 'x')));
  }
  store.reset();
  const std::string log = files(".log").back();
  const auto size = static_cast<std::streamoff>(fs::file_size(log));
  for (const std::streamoff at : {5L, 40'000L, size - 1'500}) {
    flip_byte(log, at);
    const auto opened = Store::open(options_);
    ASSERT_FALSE(opened) << "damage at " << at << " must not be taken for the end";
    EXPECT_EQ(opened.error().code, Code::kCorrupt);
    EXPECT_NE(opened.error().message.find(log), std::string::npos) << opened.error().message;
    flip_byte(log, at);
  }
  flip_byte(log, size - 500);
  EXPECT_EQ(keys(*open(), "").size(), 99U) << "the last record only";
}

TEST_F(StoreTest, RefusesALostOrBrokenManifest) {
  auto store = open();
  ASSERT_TRUE(put(*store, Column::kEntities, "a", "1"));
  store.reset();
  fs::rename(options_.directory + "/CURRENT", root_ + "/CURRENT");
  auto opened = Store::open(options_);
  ASSERT_FALSE(opened) << "it must not start with an empty store";
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
  fs::rename(root_ + "/CURRENT", options_.directory + "/CURRENT");
  for (const auto& file : fs::directory_iterator(options_.directory)) {
    if (file.path().filename().string().starts_with("MANIFEST")) flip_byte(file.path(), 20);
  }
  EXPECT_EQ(Store::open(options_).error().code, Code::kCorrupt);
}

// The torn end of a manifest is cut off; so where its end was damaged instead, the store must find
// out, or have lost nothing by it.
TEST_F(StoreTest, ADamagedEndOfTheManifestLosesNothing) {
  options_.cache_bytes = std::size_t{64} << 10;
  auto store = open();
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(put(*store, Column::kEntities, std::to_string(i), std::string(1000, 'x')));
  }
  store.reset();
  std::string manifest;
  for (const auto& file : fs::directory_iterator(options_.directory)) {
    const std::string name = file.path().filename();
    if (name.starts_with("MANIFEST")) manifest = name;
  }
  const auto size = static_cast<std::streamoff>(fs::file_size(options_.directory + "/" + manifest));
  const std::string whole = std::exchange(options_.directory, root_ + "/copy");
  for (std::streamoff at = std::max<std::streamoff>(0, size - 600); at < size; at += 13) {
    fs::remove_all(options_.directory);
    fs::copy(whole, options_.directory, fs::copy_options::recursive);
    flip_byte(options_.directory + "/" + manifest, at);
    const auto damaged = Store::open(options_);
    if (damaged) {
      EXPECT_EQ(keys(**damaged, "").size(), 300U) << "damage at " << at << " of " << size;
    } else {
      EXPECT_EQ(damaged.error().code, Code::kCorrupt) << damaged.error().message;
    }
  }
}

TEST_F(StoreTest, ManyWritersLoseNothing) {
  auto store = open();
  std::vector<std::thread> writers;
  for (int w = 0; w < 8; ++w) {
    writers.emplace_back([&store, w] {
      for (int i = 0; i < 50; ++i) {
        const std::string key = std::to_string(w) + "/" + std::to_string(i);
        EXPECT_TRUE(put(*store, Column::kEntities, key, "x"));
        EXPECT_EQ(store->get(Column::kEntities, key), "x");
      }
    });
  }
  for (auto& writer : writers) writer.join();
  store.reset();
  EXPECT_EQ(keys(*open(), "").size(), 400U);
}

// Keys of a few letters, so that they meet and are prefixes of each other.
rc::Gen<std::string> any_key() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\xff")));
}

TEST_F(StoreTest, BehavesLikeAMap) {
  const auto store = open();
  int cases = 0;
  EXPECT_TRUE(rc::check([&] {
    const std::string mine = std::to_string(cases++) + "/";
    std::map<std::string, std::string> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
        rc::gen::pair(any_key(), rc::gen::arbitrary<std::string>()));
    RC_ASSERT(store->writer().run_blocking([&](Batch& batch) -> Result<> {
      for (const auto& [key, value] : steps) {
        const bool removes = value.empty();
        removes ? batch.erase(Column::kEntities, mine + key)
                : batch.put(Column::kEntities, mine + key, value);
        removes ? void(model.erase(mine + key)) : void(model[mine + key] = value);
      }
      return {};
    }));
    const std::string prefix = mine + *any_key();
    std::vector<std::string> expected;
    for (const auto& [key, value] : model) {
      if (key.starts_with(prefix)) expected.push_back(key);
      RC_ASSERT(store->get(Column::kEntities, key) == value);
    }
    RC_ASSERT(keys(*store, prefix) == expected);
  }));
}

}  // namespace
}  // namespace revier::store
