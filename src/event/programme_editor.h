// SPDX-License-Identifier: EUPL-1.2
// The programme before it is public, and the record of what became of it.
//
// What is not released is a record: a draft is an item as it shall become, or that it shall go.
// Releasing writes all drafts of that moment to the entities in one step (one write of the broker)
// and gives the release a number, a time and a note. A crash between the two stores is made good
// at the next start: a release that was begun is carried to its end before anything is answered.
// A direct write through ProgrammeKeeper (PUT /api/v1/{kind}/{id}) is a release of one item without
// a number; drafts of the same item follow it in the fields that they leave as they were, so that
// releasing them undoes nothing, and one that has nothing left to change is gone. A draft whose
// `base` differs from what is public changes a field that was changed meanwhile, too.
//
// The ledger (changes.h) follows the entities, whichever way they were written: follow() compares
// every session with what was last seen, so that calling it once more does no harm.
//
// An import calls put_drafts() with all items: they are taken together or not at all, and nothing
// is public before somebody releases.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "event/changes.h"
#include "event/draft_store.h"
#include "event/programme_keeper.h"
#include "records/records.h"

namespace revier::event {

// Drafts by kind and id.
using Drafts = std::vector<Draft>;
using DraftsPtr = std::shared_ptr<const Drafts>;
[[nodiscard]] const Draft* find_draft(const Drafts& drafts, const KindSpec& kind,
                                      std::string_view id);

inline constexpr std::size_t kDraftsMax = 5'000;
// An untouched draft is deleted after that time.
inline constexpr Duration kDraftLife = Duration::days(365);

class ProgrammeEditor {
 public:
  // All of it outlives the editor.
  struct Needs {
    records::Database& database;
    ProgrammeKeeper& keeper;
    const Clock& civil_clock;
  };

  // Reads drafts and ledger. Blocks.
  [[nodiscard]] static Result<std::unique_ptr<ProgrammeEditor>> open(Needs needs);
  virtual ~ProgrammeEditor() = default;

  // Ends a release that a crash interrupted and brings the ledger up to date; to be called once,
  // when the keeper can write. A release that the entities refuse is given up, and is no error.
  // Blocks.
  [[nodiscard]] virtual Result<> resume() = 0;

  // Saves a draft; the answer is the draft with its new revision. One that equals the released item
  // is no draft and is not kept. `expected_revision`: that of the draft the editor has seen, 0 for
  // none; nullopt: whatever is there. `expected_stamp`: stamp_of() what the editor began with, ""
  // without an item: a release in between leaves no draft, and the next one counts from 1 again.
  // Errors: kConflict when somebody else saved meanwhile; kTooLarge beyond kDraftsMax;
  // kUnprocessable, with the item's name, where it could not be read again or released.
  [[nodiscard]] virtual Task<Result<Draft>> put_draft(
      Item item, std::string by, std::optional<std::int64_t> expected_revision = {},
      std::optional<std::string> expected_stamp = {}) = 0;
  // All or none.
  [[nodiscard]] virtual Task<Result<>> put_drafts(std::vector<Item> items, std::string by) = 0;
  // With the next release the item goes. Errors: kResourceNotFound where it is not released.
  [[nodiscard]] virtual Task<Result<>> put_removal(const KindSpec& kind, std::string id,
                                                   std::string by) = 0;
  // The released item stays as it is. Errors: kResourceNotFound where there is no draft.
  [[nodiscard]] virtual Task<Result<>> discard(const KindSpec& kind, std::string id) = 0;

  // Errors: kConflict when there are no drafts or another release is under way; kUnprocessable with
  // the name of an item that the entities would refuse (then nothing is released); those of the
  // entities. What they may take later is carried to its end by the next call or the next start;
  // what they refuse for good is given up, and its drafts are drafts again. `audit` writes a line
  // in the transaction that ends the release; one that a crash interrupted keeps only its author.
  using Audit = std::function<Result<>(records::Session&, const Release&)>;
  [[nodiscard]] virtual Task<Result<Release>> release(Localised note, std::string by,
                                                      Audit audit = {}) = 0;

  // Runs `step` while no release is under way, nor begins: what it reads of the keeper is what it
  // replaces through it.
  // Errors: kConflict when a release is under way; those of the step.
  using Step = std::function<Task<Result<>>()>;
  [[nodiscard]] virtual Task<Result<>> between_releases(Step step) = 0;

  // Compares the sessions of now with the ledger's and writes down what differs; brings the drafts
  // to what is public.
  [[nodiscard]] virtual Task<Result<>> follow() = 0;
  // Deletes drafts that nobody has touched for kDraftLife. Blocks.
  [[nodiscard]] virtual Result<> sweep() = 0;

  [[nodiscard]] virtual const ProgrammeKeeper& keeper() const = 0;
  // Without waiting, as the last commit left them.
  [[nodiscard]] virtual DraftsPtr drafts() const = 0;
  // Drafts of an earlier version whose item cannot be read: no release takes them; they can be
  // discarded or saved anew.
  [[nodiscard]] virtual std::vector<DraftKey> unreadable() const = 0;
  [[nodiscard]] virtual LedgerPtr ledger() const = 0;
  // At most `most` changes after a sequence number, the oldest first, however old. Blocks.
  [[nodiscard]] virtual Result<std::vector<ChangePtr>> changes_since(std::int64_t sequence,
                                                                     std::int64_t most) const = 0;
  // The item as it would be released now: its draft, else the released one.
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<Item> find(const KindSpec& kind, std::string_view id) const = 0;
  // All items as they would be after a release now, and the programme that they make.
  [[nodiscard]] virtual std::vector<Item> items() const = 0;
  [[nodiscard]] virtual ProgrammePtr preview() const = 0;
};

}  // namespace revier::event
