// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/narrowed.h"

#include <algorithm>
#include <array>

#include "context/detail/http.h"
#include "context/detail/read_only.h"
#include "ngsi/linked.h"

namespace revier::context::detail {
namespace {

using RightsPtr = std::shared_ptr<const ngsi::Rights>;

// Rights over the names of the moment, made anew only where these have changed. Used by one thread
// after the other: by the request's, or by the writer's.
class SightNow {
 public:
  explicit SightNow(RightsPtr rights) : rights_(std::move(rights)) {}

  const std::shared_ptr<const ngsi::Sight>& over(const ngsi::Names& names) {
    const ngsi::NameId next = names.next_id();
    if (!sight_ || serial_ != names.serial() || next_ != next) {
      sight_ = rights_->over(names);
      serial_ = names.serial();
      next_ = next;
    }
    return sight_;
  }

 private:
  RightsPtr rights_;
  std::shared_ptr<const ngsi::Sight> sight_;
  std::uint64_t serial_ = 0;
  ngsi::NameId next_ = 0;
};

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

class NarrowedBroker final : public ReadOnly<Broker> {
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

struct Remembered {
  std::string text;
  RightsPtr rights;
  SightNow sight{nullptr};
};

// Clients send the same token with every request: each thread remembers what it read last.
Result<Remembered*> parsed(const std::string& text, const Api& api) {
  static thread_local Remembered last;
  if (last.rights && text == last.text) return &last;
  auto rights = ngsi::Rights::parse(text, api.catalogue.core());
  if (!rights) {  // what several profiles give may be too much together
    return fail(Code::kForbidden,
                "the rights of this token cannot be read: " + rights.error().message, "token");
  }
  last.rights = std::make_shared<const ngsi::Rights>(*std::move(rights));
  last.sight = SightNow(last.rights);
  last.text = text;
  return &last;
}

// By the route: an entity's id may hold any of these words.
bool asks(const net::Request& request) {
  if (request.method == net::Method::kGet || request.method == net::Method::kHead) return true;
  constexpr std::array<std::string_view, 4> kAsking = {
      "/ngsi-ld/v1/entityOperations/query", "/ngsi-ld/v1/entityMaps",
      "/ngsi-ld/v1/temporal/entityOperations/query", "/ngsi-ld/v1/temporal/entityMaps"};
  return std::ranges::any_of(
      kAsking, [&](std::string_view path) { return request.route.starts_with(path); });
}

}  // namespace

bool wants_narrowing(const Error& error) {
  return error.code == Code::kForbidden && error.field == kNarrow;
}

Result<Narrowed> narrow(const Api& api, const net::Request& request) {
  const identity::Caller caller = api.access.authenticate(request);
  const std::string tenant(tenant_of(request));
  const std::string* text = caller.rights(tenant);
  if (text == nullptr) return fail(Code::kForbidden, "this token has no rights in this tenant");
  const bool local = request.query_param("local") == "true";
  if (api.distribution != nullptr && api.distribution->any() && !asks(request) && !local) {
    return fail(Code::kForbidden,
                "a token with rights by entity writes only what is here: add local=true", "local");
  }
  Narrowed out;
  RV_ASSIGN(Remembered* const known, parsed(*text, api));
  out.rights = known->rights;
  out.broker = std::make_unique<NarrowedBroker>(
      api.broker, out.rights, known->sight.over(api.broker.names(tenant)), api.catalogue.core());
  Api seen{*out.broker, api.catalogue, api.access, api.options, api.contexts, nullptr};
  seen.options.end_attribute = nullptr;  // what is known by its history alone is not seen
  seen.maps = api.maps;                  // each is its maker's alone
  seen.rights = out.rights.get();
  out.api = std::make_unique<const Api>(std::move(seen));
  return out;
}

Result<> check_operation(const Api& api, const identity::Caller& caller, std::string_view tenant,
                         identity::Action action) {
  if (api.rights == nullptr) {
    if (caller.rights(tenant) == nullptr) {
      return caller.require(action, identity::Scope::tenant(tenant));
    }
    return fail(Code::kForbidden,
                "a token with rights by entity does not reach this part of the API",
                std::string(kNarrow));
  }
  const bool reads = action == identity::Action::kDataRead;
  if (reads ? api.rights->allow(ngsi::Operation::kRead) : api.rights->allow_writing()) return {};
  return fail(Code::kForbidden,
              fmt::format("the rights of this token are not for {}", reads ? "reading" : "writing"),
              "token");
}

Result<> check_written(const Api& api, std::uint8_t operations, std::string_view attribute) {
  if (api.rights == nullptr || api.rights->are_about(operations, attribute)) return {};
  return fail(Code::kForbidden,
              fmt::format("the rights of this token do not cover writing {}", attribute),
              std::string(attribute));
}

Result<> check_written(const Api& api, std::uint8_t operations, const ngsi::Fragment& fragment) {
  if (api.rights == nullptr) return {};
  for (const ngsi::FragmentAttribute& attribute : fragment.attributes) {
    RV_TRY(check_written(api, operations, attribute.name));
  }
  return {};
}

}  // namespace revier::context::detail
