// SPDX-License-Identifier: EUPL-1.2
// WWW-Authenticate (RFC 6750, 3): what a client with a token is told beside the error.
//
// Thread safety: a pure function.
#pragma once
#include <string>

#include "base/error.h"

namespace revier::net {

// Empty where the error calls for none. An error about the token itself (`field` "token"), or about
// what it may ("token", "rights"), says so.
[[nodiscard]] std::string bearer_challenge(const Error& error);

}  // namespace revier::net
