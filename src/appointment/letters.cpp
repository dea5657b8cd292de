// SPDX-License-Identifier: EUPL-1.2
#include "appointment/letters.h"

#include <fmt/format.h>

#include "appointment/texts.h"
#include "appointment/visit.h"
#include "ticket/letters.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

using ticket::LetterKind;
using web::Language;

// One letter under way: its parts are paragraphs, parted by empty lines.
class Writer {
 public:
  Writer(const LetterNeeds& needs, const ticket::Booking& booking,
         const ticket::Registrations& registrations)
      : needs_(needs),
        booking_(booking),
        language_(ticket::language_of(booking)),
        visit_(describe(booking, *needs.programme, registrations, language_)) {
    paragraph(booking.name.empty()
                  ? std::string(web::text(language_, texts::kLetterGreetingPlain))
                  : web::text(language_, texts::kLetterGreeting, {{"name", booking.name}}));
  }

  void say(const web::Text& key) { paragraph(web::text(language_, key)); }

  void write_visit() {
    for (const std::string& line : {visit_.what, visit_.when, visit_.where}) {
      if (!line.empty()) text_ += fmt::format("- {}\n", line);
    }
    paragraph("- " + web::text(language_, texts::kVisitNumber, {{"number", number()}}));
  }

  void write_needs() {
    if (visit_.needs.empty()) return;
    paragraph(web::text(language_, texts::kLetterBring));
    for (const std::string& need : visit_.needs) text_ += "- " + need + "\n";
    text_ += "\n";
  }

  void write_links() {
    const std::string page = ticket::ticket_path(needs_.links, booking_);
    if (booking_.confirm_by && !booking_.confirmed_at) {
      paragraph(web::text(language_, texts::kLetterConfirmBy,
                          {{"time", web::date_time(language_, *booking_.confirm_by)}}));
      link(texts::kLetterConfirm, ticket::confirm_path(needs_.links, booking_));
    }
    link(texts::kLetterPage, page);
    link(texts::kLetterCalendar, page + "/termin.ics");
  }

  void write_again() { link(texts::kLetterAgain, web::path(language_, "/termine")); }

  mail::Message finish(std::string key, const web::Message& subject) {
    if (!needs_.signature.empty()) paragraph(needs_.signature);
    paragraph(web::text(language_, texts::kLetterPrivacy,
                        {{"date", web::date(language_, booking_.delete_after)}}));
    text_.pop_back();
    return {.key = std::move(key),
            .purpose = "appointment",
            .to = booking_.mail,
            .to_name = booking_.name,
            .subject = web::text(language_, subject, {{"what", visit_.what}}),
            .text = std::move(text_),
            .language = booking_.language,
            .delete_after = booking_.delete_after};
  }

  [[nodiscard]] const Visit& visit() const { return visit_; }

 private:
  void paragraph(std::string_view words) {
    text_ += words;
    text_ += "\n\n";
  }
  void link(const web::Text& key, const std::string& path) {
    text_ += web::text(language_, key);
    paragraph(fmt::format("\n{}{}", needs_.site_url, path));
  }
  [[nodiscard]] std::string number() const { return call_number(booking_); }

  const LetterNeeds& needs_;
  const ticket::Booking& booking_;
  const Language language_;
  const Visit visit_;
  std::string text_;
};

}  // namespace

mail::Message write_letter(const LetterNeeds& needs, const ticket::LetterOrder& order,
                           const ticket::Registrations& registrations) {
  Writer letter(needs, order.booking, registrations);
  const std::string key = ticket::letter_key(order);
  switch (order.kind) {
    case LetterKind::kCancelled:
      letter.say(texts::kLetterCancelled);
      letter.write_visit();
      letter.write_again();
      return letter.finish(key, texts::kLetterSubjectCancelled);
    case LetterKind::kUnconfirmed:
      letter.say(texts::kLetterUnconfirmed);
      letter.write_visit();
      letter.write_again();
      return letter.finish(key, texts::kLetterSubjectCancelled);
    case LetterKind::kChanged:
      letter.say(texts::kLetterMoved);
      letter.write_visit();
      letter.write_needs();
      letter.write_links();
      return letter.finish(key, texts::kLetterSubjectMoved);
    default:
      letter.say(texts::kLetterBooked);
      letter.write_visit();
      letter.write_needs();
      letter.write_links();
      return letter.finish(key, texts::kLetterSubject);
  }
}

mail::Message write_reminder(const LetterNeeds& needs, const ticket::Booking& booking,
                             const ticket::Registrations& registrations) {
  Writer letter(needs, booking, registrations);
  letter.say(texts::kLetterReminder);
  letter.write_visit();
  letter.write_needs();
  letter.write_links();
  const std::string key =
      fmt::format("registration-{}-reminder-{}", booking.id, letter.visit().from.us);
  return letter.finish(key, texts::kLetterSubjectReminder);
}

}  // namespace revier::appointment
