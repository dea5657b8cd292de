// SPDX-License-Identifier: EUPL-1.2
#include "snapshot/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "snapshot/detail/rows.h"
#include "support/context_world.h"

namespace revier::snapshot {
namespace {

using context::test::must;
using testing::HasSubstr;

constexpr Instant kNow{1'737'360'000'000'000};  // 2025-01-20T08:00:00Z
constexpr const char* kQueries =
    R"("snapshotQueries":[{"type":"Query","entities":[{"type":"Room"}]}])";

class SnapshotDocument : public testing::Test {
 protected:
  Reading reading(bool clone = false) const {
    return {.context = catalogue_->core(), .now = kNow, .lifetimes = {}, .clone = clone};
  }
  Result<Snapshot> read(const std::string& members, bool clone = false) const {
    const auto document = must(json::Document::parse(R"({"type":"Snapshot",)" + members + "}"));
    return parse(document.root(), reading(clone));
  }
  bool means(std::string_view q, const Snapshot& snapshot) const {
    return must(Selecting::make(q, *catalogue_->core())).matches(snapshot);
  }

  std::unique_ptr<jsonld::Catalogue> catalogue_ = must(jsonld::Catalogue::make());
};

TEST_F(SnapshotDocument, ReadsWhatIsAskedForAndBoundsItsLife) {
  const Snapshot usual = must(read(kQueries));
  EXPECT_EQ(usual.priority, 5);
  EXPECT_EQ(usual.expires_at, kNow + Duration::hours(24));
  const std::string queries(kQueries);
  EXPECT_EQ(must(read(queries + R"(,"snapshotLifetime":"PT90M")")).expires_at,
            kNow + Duration::minutes(90));
  EXPECT_EQ(must(read(queries + R"(,"snapshotLifetime":"P1Y")")).expires_at,
            kNow + Duration::days(7));
  EXPECT_FALSE(
      read(""
           R"("snapshotPriority":3)"));
  EXPECT_FALSE(read(kQueries, /*clone=*/true));
  EXPECT_EQ(must(read(R"("snapshotPriority":3)", /*clone=*/true)).priority, 3);
}

TEST_F(SnapshotDocument, HidesWhereItTellsFromOthers) {
  const Snapshot made = must(read(std::string(kQueries) +
                                  R"(,"endpoint":"http://a.example/n?key=1",)"
                                  R"("receiverInfo":[{"key":"Authorization","value":"geheim"}])"));
  EXPECT_THAT(to_json(made, {.context = *catalogue_->core()}), HasSubstr("geheim"));
  const std::string others = to_json(made, {.context = *catalogue_->core(), .secrets = false});
  EXPECT_THAT(others, testing::Not(HasSubstr("geheim")));
  EXPECT_THAT(others, testing::Not(HasSubstr("a.example")));
  const Receiver receiver = receiver_of(made);
  EXPECT_EQ(receiver.url, "http://a.example/n?key=1");
  ASSERT_EQ(receiver.headers.size(), 1U);
  EXPECT_EQ(receiver.headers[0].second, "geheim");
}

TEST_F(SnapshotDocument, TellsTheStatus) {
  Snapshot made = must(read(kQueries));
  made.id = "urn:s:1";
  made.status = Status::kPartial;
  made.details = R"([{"resultStatus":"success"}])";
  made.temporal_details = R"([{"resultStatus":"empty"}])";
  const std::string text = notification(made, kNow);
  for (const char* const part :
       {R"("type":"SnapshotNotification")", R"("snapshotId":"urn:s:1")",
        R"("snapshotStatus":"partial")", R"("snapshotQueriesDetails":[{"resultStatus":"success"}])",
        R"("temporalSnapshotQueriesDetails":[{"resultStatus":"empty"}])",
        R"("expiresAt":"2025-01-21T08:00:00Z")", R"("notifiedAt":"2025-01-20T08:00:00Z")"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST_F(SnapshotDocument, SelectsByMembers) {
  Snapshot made = must(read(std::string(kQueries) + R"(,"snapshotPriority":3)"));
  made.id = "urn:s:1";
  made.status = Status::kSuccess;
  EXPECT_TRUE(means("snapshotPriority<4", made));
  EXPECT_FALSE(means("snapshotPriority>4", made));
  EXPECT_TRUE(means(R"(snapshotStatus=="success";id=="urn:s:1")", made));
  EXPECT_TRUE(means("expiresAt<2025-01-22T00:00:00Z", made));
  EXPECT_FALSE(means("createdAt>2025-01-22T00:00:00Z|endpoint", made));
  for (const char* const q : {"", "speed>50", "((", "snapshotPriority{a}"}) {
    EXPECT_FALSE(Selecting::make(q, *catalogue_->core())) << q;
  }
}

TEST_F(SnapshotDocument, IsReadBackFromItsRow) {
  Snapshot made = must(read(std::string(kQueries) + R"(,"snapshotPriority":3)"));
  made.id = "urn:s:1";
  made.tenant = "herne";
  made.owner = "token:1";
  made.status = Status::kEmpty;
  made.details = R"([{"resultStatus":"empty"}])";
  made.notice_due = made.going = true;
  const std::string key = detail::key_of("herne", "urn:s:1").substr(detail::kPrefix.size());
  const Snapshot read = must(detail::decode(key, detail::encode(made), *catalogue_));
  EXPECT_EQ(detail::encode(read), detail::encode(made));
  EXPECT_EQ(read.tenant, "herne");
  EXPECT_EQ(read.id, "urn:s:1");
  EXPECT_FALSE(detail::decode("urn:s:1", detail::encode(made), *catalogue_));
}

RC_GTEST_PROP(SnapshotRows, DamagedOnesAreRefused, (const std::string& bytes)) {
  static const auto catalogue = must(jsonld::Catalogue::make());
  const std::string key = detail::key_of("", "urn:s:1").substr(detail::kPrefix.size());
  RC_ASSERT(!detail::decode(key, bytes, *catalogue));
}

}  // namespace
}  // namespace revier::snapshot
