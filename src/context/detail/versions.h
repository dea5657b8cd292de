// SPDX-License-Identifier: EUPL-1.2
// Answers in the form of earlier versions of NGSI-LD (4.3.6.8, 6.3.6): a client that knows only one
// of them says so by "Prefer: ngsi-ld=1.5".
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "ngsi/render.h"

namespace revier::context::detail {

// The minor number of the version that the client prefers, 9 at most; nullopt where it names none.
[[nodiscard]] std::optional<int> preferred_version(const net::Request& request);

// Entities (one, or an array of them) as version 1.`minor` has them; nullopt where they are of that
// version already, or no entities. Simplified ones keep the values of attributes as they are: what
// kind of attribute each is of cannot be told from them.
[[nodiscard]] std::optional<std::string> in_version(std::string_view json, int minor,
                                                    ngsi::Representation representation);

// Gives an answer the form that the client prefers, and says so: 203 where it was altered.
void apply_version(const net::Request& request, net::Response& response);

}  // namespace revier::context::detail
