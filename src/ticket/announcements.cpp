// SPDX-License-Identifier: EUPL-1.2
#include "ticket/announcements.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/ascii.h"
#include "ticket/announcements_store.h"
#include "ticket/booking_store.h"
#include "ticket/texts.h"
#include "web/i18n.h"

namespace revier::ticket {
namespace {

using records::Session;
using web::Language;

constexpr std::int64_t kPortionMax = 250;  // of one transaction: others write in between
constexpr std::int64_t kListed = 100;
constexpr std::string_view kAnnouncementPurpose = "announcement/";

std::string purpose_of(const Announcement& announcement) {
  return fmt::format("{}{}", kAnnouncementPurpose, announcement.id);
}

// As random_id() makes them: it becomes part of keys of letters.
bool is_id(std::string_view id) {
  return id.size() == 16 &&
         std::ranges::all_of(id, [](char c) { return is_lower(c) || (c >= '2' && c <= '7'); });
}

bool says_the_same(const Announcement& a, const Announcement& b) {
  const auto said = [](const Announcement& x) {
    return std::tie(x.event, x.quota, x.to_waiting, x.subject_de, x.subject_en, x.text_de,
                    x.text_en);
  };
  return said(a) == said(b);
}

}  // namespace

Result<std::int64_t> Announcements::count(const Announcement& announcement) const {
  Announcement asked = announcement;
  asked.asked_at = now();
  std::int64_t letters = 0;
  RV_TRY(needs_.database.read([&](Session& s) -> Result<> {
    RV_ASSIGN(letters, rows::count_recipients(s, asked));
    return {};
  }));
  return letters;
}

// As long as the registrations of its event are kept.
Instant Announcements::delete_after(const Announcement& announcement) const {
  Instant ends = announcement.asked_at;
  for (const QuotaStatus& status : needs_.registrations.quotas()) {
    if (status.quota.event == announcement.event) ends = std::max(ends, status.quota.ends_at);
  }
  return ends + needs_.registrations.options().retention_after_event;
}

Result<> Announcements::send(Announcement announcement, const Also& also) const {
  if (!is_id(announcement.id)) return fail(Code::kBadRequestData, "this is no id of a draft");
  return needs_.database.writer().run_blocking([&](Session& s) -> Result<> {
    announcement.asked_at = now();
    announcement.delete_after = delete_after(announcement);
    RV_ASSIGN(const bool made, rows::insert_announcement(s, announcement));
    if (made) return also ? also(s) : Result<>{};
    RV_ASSIGN(const Announcement known, rows::find_announcement(s, announcement.id));
    if (says_the_same(known, announcement)) return {};
    return fail(Code::kConflict, "another text was sent from this form already");
  });
}

Result<std::vector<SentAnnouncement>> Announcements::list() const {
  std::vector<SentAnnouncement> list;
  RV_TRY(needs_.database.read([&](Session& s) -> Result<> {
    RV_ASSIGN(const std::vector<Announcement> all, rows::announcements(s, kListed));
    for (const Announcement& each : all) {
      RV_ASSIGN(const mail::Counts counts, mail::count_purpose(s, purpose_of(each)));
      list.push_back({each, counts});
    }
    return {};
  }));
  return list;
}

// Writing the letters.

Result<> Announcements::tick() const {
  std::vector<std::string> open;
  std::int64_t waiting = 0;
  RV_TRY(needs_.database.read([&](Session& s) -> Result<> {
    RV_ASSIGN(open, rows::open_announcements(s));
    RV_ASSIGN(waiting, mail::count_due_bulk(s, now()));
    return {};
  }));
  Result<> all;
  for (const std::string& id : open) {
    const std::int64_t limit = std::min(needs_.pace.allowance(waiting), kPortionMax);
    if (limit == 0) break;
    const auto written = write_portion(id, limit);
    if (!written) all = fail(written.error());
    needs_.pace.take(written.value_or(0));
    waiting += written.value_or(0);
  }
  return all;
}

Result<std::int64_t> Announcements::write_portion(const std::string& id, std::int64_t limit) const {
  return needs_.database.writer().run_blocking([&](Session& s) -> Result<std::int64_t> {
    RV_ASSIGN(Announcement announcement, rows::find_announcement(s, id));
    RV_ASSIGN(const std::vector<std::string> next, rows::recipients(s, announcement, limit));
    for (const std::string& booking : next) RV_TRY(write_letter(s, announcement, booking));
    if (!next.empty()) announcement.reached = next.back();
    announcement.written += std::ssize(next);
    announcement.all_written = std::ssize(next) < limit;
    RV_TRY(rows::set_reached(s, announcement));
    return std::ssize(next);
  });
}

Result<> Announcements::write_letter(Session& s, const Announcement& announcement,
                                     const std::string& booking) const {
  RV_ASSIGN(const Booking addressee, rows::find(s, booking));
  return mail::enqueue(s, letter(announcement, addressee), now());
}

Result<> Announcements::write_again(Session& s, const Booking& booking) const {
  const std::string begin = letters_begin(booking.id) + std::string(kAnnouncementKey);
  RV_ASSIGN(const std::vector<mail::StoredMessage> letters, mail::list_about(s, begin));
  for (const mail::StoredMessage& stored : letters) {
    if (stored.state != mail::State::kWaiting && stored.state != mail::State::kFailed) continue;
    const std::string& key = stored.message.key;
    const auto announcement = rows::find_announcement(s, key.substr(begin.size()));
    if (!announcement && announcement.error().code == Code::kResourceNotFound) continue;
    if (!announcement) return fail(announcement.error());
    RV_TRY(mail::erase_about(s, key));
    RV_TRY(mail::enqueue(s, letter(*announcement, booking), now()));
  }
  return {};
}

Result<std::int64_t> Announcements::erase_ended(Session& session, Instant now) {
  return rows::erase_ended_announcements(session, now);
}

// What a letter says.

mail::Message Announcements::letter(const Announcement& announcement,
                                    const Booking& booking) const {
  const Language language = announcement.sent_in(language_of(booking));
  const Occasion occasion = needs_.letters.occasion(language);
  const std::string greeting =
      booking.name.empty() ? std::string(web::text(language, texts::kLetterGreetingAnybody))
                           : web::text(language, texts::kLetterGreeting, {{"name", booking.name}});
  const std::string privacy = web::text(language, texts::kLetterPrivacy,
                                        {{"date", web::date(language, booking.delete_after)}});
  return {.key = letters_begin(booking.id) + std::string(kAnnouncementKey) + announcement.id,
          .purpose = purpose_of(announcement),
          .to = booking.mail,
          .to_name = booking.name,
          .subject = announcement.subject_in(language),
          .text = fmt::format(
              "{}\n\n{}\n\n{}\n{}{}\n\n{}\n{}\n\n{}\n", greeting, announcement.text_in(language),
              web::text(language, texts::kAnnouncementLink), needs_.letters.site_url,
              ticket_path(needs_.letters.links, booking), occasion.name, occasion.place, privacy),
          .language = std::string(code(language)),
          .bulk = true,
          .delete_after = booking.delete_after};
}

web::LetterView Announcements::view(const mail::Message& letter) const {
  web::LetterView view = web::read_letter(letter.subject, letter.text, needs_.letters.site_url);
  // Not in the greeting: a name that looks like an address stays text.
  for (std::size_t i = 1; i < view.blocks.size(); ++i) view.blocks[i].has_links = true;
  return view;
}

bool Announcements::is_announcement(const mail::Message& message) {
  return message.purpose.starts_with(kAnnouncementPurpose);
}

mail::Parts Announcements::parts(const mail::Message& message) const {
  const Language language = message.language == "en" ? Language::kEn : Language::kDe;
  return {
      .text = message.text, .html = web::letter_html(language, view(message)), .unsubscribe = {}};
}

}  // namespace revier::ticket
