// SPDX-License-Identifier: EUPL-1.2
#include "app/fibre_plane.h"

#include <algorithm>

#include "base/log.h"
#include "context/writes.h"
#include "fibre/areas.h"
#include "fibre/page_routes.h"
#include "fibre/texts.h"
#include "json/json.h"
#include "ngsi/parse.h"

namespace revier::app {
namespace {

constexpr std::string_view kFibreTenant;
constexpr std::string_view kFibreDomain = "fibre";
constexpr std::string_view kFibrePage = "/glasfaser";

class WholeFibre final : public FibrePlane {
 public:
  explicit WholeFibre(FibreNeeds needs) : needs_(std::move(needs)) {}

  Result<> open() {
    RV_ASSIGN(
        lists_,
        fibre::Lists::open(
            {.database = *needs_.accounts.database,
             .civil_clock = needs_.civil_clock,
             .also =
                 [this](records::Session& session, const fibre::Directory& before,
                        const fibre::Directory& after) {
                   return needs_.people.fibre_contacts().tell(session, before, after);
                 },
             .publish = [this](fibre::DirectoryPtr list) { return publish(std::move(list)); }}));
    add_to_menu();
    return {};
  }

  void add_routes(net::Router& router) override {
    fibre::add_api_routes(router, domain());
    fibre::add_pages(router, {.domain = domain(),
                              .contacts = needs_.people.fibre_contacts(),
                              .people = needs_.people.domain(),
                              .real_clock = needs_.accounts.clock,
                              .site = needs_.frame,
                              .map_tiles = needs_.map_tiles,
                              .coverage = [this] { return coverage(); }});
  }

  Result<> tick() override { return lists_->tick(); }
  fibre::Lists& lists() override { return *lists_; }
  fibre::Stage& stage() override { return stage_; }

  fibre::Domain domain() override {
    return {.lists = *lists_,
            .identity = *needs_.accounts.identity,
            .pool = needs_.pool,
            .database = *needs_.accounts.database};
  }

 private:
  // Behind the city's values.
  void add_to_menu() {
    std::vector<web::NavItem>& menu = needs_.frame.navigation;
    const auto city = std::ranges::find(menu, std::string("/stadt-jetzt"), &web::NavItem::page);
    menu.insert(city == menu.end() ? city : city + 1,
                {fibre::texts::kLookupTitle, std::string(kFibrePage)});
    needs_.frame.shows = [this, others = needs_.frame.shows](std::string_view page) {
      if (page == kFibrePage) return lists_->now()->head().id != 0;
      return !others || others(page);
    };
  }

  // Areas of the list are put, those of districts that it has not any more are removed.
  Task<Result<>> publish(fibre::DirectoryPtr list) {
    context::Broker& broker = needs_.public_plane.broker();
    std::vector<context::Write> writes;
    std::vector<std::string> kept;
    for (const fibre::AreaEntity& area :
         fibre::area_entities(*list, needs_.frame.owner_in(web::Language::kDe))) {
      RV_CO_ASSIGN(const json::Document document, json::Document::parse(area.json));
      RV_CO_ASSIGN(ngsi::Fragment fragment,
                   ngsi::parse_entity(document.root(), *needs_.core, ngsi::kParseWhole));
      writes.push_back(context::put(std::move(fragment)));
      kept.push_back(area.id);
    }
    RV_CO_ASSIGN(const ngsi::Predicate areas,
                 ngsi::Predicate::compile({.type = std::string(fibre::kAreaType)},
                                          broker.names(kFibreTenant), *needs_.core));
    RV_CO_ASSIGN(const context::Found found,
                 co_await broker.query(kFibreTenant, areas, {.limit = broker.options().limit_max}));
    for (const ngsi::EntityPtr& entity : found.entities) {
      std::string id(entity->id());
      if (std::ranges::find(kept, id) == kept.end()) {
        writes.push_back(context::remove(std::move(id)));
      }
    }
    RV_CO_ASSIGN(const context::Broker::Outcomes outcomes,
                 co_await broker.write(kFibreTenant, std::move(writes),
                                       context::Origin::domain(kFibreDomain)));
    for (const Result<context::Change>& outcome : outcomes) {
      if (!outcome) co_return fail(outcome.error());
    }
    co_return Result<>{};
  }

  // A plot that cannot be had is left out: the page says the rest.
  Task<std::vector<fibre::CoveragePoint>> coverage() const {
    const history::Wish wish{.context = needs_.core.get()};
    const auto answer = co_await needs_.public_plane.history().retrieve(
        kFibreTenant, std::string(fibre::kWholeArea), wish);
    if (!answer) co_return std::vector<fibre::CoveragePoint>{};
    auto points = fibre::coverage_of(answer->body);
    if (!points) log_event(Level::kWarn, "fibre.coverage", {{"reason", points.error().message}});
    co_return points ? std::move(*points) : std::vector<fibre::CoveragePoint>{};
  }

  const FibreNeeds needs_;
  fibre::Stage stage_{needs_.accounts.clock, needs_.accounts.random};
  std::unique_ptr<fibre::Lists> lists_;
};

}  // namespace

Result<std::unique_ptr<FibrePlane>> FibrePlane::open(FibreNeeds needs) {
  auto plane = std::make_unique<WholeFibre>(std::move(needs));
  RV_TRY(plane->open());
  return plane;
}

}  // namespace revier::app
