// SPDX-License-Identifier: EUPL-1.2
// The mutations, by the examples of their clauses and by laws.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ngsi/difference.h"
#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

using test::kNext;
using test::kNow;
using test::World;
using What = AttributeChange::What;

constexpr ParseOptions kForUpdate = {.nulls = Nulls::kAttributes};
constexpr ParseOptions kForMerge = {.nulls = Nulls::kMerge};

// Indexes follow what a mutation tells of.
bool tells_all(const Mutated& done) {
  const auto told = [&](NameId name) {
    return std::ranges::find(done.changes, name, &AttributeChange::name) != done.changes.end();
  };
  return std::ranges::all_of(changed_attributes(*done.before, *done.after), told);
}

class Mutations : public testing::Test {
 protected:
  void load(std::string_view attributes) {
    before_ = w_.created(fmt::format(R"({{"id":"urn:a:1","type":"T",{}}})", attributes));
  }
  [[nodiscard]] Fragment fragment(std::string_view text, ParseOptions options) {
    auto parsed = w_.parsed(text, options);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed.value_or(Fragment{});
  }
  // What is there now, as a body without id and type.
  void expect(const Result<Mutated>& mutated, std::string_view attributes) {
    ASSERT_TRUE(mutated) << mutated.error().message;
    EXPECT_TRUE(Entity::decode(mutated->after->bytes()));
    EXPECT_TRUE(tells_all(*mutated));
    EXPECT_EQ(w_.sorted(w_.rendered(*mutated->after)),
              w_.sorted(fmt::format(R"({{"id":"urn:a:1","type":"T",{}}})", attributes)));
  }
  [[nodiscard]] Result<Mutated> merged(std::string_view text, const MergeOptions& options = {},
                                       Form form = Form::kNormalized) {
    return merge(w_.names, before_, fragment(text, {.form = form, .nulls = Nulls::kMerge}), options,
                 kNext);
  }
  [[nodiscard]] FragmentAttribute part(std::string_view name, std::string_view text) {
    const auto document = json::Document::parse(text);
    auto parsed = parse_attribute(name, document->root(), w_.context(), kForUpdate);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed.value_or(FragmentAttribute{});
  }

  World w_;
  EntityPtr before_;
};

constexpr const char* kMeasured =
    R"("t":{"type":"Property","value":25,"unitCode":"CEL","observedAt":"2022-03-14T01:59:26Z"})";

TEST_F(Mutations, append_adds_and_overwrites_only_if_it_may) {
  load(R"("a":1)");
  const Fragment more = fragment(R"({"type":"U","scope":"/X","a":2,"b":3})", {});
  const auto kept = append_attributes(w_.names, before_, more, false, kNext);
  ASSERT_TRUE(kept);
  EXPECT_EQ(w_.simple(*kept->after),
            R"({"a":1,"b":3,"id":"urn:a:1","scope":"/X","type":["T","U"]})");
  ASSERT_EQ(kept->result.not_updated.size(), 1U);
  EXPECT_EQ(kept->result.updated.size(), 3U);
  const auto over = append_attributes(w_.names, before_, more, true, kNext);
  ASSERT_TRUE(over);
  const auto a = over->after->find(w_.name("a"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->value, "2");
  EXPECT_EQ(a->created_at, kNow);
  EXPECT_EQ(a->modified_at, kNext);
  EXPECT_EQ(over->after->created_at(), kNow);
  EXPECT_EQ(over->after->modified_at(), kNext);
  EXPECT_EQ(before_->modified_at(), kNow);
}

TEST_F(Mutations, update_replaces_whole_attributes_and_deletes_by_null) {
  load(kMeasured + std::string(R"(,"gone":1,"l":{"languageMap":{"de":"x"}})"));
  const auto updated = update_attributes(
      w_.names, before_,
      fragment(R"({"t":{"value":100},"gone":"urn:ngsi-ld:null","absent":"urn:ngsi-ld:null",)"
               R"("l":{"languageMap":{"@none":"urn:ngsi-ld:null"}},"scope":"/X"})",
               kForUpdate),
      kNext);
  expect(updated, R"("t":{"type":"Property","value":100})");
  EXPECT_EQ(updated->result.not_updated.size(), 1U);  // absent; a scope that is not there: 5.6.2.4
  std::vector<What> what;
  for (const AttributeChange& change : updated->changes) what.push_back(change.what);
  EXPECT_EQ(what, (std::vector<What>{What::kUpdated, What::kDeleted, What::kDeleted}));
}

TEST_F(Mutations, partial_update_keeps_other_members) {
  load(kMeasured);
  expect(
      update_attribute(w_.names, before_, part("t", R"({"value":100})"), kNext),
      R"("t":{"type":"Property","value":100,"unitCode":"CEL","observedAt":"2022-03-14T01:59:26Z"})");
  expect(update_attribute(w_.names, before_,
                          part("t", R"({"unitCode":"urn:ngsi-ld:null","s":{"value":1}})"), kNext),
         R"("t":{"type":"Property","value":25,"observedAt":"2022-03-14T01:59:26Z",)"
         R"("s":{"type":"Property","value":1}})");
  const auto kind = update_attribute(
      w_.names, before_, part("t", R"({"type":"Relationship","object":"urn:b:1"})"), kNext);
  EXPECT_EQ(kind.error().code, Code::kBadRequestData);
  const auto missing = update_attribute(w_.names, before_, part("u", R"({"value":1})"), kNext);
  EXPECT_EQ(missing.error().code, Code::kResourceNotFound);
}

TEST_F(Mutations, merge_goes_into_values) {
  load(R"("address":{"street":"A","city":"Herne","country":"DE"},"r":{"object":"urn:b:1"},)"
       R"("l":{"languageMap":{"de":"x","fr":"y"}},)" +
       std::string(kMeasured));
  expect(
      merged(R"({"address":{"value":{"street":"B","country":"urn:ngsi-ld:null","n":{"a":1}}},)"
             R"("t":{"value":100},"l":"z","r":"urn:b:2"})",
             {.lang = "de", .observed_at = Instant{kNow}}, Form::kNormalized),
      R"("address":{"type":"Property","value":{"street":"B","city":"Herne","n":{"a":1}}},)"
      R"("r":{"type":"Relationship","object":"urn:b:2"},)"
      R"("l":{"type":"LanguageProperty","languageMap":{"de":"z","fr":"y"}},)"
      R"("t":{"type":"Property","value":100,"unitCode":"CEL","observedAt":"2025-01-20T08:00:00Z"})");
  const auto simple = merged(R"({"r":"urn:b:3","t":7})", {}, Form::kSimplified);
  ASSERT_TRUE(simple);
  EXPECT_EQ(simple->after->find(w_.name("r"))->kind, Kind::kRelationship);
  EXPECT_EQ(simple->after->find(w_.name("t"))->unit_code, "CEL");
  EXPECT_EQ(merged(R"({"r":5})").error().code, Code::kBadRequestData);
  const auto removed =
      merged(R"({"t":"urn:ngsi-ld:null","x":"urn:ngsi-ld:null",)"
             R"("l":{"languageMap":{"de":"urn:ngsi-ld:null","fr":"urn:ngsi-ld:null"}}})");
  ASSERT_TRUE(removed);
  EXPECT_FALSE(removed->after->has(w_.name("t")));
  EXPECT_FALSE(removed->after->has(w_.name("l")));
}

TEST_F(Mutations, instances_go_by_dataset) {
  load(R"("m":[{"value":1},{"value":2,"datasetId":"urn:d:2"}])");
  const NameId m = w_.name("m");
  const std::string iri = w_.names.iri(m);
  const auto appended = append_attributes(
      w_.names, before_, fragment(R"({"m":{"value":3,"datasetId":"urn:d:3"}})", {}), true, kNext);
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->after->find(m, "urn:d:3")->value, "3");
  EXPECT_EQ(appended->after->find(m)->value, "1");
  const auto one = delete_attribute(w_.names, before_, iri, {.dataset_id = "urn:d:2"}, kNext);
  ASSERT_TRUE(one);
  EXPECT_TRUE(one->after->find(m));
  EXPECT_FALSE(one->after->find(m, "urn:d:2"));
  const auto all = delete_attribute(w_.names, before_, iri, {.delete_all = true}, kNext);
  ASSERT_TRUE(all);
  EXPECT_FALSE(all->after->has(m));
  EXPECT_EQ(delete_attribute(w_.names, before_, iri, {.dataset_id = "urn:d:9"}, kNext).error().code,
            Code::kResourceNotFound);
  EXPECT_EQ(delete_scopes(before_, kNext).error().code, Code::kResourceNotFound);
}

TEST_F(Mutations, replacing_leaves_only_what_is_given) {
  load(kMeasured + std::string(R"(,"b":1,"scope":"/X")"));
  const auto replaced = replace_entity(
      w_.names, before_, fragment(R"({"id":"urn:a:1","type":"T","t":5,"c":6})", {}), kNext);
  expect(replaced, R"("t":{"type":"Property","value":5},"c":{"type":"Property","value":6})");
  EXPECT_EQ(replaced->after->created_at(), kNow);
  EXPECT_EQ(replaced->changes.size(), 3U);
  expect(replace_attribute(w_.names, replaced->after, part("t", R"({"value":9})"), kNext),
         R"("t":{"type":"Property","value":9},"c":{"type":"Property","value":6})");
  const auto put = put_property(w_.names, replaced->after,
                                "https://uri.etsi.org/ngsi-ld/default-context/free", "12", kNext);
  ASSERT_TRUE(put);
  EXPECT_EQ(put->after->find(w_.name("free"))->value, "12");
}

TEST_F(Mutations, expiring_takes_out_what_is_over_and_no_more) {
  const auto at = [](int seconds) { return to_iso8601(kNow + Duration{seconds * 1'000'000LL}); };
  load(fmt::format(R"("a":{{"value":1,"expiresAt":"{}"}},"b":[{{"value":1}},{{"value":2,)"
                   R"("datasetId":"urn:d:1","expiresAt":"{}"}}],"c":{{"value":3,"s":{{"value":4,)"
                   R"("expiresAt":"{}"}},"t":5}},"expiresAt":"{}")",
                   at(10), at(20), at(30), at(40)));
  const auto expired = [&](int seconds) {
    return expire(before_, kNow + Duration{seconds * 1'000'000LL});
  };
  EXPECT_EQ(earliest_expiry(*before_), kNow + Duration{10'000'000});
  EXPECT_EQ(expired(9)->after, before_);
  const auto some = expired(30);
  ASSERT_TRUE(some && some->after);
  EXPECT_TRUE(Entity::decode(some->after->bytes()));
  EXPECT_FALSE(some->after->has(w_.name("a")));
  EXPECT_FALSE(some->after->find(w_.name("b"), "urn:d:1"));
  EXPECT_TRUE(some->after->find(w_.name("b")));
  const auto c = some->after->find(w_.name("c"));
  EXPECT_FALSE(c->attributes().find(w_.name("s"), ""));
  EXPECT_TRUE(c->attributes().find(w_.name("t"), ""));
  EXPECT_EQ(some->changes.size(), 3U);
  EXPECT_EQ(earliest_expiry(*some->after), kNow + Duration{40'000'000});
  const auto all = expired(40);
  EXPECT_TRUE(all && all->before == before_ && !all->after);
}

TEST_F(Mutations, reducing_keeps_or_drops_attributes) {
  load(R"("a":1,"b":[{"value":1},{"value":2,"datasetId":"urn:d:1"}],"c":3)");
  const std::string base = "https://uri.etsi.org/ngsi-ld/default-context/";
  expect(reduce(w_.names, before_, {{base + "a", base + "b", base + "zz"}, false}, kNext),
         R"("c":{"type":"Property","value":3})");
  expect(reduce(w_.names, before_, {{base + "c"}, true}, kNext),
         R"("c":{"type":"Property","value":3})");
  EXPECT_EQ(reduce(w_.names, before_, {{base + "zz"}, false}, kNext)->after, before_);
}

// Random bodies of a few names and all kinds.
rc::Gen<std::string> attribute_body(bool nulls) {
  const auto number =
      rc::gen::map(rc::gen::inRange(-5, 5), [](int n) { return std::to_string(n); });
  const auto member =
      rc::gen::pair(rc::gen::element('x', 'y', 'z'), rc::gen::inRange(nulls ? -3 : 0, 5));
  const auto object = rc::gen::map(
      rc::gen::resize(3, rc::gen::container<std::vector<std::pair<char, int>>>(member)),
      [](const std::vector<std::pair<char, int>>& pairs) {
        const std::map<char, int> members(pairs.begin(), pairs.end());
        std::string out;
        for (const auto& [key, n] : members) {
          out += fmt::format("{}\"{}\":{}", out.empty() ? "" : ",", key,
                             n < 0 ? "\"urn:ngsi-ld:null\"" : std::to_string(n));
        }
        return fmt::format(R"({{"type":"Property","value":{{{}}}}})", out);
      });
  const auto fixed = rc::gen::element<std::string>(
      R"({"type":"Relationship","object":"urn:b:1"})",
      R"({"type":"LanguageProperty","languageMap":{"de":"ä","en":"a\"b"}})",
      R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[7.2,51.5]}})",
      R"({"type":"Property","value":[1,"two",{"three":3}],"unitCode":"CEL"})",
      R"([{"type":"Property","value":1},{"type":"Property","value":2,"datasetId":"urn:d:1"}])",
      R"({"type":"Property","value":1,"observedAt":"2025-01-20T08:00:00.5Z","s":{"type":"Property","value":true}})",
      R"({"type":"ListRelationship","objectList":[{"object":"urn:b:1"},{"object":"urn:b:2"}]})");
  return rc::gen::oneOf(number, object, fixed);
}

rc::Gen<std::string> body(bool nulls) {
  const auto pair = rc::gen::pair(rc::gen::element('a', 'b', 'c', 'd', 'e'), attribute_body(nulls));
  return rc::gen::map(
      rc::gen::resize(6, rc::gen::container<std::vector<std::pair<char, std::string>>>(pair)),
      [](const std::vector<std::pair<char, std::string>>& pairs) {
        const std::map<char, std::string> attributes(pairs.begin(), pairs.end());
        std::string out = R"({"id":"urn:a:1","type":"T")";
        for (const auto& [name, value] : attributes) out += fmt::format(",\"{}\":{}", name, value);
        return out + "}";
      });
}

RC_GTEST_PROP(MutationLaws, stored_bytes_and_shown_text_mean_the_same_entity, ()) {
  World w;
  const EntityPtr entity = w.created(*body(false));
  const auto decoded = Entity::decode(entity->bytes());
  RC_ASSERT(decoded && (*decoded)->bytes() == entity->bytes());
  for (const auto how : {Representation::kNormalized, Representation::kConcise}) {
    const EntityPtr again = w.created(w.rendered(*entity, {.representation = how}));
    RC_ASSERT(again->bytes() == entity->bytes());
  }
}

RC_GTEST_PROP(MutationLaws, merging_twice_is_merging_once, ()) {
  World w;
  const EntityPtr entity = w.created(*body(false));
  const auto patch = w.parsed(*body(true), kForMerge);
  RC_ASSERT(patch);
  const auto once = merge(w.names, entity, *patch, {}, kNext);
  // A bare value that does not fit the kind that is there is refused.
  RC_PRE(once.has_value());
  RC_ASSERT(Entity::decode(once->after->bytes()) && tells_all(*once));
  const auto twice = merge(w.names, once->after, *patch, {}, kNext);
  RC_ASSERT(twice && w.sorted(w.rendered(*twice->after)) == w.sorted(w.rendered(*once->after)));
  // What the patch does not name stays, byte for byte.
  for (const AttributeView& view : entity->attributes()) {
    const bool named =
        std::any_of(patch->attributes.begin(), patch->attributes.end(),
                    [&](const FragmentAttribute& a) { return w.names.find(a.name) == view.name; });
    if (named) continue;
    RC_ASSERT(once->after->find(view.name, view.dataset_id)->raw == view.raw);
  }
}

RC_GTEST_PROP(MutationLaws, appending_a_replacement_gives_what_replacing_gives, ()) {
  World w;
  const EntityPtr entity = w.created(*body(false));
  const auto whole = w.parsed(*body(false), kParseWhole);
  RC_ASSERT(whole);
  EntityPtr emptied = entity;
  for (const AttributeView& view : entity->attributes()) {
    const auto without = delete_attribute(w.names, emptied, w.names.iri(view.name),
                                          {.dataset_id = std::string(view.dataset_id)}, kNext);
    RC_ASSERT(without);
    emptied = without->after;
  }
  RC_ASSERT(emptied->attributes().empty());
  const auto appended = append_attributes(w.names, emptied, *whole, false, kNext);
  const auto replaced = replace_entity(w.names, entity, *whole, kNext);
  RC_ASSERT(appended && replaced);
  RC_ASSERT(tells_all(*appended) && tells_all(*replaced));
  RC_ASSERT(w.rendered(*appended->after) == w.rendered(*replaced->after));
}

TEST_F(Mutations, tell_what_they_have_changed) {
  load(R"("a":1,"b":{"value":2,"sub":3},"c":[{"value":4},{"value":5,"datasetId":"urn:d:1"}])");
  const auto changed_by = [&](std::string_view text) {
    const auto after = merged(text)->after;
    auto names = changed_attributes(*before_, *after);
    EXPECT_EQ(changed_attributes(*after, *before_), names);
    return std::pair(names, same_names(*before_, *after, names));
  };
  using Names = std::vector<NameId>;
  EXPECT_EQ(changed_by(R"({"b":{"value":7}})"), std::pair(Names{w_.name("b")}, true));
  EXPECT_EQ(changed_by(R"({"c":{"value":7,"datasetId":"urn:d:1"}})"),
            std::pair(Names{w_.name("c")}, true));
  EXPECT_EQ(changed_by(R"({"b":{"value":2,"other":3}})"), std::pair(Names{w_.name("b")}, false));
  const auto [replaced, same] = changed_by(R"({"a":"urn:ngsi-ld:null","d":1})");
  EXPECT_EQ(replaced, (Names{w_.name("a"), w_.name("d")}));
  EXPECT_FALSE(same);
  EXPECT_TRUE(changed_attributes(*before_, *before_).empty());
}

TEST_F(Mutations, of_an_entity_made_anew_have_changed_all_of_it) {
  load(R"("a":{"value":1,"observedAt":"2025-01-20T08:00:00Z"})");
  const auto fresh = create(
      w_.names,
      fragment(R"({"id":"urn:a:1","type":"T","a":{"value":1,"observedAt":"2025-01-20T08:00:00Z"}})",
               kParseWhole),
      kNext);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(changed_attributes(*before_, *fresh->after), std::vector<NameId>{w_.name("a")});
}

}  // namespace
}  // namespace revier::ngsi
