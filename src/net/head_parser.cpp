// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/head_parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include "net/detail/text.h"

namespace revier::net::detail {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// Transfer codings of RFC 9112, 7: we know of them and speak only chunked.
bool is_known_coding(std::string_view name) {
  static constexpr std::string_view kKnown[] = {"gzip", "x-gzip", "compress", "x-compress",
                                                "deflate"};
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](std::string_view known) { return equals_ignoring_case(name, known); });
}

// Known codings in front, chunked at the end: a message we understand and cannot take.
bool is_known_coding_list(std::string_view value) {
  if (value.empty()) return false;
  while (!value.empty()) {
    const std::string_view name = next_piece(value, ',');
    const bool last_is_chunked = value.empty() && equals_ignoring_case(name, "chunked");
    if (!last_is_chunked && !is_known_coding(name)) return false;
  }
  return true;
}

bool names(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (equals_ignoring_case(next_piece(list, ','), word)) return true;
  }
  return false;
}

std::string message_of(const error_code& error) {
  if (error == http::error::bad_method) return "the request line has no valid method";
  if (error == http::error::bad_target) return "the request line has no valid target";
  if (error == http::error::bad_version) return "expected HTTP/1.1 or HTTP/1.0";
  if (error == http::error::bad_field) return "a header field's name is not valid";
  if (error == http::error::bad_value) return "a header field's value is not valid";
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length) {
    return "Content-Length is not one number";
  }
  if (error == http::error::bad_transfer_encoding) return "the length of the body is ambiguous";
  return "this is no HTTP/1.1 request";
}

}  // namespace

// Receives the parts of a head from Beast and holds them against our rules. What it refuses stands
// in `fault`.
class HeadParser::Sax final : public http::basic_parser<true> {
 public:
  Sax(Head& head, const HeadLimits& limits) : head_(head), limits_(limits) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // feed() counts the whole head
    skip(true);                                               // bodies are read elsewhere
    eager(true);
  }

  std::string_view data;  // what is being parsed
  std::optional<Error> fault;
  int transfer_encodings = 0;
  int content_lengths = 0;
  int hosts = 0;

 private:
  void on_request_impl(http::verb /*verb*/, string_view method, string_view target, int version,
                       error_code& error) override {
    const auto known = net::detail::parse_method(view(method));
    if (!known) {
      return refuse(Code::kNotImplemented, "this method is not known here", error);
    }
    head_.method = *known;
    head_.target = view(target);
    head_.http_1_0 = version == 10;
    head_.keep_alive = version == 11;
    if (!head_.target.starts_with('/') || !is_printable(head_.target) ||
        head_.target.find('#') != std::string_view::npos) {
      refuse(Code::kInvalidRequest, "expected a target like /path?query, percent-encoded", error);
    }
  }

  void on_field_impl(http::field known, string_view name, string_view value,
                     error_code& error) override {
    const Field field{view(name), view(value)};
    if (head_.fields.size() >= limits_.fields_max) {
      return refuse(Code::kHeadTooLarge,
                    fmt::format("more than {} header fields", limits_.fields_max), error);
    }
    if (is_folded(field)) {
      return refuse(Code::kInvalidRequest, "a header field goes on in a second line", error);
    }
    head_.fields.push_back(field);
    take_known(known, field.value, error);
  }

  void take_known(http::field known, std::string_view value, error_code& error) {
    switch (known) {
      case http::field::host:
        ++hosts;
        head_.host = value;
        break;
      case http::field::connection:
        closes_ = closes_ || names(value, "close");
        head_.keep_alive = !closes_ && (head_.keep_alive || names(value, "keep-alive"));
        break;
      case http::field::expect:
        head_.expects_continue = equals_ignoring_case(value, "100-continue");
        break;
      case http::field::content_length:
        take_content_length(value, error);
        break;
      case http::field::transfer_encoding:
        take_transfer_encoding(value, error);
        break;
      default:
        break;
    }
  }

  void take_content_length(std::string_view value, error_code& error) {
    const auto length = parse_decimal(value);
    if (++content_lengths > 1 || !length) {
      return refuse(Code::kInvalidRequest, "Content-Length is not one number", error);
    }
    head_.content_length = *length;
  }

  void take_transfer_encoding(std::string_view value, error_code& error) {
    ++transfer_encodings;
    head_.chunked = equals_ignoring_case(value, "chunked");
    if (head_.chunked) return;
    const bool known = is_known_coding_list(value);
    refuse(known ? Code::kNotImplemented : Code::kInvalidRequest,
           "the only Transfer-Encoding taken is chunked", error);
  }

  // Beast unfolds obs-fold: into a buffer of its own, or by skipping an empty first line.
  bool is_folded(const Field& field) const {
    const char* colon = field.name.data() + field.name.size();
    const char* value = field.value.data();
    const bool inside =
        !std::less<>()(value, colon) && !std::greater<>()(value, data.data() + data.size());
    return !inside || std::find(colon, value, '\r') != value;
  }

  void refuse(Code code, std::string message, error_code& error) {
    fault = Error{code, std::move(message), {}};
    error = http::error::bad_value;
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}

  Head& head_;
  const HeadLimits& limits_;
  bool closes_ = false;
};

HeadParser::HeadParser(HeadLimits limits)
    : limits_(limits), sax_(std::make_unique<std::optional<Sax>>()) {}
HeadParser::~HeadParser() = default;

void HeadParser::reset() {
  std::vector<Field> fields = std::move(head_.fields);
  fields.clear();
  head_ = Head();
  head_.fields = std::move(fields);
  sax_->emplace(head_, limits_);
  begin_ = nullptr;
  parsed_ = 0;
}

// The views follow the buffer.
void HeadParser::moved_to(const char* begin) {
  const auto move = [&](std::string_view& text) {
    if (text.data() != nullptr) text = {begin + (text.data() - begin_), text.size()};
  };
  if (begin_ != nullptr && begin_ != begin) {
    move(head_.target);
    move(head_.host);
    for (Field& field : head_.fields) {
      move(field.name);
      move(field.value);
    }
  }
  begin_ = begin;
}

Result<bool> HeadParser::feed(std::string_view data) {
  moved_to(data.data());
  if (data == "\r") return false;
  if (parsed_ == 0 && data.starts_with("\r\n")) parsed_ = 2;  // RFC 9112, 2.2
  Sax& sax = **sax_;
  sax.data = data;
  while (!sax.is_done()) {
    error_code error;
    parsed_ += sax.put(boost::asio::buffer(data.data() + parsed_, data.size() - parsed_), error);
    if (parsed_ > limits_.bytes_max ||
        (error == http::error::need_more && data.size() >= limits_.bytes_max)) {
      return fail(Code::kHeadTooLarge,
                  fmt::format("the request's head is larger than {} bytes", limits_.bytes_max));
    }
    if (error == http::error::need_more) return false;
    if (error) return fail(sax.fault.value_or(Error{Code::kInvalidRequest, message_of(error), {}}));
  }
  RV_TRY(check_whole());
  return true;
}

Result<> HeadParser::check_whole() {
  const Sax& sax = **sax_;
  if (sax.hosts != 1) return fail(Code::kInvalidRequest, "expected exactly one Host field");
  if (sax.transfer_encodings > 1 || (sax.transfer_encodings > 0 && sax.content_lengths > 0)) {
    return fail(Code::kInvalidRequest, "the length of the body is ambiguous");
  }
  if (head_.chunked && head_.http_1_0) {
    return fail(Code::kInvalidRequest, "HTTP/1.0 has no Transfer-Encoding");
  }
  head_.expects_continue = head_.expects_continue && !head_.http_1_0;
  return {};
}

}  // namespace revier::net::detail
