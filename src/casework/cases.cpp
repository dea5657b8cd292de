// SPDX-License-Identifier: EUPL-1.2
#include "casework/cases.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "casework/case_store.h"
#include "casework/letters.h"
#include "casework/public_entity.h"
#include "mail/outbox.h"

namespace revier::casework {
namespace {

using records::Session;

constexpr Duration kDraftKept = Duration::days(30);
constexpr Duration kWithdrawnKept = Duration::days(30);
// Nobody fills the disk with drafts: about 200 MB of answers at their largest.
constexpr std::int64_t kDraftsMax = 20'000;
constexpr std::size_t kMessageBytesMax = 8'000;
constexpr std::size_t kAnswersBytesMax = 256 << 10;
constexpr std::int64_t kAtOnce = 100;
// Public entities that cannot be written, in one round of a form.
constexpr std::int64_t kFailuresAtOnce = 10;

Result<Answers> answers_of(const Definition& form, const Case& one) {
  RV_ASSIGN(const json::Document document, json::Document::parse(one.answers));
  return read_answers(form, document.root());
}

// "V-7K3MQ9TR": without letters and digits that look or sound alike.
std::string new_number(Random& random) {
  constexpr std::string_view kLetters = "34679ACDEFGHJKMNPQRTUVWXY";
  std::string number = "V-";
  for (int n = 0; n < 8; ++n) number += kLetters[random_u64(random) % kLetters.size()];
  return number;
}

Result<> refuse_ended(const Case& one) {
  if (is_open(one.state)) return {};
  return fail(Code::kConflict, "this case has ended");
}

Result<> check_message(std::string_view text) {
  if (!text.empty() && text.size() <= kMessageBytesMax) return {};
  return fail(Code::kUnprocessable, "a message has 1 to 8000 bytes", "text");
}

Result<> check_messages(Session& session, const Case& one, Instant now) {
  RV_ASSIGN(const std::int64_t all, rows::count_written(session, one.id, Instant{}));
  if (all >= kMessagesMax) {
    return fail(Code::kUnprocessable, fmt::format("a case takes {} messages at most", kMessagesMax),
                "messages");
  }
  RV_ASSIGN(const std::int64_t lately,
            rows::count_written(session, one.id, now - Duration::hours(1)));
  if (lately < kMessagesAnHourMax) return {};
  return fail(Code::kTooManyRequests, "too many messages to this case within an hour");
}

// The office's word alone makes a photo public, and only one that was written anew.
Result<> release_photo(Session& session, const Definition& form, const Case& one,
                       const std::string& file) {
  RV_ASSIGN(const std::vector<Attachment> files, rows::attachments(session, one.id));
  const auto found = std::ranges::find(files, file, &Attachment::id);
  if (found == files.end()) return fail(Code::kResourceNotFound, "this case has no such file");
  const bool may = form.published && !form.published->photo.empty() &&
                   found->field == form.published->photo && found->scan == Scan::kClean;
  if (!may) return fail(Code::kUnprocessable, "this file cannot be published", "file");
  return rows::set_released(session, one.id, file, true);
}

Result<> add_message(Session& session, const Case& one, const CaseMessage& message,
                     const std::vector<NewFile>& files) {
  if (files.size() > kMessageFilesMax) {
    return fail(Code::kUnprocessable, "a message takes 5 files at most", "files");
  }
  RV_ASSIGN(const std::int64_t number, rows::add_message(session, one.id, message));
  return rows::add_files(session, one.id, number, files);
}

std::string mark_of(const Attachment& file) {
  return fmt::format("{}/{}/{}", file.field, file.name, file.digest);
}

// Whether a case was handed in with these files and no others.
Result<bool> has_files(Session& session, std::string_view case_id,
                       const std::vector<NewFile>& files) {
  RV_ASSIGN(const std::vector<Attachment> known, rows::attachments(session, case_id));
  std::multiset<std::string> kept;
  std::multiset<std::string> sent;
  for (const Attachment& file : known) {
    if (file.message == 0) kept.insert(mark_of(file));
  }
  for (const NewFile& file : files) sent.insert(mark_of(file.row));
  return kept == sent;
}

void set_worker(Case& one, State state, std::string_view id, std::string_view name) {
  one.worker = id;
  one.worker_name = name;
  if (one.state != State::kAsked) one.state = state;
}

}  // namespace

std::string Cases::photo_path(const Case& one, std::string_view file) {
  return fmt::format("/meldung/{}/foto/{}", one.number, file);
}

Result<DefinitionPtr> Cases::form_of(const Case& one) const {
  DefinitionPtr form = needs_.forms.find(one.form, one.version);
  if (form == nullptr) return fail(Code::kCorrupt, "the form of this case is missing");
  return form;
}

Task<Result<Case>> Cases::run(std::string id, Step step) {
  return needs_.database.writer().run(
      [this, id = std::move(id), step = std::move(step)](Session& session) -> Result<Case> {
        RV_ASSIGN(Case one, rows::find(session, id));
        const std::int64_t before = one.revision;
        RV_TRY(step(session, one));
        if (one.revision == before) return one;
        one.changed_at = needs_.civil_clock.now();
        if (one.state == State::kDraft) one.delete_after = one.changed_at + kDraftKept;
        RV_TRY(rows::update(session, one));
        return one;
      });
}

Task<Result<Case>> Cases::begin(std::string form, web::Language language) {
  const DefinitionPtr found = needs_.forms.newest(form);
  if (found == nullptr) co_return fail(Code::kResourceNotFound, "there is no such form");
  co_return co_await needs_.database.writer().run([&](Session& session) -> Result<Case> {
    RV_ASSIGN(const std::int64_t drafts, rows::count_drafts(session));
    if (drafts >= kDraftsMax) {
      return fail(Code::kInsufficientStorage, "too many forms are being filled in, try again");
    }
    const Instant now = needs_.civil_clock.now();
    Case made{.id = random_id(needs_.random),
              .form = found->id,
              .version = found->version,
              .office = found->office,
              .language = std::string(web::code(language)),
              .created_at = now,
              .changed_at = now,
              .delete_after = now + kDraftKept};
    RV_TRY(rows::insert(session, made, ""));
    return made;
  });
}

Task<Result<Case>> Cases::change(std::string id, ChangeAnswers change) {
  return run(std::move(id), [this, change = std::move(change)](Session&, Case& one) -> Result<> {
    if (one.state != State::kDraft) {
      return fail(Code::kConflict, "this form has been handed in");
    }
    RV_ASSIGN(const DefinitionPtr form, form_of(one));
    RV_ASSIGN(Answers answers, answers_of(*form, one));
    RV_TRY(change(*form, answers));
    prune(*form, answers);
    one.answers = answers_json(*form, answers);
    if (one.answers.size() > kAnswersBytesMax) {
      return fail(Code::kTooLarge, "the answers are too long together");
    }
    ++one.revision;
    return {};
  });
}

Task<Result<Case>> Cases::set_mail(std::string id, std::string mail, bool send_link) {
  return run(std::move(id),
             [this, mail = std::move(mail), send_link](Session& session, Case& one) -> Result<> {
               if (one.state != State::kDraft) {
                 return fail(Code::kConflict, "this form has been handed in");
               }
               const Instant now = needs_.civil_clock.now();
               // The address was wrong, or is not to be kept any more.
               if (mail != one.mail) {
                 RV_TRY(mail::forget(session, one.mail, letters_begin(one.id), now));
               }
               one.mail = mail;
               one.delete_after = now + kDraftKept;
               ++one.revision;
               if (!send_link || one.mail.empty()) return {};
               return write_link(session, one);
             });
}

// The address may be another's: nobody fills her mailbox by asking again and again, or has so many
// letters written there that she cannot book: that asks for the whole limit.
Result<bool> Cases::may_write_to(Session& session, const Case& one) const {
  if (one.mail.empty()) return false;
  RV_ASSIGN(const bool enough, mail::has_had_enough(session, one.mail, needs_.civil_clock.now(),
                                                    mail::kMailsAnHourMax - 1));
  return !enough;
}

Result<> Cases::write_link(Session& session, const Case& one) {
  RV_ASSIGN(const bool may_write, may_write_to(session, one));
  if (!may_write) return {};
  RV_ASSIGN(const DefinitionPtr form, form_of(one));
  // What still waits says the same: one draft keeps one.
  RV_TRY(mail::take_back(session, one.mail, letters_begin(one.id)));
  return mail::enqueue(session, write_letter(needs_, LetterKind::kDraft, *form, one),
                       needs_.civil_clock.now());
}

Result<> Cases::hand_in(Session& session, const Definition& form, const FileCounts& files,
                        Case& one) {
  RV_ASSIGN(const Answers answers, answers_of(form, one));
  const std::vector<Problem> problems = check_answers(form, answers, files);
  if (!problems.empty()) {
    return fail(Code::kUnprocessable, problems.front().en, problems.front().pointer);
  }
  const Instant now = needs_.civil_clock.now();
  one.number = new_number(needs_.random);
  one.state = State::kReceived;
  one.submitted_at = now;
  one.changed_at = now;
  // Until it is decided; the decision counts anew.
  one.delete_after = now + Duration::days(form.keep_days) + Duration::days(365);
  ++one.revision;
  RV_ASSIGN(const bool may_write, may_write_to(session, one));
  if (!may_write) return {};
  return mail::enqueue(session, write_letter(needs_, LetterKind::kReceived, form, one), now);
}

Task<Result<Case>> Cases::submit(std::string id) {
  return run(std::move(id), [this](Session& session, Case& one) -> Result<> {
    if (one.state != State::kDraft) return {};
    RV_ASSIGN(const DefinitionPtr form, form_of(one));
    RV_ASSIGN(const FileCounts files, rows::file_counts(session, one.id));
    return hand_in(session, *form, files, one);
  });
}

Task<Result<Case>> Cases::submit_whole(WholeCase whole) {
  const DefinitionPtr form = needs_.forms.newest(whole.form);
  if (form == nullptr) co_return fail(Code::kResourceNotFound, "there is no such form");
  const std::string answers = answers_json(*form, whole.answers);
  if (answers.size() > kAnswersBytesMax) {
    co_return fail(Code::kTooLarge, "the answers are too long together");
  }
  co_return co_await needs_.database.writer().run([&](Session& session) -> Result<Case> {
    if (!whole.request_key.empty()) {
      const auto known = rows::find_by_request(session, whole.request_key);
      bool same = known && known->answers == answers && known->mail == whole.mail;
      if (same) {
        RV_ASSIGN(same, has_files(session, known->id, whole.files));
      }
      if (same) return *known;
      if (known) return fail(Code::kConflict, "this Idempotency-Key was used for other answers");
      if (known.error().code != Code::kResourceNotFound) return fail(known.error());
    }
    const Instant now = needs_.civil_clock.now();
    Case made{.id = random_id(needs_.random),
              .form = form->id,
              .version = form->version,
              .office = form->office,
              .answers = answers,
              .mail = whole.mail,
              .language = std::string(web::code(whole.language)),
              .created_at = now};
    RV_TRY(hand_in(session, *form, counts_of(whole.files), made));
    RV_TRY(rows::insert(session, made, whole.request_key));
    RV_TRY(rows::add_files(session, made.id, 0, whole.files));
    return made;
  });
}

Result<> Cases::check_write(Session& session, const Case& one, std::string_view text) const {
  RV_TRY(refuse_ended(one));
  RV_TRY(check_message(text));
  return check_messages(session, one, needs_.civil_clock.now());
}

Task<Result<Case>> Cases::write(std::string id, std::string text, std::vector<NewFile> files) {
  return run(std::move(id),
             [this, text = std::move(text), files = std::move(files)](Session& session,
                                                                      Case& one) -> Result<> {
               RV_TRY(check_write(session, one, text));
               ++one.revision;
               // The office's question is answered: the case is its turn again.
               if (one.state == State::kAsked) {
                 one.state = one.worker.empty() ? State::kReceived : State::kWorking;
               }
               return add_message(
                   session, one,
                   {.author = Author::kPerson, .text = text, .at = needs_.civil_clock.now()},
                   files);
             });
}

Task<Result<>> Cases::withdraw(std::string id) {
  const auto done = co_await run(std::move(id), [this](Session& session, Case& one) -> Result<> {
    const Instant now = needs_.civil_clock.now();
    if (one.state == State::kDraft) return rows::erase(session, one.id, now);
    RV_TRY(refuse_ended(one));
    one.state = State::kWithdrawn;
    one.ended_at = now;
    one.delete_after = now + kWithdrawnKept;
    ++one.revision;
    return rows::conceal_files(session, one.id);
  });
  if (!done) co_return fail(done.error());
  co_return Result<>{};
}

Result<> Cases::do_deed(Session& session, const OfficeDeed& deed, const identity::Caller& by,
                        Case& one) {
  ++one.revision;
  if (deed.deed == Deed::kConceal) {
    return rows::set_released(session, one.id, deed.file, false);
  }
  RV_TRY(refuse_ended(one));
  RV_ASSIGN(const DefinitionPtr form, form_of(one));
  const Instant now = needs_.civil_clock.now();
  switch (deed.deed) {
    case Deed::kRelease:
      return release_photo(session, *form, one, deed.file);
    case Deed::kTake:
      set_worker(one, State::kWorking, by.id(), by.name());
      return {};
    case Deed::kGive:
      set_worker(one, State::kReceived, "", "");
      return {};
    case Deed::kHandOn:
      if (deed.worker.empty()) {
        return fail(Code::kUnprocessable, "a case is handed on to a colleague", "worker");
      }
      set_worker(one, State::kWorking, deed.worker, deed.worker_name);
      return {};
    default:
      break;
  }
  RV_TRY(check_message(deed.text));
  RV_TRY(add_message(session, one, {.author = Author::kOffice, .text = deed.text, .at = now},
                     deed.files));
  if (deed.deed == Deed::kAsk) one.state = State::kAsked;
  if (deed.deed == Deed::kDecide) {
    if (deed.outcome == Outcome::kNone) {
      return fail(Code::kUnprocessable, "a decision needs an outcome", "outcome");
    }
    one.state = State::kDecided;
    one.outcome = deed.outcome;
    one.ended_at = now;
    one.delete_after = now + Duration::days(form->keep_days);
  }
  if (one.mail.empty()) return {};
  return mail::enqueue(session, write_letter(needs_, LetterKind::kNews, *form, one), now);
}

Task<Result<Case>> Cases::act(std::string id, OfficeDeed deed, identity::Caller by) {
  return run(
      std::move(id),
      [this, deed = std::move(deed), by = std::move(by)](Session& session, Case& one) -> Result<> {
        constexpr std::string_view kNames[] = {"case.take",    "case.give",   "case.write",
                                               "case.ask",     "case.decide", "case.hand-on",
                                               "case.release", "case.conceal"};
        RV_TRY(by.require(identity::Action::kCasesWork, identity::Scope::office(one.office)));
        if (one.state == State::kDraft)
          return fail(Code::kResourceNotFound, "there is no such case");
        RV_TRY(do_deed(session, deed, by, one));
        return needs_.identity.record(session, by,
                                      {.action = kNames[static_cast<std::size_t>(deed.deed)],
                                       .kind = "case",
                                       .object = one.id});
      });
}

Result<> Cases::publish_one(const Case& one, const std::vector<std::string>& photos) const {
  RV_ASSIGN(const DefinitionPtr form, form_of(one));
  if (!form->published) return {};
  RV_ASSIGN(const Answers answers, answers_of(*form, one));
  return needs_.publish(public_id(one), public_entity(*form, one, answers, photos));
}

// What cannot be published now stays behind and is passed over, so that others do not wait for it;
// behind the last one the first are tried again.
Result<> Cases::publish_behind(const std::string& form, std::optional<Error>& trouble) {
  std::int64_t& passed = passed_[form];
  std::vector<Case> behind;
  std::vector<std::vector<std::string>> photos;  // addresses, of each
  RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
    RV_ASSIGN(behind, rows::unpublished(session, form, passed, kAtOnce));
    for (const Case& one : behind) {
      RV_ASSIGN(const std::vector<Attachment> files, rows::attachments(session, one.id));
      std::vector<std::string>& own = photos.emplace_back();
      for (const Attachment& file : files) {
        if (file.released) own.push_back(needs_.site_url + photo_path(one, file.id));
      }
    }
    return {};
  }));
  std::int64_t failures = 0;
  std::size_t n = 0;
  for (; n < behind.size() && failures < kFailuresAtOnce; ++n) {
    const Case& one = behind[n];
    if (const Result<> done = publish_one(one, photos[n]); !done) {
      trouble = done.error();
      ++failures;
      continue;
    }
    RV_TRY(needs_.database.writer().run_blocking([&](Session& session) -> Result<> {
      return rows::set_published(session, one.id, one.revision);
    }));
  }
  const bool was_last = std::ssize(behind) < kAtOnce && n == behind.size();
  passed = was_last ? 0 : passed + failures;
  return {};
}

// Takes the public entity of a case away.
Result<> Cases::hide(const Case& one) const {
  const DefinitionPtr form = needs_.forms.find(one.form, one.version);
  if (form == nullptr || !form->published || one.number.empty()) return {};
  return needs_.publish(public_id(one), "");
}

Result<> Cases::erase_ended(std::optional<Error>& trouble) {
  const Instant now = needs_.civil_clock.now();
  std::vector<Case> over;
  RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
    RV_ASSIGN(over, rows::ended(session, now, kAtOnce));
    return {};
  }));
  std::int64_t failures = 0;
  for (const Case& one : over) {
    const Result<> hidden = hide(one);
    // A row that its entity outlives holds nothing personal, and waits for it behind all others.
    RV_TRY(needs_.database.writer().run_blocking([&](Session& session) -> Result<> {
      return hidden ? rows::erase(session, one.id, now) : rows::strip(session, one.id, now);
    }));
    if (hidden) continue;
    trouble = hidden.error();
    if (++failures == kFailuresAtOnce) break;
  }
  return {};
}

Result<> Cases::sweep() {
  std::optional<Error> trouble;
  Result<> published;
  for (const std::string& form : needs_.forms.public_ids()) {
    published = publish_behind(form, trouble);
    if (!published) break;
  }
  // Whatever became of that: retention waits for nothing.
  const Result<> erased = erase_ended(trouble);
  // Said once, not each second.
  if (trouble && !troubled_) {
    log_event(Level::kWarn, "casework.publish", {{"reason", trouble->message}});
  }
  troubled_ = trouble.has_value();
  RV_TRY(published);
  return erased;
}

}  // namespace revier::casework
