// SPDX-License-Identifier: EUPL-1.2
#include "backup/backup.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "json/json.h"
#include "support/temporary_folder.h"

namespace revier::backup {
namespace {

namespace fs = std::filesystem;

constexpr Instant kNow{1'738'742'400'000'000};  // 2025-02-05T08:00:00Z
const Progress kSilent = [](std::string_view) -> Result<> { return {}; };

void write(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}
std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void flip_byte(const std::string& path, std::size_t at) {
  std::string text = read(path);
  text.at(at) ^= 1;
  write(path, text);
}
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

// A data folder with a store, records and a key, open.
class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(data_ + "/files");
    store_ = *store::Store::open({.directory = data_ + "/store"});
    database_ = *records::Database::open({.url = "sqlite:" + data_ + "/records.db"}, migrations());
    put("one");
    write(data_ + "/link-key", "a key");
    write(data_ + "/files/logo.png", "a picture");
    write(data_ + "/half.part", "half");
    write(data_ + "/lock", "1");
  }
  void put(const std::string& key) {
    ASSERT_TRUE(store_->writer().run_blocking([&](store::Batch& batch) -> Result<> {
      batch.put(store::Column::kEntities, key, "value of " + key);
      return {};
    }));
  }
  Result<Made> make_one(Instant now = kNow) {
    return make(
        {.store = *store_, .database = *database_, .folder = data_, .version = "1.2.3", .now = now},
        backups_, kSilent);
  }
  // A backup of records that lie elsewhere in the data folder; whoever makes it knows where, or
  // not.
  Made make_with(const std::string& name, bool known) {
    const std::string records = data_ + "/" + name;
    fs::create_directories(fs::path(records).parent_path());
    const auto database = records::Database::open({.url = "sqlite:" + records}, migrations());
    EXPECT_TRUE(database);
    auto made = make({.store = *store_,
                      .database = **database,
                      .records_file = known ? records : "",
                      .folder = data_,
                      .version = "1.2.3",
                      .now = kNow},
                     backups_, kSilent);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  void expect_records_at(const std::string& name, const Made& made) {
    const std::string target = made.folder + "-restored";
    fs::create_directories(target);
    const auto restored = restore(
        {.backup = made.folder, .folder = target, .records_file = target + "/" + name, .now = kNow},
        kSilent);
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(read(target + "/" + name), read(made.folder + "/records.db"));
    EXPECT_FALSE(fs::exists(target + "/" + name + "-wal"));
    EXPECT_FALSE(fs::exists(target + "/records.db"));
    EXPECT_EQ(read(target + "/link-key"), "a key");
  }
  std::vector<Entry> entries(records::Database& database) {
    std::vector<Entry> found;
    EXPECT_TRUE(database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(found, list(session));
      return {};
    }));
    return found;
  }
  Result<Manifest> restore_to(const std::string& folder, const std::string& backup,
                              bool force = false) {
    fs::create_directories(folder);
    return restore({.backup = backup, .folder = folder, .force = force, .now = kNow}, kSilent);
  }

  test::TemporaryFolder root_;
  const std::string data_ = root_.path() + "/data";
  const std::string backups_ = root_.path() + "/backups";
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<records::Database> database_;
};

TEST_F(BackupTest, HoldsWhatWasThereAndNothingThatCameLater) {
  const auto made = make_one();
  ASSERT_TRUE(made) << made.error().message;
  put("two");
  EXPECT_EQ(made->folder, backups_ + "/revier-20250205T080000Z");
  EXPECT_EQ(made->manifest.counts.at("entities"), 1U);
  const auto verified = verify(made->folder, kSilent);
  ASSERT_TRUE(verified) << verified.error().message;
  const std::string target = root_.path() + "/restored";
  ASSERT_TRUE(restore_to(target, made->folder));
  EXPECT_EQ(read(target + "/link-key"), "a key");
  EXPECT_EQ(read(target + "/files/logo.png"), "a picture");
  EXPECT_FALSE(fs::exists(target + "/half.part"));
  const auto store = store::Store::open({.directory = target + "/store"});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(*(*store)->get(store::Column::kEntities, "one"), "value of one");
  EXPECT_FALSE((*store)->get(store::Column::kEntities, "two"));
  ASSERT_TRUE(verify(made->folder, kSilent)) << "verifying and restoring change nothing";
}

TEST_F(BackupTest, RecordsOfAnotherNameAreCopiedOnceAndGoBackThere) {
  const Made made = make_with("people.db", true);
  for (const std::string& file : files_in(made.folder)) {
    EXPECT_EQ(file.find("people.db"), std::string::npos) << file;
  }
  expect_records_at("people.db", made);
}

TEST_F(BackupTest, RecordsInAFolderOfTheirOwnGoBackThere) {
  expect_records_at("db/people.db", make_with("db/people.db", true));
}

TEST_F(BackupTest, ARawCopyOfTheRecordsIsNotRestored) {
  for (const char* name : {"people.db", "db/people.db"}) {
    const Made made = make_with(name, false);
    ASSERT_TRUE(fs::exists(made.folder + "/" + name));
    expect_records_at(name, made);
  }
}

TEST_F(BackupTest, RecordsOutsideGoToAFolderThatIsMissing) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  const std::string target = root_.path() + "/restored";
  const std::string records = root_.path() + "/elsewhere/deep/people.db";
  fs::create_directories(target);
  const auto restored = restore(
      {.backup = made->folder, .folder = target, .records_file = records, .now = kNow}, kSilent);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(read(records), read(made->folder + "/records.db"));
  EXPECT_FALSE(fs::exists(target + "/records.db"));
}

TEST_F(BackupTest, IsReadByItsOwnerAlone) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  for (const std::string& file : files_in(made->folder)) {
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << file;
  }
  EXPECT_EQ(fs::status(made->folder).permissions(), fs::perms::owner_all);
}

TEST_F(BackupTest, EveryFlippedByteIsFound) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  for (const std::string& file : files_in(made->folder)) {
    if (file.ends_with(kManifestFile)) continue;
    const std::size_t size = fs::file_size(file);
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      flip_byte(file, at);
      const auto found = verify(made->folder, kSilent);
      ASSERT_FALSE(found) << file << " at " << at;
      EXPECT_NE(found.error().message.find(fs::path(file).filename().string()), std::string::npos)
          << found.error().message;
      flip_byte(file, at);
    }
  }
  ASSERT_TRUE(verify(made->folder, kSilent));
}

TEST_F(BackupTest, MissingAndStrangeFilesAreFound) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  write(made->folder + "/stranger", "x");
  EXPECT_EQ(verify(made->folder, kSilent).error().code, Code::kCorrupt);
  fs::remove(made->folder + "/stranger");
  fs::remove(made->folder + "/link-key");
  EXPECT_EQ(verify(made->folder, kSilent).error().code, Code::kCorrupt);
  fs::create_symlink("/etc/hostname", made->folder + "/link-key");
  EXPECT_FALSE(verify(made->folder, kSilent)) << "links are not followed";
  EXPECT_EQ(verify(root_.path(), kSilent).error().code, Code::kResourceNotFound);
}

TEST_F(BackupTest, DoesNotOverwriteDataUnlessForced) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  const std::string target = root_.path() + "/restored";
  ASSERT_TRUE(restore_to(target, made->folder));
  write(target + "/link-key", "newer");
  EXPECT_EQ(restore_to(target, made->folder).error().code, Code::kConflict);
  EXPECT_EQ(read(target + "/link-key"), "newer");
  ASSERT_TRUE(restore_to(target, made->folder, true));
  EXPECT_EQ(read(target + "/link-key"), "a key");
  EXPECT_EQ(read(target + "/before-restore-2025-02-05T080000Z/link-key"), "newer");
}

TEST_F(BackupTest, ARestoreThatWasCutShortIsSeenAndDoneAgain) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  const std::string target = root_.path() + "/restored";
  fs::create_directories(target + "/restoring");
  EXPECT_TRUE(unfinished_restore(target));
  EXPECT_EQ(restore_to(target, made->folder).error().code, Code::kConflict);
  ASSERT_TRUE(restore_to(target, made->folder, true));
  EXPECT_FALSE(unfinished_restore(target));
}

TEST_F(BackupTest, KeepsTheNewestAndTheListKnows) {
  for (int day = 0; day < 4; ++day) ASSERT_TRUE(make_one(kNow + Duration::days(day)));
  const auto gone = keep_newest(*database_, backups_, 2);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->size(), 2U);
  const std::vector<Entry> left = entries(*database_);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].folder, backups_ + "/revier-20250208T080000Z");
  EXPECT_GT(left[0].bytes, 0);
  EXPECT_EQ(left[1].taken_at, kNow + Duration::days(2));
}

TEST_F(BackupTest, KeepsTheOneJustMadeWhateverTheClockSaid) {
  const auto of_a_wrong_clock = make_one(kNow + Duration::days(2000));
  const auto made = make_one();
  ASSERT_TRUE(of_a_wrong_clock && made);
  const auto gone = keep_newest(*database_, backups_, 1, made->folder);
  ASSERT_TRUE(gone);
  EXPECT_EQ(*gone, std::vector<std::string>{of_a_wrong_clock->folder});
  EXPECT_TRUE(verify(made->folder, kSilent));
}

TEST_F(BackupTest, RemovesWhatWasLeftOfOneThatWasCutShort) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  fs::remove(made->folder + "/manifest.json");
  fs::rename(made->folder, made->folder + ".part");
  const std::string of_others = backups_ + "/revier-20200101T000000Z.part";
  fs::create_directories(of_others);
  ASSERT_TRUE(make_one(kNow + Duration::days(1)));
  EXPECT_FALSE(fs::exists(made->folder + ".part"));
  EXPECT_TRUE(fs::exists(of_others)) << "on no list of ours: it may be under way";
  EXPECT_EQ(entries(*database_).size(), 1U);
}

TEST_F(BackupTest, EndsARemovalThatWasCutShort) {
  const auto made = make_one();
  const auto kept = make_one(kNow + Duration::days(1));
  const auto away = make_one(kNow + Duration::days(2));
  ASSERT_TRUE(made && kept && away);
  fs::remove(made->folder + "/manifest.json");
  fs::rename(away->folder, root_.path() + "/on-another-disk");
  const auto gone = keep_newest(*database_, backups_ + "/", 5);
  ASSERT_TRUE(gone);
  EXPECT_EQ(*gone, std::vector<std::string>{made->folder});
  EXPECT_FALSE(fs::exists(made->folder));
  EXPECT_TRUE(verify(kept->folder, kSilent));
  EXPECT_EQ(entries(*database_).size(), 2U) << "of what is not there nothing is known";
}

TEST_F(BackupTest, ARestoredListKnowsTheBackupThatItCameFrom) {
  const auto made = make_one();
  ASSERT_TRUE(made);
  const std::string target = root_.path() + "/restored";
  ASSERT_TRUE(restore_to(target, made->folder));
  const auto restored =
      records::Database::open({.url = "sqlite:" + target + "/records.db"}, migrations());
  ASSERT_TRUE(restored);
  const std::vector<Entry> known = entries(**restored);
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].folder, made->folder);
  const auto gone = keep_newest(**restored, backups_, 5);
  ASSERT_TRUE(gone);
  EXPECT_TRUE(gone->empty());
  EXPECT_TRUE(verify(made->folder, kSilent));
}

TEST_F(BackupTest, RefusesTheDataFolderAndLeavesNothingBehind) {
  const std::string link = root_.path() + "/link";
  fs::create_directory_symlink(data_, link);
  for (const std::string& parent : {data_, data_ + "/backups", data_ + "/..backups", link}) {
    EXPECT_FALSE(make(
        {.store = *store_, .database = *database_, .folder = data_, .version = "1", .now = kNow},
        parent, kSilent))
        << parent;
  }
  const Progress cut = [](std::string_view text) -> Result<> {
    if (text.starts_with("copying keys")) return fail(Code::kUnavailable, "ends");
    return {};
  };
  EXPECT_FALSE(
      make({.store = *store_, .database = *database_, .folder = data_, .version = "1", .now = kNow},
           backups_, cut));
  EXPECT_TRUE(fs::is_empty(backups_));
  EXPECT_TRUE(entries(*database_).empty());
}

TEST(Manifest, IsReadAsItWasWritten) {
  const Manifest manifest{.version = "1",
                          .taken_at = kNow,
                          .records = false,
                          .files = {{"store/1.sst", 5, std::string(64, 'a')}},
                          .counts = {{"entities", 7}}};
  const auto read = read_manifest(to_json(manifest));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(manifest));
}

TEST(Manifest, PathsStayInTheFolder) {
  for (const char* path :
       {"../x", "/etc/passwd", "a/../../x", "a//b", "./a", "", "a/", "a\nb", "manifest.json"}) {
    std::string text = R"({"format":1,"version":"1","taken_at":"2025-02-05T08:00:00Z",)"
                       R"("records":true,"counts":{},"files":[{"path":)";
    json::append_quoted(text, path);
    text += R"(,"bytes":1,"sha256":")" + std::string(64, 'a') + "\"}]}";
    EXPECT_FALSE(read_manifest(text)) << path;
  }
  EXPECT_EQ(read_manifest(R"({"format":2})").error().code, Code::kNewerFormat);
}

}  // namespace
}  // namespace revier::backup
