// SPDX-License-Identifier: EUPL-1.2
// The Broker over a store: broker.cpp (reading), writes.cpp (the change pipeline), opening.cpp.
#pragma once
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "base/thread_safety.h"
#include "context/broker.h"
#include "context/detail/slow_queries.h"
#include "context/detail/tenant.h"

namespace revier::context::detail {

class LiveBroker final : public Broker {
 public:
  LiveBroker(store::Store& store, const Clock& clock, Options options);

  // opening.cpp
  [[nodiscard]] Result<> load();

  // broker.cpp
  [[nodiscard]] ngsi::EntityPtr find(std::string_view tenant, std::string_view id) const override;
  [[nodiscard]] Task<Result<Found>> query(std::string_view tenant, const ngsi::Predicate& predicate,
                                          Page page) const override;
  [[nodiscard]] Task<Result<>> for_each(std::string_view tenant, const ngsi::Predicate& predicate,
                                        const Visit& visit, std::int64_t cpu_ms_max) const override;
  [[nodiscard]] Plan plan(std::string_view tenant, const ngsi::Predicate& predicate,
                          Page page) const override;
  [[nodiscard]] const ngsi::Names& names(std::string_view tenant) override;
  [[nodiscard]] std::vector<NameCount> types(std::string_view tenant) const override;
  [[nodiscard]] std::vector<NameCount> attributes(std::string_view tenant) const override;
  [[nodiscard]] std::size_t count_of_type(std::string_view tenant,
                                          std::string_view type_iri) const override;
  void add_listener(ChangeListener& listener) override;
  void remove_listener(ChangeListener& listener) override;
  void add_follower(ChangeFollower& follower) override { followers_.push_back(&follower); }
  void set_witness(WriteWitness& witness) override { witness_ = &witness; }
  void set_judge(ChangeJudge& judge) override { judge_ = &judge; }
  void count_names(std::string_view tenant, const ngsi::Entity& entity, int difference) override {
    made(tenant).names.count(entity, difference);
  }
  void keep_name(std::string_view tenant, ngsi::NameId name) override {
    made(tenant).names.keep(name);
  }
  // spaces.cpp
  void open_space(std::string_view space) override;
  [[nodiscard]] Result<> drop_space(std::string_view space) override;
  [[nodiscard]] Usage usage() const override;
  [[nodiscard]] const Options& options() const override { return options_; }

  // writes.cpp
  [[nodiscard]] Task<Result<Outcomes>> write(std::string_view tenant, std::vector<Write> writes,
                                             Origin origin) override;
  [[nodiscard]] Result<Outcomes> write_blocking(std::string_view tenant, std::vector<Write> writes,
                                                Origin origin) override;
  [[nodiscard]] Task<Result<>> write_beside(std::string_view tenant, Beside job) override;
  [[nodiscard]] Result<> apply_publication(std::string_view tenant, const Publication& publication,
                                           Origin origin) override;

  // expiry.cpp
  [[nodiscard]] Result<> expire() override;

 private:
  struct Taken {
    std::size_t entities = 0;
    std::size_t memory_bytes = 0;
  };
  // nullptr where the tenant has no state yet.
  [[nodiscard]] const Tenant* known(std::string_view tenant) const;
  // A space that is not open is nowhere_.
  [[nodiscard]] Tenant& made(std::string_view tenant);
  [[nodiscard]] Tenant& entered(std::string_view tenant);  // opens spaces too
  void bury(Tenant& space);
  void clear_graves();
  [[nodiscard]] std::vector<const Tenant*> all_tenants() const;

  // Writer thread.
  [[nodiscard]] Outcomes stage(Tenant& tenant, const std::vector<Write>& writes, Origin origin,
                               store::Batch& batch);
  [[nodiscard]] Result<Change> stage_one(Tenant& tenant, const Write& write, Origin origin,
                                         store::Batch& batch);
  [[nodiscard]] Result<> check_allowed(Tenant& tenant, const ngsi::Mutated& what,
                                       Origin origin) const;
  [[nodiscard]] Result<> check_quota(const Tenant& tenant, const ngsi::Mutated& what) const;
  // What a tenant and its snapshots come to.
  [[nodiscard]] Taken taken_by(std::string_view tenant) const;
  [[nodiscard]] Result<> check_owner(Tenant& tenant, const ngsi::Entity& entity,
                                     Origin origin) const;
  [[nodiscard]] const OwnedType* owned_type(Tenant& tenant, NameId type) const;
  // Takes out of a version that is about to be written what has expired.
  [[nodiscard]] static Result<> prune(ngsi::Mutated& what, Instant now);
  [[nodiscard]] Result<bool> expire_some(Tenant& tenant);
  [[nodiscard]] bool full() const;
  void stage_followers(const Tenant& tenant, const Outcomes& outcomes, store::Batch& batch);
  static void stage_names(Tenant& tenant, store::Batch& batch);
  static void sweep_names(Tenant& tenant, store::Batch& batch);
  void publish(Tenant& tenant, Outcomes& outcomes);
  void publish_one(Tenant& tenant, Change& change);
  [[nodiscard]] Instant stamp();

  // Start.
  [[nodiscard]] Result<> load_names();
  [[nodiscard]] Result<> load_publications();
  [[nodiscard]] Result<> load_entities();
  struct StoredRow;
  [[nodiscard]] Result<std::vector<StoredRow>> read_block(store::Cursor& rows);
  using Fillings = std::unordered_map<Tenant*, Table::Filling>;
  [[nodiscard]] Result<> load_block(std::vector<StoredRow>& block, Fillings& fillings);

  store::Store& store_;
  const Clock& clock_;
  const Options options_;

  mutable Mutex tenants_mutex_;
  // A tenant is never taken out: references to it stay good. A space that was dropped is kept in
  // graves_ for longer than any request that still reads it takes.
  std::map<std::string, std::unique_ptr<Tenant>, std::less<>> tenants_
      RV_GUARDED_BY(tenants_mutex_);
  struct Grave {
    std::unique_ptr<Tenant> space;
    std::int64_t until_us = 0;  // monotonic
  };
  std::vector<Grave> graves_ RV_GUARDED_BY(tenants_mutex_);
  Tenant nowhere_{std::string(1, kSpaceMark), 0};

  Mutex listeners_mutex_;
  std::vector<ChangeListener*> listeners_ RV_GUARDED_BY(listeners_mutex_);

  // Writer thread.
  std::vector<ChangeFollower*> followers_;
  WriteWitness* witness_ = nullptr;
  ChangeJudge* judge_ = nullptr;
  std::uint64_t sequence_ = 0;
  Instant last_stamp_;

  // Counted over all tenants; changed by the writer thread.
  std::atomic<std::size_t> memory_bytes_{0};

  metrics::Gauge entities_gauge_{"revier_context_entities", "Entities in memory"};
  metrics::Gauge memory_gauge_{"revier_context_memory_bytes", "Counted bytes of the state"};
  metrics::Gauge memory_max_gauge_{"revier_context_memory_max_bytes", "limits.memory"};
  mutable metrics::Timing query_time_{"revier_context_query_seconds",
                                      "One query, waiting included"};
  mutable metrics::Timing plan_time_{
      "revier_context_query_stage_seconds", kStageHelp, {{"stage", "plan"}}};
  mutable metrics::Timing match_time_{
      "revier_context_query_stage_seconds", kStageHelp, {{"stage", "match"}}};
  mutable SlowQueries slow_queries_;
  mutable metrics::Counter over_quota_{"revier_context_quota_refused_total",
                                       "Requests refused by a tenant's quota",
                                       {{"quota", "entities"}}};
};

}  // namespace revier::context::detail
