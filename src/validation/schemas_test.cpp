// SPDX-License-Identifier: EUPL-1.2
#include "validation/schemas.h"

#include <gtest/gtest.h>

#include "base/completion.h"
#include "base/run_task.h"
#include "support/context_world.h"
#include "support/one_group.h"
#include "validation/detail/rows.h"

namespace revier::validation {
namespace {

using context::Origin;
using context::test::must;

constexpr std::string_view kCommon = "https://models.example/common.json";
constexpr std::string_view kCommonText = R"({"definitions": {"Place": {"properties": {
    "location": {"type": "object", "required": ["coordinates"]}}}}})";
constexpr std::string_view kAir = R"({"allOf": [
    {"$ref": "https://models.example/common.json#/definitions/Place"},
    {"properties": {"type": {"enum": ["Air"]}, "no2": {"type": "number", "minimum": 0},
                    "seen": {"type": "string", "format": "date-time"}}}],
    "required": ["id", "type", "no2"]})";

class SchemasOverABroker : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void TearDown() override { schemas_.reset(); }
  void open() {
    schemas_ = must(Schemas::open({.store = world_.store(),
                                   .broker = world_.broker(),
                                   .catalogue = world_.catalogue(),
                                   .civil_clock = world_.clock(),
                                   .pool = pool_}));
  }
  void reopen() {
    schemas_.reset();
    world_.reopen();
    open();
  }

  std::string iri(std::string_view name) const { return must(world_.context().expand_name(name)); }
  TypeSchema air(Mode mode, std::string_view text = kAir) const {
    return {.tenant = {},
            .type = iri("Air"),
            .context = world_.catalogue().core(),
            .schema = std::string(text),
            .mode = mode};
  }
  void give(Mode mode) {
    must(run_task(schemas_->put_document("", {std::string(kCommon), std::string(kCommonText)})));
    must(run_task(schemas_->put(air(mode))));
  }
  Tally tally() const { return schemas_->tally("", iri("Air")); }

  mutable context::test::World world_;
  net::Pool pool_{1, 16};
  std::unique_ptr<Schemas> schemas_;
};

constexpr std::string_view kGood = R"({"id": "urn:air:1", "type": "Air", "no2": 12})";
constexpr std::string_view kBad = R"({"id": "urn:air:2", "type": "Air", "no2": -1})";

TEST_F(SchemasOverABroker, RejectsAndNamesAttributeRuleAndPlace) {
  give(Mode::kReject);
  EXPECT_TRUE(world_.create(kGood));
  const auto refused = world_.create(kBad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kBadRequestData);
  EXPECT_EQ(refused.error().field, "/no2");
  EXPECT_NE(refused.error().message.find("attribute no2, rule minimum, place /no2"),
            std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(world_.broker().find("", "urn:air:2"));
  EXPECT_EQ(tally().refused, 1U);
  EXPECT_EQ(tally().marked, 0U);
  EXPECT_TRUE(world_.create(R"({"id": "urn:tree:1", "type": "Tree", "no2": -1})"));
}

TEST_F(SchemasOverABroker, JudgesAPartOfAnEntityByTheWholeAfterIt) {
  give(Mode::kReject);
  must(world_.create(kGood));
  const auto change = [&](std::string_view fragment) {
    return world_.write(context::append("urn:air:1", world_.parsed(fragment), true));
  };
  EXPECT_TRUE(change(R"({"seen": "2026-01-01T00:00:00Z"})"));
  EXPECT_FALSE(change(R"({"seen": "yesterday"})"));
  EXPECT_FALSE(change(R"({"no2": "many"})"));
  EXPECT_FALSE(world_.write(context::remove_attribute("urn:air:1", iri("no2"), {})));
  EXPECT_EQ(world_.value("urn:air:1", "no2"), "12");
  EXPECT_EQ(world_.value("urn:air:1", "seen"), "\"2026-01-01T00:00:00Z\"");
}

TEST_F(SchemasOverABroker, LooksAtEveryInstance) {
  give(Mode::kReject);
  const char* const two = R"({{"id": "urn:air:{}", "type": "Air", "no2": [
      {{"type": "Property", "value": 1}},
      {{"type": "Property", "value": {}, "datasetId": "urn:sensor:2"}}]}})";
  EXPECT_TRUE(world_.create(fmt::format(fmt::runtime(two), 3, 2)));
  EXPECT_FALSE(world_.create(fmt::format(fmt::runtime(two), 4, -2)));
}

TEST_F(SchemasOverABroker, ManyInstancesDoNotMultiplyTheBudget) {
  must(run_task(schemas_->put(air(Mode::kReject, R"({"properties": {
      "many": {"items": {"type": "number", "minimum": 0}}, "no2": {"type": "number"}}})"))));
  const auto entity = [](int number, int elements, int instances) {
    std::string text = fmt::format(R"({{"id": "urn:air:{}", "type": "Air", "many": {{
        "type": "Property", "value": [0)",
                                   number);
    for (int i = 1; i < elements; ++i) text += ",1";
    text += "]}, \"no2\": [";
    for (int i = 0; i < instances; ++i) {
      text += fmt::format(R"({}{{"type": "Property", "value": 1, "datasetId": "urn:d:{}"}})",
                          i > 0 ? "," : "", i);
    }
    return text + "]}";
  };
  const auto refused_by_limit = [&](const std::string& text) {
    const auto outcome = world_.create(text);
    return !outcome && outcome.error().message.find("rule limit") != std::string::npos;
  };
  EXPECT_TRUE(world_.create(entity(1, 20'000, 1)));
  EXPECT_TRUE(refused_by_limit(entity(2, 20'000, 10)));
  EXPECT_TRUE(world_.create(entity(3, 2, 64)));
  EXPECT_TRUE(refused_by_limit(entity(4, 2, 65)));
}

TEST_F(SchemasOverABroker, SeesATypedValueAndEachTypeByItsName) {
  give(Mode::kReject);
  EXPECT_TRUE(world_.create(R"({"id": "urn:air:5", "type": ["Air", "Sensor"], "no2": 1, "seen":
      {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-01-01T00:00:00Z"}}})"));
  EXPECT_FALSE(world_.create(R"({"id": "urn:air:6", "type": ["Sensor", "Air"], "no2": -1})"));
}

TEST_F(SchemasOverABroker, MarksAndKeepsCountsAndExamplesOverARestart) {
  give(Mode::kMark);
  for (int i = 0; i < 30; ++i) {
    must(world_.create(
        fmt::format(R"({{"id": "urn:air:x{}", "type": "Air", "no2": -{}}})", i, i + 1)));
  }
  EXPECT_EQ(world_.value("urn:air:x29", "no2"), "-30");
  for (int round = 0; round < 2; ++round) {
    const Tally found = tally();
    EXPECT_EQ(found.marked, 30U);
    ASSERT_EQ(found.latest.size(), Tally::kExamplesMax);
    ASSERT_EQ(found.rules.size(), 1U);
    EXPECT_EQ(found.rules[0].attribute, "no2");
    EXPECT_EQ(found.rules[0].rule, "minimum");
    EXPECT_EQ(found.rules[0].count, 30U);
    EXPECT_EQ(found.latest.front().violations.front().message.substr(0, 4), "is -");
    reopen();
    ASSERT_NE(schemas_->find("", iri("Air")), nullptr);
    EXPECT_EQ(schemas_->find("", iri("Air"))->mode, Mode::kMark);
  }
  ASSERT_TRUE(run_task(schemas_->clear_tally("", iri("Air"))));
  reopen();
  EXPECT_EQ(tally().marked, 0U);
  EXPECT_TRUE(tally().latest.empty());
}

TEST_F(SchemasOverABroker, StartsWithATallyThatIsDamagedOrLong) {
  give(Mode::kMark);
  must(world_.create(kBad));
  const std::string type = iri("Air");
  const auto key = [&](std::string_view rows, std::string_view part) {
    return detail::row_key(rows, "", type, part);
  };
  const std::string long_rule = detail::encode(
      RuleCount{.attribute = std::string(std::size_t{11} << 20, 'a'), .rule = "type", .count = 7});
  ASSERT_TRUE(world_.store().writer().run_blocking([&](store::Batch& batch) -> Result<> {
    batch.put(store::Column::kMeta, key(detail::kRuleRows, "b"), "{");
    batch.put(store::Column::kMeta, key(detail::kExampleRows, "3"), "{}");
    batch.put(store::Column::kMeta, std::string(detail::kSumRows) + "no tenant", "{}");
    batch.put(store::Column::kMeta, key(detail::kRuleRows, "z"), long_rule);
    return {};
  }));
  reopen();
  EXPECT_EQ(tally().marked, 1U);
  ASSERT_EQ(tally().rules.size(), 2U);
  EXPECT_EQ(tally().rules.back().count, 7U);
}

TEST_F(SchemasOverABroker, DoesNotRefuseWhatADomainWritesOrTimeEnds) {
  give(Mode::kReject);
  EXPECT_TRUE(world_.write(context::create(world_.parsed(kBad)), Origin::domain("event")));
  EXPECT_EQ(tally().marked, 1U);
  must(world_.create(R"({"id": "urn:air:7", "type": "Air", "no2": {"type": "Property", "value": 3,
      "expiresAt": "2025-01-20T09:00:00Z"}})"));
  world_.clock().advance(Duration::hours(2));
  ASSERT_TRUE(world_.broker().expire());
  EXPECT_EQ(world_.value("urn:air:7", "no2"), "");
  EXPECT_EQ(tally().marked, 2U);
}

TEST_F(SchemasOverABroker, TriesASchemaOutOnWhatIsThere) {
  for (int i = 0; i < 200; ++i) {
    must(world_.create(fmt::format(R"({{"id": "urn:air:{}", "type": "Air", "no2": {}}})", i,
                                   i % 4 == 0 ? -1 : 1)));
  }
  must(run_task(schemas_->put_document("", {std::string(kCommon), std::string(kCommonText)})));
  const Trial trial = must(run_task(schemas_->try_out(air(Mode::kReject), 0)));
  EXPECT_EQ(trial.checked, 200U);
  EXPECT_EQ(trial.violating, 50U);
  EXPECT_EQ(trial.examples.front().entity, "urn:air:0");
  EXPECT_EQ(trial.next, 0U);
  EXPECT_TRUE(schemas_->list("").empty());
  EXPECT_EQ(tally().marked, 0U);
}

TEST_F(SchemasOverABroker, ADocumentStaysAsLongAsASchemaNeedsIt) {
  const auto missing = run_task(schemas_->put(air(Mode::kMark)));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find(kCommon), std::string::npos);
  give(Mode::kReject);
  const auto refused = run_task(schemas_->remove_document("", std::string(kCommon)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConflict);
  const auto emptied = run_task(schemas_->put_document("", {std::string(kCommon), "{}"}));
  ASSERT_FALSE(emptied);
  EXPECT_EQ(emptied.error().code, Code::kConflict);
  // Another text of it counts at once.
  must(run_task(schemas_->put_document(
      "", {std::string(kCommon), R"({"definitions": {"Place": {"required": ["location"]}}})"})));
  EXPECT_FALSE(world_.create(kGood));
  ASSERT_TRUE(run_task(schemas_->remove("", iri("Air"))));
  EXPECT_TRUE(world_.create(kGood));
  EXPECT_TRUE(run_task(schemas_->remove_document("", std::string(kCommon))));
}

// The document goes and a schema that refers to it comes while the writer is busy, so that both
// would be written together. Who of them succeeded.
Task<std::pair<bool, bool>> at_once(store::Store& store, Schemas& schemas, TypeSchema schema) {
  Completion<bool> removed;
  Completion<bool> given;
  revier::test::while_writer_is_busy(store, [&] {
    start(schemas.remove_document("", std::string(kCommon)),
          [&](const Result<>& done) { removed.set(done.has_value()); });
    start(schemas.put(std::move(schema)),
          [&](const Result<bool>& done) { given.set(done.has_value()); });
  });
  const bool first = co_await removed;
  const bool second = co_await given;
  co_return std::pair(first, second);
}

TEST_F(SchemasOverABroker, ASchemaThatWasTakenHasItsDocuments) {
  must(run_task(schemas_->put_document("", {std::string(kCommon), std::string(kCommonText)})));
  const auto [removed, given] = run_task(at_once(world_.store(), *schemas_, air(Mode::kReject)));
  EXPECT_TRUE(removed);
  EXPECT_FALSE(given);
  EXPECT_TRUE(schemas_->list("").empty());
}

TEST_F(SchemasOverABroker, HoldsForItsTenantAlone) {
  give(Mode::kReject);
  EXPECT_FALSE(world_.create(kBad));
  EXPECT_TRUE(world_.create(kBad, "other"));
  EXPECT_TRUE(schemas_->list("other").empty());
}

TEST_F(SchemasOverABroker, ASnapshotIsFilledWithWhatWasAndChangedByTheRules) {
  const std::string space = context::space_name("", "urn:snapshot:1");
  world_.broker().open_space(space);
  give(Mode::kReject);
  EXPECT_TRUE(world_.write(context::create(world_.parsed(kBad)), Origin::expiry(), space));
  EXPECT_EQ(tally().marked, 0U);
  EXPECT_FALSE(world_.write(context::append("urn:air:2", world_.parsed(R"({"no2": -5})"), true),
                            Origin::api(), space));
}

TEST_F(SchemasOverABroker, ASpaceThatIsMadeAnewHasNumbersOfItsOwn) {
  const std::string space = context::space_name("", "urn:snapshot:2");
  give(Mode::kReject);
  const auto changed = [&](std::string_view entity, std::string_view id) {
    world_.broker().open_space(space);
    must(world_.write(context::create(world_.parsed(entity)), Origin::expiry(), space));
    auto change = context::append(std::string(id), world_.parsed(R"({"no2": -5})"), true);
    return world_.write(std::move(change), Origin::api(), space).has_value();
  };
  EXPECT_TRUE(changed(R"({"id": "urn:tree:1", "type": "Tree", "no2": 1})", "urn:tree:1"));
  ASSERT_TRUE(world_.broker().drop_space(space));
  EXPECT_FALSE(changed(kGood, "urn:air:1"));
}

}  // namespace
}  // namespace revier::validation
