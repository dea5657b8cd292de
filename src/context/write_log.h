// SPDX-License-Identifier: EUPL-1.2
// Who has written which entities through the API, by what, when: the data plane's part of the audit
// log.
//
// A line is written for each request that changed something, in the batch of the change itself: it
// costs no sync of its own, and neither is without the other. It holds ids and names, no value of
// an attribute. What a domain of the program writes is told of by that domain.
//
// Bounded: lines go when they are older than `keep`, and the oldest where there are more than
// `lines_max`, some 256 together; a line names at most kIdsMax entities and counts the others.
//
// Thread safety: list() from any thread; stage() on the store's writer thread; tidy() blocks, by
// one thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "context/broker.h"

namespace revier::context {

struct WriteLine {
  std::uint64_t number = 0;  // ascending
  Instant civil;             // time of the event's calendar
  Instant real;              // time of the machine
  std::string kind;          // "account", "token"; "nobody" without credentials
  std::string actor_id;
  std::string actor_name;  // sign-in name or the token's label
  std::string operation;   // "POST /ngsi-ld/v1/entityOperations/upsert"
  std::string tenant;
  struct Entity {
    std::string id;
    char what = 'u';  // c: created, u: changed, d: deleted
  };
  std::vector<Entity> entities;
  std::uint64_t more = 0;  // entities that are not named
};

class WriteLog final : public WriteWitness {
 public:
  static constexpr std::size_t kIdsMax = 1'000;
  struct Options {
    Duration keep = Duration::days(30);   // of civil time
    std::uint64_t lines_max = 1'000'000;  // 0: no lines are written
  };
  // `store` and the clocks outlive it. Errors: of reading the store.
  [[nodiscard]] static Result<std::unique_ptr<WriteLog>> open(store::Store& store,
                                                              const Clock& civil, const Clock& real,
                                                              Options options);

  void stage(std::string_view tenant, const Origin& origin,
             const std::vector<Result<Change>>& outcomes, store::Batch& batch) override;

  // Newest first. Empty texts do not narrow.
  struct Filter {
    std::string actor;         // part of the name
    std::string entity;        // an id, whole
    std::uint64_t before = 0;  // lines before this one; 0: from the newest
    std::size_t limit = 50;
  };
  struct Found {
    std::vector<WriteLine> lines;
    // Where the search goes on, 0 at the end: at most kLookedAtMax lines are looked at in one call.
    std::uint64_t next = 0;
  };
  static constexpr std::size_t kLookedAtMax = 20'000;
  [[nodiscard]] Result<Found> list(const Filter& filter) const;

  // Takes out what is over its time or one too many; to be called every second. Blocks.
  [[nodiscard]] Result<> tidy();

 private:
  WriteLog(store::Store& store, const Clock& civil, const Clock& real, Options options)
      : store_(store), civil_(civil), real_(real), options_(options) {}
  [[nodiscard]] Result<> load();
  // Whether all lines from `first` to `newest` are older than they are kept.
  [[nodiscard]] Result<bool> is_over(std::uint64_t first, std::uint64_t newest) const;

  store::Store& store_;
  const Clock& civil_;
  const Clock& real_;
  const Options options_;
  // Lines have numbers from first_ to next_ - 1. Changed by the writer thread. The first block of
  // numbers is not used: its keys are the last of all, and have no end to delete up to.
  static constexpr std::uint64_t kFirst = 256;
  std::atomic<std::uint64_t> first_{kFirst};
  std::atomic<std::uint64_t> next_{kFirst};
};

}  // namespace revier::context
