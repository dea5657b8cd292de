// SPDX-License-Identifier: EUPL-1.2
// Requests to the server, tried again where trying again helps.
//
// Thread safety: pure functions; they block.
#pragma once
#include <string>

#include "base/result.h"
#include "json/json.h"
#include "transfer/transfer.h"

namespace revier::transfer::detail {

// Any status but 429, 502, 503 and 504, which are tried again like a lost connection: both at most
// five times, with longer and longer pauses (together half a minute).
// Errors: kUnavailable; kUnauthenticated and kForbidden for 401 and 403 of the whole request.
[[nodiscard]] Result<net::Reply> ask(const Server& server, net::Outgoing request);

// 429, 502, 503, 504: asking again later may help.
[[nodiscard]] bool is_passing(int status);

// "title: detail" of problem details, else the status.
[[nodiscard]] std::string reason_of(int status, std::string_view body);
[[nodiscard]] std::string reason_of(const net::Reply& reply);
[[nodiscard]] std::string reason_of(const json::Value& problem);

}  // namespace revier::transfer::detail
