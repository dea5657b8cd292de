// SPDX-License-Identifier: EUPL-1.2
// Modules: context
// Libraries: jansson
// Parsers: src/ngsi/parse.cpp src/ngsi/parse_attribute.cpp src/ngsi/parse_value.cpp
// Parsers: src/ngsi/text_rules.cpp
// A body is posted to /entities. What is refused leaves nothing behind; what is accepted reads back
// as JSON that a second parser takes, with the values that were sent, and once more as an entity.
#include <jansson.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "context/api.h"
#include "support/context_world.h"
#include "support/loop_executor.h"

namespace revier::context {
namespace {

constexpr std::size_t kFlags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;

struct Free {
  void operator()(json_t* value) const { json_decref(value); }
};
using Second = std::unique_ptr<json_t, Free>;

Second second(std::string_view text) {
  json_error_t error;
  return Second(json_loadb(text.data(), text.size(), kFlags, &error));
}

std::string_view text_of(const json_t* value) {
  return {json_string_value(value), json_string_length(value)};
}

// The broker behind its routes, without sockets.
class Served {
 public:
  Served() {
    const auto caller = [](const net::Request&) {
      return identity::Caller(identity::Caller::Kind::kUnchecked, nullptr);
    };
    ApiOptions options;
    options.depth_max = 16;
    add_routes(router_, world_.broker(), world_.catalogue(),
               {caller, [](std::string_view) { return true; }}, options);
  }

  net::Response ask(net::Method method, std::string_view path, std::string_view body = {}) {
    net::Request request;
    request.method = method;
    request.target = request.path = path;
    request.body = body;
    const bool linked = body.find("@context") != std::string_view::npos;
    const net::Field type{"Content-Type", linked ? "application/ld+json" : "application/json"};
    request.fields = {&type, body.empty() ? 0U : 1U};
    auto match = test::must(router_.match(method, path));
    request.params = std::move(match.params);
    if (match.route->handler) return match.route->handler(request);
    return loop_.run(match.route->async_handler(request));
  }
  [[nodiscard]] Broker& broker() { return world_.broker(); }
  [[nodiscard]] test::World& world() { return world_; }

 private:
  revier::test::LoopExecutor loop_;
  test::World world_;
  net::Router router_;
};

std::string_view body_of(const net::Response& response) {
  return std::get<std::string>(response.body);
}

std::string_view location_of(const net::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Location") return value;
  }
  RV_CHECK(false);
  return {};
}

// The same values; a number may be written as 1 or 1.0.
bool same(json_t* a, json_t* b) {
  if (json_is_number(a) && json_is_number(b)) return json_number_value(a) == json_number_value(b);
  if (json_typeof(a) != json_typeof(b)) return false;
  if (json_is_array(a)) {
    bool equal = json_array_size(a) == json_array_size(b);
    for (std::size_t i = 0; equal && i < json_array_size(a); ++i) {
      equal = same(json_array_get(a, i), json_array_get(b, i));
    }
    return equal;
  }
  if (!json_is_object(a)) return json_equal(a, b) == 1;
  if (json_object_size(a) != json_object_size(b)) return false;
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(a, key, value) {
    json_t* const other = json_object_get(b, key);
    if (other == nullptr || !same(value, other)) return false;
  }
  return true;
}

// Keys with U+0000 and integers beyond int64 are nothing for the second parser.
bool second_reads(std::string_view text) {
  return text.find("\\u0000") == std::string_view::npos && second(text) != nullptr;
}

// Plain properties of the core vocabulary keep their name and value.
void check_values(json_t* sent, json_t* got) {
  const char* key = nullptr;
  json_t* attribute = nullptr;
  json_object_foreach(sent, key, attribute) {
    json_t* const type = json_object_get(attribute, "type");
    json_t* const value = json_object_get(attribute, "value");
    const bool plain = json_is_string(type) && text_of(type) == "Property" && value != nullptr &&
                       json_object_get(attribute, "datasetId") == nullptr;
    if (!plain) continue;
    json_t* const back = json_object_get(got, key);
    if (!json_is_object(back)) continue;  // under another name, or beside other instances
    json_t* const back_value = json_object_get(back, "value");
    RV_CHECK(back_value != nullptr && same(value, back_value));
  }
}

// What was shown is an entity again: the same one, its attributes in another order where the names
// are known in another one.
void check_again(Served& served, std::string_view shown, const ngsi::Entity& entity) {
  const auto document = json::Document::parse(shown);
  RV_CHECK(document.has_value());
  const auto fragment = ngsi::parse_entity(document->root(), served.world().context(), {});
  RV_CHECK(fragment.has_value());
  ngsi::Names names;
  const auto again = ngsi::create(names, *fragment, entity.created_at());
  RV_CHECK(again.has_value());
  std::string text;
  ngsi::render(*again->after, names, served.world().context(), {}, text);
  RV_CHECK(text == shown || !second_reads(shown) || same(second(text).get(), second(shown).get()));
}

// Whatever escapes it is written with.
bool names_expiry(std::string_view body) {
  const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(second(body).get(), 0),
                                                         &std::free);
  return text != nullptr &&
         std::string_view(text.get()).find("expiresAt") != std::string_view::npos;
}

void accepted(Served& served, const net::Response& made, std::string_view body) {
  const std::string location(location_of(made));
  const net::Response got = served.ask(net::Method::kGet, location);
  if (got.status == 404) {  // what has expired when it is written is never there
    RV_CHECK(!second_reads(body) || names_expiry(body));
    return;
  }
  RV_CHECK(got.status == 200);
  const std::string_view shown = body_of(got);
  if (second_reads(body)) {
    const Second back = second(shown);
    RV_CHECK(back != nullptr);
    if (body.find("@context") == std::string_view::npos)
      check_values(second(body).get(), back.get());
  }
  const std::string id(*json::Document::parse(shown)->root().find("id")->as_string());
  check_again(served, shown, *served.broker().find("", id));
  RV_CHECK(served.ask(net::Method::kDelete, location).status == 204);
}

// The other forms that a body may have: simplified, and fragments of updates and merges.
void parse_in_other_forms(Served& served, std::string_view body) {
  const auto document = json::Document::parse(body, {.depth_max = 16});
  if (!document) return;
  const jsonld::Context& context = served.world().context();
  using ngsi::Nulls;
  for (const Nulls nulls : {Nulls::kRefused, Nulls::kAttributes, Nulls::kMerge}) {
    for (const ngsi::Form form : {ngsi::Form::kNormalized, ngsi::Form::kSimplified}) {
      ngsi::ParseOptions options{.form = form, .nulls = nulls};
      (void)ngsi::parse_entity(document->root(), context, options);
      (void)ngsi::parse_attribute("a", document->root(), context, options);
      options.temporal = true;
      (void)ngsi::parse_entity(document->root(), context, options);
    }
  }
}

void feed(std::string_view body) {
  static Served served;
  parse_in_other_forms(served, body);
  const net::Response answer = served.ask(net::Method::kPost, "/ngsi-ld/v1/entities", body);
  if (answer.status == 201) {
    accepted(served, answer, body);
  } else {
    RV_CHECK(answer.status >= 400 && answer.status != 500);
    // 411 is told before anything can be said in a body.
    RV_CHECK(answer.status == 411 || second(body_of(answer)) != nullptr);
  }
  RV_CHECK(served.broker().usage().entities == 0 && served.broker().usage().memory_bytes == 0);
}

}  // namespace
}  // namespace revier::context

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  revier::context::feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
