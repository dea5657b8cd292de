// SPDX-License-Identifier: EUPL-1.2
// Writes where other sources may have a share (4.3.6): they get it first, what is left is written
// here, and one answer tells of all (6.3.17).
//
// Thread safety: as of the operation.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "context/detail/batch_result.h"
#include "context/detail/routes.h"

namespace revier::context::detail {

// A write of one entity.
struct Deed {
  Distribution::Act act = Distribution::Act::kCreate;
  std::string id;
  ngsi::Fragment fragment;          // empty for those of one attribute and for deletions
  std::string attribute;            // IRI, of those of one attribute
  std::optional<json::Value> body;  // the fragment, or the attribute, as the client has sent it
  jsonld::ContextPtr context;       // of the names in it
  // Makes the write of what is left of the fragment.
  std::function<Write(ngsi::Fragment)> make;
  // Of history: does what is left, and answers where all went well, `created` telling that a source
  // has a new one.
  std::function<Task<Result<>>(ngsi::Fragment)> run;
  std::function<net::Response(bool created)> done;
  std::string instance;  // instanceId, of those of one instance
};

// Of a body that is a fragment of an entity, without `make`. Errors: as context_of().
[[nodiscard]] Result<Deed> body_deed(const Api& api, const Exchange& exchange,
                                     Distribution::Act act, std::string id,
                                     ngsi::Fragment fragment);

// Runs it and answers: 204, or 201 of a creation; 207 where only a part of it was done, with an
// UpdateResult for several attributes, else a BatchOperationResult. Errors: where all of it failed
// in one place, the error of that; kConflict where no source takes the operation.
[[nodiscard]] Task<Result<net::Response>> run_shared(const Api& api, const net::Request& request,
                                                     const Exchange& exchange, Deed deed);

// An element of a batch that was read.
struct Element {
  std::string id;
  ngsi::Fragment fragment;
  std::optional<json::Value> body;
  jsonld::ContextPtr context;
  bool elsewhere = false;  // nothing of it is left for here
  bool alone = false;      // some of it is held elsewhere alone
};

// Gives others their share of a batch, takes it out of the elements, and adds what became of it to
// `result`. Errors: as Distribution::share().
[[nodiscard]] Task<Result<>> share_batch(const Api& api, const net::Request& request,
                                         const Exchange& exchange, Distribution::Act act,
                                         std::vector<Element>& elements, BatchResult& result);

}  // namespace revier::context::detail
