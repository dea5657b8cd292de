// SPDX-License-Identifier: EUPL-1.2
// Asks one server, one request after the other, over one kept connection. Blocks.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::demo {

struct Reply {
  int status = 0;
  std::string body;  // at most 4 MiB
};

class HttpClient {
 public:
  // `address` without a path; `token` is sent as bearer with every request.
  HttpClient(std::string address, std::string token);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Errors: kUnavailable with the reason; any status is a Reply.
  [[nodiscard]] Result<Reply> get(std::string_view path);
  [[nodiscard]] Result<Reply> send(std::string_view method, std::string_view path,
                                   std::string_view content_type, const std::string& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace revier::demo
