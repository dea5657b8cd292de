// SPDX-License-Identifier: EUPL-1.2
// A subscription as it is kept: ETSI GS CIM 009 V1.9.1, clauses 5.2.12, 5.2.14, 5.2.15, 5.2.33.
//
// Thread safety: values; a SubscriptionPtr never changes.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "jsonld/context.h"
#include "ngsi/predicate.h"
#include "ngsi/render.h"

namespace revier::subscription {

// Notification triggers, one bit each.
enum Trigger : std::uint8_t {
  kEntityCreated = 1,
  kEntityDeleted = 2,
  kAttributeCreated = 4,
  kAttributeUpdated = 8,
  kAttributeDeleted = 16,
};
using Triggers = std::uint8_t;
inline constexpr Triggers kEntityUpdated =
    kAttributeCreated | kAttributeUpdated | kAttributeDeleted;
inline constexpr Triggers kDefaultTriggers = kAttributeCreated | kAttributeUpdated;

struct KeyValue {
  std::string key;
  std::string value;
  bool operator==(const KeyValue&) const = default;
};

enum class BodyType : std::uint8_t { kJson, kLdJson, kGeoJson };

struct Endpoint {
  std::string uri;  // http, https, mqtt, mqtts
  BodyType accept = BodyType::kJson;
  std::int64_t cooldown_ms = 0;  // least time after a failure; 0: the server's own back-off
  std::int64_t timeout_ms = 0;   // 0: the server's own
  std::vector<KeyValue> receiver_info;
  std::vector<KeyValue> notifier_info;
  bool operator==(const Endpoint&) const = default;
};

// Linked entities beside the others, or in the place of the link (4.5.23).
enum class Join : std::uint8_t { kNone, kFlat, kInline };

struct Notified {
  Join join = Join::kNone;
  std::size_t link_levels = 0;      // how many links are followed
  ngsi::Projection::Lists members;  // names as IRIs; dataset_ids of the subscription
  ngsi::Representation representation = ngsi::Representation::kNormalized;
  bool sys_attrs = false;
  bool show_changes = false;
  std::optional<int>
      version;  // 1.x: entities as that version has them (ngsildConformance, 4.3.6.8)
  Endpoint endpoint;
};

struct Subscription {
  std::string id;
  std::string tenant;
  std::string owner;  // Caller::id() of who made it; empty with --no-auth
  // Caller::grounds() of an owner with rights by entity: it tells what these show when it is told,
  // and nothing once nothing stands on them. Empty: it tells everything.
  std::string grounds;
  // Those of an owner with rights in the whole tenant (to read; of a subscription to registrations:
  // to write): it tells nothing once she has them no more. Empty: of nobody, or of a time when they
  // were not kept.
  std::string full_grounds;
  // One an entity selector, q, geoQ and scopeQ in each; one without ids and types where no
  // entities are named. Names are read under `context`.
  std::vector<ngsi::Selection> selections;
  std::vector<std::string> watched;  // IRIs; empty: any attribute
  Triggers triggers = kDefaultTriggers;
  std::optional<Instant> expires_at;
  bool is_active = true;
  std::int64_t throttling_us = 0;  // 0: none
  std::int64_t interval_us = 0;    // 0: told of changes; else a second at least
  std::string lang;
  bool local_only = false;             // entities of other context sources do not count
  std::optional<bool> split_entities;  // nullopt: as the operator has set it
  Notified notification;
  jsonld::ContextPtr context;       // of the names in it
  jsonld::ContextPtr told_context;  // jsonldContext, or `context`
  // Of the request that made it: the brokers that it has passed (Via), and the address of this
  // server as its client sees it, "https://host:port".
  std::vector<std::string> via;
  std::string origin;
  Instant created_at;
  Instant modified_at;
  // The members of 5.2.12 that were given, as JSON text; names of attributes as IRIs.
  std::string document;

  [[nodiscard]] bool active_at(Instant now) const {
    return is_active && (!expires_at || now < *expires_at);
  }
  // Of what is here alone: what other sources would tell is not narrowed by rights.
  [[nodiscard]] bool is_local() const { return local_only || !grounds.empty(); }
};
using SubscriptionPtr = std::shared_ptr<const Subscription>;

// 5.2.14.2.
struct Counters {
  std::int64_t times_sent = 0;
  std::int64_t times_failed = 0;
  std::optional<Instant> last_notification;
  std::optional<Instant> last_success;
  std::optional<Instant> last_failure;
  bool last_failed = false;
  // Beyond the specification:
  std::string last_error;     // of the last failure
  std::int64_t attempts = 0;  // that failed, of the notification that comes next
  // Why nothing is told now although it is active: its rights ended. Looked up, not stored.
  std::string silenced;
};

}  // namespace revier::subscription
