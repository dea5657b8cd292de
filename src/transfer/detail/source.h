// SPDX-License-Identifier: EUPL-1.2
// A file of any format to entities as JSON, one after the other.
//
// Thread safety: by one thread at a time.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"
#include "transfer/transfer.h"

namespace revier::transfer::detail {

inline constexpr std::size_t kEntityBytesMax = std::size_t{1} << 20;

struct Entity {
  std::uint64_t number = 0;
  std::uint64_t line = 0;
  std::string id;
  std::string json;  // an object with id, type and @context
};

struct Found {
  std::function<Result<>(Entity)> entity;
  std::function<Result<>(const Reject&)> reject;
};

class Source {
 public:
  // `options` and `found` outlive it.
  [[nodiscard]] static std::unique_ptr<Source> open(const ImportOptions& options,
                                                    const Found& found);
  virtual ~Source() = default;
  // Errors: a file that cannot be read on; those of `found`.
  [[nodiscard]] virtual Result<> feed(std::string_view part) = 0;
  [[nodiscard]] virtual Result<> finish() = 0;
};

// A GeoJSON feature to an entity. Errors: kUnprocessable with what is wrong.
[[nodiscard]] Result<std::string> entity_of_feature(const json::Value& feature,
                                                    const ImportOptions& options);

}  // namespace revier::transfer::detail
