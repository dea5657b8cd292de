// SPDX-License-Identifier: EUPL-1.2
// Reads HTTP/1.1 answers out of a stream of bytes, as a test's client needs it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rush {

struct Answer {
  int status = 0;
  std::string location;
  std::string cookie;  // name=value of the first Set-Cookie
  int retry_after_s = 0;
  bool close = false;  // the server ends the connection after it
  std::string body;
};

enum class Reading { kMore, kWhole, kBroken };

// Takes one answer from the front of `bytes` when it is there as a whole.
Reading read_answer(std::string& bytes, Answer& answer);

// The first value of a JSON text's member of that name: a string's content, or the bare word.
std::string member(std::string_view json, std::string_view name);

// What lies between two texts, searched from `from`; nothing where one is missing.
std::optional<std::string> between(std::string_view text, std::string_view before,
                                   std::string_view after, std::size_t from = 0);

}  // namespace rush
