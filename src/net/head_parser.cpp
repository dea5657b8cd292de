// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/head_parser.h"

#include "net/detail/text.h"

namespace revier::net::detail {
namespace {

// Characters of methods and field names (RFC 9110, 5.6.2).
constexpr std::array<bool, 256> kIsToken = [] {
  std::array<bool, 256> token{};
  for (unsigned char c = '0'; c <= '9'; ++c) token[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) token[c] = token[c + ('a' - 'A')] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) token[static_cast<unsigned>(c)] = true;
  return token;
}();

bool is_http_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kIsToken[static_cast<unsigned char>(c)];
  });
}

// What may stand in a line: no control characters but tabs.
bool is_text(std::string_view text) {
  bool found = false;
  for (const char c : text) {  // without a branch: many bytes at once
    const auto byte = static_cast<unsigned char>(c);
    found |= (byte < 0x20 && byte != '\t') || byte == 0x7F;
  }
  return !found;
}

bool is_printable(std::string_view text) {
  bool found = false;
  for (const char c : text) {  // as above
    const auto byte = static_cast<unsigned char>(c);
    found |= byte <= 0x20 || byte >= 0x7F;
  }
  return !found;
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

tl::unexpected<Error> refused(std::string message) {
  return fail(Code::kInvalidRequest, std::move(message));
}

// Cuts off what stands before the first space; all, and nothing left, where there is none.
std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

}  // namespace

void HeadParser::reset() {
  std::vector<Field> fields = std::move(head_.fields);
  fields.clear();
  head_ = Head();
  head_.fields = std::move(fields);
  begin_ = nullptr;
  parsed_ = 0;
  searched_ = 0;
  begun_ = false;
  closes_ = false;
  hosts_ = 0;
  content_lengths_ = 0;
  transfer_encodings_ = 0;
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
  for (searched_ = std::max(searched_, parsed_);;) {
    // A line that is not whole yet is refused as soon as it cannot become one.
    const std::size_t end = std::min(data.find('\r', searched_), data.size());
    const bool is_whole = end + 1 < data.size();
    if (!is_text(data.substr(searched_, end - searched_)) || (is_whole && data[end + 1] != '\n')) {
      return refused("the head has a control character, or a line that does not end in CR LF");
    }
    searched_ = end;
    if (!is_whole) break;
    const std::string_view line = data.substr(parsed_, end - parsed_);
    parsed_ = searched_ = end + 2;
    if (parsed_ > limits_.bytes_max) return too_large();
    if (begun_ && line.empty()) {
      RV_TRY(check_whole());
      return true;
    }
    RV_TRY(begun_ ? take_field(line) : take_request_line(line));
    begun_ = true;
  }
  if (data.size() >= limits_.bytes_max) return too_large();
  return false;
}

tl::unexpected<Error> HeadParser::too_large() const {
  return fail(Code::kHeadTooLarge,
              fmt::format("the request's head is larger than {} bytes", limits_.bytes_max));
}

// RFC 9112, 3: one space between the parts.
Result<> HeadParser::take_request_line(std::string_view line) {
  const std::string_view method = next_word(line);
  head_.target = next_word(line);
  if (!is_http_token(method)) return refused("the request line has no valid method");
  if (head_.target.empty() || !is_printable(head_.target)) {
    return refused("the request line has no valid target");
  }
  if (line != "HTTP/1.1" && line != "HTTP/1.0") return refused("expected HTTP/1.1 or HTTP/1.0");
  const auto known = parse_method(method);
  if (!known) return fail(Code::kNotImplemented, "this method is not known here");
  head_.method = *known;
  head_.http_1_0 = line.back() == '0';
  head_.keep_alive = !head_.http_1_0;
  if (!head_.target.starts_with('/') || head_.target.find('#') != std::string_view::npos) {
    return refused("expected a target like /path?query, percent-encoded");
  }
  return {};
}

// RFC 9112, 5
Result<> HeadParser::take_field(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return refused("a header field goes on in a second line");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_http_token(line.substr(0, colon))) {
    return refused("a header field's name is not valid");
  }
  if (head_.fields.size() >= limits_.fields_max) {
    return fail(Code::kHeadTooLarge, fmt::format("more than {} header fields", limits_.fields_max));
  }
  const Field field{line.substr(0, colon), trim(line.substr(colon + 1))};
  head_.fields.push_back(field);
  return take_known(field);
}

// The fields that say how the message is framed, and whom it is for.
Result<> HeadParser::take_known(const Field& field) {
  const auto is = [&](std::string_view name) { return equals_ignoring_case(field.name, name); };
  if (is("Host")) {
    ++hosts_;
    head_.host = field.value;
  } else if (is("Connection")) {
    closes_ = closes_ || names(field.value, "close");
    head_.keep_alive = !closes_ && (head_.keep_alive || names(field.value, "keep-alive"));
  } else if (is("Expect")) {
    head_.expects_continue = equals_ignoring_case(field.value, "100-continue");
  } else if (is("Content-Length")) {
    const auto length = parse_decimal(field.value);
    if (++content_lengths_ > 1 || !length) return refused("Content-Length is not one number");
    head_.content_length = *length;
  } else if (is("Transfer-Encoding")) {
    ++transfer_encodings_;
    head_.chunked = equals_ignoring_case(field.value, "chunked");
    if (head_.chunked) return {};
    const bool known = is_known_coding_list(field.value);
    return fail(known ? Code::kNotImplemented : Code::kInvalidRequest,
                "the only Transfer-Encoding taken is chunked");
  }
  return {};
}

Result<> HeadParser::check_whole() {
  if (hosts_ != 1) return refused("expected exactly one Host field");
  if (transfer_encodings_ > 1 || (transfer_encodings_ > 0 && content_lengths_ > 0)) {
    return refused("the length of the body is ambiguous");
  }
  if (head_.chunked && head_.http_1_0) return refused("HTTP/1.0 has no Transfer-Encoding");
  head_.expects_continue = head_.expects_continue && !head_.http_1_0;
  return {};
}

}  // namespace revier::net::detail
