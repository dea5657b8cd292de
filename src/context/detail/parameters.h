// SPDX-License-Identifier: EUPL-1.2
// Which query parameters and which values of `options` an operation takes (6.3.20, and the tables
// "URL parameters" of clause 6).
//
// Thread safety: constants and a pure function.
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace revier::context::detail {

struct Parameters {
  std::span<const std::string_view> names;
  std::span<const std::string_view> options;
};

// Errors: kInvalidRequest naming the parameter, or the option, that the operation does not take,
// and a parameter that is given twice.
[[nodiscard]] Result<> check_parameters(const net::Request& request, const Parameters& parameters);

namespace names {
using Word = std::string_view;
inline constexpr std::array<Word, 1> kLocal = {"local"};
inline constexpr std::array<Word, 2> kTyped = {"local", "type"};
inline constexpr std::array<Word, 3> kAppend = {"local", "type", "options"};
inline constexpr std::array<Word, 6> kMerge = {"local",  "type", "options",
                                               "format", "lang", "observedAt"};
inline constexpr std::array<Word, 4> kDelete = {"local", "type", "datasetId", "deleteAll"};
inline constexpr std::array<Word, 2> kBatch = {"local", "options"};
inline constexpr std::array<Word, 2> kDetails = {"local", "details"};
inline constexpr std::array<Word, 16> kRetrieve = {"local",       "type",
                                                   "attrs",       "pick",
                                                   "omit",        "lang",
                                                   "datasetId",   "join",
                                                   "joinLevel",   "format",
                                                   "options",     "geometryProperty",
                                                   "entityMap",   "entityMapLifetime",
                                                   "containedBy", "jsonKeys"};
inline constexpr std::array<Word, 35> kQuery = {"local",
                                                "type",
                                                "attrs",
                                                "pick",
                                                "omit",
                                                "lang",
                                                "datasetId",
                                                "join",
                                                "joinLevel",
                                                "format",
                                                "options",
                                                "geometryProperty",
                                                "entityMap",
                                                "entityMapLifetime",
                                                "containedBy",
                                                "jsonKeys",
                                                "id",
                                                "idPattern",
                                                "q",
                                                "expandValues",
                                                "georel",
                                                "geometry",
                                                "coordinates",
                                                "geoproperty",
                                                "scopeQ",
                                                "csf",
                                                "orderBy",
                                                "collation",
                                                "orderFrom",
                                                "orderGeometry",
                                                "splitEntities",
                                                "limit",
                                                "offset",
                                                "count",
                                                "cursor"};
inline constexpr std::array<Word, 17> kPurge = {
    "local",  "type",     "attrs",       "id",          "idPattern",       "q",
    "georel", "geometry", "coordinates", "geoproperty", "expandValues",    "jsonKeys",
    "scopeQ", "csf",      "keep",        "drop",        "geometryProperty"};
inline constexpr std::array<Word, 11> kAsk = {
    "local", "format", "options", "geometryProperty", "entityMap", "entityMapLifetime",
    "limit", "offset", "count",   "splitEntities",    "cursor"};

inline constexpr std::array<Word, 4> kForms = {"normalized", "concise", "simplified", "keyValues"};
inline constexpr std::array<Word, 5> kViews = {"normalized", "concise", "simplified", "keyValues",
                                               "sysAttrs"};
inline constexpr std::array<Word, 1> kNoOverwrite = {"noOverwrite"};
inline constexpr std::array<Word, 2> kUpsertModes = {"replace", "update"};
inline constexpr std::array<Word, 2> kUpdateModes = {"replace", "noOverwrite"};
}  // namespace names

inline constexpr Parameters kPlain = {names::kLocal, {}};
inline constexpr Parameters kTyped = {names::kTyped, {}};
inline constexpr Parameters kAppend = {names::kAppend, names::kNoOverwrite};
inline constexpr Parameters kMerge = {names::kMerge, names::kForms};
inline constexpr Parameters kDeleteAttribute = {names::kDelete, {}};
inline constexpr Parameters kUpsertBatch = {names::kBatch, names::kUpsertModes};
inline constexpr Parameters kUpdateBatch = {names::kBatch, names::kUpdateModes};
inline constexpr Parameters kDetails = {names::kDetails, {}};
inline constexpr Parameters kRetrieve = {names::kRetrieve, names::kViews};
inline constexpr Parameters kQuery = {names::kQuery, names::kViews};
inline constexpr Parameters kPurge = {names::kPurge, {}};
inline constexpr Parameters kAsk = {names::kAsk, names::kViews};

}  // namespace revier::context::detail
