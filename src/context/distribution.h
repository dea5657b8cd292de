// SPDX-License-Identifier: EUPL-1.2
// Requests for entities that other context sources have a share in (4.3.6): reading gathers what
// they have, writing gives them their share first. The API asks; the federation answers.
//
// Thread safety: any thread; the Task on an io thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "context/broker.h"
#include "json/json.h"
#include "jsonld/context.h"
#include "net/http.h"
#include "ngsi/fragment.h"

namespace revier::context {

class Distribution {
 public:
  enum class Operation : std::uint8_t { kRetrieve, kQuery, kQueryBatch };

  // By entity: the registrations of those who have a part of it.
  using Origins = std::map<std::string, std::vector<std::string>, std::less<>>;

  // An entity map that a source keeps for one of ours (5.2.39, linkedMaps).
  struct LinkedMap {
    std::string id;
    std::string location;  // as the source said it; goes back in NGSILD-EntityMap
  };
  using LinkedMaps = std::map<std::string, LinkedMap, std::less<>>;  // by registration
  // Of changes; nullopt: the source does not go by that map any more.
  using Relinked = std::map<std::string, std::optional<LinkedMap>, std::less<>>;
  // Maps that are to be made at sources.
  struct MapsWanted {
    Duration lifetime;
    std::size_t places_max = 0;  // beyond one more of them no map is looked at
  };
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
    std::string csf{};  // which sources are asked
    // Who has a part of the ids that are selected: nobody else is asked for them. nullptr: not
    // known.
    const Origins* known = nullptr;
    // The maps by which sources that have one are asked (5.5.14). nullptr: by none.
    const LinkedMaps* linked = nullptr;
    // Sources that make maps are asked for one: of a retrieval beside the entity; of a query
    // instead of their entities, of which they tell the ids only.
    std::optional<MapsWanted> maps_wanted{};
  };
  struct Report {
    std::vector<std::string> warnings;    // values of NGSILD-Warning (6.3.17)
    Origins origins;                      // of what is elsewhere, candidates among it
    std::vector<std::string> candidates;  // ids that maps of sources name, in their order
    Relinked relinked;
  };
  struct Answer : Report {
    std::unique_ptr<Broker> broker;  // what is here and elsewhere; nullptr: nobody told of more
  };

  // --- History (5.7.3, 5.7.4)

  struct Recall {
    Ask ask;  // kRetrieve or kQuery
    // The members of the temporal query that go on to sources.
    std::vector<std::pair<std::string, std::string>> time;
    // Sources are asked whose interval overlaps this one: by observation, else by management.
    Instant from;
    Instant to;
    bool by_observation = true;
  };
  struct Times {
    std::optional<Instant> created;
    std::optional<Instant> modified;  // of a deletion: when it was
  };
  // What one source has told of one entity, within its registration.
  struct Evolution {
    ngsi::Fragment fragment;  // as ParseOptions::temporal makes it
    Times times;
    std::vector<Times> attribute_times;  // beside fragment.attributes
    bool auxiliary = false;              // only adds what nobody else has
  };
  struct Recalled : Report {
    std::vector<Evolution> evolutions;  // auxiliary ones last
  };

  // --- Writing (5.6.1 to 5.6.20)

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
    kUpsertHistory,  // 5.6.11 to 5.6.16
    kAddHistory,
    kDeleteHistoryOfAttribute,
    kReplaceInstance,
    kDeleteInstance,
    kDeleteHistory,
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
    std::string instance{};               // instanceId, of kReplaceInstance and kDeleteInstance
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

  // --- Purging (5.6.21)

  struct Purge {
    const std::string& tenant;
    const net::Request& request;
    const jsonld::ContextPtr& context;
    const ngsi::Selection& selection;
    const std::optional<ngsi::Reduction>& reduction;  // nullopt: entities are deleted
    std::string csf{};
  };
  // What one source made of its share.
  struct Purged {
    std::string registration;
    // Errors: as of Outcome; kConflict also where its share cannot be told exactly: nothing was
    // sent.
    Result<> result;
    std::vector<std::pair<std::string, Error>> entities;  // where it failed for some only: these
  };

  // --- What there is (5.7.5 to 5.7.11)

  enum class Listing : std::uint8_t {
    kTypes,
    kTypeDetails,
    kType,
    kAttributes,
    kAttributeDetails,
    kAttribute
  };
  struct Inquiry {
    Listing listing = Listing::kTypes;
    const std::string& tenant;
    const net::Request& request;
    const jsonld::ContextPtr& context;
    std::string name;  // IRI of the type or attribute that is described
  };
  struct AttributeFacts {
    std::size_t instances = 0;
    std::set<std::string> kinds;  // "Property"
    std::set<std::string> types;  // IRIs
  };
  // As far as the listing tells it; names are IRIs.
  struct Facts {
    std::size_t entities = 0;
    std::map<std::string, std::set<std::string>> types;  // with their attributes
    std::map<std::string, AttributeFacts> attributes;
    std::vector<std::string> warnings;  // values of NGSILD-Warning (6.3.17)
  };

  virtual ~Distribution() = default;
  // False where there is nobody to ask: costs one look at a number.
  [[nodiscard]] virtual bool any() const = 0;
  // Errors: kBadRequestData: the selection does not compile; kTooManyResults.
  [[nodiscard]] virtual Task<Result<Answer>> gather(const Ask& ask) = 0;
  // What other sources tell of the past. Errors: as of gather().
  [[nodiscard]] virtual Task<Result<Recalled>> recall(const Recall& recall) = 0;
  // Sends each source its share and waits for all of them. Errors: kLoopDetected, kTooComplexQuery:
  // nothing was sent.
  [[nodiscard]] virtual Task<Result<Shared>> share(const Share& share) = 0;
  // The same for a purge, one for each source that matches. Errors: as of share().
  [[nodiscard]] virtual Task<Result<std::vector<Purged>>> purge(const Purge& purge) = 0;
  // What the sources have that list it. Errors: kBadRequestData, kTooComplexQuery.
  [[nodiscard]] virtual Task<Result<Facts>> inquire(const Inquiry& inquiry) = 0;
};

}  // namespace revier::context
