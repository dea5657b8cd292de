// SPDX-License-Identifier: EUPL-1.2
#include "app/site.h"

#include <set>

#include <fmt/format.h>

#include "app/backup_commands.h"
#include "app/civil_time.h"
#include "app/control.h"
#include "app/fibre_plane.h"
#include "app/files.h"
#include "app/first_secrets.h"
#include "app/floors.h"
#include "app/frame.h"
#include "app/map_tiles.h"
#include "app/people_plane.h"
#include "app/public_plane.h"
#include "app/server_options.h"
#include "app/state_routes.h"
#include "app/token_routes.h"
#include "backup/backup.h"
#include "base/log.h"
#include "casework/texts.h"
#include "console/opening_hours.h"
#include "console/routes.h"
#include "console/whole_days.h"
#include "context/api.h"
#include "identity/routes.h"
#include "newsletter/texts.h"
#include "setup/public_pages.h"
#include "setup/texts.h"
#include "transfer/bulk.h"
#include "web/asset.h"

namespace revier::app {
namespace {

// Members stand in the order in which they need each other; they are closed in reverse.
class WholeSite final : public Site {
 public:
  explicit WholeSite(const Options& options) : options_(options) {}
  ~WholeSite() override { stop(); }

  Result<> open() {
    RV_TRY(open_folder());
    RV_TRY(open_data());
    RV_TRY(listen());
    RV_TRY(open_lan());
    RV_TRY(open_public());
    RV_TRY(open_people());
    RV_TRY(open_fibre());
    add_routes();
    RV_ASSIGN(control_, Control::open(options_.text("data"),
                                      [this](const json::Value& request, const Control::Say& say) {
                                        return command(request, say);
                                      }));
    return {};
  }

  void start() override {
    if (metrics_server_) metrics_server_->start();
    server_->start();
    if (lan_) lan_->start();
  }
  std::string listening() const override { return server_->address(); }
  std::string address() const override {
    const bool is_named = !options_.text("server.address").empty();
    return lan_ && !is_named ? lan_->address() : site_address(options_, listening());
  }
  const lan::Lan* lan() const override { return lan_.get(); }
  std::string own_address() const override {
    return app::own_address(options_, server_->address());
  }
  const net::Router& router() const override { return router_; }
  std::string civil_time() const override {
    const Instant now = civil_clock_->now();
    return to_iso8601({now.us - now.us % Duration::seconds(1).us});
  }

  Result<std::string> first_administrator_path() override {
    RV_ASSIGN(const std::optional<std::string> secret, accounts_->identity->first_link());
    return secret ? identity::start_path(*secret) : std::string();
  }
  Result<std::string> demo_token() override {
    if (options_.text("demo").empty()) return std::string();
    return app::demo_token(options_.text("data"), *accounts_->identity);
  }

  void tick() override {
    log_failure("identity.tick", accounts_->identity->tick());
    people_->tick();
    log_failure("fibre.tick", fibre_->tick());
    if (lan_) tick_lan();
    log_failure("programme.tick", public_->tick());
    measure_state(*state_);
    log_failure("context.expire", public_->broker().expire());
  }

 private:
  Result<> open_folder() {
    const std::string& folder = options_.text("data");
    RV_TRY(make_directory(folder));
    RV_ASSIGN(FolderLock lock, FolderLock::take(folder));
    lock_.emplace(std::move(lock));
    if (backup::unfinished_restore(folder)) {
      return fail(
          Code::kConflict,
          fmt::format("a restore into {} was cut short: run it again with --force", folder));
    }
    std::optional<Instant> wanted;
    if (const std::string& text = options_.text("demo_clock"); !text.empty()) {
      RV_ASSIGN(wanted, parse_iso8601(text));
    }
    std::optional<Instant> first_start;
    if (!options_.text("demo").empty()) first_start = kDemoStart;
    RV_ASSIGN(const Duration difference,
              civil_difference(folder, real_clock_.now(), wanted, first_start));
    civil_clock_.emplace(real_clock_, difference);
    return {};
  }

  Result<> open_data() {
    RV_ASSIGN(store_, store::Store::open(store_options(options_)));
    RV_ASSIGN(accounts_, open_accounts(options_));
    return {};
  }

  Result<> open_public() {
    frame_ = page_frame(options_, *civil_clock_);
    if (!is_demo()) RV_TRY(open_settings());
    RV_ASSIGN(jsonld::CatalogueOptions contexts, catalogue_options(options_));
    RV_ASSIGN(catalogue_, jsonld::Catalogue::make(std::move(contexts)));
    if (const std::string& tiles = options_.text("map.pmtiles"); !tiles.empty()) {
      RV_ASSIGN(map_tiles_, open_map_tiles(tiles, pool_));
    }
    RV_ASSIGN(client_, net::Client::open(client_options(options_)));
    RV_TRY(open_issuers());
    RV_ASSIGN(mqtt_, net::MqttPublisher::open(mqtt_options(options_)));
    RV_ASSIGN(history::Options history, history_options(options_, *catalogue_->core()));
    RV_ASSIGN(public_, PublicPlane::open({.store = *store_,
                                          .database = *accounts_->database,
                                          .civil_clock = *civil_clock_,
                                          .identity = *accounts_->identity,
                                          .catalogue = *catalogue_,
                                          .frame = frame_,
                                          .site_address = address(),
                                          .map_tiles = map_tiles_ ? kMapTilesPath : "",
                                          .broker = broker_options(options_),
                                          .client = *client_,
                                          .mqtt = *mqtt_,
                                          .pool = pool_,
                                          .contexts = context_options(options_),
                                          .sources = source_options(options_),
                                          .real_clock = real_clock_,
                                          .subscriptions = subscription_options(options_),
                                          .snapshots = snapshot_options(options_),
                                          .history = std::move(history),
                                          .api = {.cors_origins = cors_origins()},
                                          .write_log = write_log_options(options_),
                                          .is_demo = is_demo()}));
    return {};
  }

  Result<> open_issuers() {
    RV_ASSIGN(auto known, issuer_options(options_));
    if (known.empty()) return {};
    RV_ASSIGN(auto issuers,
              identity::Issuers::open(std::move(known), *client_, real_clock_,
                                      [](const std::string& path) { return read_file(path); }));
    accounts_->identity->trust(std::move(issuers));
    return {};
  }

  std::vector<std::string> issuer_names() const {
    std::vector<std::string> names;
    const auto known = issuer_options(options_);
    if (!known) return names;
    for (const identity::IssuerOptions& issuer : *known) names.push_back(issuer.name);
    return names;
  }

  std::vector<std::string> cors_origins() const { return options_.list("http.cors_origins"); }

  bool is_demo() const { return !options_.text("demo").empty(); }

  // What an organiser sets; the demo's city is set already.
  Result<> open_settings() {
    RV_ASSIGN(settings_, setup::SettingsKeeper::open(*accounts_->database, *civil_clock_));
    frame_.brand = [this] { return setup::brand_of(*settings_->now()); };
    frame_.notice = [this](web::Language language) {
      const bool hidden = public_ && settings_->now()->begun() && !site_is_public();
      return hidden ? std::string(web::text(language, setup::texts::kSoonNotice)) : std::string();
    };
    return {};
  }

  bool site_is_public() const {
    return setup::is_public(*settings_->now(), *public_->keeper().now());
  }

  setup::PublicNeeds setup_needs() {
    return {.settings = *settings_, .site = frame_, .programme = [this] {
              return public_->keeper().now();
            }};
  }

  // Visitors of a site that is not published see a placeholder, who is signed in sees the pages.
  void add_setup_routes() {
    if (!settings_) return;
    const setup::PublicNeeds needs = setup_needs();
    setup::add_public_pages(router_, needs);
    router_.guard([this, needs](const net::Request& request) -> std::optional<net::Response> {
      if (site_is_public()) return std::nullopt;
      const auto kind = accounts_->identity->authenticate(request).kind();
      const bool staff =
          kind != identity::Caller::Kind::kAnonymous && kind != identity::Caller::Kind::kRejected;
      return staff ? std::nullopt : setup::placeholder(needs, request);
    });
  }

  std::optional<console::SetupParts> setup_parts() {
    if (!settings_) return std::nullopt;
    return console::SetupParts{*settings_, public_->keeper()};
  }

  Result<> open_people() {
    RV_ASSIGN(
        people_,
        PeoplePlane::open({
            .options = options_,
            .accounts = *accounts_,
            .civil_clock = *civil_clock_,
            .pool = pool_,
            .reads = reads_,
            .frame = frame_,
            .occasion = [this](web::Language language) { return public_->occasion(language); },
            .programme = [this] { return public_->programme(); },
            .site_address = address(),
            .reply_to =
                [this] {
                  return settings_ ? std::string(settings_->now()->get(setup::kSender)) : "";
                },
            .deliver = [this](const publication::Item& item) { return public_->deliver(item); },
            .publish_case =
                [this](const std::string& id, std::string entity) {
                  return public_->publish_case(id, std::move(entity));
                },
            .entities = [this](std::string_view type) { return public_->entities(type); },
            .put_issue =
                [this](std::string id, std::string entity) {
                  return public_->put_issue(std::move(id), std::move(entity));
                },
            .issues = [this] { return public_->issues(); },
            .map_tiles = map_tiles_ ? kMapTilesPath : std::string_view(),
        }));
    show_newsletter();
    show_forms();
    return public_->connect(people_->registrations());
  }

  // In the footer, once there is something to subscribe to.
  void show_newsletter() {
    frame_.footer.insert(frame_.footer.begin() + 3, {newsletter::texts::kNav, "/newsletter"});
    frame_.shows = [this, shows = std::move(frame_.shows)](std::string_view page) {
      return page == "/newsletter" ? people_->newsletter().is_offered() : shows(page);
    };
  }

  void show_forms() {
    frame_.footer.insert(frame_.footer.begin() + 3, {casework::texts::kListTitle, "/formulare"});
    frame_.shows = [this, shows = std::move(frame_.shows)](std::string_view page) {
      return page == "/formulare" ? people_->forms().any() : shows(page);
    };
  }

  Result<> open_fibre() {
    RV_ASSIGN(fibre_, FibrePlane::open({.accounts = *accounts_,
                                        .civil_clock = *civil_clock_,
                                        .pool = pool_,
                                        .people = *people_,
                                        .public_plane = *public_,
                                        .core = catalogue_->core(),
                                        .frame = frame_,
                                        .map_tiles = map_tiles_ ? kMapTilesPath : ""}));
    return {};
  }

  void add_routes() {
    state_.emplace(StateSources{.real_clock = real_clock_,
                                .civil_clock = *civil_clock_,
                                .store = *store_,
                                .database = *accounts_->database,
                                .creating = [this] { return public_->broker().usage().creating; },
                                .folder = options_.text("data"),
                                .disk_free_min = options_.number("limits.disk_free"),
                                .listen = listening(),
                                .started = real_clock_.now()});
    add_state_routes(router_, *state_, *accounts_->identity,
                     options_.text("metrics.listen").empty());
    add_metrics_routes(metrics_router_);
    web::add_asset_routes(router_);
    if (map_tiles_) add_map_tiles_route(router_, map_tiles_);
    identity::add_pages(
        router_,
        {.identity = *accounts_->identity, .pool = pool_, .site = frame_, .clock = real_clock_});
    add_data_routes();
    public_->add_routes(router_);
    people_->add_routes(router_);
    fibre_->add_routes(router_);
    const console::Needs console{
        .tickets = people_->domain(),
        .site = frame_,
        .version = REVIER_VERSION,
        .store_writable = [this] { return store_->health().writable; },
        .mail_status = [this] { return people_->mail_status(); },
        .dkim_record = [this] { return people_->dkim_record(); },
        .broker = &public_->broker(),
        .write_log = &public_->write_log(),
        .context = catalogue_->core(),
        .catalogue = catalogue_.get(),
        .data = data_parts(),
        .programme = &public_->editor(),
        .calendar = &people_->calendar(),
        .queue = &people_->queue(),
        .newsletter = &people_->newsletter(),
        .issues = &people_->issues(),
        .partners = &people_->partners(),
        .announcements = &people_->announcements(),
        .cases = &people_->cases(),
        .forms = &people_->forms(),
        .attachments = &people_->attachments(),
        .accounts = accounts_->identity.get(),
        .real_clock = &real_clock_,
        .site_address = address(),
        .issuers = issuer_names(),
        .scopes = [this](web::Language language) { return scopes(language); },
        .services = &public_->services(),
        .fibre = console::FibreParts{fibre_->domain(), fibre_->stage()},
        .setup = setup_parts()};
    add_console(console);
    add_setup_routes();
    router_.set_error_page([this](const net::Request& request, const Error& error) {
      return web::error_page(frame_, request, error);
    });
  }

  void add_console(const console::Needs& needs) {
    console::add_routes(router_, needs);
    console::add_opening_hours(router_, needs, public_->keeper());
    console::add_whole_days(router_, needs, public_->keeper());
  }

  // The console asks the API by its routes, in this process.
  console::DataParts data_parts() {
    console::DataParts parts = public_->data_parts();
    parts.ask = [this](net::Request& request) { return ask(request); };
    parts.staged =
        std::make_shared<table::Stage<console::StagedEntities>>(real_clock_, accounts_->random);
    return parts;
  }
  Task<net::Response> ask(net::Request& request) {
    auto match = router_.match(request.method, request.path);
    if (!match) co_return net::Response::problem(match.error());
    if (match->route == nullptr) {
      co_return net::Response::problem({Code::kResourceNotFound, "there is no such route", {}});
    }
    request.params = std::move(match->params);
    request.route = match->route->pattern;
    if (match->route->handler) co_return match->route->handler(request);
    co_return co_await match->route->async_handler(request);
  }

  void add_data_routes() {
    add_token_routes(router_, {.identity = *accounts_->identity,
                               .pool = pool_,
                               .clock = real_clock_,
                               .core = catalogue_->core()});
    transfer::add_bulk_routes(router_, bulk_needs());
  }
  transfer::BulkNeeds bulk_needs() {
    const auto may_write = [&identity = *accounts_->identity](const net::Request& request,
                                                              std::string_view tenant) -> Result<> {
      const identity::Caller caller = identity.authenticate(request);
      if (caller.rights(tenant) == nullptr) {
        RV_TRY(caller.require(identity::Action::kDataWrite, identity::Scope::tenant(tenant)));
      }
      if (identity.tenant_exists(tenant)) return {};
      return fail(Code::kNonexistentTenant, "there is no such tenant", "tenant");
    };
    return {.ask = [this](net::Request& request) { return ask(request); },
            .may_write = may_write,
            .cursor_behind =
                [this](std::string tenant, std::string id) {
                  return context::cursor_behind(public_->broker(), *catalogue_->core(),
                                                std::move(tenant), std::move(id));
                }};
  }

  // Where a role can hold: events and tracks, and the offices of the forms there are.
  std::vector<console::ScopeChoice> scopes(web::Language language) {
    std::vector<console::ScopeChoice> choices = public_->scopes(language);
    std::set<std::string> offices;
    for (const casework::DefinitionPtr& form : people_->forms().all()) {
      if (!offices.insert(form->office).second) continue;
      choices.push_back(
          {identity::ScopeKind::kOffice, form->office, "", form->office_name.in(language)});
    }
    return choices;
  }

  // What the command line of this machine asks for.
  Result<std::string> command(const json::Value& request, const Control::Say& say) {
    const std::string name(request.text("command"));
    if (name == "status") return state_json(*state_, true);
    if (name != "backup") return fail(Code::kInvalidRequest, "unknown command " + name);
    const auto keep = request.find("keep");
    return make_backup({.options = options_,
                        .store = *store_,
                        .database = *accounts_->database,
                        .real_clock = real_clock_},
                       std::string(request.text("parent")),
                       keep ? keep->as_integer().value_or(0) : 0, say);
  }

  Result<> listen() {
    const net::ServerOptions site = server_options(options_);
    RV_ASSIGN(server_, net::Server::open(site, router_, real_clock_));
    if (const std::string& address = options_.text("metrics.listen"); !address.empty()) {
      net::ServerOptions metrics = site;
      metrics.listen = address;
      // Monitoring asks by address, not by the name that people know the site by.
      if (!metrics.names.empty()) {
        metrics.names.insert(metrics.names.end(), {"localhost", "127.0.0.1", "[::1]"});
      }
      metrics.threads = 1;
      metrics.access_log = false;
      RV_ASSIGN(metrics_server_, net::Server::open(metrics, metrics_router_, real_clock_));
    }
    return {};
  }

  Result<> open_lan() {
    if (!options_.flag("lan")) return {};
    RV_ASSIGN(lan_, lan::Lan::open({.router = router_,
                                    .clock = real_clock_,
                                    .site = frame_,
                                    .server = server_options(options_),
                                    .folder = options_.text("data") + "/lan",
                                    .listen = options_.text("lan_listen"),
                                    .help_listen = options_.text("lan_help_listen")}));
    return {};
  }

  void tick_lan() {
    const Result<bool> renewed = lan_->tick();
    if (!renewed) {
      log_event(Level::kWarn, "lan.tick", {{"reason", renewed.error().message}});
    } else if (*renewed) {
      log_event(Level::kInfo, "lan.renewed", {{"address", lan_->address()}});
    }
  }

  void stop() {
    control_.reset();
    if (lan_) lan_->stop();
    if (server_) server_->stop();
    if (metrics_server_) metrics_server_->stop();
  }

  const Options options_;
  RealClock real_clock_;
  std::optional<FolderLock> lock_;
  std::optional<CivilClock> civil_clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Accounts> accounts_;
  net::Pool pool_{pool_threads(), 256};
  net::Pool reads_{2, 4'096};  // short ones: a rush waits a moment and is not sent away
  std::shared_ptr<const net::ServedFile> map_tiles_;
  web::Site frame_;
  std::unique_ptr<setup::SettingsKeeper> settings_;  // none in the demo
  std::unique_ptr<jsonld::Catalogue> catalogue_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<net::MqttPublisher> mqtt_;
  std::unique_ptr<PublicPlane> public_;
  std::unique_ptr<PeoplePlane> people_;
  std::unique_ptr<FibrePlane> fibre_;
  net::Router router_;
  net::Router metrics_router_;
  std::unique_ptr<net::Server> metrics_server_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<lan::Lan> lan_;
  std::optional<StateSources> state_;
  std::unique_ptr<Control> control_;  // last: its thread uses the others
};

}  // namespace

Result<std::unique_ptr<Site>> Site::open(const Options& options) {
  auto site = std::make_unique<WholeSite>(options);
  RV_TRY(site->open());
  return site;
}

}  // namespace revier::app
