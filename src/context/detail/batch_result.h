// SPDX-License-Identifier: EUPL-1.2
// What operations on several entities answer: BatchOperationResult (5.2.16, 5.2.17).
//
// Thread safety: plain values and pure functions.
#pragma once
#include <string>
#include <vector>

#include "context/broker.h"
#include "net/http.h"

namespace revier::context::detail {

struct EntityError {
  std::string id;  // empty: of no single entity
  Error error;
  std::string registration;  // of the source where it failed; empty: here
};

// BatchOperationResult (5.2.16), and which of the successes are creations.
struct BatchResult {
  std::vector<std::string> success;
  std::vector<std::string> created;
  std::vector<EntityError> errors;
};

// Adds each outcome under its id; what was not updated is an error of its entity.
void add_outcomes(BatchResult& result, std::vector<std::string> ids,
                  const Broker::Outcomes& outcomes);
// 207 with errors, 201 with the ids of creations, else 204; an id is told once, however many places
// it has succeeded in.
[[nodiscard]] net::Response answer_batch(const net::Request& request, BatchResult result);

}  // namespace revier::context::detail
