// SPDX-License-Identifier: EUPL-1.2
// Requests for entities that other context sources have a share in (4.3.6): reading gathers what
// they have, writing gives them their share first. The API asks; the federation answers.
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
#include "json/json.h"
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

  // --- Writing (5.6.1 to 5.6.10, 5.6.17 to 5.6.20)

  enum class Act : std::uint8_t {
    kCreate,
    kUpdate,  // 5.6.2
    kAppend,
    kUpdateAttribute,  // 5.6.4
    kReplaceAttribute,
    kDeleteAttribute,
    kDelete,
    kMerge,
    kReplace,
    kCreateBatch,
    kUpsertBatch,
    kUpdateBatch,
    kDeleteBatch,
    kMergeBatch,
  };
  // What a write is about in one entity; a batch has several.
  struct Piece {
    std::string id;
    std::vector<std::string> types;       // IRIs; empty: not known
    std::vector<std::string> attributes;  // IRIs; empty: the entity as a whole
    std::optional<json::Value> body;      // as the client has sent it; a view
    jsonld::ContextPtr context;           // of the names in it
  };
  struct Share {
    Act act = Act::kCreate;
    const std::string& tenant;
    const net::Request& request;  // its parameters and headers go on to the sources
    const std::vector<Piece>& pieces;
  };
  // What became of the share that one source has in one piece.
  struct Outcome {
    std::size_t piece = 0;
    std::string registration;
    std::vector<std::string> attributes;  // its share, IRIs; empty: the whole piece
    bool alone = false;                   // nobody else may have it (exclusive, redirect)
    bool created = false;                 // the source has a new entity now
    bool partial = false;                 // an error that only a part of the share has met
    // Errors: kConflict: the source does not take the operation; kResourceNotFound; kTimeout;
    // kAlreadyExists; kLoopDetected; kBadGateway: all else.
    Result<> result;
  };
  // What of a piece must not be written here, since others alone have it.
  struct Held {
    bool whole = false;
    std::vector<std::string> attributes;  // IRIs
  };
  struct Shared {
    std::vector<Outcome> outcomes;
    std::vector<Held> held;  // by piece
  };

  virtual ~Distribution() = default;
  // False where there is nobody to ask: costs one look at a number.
  [[nodiscard]] virtual bool any() const = 0;
  // Errors: kBadRequestData: the selection does not compile; kTooManyResults.
  [[nodiscard]] virtual Task<Result<Answer>> gather(const Ask& ask) = 0;
  // Sends each source its share and waits for all of them. Errors: kLoopDetected, kTooComplexQuery:
  // nothing was sent.
  [[nodiscard]] virtual Task<Result<Shared>> share(const Share& share) = 0;
};

}  // namespace revier::context
