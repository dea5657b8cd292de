// SPDX-License-Identifier: EUPL-1.2
// What a response becomes on the wire: coding, ETag, 304, head.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "net/detail/compress.h"
#include "net/http.h"

namespace revier::net::detail {

[[nodiscard]] bool is_stream(const Response& response);
// nullptr where the body is something else.
[[nodiscard]] const Response::Pieces* pieces_of(const Response& response);
[[nodiscard]] const Response::Flow* flow_of(const Response& response);
// False for 1xx, 204 and 304.
[[nodiscard]] bool has_body(int status);

struct Plan {
  int status = 200;
  Coding coding = Coding::kIdentity;
  bool vary = false;  // the coding was chosen by Accept-Encoding
  std::string etag;   // without the coding's mark; empty: none is sent
  // The ETag of what is sent: codings are different bytes, so they have different strong tags.
  [[nodiscard]] std::string marked_etag() const;
};

// Whether an If-None-Match names that tag; weak comparison (RFC 9110, 8.8.3.2).
[[nodiscard]] bool is_match(std::string_view if_none_match, std::string_view etag);

// Decides by request and response; a GET of what the client has (If-None-Match) is 304.
[[nodiscard]] Plan plan_answer(const Request& request, const Response& response);

struct HeadFacts {
  std::string_view date_line;  // "Date: ...\r\n"
  bool keep_alive = true;
  bool http_1_0 = false;
  std::uint64_t body_bytes = 0;  // of what is (for HEAD: would be) sent
};
// Appends status line, fields and the empty line. What a handler sets wins, but for the fields of
// the connection and of lengths, which are the server's.
void append_head(std::string& out, const Response& response, const Plan& plan,
                 const HeadFacts& facts);

}  // namespace revier::net::detail
