// SPDX-License-Identifier: EUPL-1.2
// The JSON forms of the door: reading requests, writing answers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "door/check_in.h"
#include "json/json.h"
#include "net/http.h"

namespace revier::door {

// Without `day`'s quota and the account: those are the route's.
// Errors: kUnprocessable with the field's name and what was expected.
[[nodiscard]] Result<Request> read_request(const json::Value& body);
// "" where it is missing or no text.

// 201 with what was recorded, else problem details with "verdict".
[[nodiscard]] net::Response answer_json(const Answer& answer, const ticket::DayQuota& day);

struct Changes {
  std::string day;
  std::string event;
  Instant now;  // civil
  std::string salt;
  std::int64_t in = 0;
  std::int64_t expected = 0;
  std::vector<CheckIn> check_ins;
  std::int64_t revision = 0;
};
[[nodiscard]] std::string changes_json(const Changes& changes);
[[nodiscard]] std::string found_json(const std::vector<ticket::Booking>& found,
                                     const ticket::DayQuota& day);
[[nodiscard]] std::string undone_json(const CheckIn& check_in);
// An array, for a person's export; "problem" and "undone_at" stand where there are any.
void write_uses(json::Writer& out, const std::vector<CheckIn>& check_ins);

}  // namespace revier::door
