// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/letters.h"

#include <algorithm>

#include <fmt/format.h>

#include "newsletter/links.h"
#include "newsletter/texts.h"
#include "web/i18n.h"

namespace revier::newsletter {
namespace {

using web::Language;

// One letter under way: its parts are paragraphs, parted by empty lines.
class LetterWriter {
 public:
  LetterWriter(const Newsletter::Needs& needs, const PendingSignUp& request)
      : needs_(needs),
        request_(request),
        language_(request.language == "en" ? Language::kEn : Language::kDe) {
    say(texts::kLetterGreeting);
  }

  void say(const web::Text& key) { paragraph(web::text(language_, key)); }
  void say_with_site(const web::Message& key) {
    paragraph(web::text(language_, key, {{"site", needs_.site_name(language_)}}));
  }
  void list(const std::vector<Topic>& topics) {
    for (const std::string& id : request_.topics) {
      const auto topic = std::ranges::find(topics, id, &Topic::id);
      if (topic != topics.end()) text_ += fmt::format("- {}\n", topic->name_in(language_));
    }
    text_ += "\n";
  }
  void link(const web::Text& key, const std::string& path) {
    text_ += web::text(language_, key);
    paragraph(fmt::format("\n{}{}", needs_.site_url, path));
  }
  [[nodiscard]] Language language() const { return language_; }

  mail::Message finish(std::string_view what, const web::Message& subject) {
    if (const std::string owner = needs_.owner(language_); !owner.empty()) paragraph(owner);
    text_.pop_back();
    return {.key = letter_key(what, request_.subscriber),
            .purpose = std::string(kMailPurpose),
            .to = request_.mail,
            .to_name = {},
            .subject = web::text(language_, subject, {{"site", needs_.site_name(language_)}}),
            .text = std::move(text_),
            .language = request_.language,
            .delete_after = request_.delete_after};
  }

 private:
  void paragraph(std::string_view words) {
    text_ += words;
    text_ += "\n\n";
  }

  const Newsletter::Needs& needs_;
  const PendingSignUp& request_;
  const Language language_;
  std::string text_;
};

}  // namespace

mail::Message write_question(const Newsletter::Needs& needs, const PendingSignUp& request,
                             const std::vector<Topic>& topics) {
  LetterWriter letter(needs, request);
  letter.say_with_site(texts::kLetterAsked);
  letter.list(topics);
  letter.link(texts::kLetterConfirm, confirm_path(needs.links, request.id, letter.language()));
  letter.say(texts::kLetterIgnore);
  letter.link(texts::kLetterRefuse,
              unsubscribe_path(needs.links, request.subscriber, letter.language()));
  return letter.finish("request-" + request.id, texts::kLetterSubject);
}

mail::Message write_known(const Newsletter::Needs& needs, const PendingSignUp& request) {
  LetterWriter letter(needs, request);
  letter.say_with_site(texts::kLetterKnown);
  letter.link(texts::kLetterSettings,
              settings_path(needs.links, request.subscriber, letter.language()));
  letter.link(texts::kLetterUnsubscribe,
              unsubscribe_path(needs.links, request.subscriber, letter.language()));
  return letter.finish("known-" + request.id, texts::kLetterSubjectKnown);
}

}  // namespace revier::newsletter
