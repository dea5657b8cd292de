// SPDX-License-Identifier: EUPL-1.2
#include "casework/person.h"

#include "casework/attachments.h"
#include "casework/case_store.h"
#include "casework/export.h"
#include "casework/texts.h"
#include "casework/wording.h"
#include "web/i18n.h"

namespace revier::casework {
namespace {

using records::Session;
using web::Language;

// One that the office has in its hands.
bool stays(const Case& one) { return is_open(one.state) || one.state == State::kDecided; }

ticket::PersonThing thing_of(const Cases& cases, const Definition& form, const Case& one,
                             Language language) {
  const bool draft = one.state == State::kDraft;
  const std::string& title = form.title.in(language);
  ticket::PersonThing thing{
      .title = draft ? web::text(language, texts::kPersonDraft, {{"form", title}})
                     : web::text(language, texts::kPersonCase,
                                 {{"form", title}, {"number", one.number}}),
      .state = std::string(web::text(language, state_label(one.state, one.outcome))),
      .href = web::path(language, "/vorgang/" + cases.token_of(one)),
      .open = std::string(web::text(language, draft ? texts::kPersonGoOn : texts::kPersonOpen)),
      .stays = {}};
  if (draft) {
    thing.state = web::text(language, texts::kPersonDraftKept,
                            {{"date", web::date(language, one.delete_after)}});
  }
  if (stays(one)) {
    thing.stays =
        web::text(language, is_open(one.state) ? texts::kPersonStaysOpen : texts::kPersonStays,
                  {{"title", thing.title}, {"date", web::date(language, one.delete_after)}});
  }
  return thing;
}

}  // namespace

Result<bool> has_cases(Session& session, const std::string& mail_key) {
  RV_ASSIGN(const std::vector<Case> list, rows::of_mail(session, mail_key));
  return !list.empty();
}

Result<std::vector<ticket::PersonThing>> person_things(const Cases& cases, Session& session,
                                                       const std::string& mail_key,
                                                       Language language) {
  RV_ASSIGN(const std::vector<Case> list, rows::of_mail(session, mail_key));
  std::vector<ticket::PersonThing> things;
  for (const Case& one : list) {
    RV_ASSIGN(const DefinitionPtr form, cases.form_of(one));
    things.push_back(thing_of(cases, *form, one, language));
  }
  return things;
}

Result<> write_person(const Cases& cases, Session& session, const std::string& mail_key,
                      json::Writer& out) {
  RV_ASSIGN(const std::vector<Case> list, rows::of_mail(session, mail_key));
  out.key("cases").begin_array();
  for (const Case& one : list) {
    RV_ASSIGN(const DefinitionPtr form, cases.form_of(one));
    RV_ASSIGN(const json::Document document, json::Document::parse(one.answers));
    RV_ASSIGN(const Answers answers, read_answers(*form, document.root()));
    RV_ASSIGN(const std::vector<CaseMessage> messages, rows::messages(session, one.id));
    RV_ASSIGN(const std::vector<Attachment> files, rows::attachments(session, one.id));
    out.raw(export_json(*form, one, answers, messages, files));
  }
  out.end_array();
  return {};
}

Result<> erase_person(Session& session, const std::string& mail_key, Instant now) {
  RV_ASSIGN(const std::vector<Case> list, rows::of_mail(session, mail_key));
  for (const Case& one : list) {
    if (one.state == State::kDraft) RV_TRY(rows::erase(session, one.id, now));
    // Its public entity still names it: the next sweep takes both away.
    if (one.state == State::kWithdrawn) RV_TRY(rows::strip(session, one.id, now));
  }
  return {};
}

}  // namespace revier::casework
