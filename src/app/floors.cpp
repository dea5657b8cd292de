// SPDX-License-Identifier: EUPL-1.2
#include "app/floors.h"

#include <fmt/format.h>

#include "app/civil_time.h"
#include "app/first_secrets.h"
#include "appointment/queue.h"
#include "appointment/standby_store.h"
#include "backup/backup.h"
#include "casework/case_store.h"
#include "consent/consent.h"
#include "door/store.h"
#include "event/draft_store.h"
#include "fibre/contacts.h"
#include "fibre/lists.h"
#include "mail/outbox.h"
#include "newsletter/issue.h"
#include "newsletter/partners.h"
#include "newsletter/store.h"
#include "publication/publication.h"
#include "setup/settings.h"
#include "ticket/booking_store.h"

namespace revier::app {
namespace {

// The schema of the whole program, in the order in which domains came.
std::vector<records::Migration> migrations() {
  std::vector<records::Migration> all;
  for (const auto steps :
       {identity::migrations(), consent::migrations(), mail::migrations(),
        publication::migrations(), ticket::rows::migrations(), event::rows::migrations(),
        door::rows::migrations(), backup::migrations(), setup::migrations(),
        appointment::Queue::migrations(), appointment::rows::standby_migrations(),
        newsletter::rows::migrations(), newsletter::rows::issue_migrations(),
        newsletter::rows::partner_migrations(), casework::rows::migrations(),
        fibre::Lists::migrations(), fibre::Contacts::migrations()}) {
    all.insert(all.end(), steps.begin(), steps.end());
  }
  return all;
}

}  // namespace

records::Options records_place(const Options& options) {
  records::Options where{.url = options.text("records.url")};
  if (where.url.empty()) where.url = fmt::format("sqlite:{}/records.db", options.text("data"));
  return where;
}

Result<std::unique_ptr<Accounts>> open_accounts(const Options& options) {
  auto accounts = std::make_unique<Accounts>();
  const std::vector<records::Migration> steps = migrations();
  RV_ASSIGN(accounts->database, records::Database::open(records_place(options), steps));
  const std::string& folder = options.text("data");
  RV_ASSIGN(const auto key, link_key(folder, accounts->random));
  RV_ASSIGN(const Duration civil, stored_civil_difference(folder));
  const identity::Options rules{
      .no_auth = options.flag("no_auth"),
      .public_read = options.flag("open_read"),
      .tenants_implicit = options.flag("tenants.implicit"),
      .session_max = Duration::hours(options.number("sessions.hours")),
      .session_idle = Duration::minutes(options.number("sessions.idle_minutes")),
      .key = key,
      .civil_difference = civil,
      .audit_keep = Duration::days(options.number("audit.days"))};
  RV_ASSIGN(accounts->identity, identity::Identity::open(*accounts->database, accounts->clock,
                                                         accounts->random, rules));
  return accounts;
}

std::string store_folder(const Options& options) { return options.text("data") + "/store"; }

std::string site_address(const Options& options, const std::string& listening) {
  std::string address = options.text("server.address");
  while (address.ends_with('/')) address.pop_back();
  if (!address.empty()) return address;
  return fmt::format("{}://{}", options.text("tls.certificate").empty() ? "http" : "https",
                     listening);
}

std::string own_address(const Options& options, const std::string& listening) {
  if (!options.text("tls.certificate").empty()) return site_address(options, listening);
  const std::string port = listening.substr(listening.rfind(':'));
  if (listening.starts_with("0.0.0.0:")) return "http://127.0.0.1" + port;
  if (listening.starts_with("[::]:")) return "http://[::1]" + port;
  return "http://" + listening;
}

}  // namespace revier::app
