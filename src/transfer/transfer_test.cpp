// SPDX-License-Identifier: EUPL-1.2
#include "transfer/transfer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "json/json.h"
#include "table/table.h"
#include "transfer/detail/columns.h"
#include "transfer/detail/json_items.h"

namespace revier::transfer {
namespace {

constexpr const char* kId = "urn:ngsi-ld:Device:1";

// A server that keeps what it is sent, and refuses ids that end in "bad".
struct FakeServer {
  std::vector<std::string> ids;
  std::vector<std::string> bodies;
  int failures = 0;  // so many requests are answered 503 first

  Server server() {
    return {.ask = [this](const net::Outgoing& request) { return answer(request); },
            .address = "http://x",
            .token = "t",
            .tenant = ""};
  }
  Result<net::Reply> answer(const net::Outgoing& request) {
    if (failures-- > 0) return net::Reply{503, {}, "{}"};
    bodies.push_back(request.body);
    const auto document = json::Document::parse(request.body);
    std::string errors;
    for (const json::Value entity : document->root().elements()) {
      const std::string id(entity.find("id")->as_string().value());
      if (!id.ends_with("bad")) {
        ids.push_back(id);
        continue;
      }
      errors +=
          (errors.empty() ? "" : ",") +
          (R"({"entityId":")" + id + R"(","error":{"title":"Forbidden","detail":"not yours"}})");
    }
    if (errors.empty()) return net::Reply{204, {}, ""};
    return net::Reply{207, {}, R"({"success":[],"errors":[)" + errors + "]}"};
  }
};

struct Imported {
  Result<Progress> done;
  std::vector<Reject> rejects;
};

Imported import(FakeServer& fake, std::string text, ImportOptions options) {
  Imported out{.done = Progress{}, .rejects = {}};
  std::size_t at = 0;
  out.done = import_entities(
      fake.server(), options,
      [&](std::size_t) -> Result<std::string> {
        const std::string part = text.substr(std::min(at, text.size()), 7);
        at += part.size();
        return part;
      },
      [&](const Reject& reject) -> Result<> {
        out.rejects.push_back(reject);
        return {};
      },
      [](const Progress&) { return true; });
  return out;
}

TEST(Import, TakesAnArrayAndTellsWhatTheServerRefused) {
  FakeServer fake;
  const auto got = import(fake, R"([{"id":"urn:a:1","type":"T","n":{"value":1}},
    {"id":"urn:a:bad","type":"T"}, 5,
    {"id":"urn:a:2","type":"T","@context":"https://example.org/c.jsonld"}])",
                          {});
  ASSERT_TRUE(got.done) << got.done.error().message;
  EXPECT_EQ(fake.ids, (std::vector<std::string>{"urn:a:1", "urn:a:2"}));
  EXPECT_EQ(got.done->read, 4U);
  EXPECT_EQ(got.done->written, 2U);
  ASSERT_EQ(got.rejects.size(), 2U);
  EXPECT_EQ(got.rejects[0].reason, "it is no JSON object");
  EXPECT_EQ(got.rejects[0].line, 2U);
  EXPECT_EQ(got.rejects[1].id, "urn:a:bad");
  EXPECT_EQ(got.rejects[1].reason, "Forbidden: not yours");
  EXPECT_NE(fake.bodies[0].find("ngsi-ld-core-context"), std::string::npos);
  EXPECT_NE(fake.bodies[0].find("https://example.org/c.jsonld"), std::string::npos);
}

TEST(Import, ABrokenLineIsItsOwnFaultAlone) {
  FakeServer fake;
  const auto got = import(fake,
                          "\xEF\xBB\xBF{\"id\":\"urn:a:1\",\"type\":\"T\"}\n\n{broken\n"
                          "{\"id\":\"urn:a:2\",\"type\":\"T\"}\r\n{\"type\":\"T\"}\n"
                          "{\"id\":\"urn:a:3\"}",
                          {.format = Format::kNdjson});
  ASSERT_TRUE(got.done) << got.done.error().message;
  EXPECT_EQ(fake.ids, (std::vector<std::string>{"urn:a:1", "urn:a:2"}));
  ASSERT_EQ(got.rejects.size(), 3U);
  EXPECT_EQ(got.rejects[0].line, 3U);
  EXPECT_EQ(got.rejects[1].reason, "the id is missing");
  EXPECT_EQ(got.rejects[2].line, 6U);
  EXPECT_NE(got.rejects[2].reason.find("type"), std::string::npos);
}

TEST(Import, ReadsTablesFeaturesAndGraphs) {
  FakeServer fake;
  auto got = import(fake,
                    "nr;pm10;pm10.unitCode;latitude;longitude;name.languageMap.de\r\n"
                    "1;21.5;GQ;51.5;7.2;Rathaus\r\n2;viel;;;;\r\n3;1;GQ;x;7;\r\n",
                    {.format = Format::kCsv, .context = "", .type = "Device", .id_column = "nr"});
  ASSERT_TRUE(got.done) << got.done.error().message;
  EXPECT_EQ(fake.ids, (std::vector<std::string>{kId, "urn:ngsi-ld:Device:2"}));
  EXPECT_NE(fake.bodies[0].find(R"("location":{"type":"GeoProperty","value":{"type":"Point",)"
                                R"("coordinates":[7.2,51.5]}})"),
            std::string::npos)
      << fake.bodies[0];
  EXPECT_NE(fake.bodies[0].find(R"("pm10":{"type":"Property","value":21.5,"unitCode":"GQ"})"),
            std::string::npos);
  ASSERT_EQ(got.rejects.size(), 1U);
  EXPECT_EQ(got.rejects[0].line, 4U);

  got = import(fake, R"({"type":"FeatureCollection","features":[{"type":"Feature","id":7,
    "geometry":{"type":"Point","coordinates":[7.1,51.4]},
    "properties":{"name":"Bad","n":null,"beds":{"value":3}}}, {"type":"Point"}]})",
               {.format = Format::kGeoJson, .context = "", .type = "Pool"});
  ASSERT_TRUE(got.done) << got.done.error().message;
  EXPECT_EQ(fake.ids.back(), "urn:ngsi-ld:Pool:7");
  EXPECT_EQ(got.rejects.size(), 1U);

  got = import(fake, R"({"@context":"https://example.org/g.jsonld","@graph":[
    {"id":"urn:a:9","type":"T"}]})",
               {});
  ASSERT_TRUE(got.done) << got.done.error().message;
  EXPECT_EQ(fake.ids.back(), "urn:a:9");
  EXPECT_NE(fake.bodies.back().find("https://example.org/g.jsonld"), std::string::npos);
}

TEST(Import, ATableThatIsNoneIsToldWithItsReason) {
  FakeServer fake;
  EXPECT_NE(import(fake, "a;b\n1;2\n", {.format = Format::kCsv}).done.error().message.find("--id"),
            std::string::npos);
  EXPECT_FALSE(import(fake, "id;id\n1;2\n", {.format = Format::kCsv}).done);
  EXPECT_FALSE(import(fake, "", {.format = Format::kCsv}).done);
  for (const char* text : {"", "[", "[{}", "[,1]", "[1,]", "{} x", "nothing", "[}"}) {
    EXPECT_FALSE(import(fake, text, {}).done) << text;
  }
  EXPECT_TRUE(fake.ids.empty());
}

TEST(Import, SkipsTriesAgainAndWritesNothingInADryRun) {
  const std::string text = R"([{"id":"urn:a:1","type":"T"},{"id":"urn:a:2","type":"T"}])";
  FakeServer fake{.ids = {}, .bodies = {}, .failures = 1};
  auto got = import(fake, text, {.skip = 1});
  ASSERT_TRUE(got.done) << got.done.error().message;
  EXPECT_EQ(fake.ids, std::vector<std::string>{"urn:a:2"});
  FakeServer untouched;
  got = import(untouched, text + " ", {.dry_run = true});
  EXPECT_EQ(got.done->written, 2U);
  EXPECT_TRUE(untouched.bodies.empty());
}

TEST(Import, AStepAtATimeTellsUpToWhichLineAllIsSettled) {
  std::vector<std::uint64_t> rejected;
  auto import =
      Importing::begin({.format = Format::kNdjson, .batch = 2}, [&](const Reject& reject) {
        rejected.push_back(reject.line);
        return Result<>{};
      });
  ASSERT_TRUE(import);
  std::string text = "\n";
  for (int i = 2; i <= 6; ++i) text += fmt::format("{{\"id\":\"urn:a:{}\",\"type\":\"A\"}}\n", i);
  ASSERT_TRUE((*import)->feed(text + "{\n{\"id\":\"urn:a:8\""));
  EXPECT_EQ((*import)->done().read, 0) << "nothing was sent yet";
  const auto first = (*import)->next();
  ASSERT_TRUE(first);
  EXPECT_NE(first->body.find("urn:a:3"), std::string::npos);
  EXPECT_EQ(first->body.find("urn:a:4"), std::string::npos);
  ASSERT_TRUE((*import)->settle(204, ""));
  EXPECT_EQ((*import)->done().read, 2);
  EXPECT_EQ((*import)->line(), 3);
  ASSERT_TRUE((*import)->next());
  ASSERT_TRUE((*import)->settle(409, R"({"title":"no"})"));
  EXPECT_EQ((*import)->line(), 5);
  EXPECT_FALSE((*import)->next()) << "one entity is no batch";
  ASSERT_TRUE((*import)->feed(",\"type\":\"A\"}"));
  ASSERT_TRUE((*import)->finish());
  ASSERT_TRUE((*import)->next(true));
  ASSERT_TRUE((*import)->settle(201, "[]"));
  EXPECT_EQ((*import)->line(), 8);
  EXPECT_EQ((*import)->done().read, 7);
  EXPECT_EQ((*import)->done().written, 4);
  EXPECT_EQ(rejected, (std::vector<std::uint64_t>{7, 4, 5}));
}

TEST(Import, WhatWasReadBeforeAFaultIsWritten) {
  FakeServer fake;
  EXPECT_FALSE(import(fake, R"([{"id":"urn:a:1","type":"T"} oops)", {}).done);
  EXPECT_EQ(fake.ids, std::vector<std::string>{"urn:a:1"});
}

RC_GTEST_PROP(JsonItems, AreTheSameInAnyParts, ()) {
  const auto signs = *rc::gen::container<std::string>(
      rc::gen::element('{', '}', '[', ']', '"', ',', ':', 'a', '1', ' ', '\n', '\\'));
  const auto read = [&](bool in_parts) {
    std::string seen;
    detail::JsonItems items({.item = [&](std::uint64_t line, const std::string& text) -> Result<> {
                               seen += std::to_string(line) + "<" + text + ">";
                               return {};
                             },
                             .head = [](const std::string&) -> Result<> { return {}; }},
                            1'000);
    Result<> done;
    for (std::size_t at = 0; at < signs.size() && done; at += in_parts ? 1 : signs.size()) {
      done = items.feed(std::string_view(signs).substr(at, in_parts ? 1 : signs.size()));
    }
    if (done) done = items.finish();
    return seen + (done ? "" : done.error().message);
  };
  RC_ASSERT(read(true) == read(false));
}

// --- the way out

// Any value of a Property, and texts that look like something else.
rc::Gen<std::string> any_value() {
  const auto texts = rc::gen::element<std::string>(
      "\"=1+1\"", "\"44623\"", "\" a\"", "\"true\"", "\"\\u0000\"", "\"a;\\\"b\\\"\\nc\\r\"",
      "\"{}\"", "\"\"", "\"-\"", "\"Über\"", "\"'x\"", "21.5", "-3", "true", "[1,\"a\"]",
      "{\"a\":{\"b\":null}}", "\"1e5\"", "\"[\"");
  const auto strings = rc::gen::map(rc::gen::container<std::string>(rc::gen::inRange(' ', '~')),
                                    [](const std::string& text) {
                                      std::string json;
                                      json::append_quoted(json, text);
                                      return json;
                                    });
  return rc::gen::oneOf(texts, strings);
}

// Another server may say anything.
TEST(Columns, AnEntityWithoutTypesIsARowAllTheSame) {
  for (const char* types : {"[]", "{}", "5", "null"}) {
    const std::string text = std::string(R"({"id":"urn:a:1","type":)") + types + "}";
    const auto document = json::Document::parse(text);
    ASSERT_TRUE(document);
    detail::ColumnSet set;
    set.add(document->root());
    std::uint64_t left_out = 0;
    EXPECT_EQ(set.row(document->root(), left_out).front(), "urn:a:1") << types;
    EXPECT_EQ(left_out, 1U) << types;
  }
}

RC_GTEST_PROP(Columns, ARowComesBackAsTheEntityItWas, ()) {
  std::string text = std::string(R"({"id":")") + kId + R"(","type":"Device")";
  text += R"(,"a":{"type":"Property","value":)" + *any_value() + R"(,"unitCode":"CEL"})";
  text += R"(,"l":{"type":"LanguageProperty","languageMap":{"de":"=x","en":"\"q\""}})";
  text += R"(,"r":{"type":"Relationship","object":"urn:a:1"})";
  text += R"(,"g":{"type":"GeoProperty","value":{"type":"Point","coordinates":[7,51.5]}}})";
  const auto document = json::Document::parse(text);
  RC_ASSERT(document.has_value());
  detail::ColumnSet set;
  set.add(document->root());
  std::uint64_t left_out = 0;
  std::string file;
  table::append_csv_row(file, set.header());
  table::append_csv_row(file, set.row(document->root(), left_out));
  RC_ASSERT(left_out == 0U);
  const auto rows = table::read_csv(file);
  RC_ASSERT(rows.has_value());
  RC_ASSERT(rows->size() == 2U);
  for (const std::string& cell : (*rows)[1].cells) {
    RC_ASSERT(cell.empty() || cell.front() != '=');
  }
  const auto columns = detail::Columns::read((*rows)[0].cells, {.type = "", .id_column = "id"});
  RC_ASSERT(columns.has_value());
  const auto entity = columns->entity((*rows)[1].cells);
  RC_ASSERT(entity.has_value());
  const auto again = json::Document::parse(*entity);
  for (const char* name : {"id", "type", "l", "r", "g"}) {
    RC_ASSERT(json::to_text(*again->root().find(name)) ==
              json::to_text(*document->root().find(name)));
  }
  const auto value = [](const json::Document& d) {
    return json::to_text(*d.root().find("a")->find("value"));
  };
  RC_ASSERT(value(*again) == value(*document));
}

// Answers pages out of a list that may lose its first entities between two requests. A cursor is
// the number that an id ends with.
struct ListServer {
  std::vector<std::string> ids;
  std::vector<std::pair<std::size_t, std::size_t>> losses;  // at request N so many go at the front
  std::size_t requests = 0;

  Server server() {
    return {.ask = [this](const net::Outgoing& request) { return answer(request.url); },
            .address = "http://x",
            .token = "",
            .tenant = ""};
  }
  static std::size_t number_of(const std::string& id) { return std::stoul(id.substr(6)); }
  Result<net::Reply> answer(const std::string& url) {
    for (const auto& [at, count] : losses) {
      if (at != requests) continue;
      ids.erase(ids.begin(),
                ids.begin() + static_cast<std::ptrdiff_t>(std::min(count, ids.size())));
    }
    ++requests;
    const auto text = [&url](std::string_view name) {
      const std::size_t from = url.find(name) + name.size();
      return url.substr(from, url.find('&', from) - from);
    };
    const std::size_t limit = std::stoul(text("limit="));
    const std::string cursor = text("cursor=");
    std::string body = "[";
    std::string last;
    std::size_t shown = 0;
    for (const std::string& id : ids) {
      if (!cursor.empty() && number_of(id) <= std::stoul(cursor)) continue;
      if (shown++ == limit) break;
      body += (body.size() > 1 ? "," : "") + (R"({"id":")" + id + R"(","type":"T"})");
      last = id.substr(6);
    }
    net::Reply reply{200, {{"Link", "<http://c>; rel=\"context\""}}, body + "]"};
    if (shown > limit) {
      reply.headers.emplace_back(
          "link", "</ngsi-ld/v1/entities?cursor=" + last + "&limit=2>; rel=\"next\"; type=\"x\"");
    }
    return reply;
  }
};

RC_GTEST_PROP(Export, HasEveryEntityThatStandsThroughoutOnce, ()) {
  ListServer list;
  const auto count = *rc::gen::inRange<std::size_t>(0, 60);
  for (std::size_t i = 0; i < count; ++i) list.ids.push_back("urn:a:" + std::to_string(i));
  for (int i = 0; i < 3; ++i) {
    list.losses.emplace_back(*rc::gen::inRange<std::size_t>(0, 8),
                             *rc::gen::inRange<std::size_t>(0, 12));
  }
  std::string text;
  const auto done = export_entities(
      list.server(), {.format = Format::kNdjson, .page = *rc::gen::inRange<std::size_t>(2, 9)},
      [&text](std::string_view part) -> Result<> {
        text += part;
        return {};
      },
      [](const Progress&) { return true; });
  RC_ASSERT(done.has_value());
  for (const std::string& id : list.ids) {  // those that are left
    const std::string line = "\"" + id + "\"";
    const std::size_t at = text.find(line);
    RC_ASSERT(at != std::string::npos);
    RC_ASSERT(text.find(line, at + 1) == std::string::npos);
  }
}

TEST(Export, GoesOnWhereItEnded) {
  ListServer list;
  for (int i = 1; i <= 30; ++i) list.ids.push_back("urn:a:" + std::to_string(i));
  std::string whole;
  std::string text;
  std::string place;
  const auto append_to = [](std::string& out) {
    return [&out](std::string_view part) -> Result<> {
      out += part;
      return {};
    };
  };
  ASSERT_TRUE(export_entities(list.server(), {.format = Format::kNdjson, .page = 4},
                              append_to(whole), [](const Progress&) { return true; }));
  ExportOptions options{.format = Format::kNdjson, .page = 4};
  options.on_page = [&place](const std::string& cursor) -> Result<> {
    place = cursor;
    return {};
  };
  const auto stopped = export_entities(list.server(), options, append_to(text),
                                       [](const Progress& done) { return done.written < 12; });
  ASSERT_TRUE(stopped);
  EXPECT_EQ(place, "12");
  options.cursor = place;
  ASSERT_TRUE(export_entities(list.server(), options, append_to(text),
                              [](const Progress&) { return true; }));
  EXPECT_EQ(text, whole);
}

TEST(Export, ATableHasTheColumnsOfAllAndTellsWhatItLeavesOut) {
  std::string text;
  const Server server{
      .ask = [](const net::Outgoing&) -> Result<net::Reply> {
        return net::Reply{200, {}, R"([{"id":"urn:a:1","type":"T","n":{"type":"Property","value":1,
          "accuracy":{"type":"Property","value":2}}},
          {"id":"urn:a:2","type":"T","m":[{"type":"Property","value":1,"datasetId":"urn:d"}]}])"};
      },
      .address = "http://x",
      .token = "",
      .tenant = ""};
  const auto done = export_entities(
      server, {.format = Format::kCsv},
      [&text](std::string_view part) -> Result<> {
        text += part;
        return {};
      },
      [](const Progress&) { return true; });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(text, "\xEF\xBB\xBFid;type;n\r\nurn:a:1;T;1\r\nurn:a:2;T;\r\n");
  EXPECT_EQ(done->rejected, 2U);
}

}  // namespace
}  // namespace revier::transfer
