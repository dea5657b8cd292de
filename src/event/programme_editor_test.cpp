// SPDX-License-Identifier: EUPL-1.2
#include "event/programme_editor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/completion.h"
#include "base/run_task.h"
#include "event/conflicts.h"
#include "support/loop_executor.h"
#include "support/test_records.h"

namespace revier::event {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Entities as the broker keeps them; may be told to fail once.
class MemoryEntities final : public Entities {
 public:
  Task<Result<>> write(std::vector<Write> writes) override {
    if (broken) co_return fail(Code::kUnavailable, "broken");
    for (const Write& each : writes) RV_CO_TRY(taken(each.entity));
    ++steps;
    for (Write& each : writes) {
      if (each.entity.empty()) {
        entities.erase(each.id);
      } else {
        entities[each.id] = each.entity;
      }
    }
    co_return Result<>{};
  }
  Result<> check(const std::string& entity) const override {
    return checks ? taken(entity) : Result<>{};
  }
  std::vector<std::string> all(std::string_view type) const override {
    std::vector<std::string> found;
    for (const auto& [id, entity] : entities) {
      if (entity.find("\"type\":\"" + std::string(type) + "\"") != std::string::npos) {
        found.push_back(entity);
      }
    }
    return found;
  }
  Result<> taken(const std::string& entity) const {
    if (unwanted.empty() || entity.find(unwanted) == std::string::npos) return {};
    return fail(Code::kBadRequestData, "is not wanted", "name");
  }
  bool broken = false;
  std::string unwanted;  // refuses entities that hold it
  bool checks = true;    // knows so before it writes
  int steps = 0;
  std::map<std::string, std::string> entities;
};

Item item_of(std::string_view kind, std::string_view id, const std::string& json) {
  const auto document = json::Document::parse(json);
  EXPECT_TRUE(document);
  auto item = read_item(*find_kind(kind), id, document->root());
  EXPECT_TRUE(item) << item.error().message;
  return std::move(*item);
}

struct Talk {
  std::string title = "KI im Rathaus";
  std::string from = "10:00";
  std::string to = "11:00";
  std::string room = "saal";
  std::string more = "";  // further members
};

Item session(std::string_view id, const Talk& talk = {}) {
  return item_of("sessions", id,
                 R"({"title": {"de": ")" + talk.title + R"(", "en": "A talk"}, "event": "scd",)" +
                     R"("day": "2025-02-05", "starts_at": "2025-02-05T)" + talk.from +
                     R"(:00+01:00", "ends_at": "2025-02-05T)" + talk.to +
                     R"(:00+01:00", "room": ")" + talk.room + "\"" + talk.more + "}");
}

// Quotas are made of what is told: the older programme told last would stay.
TEST(ProgrammeKeeper, TellsOfOneWriteAfterTheOther) {
  test::LoopExecutor executor;
  MemoryEntities entities;
  Completion<bool> slow;
  std::size_t calls = 0;
  std::vector<std::size_t> told;
  ProgrammeKeeper keeper(entities, [&](const Programme& programme) -> Task<Result<>> {
    if (++calls == 1) co_await slow;
    told.push_back(programme.sessions.size());
    co_return Result<>{};
  });
  const auto is_done = [](const Result<>& done) { EXPECT_TRUE(done); };
  start(keeper.put(session("a")), is_done);
  start(keeper.put(session("b")), is_done);
  EXPECT_EQ(calls, 1u);
  slow.set(true);
  EXPECT_TRUE(executor.run(keeper.put(session("c"))));
  EXPECT_THAT(told, ElementsAre(1u, 3u, 3u));
}

class ProgrammeEditorTest : public testing::TestWithParam<std::string> {
 protected:
  ProgrammeEditorTest() : place_(GetParam()) { reopen(); }

  // As after a restart.
  void reopen() {
    editor_.reset();
    keeper_.reset();
    database_.reset();
    database_ = place_.open(rows::migrations());
    keeper_.emplace(entities_, [this](const Programme&) -> Task<Result<>> {
      if (!editor_) co_return Result<>{};
      co_return co_await editor_->follow();
    });
    auto opened =
        ProgrammeEditor::open({.database = *database_, .keeper = *keeper_, .civil_clock = clock_});
    ASSERT_TRUE(opened) << opened.error().message;
    editor_ = std::move(*opened);
    const Result<> resumed = editor_->resume();
    resumed_ = resumed.has_value();
  }

  void draft(Item item) {
    const auto saved = run_task(editor_->put_draft(std::move(item), "anna"));
    ASSERT_TRUE(saved) << saved.error().message;
  }
  void direct(Item item) { ASSERT_TRUE(run_task(keeper_->put(std::move(item)))); }
  Result<Release> release(std::string note = "", ProgrammeEditor::Audit audit = {}) {
    return run_task(editor_->release({std::move(note), ""}, "anna", std::move(audit)));
  }
  std::vector<std::string> whats(std::string_view id) const {
    std::vector<std::string> all;
    for (const ChangePtr& change : editor_->ledger()->changes) {
      if (change->session != id) continue;
      for (const ChangeKind kind : change->kinds) all.emplace_back(to_string(kind));
    }
    return all;
  }

  tests::TestRecords place_;
  ManualClock clock_{*parse_iso8601("2025-01-20T08:00:00Z")};
  MemoryEntities entities_;
  std::unique_ptr<records::Database> database_;
  std::optional<ProgrammeKeeper> keeper_;
  std::unique_ptr<ProgrammeEditor> editor_;
  bool resumed_ = true;
};

INSTANTIATE_TEST_SUITE_P(On, ProgrammeEditorTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(ProgrammeEditorTest, KeepsDraftsFromThePublicUntilTheyAreReleasedTogether) {
  draft(session("a"));
  draft(session("b", {.from = "12:00", .to = "13:00"}));
  EXPECT_TRUE(keeper_->now()->sessions.empty());
  EXPECT_EQ(editor_->preview()->sessions.size(), 2u);
  reopen();
  EXPECT_EQ(editor_->drafts()->size(), 2u);
  const auto done = release("Erste Fassung");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->number, 1);
  EXPECT_EQ(entities_.steps, 1);
  EXPECT_EQ(keeper_->now()->sessions.size(), 2u);
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
  reopen();
  ASSERT_EQ(editor_->ledger()->releases.size(), 1u);
  EXPECT_EQ(editor_->ledger()->releases.front().note.de, "Erste Fassung");
  EXPECT_EQ(editor_->ledger()->changes.front()->release, 1);
  EXPECT_EQ(release().error().code, Code::kConflict);
}

TEST_P(ProgrammeEditorTest, TellsTheAuditLogOfWhatHasEnded) {
  std::vector<std::int64_t> told;
  const ProgrammeEditor::Audit audit = [&](records::Session&, const Release& release) {
    told.push_back(release.number);
    return Result<>{};
  };
  EXPECT_FALSE(release("Nichts da", audit));
  draft(session("a"));
  entities_.broken = true;
  EXPECT_FALSE(release("Mit Absturz", audit));
  EXPECT_THAT(told, IsEmpty());
  entities_.broken = false;
  reopen();
  draft(session("b"));
  EXPECT_TRUE(release("Zweite Fassung", audit));
  EXPECT_THAT(told, ElementsAre(2));
}

TEST_P(ProgrammeEditorTest, CarriesAnInterruptedReleaseToItsEnd) {
  draft(session("a"));
  entities_.broken = true;
  EXPECT_FALSE(release("Mit Absturz"));
  entities_.broken = false;
  EXPECT_TRUE(keeper_->now()->sessions.empty());
  reopen();
  ASSERT_TRUE(resumed_);
  EXPECT_EQ(keeper_->now()->sessions.size(), 1u);
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
  ASSERT_EQ(editor_->ledger()->releases.size(), 1u);
  EXPECT_EQ(editor_->ledger()->changes.front()->release, 1);
}

TEST_P(ProgrammeEditorTest, RefusesWhatTheEntitiesWouldRefuse) {
  entities_.unwanted = "Unsinn";
  const auto saved = run_task(editor_->put_draft(session("a", {.title = "Unsinn"}), "anna"));
  EXPECT_EQ(saved.error().code, Code::kUnprocessable);
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
  entities_.unwanted = "";
  draft(session("a", {.title = "Unsinn"}));
  draft(session("b"));
  entities_.unwanted = "Unsinn";
  const auto refused = release();
  EXPECT_EQ(refused.error().code, Code::kUnprocessable);
  EXPECT_EQ(refused.error().message, "sessions/a: is not wanted");
  EXPECT_EQ(entities_.steps, 0);
  EXPECT_EQ(editor_->drafts()->size(), 2u);
  draft(session("a"));
  EXPECT_TRUE(release());
}

TEST_P(ProgrammeEditorTest, AReleaseThatIsRefusedForGoodIsGivenUp) {
  draft(session("a", {.title = "Unsinn"}));
  entities_.broken = true;
  EXPECT_FALSE(release("Bleibt offen"));
  entities_.broken = false;
  entities_.unwanted = "Unsinn";
  reopen();
  ASSERT_TRUE(resumed_) << "the site comes up";
  EXPECT_EQ(editor_->drafts()->size(), 1u);
  entities_.checks = false;
  EXPECT_EQ(release().error().code, Code::kBadRequestData);
  draft(session("a"));
  const auto done = release("Zweiter Anlauf");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->number, 1);
  EXPECT_EQ(keeper_->now()->sessions.size(), 1u);
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
}

// What reads the public programme and replaces it, a day that is cancelled, undoes no release.
TEST_P(ProgrammeEditorTest, NoReleaseEndsBetweenReadingAndWriting) {
  direct(session("a"));
  draft(session("a", {.title = "Neuer Titel"}));
  const auto cancel = [&]() -> Task<Result<>> {
    RV_CO_ASSIGN(Item item, keeper_->find(*find_kind("sessions"), "a"));
    const auto meanwhile = co_await editor_->release({"", ""}, "anna");
    EXPECT_EQ(meanwhile.error().code, Code::kConflict);
    item.fields["cancelled"] = "true";
    co_return co_await keeper_->put(std::move(item));
  };
  const auto done = run_task(editor_->between_releases(cancel));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(keeper_->now()->session("a")->cancelled);
  entities_.broken = true;
  EXPECT_EQ(run_task(editor_->between_releases(cancel)).error().code, Code::kUnavailable);
  entities_.broken = false;
  ASSERT_TRUE(release()) << "the draft is still there, and nobody holds it up";
  EXPECT_EQ(keeper_->now()->session("a")->title.de, "Neuer Titel");
  EXPECT_TRUE(keeper_->now()->session("a")->cancelled) << "the older draft undoes nothing";
}

TEST_P(ProgrammeEditorTest, ADraftFollowsWhatIsPublicWhereItChangesNothing) {
  const auto only = [&] {
    return editor_->drafts()->size() == 1 ? editor_->drafts()->front() : Draft{};
  };
  const auto is_stale = [&] {
    return only().base != item_json(*keeper_->find(*find_kind("sessions"), "a"));
  };
  direct(session("a", {.more = R"(, "cancelled": true)"}));
  draft(session("a", {.title = "Neu", .more = R"(, "cancelled": true)"}));
  direct(session("a", {.room = "kamin", .more = R"(, "speakers": ["ada"])"}));
  EXPECT_EQ(only().revision, 2) << "who has it before her is told";
  EXPECT_FALSE(is_stale());
  const Session merged = read_session(*only().item);
  EXPECT_EQ(merged.title.de, "Neu");
  EXPECT_EQ(merged.room, "kamin");
  EXPECT_THAT(merged.speakers, ElementsAre("ada"));
  EXPECT_FALSE(merged.cancelled) << "a field that went goes here too";
  direct(session("a", {.title = "Auch neu", .room = "saal"}));
  EXPECT_TRUE(is_stale());
  EXPECT_EQ(read_session(*only().item).title.de, "Neu");
  EXPECT_EQ(read_session(*only().item).room, "saal");
  reopen();
  EXPECT_TRUE(is_stale());
  EXPECT_EQ(read_session(*only().item).room, "saal");
  direct(session("a", {.title = "Neu"}));
  EXPECT_THAT(*editor_->drafts(), IsEmpty()) << "nothing is left to release";
}

TEST_P(ProgrammeEditorTest, WritesDownWhatChangedAndCountsEachSession) {
  direct(session("a"));
  clock_.advance(Duration::days(1));
  direct(session("a", {.from = "11:00", .to = "12:00", .room = "kamin"}));
  direct(session("a", {.title = "Neu", .from = "11:00", .to = "12:00", .room = "kamin"}));
  direct(session("a", {.title = "Neu",
                       .from = "11:00",
                       .to = "12:00",
                       .room = "kamin",
                       .more = R"(, "cancelled": true)"}));
  EXPECT_THAT(whats("a"), ElementsAre("cancelled", "retitled", "moved", "room", "created"));
  const LedgerPtr ledger = editor_->ledger();
  EXPECT_EQ(ledger->standing("a")->sequence, 3);
  EXPECT_EQ(ledger->standing("a")->modified_at, clock_.now());
  EXPECT_EQ(ledger->version(), "0.4");
  EXPECT_EQ(ledger->news_of("a").size(), 3u);  // the creation is the first version
  ASSERT_TRUE(run_task(keeper_->remove(*find_kind("sessions"), "a")));
  EXPECT_EQ(whats("a").front(), "removed");
  EXPECT_TRUE(editor_->ledger()->standing("a")->removed);
  const std::string before = editor_->ledger()->version();
  reopen();
  EXPECT_EQ(editor_->ledger()->version(), before);
  EXPECT_EQ(whats("a").size(), 6u);
}

TEST_P(ProgrammeEditorTest, ChangesAreFoundHoweverOldTheyAre) {
  const std::string json = item_json(session("a"));
  ASSERT_TRUE(database_->writer().run_blocking([&](records::Session& db) -> Result<bool> {
    for (std::int64_t sequence = 1; sequence <= 1'010; ++sequence) {
      Change change{.sequence = sequence, .session = "s" + std::to_string(sequence)};
      RV_TRY(rows::insert_change(db, {.change = std::move(change), .before = "", .after = json}));
    }
    return true;
  }));
  reopen();
  EXPECT_EQ(editor_->ledger()->changes.size(), 1'000u);
  const auto sequences = [&](std::int64_t since) {
    const auto found = editor_->changes_since(since, 3);
    EXPECT_TRUE(found);
    std::vector<std::int64_t> all;
    for (const ChangePtr& each : *found) all.push_back(each->sequence);
    return all;
  };
  EXPECT_THAT(sequences(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(sequences(1'008), ElementsAre(1'009, 1'010));
  EXPECT_THAT(sequences(1'010), IsEmpty());
}

TEST_P(ProgrammeEditorTest, ASessionThatComesLaterIsNews) {
  direct(session("a"));
  EXPECT_THAT(editor_->ledger()->news_of("a"), IsEmpty());
  clock_.advance(Duration::days(2));
  direct(session("b"));
  EXPECT_EQ(editor_->ledger()->news_of("b").size(), 1u);
}

TEST_P(ProgrammeEditorTest, ASecondEditorDoesNotOverwriteTheFirst) {
  const auto first = run_task(editor_->put_draft(session("a"), "anna", 0));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->revision, 1);
  const auto second = run_task(editor_->put_draft(session("a", {.title = "x"}), "bert", 0));
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_TRUE(run_task(editor_->put_draft(session("a", {.title = "x"}), "bert", 1)));
}

TEST_P(ProgrammeEditorTest, ASecondEditorIsToldOfAReleaseInBetween) {
  direct(session("a"));
  const auto stamp = [&] { return stamp_of(*keeper_->find(*find_kind("sessions"), "a")); };
  const auto save = [&](const std::string& title, std::int64_t revision, const std::string& seen) {
    return run_task(editor_->put_draft(session("a", {.title = title}), "anna", revision, seen));
  };
  const std::string first = stamp();
  draft(session("a", {.from = "12:00", .to = "13:00"}));
  ASSERT_TRUE(release());
  EXPECT_EQ(save("Zu spät", 0, first).error().code, Code::kConflict);
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
  const auto saved = save("Rechtzeitig", 0, stamp());
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(saved->revision, 1);
  // The next draft has the same revision, not the same stamp.
  const std::string second = stamp_of(*saved->item);
  ASSERT_TRUE(release());
  draft(session("a", {.title = "Von Bert"}));
  EXPECT_EQ(save("Zu spät", 1, second).error().code, Code::kConflict);
  EXPECT_EQ(run_task(editor_->put_draft(session("b"), "anna", 0, "")).value().revision, 1);
}

TEST_P(ProgrammeEditorTest, RefusesADraftThatCouldNotBeReadAgain) {
  Item event = item_of("events", "scd", R"({"name": {"de": "S", "en": "S"},
      "starts_on": "2025-02-05", "ends_on": "2025-02-05", "time_zone": "Europe/Berlin",
      "venue": "villa", "days": [{"date": "2025-02-05"}]})");
  event.fields["days"] = "[]";
  const auto saved = run_task(editor_->put_draft(event, "anna"));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, Code::kUnprocessable);
  EXPECT_EQ(saved.error().field, "days");
  EXPECT_EQ(run_task(editor_->put_drafts({session("a"), event}, "anna")).error().field, "days");
  reopen();
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
}

// As an earlier version may have left it.
TEST_P(ProgrammeEditorTest, AnUnreadableDraftStopsNothingAndCanBeDiscarded) {
  draft(session("a"));
  draft(session("b"));
  draft(session("c"));
  ASSERT_TRUE(database_->writer().run_blocking([](records::Session& db) {
    return db.execute("UPDATE programme_draft SET item = :item WHERE id <> 'a'",
                      {{"item", R"({"title": 5})"}});
  }));
  reopen();
  ASSERT_TRUE(resumed_);
  EXPECT_EQ(editor_->drafts()->size(), 1u);
  EXPECT_THAT(editor_->unreadable(),
              testing::UnorderedElementsAre(DraftKey{"sessions", "b"}, DraftKey{"sessions", "c"}));
  ASSERT_TRUE(release());
  EXPECT_EQ(keeper_->now()->sessions.size(), 1u);
  EXPECT_EQ(editor_->unreadable().size(), 2u) << "no release takes what it does not write";
  EXPECT_TRUE(run_task(editor_->discard(*find_kind("sessions"), "b")));
  EXPECT_TRUE(run_task(editor_->put_draft(session("c"), "anna", 0)));
  EXPECT_THAT(editor_->unreadable(), IsEmpty());
  reopen();
  EXPECT_THAT(editor_->unreadable(), IsEmpty());
  ASSERT_EQ(editor_->drafts()->size(), 1u);
  EXPECT_EQ(editor_->drafts()->front().id, "c");
}

TEST_P(ProgrammeEditorTest, ADraftLikeTheReleasedItemIsNone) {
  direct(session("a"));
  draft(session("a", {.title = "Neu"}));
  EXPECT_EQ(editor_->drafts()->size(), 1u);
  draft(session("a"));
  EXPECT_THAT(*editor_->drafts(), IsEmpty());
}

TEST_P(ProgrammeEditorTest, TakesASessionOutWithARelease) {
  direct(session("a"));
  ASSERT_TRUE(run_task(editor_->put_removal(*find_kind("sessions"), "a", "anna")));
  EXPECT_TRUE(editor_->preview()->sessions.empty());
  EXPECT_EQ(keeper_->now()->sessions.size(), 1u);
  ASSERT_TRUE(release());
  EXPECT_TRUE(keeper_->now()->sessions.empty());
  EXPECT_EQ(run_task(editor_->discard(*find_kind("sessions"), "a")).error().code,
            Code::kResourceNotFound);
}

TEST_P(ProgrammeEditorTest, DeletesDraftsThatNobodyTouches) {
  draft(session("a"));
  clock_.advance(kDraftLife - Duration::days(1));
  draft(session("b"));
  ASSERT_TRUE(editor_->sweep());
  EXPECT_EQ(editor_->drafts()->size(), 2u);
  clock_.advance(Duration::days(2));
  ASSERT_TRUE(editor_->sweep());
  ASSERT_EQ(editor_->drafts()->size(), 1u);
  EXPECT_EQ(editor_->drafts()->front().id, "b");
}

TEST_P(ProgrammeEditorTest, NamesWhatDoesNotFit) {
  direct(item_of("events", "scd", R"({"name": {"de": "SCD", "en": "SCD"},
      "starts_on": "2025-02-05", "ends_on": "2025-02-05", "time_zone": "Europe/Berlin",
      "venue": "villa", "days": [{"date": "2025-02-05", "starts_at": "2025-02-05T09:00:00+01:00",
      "ends_at": "2025-02-05T17:00:00+01:00"}]})"));
  direct(item_of("rooms", "saal", R"({"name": {"de": "Saal", "en": "Hall"}, "place": "villa",
      "capacity": 20})"));
  direct(item_of("speakers", "erika", R"({"name": "Erika Beispiel"})"));
  direct(session("a", {.more = R"(, "speakers": ["erika"], "bookable": true, "capacity": 15)"}));
  const auto names = [&](std::int64_t taken = 10) {
    std::vector<std::string> all;
    for (const Conflict& each : conflicts(*editor_->preview(), [&](std::string_view id) {
           return id == "a" ? std::optional<std::int64_t>(taken) : std::nullopt;
         })) {
      all.push_back(each.session + " " + std::string(to_string(each.kind)));
    }
    return all;
  };
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_THAT(names(16), ElementsAre("a seats-sold"));
  draft(session(
      "b", {.from = "10:30", .to = "17:30", .more = R"(, "speakers": ["erika"], "capacity": 21)"}));
  EXPECT_THAT(names(),
              ElementsAre("b outside-day", "b room-too-small", "b room-twice", "b speaker-twice"));
  // What only touches does not collide, and a cancelled session uses nothing.
  draft(session("b", {.from = "11:00", .to = "12:00", .more = R"(, "speakers": ["erika"])"}));
  EXPECT_THAT(names(), IsEmpty());
  draft(session("b", {.from = "10:30", .to = "12:00", .more = R"(, "cancelled": true)"}));
  EXPECT_THAT(names(), IsEmpty());
  draft(session("b", {.from = "12:00",
                      .to = "12:00",
                      .room = "keller",
                      .more = R"(, "speakers": ["x"], "track": "t")"}));
  EXPECT_THAT(names(), ElementsAre("b ends-first", "b unknown-room", "b unknown-speaker",
                                   "b unknown-track"));
}

}  // namespace
}  // namespace revier::event
