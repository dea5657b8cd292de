// SPDX-License-Identifier: EUPL-1.2
#include "federation/registrations.h"

#include <atomic>
#include <map>

#include "base/random.h"
#include "base/run_task.h"
#include "base/thread_safety.h"
#include "base/turns.h"
#include "federation/detail/matching.h"
#include "federation/detail/rows.h"
#include "federation/document.h"

namespace revier::federation {
namespace {

using detail::Prepared;

// Types, attributes and properties of all registrations.
constexpr std::size_t kNamesMax = 1'000'000;

std::string new_id() {
  SystemRandom random;
  return "urn:ngsi-ld:ContextSourceRegistration:" + random_id(random);
}

tl::unexpected<Error> no_registration() {
  return fail(Code::kResourceNotFound, "there is no registration of this id");
}

// The entities that one element of a registration speaks of, as a query.
std::vector<ngsi::Selection> selections_of(const Information& information) {
  std::vector<ngsi::Selection> out;
  for (const EntityInfo& entity : information.entities) {
    ngsi::Selection& selection = out.emplace_back();
    if (!entity.id.empty()) selection.ids.push_back(entity.id);
    selection.id_pattern = entity.id_pattern;
    for (const std::string& type : entity.types) {
      selection.type.append(selection.type.empty() ? "" : ";").append(type);
    }
    selection.attrs = information.attributes;
  }
  if (information.entities.empty()) out.emplace_back().attrs = information.attributes;
  return out;
}

class StoredRegistrations final : public Registrations {
 public:
  explicit StoredRegistrations(const Needs& needs) : needs_(needs), names_(kNamesMax) {}

  Result<> load() {
    const auto rows = needs_.store.scan(store::Column::kMeta, detail::kRegistrationPrefix);
    for (; rows->valid(); rows->next()) {
      RV_ASSIGN(Registration registration,
                detail::decode(rows->key().substr(detail::kRegistrationPrefix.size()),
                               rows->value(), *needs_.core));
      RV_TRY(enter(std::make_shared<const Registration>(std::move(registration))));
    }
    return rows->status();
  }

  Task<Result<std::string>> create(Registration registration) override {
    if (registration.id.empty()) registration.id = new_id();
    registration.created_at = registration.modified_at = needs_.civil_clock.now();
    const auto made = std::make_shared<const Registration>(std::move(registration));
    RV_CO_TRY(co_await check_entities(*made));
    const Turns::Turn turn = co_await turns_.take();
    const auto job = [&](store::Batch& batch) -> Result<> {
      RV_TRY(check_new(*made));
      return put(made, batch);
    };
    RV_CO_TRY(co_await needs_.store.writer().run(job, [&] { publish({nullptr, made}); }));
    co_return made->id;
  }

  Task<Result<>> update(std::string tenant, std::string id, std::string fragment,
                        jsonld::ContextPtr context) override {
    const Turns::Turn turn = co_await turns_.take();
    const RegistrationPtr before = find(tenant, id);
    if (!before) co_return no_registration();
    RV_CO_ASSIGN(const RegistrationPtr after, updated(*before, fragment, *context));
    RV_CO_TRY(co_await check_entities(*after));
    const auto job = [&](store::Batch& batch) -> Result<> {
      RV_TRY(check_proxied(*after));
      return put(after, batch);
    };
    co_return co_await needs_.store.writer().run(job, [&] { publish({before, after}); });
  }

  Task<Result<>> remove(std::string tenant, std::string id) override {
    const Turns::Turn turn = co_await turns_.take();
    const RegistrationPtr before = find(tenant, id);
    if (!before) co_return no_registration();
    co_return co_await take_out(before);
  }

  RegistrationPtr find(std::string_view tenant, std::string_view id) const override {
    const Lock lock(mutex_);
    const auto at = all_.find(Key(tenant, id));
    return at == all_.end() ? nullptr : at->second->registration;
  }

  std::vector<RegistrationPtr> list(std::string_view tenant) const override {
    std::vector<RegistrationPtr> out;
    for (const auto& prepared : of_tenant(tenant)) out.push_back(prepared->registration);
    return out;
  }

  Result<std::vector<Match>> match(std::string_view tenant, const Wanted& wanted,
                                   const jsonld::Context& context) const override {
    RV_ASSIGN(const auto matching, detail::Matching::make(wanted, names_, context));
    const Instant now = needs_.civil_clock.now();
    std::vector<Match> out;
    for (const auto& prepared : of_tenant(tenant)) {
      const auto& expires = prepared->registration->expires_at;
      if (expires && *expires <= now) continue;
      if (auto match = matching.match(*prepared)) out.push_back(*std::move(match));
    }
    return out;
  }

  Result<std::optional<Match>> match_one(const RegistrationPtr& registration, const Wanted& wanted,
                                         const jsonld::Context& context) const override {
    RV_ASSIGN(const auto matching, detail::Matching::make(wanted, names_, context));
    RV_ASSIGN(const Prepared prepared, detail::prepare(registration, names_, *needs_.core));
    return matching.match(prepared);
  }

  bool any() const override { return number_.load(std::memory_order_relaxed) > 0; }

  Counters counters(const Registration& registration) const override {
    const Lock lock(mutex_);
    const auto at = counters_.find(Key(registration.tenant, registration.id));
    return at == counters_.end() ? Counters{} : at->second;
  }

  void count(const Registration& registration, bool failed) override {
    const Instant now = needs_.civil_clock.now();
    const Lock lock(mutex_);
    if (!all_.contains(Key(registration.tenant, registration.id))) return;
    Counters& counters = counters_[Key(registration.tenant, registration.id)];
    ++counters.times_sent;
    if (failed) ++counters.times_failed;
    (failed ? counters.last_failure : counters.last_success) = now;
    counters.last_failed = failed;
  }

  void set_listener(Listener listener) override {
    const Lock lock(listener_mutex_);
    listener_ = std::move(listener);
  }

  Result<> tick() override {
    const Instant now = needs_.civil_clock.now();
    std::vector<RegistrationPtr> over;
    {
      const Lock lock(mutex_);
      for (const auto& [key, prepared] : all_) {
        const auto& expires = prepared->registration->expires_at;
        if (expires && *expires <= now) over.push_back(prepared->registration);
      }
    }
    for (const RegistrationPtr& one : over) RV_TRY(run_task(expire(one)));
    return {};
  }

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, id
  using PreparedPtr = std::shared_ptr<const Prepared>;

  std::vector<PreparedPtr> of_tenant(std::string_view tenant) const {
    std::vector<PreparedPtr> out;
    const Lock lock(mutex_);
    for (auto at = all_.lower_bound(Key(tenant, "")); at != all_.end(); ++at) {
      if (at->first.first != tenant) break;
      out.push_back(at->second);
    }
    return out;
  }

  Result<RegistrationPtr> updated(const Registration& before, std::string_view fragment,
                                  const jsonld::Context& context) const {
    RV_ASSIGN(const auto given, json::Document::parse(fragment));
    RV_ASSIGN(const std::string text, patched(before, given.root(), context));
    RV_ASSIGN(const auto whole, json::Document::parse(text));
    const Instant now = needs_.civil_clock.now();
    RV_ASSIGN(Registration made, parse(whole.root(), *needs_.core, now));
    made.id = before.id;
    made.tenant = before.tenant;
    made.owner = before.owner;
    made.created_at = before.created_at;
    made.modified_at = now;
    return std::make_shared<const Registration>(std::move(made));
  }

  Result<> check_new(const Registration& made) const {
    RV_TRY(check_proxied(made));
    const Lock lock(mutex_);
    if (all_.contains(Key(made.tenant, made.id))) {
      return fail(Code::kAlreadyExists, "there is a registration of this id");
    }
    const auto number = std::ranges::count_if(
        all_, [&](const auto& entry) { return entry.first.first == made.tenant; });
    if (static_cast<std::size_t>(number) < needs_.registrations_max) return {};
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant has {} registrations, more are not allowed", number));
  }

  // Where an exclusive registration has attributes of an entity, nobody else proxies them
  // (4.3.6.3); redirections may overlap each other.
  Result<> check_proxied(const Registration& made) const {
    if (!made.is_proxied()) return {};
    for (const Information& information : made.information) {
      for (ngsi::Selection& selection : selections_of(information)) {
        Wanted wanted;
        wanted.attributes = std::exchange(selection.attrs, {});
        wanted.selection = std::move(selection);
        RV_TRY(check_overlap(made, wanted));
      }
    }
    return {};
  }

  Result<> check_overlap(const Registration& made, const Wanted& wanted) const {
    RV_ASSIGN(const auto matches, match(made.tenant, wanted, *needs_.core));
    for (const Match& match : matches) {
      const Registration& other = *match.registration;
      const bool exclusive = made.mode == Mode::kExclusive || other.mode == Mode::kExclusive;
      if (other.id == made.id || !other.is_proxied() || !exclusive) continue;
      return fail(Code::kConflict,
                  fmt::format("the registration {} has these attributes already", other.id),
                  "information");
    }
    return {};
  }

  // What a proxied registration speaks of must not be here.
  Task<Result<>> check_entities(const Registration& made) const {
    if (!made.is_proxied()) co_return Result<>{};
    const ngsi::Names& names = needs_.broker.names(made.tenant);
    for (const Information& information : made.information) {
      for (const ngsi::Selection& selection : selections_of(information)) {
        RV_CO_ASSIGN(const auto predicate,
                     ngsi::Predicate::compile(selection, names, *needs_.core));
        RV_CO_ASSIGN(const context::Found found,
                     co_await needs_.broker.query(made.tenant, predicate, {.limit = 1}));
        if (found.entities.empty()) continue;
        co_return fail(Code::kConflict,
                       fmt::format("{} is held here", found.entities.front()->id()), "information");
      }
    }
    co_return Result<>{};
  }

  Result<> put(const RegistrationPtr& made, store::Batch& batch) {
    RV_TRY(detail::prepare(made, names_, *needs_.core));  // what fails must fail now
    batch.put(store::Column::kMeta, detail::registration_key(made->tenant, made->id),
              detail::encode(*made));
    return {};
  }

  // One that was changed or removed meanwhile is left alone.
  Task<Result<>> expire(RegistrationPtr over) {
    const Turns::Turn turn = co_await turns_.take();
    if (find(over->tenant, over->id) != over) co_return Result<>{};
    co_return co_await take_out(over);
  }

  // In its turn.
  Task<Result<>> take_out(RegistrationPtr before) {
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(store::Column::kMeta, detail::registration_key(before->tenant, before->id));
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] { publish({before, nullptr}); });
  }

  Result<> enter(const RegistrationPtr& registration) {
    RV_ASSIGN(Prepared prepared, detail::prepare(registration, names_, *needs_.core));
    keep(std::make_shared<const Prepared>(std::move(prepared)));
    return {};
  }

  void keep(PreparedPtr prepared) {
    const Registration& registration = *prepared->registration;
    const Lock lock(mutex_);
    all_.insert_or_assign(Key(registration.tenant, registration.id), std::move(prepared));
    number_.store(all_.size(), std::memory_order_relaxed);
  }

  // After the commit, on the writer thread.
  void publish(const Changed& changed) {
    if (changed.after) {
      auto prepared = detail::prepare(changed.after, names_, *needs_.core);
      if (prepared) keep(std::make_shared<const Prepared>(*std::move(prepared)));
    } else {
      const Lock lock(mutex_);
      all_.erase(Key(changed.before->tenant, changed.before->id));
      counters_.erase(Key(changed.before->tenant, changed.before->id));
      number_.store(all_.size(), std::memory_order_relaxed);
    }
    const Lock lock(listener_mutex_);
    if (listener_) listener_(changed);
  }

  const Needs needs_;
  mutable ngsi::Names names_;
  // What changes registrations looks at those that were committed, before the others of its group
  // are: so there is one change at a time, and it ends when it counts.
  Turns turns_;
  Mutex listener_mutex_;
  Listener listener_ RV_GUARDED_BY(listener_mutex_);
  std::atomic<std::size_t> number_{0};
  mutable Mutex mutex_;
  std::map<Key, PreparedPtr> all_ RV_GUARDED_BY(mutex_);
  std::map<Key, Counters> counters_ RV_GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<Registrations>> Registrations::open(const Needs& needs) {
  auto registrations = std::make_unique<StoredRegistrations>(needs);
  RV_TRY(registrations->load());
  return registrations;
}

}  // namespace revier::federation
