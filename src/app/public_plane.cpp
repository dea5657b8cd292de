// SPDX-License-Identifier: EUPL-1.2
#include "app/public_plane.h"

#include "app/event_days.h"
#include "app/public_things.h"
#include "app/quotas.h"
#include "base/run_task.h"
#include "context/api.h"
#include "event/api.h"
#include "event/editor_api.h"
#include "event/page_routes.h"
#include "event/place_text.h"
#include "federation/api.h"
#include "federation/sources.h"
#include "history/api.h"
#include "ldcontext/api.h"
#include "live/hub.h"
#include "newsletter/archive.h"
#include "service/api.h"
#include "service/page_routes.h"
#include "snapshot/api.h"
#include "subscription/api.h"
#include "validation/api.h"

namespace revier::app {
namespace {

constexpr std::string_view kTenant;

class WholePublic final : public PublicPlane {
 public:
  WholePublic(PublicNeeds needs, std::unique_ptr<context::Broker> broker)
      : needs_(std::move(needs)),
        broker_(std::move(broker)),
        things_(*broker_, needs_.catalogue.core()),
        maps_(context::EntityMaps::make(needs_.civil_clock)),
        hub_(
            *broker_,
            [this](const net::Request& r) { return may_read(needs_.identity.authenticate(r)); },
            [this](const net::Request& r) {
              return may_read(needs_.identity.authenticate_again(r));
            }) {}

  Result<> load() {
    RV_ASSIGN(contexts_, ldcontext::Contexts::open({.store = needs_.store,
                                                    .catalogue = needs_.catalogue,
                                                    .client = needs_.client,
                                                    .clock = needs_.real_clock,
                                                    .options = needs_.contexts}));
    RV_TRY(open_schemas());
    RV_ASSIGN(registrations_of_sources_,
              federation::Registrations::open({.store = needs_.store,
                                               .broker = *broker_,
                                               .core = needs_.catalogue.core(),
                                               .civil_clock = needs_.civil_clock}));
    RV_ASSIGN(watchers_, federation::Watchers::open({.store = needs_.store,
                                                     .registrations = *registrations_of_sources_,
                                                     .catalogue = needs_.catalogue,
                                                     .client = needs_.client,
                                                     .civil_clock = needs_.civil_clock,
                                                     .standing = standing()}));
    RV_ASSIGN(alias_, federation::own_alias(needs_.store));
    sources_ = federation::make_sources(source_needs());
    RV_ASSIGN(subscriptions_, subscription::Subscriptions::open({.store = needs_.store,
                                                                 .broker = *broker_,
                                                                 .catalogue = needs_.catalogue,
                                                                 .client = needs_.client,
                                                                 .mqtt = needs_.mqtt,
                                                                 .civil_clock = needs_.civil_clock,
                                                                 .options = needs_.subscriptions,
                                                                 .standing = standing()}));
    RV_TRY(open_distributed());
    needs_.history.unkept_types = personal_types();
    RV_ASSIGN(history_, history::History::open({.store = needs_.store,
                                                .broker = *broker_,
                                                .civil_clock = needs_.civil_clock,
                                                .options = needs_.history}));
    RV_ASSIGN(write_log_, context::WriteLog::open(needs_.store, needs_.civil_clock,
                                                  needs_.real_clock, needs_.write_log));
    broker_->set_witness(*write_log_);
    RV_TRY(open_snapshots());
    RV_TRY(things_.load());
    keeper_.emplace(things_,
                    [this](const event::Programme& programme) { return follow(programme); });
    RV_ASSIGN(editor_, event::ProgrammeEditor::open({.database = needs_.database,
                                                     .keeper = *keeper_,
                                                     .civil_clock = needs_.civil_clock}));
    services_.emplace(things_, [this] { return things_.revision(service::kind().type); });
    needs_.frame.navigation = event::navigation();
    needs_.frame.navigation.insert(needs_.frame.navigation.end() - 1, service::navigation_item());
    needs_.frame.footer = event::footer();
    needs_.frame.feeds = event::feeds();
    needs_.frame.shows = [this](std::string_view page) {
      if (page == service::navigation_item().page) return !services_->now()->services().empty();
      return event::has_content(*keeper_->now(), things_.has_live_things(), page);
    };
    return {};
  }

  Result<> connect(ticket::Registrations& registrations) override {
    registrations_ = &registrations;
    RV_TRY(editor_->resume());
    const event::ProgrammePtr programme = keeper_->now();
    return run_task(follow(*programme));
  }

  void add_routes(net::Router& router) override {
    const context::Access access = access_to_tenants(
        std::make_shared<context::RequestQuota>(needs_.broker.tenant_quota.requests_per_s));
    context::Access to_snapshots = access;
    to_snapshots.space = [this](std::string_view tenant, std::string_view id) {
      return snapshots_->space(tenant, id);
    };
    context::ApiOptions api = needs_.api;
    api.end_attribute = [this](std::string_view tenant, std::string id, std::string name,
                               ngsi::DeleteOptions options) {
      return history_->end_attribute(tenant, std::move(id), std::move(name), std::move(options));
    };
    const context::Binding binding{*broker_,        needs_.catalogue, access,     needs_.api,
                                   contexts_.get(), sources_.get(),   maps_.get()};
    context::Binding of_data = binding;  // of resources that snapshots have too (5.5.15)
    of_data.access = to_snapshots;
    context::add_routes(router, *broker_, needs_.catalogue, to_snapshots, std::move(api),
                        contexts_.get(), sources_.get(), maps_.get());
    ldcontext::add_routes(router, *contexts_, binding);
    subscription::add_routes(router, *subscriptions_, of_data, needs_.civil_clock, needs_.pool,
                             distributed_.get(),
                             [this](const auto& by, const auto& deed) { return note(by, deed); });
    federation::add_distributed_routes(router, *distributed_, *subscriptions_, binding);
    federation::add_routes(router, *registrations_of_sources_, *watchers_, binding,
                           needs_.civil_clock, alias_);
    history::add_routes(router, *history_, of_data);
    snapshot::add_routes(router, *snapshots_, binding, needs_.civil_clock, needs_.pool);
    validation::add_routes(router, *schemas_, binding,
                           [this](const auto& by, const auto& deed) { return note(by, deed); });
    context::add_preflight_routes(router, needs_.api);
    hub_.add_route(router);
    event::add_api_routes(router, *keeper_, needs_.identity);
    event::add_editor_routes(router,
                             {.editor = *editor_,
                              .identity = needs_.identity,
                              .seats_taken = [this](std::string_view id) { return taken(id); },
                              .pool = needs_.pool});
    service::add_api_routes(
        router, {.keeper = *services_, .identity = needs_.identity, .pool = needs_.pool});
    service::add_pages(router, {.keeper = *services_,
                                .programme = [this] { return keeper_->now(); },
                                .site = needs_.frame,
                                .site_url = needs_.site_address});
    event::add_pages(router,
                     {.keeper = *keeper_,
                      .ledger = [this] { return editor_->ledger(); },
                      .site = needs_.frame,
                      .civil_clock = needs_.civil_clock,
                      .site_url = needs_.site_address,
                      .map_tiles = needs_.map_tiles,
                      .live_things = [this] { return things_.live_things(); },
                      .seats_left = [this](std::string_view id) { return seats_left(id); },
                      .can_register = [this] { return can_register(); },
                      .can_book = [this](std::string_view id) { return can_book(id); },
                      .more_pages = [this] { return service::service_pages(*services_->now()); },
                      .is_demo = needs_.is_demo});
  }

  Result<> tick() override {
    contexts_->tick();
    RV_TRY(registrations_of_sources_->tick());
    RV_TRY(subscriptions_->tick());
    RV_TRY(history_->tick());
    RV_TRY(snapshots_->tick());
    RV_TRY(write_log_->tidy());
    return editor_->sweep();
  }

  context::Broker& broker() override { return *broker_; }
  const history::History& history() const override { return *history_; }
  const context::WriteLog& write_log() const override { return *write_log_; }
  console::DataParts data_parts() override {
    return {.subscriptions = *subscriptions_,
            .distributed = *distributed_,
            .registrations = *registrations_of_sources_,
            .watchers = *watchers_,
            .contexts = *contexts_,
            .schemas = *schemas_,
            .map_tiles = needs_.map_tiles,
            .ask = {},
            .staged = {}};
  }
  event::ProgrammeEditor& editor() override { return *editor_; }
  event::ProgrammeKeeper& keeper() override { return *keeper_; }
  service::CatalogueKeeper& services() override { return *services_; }

  ticket::Occasion occasion(web::Language language) const override {
    const event::ProgrammePtr programme = keeper_->now();
    const event::Event* const event = programme->event();
    if (event == nullptr) return {needs_.frame.name_in(language), {}};
    return {event->name.in(language), event::place_text(*programme, event->venue, language)};
  }

  event::ProgrammePtr programme() const override { return keeper_->now(); }

  std::vector<console::ScopeChoice> scopes(web::Language language) const override {
    std::vector<console::ScopeChoice> choices;
    const event::ProgrammePtr programme = keeper_->now();
    for (const event::Event& event : programme->events) {
      const std::string name = event.name.in(language);
      choices.push_back({identity::ScopeKind::kEvent, event.id, "", name});
      for (const event::Track& track : event.tracks) {
        choices.push_back({identity::ScopeKind::kTrack, track.id, event.id,
                           name + ", " + track.name.in(language)});
      }
    }
    return choices;
  }

  Result<> deliver(const publication::Item& item) override {
    return broker_->apply_publication(kTenant,
                                      {.entity = item.entity,
                                       .attribute = item.attribute,
                                       .value_json = std::to_string(item.value),
                                       .revision = static_cast<std::uint64_t>(item.revision)},
                                      context::Origin::domain("event"));
  }

  Result<> publish_case(std::string id, std::string entity) override {
    const bool removes = entity.empty();
    std::vector<event::Entities::Write> one;
    one.push_back({std::move(id), std::move(entity)});
    const Result<> done = run_task(things_.write(std::move(one)));
    if (!done && removes && done.error().code == Code::kResourceNotFound) return {};
    return done;
  }

  std::vector<std::string> entities(std::string_view type) const override {
    return things_.all(type);
  }

  Result<> put_issue(std::string id, std::string entity) override {
    std::vector<event::Entities::Write> one;
    one.push_back({std::move(id), std::move(entity)});
    return run_task(things_.write_as(newsletter::kOwner, std::move(one)));
  }
  std::vector<std::string> issues() const override { return things_.all(newsletter::kIssueType); }

 private:
  std::function<identity::Caller(std::string_view)> standing() {
    return [&identity = needs_.identity](std::string_view grounds) {
      return identity.standing(grounds);
    };
  }
  context::Access access_to_tenants(std::shared_ptr<context::RequestQuota> requests) {
    return {
        .authenticate = [this](const net::Request& r) { return needs_.identity.authenticate(r); },
        .tenant_exists = [this](std::string_view t) { return needs_.identity.tenant_exists(t); },
        .requests = std::move(requests)};
  }
  federation::SourceNeeds source_needs() {
    const identity::Caller anybody = needs_.identity.authenticate(net::Request());
    needs_.sources.copies_authorization = anybody.kind() == identity::Caller::Kind::kUnchecked;
    return {.registrations = *registrations_of_sources_,
            .broker = *broker_,
            .catalogue = needs_.catalogue,
            .contexts = contexts_.get(),
            .client = needs_.client,
            .civil_clock = needs_.civil_clock,
            .alias = alias_,
            .options = needs_.sources};
  }
  Result<> open_distributed() {
    RV_ASSIGN(distributed_,
              federation::DistributedSubscriptions::open({.sources = source_needs(),
                                                          .distribution = *sources_,
                                                          .store = needs_.store,
                                                          .subscriptions = *subscriptions_,
                                                          .watchers = *watchers_}));
    return {};
  }
  Task<Result<>> note(const identity::Caller& by, const identity::Deed& deed) {
    co_return co_await needs_.database.writer().run(
        [&](records::Session& session) { return needs_.identity.record(session, by, deed); });
  }
  // Before the first write.
  Result<> open_schemas() {
    RV_ASSIGN(schemas_, validation::Schemas::open({.store = needs_.store,
                                                   .broker = *broker_,
                                                   .catalogue = needs_.catalogue,
                                                   .civil_clock = needs_.civil_clock,
                                                   .pool = needs_.pool}));
    return {};
  }
  // Last of the data plane: its thread writes from here on.
  Result<> open_snapshots() {
    const context::Binding binding{*broker_,   needs_.catalogue, access_to_tenants(nullptr),
                                   needs_.api, contexts_.get(),  sources_.get()};
    RV_ASSIGN(snapshots_, snapshot::Snapshots::open({.store = needs_.store,
                                                     .binding = binding,
                                                     .history = *history_,
                                                     .subscriptions = *subscriptions_,
                                                     .client = needs_.client,
                                                     .civil_clock = needs_.civil_clock,
                                                     .unkept_types = needs_.history.unkept_types,
                                                     .options = needs_.snapshots}));
    return {};
  }

  // Days and bookable sessions become quotas, and sessions that do not take place give out nothing
  // any more; putting one publishes its free seats again, which a
  // replaced entity has lost.
  Task<Result<>> follow(const event::Programme& programme) {
    if (registrations_ == nullptr) co_return Result<>{};
    RV_CO_TRY(co_await editor_->follow());
    RV_CO_TRY(co_await follow_days(programme));
    co_return co_await registrations_->put_quotas(
        quotas_of(programme, registrations_->quotas(), needs_.civil_clock.now()));
  }

  Task<Result<>> follow_days(const event::Programme& programme) {
    std::vector<event::Entities::Write> writes =
        changed_days(programme, things_.all(kEventDayType));
    if (writes.empty()) co_return Result<>{};
    const Result<> done = co_await things_.write(std::move(writes));
    // A day that was taken away in the meantime is gone as well.
    if (!done && done.error().code != Code::kResourceNotFound) co_return fail(done.error());
    co_return Result<>{};
  }

  static bool may_read(const identity::Caller& caller) {
    return caller.may(identity::Action::kDataRead, identity::Scope::tenant(kTenant));
  }

  std::optional<std::int64_t> seats_left(std::string_view session) const {
    const auto status = registrations_->quota(session);
    if (!status) return std::nullopt;
    return status->free();
  }

  std::optional<std::int64_t> taken(std::string_view session) const {
    const auto status = registrations_->quota(session);
    if (!status) return std::nullopt;
    return status->figures.taken;
  }

  bool can_register() const {
    const Instant now = needs_.civil_clock.now();
    return std::ranges::any_of(registrations_->quotas(), [&](const ticket::QuotaStatus& status) {
      return status.quota.is_open(now);
    });
  }

  bool can_book(std::string_view session) const {
    const auto status = registrations_->quota(session);
    return status && status->quota.is_open(needs_.civil_clock.now());
  }

  PublicNeeds needs_;
  std::unique_ptr<context::WriteLog> write_log_;  // outlives the broker
  std::unique_ptr<context::Broker> broker_;
  PublicThings things_;
  std::unique_ptr<context::EntityMaps> maps_;
  live::Hub hub_;
  std::optional<event::ProgrammeKeeper> keeper_;
  std::optional<service::CatalogueKeeper> services_;
  std::unique_ptr<event::ProgrammeEditor> editor_;
  ticket::Registrations* registrations_ = nullptr;
  std::unique_ptr<ldcontext::Contexts> contexts_;
  std::unique_ptr<validation::Schemas> schemas_;
  std::unique_ptr<federation::Registrations> registrations_of_sources_;
  std::unique_ptr<federation::Watchers> watchers_;
  std::unique_ptr<context::Distribution> sources_;
  std::string alias_;  // of this server as a context source
  std::unique_ptr<subscription::Subscriptions> subscriptions_;
  std::unique_ptr<federation::DistributedSubscriptions> distributed_;
  std::unique_ptr<history::History> history_;
  std::unique_ptr<snapshot::Snapshots> snapshots_;  // its thread reads what stands above
};

}  // namespace

Result<std::unique_ptr<PublicPlane>> PublicPlane::open(PublicNeeds needs) {
  needs.broker.owned_types = owned_types();
  RV_ASSIGN(std::unique_ptr<context::Broker> broker,
            context::Broker::open(needs.store, needs.civil_clock, needs.broker));
  auto plane = std::make_unique<WholePublic>(std::move(needs), std::move(broker));
  RV_TRY(plane->load());
  return plane;
}

}  // namespace revier::app
