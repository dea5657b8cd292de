// SPDX-License-Identifier: EUPL-1.2
// Heads of requests, held against a second reading: Beast's parser.
#include "net/detail/head_parser.h"

#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/beast/http/basic_parser.hpp>

namespace revier::net::detail {
namespace {

namespace http = boost::beast::http;

std::string text_of(std::string_view method, std::string_view target,
                    const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text = fmt::format("{} {}", method, target);
  for (const auto& [name, value] : fields) text += fmt::format("|{}={}", name, value);
  return text;
}

// What Beast makes of a head.
class Second final : public http::basic_parser<true> {
 public:
  Second() {
    skip(true);
    eager(true);
  }
  static std::optional<std::string> read(std::string_view wire) {
    Second second;
    boost::beast::error_code error;
    (void)second.put(boost::asio::buffer(wire.data(), wire.size()), error);
    if (error || !second.is_done()) return std::nullopt;
    return text_of(second.method_, second.target_, second.fields_);
  }

 private:
  using Text = boost::beast::string_view;
  using Error = boost::beast::error_code;
  void on_request_impl(http::verb, Text method, Text target, int, Error&) override {
    method_ = std::string(method);
    target_ = std::string(target);
  }
  void on_field_impl(http::field, Text name, Text value, Error&) override {
    fields_.emplace_back(std::string(name), std::string(value));
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text, Error&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, Error&) override { return 0; }
  void on_finish_impl(Error&) override {}
  void on_response_impl(int, Text, int, Error&) override {}

  std::string method_;
  std::string target_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

// nullopt for what is refused or not whole.
std::optional<std::string> first_reading(std::string_view wire) {
  HeadParser parser({16 * 1024, 64});
  parser.reset();
  const auto whole = parser.feed(wire);
  if (!whole || !*whole) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Field& field : parser.head().fields) fields.emplace_back(field.name, field.value);
  return text_of(to_string(parser.head().method), parser.head().target, fields);
}

rc::Gen<std::string> piece() {
  return rc::gen::weightedOneOf<std::string>(
      {{8, rc::gen::element<std::string>("Host: localhost\r\n", "X-a:b \r\n", "Accept: */*\r\n",
                                         "Content-Length: 3\r\n", "Connection: close, x\r\n",
                                         "Transfer-Encoding: chunked\r\n", "Empty:\r\n",
                                         "Cookie:\ta=\"b\"; c=\xC3\xA4\t\r\n")},
       {1, rc::gen::element<std::string>(" folded\r\n", "no colon\r\n", "X : y\r\n", ":\r\n",
                                         "X: a\nb\r\n", "X: a\rb\r\n", "\r\n", "X: \x01\r\n")},
       {1, rc::gen::string<std::string>()}});
}

rc::Gen<std::string> wire() {
  return rc::gen::apply(
      [](const std::string& line, const std::vector<std::string>& pieces, bool host) {
        std::string head = line + (host ? "Host: a\r\n" : "");
        for (const std::string& one : pieces) head += one;
        return head + "\r\n";
      },
      rc::gen::weightedElement<std::string>({{8, "GET / HTTP/1.1\r\n"},
                                             {4, "POST /a?b=%20 HTTP/1.0\r\n"},
                                             {1, "GET  / HTTP/1.1\r\n"},
                                             {1, "GET / HTTP/1.2\r\n"},
                                             {1, "GET /\r\n"},
                                             {1, "GET / HTTP/1.1 \r\n"}}),
      rc::gen::container<std::vector<std::string>>(piece()), rc::gen::arbitrary<bool>());
}

RC_GTEST_PROP(HeadParser, ReadsLikeBeastWhatItTakes, ()) {
  std::string head = *wire();
  if (*rc::gen::inRange(0, 3) == 0) {  // a byte of any kind anywhere
    head[*rc::gen::inRange<std::size_t>(0, head.size())] = *rc::gen::arbitrary<char>();
  }
  const auto ours = first_reading(head);
  RC_TAG(ours ? "taken" : "not taken");
  if (ours) RC_ASSERT(ours == Second::read(head));
}

RC_GTEST_PROP(HeadParser, ReadsTheSameInSteps, ()) {
  const std::string head = *wire();
  const std::size_t step = *rc::gen::inRange<std::size_t>(1, 9);
  HeadParser parser({16 * 1024, 64});
  parser.reset();
  Result<bool> whole = false;
  std::deque<std::string> buffers;  // another one each time: the views have to move
  for (std::size_t end = step; whole && !*whole && end < head.size() + step; end += step) {
    whole = parser.feed(buffers.emplace_back(head.substr(0, std::min(end, head.size()))));
  }
  const auto at_once = first_reading(head);
  RC_ASSERT((whole && *whole) == at_once.has_value());
  if (!at_once) return;
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Field& field : parser.head().fields) fields.emplace_back(field.name, field.value);
  RC_ASSERT(*at_once == text_of(to_string(parser.head().method), parser.head().target, fields));
}

TEST(HeadParser, LooksAtEachByteOnce) {
  HeadParser parser({1 << 20, 64});
  parser.reset();
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  head.resize(1 << 19, 'x');
  for (std::size_t end = 1; end <= head.size(); end += 16) {
    ASSERT_FALSE(parser.feed(std::string_view(head).substr(0, end)).value_or(true));
  }
  head += "\r\n\r\n";
  EXPECT_TRUE(parser.feed(head).value_or(false));
}

TEST(HeadParser, RefusesBeforeTheLineIsWhole) {
  for (const char* begin :
       {"\x16\x03", "GET / HTTP/1.1\r\nX: \x01", "GET /\n", "GET / HTTP/1.1\rX"}) {
    HeadParser parser({1'024, 64});
    parser.reset();
    EXPECT_FALSE(parser.feed(begin).has_value()) << begin;
  }
}

}  // namespace
}  // namespace revier::net::detail
