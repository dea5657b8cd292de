// SPDX-License-Identifier: EUPL-1.2
// Requests for entities that other context sources have a share in (4.3.6). The API asks; the
// federation answers.
//
// Thread safety: any thread; the Task on an io thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "context/broker.h"
#include "jsonld/context.h"
#include "net/http.h"

namespace revier::context {

class Distribution {
 public:
  enum class Operation : std::uint8_t { kRetrieve, kQuery, kQueryBatch };

  struct Ask {
    Operation operation = Operation::kQuery;
    const std::string& tenant;
    const net::Request& request;  // its headers go on to the sources
    const jsonld::ContextPtr& context;
    const ngsi::Selection& selection;      // of a retrieval one id, and perhaps types
    std::vector<std::string> attributes;   // those that are shown, IRIs; empty: all
    std::vector<std::string> dataset_ids;  // those that are shown; empty: all
    // splitEntities: false says that each entity is whole where it is, so that sources may filter;
    // nullopt: as the operator has set it.
    std::optional<bool> split_entities{};
  };
  struct Answer {
    std::unique_ptr<Broker> broker;     // what is here and elsewhere; nullptr: nobody else has any
    std::vector<std::string> warnings;  // values of NGSILD-Warning (6.3.17)
  };

  virtual ~Distribution() = default;
  // False where there is nobody to ask: costs one look at a number.
  [[nodiscard]] virtual bool any() const = 0;
  // Errors: kBadRequestData: the selection does not compile; kTooManyResults.
  [[nodiscard]] virtual Task<Result<Answer>> gather(const Ask& ask) = 0;
};

}  // namespace revier::context
