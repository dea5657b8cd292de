// SPDX-License-Identifier: EUPL-1.2
// Entities of one request, gathered from here and from other context sources (4.3.6), as a broker
// of their own: so that selecting, ordering, counting, joining and showing them is what it is for
// entities that are all here.
//
// Its names are those of the tenant, with the same numbers, and further ones: versions of the local
// broker can be put in as they are. Nothing is written through it.
//
// Thread safety: filled by one thread, then read by any.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "context/broker.h"

namespace revier::context {

class Gathered : public Broker {
 public:
  // `local` answers for entities that are linked to and were not gathered; it must outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Gathered>> make(Broker& local, std::string tenant);

  // For parsing what others have sent.
  [[nodiscard]] virtual ngsi::Names& own_names() = 0;
  // What was put in so far, or nullptr.
  [[nodiscard]] virtual ngsi::EntityPtr gathered(std::string_view id) const = 0;
  // Puts an entity in, in place of one of the same id.
  virtual void put(ngsi::EntityPtr entity) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
};

}  // namespace revier::context
