// SPDX-License-Identifier: EUPL-1.2
#include "fibre/contacts.h"

#include <map>

#include <fmt/format.h>

#include "consent/consent.h"
#include "consent/export.h"
#include "fibre/letters.h"
#include "mail/outbox.h"
#include "ticket/registrations.h"
#include "web/page.h"

namespace revier::fibre {
namespace {

using records::Session;

constexpr std::int64_t kWordingVersion = 1;
constexpr std::int64_t kContactsAtOnce = 1'000;
constexpr std::size_t kOfMailMax = 1'000;
constexpr std::string_view kLetterKeyBegin = "fibre/";

constexpr std::array kContactMigrations = {
    records::Migration{
        "fibre-0002-contacts",
        "CREATE TABLE fibre_contact (id TEXT PRIMARY KEY, mail TEXT NOT NULL, mail_key TEXT NOT "
        "NULL,"
        " language TEXT NOT NULL, street TEXT NOT NULL, street_key TEXT NOT NULL,"
        " district TEXT NOT NULL, number TEXT NOT NULL, wants_changes BIGINT NOT NULL,"
        " interested BIGINT NOT NULL, asked_at BIGINT NOT NULL, confirmed_at BIGINT,"
        " delete_after BIGINT NOT NULL);"
        "CREATE INDEX fibre_contact_mail ON fibre_contact (mail_key);"
        "CREATE INDEX fibre_contact_ends ON fibre_contact (delete_after)"},
    // The last 27 characters of a proof are the hash of the mailbox.
    records::Migration{
        "fibre-0003-proofs",
        "CREATE TABLE fibre_proof (contact TEXT PRIMARY KEY, mailbox TEXT NOT NULL,"
        " delete_after BIGINT NOT NULL);"
        "CREATE INDEX fibre_proof_mailbox ON fibre_proof (mailbox);"
        "CREATE INDEX fibre_proof_ends ON fibre_proof (delete_after);"
        "INSERT INTO fibre_proof (contact, mailbox, delete_after)"
        " SELECT SUBSTR(subject, 7), SUBSTR(MAX(proof), LENGTH(MAX(proof)) - 26),"
        " MAX(retain_until) FROM consent_entry WHERE subject LIKE 'fibre:%' GROUP BY subject"}};

constexpr std::string_view kContactColumns =
    "SELECT id, mail, language, street, street_key, district, number, wants_changes, interested,"
    " asked_at, confirmed_at, delete_after FROM fibre_contact ";

Contact contact_of(const records::Row& row) {
  Contact contact{.id = row.text("id"),
                  .mail = row.text("mail"),
                  .language = row.text("language"),
                  .street = row.text("street"),
                  .street_key = row.text("street_key"),
                  .district = row.text("district"),
                  .number = row.text("number"),
                  .wants_changes = row.integer("wants_changes") != 0,
                  .interested = row.integer("interested") != 0,
                  .asked_at = {row.integer("asked_at")},
                  .confirmed_at = {},
                  .delete_after = {row.integer("delete_after")}};
  if (const auto at = row.maybe_integer("confirmed_at")) contact.confirmed_at = Instant{*at};
  return contact;
}

Result<std::vector<Contact>> contacts_of_mail(Session& session, const std::string& mail_key) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query(
                std::string(kContactColumns) + "WHERE mail_key = :mail_key ORDER BY asked_at, id",
                {{"mail_key", mail_key}}, kOfMailMax));
  std::vector<Contact> contacts;
  for (const records::Row& row : rows) contacts.push_back(contact_of(row));
  return contacts;
}

Result<> insert(Session& session, const Contact& contact) {
  RV_TRY(session.execute(
      "INSERT INTO fibre_contact (id, mail, mail_key, language, street, street_key, district,"
      " number, wants_changes, interested, asked_at, confirmed_at, delete_after) VALUES (:id,"
      " :mail, :mail_key, :language, :street, :street_key, :district, :number, :wants_changes,"
      " :interested, :asked_at, NULL, :delete_after)",
      {{"id", contact.id},
       {"mail", contact.mail},
       {"mail_key", ticket::mail_key(contact.mail)},
       {"language", contact.language},
       {"street", contact.street},
       {"street_key", contact.street_key},
       {"district", contact.district},
       {"number", contact.number},
       {"wants_changes", contact.wants_changes ? 1 : 0},
       {"interested", contact.interested ? 1 : 0},
       {"asked_at", contact.asked_at},
       {"delete_after", contact.delete_after}}));
  return {};
}

std::string subject_of_contact(std::string_view id) { return fmt::format("fibre:{}", id); }

// Not to be turned back without the key of the secret links.
std::string mailbox_of(const ticket::SecretLinks& links, std::string_view mail) {
  const std::string key = ticket::mail_key(mail);
  return links.token("fibre-mailbox", key).substr(key.size() + 1);
}

// Whose proof is kept until when: the way from an address to what the ledger says of it.
Result<> keep_proof(Session& session, std::string_view contact, std::string_view mailbox,
                    Instant until) {
  RV_TRY(session.execute(
      "INSERT INTO fibre_proof (contact, mailbox, delete_after) VALUES (:contact, :mailbox, :until)"
      " ON CONFLICT (contact) DO UPDATE SET delete_after = excluded.delete_after",
      {{"contact", contact}, {"mailbox", mailbox}, {"until", until}}));
  return {};
}

Result<std::int64_t> erase_proof(Session& session, std::string_view contact) {
  RV_TRY(
      session.execute("DELETE FROM fibre_proof WHERE contact = :contact", {{"contact", contact}}));
  return consent::erase_subject(session, subject_of_contact(contact));
}

// Ids of the contacts of a mailbox that have ended.
Result<std::vector<std::string>> ended_of(Session& session, std::string_view mailbox) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT contact FROM fibre_proof WHERE mailbox = :mailbox AND NOT EXISTS"
                          " (SELECT 1 FROM fibre_contact c WHERE c.id = fibre_proof.contact)"
                          " ORDER BY delete_after, contact",
                          {{"mailbox", mailbox}}, kOfMailMax));
  std::vector<std::string> ids;
  for (const records::Row& row : rows) ids.push_back(row.text("contact"));
  return ids;
}

// Changes by street: what a contact asks for is looked up here.
using ChangesByStreet =
    std::map<std::pair<std::string_view, std::string_view>, std::vector<AddressChange>>;

std::vector<AddressChange> told_to(const Contact& contact, const ChangesByStreet& changed) {
  const auto of_street = changed.find({contact.street_key, contact.district});
  if (of_street == changed.end()) return {};
  if (contact.number.empty()) return of_street->second;
  const auto number = parse_house_number(contact.number);
  if (!number) return {};
  std::vector<AddressChange> told;
  for (const AddressChange& change : of_street->second) {
    const Address& any = change.after == nullptr ? *change.before : *change.after;
    if (any.number.covers(*number)) told.push_back(change);
  }
  return told;
}

void write_contact(json::Writer& out, const Contact& contact) {
  out.member("mail", contact.mail)
      .member("language", contact.language)
      .member("street", contact.street)
      .member("district", contact.district)
      .member("number", contact.number)
      .member("wants_changes", contact.wants_changes)
      .member("interested", contact.interested)
      .member("asked_at", to_iso8601(contact.asked_at));
  if (contact.confirmed_at) out.member("confirmed_at", to_iso8601(*contact.confirmed_at));
  out.member("delete_after", to_iso8601(contact.delete_after));
}

}  // namespace

std::string Contact::place() const {
  std::string text = street;
  if (!number.empty()) text += fmt::format(" {}", number);
  if (!district.empty()) text += fmt::format(" ({})", district);
  return text;
}

std::string contact_path(const ticket::SecretLinks& links, std::string_view page,
                         std::string_view contact, web::Language language) {
  return web::path(language,
                   fmt::format("/glasfaser/{}/{}", page, links.token(kContactLink, contact)));
}

std::string contact_letters(std::string_view contact) {
  return fmt::format("{}{}/", kLetterKeyBegin, contact);
}

std::string_view contact_of_letter(std::string_view key) {
  if (!key.starts_with(kLetterKeyBegin)) return {};
  key.remove_prefix(kLetterKeyBegin.size());
  return key.substr(0, key.find('/'));
}

std::string_view contact_wording(std::string_view purpose, web::Language language) {
  const bool german = language == web::Language::kDe;
  if (purpose == kChangesPurpose) {
    return german
               ? "Ich möchte per E-Mail erfahren, wenn sich der Stand des Glasfaser-Ausbaus "
                 "dort ändert. Ich kann das jederzeit mit dem Link in jeder Mail beenden."
               : "I would like to be told by e-mail when the state of the fibre roll-out changes "
                 "there. I can end this at any time with the link in every mail.";
  }
  return german ? "Ich habe Interesse an einem Glasfaser-Anschluss dort. Die Stadt darf mein "
                  "Interesse je Straße mitzählen. Meine Mail-Adresse gibt sie nicht weiter."
                : "I am interested in a fibre connection there. The city may count my interest by "
                  "street. It does not pass on my e-mail address.";
}

std::span<const records::Migration> Contacts::migrations() { return kContactMigrations; }

Result<std::unique_ptr<Contacts>> Contacts::open(Needs needs) {
  auto made = std::make_unique<Contacts>(std::move(needs));
  RV_TRY(made->needs_.database.writer().run_blocking([](Session& session) -> Result<> {
    for (const std::string_view purpose : {kChangesPurpose, kInterestPurpose}) {
      for (const web::Language language : {web::Language::kDe, web::Language::kEn}) {
        RV_TRY(consent::put_wording(session,
                                    {.kind = std::string(purpose),
                                     .version = kWordingVersion,
                                     .language = std::string(web::code(language)),
                                     .text = std::string(contact_wording(purpose, language))}));
      }
    }
    return {};
  }));
  return made;
}

// Asking and confirming.

Task<Result<>> Contacts::ask(Contact wanted) {
  co_return co_await needs_.database.writer().run(
      [this, wanted = std::move(wanted)](Session& session) { return ask_in(session, wanted); });
}

Result<> Contacts::ask_in(Session& session, Contact wanted) {
  const Instant now = needs_.civil_clock.now();
  RV_ASSIGN(const bool enough, mail::has_had_enough(session, wanted.mail, now));
  if (enough) return {};
  wanted.id = random_id(needs_.random);
  wanted.asked_at = now;
  wanted.confirmed_at.reset();
  wanted.delete_after = now + kConfirmWithin;
  RV_TRY(insert(session, wanted));
  return mail::enqueue(session, write_question(needs_, wanted), now);
}

Result<> Contacts::note(Session& session, const Contact& contact, std::string_view purpose,
                        bool given, std::string_view channel) const {
  const std::string mailbox = mailbox_of(needs_.links, contact.mail);
  const Instant until = contact.delete_after + kProofKeep;
  RV_TRY(keep_proof(session, contact.id, mailbox, until));
  return consent::record(session, {.subject = subject_of_contact(contact.id),
                                   .purpose = std::string(purpose),
                                   .given = given,
                                   .at = needs_.civil_clock.now(),
                                   .channel = std::string(channel),
                                   .wording_kind = std::string(purpose),
                                   .wording_version = kWordingVersion,
                                   .wording_language = contact.language,
                                   .proof = fmt::format("asked {}, confirmed by the link in its "
                                                        "letter to mailbox {}",
                                                        to_iso8601(contact.asked_at), mailbox),
                                   .retain_until = until});
}

Task<Result<>> Contacts::confirm(std::string id) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(id)](Session& session) { return confirm_in(session, id); });
}

Result<> Contacts::confirm_in(Session& session, const std::string& id) {
  RV_ASSIGN(Contact contact, find(session, id));
  if (contact.confirmed_at) return {};
  const Instant now = needs_.civil_clock.now();
  if (contact.delete_after <= now) return fail(Code::kGone, "this request has ended");
  // The same wish of before is replaced: who asks twice gets one letter.
  RV_ASSIGN(const std::vector<Contact> others,
            contacts_of_mail(session, ticket::mail_key(contact.mail)));
  for (const Contact& other : others) {
    const bool same = other.id != contact.id && other.street_key == contact.street_key &&
                      other.district == contact.district && other.number == contact.number;
    if (!same) continue;
    contact.wants_changes = contact.wants_changes || (other.confirmed_at && other.wants_changes);
    contact.interested = contact.interested || (other.confirmed_at && other.interested);
    RV_TRY(close_in(session, other, "web"));
  }
  contact.confirmed_at = now;
  contact.delete_after = now + kContactKeep;
  RV_TRY(
      session.execute("UPDATE fibre_contact SET confirmed_at = :now, delete_after = :until,"
                      " wants_changes = :changes, interested = :interested WHERE id = :id",
                      {{"now", now},
                       {"until", contact.delete_after},
                       {"changes", contact.wants_changes ? 1 : 0},
                       {"interested", contact.interested ? 1 : 0},
                       {"id", id}}));
  if (contact.wants_changes) RV_TRY(note(session, contact, kChangesPurpose, true, "web"));
  if (contact.interested) RV_TRY(note(session, contact, kInterestPurpose, true, "web"));
  return {};
}

// Ending.

Task<Result<bool>> Contacts::end(std::string id, std::string purpose, std::string channel) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(id), purpose = std::move(purpose), channel = std::move(channel)](
          Session& session) { return end_in(session, id, purpose, channel); });
}

Result<bool> Contacts::end_in(Session& session, const std::string& id, std::string_view purpose,
                              std::string_view channel) {
  auto contact = find(session, id);
  if (!contact && contact.error().code == Code::kGone) return false;
  if (!contact) return fail(contact.error());
  const bool changes = purpose == kChangesPurpose;
  const bool had = changes ? contact->wants_changes : contact->interested;
  const bool keeps = changes ? contact->interested : contact->wants_changes;
  if (!had) return false;
  // Without a wish that is left nothing of the person is kept but the proof of what she agreed to.
  if (!keeps || !contact->confirmed_at) {
    RV_TRY(close_in(session, *contact, channel));
    return true;
  }
  RV_TRY(note(session, *contact, purpose, false, channel));
  RV_TRY(session.execute(changes ? "UPDATE fibre_contact SET wants_changes = 0 WHERE id = :id"
                                 : "UPDATE fibre_contact SET interested = 0 WHERE id = :id",
                         {{"id", id}}));
  if (changes) RV_TRY(mail::take_back(session, contact->mail, contact_letters(id) + "list-"));
  return true;
}

Task<Result<>> Contacts::erase(std::string id) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(id)](Session& session) -> Result<> {
        auto contact = find(session, id);
        if (contact) return erase_in(session, *contact);
        if (contact.error().code != Code::kGone) return fail(contact.error());
        RV_ASSIGN(const std::int64_t proofs, erase_proof(session, id));
        if (proofs > 0) erased_ = true;
        return {};
      });
}

Result<> Contacts::erase_in(Session& session, const Contact& contact) {
  RV_TRY(erase_proof(session, contact.id));
  return forget(session, contact);
}

Result<> Contacts::close_in(Session& session, Contact contact, std::string_view channel) {
  const Instant now = needs_.civil_clock.now();
  contact.delete_after = now;
  if (contact.confirmed_at && contact.wants_changes) {
    RV_TRY(note(session, contact, kChangesPurpose, false, channel));
  }
  if (contact.confirmed_at && contact.interested) {
    RV_TRY(note(session, contact, kInterestPurpose, false, channel));
  }
  RV_TRY(consent::set_retention(session, subject_of_contact(contact.id), now + kProofKeep));
  return forget(session, contact);
}

Result<> Contacts::forget(Session& session, const Contact& contact) {
  RV_TRY(session.execute("DELETE FROM fibre_contact WHERE id = :id", {{"id", contact.id}}));
  RV_TRY(mail::take_back(session, contact.mail, contact_letters(contact.id)));
  RV_ASSIGN(const std::vector<Contact> others,
            contacts_of_mail(session, ticket::mail_key(contact.mail)));
  if (others.empty()) RV_TRY(mail::erase_purpose_to(session, contact.mail, kLetterPurpose));
  erased_ = true;
  return {};
}

// Reading.

Result<Contact> Contacts::find(Session& session, std::string_view id) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query(std::string(kContactColumns) + "WHERE id = :id", {{"id", id}}));
  if (rows.empty()) return fail(Code::kGone, "nothing is stored by this link any more");
  return contact_of(rows.front());
}

Result<std::vector<Interest>> Contacts::interest(Session& session) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT MIN(street) AS street, district, COUNT(*) AS contacts"
                          " FROM fibre_contact WHERE interested = 1 AND confirmed_at IS NOT NULL"
                          " GROUP BY street_key, district ORDER BY 3 DESC, 1, 2"));
  std::vector<Interest> list;
  for (const records::Row& row : rows) {
    list.push_back({row.text("street"), row.text("district"), row.integer("contacts")});
  }
  return list;
}

Result<> Contacts::tell(Session& session, const Directory& before, const Directory& after) const {
  // The first list is no change.
  if (before.head().id == 0) return {};
  const std::vector<AddressChange> all = changes(before.streets(), after.streets());
  ChangesByStreet changed;
  for (const AddressChange& change : all) {
    changed[{change.street->key, change.street->district}].push_back(change);
  }
  const Instant now = needs_.civil_clock.now();
  std::string last;
  while (true) {
    RV_ASSIGN(const std::vector<records::Row> rows,
              session.query(std::string(kContactColumns) +
                                "WHERE wants_changes = 1 AND confirmed_at IS NOT NULL"
                                " AND id > :last ORDER BY id LIMIT :limit",
                            {{"last", last}, {"limit", kContactsAtOnce}}));
    for (const records::Row& row : rows) {
      const Contact contact = contact_of(row);
      last = contact.id;
      const std::vector<AddressChange> told = told_to(contact, changed);
      if (told.empty()) continue;
      RV_TRY(mail::enqueue(session, write_news(needs_, contact, after.head(), told), now));
    }
    if (static_cast<std::int64_t>(rows.size()) < kContactsAtOnce) return {};
  }
}

Result<> Contacts::write_export(Session& session, const Contact& contact, json::Writer& out) {
  write_contact(out, contact);
  return consent::write_entries(session, subject_of_contact(contact.id), out);
}

Result<bool> Contacts::knows_person(Session& session, const std::string& mail_key) const {
  RV_ASSIGN(const std::vector<Contact> contacts, contacts_of_mail(session, mail_key));
  if (!contacts.empty()) return true;
  RV_ASSIGN(const auto ended, ended_of(session, mailbox_of(needs_.links, mail_key)));
  return !ended.empty();
}

Result<> Contacts::write_person(Session& session, const std::string& mail_key,
                                json::Writer& out) const {
  RV_ASSIGN(const std::vector<Contact> contacts, contacts_of_mail(session, mail_key));
  out.key("fibre").begin_array();
  for (const Contact& contact : contacts) {
    out.begin_object();
    RV_TRY(write_export(session, contact, out));
    out.end_object();
  }
  RV_ASSIGN(const auto ended, ended_of(session, mailbox_of(needs_.links, mail_key)));
  for (const std::string& id : ended) {
    out.begin_object().member("ended", true);
    RV_TRY(consent::write_entries(session, subject_of_contact(id), out));
    out.end_object();
  }
  out.end_array();
  return {};
}

Result<std::int64_t> Contacts::erase_person(Session& session, const std::string& mail_key) {
  RV_ASSIGN(const std::vector<Contact> contacts, contacts_of_mail(session, mail_key));
  for (const Contact& contact : contacts) RV_TRY(erase_in(session, contact));
  RV_ASSIGN(const auto ended, ended_of(session, mailbox_of(needs_.links, mail_key)));
  for (const std::string& id : ended) RV_TRY(erase_proof(session, id));
  return std::ssize(contacts) + std::ssize(ended);
}

Result<std::int64_t> Contacts::erase_ended(Session& session, Instant now) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query(std::string(kContactColumns) +
                              "WHERE delete_after <= :now ORDER BY delete_after LIMIT :limit",
                          {{"now", now}, {"limit", kContactsAtOnce}}));
  for (const records::Row& row : rows) RV_TRY(close_in(session, contact_of(row), "time"));
  RV_TRY(session.execute("DELETE FROM fibre_proof WHERE delete_after <= :now", {{"now", now}}));
  const bool before = erased_.exchange(false);
  return static_cast<std::int64_t>(rows.size()) + (before ? 1 : 0);
}

}  // namespace revier::fibre
