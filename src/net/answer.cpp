// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/answer.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "net/detail/text.h"

namespace revier::net::detail {
namespace {

constexpr std::size_t kCompressBytesMin = 1'024;

std::string_view status_line(int status) {
  switch (status) {
#define LINE(number, reason) \
  case number:               \
    return "HTTP/1.1 " #number " " reason "\r\n"
    LINE(200, "OK");
    LINE(201, "Created");
    LINE(202, "Accepted");
    LINE(204, "No Content");
    LINE(206, "Partial Content");
    LINE(207, "Multi-Status");
    LINE(301, "Moved Permanently");
    LINE(302, "Found");
    LINE(303, "See Other");
    LINE(304, "Not Modified");
    LINE(307, "Temporary Redirect");
    LINE(308, "Permanent Redirect");
    LINE(400, "Bad Request");
    LINE(401, "Unauthorized");
    LINE(403, "Forbidden");
    LINE(404, "Not Found");
    LINE(405, "Method Not Allowed");
    LINE(406, "Not Acceptable");
    LINE(408, "Request Timeout");
    LINE(409, "Conflict");
    LINE(410, "Gone");
    LINE(412, "Precondition Failed");
    LINE(413, "Content Too Large");
    LINE(415, "Unsupported Media Type");
    LINE(416, "Range Not Satisfiable");
    LINE(421, "Misdirected Request");
    LINE(422, "Unprocessable Content");
    LINE(429, "Too Many Requests");
    LINE(431, "Request Header Fields Too Large");
    LINE(500, "Internal Server Error");
    LINE(501, "Not Implemented");
    LINE(503, "Service Unavailable");
    LINE(504, "Gateway Timeout");
    LINE(507, "Insufficient Storage");
#undef LINE
    default:
      return {};
  }
}

void append_status_line(std::string& out, int status) {
  const std::string_view line = status_line(status);
  if (line.empty()) {
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} \r\n", status);
  } else {
    out += line;
  }
}

const std::string* find_header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (equals_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

// Fields that are the server's to write.
bool is_server_field(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "Date") || equals_ignoring_case(name, "ETag");
    case 10:
      return equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Keep-Alive");
    case 14:
      return equals_ignoring_case(name, "Content-Length");
    case 17:
      return equals_ignoring_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

bool has_control(std::string_view text) {
  bool found = false;
  for (const char c : text) found |= is_control(c);  // without a branch: many bytes at once
  return found;
}

// A line end in a value would begin a field, or an answer, of somebody else's choice.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  const std::size_t start = out.size();
  out += value;
  if (has_control(value)) {
    std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), is_control, ' ');
  }
  out += "\r\n";
}

bool is_hashed_type(std::string_view type) {
  type = trim(type.substr(0, type.find(';')));
  return type == "text/html" || type == "text/calendar" || type == "application/json" ||
         type.ends_with("+json") || type == "application/xml" || type.ends_with("+xml");
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Tells one version of a page from another, 16 bytes a step; no defence against somebody who wants
// two bodies to look alike, which would only cheat himself.
std::uint64_t hash_body(std::string_view body) {
  constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
  std::uint64_t hash = mix(body.size() ^ kOdd, kOdd);
  for (; body.size() > 16; body.remove_prefix(16)) {
    hash = mix(hash ^ word_at(body.data()), kOdd ^ word_at(body.data() + 8));
  }
  char rest[16] = {};
  body.copy(rest, sizeof(rest));
  return mix(mix(hash ^ word_at(rest), kOdd ^ word_at(rest + 8)), kOdd);
}

std::string hash_tag(std::string_view body) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string tag = "\"0123456789abcdef\"";
  std::uint64_t hash = hash_body(body);
  for (std::size_t i = 1; i <= 16; ++i, hash >>= 4) tag[i] = kDigits[hash & 15];
  return tag;
}

std::string etag_for(const Response& response, std::string_view type) {
  if (const std::string* given = find_header(response, "ETag")) return *given;
  if (is_stream(response) || flow_of(response) != nullptr) return {};
  if (response.status != 200 || !is_hashed_type(type)) return {};
  const std::string* caching = find_header(response, "Cache-Control");
  if (caching != nullptr && caching->find("no-store") != std::string::npos) return {};
  return hash_tag(response.bytes());
}

bool may_compress(const Response& response, std::string_view type) {
  const bool is_long = flow_of(response) != nullptr || response.bytes().size() >= kCompressBytesMin;
  return response.compressible && is_long && has_body(response.status) &&
         is_compressible_type(type) && find_header(response, "Content-Encoding") == nullptr;
}

bool is_sent(std::string_view name, int status) {
  if (is_server_field(name)) return false;
  return status != 304 ||
         !(name.size() >= 8 && equals_ignoring_case(name.substr(0, 8), "content-"));
}

}  // namespace

bool is_stream(const Response& response) {
  return std::holds_alternative<Response::OnStream>(response.body);
}

const Response::Pieces* pieces_of(const Response& response) {
  return std::get_if<Response::Pieces>(&response.body);
}

const Response::Flow* flow_of(const Response& response) {
  return std::get_if<Response::Flow>(&response.body);
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string Plan::marked_etag() const {
  if (coding == Coding::kIdentity || !etag.ends_with('"')) return etag;
  return fmt::format("{}-{}\"", std::string_view(etag).substr(0, etag.size() - 1),
                     coding_name(coding));
}

bool is_match(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return if_none_match.find(etag) != std::string_view::npos;
}

Plan plan_answer(const Request& request, const Response& response) {
  Plan plan{.status = response.status};
  const std::string* content_type = find_header(response, "Content-Type");
  const std::string_view type = content_type != nullptr ? *content_type : std::string_view();
  if (may_compress(response, type)) {
    plan.vary = true;
    plan.coding = negotiate(request.header("Accept-Encoding").value_or(""));
  }
  const bool reads = request.method == Method::kGet || request.method == Method::kHead;
  plan.etag = reads || find_header(response, "ETag") ? etag_for(response, type) : std::string();
  if (!reads || response.status != 200 || plan.etag.empty()) return plan;
  const auto if_none_match = request.header("If-None-Match");
  if (if_none_match && is_match(*if_none_match, plan.marked_etag())) plan.status = 304;
  return plan;
}

void append_head(std::string& out, const Response& response, const Plan& plan,
                 const HeadFacts& facts) {
  append_status_line(out, plan.status);
  out += facts.date_line;
  bool has_nosniff = false;
  bool has_vary = !plan.vary;
  for (const auto& [name, value] : response.headers) {
    if (!is_sent(name, plan.status)) continue;
    has_nosniff = has_nosniff || equals_ignoring_case(name, "X-Content-Type-Options");
    has_vary = has_vary || (equals_ignoring_case(name, "Vary") &&
                            value.find("Accept-Encoding") != std::string::npos);
    append_field(out, name, value);
  }
  if (!plan.etag.empty()) {
    append_field(out, "ETag", plan.coding == Coding::kIdentity ? plan.etag : plan.marked_etag());
  }
  if (!has_vary) out += "Vary: Accept-Encoding\r\n";
  if (!has_nosniff) out += "X-Content-Type-Options: nosniff\r\n";
  if (plan.coding != Coding::kIdentity && plan.status != 304) {
    append_field(out, "Content-Encoding", coding_name(plan.coding));
  }
  if (has_body(plan.status) && flow_of(response) != nullptr) {
    if (!facts.http_1_0) out += "Transfer-Encoding: chunked\r\n";
  } else if (has_body(plan.status) && !is_stream(response)) {
    out += "Content-Length: ";
    out += fmt::format_int(facts.body_bytes).str();
    out += "\r\n";
  }
  if (!facts.keep_alive) {
    out += "Connection: close\r\n";
  } else if (facts.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace revier::net::detail
