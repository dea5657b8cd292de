// SPDX-License-Identifier: EUPL-1.2
#include "snapshot/detail/filling.h"

#include <algorithm>
#include <unordered_set>

#include "history/copy.h"
#include "json/json.h"
#include "ngsi/translation.h"

namespace revier::snapshot::detail {
namespace {

constexpr std::size_t kWriteEntities = 200;  // in one job of the writer
constexpr std::int64_t kQueryCpuMs = 60'000;

using Entities = std::vector<ngsi::EntityPtr>;

// What became of the queries of one list (5.2.42).
struct Tally {
  std::string details;
  std::size_t successes = 0;
  std::size_t empties = 0;
  std::size_t failures = 0;

  void add(const Result<std::size_t>& result) {
    details.append(details.empty() ? "[" : ",");
    json::Writer out(details);
    out.begin_object();
    if (result) {
      ++(*result > 0 ? successes : empties);
      out.member("resultStatus", *result > 0 ? "success" : "empty");
    } else {
      ++failures;
      out.member("resultStatus", "failure");
      out.key("problemDetails").raw(context::problem_json(result.error()));
    }
    out.end_object();
  }
  [[nodiscard]] std::string list() const { return details.empty() ? "[]" : details + "]"; }
};

// "success, if all queries ... yielded at least one result, partial, if at least one ... yielded a
// result, empty, if at least one ... was executed successfully, ... failure otherwise".
Status status_of(const Tally& one, const Tally& other) {
  const std::size_t successes = one.successes + other.successes;
  const std::size_t empties = one.empties + other.empties;
  const std::size_t failures = one.failures + other.failures;
  if (successes > 0) return empties + failures == 0 ? Status::kSuccess : Status::kPartial;
  return empties > 0 ? Status::kEmpty : Status::kFailure;
}

// One query of a snapshot, and where its yield is put.
class Filling {
 public:
  Filling(const FillingNeeds& needs, const Snapshot& snapshot)
      : needs_(needs),
        snapshot_(snapshot),
        space_(context::space_name(snapshot.tenant, snapshot.id)) {}

  // The queries of one list, one after the other.
  Task<Tally> run_all(const json::Document& document, std::string_view name, bool temporal) {
    Tally tally;
    const auto list = document.root().find(name);
    if (!list) co_return tally;
    for (const json::Value query : list->elements()) {
      if (!snapshot_.context) {
        tally.add(fail(Code::kLdContextNotAvailable, "the @context of the query is gone"));
      } else if (temporal) {
        tally.add(co_await run_temporal(query));
      } else {
        tally.add(co_await run(query));
      }
    }
    co_return tally;
  }

  Task<Result<std::size_t>> clone() {
    const std::string from = context::space_name(snapshot_.tenant, snapshot_.cloned_from);
    RV_CO_ASSIGN(Entities entities,
                 co_await collect(needs_.binding.broker, from, ngsi::Predicate()));
    const std::size_t found = entities.size();
    RV_CO_TRY(co_await put(needs_.binding.broker.names(from), std::move(entities), {}));
    RV_CO_TRY(co_await history::copy_all(needs_.history, from, space_, needs_.instances_max));
    co_return found;
  }

 private:
  // How many entities it had.
  Task<Result<std::size_t>> run(json::Value query) {
    RV_CO_ASSIGN(ngsi::Selection selection, context::body_selection(query));
    RV_CO_ASSIGN(const context::Wishes wishes, context::body_wishes(query));
    context::select_picked(selection, wishes.pick);
    RV_CO_ASSIGN(const auto gathered, co_await gather(selection, wishes));
    context::Broker& source = gathered.broker ? *gathered.broker : needs_.binding.broker;
    const ngsi::Names& names = source.names(snapshot_.tenant);
    RV_CO_ASSIGN(const auto predicate,
                 ngsi::Predicate::compile(selection, names, *snapshot_.context));
    RV_CO_ASSIGN(const auto shown, ngsi::Projection::make(names, *snapshot_.context,
                                                          {.attrs = wishes.attrs,
                                                           .pick = wishes.pick,
                                                           .omit = wishes.omit,
                                                           .dataset_ids = wishes.dataset_ids}));
    RV_CO_ASSIGN(Entities entities, co_await collect(source, snapshot_.tenant, predicate));
    const std::size_t found = entities.size();
    RV_CO_TRY(co_await put(names, std::move(entities), shown));
    if (wishes.join != context::Join::kNone) RV_CO_TRY(co_await put_linked(source, wishes));
    co_return found;
  }

  Task<Result<std::size_t>> run_temporal(json::Value query) {
    co_return co_await history::copy_query(needs_.history, needs_.binding,
                                           {.query = query,
                                            .context = snapshot_.context,
                                            .tenant = snapshot_.tenant,
                                            .space = space_,
                                            .instances_max = needs_.instances_max});
  }

  Task<Result<context::Distribution::Answer>> gather(const ngsi::Selection& selection,
                                                     const context::Wishes& wishes) {
    context::Distribution* const others = needs_.binding.distribution;
    if (others == nullptr || !others->any()) co_return context::Distribution::Answer{};
    std::vector<std::string> attributes;
    if (selection.q.empty() && selection.georel.empty()) {
      RV_CO_ASSIGN(attributes, context::shown_attributes(wishes, *snapshot_.context));
    }
    const net::Request request;
    co_return co_await others->gather({.operation = context::Distribution::Operation::kQuery,
                                       .tenant = snapshot_.tenant,
                                       .request = request,
                                       .context = snapshot_.context,
                                       .selection = selection,
                                       .attributes = std::move(attributes),
                                       .dataset_ids = wishes.dataset_ids});
  }

  // Versions never change: what is collected is what the query meant, however long writing takes.
  Task<Result<Entities>> collect(const context::Broker& source, const std::string& tenant,
                                 const ngsi::Predicate& predicate) {
    Entities entities;
    bool many = false;
    const context::Broker::Visit visit = [&](const ngsi::Entity& entity) {
      many = many || entities.size() == needs_.entities_max;
      if (!many) entities.emplace_back(&entity);
    };
    RV_CO_TRY(co_await source.for_each(tenant, predicate, visit, kQueryCpuMs));
    if (many) co_return too_many();
    co_return entities;
  }

  tl::unexpected<Error> too_many() const {
    return fail(Code::kTooManyResults,
                fmt::format("a snapshot holds at most {} entities", needs_.entities_max));
  }

  Task<Result<>> put(const ngsi::Names& names, Entities entities, const ngsi::Projection& shown) {
    std::vector<ngsi::NameId> unkept;
    for (const std::string& iri : needs_.unkept_types) unkept.push_back(names.find(iri));
    std::erase_if(entities, [&](const ngsi::EntityPtr& entity) {
      return std::ranges::any_of(unkept, [&](ngsi::NameId type) {
        return type != ngsi::kNoName && entity->has_type(type);
      });
    });
    for (std::size_t from = 0; from < entities.size(); from += kWriteEntities) {
      if (needs_.stops()) co_return fail(Code::kUnavailable, "the filling was ended");
      const std::size_t to = std::min(entities.size(), from + kWriteEntities);
      std::vector<context::Write> writes;
      for (std::size_t i = from; i < to; ++i) {
        held_.emplace(entities[i]->id());
        writes.push_back(write_of(names, entities[i], shown));
      }
      if (held_.size() > needs_.entities_max) co_return too_many();
      RV_CO_ASSIGN(const auto outcomes, co_await needs_.binding.broker.write(
                                            space_, std::move(writes), context::Origin::expiry()));
      for (const auto& outcome : outcomes) RV_CO_TRY(outcome);
    }
    co_return Result<>{};
  }

  // createdAt and modifiedAt are those of what is copied. No changes are told: history in the space
  // is what temporal queries bring, and what is written there later.
  static context::Write write_of(const ngsi::Names& names, const ngsi::EntityPtr& entity,
                                 const ngsi::Projection& shown) {
    return {std::string(entity->id()),
            [&names, entity, &shown](ngsi::Names& own, const ngsi::EntityPtr& before,
                                     Instant) -> Result<ngsi::Mutated> {
              ngsi::Translation translation(names, own);
              ngsi::Mutated made{.before = before};
              RV_ASSIGN(made.after, translation.entity(*entity, shown, before));
              return made;
            }};
  }

  // Those that the entities of the space link to (4.5.23), as many levels as the query wants.
  Task<Result<>> put_linked(context::Broker& source, const context::Wishes& wishes) {
    std::unordered_set<std::string> seen = held_;
    std::vector<std::string> level(held_.begin(), held_.end());
    for (std::size_t depth = 0; depth < wishes.join_level && !level.empty(); ++depth) {
      Entities linked;
      for (const std::string& id : level) {
        const ngsi::EntityPtr entity = needs_.binding.broker.find(space_, id);
        if (!entity) continue;
        ngsi::for_each_link(*entity, nullptr, [&](std::string_view to, const ngsi::Projection*) {
          if (!seen.emplace(to).second) return;
          if (auto found = source.find(snapshot_.tenant, to)) linked.push_back(std::move(found));
        });
      }
      level.clear();
      for (const ngsi::EntityPtr& entity : linked) level.emplace_back(entity->id());
      RV_CO_TRY(co_await put(source.names(snapshot_.tenant), std::move(linked), {}));
    }
    co_return Result<>{};
  }

  const FillingNeeds& needs_;
  const Snapshot& snapshot_;
  const std::string space_;
  std::unordered_set<std::string> held_;
};

}  // namespace

Task<Result<Snapshot>> filled(const FillingNeeds& needs, Snapshot snapshot) {
  Filling filling(needs, snapshot);
  if (!snapshot.cloned_from.empty()) {
    const auto cloned = co_await filling.clone();
    if (needs.stops()) co_return fail(Code::kUnavailable, "the filling was ended");
    snapshot.status = cloned ? Status::kSuccess : Status::kFailure;
    co_return snapshot;
  }
  RV_CO_ASSIGN(const auto document, json::Document::parse(snapshot.document));
  const Tally queries = co_await filling.run_all(document, "snapshotQueries", false);
  const Tally temporal = co_await filling.run_all(document, "snapshotTemporalQueries", true);
  if (needs.stops()) co_return fail(Code::kUnavailable, "the filling was ended");
  snapshot.details = queries.list();
  snapshot.temporal_details = temporal.list();
  snapshot.status = status_of(queries, temporal);
  co_return snapshot;
}

}  // namespace revier::snapshot::detail
