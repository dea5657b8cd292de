// SPDX-License-Identifier: EUPL-1.2
// A reverse proxy that server.proxies does not name. All who come through it have its address, so
// that they count as one network where the rules count networks (open holds, tries to sign in), and
// https is not known. A guess: a private address that sends X-Forwarded-For.
//
// Thread safety: from any thread; of the whole process.
#pragma once
#include <string>

#include "net/detail/peers.h"
#include "net/http.h"

namespace revier::net {

// The address of the first that was seen; empty: none.
[[nodiscard]] std::string unnamed_proxy();

namespace detail {
// Looks at a request from a peer that is no proxy of ours; logs the first find.
void look_for_proxy(const Request& request, const Address& peer);
}  // namespace detail

}  // namespace revier::net
