// SPDX-License-Identifier: EUPL-1.2
// Makes the terms of a context out of the value of "@context" (JSON-LD 1.1 Processing Algorithms,
// 4.1 context processing, 4.2 create term definition), within bounds.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"
#include "jsonld/context.h"
#include "jsonld/detail/terms.h"

namespace revier::jsonld::detail {

struct Bounds {
  std::size_t terms_max;
  std::size_t bytes_max;
  std::size_t urls_max;
  std::size_t nesting_max;
};

// The text of a document of the catalogue, by its absolute URL; null where there is none.
using Loader = std::function<std::shared_ptr<const std::string>(std::string_view url)>;

class Builder {
 public:
  // `core` is null while the core context itself is made; it and `loader` must outlive the Builder.
  Builder(const Context* core, const Bounds& bounds, const Loader& loader)
      : core_(core), bounds_(bounds), loader_(loader), terms_(std::make_unique<Terms>()) {}

  // Errors: as Catalogue::resolve.
  Result<void> add(const json::Value& context) { return process(context, {}, 0); }

  // True where the last thing that was added is the core context: nothing is left to be added.
  [[nodiscard]] bool ends_in_core() const { return core_is_last_; }

  // What was added, without the terms that the core context has too. The Builder is used up.
  std::unique_ptr<Terms> take();

 private:
  friend class Local;

  Result<void> process(const json::Value& context, std::string_view base_url, std::size_t nesting);
  Result<void> reset();
  Result<void> load(std::string_view reference, std::string_view base_url, std::size_t nesting);
  // The term as far as it is defined now; null where it is not.
  const Term* find(std::string_view name) const;

  const Context* core_;
  const Bounds& bounds_;
  const Loader& loader_;
  std::unique_ptr<Terms> terms_;
  std::size_t bytes_ = 0;
  std::size_t urls_ = 0;
  bool core_is_last_ = false;
  bool core_is_active_ = false;  // a client named the core context before others
};

}  // namespace revier::jsonld::detail
