// SPDX-License-Identifier: EUPL-1.2
#include "demo/http_client.h"

#include <fmt/format.h>

#include "net/client.h"

namespace revier::demo {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{4} << 20;
constexpr std::int64_t kDeadlineMs = 20'000;

net::Method method_named(std::string_view name) {
  if (name == "GET") return net::Method::kGet;
  if (name == "PUT") return net::Method::kPut;
  return name == "PATCH" ? net::Method::kPatch : net::Method::kPost;
}

}  // namespace

struct HttpClient::State {
  std::string address;
  std::string token;
  // It asks the server that started it, wherever that listens.
  std::unique_ptr<net::Client> client =
      net::Client::open({.allowed = {"0.0.0.0/0", "::/0"}, .connections_max = 1}).value();
};

HttpClient::HttpClient(std::string address, std::string token)
    : state_(new State{.address = std::move(address), .token = std::move(token)}) {}
HttpClient::~HttpClient() = default;

Result<Reply> HttpClient::get(std::string_view path) { return send("GET", path, "", ""); }

Result<Reply> HttpClient::send(std::string_view method, std::string_view path,
                               std::string_view content_type, const std::string& body) {
  net::Outgoing request{.method = method_named(method),
                        .url = fmt::format("{}{}", state_->address, path),
                        .headers = {{"Authorization", "Bearer " + state_->token}},
                        .body = body,
                        .deadline_ms = kDeadlineMs,
                        .reply_bytes_max = kBodyBytesMax};
  if (!content_type.empty()) request.headers.emplace_back("Content-Type", content_type);
  const std::string url = request.url;
  auto reply = state_->client->send_blocking(std::move(request));
  if (!reply) {
    return fail(Code::kUnavailable, fmt::format("{}: {}", url, reply.error().message));
  }
  return Reply{reply->status, std::move(reply->body)};
}

}  // namespace revier::demo
