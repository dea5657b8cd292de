// SPDX-License-Identifier: EUPL-1.2
#include "fibre/letters.h"

#include <fmt/format.h>

#include "fibre/texts.h"
#include "fibre/words.h"

namespace revier::fibre {
namespace {

using web::Language;

constexpr std::size_t kLinesMax = 10;

// One letter under way: its parts are paragraphs, parted by empty lines.
class ContactLetter {
 public:
  ContactLetter(const Contacts::Needs& needs, const Contact& contact)
      : needs_(needs), contact_(contact), language_(contact.tongue()) {
    say(texts::kLetterGreeting);
  }

  void say(const web::Text& key) { paragraph(web::text(language_, key)); }
  void say(const std::string& words) { paragraph(words); }
  void line(std::string_view words) { text_ += fmt::format("- {}\n", words); }
  void end_lines() { text_ += "\n"; }
  void link(const web::Text& key, std::string_view page) {
    text_ += web::text(language_, key);
    paragraph(fmt::format("\n{}{}", needs_.site_url,
                          contact_path(needs_.links, page, contact_.id, language_)));
  }

  mail::Message finish(std::string_view what, std::string subject) {
    if (const std::string owner = needs_.owner(language_); !owner.empty()) paragraph(owner);
    text_.pop_back();
    return {.key = contact_letters(contact_.id) + std::string(what),
            .purpose = std::string(kLetterPurpose),
            .to = contact_.mail,
            .to_name = {},
            .subject = std::move(subject),
            .text = std::move(text_),
            .language = contact_.language,
            .delete_after = contact_.delete_after};
  }

 private:
  void paragraph(std::string_view words) {
    text_ += words;
    text_ += "\n\n";
  }

  const Contacts::Needs& needs_;
  const Contact& contact_;
  const Language language_;
  std::string text_;
};

std::string change_line(const AddressChange& change, Language language) {
  const Address& any = change.after == nullptr ? *change.before : *change.after;
  const std::string where = name_of(*change.street, to_string(any.number), false);
  if (change.after == nullptr) {
    return web::text(language, texts::kLetterGone, {{"where", where}});
  }
  const std::string now = summary(*change.after, language);
  if (change.before == nullptr) {
    return web::text(language, texts::kLetterNew, {{"where", where}, {"now", now}});
  }
  return web::text(language, texts::kLetterChange,
                   {{"where", where}, {"before", summary(*change.before, language)}, {"now", now}});
}

}  // namespace

mail::Message write_question(const Contacts::Needs& needs, const Contact& contact) {
  const Language language = contact.tongue();
  ContactLetter letter(needs, contact);
  letter.say(web::text(language, texts::kLetterAsked, {{"place", contact.place()}}));
  if (contact.wants_changes) letter.line(contact_wording(kChangesPurpose, language));
  if (contact.interested) letter.line(contact_wording(kInterestPurpose, language));
  letter.end_lines();
  letter.link(texts::kLetterConfirm, "bestaetigen");
  letter.say(texts::kLetterIgnore);
  return letter.finish("request", std::string(web::text(language, texts::kLetterSubject)));
}

mail::Message write_news(const Contacts::Needs& needs, const Contact& contact, const ListHead& list,
                         const std::vector<AddressChange>& told) {
  const Language language = contact.tongue();
  ContactLetter letter(needs, contact);
  letter.say(web::text(language, texts::kLetterNews, {{"place", contact.place()}}));
  for (std::size_t n = 0; n < told.size() && n < kLinesMax; ++n) {
    letter.line(change_line(told[n], language));
  }
  if (told.size() > kLinesMax) {
    letter.line(web::text(language, texts::kLetterMore, {{"count", told.size() - kLinesMax}}));
  }
  letter.end_lines();
  letter.say(web::text(language, texts::kListSource,
                       {{"source", list.source}, {"day", day_in_words(list.as_of, language)}}));
  if (list.invented) letter.say(texts::kInventedText);
  letter.say(texts::kAnswerNoPromise);
  letter.link(texts::kLetterOwn, "meins");
  letter.link(texts::kLetterEnd, "abmelden");
  return letter.finish(
      fmt::format("list-{}", list.id),
      web::text(language, texts::kLetterNewsSubject, {{"place", contact.place()}}));
}

}  // namespace revier::fibre
