// SPDX-License-Identifier: EUPL-1.2
// The current state of the city's public things: NGSI-LD entities, by tenant.
//
// Broker is the one door: the HTTP API under /ngsi-ld/v1 (context/api.h), pages and domains read
// and write through it. State is in memory, durable in the store, one row an entity.
//
//   const ngsi::EntityPtr room = broker.find(tenant, id);  // or nullptr
//   RV_CO_ASSIGN(const Found found, co_await broker.query(tenant, predicate, {.limit = 50}));
//   RV_CO_TRY(co_await broker.write_one(tenant, put(fragment), Origin::domain("event")));
// (put and its kind: writes.h)
//
// Reading: an EntityPtr is one version, immutable, for as long as it is held. A reader sees what
// was acknowledged, or what came after it, never what may still be lost.
// Writing: mutations run in order on the store's writer thread, each against what those before it
// have done; the answer comes when the rows are durable. Then listeners hear of it, in order.
//
// Thread safety: all methods from any thread; query() and write() inside a Task on an io thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "context/page.h"
#include "context/quota.h"
#include "context/space.h"
#include "ngsi/entity.h"
#include "ngsi/mutate.h"
#include "ngsi/names.h"
#include "ngsi/predicate.h"
#include "store/store.h"

namespace revier::identity {
class Caller;
}

namespace revier::context {

// A type that one domain writes and everybody reads. Through /ngsi-ld/v1 its entities are read
// only: a write is kForbidden and names `route`.
struct OwnedType {
  std::string type;    // IRI
  std::string domain;  // "event"
  std::string route;   // "/api/v1/events"
};

// Who writes: the API, or a domain, which may write the types it owns.
struct Origin {
  std::string_view owner;  // domain; empty for the API
  // Who sent the request, and which: for the audit log. They live until the write is answered.
  const identity::Caller* caller = nullptr;
  std::string_view operation = {};

  [[nodiscard]] static Origin api() { return {}; }
  [[nodiscard]] static Origin domain(std::string_view name) { return {name}; }
  // Time itself: may end what any domain owns.
  [[nodiscard]] static Origin expiry() { return {"*"}; }
};

struct Options {
  std::vector<OwnedType> owned_types;
  // Counted bytes of entities and indexes; from 90 % of it creating is kInsufficientStorage.
  std::size_t memory_bytes_max = std::size_t{4} << 30;
  std::int64_t query_cpu_ms_max = 500;
  std::int64_t slow_query_us = 100'000;  // processor time from which a query is logged; 0: none
  std::int64_t slice_us = 1'000;
  std::size_t limit_max = 1'000;
  std::size_t offset_max = 1'000'000;
  std::size_t ordered_max = 100'000;  // limit + offset of an ordered query
  std::size_t links_max = 200'000;    // linked entities that one query looks at
  std::size_t names_max = 10'000;     // types and attributes a tenant
  Quota tenant_quota;                 // of each tenant but the default one
  unsigned open_threads = 0;          // for decoding at start; 0: one a core
};

// (version before, now) to (version after, what changed). `before` is nullptr where there is no
// such entity; `after` nullptr deletes it, `after` equal to `before` changes nothing. Runs on the
// writer thread: no waiting.
using Mutation = std::function<Result<ngsi::Mutated>(ngsi::Names& names,
                                                     const ngsi::EntityPtr& before, Instant now)>;

struct Write {
  std::string id;  // an absolute URI; the mutation must not make an entity of another id
  Mutation mutation;
};

// What a write did. Nothing, where what.before == what.after.
struct Change {
  std::string tenant;
  std::string id;
  ngsi::Mutated what;
  std::uint64_t serial = 0;    // the entity's number of creation in its tenant
  std::uint64_t sequence = 0;  // over all tenants, ascending without gaps since the start; told to
                               // listeners only
};

// Hears of every change after its commit, in order, on the writer thread: must return at once.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  virtual void on_change(const Change& change) = 0;
};

// Takes part in every write: what it adds to the batch is durable together with the entities.
//
// stage() gets the outcomes of one job (one request of a client), in order, before the commit, on
// the writer thread; those that failed or changed nothing stand between the others. It must not
// wait. A group that fails to commit is never told of again: the store takes no write any more.
class ChangeFollower {
 public:
  virtual ~ChangeFollower() = default;
  virtual void stage(std::string_view tenant, const ngsi::Names& names,
                     const std::vector<Result<Change>>& outcomes, store::Batch& batch) = 0;
};

// Told of every job beside the followers, and of who sent it; the same rules.
class WriteWitness {
 public:
  virtual ~WriteWitness() = default;
  virtual void stage(std::string_view tenant, const Origin& origin,
                     const std::vector<Result<Change>>& outcomes, store::Batch& batch) = 0;
};

// Asked about every version before it is written; what it refuses is not, and leaves nothing
// behind. The same rules: on the writer thread, no waiting.
class ChangeJudge {
 public:
  virtual ~ChangeJudge() = default;
  // `what` changes something, and all else allows it.
  [[nodiscard]] virtual Result<> judge(std::string_view tenant, const ngsi::Names& names,
                                       const ngsi::Mutated& what, const Origin& origin) = 0;
};

struct NameCount {
  std::string iri;
  std::size_t entities = 0;
};

// A fact of the records, on its way to the attribute that shows it.
struct Publication {
  std::string entity;
  std::string attribute;   // IRI
  std::string value_json;  // the Property's value, as json::Writer writes it
  std::uint64_t revision = 0;
};

class Broker {
 public:
  // Reads all entities and rebuilds the indexes. `store` and `clock` (the civil one) must outlive
  // it. Errors: kCorrupt naming the row; kInsufficientStorage when the state is beyond
  // memory_bytes_max.
  [[nodiscard]] static Result<std::unique_ptr<Broker>> open(store::Store& store, const Clock& clock,
                                                            Options options);
  virtual ~Broker() = default;

  // The version of now, or nullptr. An unknown tenant has no entities.
  [[nodiscard]] virtual ngsi::EntityPtr find(std::string_view tenant,
                                             std::string_view id) const = 0;

  // Entities that match, a page of them. Runs in slices.
  // Errors: kTooComplexQuery over query_cpu_ms_max, kBadRequestData for limit or offset.
  [[nodiscard]] virtual Task<Result<Found>> query(std::string_view tenant,
                                                  const ngsi::Predicate& predicate,
                                                  Page page) const = 0;
  // Calls `visit` for every match, in the order of creation, on the caller's thread, in slices.
  // Errors: kTooComplexQuery over `cpu_ms_max`, or where q follows more than links_max links.
  using Visit = std::function<void(const ngsi::Entity&)>;
  [[nodiscard]] virtual Task<Result<>> for_each(std::string_view tenant,
                                                const ngsi::Predicate& predicate,
                                                const Visit& visit,
                                                std::int64_t cpu_ms_max) const = 0;
  // How query() would find its candidates now.
  [[nodiscard]] virtual Plan plan(std::string_view tenant, const ngsi::Predicate& predicate,
                                  Page page) const = 0;

  using Outcomes = std::vector<Result<Change>>;
  // Runs the writes as one job: durable together, each with an outcome of its own (an error of one
  // leaves nothing of it behind and does not touch the others).
  // Errors of the whole: kReadOnly, kUnavailable. Of one: what the mutation says; kForbidden for an
  // owned type; kInsufficientStorage for a creation.
  [[nodiscard]] virtual Task<Result<Outcomes>> write(std::string_view tenant,
                                                     std::vector<Write> writes, Origin origin) = 0;
  [[nodiscard]] virtual Result<Outcomes> write_blocking(std::string_view tenant,
                                                        std::vector<Write> writes,
                                                        Origin origin) = 0;
  [[nodiscard]] Task<Result<Change>> write_one(std::string_view tenant, Write write, Origin origin);

  // Puts the value where the entity shows it, and stores the revision in the same batch. One that
  // is not newer than the stored one of this entity and attribute is skipped, which is no error.
  // Blocks until it is durable.
  // Errors: kResourceNotFound when there is no such entity (nothing is stored then).
  [[nodiscard]] virtual Result<> apply_publication(std::string_view tenant,
                                                   const Publication& publication,
                                                   Origin origin) = 0;

  // Deletes what has expired (expiresAt, 4.22), through the change pipeline. To be called every
  // second; costs nothing where nothing is due. Blocks until it is durable.
  [[nodiscard]] virtual Result<> expire() = 0;

  // The tenant's names, for compiling predicates and rendering.
  [[nodiscard]] virtual const ngsi::Names& names(std::string_view tenant) = 0;
  [[nodiscard]] virtual std::vector<NameCount> types(std::string_view tenant) const = 0;
  [[nodiscard]] virtual std::vector<NameCount> attributes(std::string_view tenant) const = 0;
  [[nodiscard]] virtual std::size_t count_of_type(std::string_view tenant,
                                                  std::string_view type_iri) const = 0;

  // `listener` hears of changes from now on, until removed; it must outlive that.
  virtual void add_listener(ChangeListener& listener) = 0;
  virtual void remove_listener(ChangeListener& listener) = 0;
  // `follower` takes part in all writes until the broker ends. Before the first write.
  virtual void add_follower(ChangeFollower& follower) = 0;
  // One at most; before the first write, until the broker ends.
  virtual void set_witness(WriteWitness& witness) = 0;
  // One at most; before the first write, until the broker ends.
  virtual void set_judge(ChangeJudge& judge) = 0;
  // A version is kept in rows of a follower's (+1), or is not any more (-1): its names stay
  // readable meanwhile. On the writer thread, or before the first write.
  virtual void count_names(std::string_view tenant, const ngsi::Entity& entity, int difference) = 0;
  // The name stays for good. On the writer thread, or before the first write.
  virtual void keep_name(std::string_view tenant, ngsi::NameId name) = 0;
  // Of context/space.h. Those that have rows are open; writing to others is kResourceNotFound.
  virtual void open_space(std::string_view space) = 0;
  // All its entities and names go, in one batch; nobody is told of each. Blocks.
  [[nodiscard]] virtual Result<> drop_space(std::string_view space) = 0;

  // Rows of a follower's own, written in order with the changes. Names that it interns are stored
  // in the same batch. `now` is the civil time, not before that of any change.
  using Beside = std::function<Result<>(ngsi::Names& names, Instant now, store::Batch& batch)>;
  [[nodiscard]] virtual Task<Result<>> write_beside(std::string_view tenant, Beside job) = 0;

  struct Usage {
    std::size_t entities = 0;
    std::size_t memory_bytes = 0;
    std::size_t memory_bytes_max = 0;
    bool creating = true;  // false from 90 % on
  };
  [[nodiscard]] virtual Usage usage() const = 0;
  [[nodiscard]] virtual const Options& options() const = 0;
};

}  // namespace revier::context
