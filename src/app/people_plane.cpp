// SPDX-License-Identifier: EUPL-1.2
#include "app/people_plane.h"

#include <fmt/format.h>

#include "app/dkim_key.h"
#include "app/first_secrets.h"
#include "app/scan_worker.h"
#include "app/server_options.h"
#include "app/ticket_keys.h"
#include "appointment/availability.h"
#include "appointment/letters.h"
#include "appointment/page_routes.h"
#include "appointment/reminders.h"
#include "appointment/standby_letters.h"
#include "base/log.h"
#include "base/run_task.h"
#include "casework/api.h"
#include "casework/page_routes.h"
#include "casework/person.h"
#include "door/api.h"
#include "door/api_json.h"
#include "door/store.h"
#include "fibre/contacts.h"
#include "newsletter/links.h"
#include "newsletter/page_routes.h"
#include "records/copies.h"
#include "ticket/api.h"
#include "ticket/page_routes.h"
#include "ticket/wordings.h"
#include "web/letter.h"

namespace revier::app {
namespace {

// The use of a ticket at the door, for a person's export.
Result<> write_check_ins(records::Session& session, const ticket::Booking& booking,
                         json::Writer& out) {
  RV_ASSIGN(const auto uses, door::rows::of_booking(session, booking.id));
  out.key("check_ins");
  door::write_uses(out, uses);
  return {};
}

// What the demo city writes about.
std::vector<newsletter::Topic> demo_topics() {
  return {{.id = "smart-city-days",
           .position = 1,
           .name_de = "Smart City Days",
           .name_en = "Smart City Days",
           .about_de = "Programm, Anmeldung und was sich ändert.",
           .about_en = "Programme, registration and what changes."},
          {.id = "digitale-stadt",
           .position = 2,
           .name_de = "Digitale Stadt",
           .name_en = "Digital city",
           .about_de = "Neue Online-Dienste und Vorhaben der Stadt.",
           .about_en = "New online services and projects of the city."}};
}

class WholePeople final : public PeoplePlane {
 public:
  WholePeople(PeopleNeeds needs, const ticket::SecretLinks::Key& key, ticket::TicketKeys keys)
      : needs_(std::move(needs)), links_(key), keys_(std::move(keys)), publisher_(needs_.deliver) {}

  Result<> open() {
    RV_TRY(needs_.accounts.database->writer().run_blocking(
        [](records::Session& session) { return ticket::store_wordings(session); }));
    RV_TRY(open_newsletter());
    RV_ASSIGN(fibre_contacts_,
              fibre::Contacts::open({.database = *needs_.accounts.database,
                                     .civil_clock = needs_.civil_clock,
                                     .random = needs_.accounts.random,
                                     .links = links_,
                                     .site_url = needs_.site_address,
                                     .owner = [&frame = needs_.frame](web::Language language) {
                                       return frame.owner_in(language);
                                     }}));
    RV_ASSIGN(
        registrations_,
        ticket::Registrations::open(
            {.database = *needs_.accounts.database,
             .civil_clock = needs_.civil_clock,
             .random = needs_.accounts.random,
             .publisher = publisher_,
             .letter = [this](const ticket::LetterOrder& order) { return write_letter(order); },
             .options = {.hold = seconds("ticket.hold_seconds"),
                         .offer = seconds("ticket.offer_seconds"),
                         .confirm_within =
                             Duration::hours(needs_.options.number("registration.confirm_within")),
                         .holds_a_network_max = needs_.options.number("ticket.holds_a_network")},
             .was_used = [](records::Session& session,
                            const ticket::Booking& booking) -> Result<bool> {
               RV_ASSIGN(const auto uses, door::rows::of_booking(session, booking.id));
               return std::ranges::any_of(uses,
                                          [](const door::CheckIn& use) { return !use.undone_at; });
             },
             .erase_ended = kept_beside(),
             .erase_person =
                 [this](records::Session& session, const std::string& mail_key) {
                   return erase_person(session, mail_key);
                 },
             .knows_person =
                 [this](records::Session& session, const std::string& mail_key) {
                   return knows_person(session, mail_key);
                 },
             .keep_freed = [this](records::Session& session, const ticket::Booking& freed)
                 -> Result<std::optional<ticket::HoldRequest>> {
               return standby_->keep(session, freed);
             },
             .write_again = [this](auto& s,
                                   const auto& b) { return announcements_->write_again(s, b); }}));
    open_announcements();
    calendar_.emplace(appointment::Calendar::Needs{.registrations = *registrations_,
                                                   .programme = needs_.programme,
                                                   .civil_clock = needs_.civil_clock});
    open_standby();
    RV_TRY(forms_.load());
    RV_TRY(needs_.accounts.database->read([this](records::Session& session) -> Result<> {
      RV_ASSIGN(const std::vector<publication::Item> items, publication::all(session));
      for (const publication::Item& item : items) publisher_.offer(item);
      return {};
    }));
    return start_sender();
  }

  void add_routes(net::Router& router) override {
    ticket::add_api_routes(router, domain());
    door::add_api_routes(router, domain());
    ticket::add_pages(router, {.domain = domain(),
                               .site = needs_.frame,
                               .occasion = needs_.occasion,
                               .backup_days = needs_.options.number("retention.backup_days")});
    appointment::add_pages(
        router, {.domain = domain(),
                 .site = needs_.frame,
                 .calendar = *calendar_,
                 .standby = *standby_,
                 .site_url = needs_.site_address,
                 .real_clock = needs_.accounts.clock,
                 .network_holds_max = needs_.options.number("appointment.network_holds")});
    newsletter::add_pages(
        router, {.newsletter = *newsletter_,
                 .partners = *partners_,
                 .domain = domain(),
                 .site = needs_.frame,
                 .real_clock = needs_.accounts.clock,
                 .issues = [this] { return newsletter::read_issues(needs_.issues()); },
                 .network_sign_ups_max = needs_.options.number("newsletter.network_sign_ups")});
    const casework::PageNeeds cases{
        .cases = cases_,
        .attachments = attachments_,
        .database = *needs_.accounts.database,
        .links = links_,
        .pool = needs_.pool,
        .reads = needs_.reads,
        .site = needs_.frame,
        .site_url = needs_.site_address,
        .real_clock = needs_.accounts.clock,
        .network_drafts_max = needs_.options.number("casework.network_drafts"),
        .map_tiles = needs_.map_tiles};
    casework::add_pages(router, cases);
    casework::add_api_routes(
        router,
        {.cases = cases_, .forms = forms_, .pages = cases, .identity = *needs_.accounts.identity});
  }

  ticket::Domain domain() override {
    return {
        .database = *needs_.accounts.database,
        .registrations = *registrations_,
        .links = links_,
        .keys = keys_,
        .identity = *needs_.accounts.identity,
        .pool = needs_.pool,
        .reads = needs_.reads,
        .civil_clock = needs_.civil_clock,
        .export_more = write_check_ins,
        .export_person_more = [this](records::Session& session, const std::string& mail_key,
                                     json::Writer& out) -> Result<> {
          RV_TRY(newsletter_->write_export(session, mail_key, out));
          RV_TRY(appointment::Standby::write_person(session, mail_key, out));
          RV_TRY(casework::write_person(cases_, session, mail_key, out));
          return fibre_contacts_->write_person(session, mail_key, out);
        },
        .person_things =
            [this](records::Session& session, const std::string& mail_key, web::Language language) {
              return casework::person_things(cases_, session, mail_key, language);
            }};
  }

  // What fails is told and stops nothing else, least of all retention.
  void tick() override {
    log_failure("ticket.sweep", run_task(registrations_->sweep()));
    log_failure("standby.sweep", standby_->sweep());
    log_failure("casework.tick", cases_.sweep());
    log_failure("announcements.tick", announcements_->tick());  // first: somebody is on her way
    log_failure("newsletter.tick", issues_->tick());
    if (--ticks_to_retention_ > 0) return;
    ticks_to_retention_ = kRetentionTicks;
    log_failure("appointment.remind", remind());
    log_failure("queue.sweep", queue_.sweep());
    log_failure("ticket.retention", registrations_->keep_retention());
    log_failure(
        "records.old_copies",
        records::erase_old_copies(records_place(needs_.options),
                                  Duration::days(needs_.options.number("retention.backup_days"))));
    log_failure("standby.look", standby_->look_for_new());
    if (++free_published_ % kAvailabilityTicks == 0) {
      log_failure("appointment.availability", availability_->publish());
    }
  }
  ticket::Registrations& registrations() override { return *registrations_; }
  const appointment::Calendar& calendar() const override { return *calendar_; }
  appointment::Queue& queue() override { return queue_; }
  newsletter::Newsletter& newsletter() override { return *newsletter_; }
  casework::Cases& cases() override { return cases_; }
  casework::Forms& forms() override { return forms_; }
  const casework::Attachments& attachments() override { return attachments_; }
  fibre::Contacts& fibre_contacts() override { return *fibre_contacts_; }
  newsletter::Issues& issues() override { return *issues_; }
  newsletter::Partners& partners() override { return *partners_; }
  ticket::Announcements& announcements() override { return *announcements_; }
  mail::SenderStatus mail_status() const override { return sender_->status(); }
  std::optional<mail::DkimRecord> dkim_record() const override {
    return signer_ ? std::optional(signer_->record()) : std::nullopt;
  }

 private:
  Result<> open_newsletter() {
    const web::Site& frame = needs_.frame;
    RV_ASSIGN(
        newsletter_,
        newsletter::Newsletter::open(
            {.database = *needs_.accounts.database,
             .civil_clock = needs_.civil_clock,
             .random = needs_.accounts.random,
             .links = links_,
             .site_url = needs_.site_address,
             .site_name = [&frame](web::Language language) { return frame.name_in(language); },
             .owner = [&frame](web::Language language) { return frame.owner_in(language); }}));
    RV_ASSIGN(partners_, newsletter::Partners::open(*newsletter_));
    issues_.emplace(newsletter::Issues::Needs{
        .newsletter = *newsletter_,
        .pace = pace_,
        .publish = [this](const newsletter::Issue& issue, const newsletter::Topic& topic) {
          return needs_.put_issue(newsletter::entity_id_of(issue.id),
                                  newsletter::issue_entity(issue, topic));
        }});
    if (needs_.options.text("demo").empty() || !newsletter_->topics()->empty()) return {};
    for (const newsletter::Topic& topic : demo_topics()) RV_TRY(newsletter_->put_topic(topic));
    return {};
  }

  // Each domain for itself: one that cannot erase keeps none of the others from it.
  std::vector<ticket::EraseEnded> kept_beside() {
    using records::Session;
    return {
        door::rows::erase_ended,
        [this](Session& session, Instant now) { return newsletter_->erase_ended(session, now); },
        [this](Session& session, Instant now) {
          return fibre_contacts_->erase_ended(session, now);
        },
        [this](Session& session, Instant now) { return standby_->erase_ended(session, now); },
        ticket::Announcements::erase_ended};
  }

  Result<bool> knows_person(records::Session& session, const std::string& mail_key) {
    RV_ASSIGN(const auto waiting, appointment::rows::standby_of_mail(session, mail_key));
    if (!waiting.empty()) return true;
    RV_ASSIGN(const bool reads, newsletter_->knows_person(session, mail_key));
    if (reads) return true;
    RV_ASSIGN(const bool wished, fibre_contacts_->knows_person(session, mail_key));
    if (wished) return true;
    return casework::has_cases(session, mail_key);
  }

  Result<std::int64_t> erase_person(records::Session& session, const std::string& mail_key) {
    RV_ASSIGN(const std::int64_t newsletters, newsletter_->erase_mail(session, mail_key));
    RV_ASSIGN(const std::int64_t contacts, fibre_contacts_->erase_person(session, mail_key));
    RV_TRY(casework::erase_person(session, mail_key, needs_.civil_clock.now()));
    RV_TRY(standby_->erase_person(session, mail_key));  // rests on no consent
    return newsletters + contacts;
  }

  void open_announcements() {
    announcements_.emplace(ticket::Announcements::Needs{.database = *needs_.accounts.database,
                                                        .registrations = *registrations_,
                                                        .letters = letters_,
                                                        .civil_clock = needs_.civil_clock,
                                                        .random = needs_.accounts.random,
                                                        .pace = pace_});
  }

  void open_standby() {
    availability_.emplace(appointment::Availability::Needs{.calendar = *calendar_,
                                                           .civil_clock = needs_.civil_clock,
                                                           .put = needs_.publish_case,
                                                           .entities = needs_.entities});
    standby_.emplace(appointment::Standby::Needs{
        .database = *needs_.accounts.database,
        .registrations = *registrations_,
        .calendar = *calendar_,
        .civil_clock = needs_.civil_clock,
        .random = needs_.accounts.random,
        .letter =
            [this](appointment::StandbyNews news, const appointment::StandbyEntry& entry,
                   const appointment::StandbyDraw* draw) {
              return appointment::write_standby(
                  appointment_letters(appointment::language_of(entry)), standby_->options(), news,
                  entry, draw);
            },
        .options = {.collect = seconds("appointment.draw_seconds"),
                    .offer = seconds("appointment.offer_seconds")}});
  }

  Result<> start_sender() {
    RV_ASSIGN(signer_, dkim_signer(needs_.options));
    RV_ASSIGN(sender_,
              mail::Sender::open(
                  {.database = *needs_.accounts.database,
                   .civil_clock = needs_.civil_clock,
                   .real_clock = needs_.accounts.clock,
                   .head = [this] { return head(); },
                   .parts = [this](const mail::Message& message) { return parts_of(message); },
                   .sign = signing()},
                  mail_transport(needs_.options)));
    sender_->start();
    if (scanner_) scanning_.emplace(attachments_);
    return {};
  }

  appointment::LetterNeeds appointment_letters(web::Language language) const {
    return {.programme = needs_.programme(),
            .links = links_,
            .site_url = needs_.site_address,
            .signature = needs_.frame.owner.in(language)};
  }

  mail::Message write_letter(const ticket::LetterOrder& order) const {
    const bool appointment = order.booking.kind == ticket::BookingKind::kAppointment &&
                             order.kind != ticket::LetterKind::kOwnLink;
    if (!appointment) return ticket::write_letter(letters_, order, *registrations_);
    return appointment::write_letter(appointment_letters(ticket::language_of(order.booking)), order,
                                     *registrations_);
  }

  Result<> remind() {
    RV_TRY(appointment::write_reminders({.database = *needs_.accounts.database,
                                         .registrations = *registrations_,
                                         .letters = appointment_letters(web::Language::kDe)},
                                        needs_.civil_clock.now()));
    return {};
  }

  std::function<Result<std::string>(const std::string&)> signing() const {
    if (!signer_) return {};
    return [this](const std::string& mime) { return signer_->sign(mime); };
  }

  Result<mail::Parts> parts_of(const mail::Message& message) {
    if (newsletter::Issues::is_issue(message)) return issues_->parts(message);
    if (ticket::Announcements::is_announcement(message)) return announcements_->parts(message);
    const auto language = message.language == "en" ? web::Language::kEn : web::Language::kDe;
    return mail::Parts{
        .text = message.text,
        .html = web::letter_html(
            language, web::read_letter(message.subject, message.text, needs_.site_address)),
        .unsubscribe = end_address(message.key, language)};
  }

  // Where one click ends such letters; empty for those that nobody subscribed to.
  std::string end_address(std::string_view key, web::Language language) const {
    const newsletter::LetterKey issue = newsletter::split_letter_key(key);
    if (!issue.subscriber.empty()) {
      return needs_.site_address + newsletter::unsubscribe_path(links_, issue.subscriber, language);
    }
    const std::string_view contact = fibre::contact_of_letter(key);
    if (contact.empty()) return {};
    return needs_.site_address + fibre::contact_path(links_, "abmelden", contact, language);
  }

  // What the operator set, else what the organiser did.
  mail::Letterhead head() const {
    mail::Letterhead head = letterhead(needs_.options, needs_.frame);
    if (head.reply_to.empty()) head.reply_to = needs_.reply_to();
    return head;
  }

  Duration seconds(std::string_view option) const {
    return Duration::seconds(needs_.options.number(option));
  }

  // One a second; an erasure that was asked for is finished within this time.
  static constexpr int kRetentionTicks = 5;
  int ticks_to_retention_ = 1;
  static constexpr int kAvailabilityTicks = 2;  // of those
  int free_published_ = 0;
  const PeopleNeeds needs_;
  mail::Pace pace_{needs_.civil_clock, needs_.options.number("newsletter.mails_a_minute")};
  const ticket::SecretLinks links_;
  const ticket::TicketKeys keys_;
  publication::Publisher publisher_;
  const ticket::LetterNeeds letters_{
      .occasion = needs_.occasion, .links = links_, .site_url = needs_.site_address};
  std::unique_ptr<newsletter::Newsletter> newsletter_;
  std::unique_ptr<fibre::Contacts> fibre_contacts_;
  std::optional<newsletter::Issues> issues_;
  std::unique_ptr<newsletter::Partners> partners_;
  std::unique_ptr<ticket::Registrations> registrations_;
  std::optional<ticket::Announcements> announcements_;
  std::optional<appointment::Calendar> calendar_;
  std::optional<appointment::Standby> standby_;
  std::optional<appointment::Availability> availability_;
  appointment::Queue queue_{{.database = *needs_.accounts.database,
                             .civil_clock = needs_.civil_clock,
                             .random = needs_.accounts.random}};
  casework::Forms forms_{*needs_.accounts.database, needs_.civil_clock};
  casework::Cases cases_{
      {.database = *needs_.accounts.database,
       .forms = forms_,
       .links = links_,
       .identity = *needs_.accounts.identity,
       .civil_clock = needs_.civil_clock,
       .random = needs_.accounts.random,
       .site_url = needs_.site_address,
       .signature = [this](web::Language language) { return needs_.frame.owner_in(language); },
       .publish = needs_.publish_case}};
  std::unique_ptr<mail::DkimSigner> signer_;
  std::unique_ptr<mail::Sender> sender_;
  const std::unique_ptr<casework::Scanner> scanner_ =
      needs_.options.text("casework.clamd").empty()
          ? nullptr
          : casework::clamd_scanner(needs_.options.text("casework.clamd"));
  casework::Attachments attachments_{{.database = *needs_.accounts.database,
                                      .civil_clock = needs_.civil_clock,
                                      .random = needs_.accounts.random,
                                      .scanner = scanner_.get()}};
  std::optional<ScanWorker> scanning_;
};

}  // namespace

Result<std::unique_ptr<PeoplePlane>> PeoplePlane::open(PeopleNeeds needs) {
  RV_ASSIGN(const ticket::SecretLinks::Key key,
            link_key(needs.options.text("data"), needs.accounts.random));
  RV_ASSIGN(ticket::TicketKeys keys,
            ticket_keys(needs.options.text("data"), needs.accounts.random, needs.accounts.clock));
  auto people = std::make_unique<WholePeople>(std::move(needs), key, std::move(keys));
  RV_TRY(people->open());
  return people;
}

}  // namespace revier::app
