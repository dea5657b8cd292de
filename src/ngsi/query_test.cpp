// SPDX-License-Identifier: EUPL-1.2
// Which entities a selection means: tables of cases, each with what must not match.
#include "ngsi/predicate.h"
#include "ngsi/q.h"
#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

using test::World;

class QueryCases : public testing::Test {
 protected:
  void load(std::string_view text) { entity_ = w_.created(text); }

  [[nodiscard]] bool matches(const Selection& selection) {
    const auto predicate = Predicate::compile(selection, w_.names, w_.context());
    EXPECT_TRUE(predicate) << predicate.error().message;
    return predicate && predicate->matches(*entity_);
  }
  [[nodiscard]] bool q(std::string_view text) { return matches({.q = std::string(text)}); }

  void expect(std::initializer_list<std::string_view> matching,
              std::initializer_list<std::string_view> others) {
    for (const auto text : matching) EXPECT_TRUE(q(text)) << text;
    for (const auto text : others) EXPECT_FALSE(q(text)) << text;
  }

  World w_;
  EntityPtr entity_;
};

TEST_F(QueryCases, compare_values_by_their_type) {
  load(R"({"id":"urn:a:1","type":"T","n":20.5,"s":"red \"x\"","b":true,"list":["blue","red",7],)"
       R"("d":"2025-01-20T08:00:00Z","day":"2025-01-20","clock":"08:00:00Z",)"
       R"("typed":{"value":{"@type":"DateTime","@value":"2025-01-20T08:00:00Z"}}})");
  expect({"n",
          "n==20.5",
          "n!=20",
          "n>20",
          "n>=20.5",
          "n<21",
          "n<=20.5",
          "n==10..20.5",
          "n!=21..22",
          "n==1,20.5",
          "n!=1,2",
          "n!=\"red\"",
          "s==\"red \\\"x\\\"\"",
          "s>\"rec\"",
          "s!=5",
          "b==true",
          "b!=false",
          "list==\"red\"",
          "list==7",
          "list!=\"green\"",
          "list==1..9",
          "s~=^red",
          "s~=\"x.$\"",
          "s!~=blue",
          "s~=(e|x)d"},
         {"x", "n==20", "n!=20.5", "n>20.5", "n<20.5", "n==21..22", "n!=10..21", "n==\"20.5\"",
          "n!=1,20.5", "s==red", "s~=^x", "s!~=red", "n~=2", "n!~=2", "b==false", "list!=\"red\"",
          "list>5", "list~=red", "missing!=5"});
  expect(
      {"d>=2025-01-20T08:00:00Z", "d==2025-01-20T08:00:00.000Z", "d<2025-01-20T09:00:00Z",
       "day==2025-01-20", "day<2025-01-21", "clock>=07:59:59Z", "typed==2025-01-20T08:00:00Z",
       "d==2025-01-20T07:00:00Z..2025-01-20T09:00:00Z"},
      {"d>2025-01-20T08:00:00Z", "day==2025-01-20T00:00:00Z", "clock<07:00:00Z", "n>2025-01-20"});
}

TEST_F(QueryCases, follow_paths_and_trails) {
  load(R"({"id":"urn:a:1","type":"T","o":{"value":{"city":"Herne","geo":{"n":4}}},)"
       R"("t":{"value":20,"observedAt":"2025-01-20T08:00:00Z","unitCode":"CEL",)"
       R"("accuracy":{"value":0.5,"by":{"object":"urn:b:1"}}},)"
       R"("l":{"languageMap":{"de":"Saal","en":["hall","room"]}},)"
       R"("m":[{"value":1},{"value":2,"datasetId":"urn:d:2"}]})");
  expect({"o[city]==\"Herne\"", "o[geo.n]==4", "o[geo]", "t.accuracy<1", "t.accuracy.by",
          "t.observedAt>2025-01-20T07:00:00Z", "t.observedAt==\"2025-01-20T08:00:00Z\"",
          "t.unitCode==\"CEL\"", "t.accuracy.by==\"urn:b:1\"", "createdAt<=2025-01-20T08:00:00Z",
          "l[en]==\"room\"", "l[*]==\"Saal\"", "l==\"hall\"", "l[de]!=\"room\"", "l!=\"red\"",
          "l~=^Sa", "m==2", "m!=1", "m.datasetId==\"urn:d:2\""},
         {"o[city]==\"Wanne\"", "o[geo.x]", "o[x]!=1", "t.accuracy>1", "t.missing",
          "t.observedAt>2025-01-20T09:00:00Z", "l[en]==\"Saal\"", "l[fr]", "l!=\"hall\"", "l!~=all",
          "m==3", "o.city==\"Herne\"", "createdAt>2025-01-20T08:00:00Z"});
}

TEST_F(QueryCases, know_links_and_words) {
  load(
      R"({"id":"urn:a:1","type":"T","r":{"object":"urn:b:1"},"rs":{"object":["urn:b:1","urn:b:2"]},)"
      R"("rl":{"objectList":["urn:b:3"]},"v":{"vocab":"Open"},"word":"Open"})");
  expect(
      {"r==urn:b:1", "r==\"urn:b:1\"", "r!=urn:b:2", "rs==urn:b:2", "rl==urn:b:3",
       "v==https://uri.etsi.org/ngsi-ld/default-context/Open", "word==Open", "r==urn:x:1,urn:b:1"},
      {"r>\"urn:a\"", "r~=urn", "rs!=urn:b:2", "v==Closed", "v==Open", "r==urn:b:9"});
  // A short term means the vocabulary's where the client says so (expandValues).
  EXPECT_TRUE(matches({.q = "v==Open", .expand_values = {"v"}}));
  EXPECT_TRUE(matches({.q = "v==\"Open\"", .expand_values = {"v"}}));
  EXPECT_FALSE(matches({.q = "v!=Open", .expand_values = {"v"}}));
  EXPECT_TRUE(matches(
      {.q = "word==https://uri.etsi.org/ngsi-ld/default-context/Open", .expand_values = {"word"}}));
  EXPECT_FALSE(matches({.q = "word==https://uri.etsi.org/ngsi-ld/default-context/Open"}));
}

TEST_F(QueryCases, join_terms) {
  load(R"({"id":"urn:a:1","type":"T","a":1,"b":2})");
  expect({"a==1;b==2", "a==2|b==2", "a==1|a==2;b==9", "(a==2|b==2);a==1", "((a==1))"},
         {"a==1;b==3", "(a==1|a==2);b==9", "a==2|b==3"});
  for (const auto* bad :
       {"a==", "a=1", "a==1;", "(a==1", "a==1)", "a=>1", "a==\"x", "a>true", "a>1,2", "a==1..\"x\"",
        "a[b", "a[]", "a..b", "[a]", "a~=(", "a== 1", "a==01", "a b", "a~="}) {
    EXPECT_FALSE(Predicate::compile({.q = bad}, w_.names, w_.context())) << bad;
  }
  EXPECT_FALSE(Predicate::compile({.q = std::string(100, '(') + "a"}, w_.names, w_.context()));
}

// One entity, whoever asks for it.
class OneLink final : public LinkedEntities {
 public:
  explicit OneLink(EntityPtr entity) : entity_(std::move(entity)) {}
  [[nodiscard]] EntityPtr find(std::string_view id) const override {
    return entity_->id() == id ? entity_ : nullptr;
  }

 private:
  EntityPtr entity_;
};

TEST_F(QueryCases, follow_links_to_other_entities) {
  const OneLink link(w_.created(R"({"id":"urn:b:1","type":"B","n":{"value":1,"s":2},)"
                                R"("back":{"object":"urn:b:1"},"o":{"value":{"p":3}}})"));
  load(R"({"id":"urn:a:1","type":"T","to":{"object":["urn:c:9","urn:b:1"]},)"
       R"("all":{"objectList":["urn:b:1"]},"v":"urn:b:1"})");
  const auto holds = [&](const char* text, const LinkedEntities* links) {
    const auto predicate = Predicate::compile({.q = text}, w_.names, w_.context());
    EXPECT_TRUE(predicate) << text;
    return predicate && predicate->matches(*entity_, links);
  };
  for (const auto* text :
       {"to{n}", "to{n}==1.0", "to{B:n}==1.0", "to{X,B:n.s}==2.0", "all{n}>0.0", "to{o[p]}==3.0",
        "to{back{n}}==1.0", "to{back{back{B:n}}}", "to{n}!=2.0", "to{n}==1.0;v", "to{n}==2.0|to"}) {
    EXPECT_TRUE(holds(text, &link)) << text;
    EXPECT_EQ(print_query(*parse_query(text)), text);
  }
  for (const auto* text : {"to{n}==2", "to{X:n}==1", "v{n}==1", "to{z}", "z{n}", "to{to{n}}"}) {
    EXPECT_FALSE(holds(text, &link)) << text;
  }
  EXPECT_FALSE(holds("to{n}", nullptr));
  EXPECT_EQ(Predicate::compile({.q = "a|to{back{n}}"}, w_.names, w_.context())->link_levels(), 2U);
  for (const auto* bad : {"a{", "a{b", "a{}", "a{b}}", "a.b{c}", "a{b:}", "a{:b}", "a{B,:c}"}) {
    EXPECT_FALSE(parse_query(bad)) << bad;
  }
}

TEST_F(QueryCases, one_of_several_selectors_has_to_fit) {
  load(R"({"id":"urn:a:1","type":"T"})");
  (void)w_.created(R"({"id":"urn:b:1","type":"U"})");
  EXPECT_TRUE(matches({.any_of = {{.type = "U"}, {.ids = {"urn:a:1"}, .type = "T"}}}));
  EXPECT_TRUE(matches({.any_of = {{.id_pattern = "^urn:a", .type = "T"}}}));
  EXPECT_FALSE(matches({.any_of = {{.type = "U"}, {.ids = {"urn:a:2"}, .type = "T"}}}));
  EXPECT_FALSE(matches({.type = "U", .any_of = {{.type = "T"}}}));
  const auto hints = [this](const Selection& selection) {
    return Predicate::compile(selection, w_.names, w_.context())->hints();
  };
  EXPECT_EQ(hints({.any_of = {{.type = "T"}, {.type = "U"}}}).types.size(), 2U);
  EXPECT_TRUE(hints({.any_of = {{.type = "T"}, {.type = "*"}}}).types.empty());
  EXPECT_EQ(hints({.any_of = {{.ids = {"urn:a:1"}}, {.ids = {"urn:b:1"}}}}).ids->size(), 2U);
  EXPECT_FALSE(hints({.any_of = {{.ids = {"urn:a:1"}}, {.type = "T"}}}).ids);
  EXPECT_FALSE(hints({.any_of = {{.type = "T"}}}).type_is_all);
}

TEST_F(QueryCases, select_types_scopes_ids_and_attributes) {
  load(
      R"({"id":"urn:ngsi-ld:Room:12","type":["Room","Hall"],"scope":["/Herne/Mitte","/Open"],"a":1})");
  const auto type = [this](const char* text) { return matches({.type = text}); };
  for (const auto* text : {"Room", "X|Hall", "X,Hall", "(Room;Hall)", "Room;Hall|X", "*"}) {
    EXPECT_TRUE(type(text)) << text;
  }
  for (const auto* text : {"X", "(Room;X)", "Room;X", "X,Y"}) EXPECT_FALSE(type(text)) << text;
  const auto scope = [this](const char* text) { return matches({.scope_q = text}); };
  for (const auto* text : {"/Herne/Mitte", "/Herne/#", "/#", "/+/Mitte", "/Herne/+", "/X|/Open",
                           "(/Herne/#;/Open)", "/Herne/Mitte/#"}) {
    EXPECT_TRUE(scope(text)) << text;
  }
  for (const auto* text : {"/Herne", "/Mitte", "(/Herne/#;/X)", "/+/+/+", "/Herne/Mitte/+"}) {
    EXPECT_FALSE(scope(text)) << text;
  }
  for (const auto* bad : {"Room|", "(Room", "Room)", "a b", "()"}) {
    EXPECT_FALSE(Predicate::compile({.type = bad}, w_.names, w_.context())) << bad;
    EXPECT_FALSE(Predicate::compile({.scope_q = bad}, w_.names, w_.context())) << bad;
  }
  EXPECT_TRUE(matches({.ids = {"urn:x:1", "urn:ngsi-ld:Room:12"}}));
  EXPECT_FALSE(matches({.ids = {"urn:x:1"}}));
  EXPECT_TRUE(matches({.id_pattern = "^urn:ngsi-ld:Room:.*"}));
  EXPECT_TRUE(matches({.id_pattern = "Room:[0-9]+$"}));
  EXPECT_FALSE(matches({.id_pattern = "^Room"}));
  EXPECT_TRUE(matches({.attrs = {"x", "a"}}));
  EXPECT_FALSE(matches({.attrs = {"x"}}));
}

TEST_F(QueryCases, measure_and_relate_places) {
  load(R"({"id":"urn:a:1","type":"T","location":{"type":"Point","coordinates":[7.2,51.5]},)"
       R"("area":{"type":"Polygon","coordinates":[[[7,51],[8,51],[8,52],[7,52],[7,51]]]}})");
  const auto geo = [this](const char* georel, const char* geometry, const char* coordinates,
                          const char* property = "") {
    return matches({.georel = georel,
                    .geometry = geometry,
                    .coordinates = coordinates,
                    .geoproperty = property});
  };
  // A thousandth of a degree to the north is 111 m.
  EXPECT_TRUE(geo("near;maxDistance==112", "Point", "[7.2,51.501]"));
  EXPECT_FALSE(geo("near;maxDistance==110", "Point", "[7.2,51.501]"));
  EXPECT_TRUE(geo("near;minDistance==110", "Point", "[7.2,51.501]"));
  EXPECT_FALSE(geo("near;minDistance==112", "Point", "[7.2,51.501]"));
  EXPECT_TRUE(geo("near;maxDistance==112", "LineString", "[[7.19,51.501],[7.21,51.501]]"));
  EXPECT_TRUE(geo("near;maxDistance==1", "Point", "[7.5,51.5]", "area"));
  EXPECT_FALSE(geo("near;maxDistance==1", "Point", "[8.5,51.5]", "area"));
  const char* box = "[[[7,51],[7.5,51],[7.5,52],[7,52],[7,51]]]";
  EXPECT_TRUE(geo("within", "Polygon", box));
  EXPECT_TRUE(geo("intersects", "Polygon", box, "area"));
  EXPECT_FALSE(geo("within", "Polygon", box, "area"));
  EXPECT_TRUE(geo("contains", "Point", "[7.5,51.5]", "area"));
  EXPECT_FALSE(geo("contains", "Point", "[9,51.5]", "area"));
  EXPECT_TRUE(geo("overlaps", "Polygon", "[[[7.5,51],[9,51],[9,52],[7.5,52],[7.5,51]]]", "area"));
  EXPECT_TRUE(geo("disjoint", "Point", "[0,0]"));
  EXPECT_FALSE(geo("disjoint", "Polygon", box));
  EXPECT_TRUE(geo("equals", "Point", "[7.2,51.5]"));
  EXPECT_FALSE(geo("equals", "Point", "[7.2,51.6]"));
  EXPECT_FALSE(geo("disjoint", "Point", "[0,0]", "nowhere"));
  const auto refused = [this](Selection selection) {
    return !Predicate::compile(selection, w_.names, w_.context());
  };
  EXPECT_TRUE(refused({.georel = "near", .geometry = "Point", .coordinates = "[7,51]"}));
  EXPECT_TRUE(
      refused({.georel = "near;maxDistance==0", .geometry = "Point", .coordinates = "[7,51]"}));
  EXPECT_TRUE(refused({.georel = "within", .geometry = "Polygon", .coordinates = "[7,51]"}));
  EXPECT_TRUE(refused({.georel = "within", .geometry = "Circle", .coordinates = "[7,51]"}));
  EXPECT_TRUE(refused({.georel = "within"}));
  EXPECT_TRUE(refused({.geometry = "Point", .coordinates = "[7,51]"}));
}

TEST_F(QueryCases, end_patterns_that_never_end) {
  load(fmt::format(R"({{"id":"urn:a:1","type":"T","s":"{}!"}})", std::string(2'000, 'a')));
  EXPECT_FALSE(q("s~=\"^(a+)+$\""));
  EXPECT_FALSE(q("s~=\"(a|aa)+$\""));
  EXPECT_TRUE(q("s~=\"a!$\""));
}

}  // namespace
}  // namespace revier::ngsi
