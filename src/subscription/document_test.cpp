// SPDX-License-Identifier: EUPL-1.2
#include "subscription/document.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "jsonld/catalogue.h"
#include "subscription/detail/definition.h"
#include "subscription/detail/rows.h"

namespace revier::subscription {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant kNow = parse_iso8601("2025-01-20T08:00:00Z").value();

class DocumentTest : public testing::Test {
 protected:
  Result<Subscription> read(const std::string& text) {
    const auto document = json::Document::parse(text);
    EXPECT_TRUE(document) << text;
    return parse(document->root(), {catalogue_->core(), catalogue_->core(), kNow});
  }
  // A document that is right but for `members`.
  Result<Subscription> with(const std::string& members, const std::string& notification = "") {
    return read(fmt::format(
        R"({{"type":"Subscription",{}"notification":{{{}"endpoint":{{"uri":"http://h/n"}}}}}})",
        members, notification));
  }
  std::string refused(const std::string& members, const std::string& notification = "") {
    const auto read = with(members, notification);
    EXPECT_FALSE(read) << members << notification;
    return read ? "" : read.error().field;
  }
  std::string shown(const Subscription& subscription, bool secrets = true) {
    return to_json(subscription, {}, {*catalogue_->core(), kNow, false, false, secrets});
  }

  std::unique_ptr<jsonld::Catalogue> catalogue_ = *jsonld::Catalogue::make();
};

constexpr const char* kRooms = R"("entities":[{"type":"Room"}],)";

TEST_F(DocumentTest, ReadsAndShows) {
  const auto read = with(
      R"("id":"urn:s:1","entities":[{"type":"Room","idPattern":"urn:.*"}],
         "watchedAttributes":["seats"],"q":"seats>5","throttling":1.5,)",
      R"("attributes":["seats"],"format":"keyValues",)");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->throttling_us, 1'500'000);
  EXPECT_EQ(read->watched.front(), "https://uri.etsi.org/ngsi-ld/default-context/seats");
  EXPECT_EQ(shown(*read),
            R"({"id":"urn:s:1","type":"Subscription",)"
            R"("entities":[{"type":"Room","idPattern":"urn:.*"}],"watchedAttributes":["seats"],)"
            R"("q":"seats>5","throttling":1.5,"notification":{"attributes":["seats"],)"
            R"("format":"keyValues","endpoint":{"uri":"http://h/n"}},)"
            R"("notificationTrigger":["attributeCreated","attributeUpdated"],)"
            R"("jsonldContext":"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld",)"
            R"("status":"active"})");
}

TEST_F(DocumentTest, NamesWhatIsWrong) {
  EXPECT_EQ(refused(""), "entities");
  EXPECT_EQ(refused(R"("entities":[],)"), "entities");
  EXPECT_EQ(refused(R"("entities":[{"idPattern":".*"}],)"), "entities.type");
  std::string many = R"({"type":"Room"})";
  for (int i = 0; i < 1'000; ++i) many += R"(,{"type":"Room"})";
  EXPECT_EQ(refused(R"("entities":[)" + many + "],"), "entities");
  EXPECT_EQ(refused(std::string(kRooms) + R"("throttling":0,)"), "throttling");
  EXPECT_EQ(refused(std::string(kRooms) + R"("throttling":1,"timeInterval":1,)"), "throttling");
  EXPECT_EQ(refused(std::string(kRooms) + R"("timeInterval":1,"watchedAttributes":["a"],)"),
            "watchedAttributes");
  EXPECT_EQ(refused(std::string(kRooms) + R"("expiresAt":"2025-01-20T07:59:59Z",)"), "expiresAt");
  EXPECT_EQ(refused(std::string(kRooms) + R"("q":"seats>>5",)"), "q");
  EXPECT_EQ(refused(std::string(kRooms) + R"("watchedAttribute":["a"],)"), "watchedAttribute");
  EXPECT_EQ(refused(std::string(kRooms) + R"("notificationTrigger":["entityMoved"],)"),
            "notificationTrigger");
  EXPECT_EQ(refused(kRooms, R"("format":"fancy",)"), "notification.format");
  EXPECT_EQ(refused(kRooms, R"("format":"keyValues","showChanges":true,)"),
            "notification.showChanges");
  EXPECT_EQ(refused(kRooms, R"("attributes":["id"],)"), "notification.attributes");
  EXPECT_EQ(refused(kRooms, R"("pick":["a"],"omit":["a"],)"), "notification.omit");
  EXPECT_EQ(refused(std::string(kRooms) + R"("ngsildConformance":"2.0",)"), "ngsildConformance");
  EXPECT_EQ(refused(kRooms, R"("join":"both",)"), "notification.join");
  EXPECT_EQ(refused(kRooms, R"("join":"flat","joinLevel":11,)"), "notification.joinLevel");
  EXPECT_EQ(refused(kRooms, R"("join":"flat","joinLevel":1.5,)"), "notification.joinLevel");
  EXPECT_EQ(refused(kRooms, R"("pick":["a{b}"],)"), "notification.pick");
  EXPECT_EQ(refused(kRooms, R"("join":"flat","pick":["a{b{c}}"],)"), "notification.pick");
}

TEST_F(DocumentTest, TakesEndpointsThatItCanReach) {
  const auto endpoint = [this](const std::string& members) {
    return read(fmt::format(R"({{"type":"Subscription","entities":[{{"type":"Room"}}],
                                "notification":{{"endpoint":{{{}}}}}}})",
                            members));
  };
  EXPECT_TRUE(endpoint(R"("uri":"mqtts://u:p@h:1/a/b",
                          "notifierInfo":[{"key":"MQTT-QoS","value":"2"}])"));
  EXPECT_EQ(endpoint(R"("uri":"ftp://h/a")").error().code, Code::kOperationNotSupported);
  EXPECT_FALSE(endpoint(R"("uri":"no uri")"));
  EXPECT_FALSE(endpoint(R"("uri":"http://h","accept":"text/plain")"));
  EXPECT_FALSE(endpoint(R"("uri":"http://h","timeout":-1)"));
  EXPECT_FALSE(endpoint(R"("uri":"http://h","receiverInfo":{"key":"a"})"));
  EXPECT_FALSE(endpoint(R"("uri":"mqtt://h/t","notifierInfo":[{"key":"MQTT-QoS","value":"3"}])"));
}

TEST_F(DocumentTest, HidesWhatTheReceiverNeedsFromOthers) {
  const auto read = this->read(
      R"({"type":"Subscription","entities":[{"type":"Room"}],"notification":{"endpoint":
          {"uri":"http://h","receiverInfo":[{"key":"Authorization","value":"Bearer x"}]}}})");
  ASSERT_TRUE(read);
  EXPECT_THAT(shown(*read), HasSubstr("Bearer x"));
  EXPECT_THAT(shown(*read, false), Not(HasSubstr("Bearer x")));
}

TEST_F(DocumentTest, AFragmentTakesThePlaceOfMembers) {
  auto before = with(std::string(kRooms) + R"("q":"seats>5","description":"old",)");
  ASSERT_TRUE(before);
  before->id = "urn:s:1";
  const auto after = [&](const std::string& fragment) {
    return detail::updated(*before, {fragment, catalogue_->core(), nullptr}, kNow);
  };
  const auto changed = after(R"({"q":"seats>9","description":null,"lang":"de"})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ((*changed)->selections.front().q, "seats>9");
  EXPECT_EQ((*changed)->lang, "de");
  EXPECT_THAT(shown(**changed), Not(HasSubstr("description")));
  EXPECT_EQ((*changed)->id, "urn:s:1");
  EXPECT_FALSE(after(R"({"notification":{"format":"keyValues"}})"));  // no endpoint any more
  EXPECT_FALSE(after(R"({"expiresAt":"2020-01-01T00:00:00Z"})"));
  EXPECT_FALSE(after(R"({"type":"Something"})"));
}

// One that was stored before origins were kept gets that of the next request.
TEST_F(DocumentTest, KeepsItsFirstOrigin) {
  auto before = with(kRooms);
  ASSERT_TRUE(before);
  const auto after = [&](const std::string& origin) {
    return detail::updated(*before, {R"({"lang":"de"})", catalogue_->core(), nullptr, origin}, kNow)
        .value()
        ->origin;
  };
  EXPECT_EQ(after("http://a"), "http://a");
  before->origin = "http://b";
  EXPECT_EQ(after("http://a"), "http://b");
}

TEST_F(DocumentTest, IsReadBackFromItsRow) {
  auto made = with(std::string(kRooms) + R"("expiresAt":"2025-02-01T00:00:00Z","scopeQ":"/a/#",)");
  ASSERT_TRUE(made) << made.error().message;
  made->id = "urn:s:1";
  made->owner = "token-1";
  made->created_at = made->modified_at = kNow;
  const auto back = detail::read_definition("herne", detail::definition_row(*made), *catalogue_);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ((*back)->owner, "token-1");
  EXPECT_EQ((*back)->tenant, "herne");
  EXPECT_EQ(shown(**back), shown(*made));
}

RC_GTEST_PROP(Rows, DamagedOnesAreRefused, (const std::string& bytes)) {
  (void)detail::decode(bytes);
  (void)detail::decode_dead(bytes);
  (void)detail::decode_numbers(bytes);
}

RC_GTEST_PROP(Rows, DeadLettersAreReadBack, ()) {
  detail::DeadLetter letter;
  letter.picks = *rc::gen::arbitrary<std::vector<std::uint64_t>>();
  letter.attempts = *rc::gen::inRange<std::int64_t>(0, 1'000);
  letter.reason = *rc::gen::arbitrary<std::string>();
  letter.at = kNow;
  const auto back = detail::decode_dead(detail::encode(letter));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->picks == letter.picks);
  RC_ASSERT(back->reason == letter.reason);
  RC_ASSERT(back->at == letter.at);
}

}  // namespace
}  // namespace revier::subscription
