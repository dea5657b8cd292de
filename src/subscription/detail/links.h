// SPDX-License-Identifier: EUPL-1.2
// The entities that those of a notification, or of a q, link to (4.5.23, 4.9): of the tenant, as
// they are now; at most `most` look-ups, what is beyond is not linked.
//
// Thread safety: used by one thread.
#pragma once
#include <algorithm>
#include <span>
#include <string_view>

#include "context/broker.h"
#include "ngsi/linked.h"
#include "subscription/detail/rows.h"

namespace revier::subscription::detail {

class TenantLinks final : public ngsi::LinkedEntities {
 public:
  static constexpr std::size_t kMatchedMax = 10'000;

  TenantLinks(const context::Broker& broker, std::string_view tenant, std::size_t most)
      : broker_(broker), tenant_(tenant), most_(most) {}
  // `written` are changes that are not published yet: they come first. All outlives it. It is the
  // writer that waits: at most kMatchedMax look-ups for all of them.
  TenantLinks(const context::Broker& broker, std::string_view tenant, std::span<const Told> written)
      : broker_(broker), tenant_(tenant), written_(written), most_(kMatchedMax) {}

  [[nodiscard]] ngsi::EntityPtr find(std::string_view id) const override {
    if (finds_ == most_) return nullptr;
    ++finds_;
    const auto last = std::find_if(written_.rbegin(), written_.rend(),
                                   [id](const Told& told) { return told.id == id; });
    return last != written_.rend() ? last->after : broker_.find(tenant_, id);
  }

 private:
  const context::Broker& broker_;
  const std::string_view tenant_;
  const std::span<const Told> written_;
  const std::size_t most_;
  mutable std::size_t finds_ = 0;
};

}  // namespace revier::subscription::detail
