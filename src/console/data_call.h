// SPDX-License-Identifier: EUPL-1.2
// Requests to the NGSI-LD API as the console asks and shows them.
//
// Thread safety: values and pure functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"

namespace revier::console {

// What the query page was asked, as it was typed; empty: not given.
struct Question {
  std::string type;
  std::string q;
  std::string scope_q;
  std::string georel;
  std::string geometry;
  std::string coordinates;
  std::string geoproperty;
  std::string pick;
  std::string format;  // normalized, concise, simplified
  std::string timerel;
  std::string time_at;
  std::string end_time_at;
  std::string timeproperty;
  std::string last_n;
  std::string context_url;
  std::int64_t limit = 20;
  std::int64_t offset = 0;
  bool elsewhere = false;  // other sources are asked too

  [[nodiscard]] bool is_temporal() const { return !timerel.empty() || !last_n.empty(); }
};

struct Call {
  net::Method method = net::Method::kGet;
  std::string target;  // path and query, encoded
  std::string media;   // of the body
  std::string body;
};

// The Query (5.2.23) that asks it. `terms` is a JSON object of names that the core context does not
// have, "{}" where there are none; it counts where no context_url is given.
[[nodiscard]] Call call_of(const Question& question, std::string_view terms);

// The evolution of one attribute (IRI), summed up over periods ("PT1H") from `since` on.
struct Evolution {
  std::string entity;
  std::string attribute;
  std::string since;  // ISO 8601
  std::string period;
  bool by_observation = true;  // else by modifiedAt
};
[[nodiscard]] Call call_of(const Evolution& evolution);

// The same as a command for a POSIX shell. A secret never stands in it: where the tenant needs one,
// the variable TOKEN is named.
struct Teller {
  std::string origin;  // "https://city.example"
  std::string tenant;
  bool needs_token = false;
};
[[nodiscard]] std::string curl_of(const Call& call, const Teller& teller);

// `text` as one word of a POSIX shell.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace revier::console
