// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/operations.h"

#include <algorithm>
#include <array>
#include <utility>

namespace revier::federation::detail {
namespace {

using Named = std::pair<std::string_view, Operations>;

constexpr Operations kReading = kRetrieveEntity | kQueryEntity;

// Table 4.20-2, with what of each group is asked for here.
constexpr std::array<Named, 5> kGroups = {{
    {"federationOps", kReading | kQueryBatch},
    {"associationOps", kReading | kQueryBatch},
    {"updateOps", 0},
    {"retrieveOps", kReading},
    {"redirectionOps", kReading},
}};

// Table 4.20-1.
constexpr std::array<Named, 3> kAsked = {{
    {"retrieveEntity", kRetrieveEntity},
    {"queryEntity", kQueryEntity},
    {"queryBatch", kQueryBatch},
}};
constexpr std::array<std::string_view, 40> kNotAsked = {"createEntity",
                                                        "updateEntity",
                                                        "appendAttrs",
                                                        "updateAttrs",
                                                        "deleteAttrs",
                                                        "deleteEntity",
                                                        "createBatch",
                                                        "upsertBatch",
                                                        "updateBatch",
                                                        "deleteBatch",
                                                        "upsertTemporal",
                                                        "appendAttrsTemporal",
                                                        "deleteAttrsTemporal",
                                                        "updateAttrInstanceTemporal",
                                                        "deleteAttrInstanceTemporal",
                                                        "deleteTemporal",
                                                        "mergeEntity",
                                                        "replaceEntity",
                                                        "replaceAttrs",
                                                        "mergeBatch",
                                                        "purgeEntity",
                                                        "retrieveTemporal",
                                                        "queryTemporal",
                                                        "retrieveEntityTypes",
                                                        "retrieveEntityTypeDetails",
                                                        "retrieveEntityTypeInfo",
                                                        "retrieveAttrTypes",
                                                        "retrieveAttrTypeDetails",
                                                        "retrieveAttrTypeInfo",
                                                        "createSubscription",
                                                        "updateSubscription",
                                                        "retrieveSubscription",
                                                        "querySubscription",
                                                        "deleteSubscription",
                                                        "retrieveEntityMap",
                                                        "updateEntityMap",
                                                        "deleteEntityMap",
                                                        "createEntityMapQueryEntity",
                                                        "createEntityMapQueryTemporal",
                                                        "retrieveContextSourceIdentity"};

std::optional<Operations> find(const auto& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::first);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<Operations> operations_named(std::string_view name) {
  if (const auto group = find(kGroups, name)) return group;
  if (const auto asked = find(kAsked, name)) return asked;
  if (std::ranges::find(kNotAsked, name) != kNotAsked.end()) return Operations{0};
  return std::nullopt;
}

bool is_for_auxiliary(std::string_view name) {
  return name == "retrieveOps" || name == "retrieveEntity" || name == "queryEntity";
}

}  // namespace revier::federation::detail
