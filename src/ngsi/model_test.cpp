// SPDX-License-Identifier: EUPL-1.2
// Bodies in, entities out: parse, create, render, encode, decode.
#include <gtest/gtest.h>

#include "ngsi/detail/draft.h"
#include "ngsi/detail/language.h"
#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

using test::World;

TEST(Ngsi, gives_back_what_was_created) {
  World w;
  const std::string body =
      R"({"id":"urn:ngsi-ld:Room:1","type":["Room","Hall"],"scope":"/Herne/Mitte",)"
      R"("name":{"type":"LanguageProperty","languageMap":{"de":"Saal","en":["Hall","Room"]}},)"
      R"("location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[7.22,51.53]}},)"
      R"("temperature":[{"type":"Property","value":20.5,"unitCode":"CEL",)"
      R"("observedAt":"2025-01-20T08:00:00Z","accuracy":{"type":"Property","value":0.1}},)"
      R"({"type":"Property","value":21,"datasetId":"urn:d:2"}],)"
      R"("isPartOf":{"type":"Relationship","object":"urn:ngsi-ld:Building:1","objectType":"Building"},)"
      R"("use":{"type":"VocabProperty","vocab":["Meeting","Talk"]},)"
      R"("raw":{"type":"JsonProperty","json":{"type":1,"id":null}},)"
      R"("steps":{"type":"ListProperty","valueList":[1,"b"]},)"
      R"("route":{"type":"ListRelationship","objectList":[{"object":"urn:a:1"},{"object":"urn:a:2"}]}})";
  const EntityPtr entity = w.created(body);
  EXPECT_EQ(w.sorted(w.rendered(*entity)), w.sorted(body));
  // The form is what is stored, and concise text means the same entity.
  const auto decoded = Entity::decode(entity->bytes());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(w.rendered(**decoded), w.rendered(*entity));
  const std::string concise = w.rendered(*entity, {.representation = Representation::kConcise});
  EXPECT_EQ(w.rendered(*w.created(concise)), w.rendered(*entity));
}

// A row that is written and cannot be read again would keep the broker from starting.
TEST(Ngsi, reads_every_unit_code_that_it_stores) {
  World w;
  int taken = 0;
  for (int c = 1; c < 0x80; ++c) {
    std::string code;
    json::append_quoted(code, std::string(1, static_cast<char>(c)) + "EL");
    const auto document = json::Document::parse(
        R"({"id":"urn:a:1","type":"T","u":{"value":5,"unitCode":)" + code + "}}");
    ASSERT_TRUE(document) << c;
    const auto whole = parse_entity(document->root(), w.context(), kParseWhole);
    if (!whole) continue;
    ++taken;
    const auto made = create(w.names, *whole, Instant{0});
    ASSERT_TRUE(made) << c;
    EXPECT_TRUE(Entity::decode(made->after->bytes())) << c;
  }
  EXPECT_EQ(taken, 0x80 - 0x20 - 2) << "all but controls, the quote and the backslash";
}

TEST(Ngsi, a_usual_entity_needs_little_memory) {
  World w;
  const EntityPtr entity = w.created(test::kBenchEntity);
  EXPECT_GT(std::string_view(test::kBenchEntity).size(), 850U);
  EXPECT_LT(entity->memory_bytes(), 700U);
}

TEST(Ngsi, reads_concise_and_simplified_bodies) {
  World w;
  const EntityPtr entity = w.created(
      R"({"id":"urn:a:1","type":"T","n":20,"list":[1,{"a":1}],"place":{"type":"Point","coordinates":[7,51]},)"
      R"("r":{"object":"urn:b:1"},"o":{"a":{"b":1}},"u":{"value":5,"unitCode":"CEL"}})");
  EXPECT_EQ(
      w.sorted(w.rendered(*entity)),
      w.sorted(R"({"id":"urn:a:1","type":"T","n":{"type":"Property","value":20},)"
               R"("list":{"type":"Property","value":[1,{"a":1}]},)"
               R"("place":{"type":"GeoProperty","value":{"type":"Point","coordinates":[7,51]}},)"
               R"("r":{"type":"Relationship","object":"urn:b:1"},)"
               R"("o":{"type":"Property","value":{"a":{"b":1}}},)"
               R"("u":{"type":"Property","value":5,"unitCode":"CEL"}})"));
  const std::string simple =
      R"({"id":"urn:a:1","type":"T","n":20,"t":{"dataset":{"@none":1,"urn:d:1":2}},)"
      R"("l":{"languageMap":{"de":"x"}},"v":{"vocab":"Good"},"j":{"json":{"a":1}},)"
      R"("place":{"type":"Point","coordinates":[7,51]}})";
  const EntityPtr plain = w.created(simple, {.form = Form::kSimplified});
  EXPECT_EQ(w.sorted(w.rendered(*plain, {.representation = Representation::kSimplified})),
            w.sorted(simple));
}

TEST(Ngsi, refuses_what_is_no_entity_and_names_it) {
  World w;
  const auto error = [&w](std::string_view members) {
    const auto body = fmt::format(R"({{"id":"urn:a:1","type":"T",{}}})", members);
    const auto parsed = w.parsed(body, kParseWhole);
    return parsed ? "taken" : parsed.error().message;
  };
  using testing::HasSubstr;
  EXPECT_THAT(error(R"("a":{"type":"Property"})"), HasSubstr("attribute a: a Property must have"));
  EXPECT_THAT(error(R"("a":{"type":"Prop","value":1})"), HasSubstr("type Prop is none of"));
  EXPECT_THAT(error(R"("a":null)"), HasSubstr("must not be null"));
  EXPECT_THAT(error(R"("a":"urn:ngsi-ld:null")"), HasSubstr("not allowed here"));
  EXPECT_THAT(error(R"("a":{"x":["urn:ngsi-ld:null"]})"), HasSubstr("must not hold"));
  EXPECT_THAT(error(R"("a":{"value":1,"observedAt":"2025-01-20"})"),
              HasSubstr("observedAt must be"));
  EXPECT_THAT(error(R"("a":{"value":1,"object":"urn:b:1"})"), HasSubstr("no member"));
  EXPECT_THAT(error(R"("a":{"object":"x"})"), HasSubstr("absolute URI"));
  EXPECT_THAT(error(R"("a b":1)"), HasSubstr("a name must be"));
  EXPECT_THAT(error(R"("a<":1)"), HasSubstr("a name must be"));
  EXPECT_THAT(error(R"("unitCode":"CEL")"), HasSubstr("cannot be the name"));
  EXPECT_THAT(error(R"("https://uri.etsi.org/ngsi-ld/hasValue":1)"), HasSubstr("cannot be the"));
  EXPECT_THAT(error(R"("location":5)"), HasSubstr("GeoProperty"));
  EXPECT_THAT(error(R"("a":[{"value":1},{"value":2}])"), HasSubstr("given twice"));
  EXPECT_THAT(error(R"("a":{"value":1,"s":1,"https://uri.etsi.org/ngsi-ld/default-context/s":2})"),
              HasSubstr("given twice"));
  EXPECT_THAT(error(R"("a":1,"scope":"/Herne/1")"), HasSubstr("scope must be"));
  EXPECT_THAT(error(R"("a":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":)"
                    R"([[[0,0],[1,0],[1,1],[0,1]]]}})"),
              HasSubstr("last position of a ring"));
  EXPECT_THAT(error(R"("a":{"type":"GeoProperty","value":{"type":"Point","coordinates":[200,0]}})"),
              HasSubstr("longitude must be within"));
  EXPECT_THAT(error(R"("a":{"languageMap":{"d e":"x"}})"), HasSubstr("language tag"));
  EXPECT_FALSE(w.parsed(R"({"type":"T"})", kParseWhole));
  EXPECT_FALSE(w.parsed(R"({"id":"urn:a:1"})", kParseWhole));
  EXPECT_FALSE(w.parsed(R"({"id":"no uri","type":"T"})", kParseWhole));
  EXPECT_FALSE(w.parsed("[]", kParseWhole));
}

TEST(Ngsi, takes_only_names_that_can_be_asked_for_by_their_iri) {
  const auto catalogue = *jsonld::Catalogue::make();
  const auto given = *json::Document::parse(
      R"({"good":"https://a.example/Räume#x","bad":"https://a^example/Room"})");
  const auto context = *catalogue->resolve(given.root());
  const auto iri = expand_checked("good", *context);
  ASSERT_TRUE(iri) << iri.error().message;
  EXPECT_EQ(*expand_checked(*iri, World::context()), *iri);
  const auto refused = expand_checked("bad", *context);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kBadRequestData);
  EXPECT_EQ(refused.error().field, "bad");
}

// Such bytes come from a store only: what is sent is always a map.
TEST(Ngsi, a_language_map_that_is_none_is_a_text_in_no_language) {
  const auto said = detail::spoken("\"Saal\"", {.tags = {"de"}});
  EXPECT_EQ(said.tag, "\"@none\"");
  EXPECT_EQ(said.text, "\"Saal\"");
}

TEST(Ngsi, a_list_of_objects_that_is_none_is_shown_as_it_is) {
  World w;
  detail::Draft draft;
  draft.id = "urn:a:1";
  draft.types = {*w.names.intern("urn:t")};
  draft.added.push_back(
      {.name = *w.names.intern("urn:to"), .kind = Kind::kListRelationship, .value = "0.5"});
  const auto entity = detail::freeze(std::move(draft));
  ASSERT_TRUE(entity);
  EXPECT_NE(w.rendered(**entity).find(R"("objectList":0.5)"), std::string::npos);
}

ProjectionTerms terms(std::string_view text) { return *parse_projection(text, "pick"); }

TEST(Ngsi, shows_what_is_asked_for) {
  World w;
  const EntityPtr entity = w.created(
      R"({"id":"urn:a:1","type":"T","a":1,"b":[{"value":2},{"value":3,"datasetId":"urn:d:1"}],)"
      R"("n":{"languageMap":{"de":"Saal","en-GB":"Hall","@none":"?"}},)"
      R"("location":{"type":"Point","coordinates":[7,51]}})");
  const auto simple = [&](const Projection::Lists& lists, std::string_view lang = {}) {
    const auto projection = Projection::make(w.names, w.context(), lists);
    EXPECT_TRUE(projection);
    const auto filter = parse_language_filter(lang.empty() ? "*" : lang);
    EXPECT_TRUE(filter);
    return w.rendered(*entity, {.representation = Representation::kSimplified,
                                .projection = &*projection,
                                .language = lang.empty() ? nullptr : &*filter});
  };
  EXPECT_EQ(simple({.attrs = {"a", "unknown"}}), R"({"id":"urn:a:1","type":"T","a":1})");
  EXPECT_EQ(simple({.pick = terms("id,a")}), R"({"id":"urn:a:1","a":1})");
  EXPECT_EQ(simple({.omit = terms("type,b,n,location")}), R"({"id":"urn:a:1","a":1})");
  EXPECT_EQ(simple({.pick = terms("b"), .dataset_ids = {"urn:d:1"}}), R"({"b":3})");
  EXPECT_EQ(simple({.pick = terms("n")}, "fr,en;q=0.5"), R"({"n":"Hall"})");
  EXPECT_EQ(simple({.pick = terms("n")}, "de-AT"), R"({"n":"Saal"})");
  EXPECT_EQ(simple({.pick = terms("n")}, "fr"), R"({"n":"?"})");
  std::string feature;
  render_feature(*entity, w.names, w.context(), {.representation = Representation::kSimplified},
                 {.geometry = w.name("location")}, feature);
  EXPECT_THAT(feature,
              testing::StartsWith(R"({"id":"urn:a:1","type":"Feature","geometry":)"
                                  R"({"type":"Point","coordinates":[7,51]},"properties":{)"));
}

TEST(Ngsi, names_are_counted_bounded_and_forgotten) {
  Names names(2);
  const NameId a = *names.intern("urn:a");
  EXPECT_EQ(*names.intern("urn:a"), a);
  const NameId b = *names.intern("urn:b");
  EXPECT_EQ(names.intern("urn:c").error().code, Code::kInsufficientStorage);
  EXPECT_EQ(names.unused(10), (std::vector<NameId>{a, b}));
  names.forget(a);
  EXPECT_EQ(names.find("urn:a"), kNoName);
  EXPECT_EQ(names.iri(a), "urn:a");
  EXPECT_NE(*names.intern("urn:a"), a);
  EXPECT_EQ(names.interned_since(1).size(), 2U);

  World w;
  const EntityPtr entity = w.created(R"({"id":"urn:a:1","type":"T","a":{"value":1,"sub":2}})");
  w.names.count(*entity, 1);
  EXPECT_TRUE(w.names.unused(10).empty());
  w.names.count(*entity, -1);
  EXPECT_EQ(w.names.unused(10).size(), 3U);

  Names restored;
  EXPECT_TRUE(restored.restore(7, "urn:x"));
  EXPECT_FALSE(restored.restore(7, "urn:y"));
  EXPECT_EQ(*restored.intern("urn:z"), 8U);
}

}  // namespace
}  // namespace revier::ngsi
