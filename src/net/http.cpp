// SPDX-License-Identifier: EUPL-1.2
#include "net/http.h"

#include "base/ascii.h"
#include "net/challenge.h"
#include "net/detail/text.h"

namespace revier::net {
namespace {

// Value of one "name=value" piece, nullopt where it is another name's.
std::optional<std::string_view> cookie_value(std::string_view piece, std::string_view name) {
  if (piece.size() <= name.size() || piece[name.size()] != '=') return std::nullopt;
  if (!piece.starts_with(name)) return std::nullopt;
  std::string_view value = piece.substr(name.size() + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return value;
}

std::string problem_body(const Error& error, const ErrorRow& row) {
  std::string body = R"({"type":)";
  detail::append_json_string(body, row.type);
  body += R"(,"title":)";
  detail::append_json_string(body, row.title);
  body += fmt::format(R"(,"status":{})", row.status);
  if (!error.message.empty()) {
    body += R"(,"detail":)";
    detail::append_json_string(body, error.message);
  }
  if (!error.field.empty()) {
    body += R"(,"field":)";
    detail::append_json_string(body, error.field);
  }
  return body + "}";
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

std::string_view to_string(Method method) {
  static constexpr std::string_view kNames[] = {"GET",   "HEAD",   "POST",   "PUT",
                                                "PATCH", "DELETE", "OPTIONS"};
  return kNames[static_cast<std::size_t>(method)];
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Field& field : fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::string_view Request::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

const std::vector<std::pair<std::string, std::string>>& Request::query_params() const {
  if (!decoded_query) decoded_query = detail::decode_query(query).value_or(detail::Pairs());
  return *decoded_query;
}

std::optional<std::string> Request::query_param(std::string_view name) const {
  if (query.empty()) return std::nullopt;
  for (const auto& [key, value] : query_params()) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const Field& field : fields) {
    if (!equals_ignoring_case(field.name, "Cookie")) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      if (const auto value = cookie_value(detail::next_piece(list, ';'), name)) return value;
    }
  }
  return std::nullopt;
}

std::string Request::origin() const {
  return fmt::format("{}://{}", secure ? "https" : "http", authority.empty() ? host : authority);
}

Response& Response::header(std::string name, std::string value) & {
  if (headers.empty()) headers.reserve(4);
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response&& Response::header(std::string name, std::string value) && {
  header(std::move(name), std::move(value));
  return std::move(*this);
}

std::string_view Response::bytes() const {
  struct Held {
    std::string_view operator()(const std::string& text) const { return text; }
    std::string_view operator()(std::string_view text) const { return text; }
    std::string_view operator()(const Shared& text) const {
      return text != nullptr ? std::string_view(*text) : std::string_view();
    }
    std::string_view operator()(const OnStream&) const { return {}; }
    std::string_view operator()(const Pieces&) const { return {}; }
    std::string_view operator()(const Flow&) const { return {}; }
  };
  return std::visit(Held(), body);
}

Response Response::empty(int status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::text(int status, std::string content_type, std::string body) {
  Response response = empty(status);
  response.header("Content-Type", std::move(content_type));
  response.body = std::move(body);
  return response;
}

Response Response::json(int status, std::string body) {
  return text(status, "application/json", std::move(body));
}

Response Response::see_other(std::string location) {
  return empty(303).header("Location", std::move(location));
}

Response Response::problem(const Error& error) {
  const ErrorRow& row = describe(error.code);
  Response response = text(row.status, "application/problem+json", problem_body(error, row));
  if (error.code == Code::kUnavailable) response.header("Retry-After", "1");
  if (std::string challenge = bearer_challenge(error); !challenge.empty()) {
    response.header("WWW-Authenticate", std::move(challenge));
  }
  return response;
}

}  // namespace revier::net
