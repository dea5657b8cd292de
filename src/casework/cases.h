// SPDX-License-Identifier: EUPL-1.2
// What happens to cases: begun, filled in page by page, handed in, worked on, ended, erased.
//
// Each method is one durable job of the records' writer. Letters about a case tell that there is
// news and where, never what.
//
// Thread safety: all methods from any thread. sweep() blocks, by one thread at a time.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/task.h"
#include "base/time.h"
#include "casework/answers.h"
#include "casework/attachments.h"
#include "casework/forms.h"
#include "casework/types.h"
#include "identity/identity.h"
#include "records/records.h"
#include "ticket/secret_link.h"

namespace revier::casework {

// The purpose of a case's secret link.
inline constexpr std::string_view kCaseLink = "case";

struct CaseNeeds {
  records::Database& database;
  const Forms& forms;
  const ticket::SecretLinks& links;
  const identity::Identity& identity;
  const Clock& civil_clock;
  Random& random;
  std::string site_url;  // without a slash at the end
  std::function<std::string(web::Language)> signature;
  // Puts a public entity (normalised, IRIs as names), or removes it where the text is empty;
  // removing what is not there is no error. Blocks until it is durable.
  std::function<Result<>(const std::string& id, std::string entity)> publish;
};

// What one person may write to one case: an office reads all of it.
inline constexpr std::int64_t kMessagesMax = 500;
inline constexpr std::int64_t kMessagesAnHourMax = 60;

// What an office does.
enum class Deed : std::uint8_t {
  kTake,     // becomes its worker
  kGive,     // back to those that nobody works on
  kWrite,    // a message
  kAsk,      // a message that waits for an answer
  kDecide,   // ends it, with outcome and message
  kHandOn,   // to a colleague, who becomes its worker
  kRelease,  // shows a photo to everybody (PublicPart::photo)
  kConceal,  // shows it to nobody else any more; also of a case that has ended
};
struct OfficeDeed {
  Deed deed = Deed::kTake;
  Outcome outcome = Outcome::kNone;  // of kDecide
  std::string text;                  // of kWrite, kAsk, kDecide
  // Of kHandOn: an account that works for the case's office; who calls has checked that.
  std::string worker = {};
  std::string worker_name = {};
  std::string file = {};            // id, of kRelease and kConceal
  std::vector<NewFile> files = {};  // that come with a message
};

class Cases {
 public:
  explicit Cases(CaseNeeds needs) : needs_(std::move(needs)) {}

  [[nodiscard]] const Forms& forms() const { return needs_.forms; }
  // The form of a case, in the version that it was begun with. Errors: kCorrupt.
  [[nodiscard]] Result<DefinitionPtr> form_of(const Case& one) const;
  [[nodiscard]] std::string token_of(const Case& one) const {
    return needs_.links.token(kCaseLink, one.id);
  }

  // Errors: kResourceNotFound without such a form; kInsufficientStorage for too many drafts.
  [[nodiscard]] Task<Result<Case>> begin(std::string form, web::Language language);
  // Changes the answers of a draft. Errors: kResourceNotFound, kConflict when it is handed in.
  using ChangeAnswers = std::function<Result<>(const Definition&, Answers&)>;
  [[nodiscard]] Task<Result<Case>> change(std::string id, ChangeAnswers change);
  // Where news go; `send_link` writes the link at once, in place of one that still waits. At most a
  // few an hour to one address, and the answer is the same. Errors: those of change().
  [[nodiscard]] Task<Result<Case>> set_mail(std::string id, std::string mail, bool send_link);
  // Hands in. One that is handed in already is answered as it is, so that a repeat does no harm.
  // Errors: kUnprocessable where an answer is missing or wrong.
  [[nodiscard]] Task<Result<Case>> submit(std::string id);
  // Begin, answer and hand in at once. `request_key`: what makes a repeat the same; may be empty.
  // Errors: kUnprocessable; kConflict for the same key with other answers or files.
  struct WholeCase {
    std::string form;
    Answers answers;
    std::string mail;
    web::Language language = web::Language::kDe;
    std::string request_key;
    std::vector<NewFile> files = {};  // answers to questions for files
  };
  [[nodiscard]] Task<Result<Case>> submit_whole(WholeCase whole);

  // Errors: those of write() that ask nothing of its files.
  [[nodiscard]] Result<> check_write(records::Session& session, const Case& one,
                                     std::string_view text) const;
  // A message of the person. Errors: kConflict when the case has ended; kTooLarge beyond
  // kCaseBytesMax; kUnprocessable with `field` "text", "files" (too many) or "messages" beyond
  // kMessagesMax; kTooManyRequests beyond kMessagesAnHourMax.
  [[nodiscard]] Task<Result<Case>> write(std::string id, std::string text,
                                         std::vector<NewFile> files = {});
  // Ends an open case by the will of the person, or erases a draft.
  [[nodiscard]] Task<Result<>> withdraw(std::string id);
  // Errors: kConflict where the state does not allow it; kForbidden for another office's.
  // kResourceNotFound for another case's file; kUnprocessable with `field` "file" for one that
  // cannot be released.
  [[nodiscard]] Task<Result<Case>> act(std::string id, OfficeDeed deed, identity::Caller by);
  // Where everybody sees a released file: "/meldung/V-7K3MQ9TR/foto/ID".
  [[nodiscard]] static std::string photo_path(const Case& one, std::string_view file);

  // Publishes what is behind and erases what has ended. A public entity that cannot be written or
  // removed is tried again later and holds up nothing else; what is personal goes in its time. To
  // be called every few seconds.
  [[nodiscard]] Result<> sweep();

 private:
  using Step = std::function<Result<>(records::Session&, Case&)>;
  [[nodiscard]] Task<Result<Case>> run(std::string id, Step step);
  [[nodiscard]] Result<bool> may_write_to(records::Session& session, const Case& one) const;
  [[nodiscard]] Result<> write_link(records::Session& session, const Case& one);
  [[nodiscard]] Result<> hand_in(records::Session& session, const Definition& form,
                                 const FileCounts& files, Case& one);
  [[nodiscard]] Result<> do_deed(records::Session& session, const OfficeDeed& deed,
                                 const identity::Caller& by, Case& one);
  [[nodiscard]] Result<> erase_ended(std::optional<Error>& trouble);
  [[nodiscard]] Result<> publish_behind(const std::string& form, std::optional<Error>& trouble);
  [[nodiscard]] Result<> publish_one(const Case& one, const std::vector<std::string>& photos) const;
  [[nodiscard]] Result<> hide(const Case& one) const;

  const CaseNeeds needs_;
  // Of sweep(): how many of a form's cases that are behind it passed over, and whether it failed.
  std::map<std::string, std::int64_t> passed_;
  bool troubled_ = false;
};

}  // namespace revier::casework
