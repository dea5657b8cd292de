// SPDX-License-Identifier: EUPL-1.2
// The operations of NGSI-LD as Writes for Broker::write(); the clauses' rules are ngsi/mutate.h's.
//
// A domain that shows something public needs put() and remove():
//   RV_ASSIGN(ngsi::Fragment f, ngsi::parse_entity(json, context, ngsi::kParseWhole));
//   co_await broker.write_one(tenant, put(std::move(f)), Origin::domain("event"));
//
// Errors, when they run: kAlreadyExists (create), kResourceNotFound (all but create, put, upsert),
// and what ngsi/mutate.h says.
// Thread safety: pure functions.
#pragma once
#include <string>

#include "context/broker.h"
#include "ngsi/fragment.h"
#include "ngsi/mutate.h"

namespace revier::context {

[[nodiscard]] Write create(ngsi::Fragment fragment);                   // 5.6.1
[[nodiscard]] Write put(ngsi::Fragment fragment);                      // creates or replaces whole
[[nodiscard]] Write upsert(ngsi::Fragment fragment);                   // creates or updates, 5.6.8
[[nodiscard]] Write replace(std::string id, ngsi::Fragment fragment);  // 5.6.18
[[nodiscard]] Write merge(std::string id, ngsi::Fragment fragment,
                          ngsi::MergeOptions options = {});                           // 5.6.17
[[nodiscard]] Write append(std::string id, ngsi::Fragment fragment, bool overwrite);  // 5.6.3
[[nodiscard]] Write update(std::string id, ngsi::Fragment fragment);                  // 5.6.2
[[nodiscard]] Write remove(std::string id);                                           // 5.6.6

[[nodiscard]] Write update_attribute(std::string id, ngsi::FragmentAttribute fragment);   // 5.6.4
[[nodiscard]] Write replace_attribute(std::string id, ngsi::FragmentAttribute fragment);  // 5.6.19
[[nodiscard]] Write remove_attribute(std::string id, std::string name_iri,
                                     ngsi::DeleteOptions options);  // 5.6.5
[[nodiscard]] Write remove_scopes(std::string id);

[[nodiscard]] Write reduce(std::string id, ngsi::Reduction reduction);  // 5.6.21

// The same write for an entity that matches only (parameter `type`, purge); else
// kResourceNotFound.
[[nodiscard]] Write only_matching(Write write, ngsi::Predicate predicate);

}  // namespace revier::context
