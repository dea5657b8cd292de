// SPDX-License-Identifier: EUPL-1.2
// The pages of organisers and operators, German and (under /en) English:
//
//   /console/                         figures, state, and what one may do
//   /console/anmeldungen              search, paging; /console/anmeldungen.csv for spreadsheets
//   /console/anmeldungen/schreiben    to those who registered: form, preview, what was sent
//   /console/anmeldungen/{id}         one registration; /stornieren asks, POST cancels
//   /console/wartelisten              who waits for what, and who has an offer until when
//   /console/einlass                  tickets at the door, typed or scanned; with script an app
//                                     that goes on without network (.../ohne-netz)
//   /console/einlass/liste            double check-ins, arrivals, the last ones; POST
//                                     .../zuruecknehmen; .../viertelstunden.csv
//   /console/programm                 programme with drafts and warnings; /vortragende, /raeume,
//                                     /orte, /ausstellung, /best-practices, /angebote; of each
//                                     .../neu, .../{id}; /veroeffentlichen;
//                                     /tage/{day}/absagen cancels all of a day, /stattfinden undoes
//   /console/termine, .../{id}        appointments of a day, POST finds by number or name; /buchen
//                                     for who rings up; /absagen asks, /verlegen takes another time
//   /console/oeffnungszeiten, .../{counter}  hours and exceptions, and what a change would mean;
//                                     /neu, .../angaben: what a counter is; .../entfernen
//   /console/warteraum, .../{counter}  numbers, arrivals, calling; /zahlen: what was measured
//   /console/newsletter               issues and topics; /themen/{id}; /ausgaben/{id}: what it says
//                                     and how it fares; .../aendern, POST .../freigeben, /testen,
//                                     /anhalten, /weiter, /verwerfen; /partner, .../{id}: whom
//                                     people consent to; POST .../ausgeben: the list;
//                                     administrators
//   /console/vorgaenge, .../{id}      cases of online forms: take, ask back, decide; /zahlen
//   /console/formulare                the forms there are; POST imports one
//   /console/postausgang, .../{id}    mails and how they fare; POST .../senden tries one again
//   /console/konten, .../{id}         accounts of staff: invitation, roles, locking; administrators
//   /console/tokens                   API tokens; /profile: what tokens of identity providers may;
//                                     administrators
//   /console/protokoll                audit log, .csv and .xlsx too; administrators
//   /console/protokoll/daten          who wrote which entities through the API; administrators
//   /console/konto                    one's own account: sessions, second factor
//   /console/dienste                  reads the catalogue's services from a file
//   /console/glasfaser                reads a list of addresses for the fibre look-up
//   /console/einrichtung              five questions, /veranstaltung: registration, start page,
//                                     topics; legal pages, look, publishing
//   /console/daten                    types of the data plane; /entitaeten, /entitaet?id=...,
//                                     /verlauf: its numbers over time; /abfrage: the query box;
//                                     /dateien: entities out of and into NDJSON;
//                                     /abonnements, /quellen, /kontexte and one of each: those who
//                                     manage data; /mandanten: administrators
//
// Who is not signed in is led to the sign-in page (identity/routes.h) and back; who may not gets
// 403. Every form carries the session's CSRF field. Nothing needs script.
//
// Thread safety: the routes run on any io thread; SQL runs on the pool.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/calendar.h"
#include "appointment/queue.h"
#include "casework/cases.h"
#include "context/broker.h"
#include "context/write_log.h"
#include "event/programme_editor.h"
#include "event/programme_keeper.h"
#include "federation/distributed.h"
#include "federation/registrations.h"
#include "federation/watchers.h"
#include "fibre/api.h"
#include "fibre/stage.h"
#include "jsonld/catalogue.h"
#include "jsonld/context.h"
#include "ldcontext/contexts.h"
#include "mail/dkim.h"
#include "mail/sender.h"
#include "net/http.h"
#include "newsletter/issues.h"
#include "newsletter/newsletter.h"
#include "newsletter/partners.h"
#include "service/catalogue.h"
#include "setup/settings.h"
#include "subscription/subscriptions.h"
#include "table/stage.h"
#include "ticket/announcements.h"
#include "ticket/api.h"
#include "transfer/transfer.h"
#include "validation/schemas.h"
#include "web/page.h"

namespace revier::console {

// Where a role can hold, beside everywhere.
struct ScopeChoice {
  identity::ScopeKind kind;
  std::string id;
  std::string within;
  std::string label;
};

// What the pages of the set-up change.
struct SetupParts {
  setup::SettingsKeeper& settings;
  event::ProgrammeKeeper& keeper;
};

// A file of entities that was looked at and is still to be written.
struct StagedEntities {
  std::string owner;  // id of an account
  std::string tenant;
  std::string file;  // its name
  std::string text;  // NDJSON
  transfer::ImportOptions options;
};

// What the pages of data show beyond entities.
struct DataParts {
  subscription::Subscriptions& subscriptions;
  const federation::DistributedSubscriptions& distributed;
  federation::Registrations& registrations;
  const federation::Watchers& watchers;
  ldcontext::Contexts& contexts;
  validation::Schemas& schemas;
  std::string_view map_tiles;  // path of the tiles that maps show, may be empty
  // Answers a request as if it had come over HTTP, with the rights of whoever sent it. The request
  // lives until the answer is there.
  std::function<Task<net::Response>(net::Request&)> ask;
  std::shared_ptr<table::Stage<StagedEntities>> staged;
};

// The fibre look-up's lists.
struct FibreParts {
  fibre::Domain domain;
  fibre::Stage& stage;
};

// All of it outlives the router.
struct Needs {
  ticket::Domain tickets;  // also identity, records, pool and civil clock
  const web::Site& site;
  std::string version;                                   // of the software
  std::function<bool()> store_writable;                  // of the data plane's store; does not wait
  std::function<mail::SenderStatus()> mail_status = {};  // empty: nothing is sent
  std::function<std::optional<mail::DkimRecord>()> dkim_record = {};
  // The data plane; without it there are no pages of data.
  context::Broker* broker = nullptr;
  const context::WriteLog* write_log = nullptr;  // without it no page of who wrote entities
  jsonld::ContextPtr context = nullptr;          // short names of types and attributes
  jsonld::Catalogue* catalogue = nullptr;
  std::optional<DataParts> data = std::nullopt;  // with `broker`; without it only its entities
  // Drafts and releases; without it there are no pages of the programme.
  event::ProgrammeEditor* programme = nullptr;
  // What can be booked where; without it there are no pages of appointments.
  const appointment::Calendar* calendar = nullptr;
  appointment::Queue* queue = nullptr;  // with `calendar`
  // Without it there are no pages of the newsletter.
  newsletter::Newsletter* newsletter = nullptr;
  newsletter::Issues* issues = nullptr;      // with `newsletter`
  newsletter::Partners* partners = nullptr;  // with `newsletter`
  // Without it nobody writes to those who registered.
  ticket::Announcements* announcements = nullptr;
  // Cases of online forms; without them there are no pages of cases.
  casework::Cases* cases = nullptr;
  casework::Forms* forms = nullptr;                    // with `cases`
  const casework::Attachments* attachments = nullptr;  // with `cases`
  // What changes accounts; without it there are no pages of staff.
  identity::Identity* accounts = nullptr;
  const Clock* real_clock = nullptr;      // with `accounts`
  std::string site_address = {};          // "https://events.example", for one-time links
  std::vector<std::string> issuers = {};  // names of the identity providers that are trusted
  std::function<std::vector<ScopeChoice>(web::Language)> scopes = {};
  // Without it there is no page of services.
  service::CatalogueKeeper* services = nullptr;
  // Without it there is no page of fibre lists.
  std::optional<FibreParts> fibre = std::nullopt;
  // Without it there are no pages of the set-up.
  std::optional<SetupParts> setup = std::nullopt;
};

void add_routes(net::Router& router, const Needs& needs);

}  // namespace revier::console
