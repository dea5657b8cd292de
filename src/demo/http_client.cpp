// SPDX-License-Identifier: EUPL-1.2
#include "demo/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

namespace revier::demo {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{4} << 20;

std::size_t take(char* data, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > kBodyBytesMax) return 0;
  body.append(data, size * count);
  return size * count;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

}  // namespace

struct HttpClient::State {
  std::string address;
  std::string token;
  CURL* curl = curl_easy_init();
  ~State() { curl_easy_cleanup(curl); }
};

HttpClient::HttpClient(std::string address, std::string token)
    : state_(new State{.address = std::move(address), .token = std::move(token)}) {}
HttpClient::~HttpClient() = default;

Result<Reply> HttpClient::get(std::string_view path) { return send("GET", path, "", ""); }

Result<Reply> HttpClient::send(std::string_view method, std::string_view path,
                               std::string_view content_type, const std::string& body) {
  const std::string url = fmt::format("{}{}", state_->address, path);
  HeaderList headers;
  append(headers, "Authorization: Bearer " + state_->token);
  append(headers, "Expect:");
  if (!content_type.empty()) append(headers, fmt::format("Content-Type: {}", content_type));
  Reply reply;
  std::array<char, CURL_ERROR_SIZE> reason{};
  CURL* curl = state_->curl;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20'000L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());
  if (!body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  }
  if (const CURLcode done = curl_easy_perform(curl); done != CURLE_OK) {
    const char* said = reason[0] != '\0' ? reason.data() : curl_easy_strerror(done);
    return fail(Code::kUnavailable, fmt::format("{}: {}", url, said));
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace revier::demo
