// SPDX-License-Identifier: EUPL-1.2
#include "appointment/standby_letters.h"

#include <fmt/format.h>

#include "appointment/texts.h"
#include "appointment/visit.h"
#include "web/i18n.h"
#include "web/page.h"

namespace revier::appointment {
namespace {

using web::Language;

// One letter under way: its parts are paragraphs, parted by empty lines.
class StandbyWriter {
 public:
  StandbyWriter(const LetterNeeds& needs, const StandbyEntry& entry)
      : needs_(needs), entry_(entry), language_(language_of(entry)) {
    if (const event::Offer* const offer = needs.programme->offer(entry.offer)) {
      what_ = offer->name.in(language_);
    }
    if (const event::Counter* const counter = needs.programme->counter(entry.counter)) {
      where_ = where_text(*counter, *needs.programme, language_);
    }
    say(web::text(language_, texts::kLetterGreetingPlain));
  }

  void say(std::string_view words) { text_ += fmt::format("{}\n\n", words); }
  void write_wish() {
    text_ += fmt::format("- {}\n- {}\n", what_, standby_days(entry_, language_));
    say("- " + where_);
  }
  void write_time(const StandbyDraw& draw) {
    text_ += fmt::format("- {}\n- {}\n", what_, when_text(draw.slot.from, draw.slot.to, language_));
    say("- " + where_);
  }
  void write_rules(const StandbyOptions& options) {
    say(fmt::format("{}:", web::text(language_, texts::kStandbyRuleTitle)));
    for (const std::string& rule : standby_rules(options, language_)) text_ += "- " + rule + "\n";
    text_ += "\n";
  }
  void link(const web::Text& key) {
    say(fmt::format("{}\n{}{}", web::text(language_, key), needs_.site_url,
                    standby_path(needs_.links, entry_)));
  }
  void link_again() {
    say(fmt::format("{}\n{}{}", web::text(language_, texts::kLetterAgain), needs_.site_url,
                    web::path(language_, "/termine")));
  }
  mail::Message finish(const std::string& key, const web::Message& subject) {
    if (!needs_.signature.empty()) say(needs_.signature);
    say(web::text(language_, texts::kStandbyLetterPrivacy,
                  {{"date", web::date(language_, entry_.delete_after)}}));
    text_.pop_back();
    return {.key = fmt::format("standby-{}-{}", entry_.id, key),
            .purpose = std::string(kStandbyPurpose),
            .to = entry_.mail,
            .to_name = {},
            .subject = web::text(language_, subject, {{"what", what_}}),
            .text = std::move(text_),
            .language = entry_.language,
            .delete_after = entry_.delete_after};
  }
  [[nodiscard]] Language language() const { return language_; }

 private:
  const LetterNeeds& needs_;
  const StandbyEntry& entry_;
  const Language language_;
  std::string what_, where_;
  std::string text_;
};

std::string draw_key(std::string_view kind, const StandbyDraw& draw) {
  return fmt::format("{}-{}-{}", kind, draw.id, draw.offered_until.us);
}

}  // namespace

mail::Message write_standby(const LetterNeeds& needs, const StandbyOptions& options,
                            StandbyNews news, const StandbyEntry& entry, const StandbyDraw* draw) {
  StandbyWriter letter(needs, entry);
  const Language language = letter.language();
  if (news == StandbyNews::kAsked || draw == nullptr) {
    letter.say(web::text(language, texts::kStandbyLetterAsked));
    letter.write_wish();
    letter.link(texts::kStandbyLetterConfirm);
    letter.write_rules(options);
    letter.say(web::text(language, texts::kStandbyLetterNotYou));
    return letter.finish("asked", texts::kStandbySubjectAsked);
  }
  if (news == StandbyNews::kOffered) {
    letter.say(web::text(language, texts::kStandbyLetterOffered));
    letter.write_time(*draw);
    letter.say(web::text(language, texts::kStandbyLetterUntil,
                         {{"time", web::date_time(language, draw->offered_until)}}));
    letter.link(texts::kStandbyLetterAnswer);
    letter.say(web::text(language, texts::kStandbyLetterDrawn));
    return letter.finish(draw_key("offer", *draw), texts::kStandbySubjectOffered);
  }
  letter.say(web::text(language, texts::kStandbyLetterEnded));
  letter.write_time(*draw);
  if (news == StandbyNews::kStruck) {
    letter.say(web::text(language, texts::kStandbyLetterStruck));
    letter.link_again();
    return letter.finish(draw_key("struck", *draw), texts::kStandbySubjectEnded);
  }
  letter.say(web::text(language, texts::kStandbyLetterStays));
  letter.link(texts::kStandbyLetterPage);
  return letter.finish(draw_key("ended", *draw), texts::kStandbySubjectEnded);
}

std::vector<std::string> standby_rules(const StandbyOptions& options, Language language) {
  const std::string collect = web::duration(language, options.collect);
  const std::string offer = web::duration(language, options.offer);
  const std::string both = web::duration(language, options.collect + options.offer);
  return {web::text(language, texts::kStandbyRuleLot, {{"collect", collect}}),
          web::text(language, texts::kStandbyRuleTime, {{"offer", offer}}),
          std::string(web::text(language, texts::kStandbyRuleOnce)),
          web::text(language, texts::kStandbyRuleShort, {{"time", both}})};
}

std::string standby_path(const ticket::SecretLinks& links, const StandbyEntry& entry) {
  return web::path(language_of(entry), "/nachruecken/" + links.token(kStandbyLink, entry.id));
}

Language language_of(const StandbyEntry& entry) {
  return entry.language == "en" ? Language::kEn : Language::kDe;
}

std::string standby_days(const StandbyEntry& entry, Language language) {
  const auto first = web::from_local(entry.first_day, "12:00");
  const auto last = web::from_local(entry.last_day, "12:00");
  if (!first || !last) return entry.first_day;
  return web::date_range(language, *first, *last);
}

}  // namespace revier::appointment
