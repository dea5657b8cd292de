// SPDX-License-Identifier: EUPL-1.2
// Changes of entities as server-sent events, for pages that show them.
//
//   GET /live?ids=A,B     answers with events
//   id: 43
//   data: {"id": "A", "attrs": {"availableSpotNumber": 17, "observedAt": "2025-01-20T08:00:05Z"}}
//
// `attrs` holds the scalar Properties that changed, by the last part of their IRI, and the newest
// observedAt among them. A stream begins with the state of now; after a break it goes on behind
// Last-Event-ID as long as the last kKeptChanges changes hold it, else with the state of now. A
// reader that does not keep up is dropped; its browser connects again.
//
// Only the default tenant, and only while anonymous callers may read it.
//
// Thread safety: from any thread.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "context/broker.h"
#include "net/http.h"

namespace revier::live {

inline constexpr std::size_t kIdsMax = 200;  // entities one stream follows
inline constexpr std::size_t kKeptChanges = 2'000;
inline constexpr std::size_t kFollowersMax = 50'000;  // pairs of stream and entity

class Hub final : public context::ChangeListener {
 public:
  // Listens to `broker` until destroyed.
  Hub(context::Broker& broker, std::function<bool(const net::Request&)> may_read);
  ~Hub() override;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  void add_route(net::Router& router);
  void on_change(const context::Change& change) override;

 private:
  struct Kept {
    std::uint64_t number;
    std::string id;
    std::shared_ptr<const std::string> event;
  };
  using Stream = std::shared_ptr<net::EventStream>;

  [[nodiscard]] bool make_room();
  [[nodiscard]] net::Response open(const net::Request& request);
  void attach(const std::vector<std::string>& ids, std::uint64_t last, const Stream& stream);
  [[nodiscard]] std::string attributes_json(const ngsi::Entity* before,
                                            const ngsi::Entity& after) const;

  context::Broker& broker_;
  const std::function<bool(const net::Request&)> may_read_;
  Mutex mutex_;
  bool followed_ RV_GUARDED_BY(mutex_) = false;  // somebody has come, since the start
  std::uint64_t next_number_ RV_GUARDED_BY(mutex_);
  std::deque<Kept> kept_ RV_GUARDED_BY(mutex_);
  std::multimap<std::string, Stream, std::less<>> followers_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::live
