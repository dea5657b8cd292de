// SPDX-License-Identifier: EUPL-1.2
// What is personal: registration, tickets, mail, and the counts that become public.
#pragma once
#include <memory>

#include "app/floors.h"
#include "app/options.h"
#include "appointment/calendar.h"
#include "appointment/queue.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "casework/cases.h"
#include "event/programme.h"
#include "fibre/contacts.h"
#include "mail/dkim.h"
#include "mail/sender.h"
#include "net/http.h"
#include "net/server.h"
#include "newsletter/issues.h"
#include "newsletter/newsletter.h"
#include "newsletter/partners.h"
#include "publication/publication.h"
#include "ticket/announcements.h"
#include "ticket/api.h"
#include "ticket/letters.h"
#include "ticket/registrations.h"
#include "ticket/secret_link.h"
#include "web/page.h"

namespace revier::app {

// What it stands on; all of it outlives it.
struct PeopleNeeds {
  const Options& options;
  Accounts& accounts;
  const Clock& civil_clock;
  net::Pool& pool;
  net::Pool& reads;
  const web::Site& frame;
  ticket::FindOccasion occasion;
  std::function<event::ProgrammePtr()> programme;  // of the moment; does not wait
  std::string site_address;
  std::function<std::string()> reply_to;  // where answers to mails go; may answer ""
  // Writes a count where the public sees it; blocks until it is durable.
  publication::Publisher::Deliver deliver;
  // Puts or removes what of a case is public (casework/cases.h).
  std::function<Result<>(const std::string& id, std::string entity)> publish_case;
  // All entities of a type that a domain of ours owns. Does not wait.
  std::function<std::vector<std::string>(std::string_view type)> entities;
  // Issues of the newsletter where the public reads them, as entities; the first blocks.
  std::function<Result<>(std::string id, std::string entity)> put_issue;
  std::function<std::vector<std::string>()> issues;
  std::string_view map_tiles = {};  // path of the tiles that maps show; empty: plain ground
};

// Of a step of a tick, which stops no other.
template <class T>
void log_failure(std::string_view step, const Result<T>& done) {
  if (!done) log_event(Level::kWarn, step, {{"reason", done.error().message}});
}

class PeoplePlane {
 public:
  // Builds the seats from the records and offers every count once more.
  // Errors: what the records say; kCorrupt for a key file that is not ours.
  [[nodiscard]] static Result<std::unique_ptr<PeoplePlane>> open(PeopleNeeds needs);
  virtual ~PeoplePlane() = default;

  virtual void add_routes(net::Router& router) = 0;
  // What is due: ends what is over, goes on with what is sent in portions, keeps retention. Called
  // once a second; blocks. What fails is logged and stops nothing else.
  virtual void tick() = 0;
  [[nodiscard]] virtual ticket::Registrations& registrations() = 0;
  [[nodiscard]] virtual ticket::Domain domain() = 0;
  [[nodiscard]] virtual const appointment::Calendar& calendar() const = 0;
  [[nodiscard]] virtual appointment::Queue& queue() = 0;
  [[nodiscard]] virtual newsletter::Newsletter& newsletter() = 0;
  [[nodiscard]] virtual casework::Cases& cases() = 0;
  [[nodiscard]] virtual casework::Forms& forms() = 0;
  [[nodiscard]] virtual const casework::Attachments& attachments() = 0;
  [[nodiscard]] virtual fibre::Contacts& fibre_contacts() = 0;
  [[nodiscard]] virtual newsletter::Issues& issues() = 0;
  [[nodiscard]] virtual newsletter::Partners& partners() = 0;
  [[nodiscard]] virtual ticket::Announcements& announcements() = 0;
  [[nodiscard]] virtual mail::SenderStatus mail_status() const = 0;
  // What the domain's name server has to say; nothing where letters are not signed.
  [[nodiscard]] virtual std::optional<mail::DkimRecord> dkim_record() const = 0;
};

}  // namespace revier::app
