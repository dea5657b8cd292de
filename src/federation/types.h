// SPDX-License-Identifier: EUPL-1.2
// A context source registration as it is kept: ETSI GS CIM 009 V1.9.1, clauses 5.2.8 to 5.2.11,
// 5.2.34, 4.20.
//
// Thread safety: values; a RegistrationPtr never changes.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "jsonld/context.h"
#include "ngsi/pattern.h"

namespace revier::federation {

enum class Mode : std::uint8_t { kInclusive, kExclusive, kRedirect, kAuxiliary };

// Operations that sources are asked for (4.20), one bit each; others are only remembered by name.
enum Operation : std::uint64_t {
  kRetrieveEntity = 1U << 0,
  kQueryEntity = 1U << 1,
  kQueryBatch = 1U << 2,
  kCreateEntity = 1U << 3,
  kUpdateEntity = 1U << 4,
  kAppendAttrs = 1U << 5,
  kUpdateAttrs = 1U << 6,
  kDeleteAttrs = 1U << 7,
  kDeleteEntity = 1U << 8,
  kMergeEntity = 1U << 9,
  kReplaceEntity = 1U << 10,
  kReplaceAttrs = 1U << 11,
  kCreateBatch = 1U << 12,
  kUpsertBatch = 1U << 13,
  kUpdateBatch = 1U << 14,
  kDeleteBatch = 1U << 15,
  kMergeBatch = 1U << 16,
  kPurgeEntity = 1U << 17,
  kRetrieveTypes = 1U << 18,
  kRetrieveTypeDetails = 1U << 19,
  kRetrieveTypeInfo = 1U << 20,
  kRetrieveAttributes = 1U << 21,
  kRetrieveAttributeDetails = 1U << 22,
  kRetrieveAttributeInfo = 1U << 23,
  kUpsertTemporal = 1U << 24,
  kAppendTemporal = 1U << 25,
  kDeleteAttrsTemporal = 1U << 26,
  kUpdateInstance = 1U << 27,
  kDeleteInstance = 1U << 28,
  kDeleteTemporal = 1U << 29,
  kRetrieveTemporal = 1U << 30,
  kQueryTemporal = 1U << 31,
  kCreateSubscription = std::uint64_t{1} << 32,
  kUpdateSubscription = std::uint64_t{1} << 33,
  kRetrieveSubscription = std::uint64_t{1} << 34,
  kDeleteSubscription = std::uint64_t{1} << 35,
  kCreateMap = std::uint64_t{1} << 36,
  kCreateTemporalMap = std::uint64_t{1} << 37,
};
using Operations = std::uint64_t;
inline constexpr Operations kReading = kRetrieveEntity | kQueryEntity | kQueryBatch;
inline constexpr Operations kListing = kRetrieveTypes | kRetrieveTypeDetails | kRetrieveTypeInfo |
                                       kRetrieveAttributes | kRetrieveAttributeDetails |
                                       kRetrieveAttributeInfo;
inline constexpr Operations kRecalling = kRetrieveTemporal | kQueryTemporal;
inline constexpr Operations kSubscribing =
    kCreateSubscription | kUpdateSubscription | kRetrieveSubscription | kDeleteSubscription;
// "The default set of operations" (4.20), as far as it is asked for.
inline constexpr Operations kFederating = kReading | kListing | kSubscribing | kCreateMap;

struct EntityInfo {
  std::string id;                             // takes precedence over the pattern
  std::string id_pattern;                     // POSIX, as ngsi::Selection has it
  std::vector<std::string> types;             // IRIs; all of them
  std::optional<ngsi::Pattern> pattern = {};  // of id_pattern; nullopt: it has none

  // Whether it speaks of an entity of this id, if that has the types.
  [[nodiscard]] bool takes(std::string_view entity) const {
    if (!id.empty()) return entity == id;
    return !pattern || pattern->found_in(entity);
  }
};

// What a source has: of these entities (empty: any) these attributes (empty: any), IRIs.
struct Information {
  std::vector<EntityInfo> entities;
  std::vector<std::string> attributes;
};

struct Interval {
  Instant start;
  std::optional<Instant> end;
};

struct KeyValue {
  std::string key;
  std::string value;
};

struct Management {
  bool local_only = false;
  std::int64_t timeout_ms = 0;   // 0: the server's own
  std::int64_t cooldown_ms = 0;  // after a failure, an hour at the most; 0: none
  std::int64_t cache_ms = 0;     // answers are told again so long; 0: never
};

struct Registration {
  std::string id;
  std::string tenant;  // where it is registered
  std::string owner;   // Caller::id() of who made it; empty with --no-auth
  std::string endpoint;
  std::string alias;          // contextSourceAlias
  std::string source_tenant;  // of the source
  std::vector<Information> information;
  std::vector<KeyValue> source_info;
  std::vector<std::string> dataset_ids;
  std::optional<Instant> expires_at;
  std::optional<Interval> observation;
  std::optional<Interval> management_interval;
  Mode mode = Mode::kInclusive;
  Operations operations = kFederating;
  Management management;
  Instant created_at;
  Instant modified_at;
  // The members that were given, as JSON text; types, attributes and properties of the source's own
  // are IRIs.
  std::string document;

  [[nodiscard]] bool is_temporal() const { return observation || management_interval; }
  [[nodiscard]] bool is_proxied() const {
    return mode == Mode::kExclusive || mode == Mode::kRedirect;
  }
};
using RegistrationPtr = std::shared_ptr<const Registration>;

// 5.2.9, table 2.
struct Counters {
  std::int64_t times_sent = 0;
  std::int64_t times_failed = 0;
  std::optional<Instant> last_success;
  std::optional<Instant> last_failure;
  bool last_failed = false;
};

}  // namespace revier::federation
