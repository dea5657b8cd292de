// SPDX-License-Identifier: EUPL-1.2
// What waits for delivery, durable: written with the change that it tells of, taken out when it was
// delivered (rows.h). The payload is kept once, whatever the number of subscriptions.
//
// Thread safety: stage() on the writer thread, load() before it; the rest from any thread, those
// that write block until it is durable.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "context/broker.h"
#include "store/store.h"
#include "subscription/detail/matcher.h"

namespace revier::subscription::detail {

// Waits for one subscription.
struct Entry {
  std::uint64_t sequence = 0;
  std::vector<std::uint64_t> picks;
};

// What became of entries of one subscription, and its counters since.
struct Settled {
  Subject subject;
  std::vector<std::uint64_t> done;  // delivered, or not wanted any more
  struct Dead {
    Entry entry;
    DeadLetter letter;
  };
  std::vector<Dead> dead;
  std::optional<Counters> counters;
};

class Outbox {
 public:
  // Both must outlive it.
  Outbox(store::Store& store, context::Broker& broker) : store_(store), broker_(broker) {}

  // Reads every row; sequences go on from `least` or from what is stored. Blocks for a write.
  // Errors: kCorrupt.
  [[nodiscard]] Result<> load(std::uint64_t least);

  // The first sequence of this process and of those before it since what waits came in, ascending.
  [[nodiscard]] const std::vector<std::uint64_t>& starts() const { return starts_; }
  void stage(std::string_view tenant, std::vector<Told>& told, const std::vector<Match>& matches,
             store::Batch& batch);

  // The next entries of a subscription from a sequence on, at most `max`.
  [[nodiscard]] Result<std::vector<Entry>> next(const Subject& subject, std::uint64_t from,
                                                std::size_t max) const;
  // How many entries wait for a subscription. Writer thread.
  [[nodiscard]] std::size_t waiting(const Subject& subject) const;
  [[nodiscard]] Result<Group> group(std::uint64_t sequence) const;
  [[nodiscard]] Result<> settle(const std::vector<Settled>& settled);

  struct Dead {
    std::uint64_t sequence = 0;
    DeadLetter letter;
  };
  // One letter, or all of a subscription for sequence 0; those that are there.
  [[nodiscard]] Result<std::vector<Dead>> dead(const Subject& subject, std::uint64_t sequence,
                                               std::size_t max) const;
  // They wait again, or go. The number of them. One of replay(), drop_dead(), drop() and erase() at
  // a time.
  [[nodiscard]] Result<std::size_t> replay(const Subject& subject, std::uint64_t sequence);
  [[nodiscard]] Result<std::size_t> drop_dead(const Subject& subject, std::uint64_t sequence);
  // Keys of letters of all subscriptions that are older, some, from a key on.
  [[nodiscard]] Result<std::vector<std::string>> dead_before(Instant at,
                                                             std::string_view from) const;
  // Those of these keys that are still there; how many.
  [[nodiscard]] Result<std::size_t> drop(const std::vector<std::string>& keys);

  // Within the jobs that create and delete a subscription (or before the first job). What is
  // settled of one that is not known is passed over: it went while a notification was under way.
  void know(const Subject& subject) { known_.emplace(subject.tenant, subject.id); }
  void forget(const Subject& subject) { known_.erase({subject.tenant, subject.id}); }
  // All that waits for one that was forgotten in a group before.
  [[nodiscard]] Result<> erase(const Subject& subject, store::Batch& batch);
  // Where a crash came in between. Blocks; before the first job, when all that are there are known.
  [[nodiscard]] Result<> erase_unknown();

 private:
  [[nodiscard]] Result<> load_lines(char kind);
  [[nodiscard]] Result<> load_changes(std::uint64_t& greatest);
  [[nodiscard]] Result<> note_start();
  // Writer thread: one of those that need the payload does not any more.
  [[nodiscard]] Result<> release(std::uint64_t sequence, store::Batch& batch);
  void count(const Group& group, int difference);
  [[nodiscard]] Result<> settle_one(const Settled& settled, store::Batch& batch);
  struct DeadRow {
    std::string key;
    DeadLetter letter;
  };
  [[nodiscard]] Result<std::vector<DeadRow>> dead_rows(const std::string& prefix,
                                                       std::string_view from,
                                                       std::size_t max) const;

  store::Store& store_;
  context::Broker& broker_;
  std::vector<std::uint64_t> starts_;
  // Writer thread:
  std::uint64_t next_ = 1;
  std::unordered_map<std::uint64_t, std::uint32_t> uses_;  // of a payload, by sequence
  using Key = std::pair<std::string, std::string>;         // tenant, id
  std::set<Key> known_;
  std::map<Key, std::size_t> waiting_;  // whatever has rows is in it
};

}  // namespace revier::subscription::detail
