// SPDX-License-Identifier: EUPL-1.2
// Registrations to and from JSON (ETSI GS CIM 009 V1.9.1, clauses 5.2.9, 5.9).
//
// Thread safety: pure functions.
#pragma once
#include <string>

#include "base/result.h"
#include "federation/types.h"
#include "json/json.h"

namespace revier::federation {

// What a document means; names are read under `context`. The id stays empty where the document has
// none. Errors: kBadRequestData with `field`.
[[nodiscard]] Result<Registration> parse(const json::Value& document,
                                         const jsonld::Context& context, Instant now);

// The document after a fragment (5.9.3, 5.5.8): its members take the place of those that are there,
// null and the NGSI-LD Null remove. Errors: kBadRequestData.
[[nodiscard]] Result<std::string> patched(const Registration& before, const json::Value& fragment,
                                          const jsonld::Context& context);

// A registration as a client sees it.
struct Shown {
  const jsonld::Context& context;
  bool with_context = false;
  bool sys_attrs = false;
  bool secrets = true;  // else values of contextSourceInfo are "***"
  // Which elements of `information` are shown (5.10.2.5); nullptr: all.
  const std::vector<bool>* information = nullptr;
};
[[nodiscard]] std::string to_json(const Registration& registration, const Counters& counters,
                                  const Shown& shown);

// The registration as an entity, for csf, scopeQ and geo-queries: its properties, geometries and
// scopes; names are IRIs.
[[nodiscard]] std::string as_entity(const Registration& registration);

}  // namespace revier::federation
