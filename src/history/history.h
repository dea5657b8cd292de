// SPDX-License-Identifier: EUPL-1.2
// The temporal evolution of entities (ETSI GS CIM 009 V1.9.1, clauses 5.6.11 to 5.6.16, 5.7.3,
// 5.7.4): what their attributes were, when.
//
// Every change of current state is written to history in the same batch: after a crash both agree.
// History can be written directly too; that does not change current state. Each instance has an id
// by which it can be replaced and deleted.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "context/distribution.h"
#include "context/gathered.h"
#include "history/types.h"
#include "ngsi/fragment.h"
#include "ngsi/predicate.h"
#include "ngsi/projection.h"
#include "ngsi/render.h"
#include "ngsi/rights.h"
#include "store/store.h"

namespace revier::history {

// How long instances of an attribute are kept. The first rule that fits counts; where none does,
// they are kept for good.
struct Rule {
  std::string type;       // IRI; empty: any
  std::string attribute;  // IRI; empty: any
  std::int64_t raw_days = 0;
  // Beyond raw_days: of each hour its last instance and what its numbers come to are kept so long.
  // Not more than raw_days: nothing is.
  std::int64_t hourly_days = 0;
};
// "AirQualityObserved/no2=90d:730d", "AirQualityObserved=90d", "*=3650d". Names as terms of the
// core context, or IRIs. Errors: kBadRequestData with what was expected.
[[nodiscard]] Result<Rule> parse_rule(std::string_view text, const jsonld::Context& context);

struct Options {
  std::size_t instances_max = 10'000;  // in one answer; more is told by Part
  // Types (IRIs) whose entities leave no history: what they show of people is theirs to end.
  std::vector<std::string> unkept_types;
  std::vector<Rule> rules;
  std::int64_t look_every_ms = 10'000;  // for days to be summed up, when there was none
};

// What it stands on; all of it outlives it.
struct Needs {
  store::Store& store;
  context::Broker& broker;
  const Clock& civil_clock;
  Options options;
};

enum class Form : std::uint8_t { kInstances, kValues, kAggregated };

// A temporal query. What it points to outlives it.
struct Wish {
  TemporalQuery time;
  Form form = Form::kInstances;
  Aggregation aggregation;  // for kAggregated
  ngsi::Projection projection;
  // Attributes of which one has to have an instance in the time asked for; empty: any.
  std::vector<ngsi::NameId> concerned;
  bool names_attributes = false;  // the client has named them: all must suit the methods
  // By ids, types, q and geo-query; the latter two over the instances in the time asked for.
  ngsi::Predicate predicate;
  bool asks_values = false;  // there is a q or a geo-query
  std::optional<ngsi::Predicate> scopes;
  ngsi::RenderOptions shown;  // representation, sys_attrs, with_context, language
  const jsonld::Context* context = nullptr;
  // What the caller may see, by entities as they are now: of one that is no more, or that she may
  // not see, there is no history; of others that of the attributes that she may see. nullptr: all.
  std::shared_ptr<const ngsi::Sight> sight = {};
};

// What part of the time asked for an answer holds (6.3.10).
struct Part {
  Instant start;
  Instant end;
  std::optional<std::size_t> size;  // lastN
};

struct Answer {
  std::string body;  // JSON
  std::optional<Part> part;
  bool more = false;  // entities after the page
  std::optional<std::size_t> count;
};

struct Page {
  std::size_t limit = 20;  // 0 with `count`: only the number
  std::size_t offset = 0;
  bool count = false;
  bool descending = false;  // by id; else ascending
};

class History {
 public:
  // Before the broker's first write. Where there is no history yet, what is in current state is its
  // beginning. Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<History>> open(const Needs& needs);
  virtual ~History() = default;

  // 5.6.11. `fragment` as ParseOptions::temporal makes it. True: there was no evolution before.
  [[nodiscard]] virtual Task<Result<bool>> upsert(std::string_view tenant,
                                                  ngsi::Fragment fragment) = 0;
  // 5.6.12; here and above an instance takes the place of one of the same attribute, datasetId and
  // observedAt. Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> add(std::string_view tenant, std::string id,
                                           ngsi::Fragment fragment) = 0;
  // 5.6.13; `name` is an IRI, or "scope". Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> delete_attribute(std::string_view tenant, std::string id,
                                                        std::string name,
                                                        ngsi::DeleteOptions options) = 0;
  // 5.6.14, 5.6.15. Errors: kResourceNotFound.
  struct Instance {
    std::string id;    // of the entity
    std::string name;  // IRI
    std::string instance_id;
  };
  [[nodiscard]] virtual Task<Result<>> replace_instance(std::string_view tenant, Instance which,
                                                        ngsi::FragmentAttribute by) = 0;
  [[nodiscard]] virtual Task<Result<>> delete_instance(std::string_view tenant, Instance which) = 0;
  // 5.6.16. Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> remove(std::string_view tenant, std::string id) = 0;
  // 5.6.5 for an entity that is not in current state but has an evolution: its attribute (or
  // "scope") is recorded as deleted (4.5.7). Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> end_attribute(std::string_view tenant, std::string id,
                                                     std::string name,
                                                     ngsi::DeleteOptions options) = 0;

  // 5.7.3. Errors: kResourceNotFound, kTooComplexQuery; kInvalidRequest: an attribute does not suit
  // an aggregation method.
  [[nodiscard]] virtual Task<Result<Answer>> retrieve(std::string_view tenant, std::string id,
                                                      const Wish& wish) const = 0;
  // 5.7.4.
  [[nodiscard]] virtual Task<Result<Answer>> query(std::string_view tenant, const Wish& wish,
                                                   Page page) const = 0;

  // What a query yields goes into a space (context/broker.h), with its instanceIds; sums of days do
  // not. Answers how many entities did. Runs longer than a request may.
  // Errors: as query(); kTooManyResults: beyond `instances_max`; kResourceNotFound: no such space.
  [[nodiscard]] virtual Task<Result<std::size_t>> copy(std::string_view tenant, const Wish& wish,
                                                       std::string_view space,
                                                       std::size_t instances_max) = 0;
  // All of a space goes. Blocks.
  [[nodiscard]] virtual Result<> drop_space(std::string_view space) = 0;
  // Ids of all that 5.7.4 would answer with, in its order; one more than `max` at the most.
  [[nodiscard]] virtual Task<Result<std::vector<std::string>>> matching(std::string_view tenant,
                                                                        const Wish& wish,
                                                                        bool descending,
                                                                        std::size_t max) const = 0;
  [[nodiscard]] virtual Result<bool> knows(std::string_view tenant, std::string_view id) const = 0;
  // For one request: this history with what other sources tell, under the names of `gathered`; for
  // reading alone. All of it outlives the answer.
  [[nodiscard]] virtual Result<std::unique_ptr<History>> with(
      std::string_view tenant, context::Gathered& gathered,
      const std::vector<context::Distribution::Evolution>& evolutions) const = 0;

  // Sums up days that are over and takes out what the rules do not keep, a bounded part of it.
  // Call now and then, from one thread; blocks.
  [[nodiscard]] virtual Result<> tick() = 0;
};

}  // namespace revier::history
