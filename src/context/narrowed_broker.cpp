// SPDX-License-Identifier: EUPL-1.2
#include "context/narrowed_broker.h"

#include "context/detail/read_only.h"
#include "ngsi/linked.h"

namespace revier::context {
namespace {

// One write under rights. Runs on the writer thread, where the names are those of the moment.
Mutation guarded(Mutation inner, std::shared_ptr<SightNow> now_seen) {
  return [inner = std::move(inner), now_seen = std::move(now_seen)](
             ngsi::Names& names, const ngsi::EntityPtr& before,
             Instant now) -> Result<ngsi::Mutated> {
    if (before && !now_seen->over(names)->knows(*before)) {
      // As if it were not there, as far as that can be said.
      RV_ASSIGN(const ngsi::Mutated instead, inner(names, nullptr, now));
      RV_TRY(now_seen->over(names)->check(instead));
      return fail(Code::kForbidden, "the rights of this token do not cover an entity of this id");
    }
    RV_ASSIGN(ngsi::Mutated what, inner(names, before, now));
    RV_TRY(now_seen->over(names)->check(what));
    return what;
  };
}

// Those that q follows links to, as they are seen, a bounded number of them.
class SeenLinks final : public ngsi::LinkedEntities {
 public:
  SeenLinks(const Broker& whole, std::string_view tenant, const ngsi::Sight& sight)
      : whole_(whole), tenant_(tenant), sight_(sight), left_(whole.options().links_max) {}

  [[nodiscard]] ngsi::EntityPtr find(std::string_view id) const override {
    exceeded_ = exceeded_ || left_ == 0;
    if (exceeded_) return nullptr;
    --left_;
    return sight_.seen(whole_.find(tenant_, id));
  }
  [[nodiscard]] bool exceeded() const { return exceeded_; }

 private:
  const Broker& whole_;
  const std::string_view tenant_;
  const ngsi::Sight& sight_;
  mutable std::size_t left_;
  mutable bool exceeded_ = false;
};

class NarrowedBroker final : public detail::ReadOnly<Broker> {
 public:
  NarrowedBroker(Broker& whole, RightsPtr rights, std::shared_ptr<const ngsi::Sight> sight,
                 jsonld::ContextPtr core)
      : whole_(whole),
        rights_(std::move(rights)),
        sight_(std::move(sight)),
        core_(std::move(core)) {}

  ngsi::EntityPtr find(std::string_view tenant, std::string_view id) const override {
    return sight_->seen(whole_.find(tenant, id));
  }
  Task<Result<Found>> query(std::string_view tenant, const ngsi::Predicate& predicate,
                            Page page) const override {
    page.sight = sight_.get();
    co_return co_await whole_.query(tenant, predicate, page);
  }
  Task<Result<>> for_each(std::string_view tenant, const ngsi::Predicate& predicate,
                          const Visit& visit, std::int64_t cpu_ms_max) const override {
    const SeenLinks links(whole_, tenant, *sight_);
    const Visit narrowed = [this, &predicate, &visit, &links](const ngsi::Entity& entity) {
      const ngsi::EntityPtr seen = sight_->seen(&entity);
      if (seen && predicate.matches(*seen, &links)) visit(*seen);
    };
    if (predicate.hints().nothing) co_return Result<>{};
    const ngsi::Predicate reach = reach_of(tenant, predicate.hints());
    RV_CO_TRY(co_await whole_.for_each(tenant, reach, narrowed, cpu_ms_max));
    if (!links.exceeded()) co_return Result<>{};
    co_return fail(Code::kTooComplexQuery, "q follows too many links; name a type", "q");
  }
  Plan plan(std::string_view tenant, const ngsi::Predicate& predicate, Page page) const override {
    return whole_.plan(tenant, predicate, page);
  }

  Task<Result<Outcomes>> write(std::string_view tenant, std::vector<Write> writes,
                               Origin origin) override {
    guard(writes);
    co_return co_await whole_.write(tenant, std::move(writes), origin);
  }
  Result<Outcomes> write_blocking(std::string_view tenant, std::vector<Write> writes,
                                  Origin origin) override {
    guard(writes);
    return whole_.write_blocking(tenant, std::move(writes), origin);
  }

  const ngsi::Names& names(std::string_view tenant) override { return whole_.names(tenant); }
  // Counts of the whole are nothing for her: what there is is found by for_each().
  std::vector<NameCount> types(std::string_view) const override { return {}; }
  std::vector<NameCount> attributes(std::string_view) const override { return {}; }
  std::size_t count_of_type(std::string_view, std::string_view) const override { return 0; }
  Usage usage() const override { return {}; }
  const Options& options() const override { return whole_.options(); }

 private:
  // All that can be shown and asked for, by what is never hidden: ids and types have indexes.
  ngsi::Predicate reach_of(std::string_view tenant, const ngsi::Hints& hints) const {
    const ngsi::Names& names = whole_.names(tenant);
    ngsi::Selection selection;
    if (hints.ids) selection.ids = *hints.ids;
    for (const ngsi::NameId type : hints.types.empty() ? sight_->types() : hints.types) {
      if (!selection.type.empty()) selection.type += '|';
      selection.type += names.iri(type);
    }
    return ngsi::Predicate::compile(selection, names, *core_).value_or(ngsi::Predicate());
  }
  void guard(std::vector<Write>& writes) const {
    const auto now_seen = std::make_shared<SightNow>(rights_);
    for (Write& one : writes) one.mutation = guarded(std::move(one.mutation), now_seen);
  }

  Broker& whole_;
  RightsPtr rights_;
  std::shared_ptr<const ngsi::Sight> sight_;
  jsonld::ContextPtr core_;
};

}  // namespace

const std::shared_ptr<const ngsi::Sight>& SightNow::over(const ngsi::Names& names) {
  const ngsi::NameId next = names.next_id();
  if (!sight_ || serial_ != names.serial() || next_ != next) {
    sight_ = rights_->over(names);
    serial_ = names.serial();
    next_ = next;
  }
  return sight_;
}

std::unique_ptr<Broker> narrowed_broker(Broker& whole, RightsPtr rights,
                                        std::shared_ptr<const ngsi::Sight> sight,
                                        jsonld::ContextPtr core) {
  return std::make_unique<NarrowedBroker>(whole, std::move(rights), std::move(sight),
                                          std::move(core));
}

}  // namespace revier::context
