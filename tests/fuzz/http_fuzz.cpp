// SPDX-License-Identifier: EUPL-1.2
// Modules: net
// Parsers: src/net/head_parser.cpp src/net/chunked.cpp src/net/text.cpp src/net/peers.cpp
// Heads, chunked bodies, ranges, paths, queries, cookies, Host, addresses and problem texts out of
// arbitrary bytes.
// Heads and bodies are read twice, cut differently: both must come to the same.
#include "base/check.h"
#include "net/detail/answer.h"
#include "net/detail/chunked.h"
#include "net/detail/head_parser.h"
#include "net/detail/peers.h"
#include "net/detail/text.h"
#include "net/file.h"
#include "net/http.h"

namespace revier::net {
namespace {

const Router& router() {
  static const auto made = [] {
    auto routes = std::make_unique<Router>();
    const auto answer = [](Request&) { return Response::empty(204); };
    for (const char* pattern : {"/", "/a/{id}", "/a/new", "/a/{id}/b/{c}", "/f/{rest...}"}) {
      routes->add(Method::kGet, pattern, answer);
    }
    return routes;
  }();
  return *made;
}

// What a parser made of a message, as text.
std::string read_head(std::string_view wire, std::size_t step) {
  detail::HeadParser parser({2'048, 16});
  parser.reset();
  Result<bool> whole = false;
  std::string buffer;  // grows, so that the parser's views have to move
  for (std::size_t end = std::min(step, wire.size()); whole && !*whole;) {
    buffer = std::string(wire.substr(0, end));
    if (!buffer.empty()) whole = parser.feed(buffer);
    if (end == wire.size()) break;
    end = std::min(end + step, wire.size());
  }
  if (!whole) return "refused";
  if (!*whole) return "more";
  const detail::Head& head = parser.head();
  std::string text =
      fmt::format("{} {} {} {} {} {}", to_string(head.method), head.target, head.content_length,
                  head.chunked, head.keep_alive, parser.size_bytes());
  RV_CHECK(!(head.chunked && head.content_length > 0));
  RV_CHECK(head.target.starts_with('/'));
  for (const Field& field : head.fields) {
    RV_CHECK(field.value.find_first_of("\r\n") == std::string_view::npos);
    text += fmt::format("|{}={}", field.name, field.value);
  }
  return text;
}

void feed_head(std::string_view wire) {
  const std::string at_once = read_head(wire, wire.size() + 1);
  for (const std::size_t step : {1, 7}) {
    if (wire.size() / step > 300) continue;  // many steps find nothing that few do not
    const std::string in_steps = read_head(wire, step);
    // After a first part Beast looks no closer before the empty line is there.
    RV_CHECK(in_steps == at_once || (in_steps == "more" && at_once == "refused"));
  }
}

std::string read_chunks(std::string_view wire, std::size_t step) {
  detail::ChunkDecoder decoder(4'096);
  std::string body;
  while (!wire.empty()) {
    std::string_view read = wire.substr(0, step);
    const std::size_t offered = read.size();
    const Result<bool> done = decoder.feed(read, body);
    if (!done) return "refused";
    wire.remove_prefix(offered - read.size());
    if (*done) return fmt::format("{} left, {}", wire.size(), body);
  }
  return "more";
}

void feed_chunks(std::string_view wire) {
  const std::string at_once = read_chunks(wire, wire.size() + 1);
  RV_CHECK(read_chunks(wire, 1) == at_once);
  RV_CHECK(read_chunks(wire, 5) == at_once);
}

// Whatever a handler puts into a field, it stays one field.
void feed_answer(std::string_view text) {
  Response response = Response::empty(200).header("X", std::string(text));
  std::string head;
  detail::append_head(head, response, {}, {});
  RV_CHECK(head.find("\r\n\r\n") == head.size() - 4);
  RV_CHECK(std::count(head.begin(), head.end(), '\n') == 5);
}

void feed_request(std::string_view text) {
  Request request;
  request.query = text;
  const Field fields[] = {{"Cookie", text}};
  request.fields = fields;
  for (const auto& [name, value] : request.query_params()) {
    RV_CHECK(detail::is_utf8(name) && detail::is_utf8(value));
  }
  (void)request.cookie("a");
  (void)detail::parse_authority(text);
  if (const auto range = parse_range(text, 1'000)) {
    RV_CHECK(range->first + range->bytes <= 1'000);
  }
  (void)detail::negotiate(text);
  const Field forwarded[] = {{"X-Forwarded-For", text}, {"If-None-Match", text}};
  request.fields = forwarded;
  (void)detail::read_forwarded(request, {});
  (void)detail::plan_answer(request, Response::json(200, "{}"));
  const auto match = router().match(Method::kGet, text);
  if (!match) return;
  for (const auto& [name, value] : match->params) RV_CHECK(detail::is_utf8(value));
}

// Addresses and networks as an operator or a proxy writes them.
void feed_peers(std::string_view text) {
  if (const auto address = detail::parse_address(text)) {
    RV_CHECK(detail::parse_address(detail::to_string(*address)) == address);
    (void)detail::is_private(*address);
    const detail::HostNames names({}, text);
    RV_CHECK(names.contains("localhost"));
  }
  if (const auto networks = detail::Networks::parse({std::string(text)})) {
    RV_CHECK(!networks->empty());
  }
  static const detail::Networks proxies = *detail::Networks::parse({"10.0.0.0/8", "fc00::/7"});
  const Field fields[] = {{"X-Forwarded-For", text},
                          {"X-Forwarded-Host", text},
                          {"X-Forwarded-Proto", text},
                          {"X-Forwarded-For", "10.0.0.1"}};
  Request request;
  request.fields = fields;
  (void)detail::read_forwarded(request, proxies);
}

void feed_problem(std::string_view text) {
  const Response response = Response::problem({Code::kInvalidRequest, std::string(text)});
  RV_CHECK(detail::is_utf8(std::get<std::string>(response.body)));
}

}  // namespace
}  // namespace revier::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  revier::net::feed_head(text);
  revier::net::feed_chunks(text);
  revier::net::feed_answer(text);
  revier::net::feed_request(text);
  revier::net::feed_peers(text);
  revier::net::feed_problem(text);
  return 0;
}
