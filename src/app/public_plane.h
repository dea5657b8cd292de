// SPDX-License-Identifier: EUPL-1.2
// What is public: the broker and its API, the programme, the city's live values.
//
// Thread safety: open() and connect() before the server starts; the rest from any thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "base/time.h"
#include "console/routes.h"
#include "context/api.h"
#include "context/broker.h"
#include "context/write_log.h"
#include "event/programme_editor.h"
#include "event/programme_keeper.h"
#include "federation/sources.h"
#include "history/history.h"
#include "identity/identity.h"
#include "jsonld/catalogue.h"
#include "ldcontext/contexts.h"
#include "net/client.h"
#include "net/http.h"
#include "net/mqtt.h"
#include "net/server.h"
#include "publication/publication.h"
#include "service/catalogue.h"
#include "snapshot/snapshots.h"
#include "store/store.h"
#include "subscription/subscriptions.h"
#include "ticket/letters.h"
#include "ticket/registrations.h"
#include "web/page.h"

namespace revier::app {

// What it stands on; all of it outlives it.
struct PublicNeeds {
  store::Store& store;
  records::Database& database;
  const Clock& civil_clock;
  const identity::Identity& identity;
  jsonld::Catalogue& catalogue;
  web::Site& frame;  // its menus are filled here
  std::string site_address;
  std::string_view map_tiles;  // path of the tiles that maps show; empty: plain ground
  context::Options broker;     // owned_types are filled here
  net::Client& client;         // for notifications and @contexts
  net::MqttPublisher& mqtt;
  net::Pool& pool;
  ldcontext::Options contexts;
  federation::SourceOptions sources;
  const Clock& real_clock;
  subscription::Options subscriptions;
  snapshot::Options snapshots;
  history::Options history;
  context::ApiOptions api;
  context::WriteLog::Options write_log;
  bool is_demo = false;  // with the demo's legal pages; other sites have an organiser's
};

class PublicPlane {
 public:
  // Opens the broker and reads the programme.
  [[nodiscard]] static Result<std::unique_ptr<PublicPlane>> open(PublicNeeds needs);
  virtual ~PublicPlane() = default;

  // From now on days and bookable sessions of the programme are quotas there. Ends a release that a
  // crash interrupted and brings the quotas up to date with the programme; blocks.
  [[nodiscard]] virtual Result<> connect(ticket::Registrations& registrations) = 0;
  virtual void add_routes(net::Router& router) = 0;

  // Deletes drafts that nobody touches any more. Blocks.
  [[nodiscard]] virtual Result<> tick() = 0;

  [[nodiscard]] virtual context::Broker& broker() = 0;
  [[nodiscard]] virtual const history::History& history() const = 0;
  [[nodiscard]] virtual const context::WriteLog& write_log() const = 0;
  // What the console shows of subscriptions, sources and @contexts; the rest is the caller's.
  [[nodiscard]] virtual console::DataParts data_parts() = 0;
  // Drafts and releases; writing goes through once connect() is done.
  [[nodiscard]] virtual event::ProgrammeEditor& editor() = 0;
  [[nodiscard]] virtual event::ProgrammeKeeper& keeper() = 0;
  [[nodiscard]] virtual service::CatalogueKeeper& services() = 0;
  // The event that tickets are for.
  [[nodiscard]] virtual ticket::Occasion occasion(web::Language language) const = 0;
  [[nodiscard]] virtual event::ProgrammePtr programme() const = 0;
  // Events and their tracks, for which a role can hold.
  [[nodiscard]] virtual std::vector<console::ScopeChoice> scopes(web::Language language) const = 0;
  // Carries a count to the entity that shows it; blocks until it is durable.
  [[nodiscard]] virtual Result<> deliver(const publication::Item& item) = 0;
  // Puts what of a case is public, or removes it where the text is empty; blocks until it is
  // durable. Removing what is not there is no error.
  [[nodiscard]] virtual Result<> publish_case(std::string id, std::string entity) = 0;
  // Issues of the newsletter, as entities: puts one and blocks until it is durable; all of them.
  [[nodiscard]] virtual std::vector<std::string> entities(std::string_view type) const = 0;
  [[nodiscard]] virtual Result<> put_issue(std::string id, std::string entity) = 0;
  [[nodiscard]] virtual std::vector<std::string> issues() const = 0;
};

}  // namespace revier::app
