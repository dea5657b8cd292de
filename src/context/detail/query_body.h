// SPDX-License-Identifier: EUPL-1.2
// A Query as a body (5.2.23): what entityOperations/query and temporal/entityOperations/query have
// in common. Errors, all: kBadRequestData with `field`.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "context/detail/view.h"
#include "json/json.h"
#include "ngsi/predicate.h"

namespace revier::context::detail {

// A member that is a string, "" where it is missing.
[[nodiscard]] Result<std::string> text_member(const json::Value& object, std::string_view name);
// A member that is "a,b" or an array of strings; empty where it is missing.
[[nodiscard]] Result<std::vector<std::string>> names_member(const json::Value& object,
                                                            std::string_view name);

// It is a Query of current state.
[[nodiscard]] Result<> check_query_body(const json::Value& body);
// entities, attrs, q, expandValues, jsonKeys, geoQ and scopeQ.
[[nodiscard]] Result<ngsi::Selection> body_selection(const json::Value& body);
// What the answer shall hold.
[[nodiscard]] Result<Wishes> body_wishes(const json::Value& body);

}  // namespace revier::context::detail
