// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/members.h"

#include <charconv>

#include <fmt/format.h>

#include "ngsi/q.h"

namespace revier::subscription::detail {

Result<> check_notifier_info(const Endpoint& endpoint) {
  for (const auto& [key, value] : endpoint.notifier_info) {
    const bool wrong = (key == "MQTT-QoS" && value != "0" && value != "1" && value != "2") ||
                       (key == "MQTT-Version" && value != "mqtt3.1.1" && value != "mqtt5.0");
    if (wrong) {
      return fail(Code::kBadRequestData, fmt::format("{} is not \"{}\"", key, value),
                  "notification.endpoint.notifierInfo");
    }
  }
  return {};
}

std::string readable_query(std::string q) {
  // No URI begins with an encoded quotation mark, and there are no plain ones.
  constexpr std::string_view kQuote = "%22";
  const std::size_t first = q.find(kQuote);
  const bool encoded_text = first != std::string::npos && first > 0 &&
                            std::string_view("=<>~,.").find(q[first - 1]) != std::string_view::npos;
  if (!encoded_text || q.find('"') != std::string::npos) return q;
  std::string decoded;
  for (std::size_t at = 0; at < q.size(); ++at) {
    unsigned byte = 0;
    const char* const from = q.data() + at + 1;
    const bool encoded = q[at] == '%' && at + 2 < q.size() &&
                         std::from_chars(from, from + 2, byte, 16).ptr == from + 2;
    decoded.push_back(encoded ? static_cast<char>(byte) : q[at]);
    if (encoded) at += 2;
  }
  return ngsi::parse_query(decoded) ? decoded : q;
}

}  // namespace revier::subscription::detail
