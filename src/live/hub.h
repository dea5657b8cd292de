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
// Only the default tenant, and only for those who may read it: asked when a stream begins and again
// for every event, so that none outlives its token, its session or the opening to everybody.
//
// Where the streams follow more than kFollowersMax, the oldest one goes of the network that follows
// most: its browser connects again, and nobody keeps others out.
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
  using MayRead = std::function<bool(const net::Request&)>;
  // Listens to `broker` until destroyed. `may_still_read` is asked by the request's Cookie and
  // Authorization alone, on the thread that writes, and is no use of them.
  Hub(context::Broker& broker, MayRead may_read, MayRead may_still_read);
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
  // Who follows, by what and from where.
  struct Reader {
    std::vector<std::pair<std::string, std::string>> credentials;  // fields of the request
    std::string network;
    std::uint64_t number = 0;  // of the stream, in the order of coming
    Stream stream = nullptr;
  };
  using ReaderPtr = std::shared_ptr<const Reader>;

  void make_room() RV_REQUIRES(mutex_);
  [[nodiscard]] bool may_go_on(const Reader& reader) const;
  [[nodiscard]] net::Response open(const net::Request& request);
  void attach(const std::vector<std::string>& ids, std::uint64_t last, Reader reader);
  [[nodiscard]] std::string attributes_json(const ngsi::Entity* before,
                                            const ngsi::Entity& after) const;

  context::Broker& broker_;
  const MayRead may_read_;
  const MayRead may_still_read_;
  Mutex mutex_;
  bool followed_ RV_GUARDED_BY(mutex_) = false;  // somebody has come, since the start
  std::uint64_t next_number_ RV_GUARDED_BY(mutex_);
  std::deque<Kept> kept_ RV_GUARDED_BY(mutex_);
  std::multimap<std::string, ReaderPtr, std::less<>> followers_ RV_GUARDED_BY(mutex_);
  std::uint64_t readers_ RV_GUARDED_BY(mutex_) = 0;  // so many have come
};

}  // namespace revier::live
