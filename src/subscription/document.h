// SPDX-License-Identifier: EUPL-1.2
// Subscriptions to and from JSON (ETSI GS CIM 009 V1.9.1, clauses 5.2.12, 5.2.14, 5.2.15, 5.8).
//
// Thread safety: pure functions.
#pragma once
#include <limits>
#include <string>

#include "base/result.h"
#include "json/json.h"
#include "subscription/types.h"

namespace revier::subscription {

// What a document means. `context` names its members; `told` is the @context of notifications.
// The id stays empty where the document has none. Errors: kBadRequestData with `field`;
// kOperationNotSupported for what this broker does not do, naming it.
struct Reading {
  jsonld::ContextPtr context;
  jsonld::ContextPtr told;
  Instant now;
  std::size_t selectors_max = 1'000;  // of `entities`
};
// Of what is stored: it was let in once, and is not to keep the program from starting.
inline constexpr std::size_t kAnySelectors = std::numeric_limits<std::size_t>::max();
[[nodiscard]] Result<Subscription> parse(const json::Value& document, const Reading& reading);

// The document after a fragment (5.8.2, 5.5.8): its members take the place of those that are
// there, null and the NGSI-LD Null remove. Names of `fragment` are made IRIs by its context.
// Errors: kBadRequestData, kTooLarge.
[[nodiscard]] Result<std::string> patched(const Subscription& before, const json::Value& fragment,
                                          const jsonld::Context& context);

// A subscription as a client sees it, under her @context. `secrets`: with the values of
// receiverInfo; else they are "***".
struct Shown {
  const jsonld::Context& context;
  Instant now;
  bool with_context = false;
  bool sys_attrs = false;
  bool secrets = true;
  bool defaults = true;  // with what holds where a member was not given
};
[[nodiscard]] std::string to_json(const Subscription& subscription, const Counters& counters,
                                  const Shown& shown);

// The value of NGSILD-Warning (6.3.17) with one that tells nothing, for Counters::silenced.
[[nodiscard]] std::string paused_warning(std::string_view why);

// Key-value pairs that open an endpoint or a source (receiverInfo, contextSourceInfo); without
// `secrets` their values are "***".
void write_pairs(json::Writer& out, const json::Value& pairs, bool secrets);

// The texts of enums, as the specification writes them.
[[nodiscard]] std::string_view name_of(BodyType type);

}  // namespace revier::subscription
