// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/operations.h"

#include <algorithm>
#include <array>
#include <utility>

namespace revier::federation::detail {
namespace {

using Named = std::pair<std::string_view, Operations>;

constexpr Operations kRetrieving = kRetrieveEntity | kQueryEntity;
constexpr Operations kUpdating = kUpdateEntity | kUpdateAttrs | kReplaceEntity | kReplaceAttrs;

// Table 4.20-2, with what of each group is asked for here.
constexpr std::array<Named, 5> kGroups = {{
    {"federationOps", kFederating},
    {"associationOps", kReading | kListing | kSubscribing},
    {"updateOps", kUpdating},
    {"retrieveOps", kRetrieving},
    {"redirectionOps", kRetrieving | kUpdating | kCreateEntity | kAppendAttrs | kDeleteAttrs |
                           kDeleteEntity | kMergeEntity | kPurgeEntity | kListing | kCreateMap},
}};

// Table 4.20-1.
constexpr std::array<Named, 38> kOperationsAsked = {{
    {"retrieveEntity", kRetrieveEntity},
    {"queryEntity", kQueryEntity},
    {"queryBatch", kQueryBatch},
    {"createEntity", kCreateEntity},
    {"updateEntity", kUpdateEntity},
    {"appendAttrs", kAppendAttrs},
    {"updateAttrs", kUpdateAttrs},
    {"deleteAttrs", kDeleteAttrs},
    {"deleteEntity", kDeleteEntity},
    {"mergeEntity", kMergeEntity},
    {"replaceEntity", kReplaceEntity},
    {"replaceAttrs", kReplaceAttrs},
    {"createBatch", kCreateBatch},
    {"upsertBatch", kUpsertBatch},
    {"updateBatch", kUpdateBatch},
    {"deleteBatch", kDeleteBatch},
    {"mergeBatch", kMergeBatch},
    {"purgeEntity", kPurgeEntity},
    {"retrieveEntityTypes", kRetrieveTypes},
    {"retrieveEntityTypeDetails", kRetrieveTypeDetails},
    {"retrieveEntityTypeInfo", kRetrieveTypeInfo},
    {"retrieveAttrTypes", kRetrieveAttributes},
    {"retrieveAttrTypeDetails", kRetrieveAttributeDetails},
    {"retrieveAttrTypeInfo", kRetrieveAttributeInfo},
    {"upsertTemporal", kUpsertTemporal},
    {"appendAttrsTemporal", kAppendTemporal},
    {"deleteAttrsTemporal", kDeleteAttrsTemporal},
    {"updateAttrInstanceTemporal", kUpdateInstance},
    {"deleteAttrInstanceTemporal", kDeleteInstance},
    {"deleteTemporal", kDeleteTemporal},
    {"retrieveTemporal", kRetrieveTemporal},
    {"queryTemporal", kQueryTemporal},
    {"createSubscription", kCreateSubscription},
    {"updateSubscription", kUpdateSubscription},
    {"retrieveSubscription", kRetrieveSubscription},
    {"deleteSubscription", kDeleteSubscription},
    {"createEntityMapQueryEntity", kCreateMap},
    {"createEntityMapQueryTemporal", kCreateTemporalMap},
}};
constexpr std::array<std::string_view, 5> kNotAsked = {"querySubscription", "retrieveEntityMap",
                                                       "updateEntityMap", "deleteEntityMap",
                                                       "retrieveContextSourceIdentity"};

std::optional<Operations> find(const auto& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::first);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<Operations> operations_named(std::string_view name) {
  if (const auto group = find(kGroups, name)) return group;
  if (const auto asked = find(kOperationsAsked, name)) return asked;
  if (std::ranges::find(kNotAsked, name) != kNotAsked.end()) return Operations{0};
  return std::nullopt;
}

bool is_for_auxiliary(std::string_view name) {
  return name == "retrieveOps" || name == "retrieveEntity" || name == "queryEntity";
}

}  // namespace revier::federation::detail
