// SPDX-License-Identifier: EUPL-1.2
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "jsonld/catalogue.h"
#include "jsonld/detail/iri.h"

namespace revier::jsonld {
namespace {

using testing::HasSubstr;

constexpr std::string_view kDefault = "https://uri.etsi.org/ngsi-ld/default-context/";
constexpr std::string_view kCore =
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";

std::unique_ptr<Catalogue> catalogue(CatalogueOptions options = {}) {
  return Catalogue::make(std::move(options)).value();
}

Result<ContextPtr> resolve(Catalogue& from, std::string_view text) {
  const auto document = json::Document::parse(text).value();
  return from.resolve(document.root());
}

ContextPtr made(std::string_view text) {
  static const auto shared = catalogue(
      {.documents = {{"https://city.example/c.jsonld",
                      R"({"@context":["inner/t.jsonld",{"Bike":"t:Bike","@base":"http://no/"}]})"},
                     {"https://city.example/inner/t.jsonld", R"({"@context":{"t":"http://t/#"}})"},
                     {"https://city.example/loop", R"({"@context":"loop"})"},
                     {"https://city.example/bad", R"({"@context":{"a":"b"}})"}}});
  auto context = resolve(*shared, text);
  EXPECT_TRUE(context) << context.error().message;
  return *context;
}

std::string refusal(std::string_view text, Code code = Code::kBadRequestData) {
  static const auto shared = catalogue();
  const auto context = resolve(*shared, text);
  if (context) return "accepted";
  EXPECT_EQ(context.error().code, code) << text;
  return context.error().message;
}

std::string expanded(const ContextPtr& context, std::string_view name) {
  const auto iri = context->expand_name(name);
  return iri ? *iri : "ERROR " + iri.error().message;
}

TEST(Jsonld, KnowsTheCoreContext) {
  const auto from = catalogue();
  const ContextPtr& core = from->core();
  struct Case {
    std::string_view name, iri;
  };
  const Case cases[] = {{"type", "@type"},
                        {"id", "@id"},
                        {"@type", "@type"},
                        {"value", "https://uri.etsi.org/ngsi-ld/hasValue"},
                        {"Property", "https://uri.etsi.org/ngsi-ld/Property"},
                        {"location", "https://uri.etsi.org/ngsi-ld/location"},
                        {"Point", "https://purl.org/geojson/vocab#Point"},
                        {"title", "http://purl.org/dc/terms/title"},
                        {"ngsi-ld:extra", "https://uri.etsi.org/ngsi-ld/extra"},
                        {"http://x/y", "http://x/y"},
                        {"urn:a:b", "urn:a:b"},
                        {"heat", "https://uri.etsi.org/ngsi-ld/default-context/heat"}};
  for (const Case& c : cases) EXPECT_EQ(expanded(core, c.name), c.iri);
  EXPECT_EQ(core->compact_name("@type"), "type");
  EXPECT_EQ(core->compact_name("https://uri.etsi.org/ngsi-ld/hasValue"), "value");
  EXPECT_EQ(core->compact_name("https://uri.etsi.org/ngsi-ld/observedAt"), "observedAt");
  EXPECT_EQ(core->compact_name("https://uri.etsi.org/ngsi-ld/extra"), "ngsi-ld:extra");
  EXPECT_EQ(core->compact_name(std::string(kDefault) + "temperature"), "temperature");
  EXPECT_EQ(core->compact_name(std::string(kDefault) + "location"),
            "ngsi-ld:default-context/location");
  // What is refused as a name is not shown as one.
  EXPECT_EQ(core->compact_name(std::string(kDefault) + "dpe*2"), "ngsi-ld:default-context/dpe*2");
  EXPECT_EQ(core->compact_name(std::string(kDefault) + "2nd"), "ngsi-ld:default-context/2nd");
  EXPECT_EQ(core->compact_name(std::string(kDefault) + "größe_2"), "größe_2");
  EXPECT_EQ(core->compact_name("http://x/y"), "http://x/y");
  EXPECT_EQ(core->find("observedAt")->type, "https://uri.etsi.org/ngsi-ld/DateTime");
  EXPECT_EQ(core->find("vocab")->coercion, Coercion::kVocab);
  EXPECT_EQ(core->find("languageMap")->container, Container::kLanguage);
  EXPECT_EQ(core->find("temperature"), nullptr);
  EXPECT_EQ(core->reference(), fmt::format("\"{}\"", kCore));
  EXPECT_EQ(core->link(), kCore);
}

TEST(Jsonld, RefusesNamesThatMeanNothing) {
  const ContextPtr context = made(R"({"gone":null,"also":{"@id":null}})");
  for (const std::string_view name : {"", "@foo", "gone", "also"})
    EXPECT_FALSE(context->expand_name(name)) << name;
  EXPECT_FALSE(context->expand_name(std::string(2049, 'x')));
  EXPECT_TRUE(context->expand_name(std::string(2048, 'x')));
  EXPECT_EQ(context->compact_name(std::string(kDefault) + "gone"), "ngsi-ld:default-context/gone");
  const ContextPtr prefix = made(R"({"gone":{"@id":null,"@prefix":true}})");
  EXPECT_EQ(prefix->compact_name("http://x/y"), "http://x/y");
}

TEST(Jsonld, TakesTermsOfUsers) {
  const ContextPtr context = made(R"({
    "@vocab": "http://v/", "ex": "http://ex/", "Bike": "ex:Bike", "no-prefix": {"@id": "http://n/"},
    "yes": {"@id": "http://yes", "@prefix": true}, "owner": {"@type": "@id"}, "ex:own": "ex:own",
    "identifier": "@id", "when": {"@id": "ex:when", "@type": "xsd:date"}, "xsd": "http://xsd#",
    "tags": {"@id": "ex:tags", "@container": ["@set"]}})");
  EXPECT_EQ(expanded(context, "Bike"), "http://ex/Bike");
  EXPECT_EQ(expanded(context, "ex:Car"), "http://ex/Car");
  EXPECT_EQ(expanded(context, "ex://Car"), "ex://Car");
  EXPECT_EQ(expanded(context, "yes:Car"), "http://yesCar");
  EXPECT_EQ(expanded(context, "no-prefix:Car"), "no-prefix:Car");
  EXPECT_EQ(expanded(context, "owner"), "http://v/owner");
  EXPECT_EQ(expanded(context, "identifier"), "@id");
  EXPECT_EQ(expanded(context, "other"), std::string(kDefault) + "other");
  EXPECT_EQ(context->find("when")->type, "http://xsd#date");
  EXPECT_EQ(context->find("tags")->container, Container::kSet);
  EXPECT_EQ(context->compact_name("http://ex/Car"), "ex:Car");
  EXPECT_EQ(context->compact_name("http://ex/when"), "when");
  EXPECT_EQ(context->compact_name("http://v/owner"), "owner");
  EXPECT_EQ(context->compact_name("http://v/else"), "http://v/else");
  EXPECT_EQ(context->compact_name("http://ex///x"), "http://ex///x");
}

TEST(Jsonld, CoreComesLast) {
  const ContextPtr context = made(R"({"location":"http://x/location","type":"http://x/type",
    "desc":"http://purl.org/dc/terms/description","name":"http://x/name"})");
  EXPECT_EQ(expanded(context, "location"), "https://uri.etsi.org/ngsi-ld/location");
  EXPECT_EQ(expanded(context, "type"), "@type");
  EXPECT_EQ(context->compact_name("http://x/location"), "http://x/location");
  EXPECT_EQ(context->compact_name("http://purl.org/dc/terms/description"), "desc");
  const ContextPtr longer = made(R"({"long_title":"http://purl.org/dc/terms/title"})");
  EXPECT_EQ(longer->compact_name("http://purl.org/dc/terms/title"), "title");
  // A prefix of the core context counts only behind it.
  EXPECT_EQ(expanded(made(R"({"a":"ngsi-ld:a"})"), "a"), "ngsi-ld:a");
  const ContextPtr after = made(
      R"(["http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld",
          {"a":"ngsi-ld:a","value":"http://x/v","b":{"@type":"@id"}}])");
  EXPECT_EQ(expanded(after, "a"), "https://uri.etsi.org/ngsi-ld/a");
  EXPECT_EQ(expanded(after, "b"), std::string(kDefault) + "b");
  EXPECT_EQ(expanded(after, "value"), "https://uri.etsi.org/ngsi-ld/hasValue");
}

TEST(Jsonld, SelectsTermsAsForANode) {
  const ContextPtr context = made(R"({
    "a1":{"@id":"http://a","@type":"@id"}, "a":"http://a",
    "bb":"http://b", "ba":"http://b", "b":{"@id":"http://b","@container":"@list"},
    "c":"http://c", "cccc":{"@id":"http://c","@container":"@set"},
    "date":{"@id":"http://d","@type":"http://xsd"},
    "text":{"@id":"http://e","@language":"de"}, "plain":"http://e"})");
  EXPECT_EQ(context->compact_name("http://a"), "a1");
  EXPECT_EQ(context->compact_name("http://b"), "ba");
  EXPECT_EQ(context->compact_name("http://c"), "cccc");
  EXPECT_EQ(context->compact_name("http://d"), "date");
  EXPECT_EQ(context->compact_name("http://e"), "plain");
}

TEST(Jsonld, TreatsIdentifiersApart) {
  const ContextPtr context =
      made(R"({"@base":"http://b/x/y","ex":"http://ex/","term":"http://t"})");
  EXPECT_EQ(context->expand_id("urn:ngsi-ld:Bike:1"), "urn:ngsi-ld:Bike:1");
  EXPECT_EQ(context->expand_id("ex:1"), "http://ex/1");
  EXPECT_EQ(context->expand_id("term"), "http://b/x/term");
  EXPECT_EQ(context->compact_id("http://ex/1"), "ex:1");
  EXPECT_EQ(context->compact_id("http://t"), "http://t");
  EXPECT_EQ(made("{}")->expand_id("term"), "term");
}

TEST(Jsonld, ResolvesDocumentsOfTheCatalogue) {
  const ContextPtr context = made(R"("https://city.example/c.jsonld")");
  EXPECT_EQ(expanded(context, "Bike"), "http://t/#Bike");
  EXPECT_EQ(context->link(), "https://city.example/c.jsonld");
  EXPECT_EQ(context->reference(), fmt::format(R"(["https://city.example/c.jsonld","{}"])", kCore));
  EXPECT_EQ(context->expand_id("x"), "x");
  const std::string both = fmt::format(R"(["https://city.example/c.jsonld","{}"])", kCore);
  EXPECT_EQ(made(both), context);
  EXPECT_EQ(made(R"(["https://city.example/c.jsonld"])"), context);
  EXPECT_NE(made(R"(["https://city.example/c.jsonld",{}])")->id(), context->id());
  EXPECT_EQ(made(fmt::format(R"(["{}"])", kCore)), made("[]"));
  EXPECT_EQ(made(R"([{"a":"http://a"},null])")->find("a"), nullptr);
}

TEST(Jsonld, RefusesWhatIsNoContext) {
  EXPECT_THAT(refusal("1"), HasSubstr("must be a URL"));
  EXPECT_THAT(refusal("[[{}]]"), HasSubstr("nested arrays"));
  EXPECT_THAT(refusal(R"({"a":{"@id":"b:c","x":1}})"), HasSubstr("unknown entry \"x\""));
  EXPECT_THAT(refusal(R"({"b":"b"})"), HasSubstr("no @vocab"));
  EXPECT_THAT(refusal(R"({"a":"b:x","b":"a:x"})"), HasSubstr("made of itself"));
  EXPECT_THAT(refusal(R"({"@id":"http://x"})"), HasSubstr("keyword"));
  EXPECT_THAT(refusal(R"({"":"http://x"})"), HasSubstr("empty"));
  EXPECT_THAT(refusal(R"({"a":1})"), HasSubstr("must be an IRI"));
  EXPECT_THAT(refusal(R"({"a":{"@id":1}})"), HasSubstr("not an IRI"));
  EXPECT_THAT(refusal(R"({"a":"relative"})"), HasSubstr("no absolute IRI"));
  EXPECT_THAT(refusal(R"({"a":"@context"})"), HasSubstr("alias"));
  EXPECT_THAT(refusal(R"({"a:b":"http://x"})"), HasSubstr("form of an IRI"));
  EXPECT_THAT(refusal(R"({"a":{"@id":"x:y","@type":"z"}})"), HasSubstr("@type"));
  EXPECT_THAT(refusal(R"({"a":{"@id":"x:y","@container":"@bag"}})"), HasSubstr("@container"));
  EXPECT_THAT(refusal(R"({"a":{"@id":"x:y","@prefix":1}})"), HasSubstr("@prefix"));
  EXPECT_THAT(refusal(R"({"@version":1.0})"), HasSubstr("1.1"));
  EXPECT_THAT(refusal(R"({"@vocab":"x"})"), HasSubstr("@vocab"));
  EXPECT_THAT(refusal(R"({"@base":"x"})"), HasSubstr("@base"));
  EXPECT_THAT(refusal(R"({"@import":"http://x"})"), HasSubstr("@import"));
  EXPECT_THAT(refusal(R"([{"@protected":true,"a":"x:a"},{"a":"x:b"}])"), HasSubstr("protected"));
  EXPECT_THAT(refusal(R"([{"@protected":true,"a":"x:a"},null])"), HasSubstr("protected"));
  EXPECT_THAT(refusal(fmt::format(R"(["{}",null])", kCore)), HasSubstr("protected"));
  EXPECT_EQ(refusal(R"([{"@protected":true,"a":"x:a"},{"a":"x:a"}])"), "accepted");
  EXPECT_EQ(refusal(R"({"a":{"@reverse":"x:a"},"@foo":"x:b","b":"@bar"})"), "accepted");
  EXPECT_THAT(refusal(R"("http://nowhere/")", Code::kLdContextNotAvailable), HasSubstr("nowhere"));
}

TEST(Jsonld, KeepsItsBounds) {
  const auto from = catalogue({.documents = {{"http://a/loop", R"({"@context":"loop"})"},
                                             {"http://a/wide", R"({"@context":["t","t","t","t"]})"},
                                             {"http://a/t", R"({"@context":{"t":"http://t"}})"},
                                             {"http://a/bad", R"({"@context":{"t":"x"}})"},
                                             {"http://a/list", R"({"@context":7})"}},
                               .terms_max = 3,
                               .bytes_max = 200,
                               .urls_max = 4,
                               .nesting_max = 3});
  const auto code = [&](std::string_view text) { return resolve(*from, text).error().code; };
  EXPECT_TRUE(resolve(*from, R"({"a":"x:a","b":"x:b","c":"x:c"})"));
  EXPECT_EQ(code(R"({"a":"x:a","b":"x:b","c":"x:c","d":"x:d"})"), Code::kTooLarge);
  EXPECT_EQ(code("[\"" + std::string(200, 'x') + "\"]"), Code::kTooLarge);
  EXPECT_EQ(code(R"("http://a/loop")"), Code::kLdContextNotAvailable);
  EXPECT_EQ(code(R"("http://a/wide")"), Code::kLdContextNotAvailable);
  EXPECT_EQ(code(R"("http://a/list")"), Code::kBadRequestData);
  EXPECT_THAT(resolve(*from, R"("http://a/bad")").error().message, HasSubstr("<http://a/bad>"));
}

TEST(Jsonld, BoundsChainsOfTerms) {
  std::string chain = R"({"t0":"x:/)";
  for (int i = 1; i < 100; ++i) chain += fmt::format("\",\"t{}\":\"t{}:a/", i, i - 1);
  EXPECT_EQ(refusal(chain + "\"}"), "accepted");
  std::string backward = "{";
  for (int i = 99; i > 0; --i) backward += fmt::format("\"t{}\":\"t{}:a/\",", i, i - 1);
  EXPECT_THAT(refusal(backward + R"("t0":"x:/"})"), HasSubstr("too many other terms"));
  const std::string half(1500, 'a');
  const std::string longer = fmt::format(R"({{"p":"x:{}/","q":"p:{}"}})", half, half);
  EXPECT_THAT(refusal(longer), HasSubstr("too long"));
}

TEST(Jsonld, ChoosesTheCoreVersion) {
  const auto old = catalogue({.core_version = "1.6"});
  EXPECT_EQ(expanded(old->core(), "vocab"), std::string(kDefault) + "vocab");
  for (const auto* version : {"1.7", "1.8", "1.9"})
    EXPECT_TRUE(catalogue({.core_version = version}));
  EXPECT_FALSE(Catalogue::make({.core_version = "2.0"}));
  EXPECT_EQ(old->resolve_url(kCore).value(), old->core());
  EXPECT_THAT(old->document(kCore).value(), HasSubstr("hasVocab"));
  const auto plain = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld";
  EXPECT_THAT(old->document(plain).value(), testing::Not(HasSubstr("hasVocab")));
  EXPECT_TRUE(is_core_url(plain));
  EXPECT_FALSE(is_core_url("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-x.jsonld"));
  EXPECT_FALSE(is_core_url("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-test.jsonld"));
}

TEST(Jsonld, ChangesItsDocuments) {
  const auto from = catalogue({.documents_bytes_max = 60});
  const std::string url = "http://a/c";
  EXPECT_FALSE(from->resolve_url(url));
  ASSERT_TRUE(from->add({url, R"({"@context":{"a":"x:1"}})"}));
  const ContextPtr first = from->resolve_url(url).value();
  EXPECT_EQ(from->resolve_url(url).value(), first);
  ASSERT_TRUE(from->add({url, R"({"@context":{"a":"x:2"}})"}));
  EXPECT_EQ(expanded(from->resolve_url(url).value(), "a"), "x:2");
  EXPECT_EQ(expanded(first, "a"), "x:1");
  EXPECT_EQ(from->document(url).value(), R"({"@context":{"a":"x:2"}})");
  EXPECT_EQ(from->add({"http://a/d", R"({"@context":{"a":"http://x/22222222222"}})"}).error().code,
            Code::kInsufficientStorage);
  EXPECT_FALSE(from->add({"http://a/d", R"({"a":{}})"}));
  EXPECT_EQ(from->add({std::string(kCore), R"({"@context":{}})"}).error().code, Code::kForbidden);
  ASSERT_TRUE(from->remove(url));
  EXPECT_FALSE(from->remove(url));
  EXPECT_FALSE(from->resolve_url(url));
  EXPECT_EQ(from->document(url).error().code, Code::kResourceNotFound);
}

TEST(Jsonld, ForgetsWhatWasLongUnused) {
  const auto from = catalogue({.cache_bytes_max = 3000});
  const ContextPtr kept = resolve(*from, R"({"kept":"x:y"})").value();
  const ContextPtr lost = resolve(*from, R"({"lost":"x:y"})").value();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(resolve(*from, fmt::format(R"({{"t{}":"x:y"}})", i)));
    ASSERT_EQ(resolve(*from, R"({"kept":"x:y"})").value(), kept);
  }
  EXPECT_NE(resolve(*from, R"({"lost":"x:y"})").value()->id(), lost->id());
}

TEST(Jsonld, ResolvesFromManyThreads) {
  const auto from = catalogue({.cache_bytes_max = 6000});
  std::atomic<int> wrong = 0;
  const auto work = [&](int seed) {
    for (int i = 0; i < 500; ++i) {
      const int n = (i * 7 + seed) % 12;
      const auto context = resolve(*from, fmt::format(R"({{"t":"x:{}"}})", n));
      wrong += !context || (*context)->expand_name("t").value() != fmt::format("x:{}", n);
      if (i % 100 != 0) continue;
      wrong += !from->add({fmt::format("http://{}", seed), R"({"@context":{}})"});
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Jsonld, ResolvesReferences) {
  struct Case {
    std::string_view reference, iri;
  };
  // RFC 3986, 5.4.
  const Case cases[] = {{"g:h", "g:h"},
                        {"g", "http://a/b/c/g"},
                        {"./g", "http://a/b/c/g"},
                        {"g/", "http://a/b/c/g/"},
                        {"/g", "http://a/g"},
                        {"//g", "http://g"},
                        {"?y", "http://a/b/c/d;p?y"},
                        {"g?y", "http://a/b/c/g?y"},
                        {"#s", "http://a/b/c/d;p?q#s"},
                        {"g#s", "http://a/b/c/g#s"},
                        {"g?y#s", "http://a/b/c/g?y#s"},
                        {";x", "http://a/b/c/;x"},
                        {"", "http://a/b/c/d;p?q"},
                        {".", "http://a/b/c/"},
                        {"./", "http://a/b/c/"},
                        {"..", "http://a/b/"},
                        {"../", "http://a/b/"},
                        {"../g", "http://a/b/g"},
                        {"../..", "http://a/"},
                        {"../../g", "http://a/g"},
                        {"../../../g", "http://a/g"},
                        {"/./g", "http://a/g"},
                        {"/../g", "http://a/g"},
                        {"g.", "http://a/b/c/g."},
                        {"..g", "http://a/b/c/..g"},
                        {"./../g", "http://a/b/g"},
                        {"./g/.", "http://a/b/c/g/"},
                        {"g/./h", "http://a/b/c/g/h"},
                        {"g/../h", "http://a/b/c/h"}};
  for (const Case& c : cases)
    EXPECT_EQ(detail::resolve("http://a/b/c/d;p?q", c.reference), c.iri) << c.reference;
}

// Contexts out of few pieces, so that terms, prefixes and vocabularies meet.
std::string arbitrary_context() {
  static const std::vector<std::string> names = {"a", "b", "ab", "x", "value", "location", "ex"};
  static const std::vector<std::string> iris = {"http://e/",
                                                "http://e/a",
                                                "http://e/ab",
                                                "http://e/a/",
                                                "urn:x:",
                                                "x:b",
                                                "ex:a",
                                                std::string(kDefault),
                                                std::string(kDefault) + "a",
                                                "https://uri.etsi.org/ngsi-ld/value"};
  static const std::vector<std::string> extras = {"", R"(,"@type":"@id")",
                                                  R"(,"@container":"@list")", R"(,"@prefix":true)"};
  std::string text = "{\"@version\":1.1";
  for (const std::string& name : names) {
    const auto extra = *rc::gen::elementOf(extras);
    const auto iri = *rc::gen::elementOf(iris);
    if (*rc::gen::arbitrary<bool>()) continue;
    text += extra.empty() ? fmt::format(R"(,"{}":"{}")", name, iri)
                          : fmt::format(R"(,"{}":{{"@id":"{}"{}}})", name, iri, extra);
  }
  return text + "}";
}

RC_GTEST_PROP(JsonldProperty, ExpandsWhatItCompacted, ()) {
  static const auto from = catalogue();
  const auto context = resolve(*from, arbitrary_context());
  RC_PRE(context.has_value());
  static const std::vector<std::string> stems = {
      "http://e/",     "http://e/a",          "http://e/a/",
      "http://other/", std::string(kDefault), "https://uri.etsi.org/ngsi-ld/"};
  static const std::vector<std::string> tails = {"a",  "b",   "ab",  "value",
                                                 "/x", "a:b", "@id", "x y"};
  const std::string iri = *rc::gen::elementOf(stems) + *rc::gen::elementOf(tails);
  const std::string name = (*context)->compact_name(iri);
  RC_ASSERT(name.size() <= iri.size());
  RC_ASSERT((*context)->expand_name(name).value() == iri);
  RC_ASSERT((*context)->expand_name((*context)->compact_value(iri)).value() == iri);
}

TEST(Context, ShowsValuesOfTheVocabularyAsTheyWereGiven) {
  const ContextPtr core = catalogue()->core();
  for (const char* value : {"non-commercial", "x y", "Open"}) {
    EXPECT_EQ(core->compact_value(core->expand_name(value).value()), value);
  }
  EXPECT_EQ(core->compact_name(std::string(kDefault) + "non-commercial").find("non-"),
            std::string_view("ngsi-ld:default-context/").size());
}

}  // namespace
}  // namespace revier::jsonld
