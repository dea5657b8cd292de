// SPDX-License-Identifier: EUPL-1.2
// The broker as the domains of public things see it: entities of certain types, at hand without
// waiting.
//
// Listens to changes and holds the newest version of every entity of the event's types, of services
// and of the sensors that pages show; a version is shared with the broker, not copied.
//
// Thread safety: all methods from any thread.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_safety.h"
#include "context/broker.h"
#include "event/live_things.h"
#include "event/programme_keeper.h"
#include "jsonld/catalogue.h"

namespace revier::app {

class PublicThings final : public event::Entities, public context::ChangeListener {
 public:
  PublicThings(context::Broker& broker, jsonld::ContextPtr core);
  ~PublicThings() override;

  // Reads what is there; to be called once, before anything else. Blocks.
  [[nodiscard]] Result<> load();

  [[nodiscard]] Task<Result<>> write(std::vector<Write> writes) override;
  [[nodiscard]] Result<> check(const std::string& entity) const override;
  [[nodiscard]] std::vector<std::string> all(std::string_view type) const override;
  void on_change(const context::Change& change) override;
  // Another number after each change of an entity of that type.
  [[nodiscard]] std::uint64_t revision(std::string_view type) const;

  // Of other domains than the event's.
  [[nodiscard]] Task<Result<>> write_as(std::string_view domain, std::vector<Write> writes);
  [[nodiscard]] std::vector<event::LiveThing> live_things() const;
  [[nodiscard]] bool has_live_things() const;

 private:
  struct OfType {
    std::map<std::string, ngsi::EntityPtr, std::less<>> entities;
    std::uint64_t revision = 0;
  };

  void keep(const ngsi::EntityPtr& entity);
  [[nodiscard]] std::optional<std::string> kept_type(const ngsi::Entity& entity) const;

  context::Broker& broker_;
  const jsonld::ContextPtr core_;
  mutable SharedMutex mutex_;
  std::map<std::string, OfType, std::less<>> by_type_ RV_GUARDED_BY(mutex_);  // by IRI
};

// The types that those domains own.
[[nodiscard]] std::vector<context::OwnedType> owned_types();
// Types of entities that show what people have released of themselves: no history is kept of them.
[[nodiscard]] std::vector<std::string> personal_types();

}  // namespace revier::app
