// SPDX-License-Identifier: EUPL-1.2
#include "event/programme_editor.h"

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "base/log.h"
#include "base/run_task.h"
#include "base/thread_safety.h"
#include "event/detail/ledger_rows.h"
#include "event/detail/rebase.h"

namespace revier::event {
namespace {

DraftKey key_of(const Draft& draft) { return {std::string(draft.kind->path), draft.id}; }

// What one job wrote; published after its commit.
struct Delta {
  Drafts drafts;  // saved ones
  std::vector<DraftKey> gone;
  detail::LedgerDelta ledger;
};

// What an editor has before her; what is not given may be anything.
struct Expected {
  std::optional<std::int64_t> revision;
  std::optional<std::string> stamp;
};

struct Begun {
  Release release;
  Drafts carried;
  ProgrammeEditor::Audit audit = {};
};

bool in_order(const Draft& a, const Draft& b) {
  return std::pair(a.kind->path, std::string_view(a.id)) <
         std::pair(b.kind->path, std::string_view(b.id));
}

// The form in which the entity gives an item back, so that the two can be compared.
Item as_released(Item item) {
  const auto document = json::Document::parse(to_entity(item));
  if (!document) return item;
  auto back = from_entity(*item.kind, document->root());
  return back ? std::move(*back) : item;
}

// The error of one item among many, with its name.
tl::unexpected<Error> refused(const Draft& draft, const Error& error) {
  return fail(Code::kUnprocessable,
              fmt::format("{}/{}: {}", draft.kind->path, draft.id, error.message), error.field);
}

// As if it were put as it is stored: as_released() leaves out what an entity does not hold.
Result<> can_be_read(const Draft& draft) {
  if (!draft.item) return {};
  const auto document = json::Document::parse(item_json(*draft.item));
  if (!document) return refused(draft, document.error());
  const auto item = read_item(*draft.kind, draft.id, document->root());
  if (!item) return refused(draft, item.error());
  return {};
}

// Trying again would change nothing.
bool is_permanent(const Error& error) {
  const int status = describe(error.code).status;
  const bool may_pass = error.code == Code::kTooManyRequests || error.code == Code::kTooSlow;
  return status >= 400 && status < 500 && !may_pass;
}

std::vector<ItemWrite> writes_of(const Drafts& drafts) {
  std::vector<ItemWrite> writes;
  for (const Draft& draft : drafts) writes.push_back({draft.kind, draft.id, draft.item});
  return writes;
}

class Editor final : public ProgrammeEditor {
 public:
  explicit Editor(Needs needs) : needs_(needs) {}

  Result<> load() {
    return needs_.database.read([this](records::Session& session) -> Result<> {
      std::vector<DraftKey> unreadable;
      RV_ASSIGN(Drafts drafts, rows::drafts(session, 0, &unreadable));
      std::ranges::sort(drafts, in_order);
      RV_ASSIGN(LedgerPtr ledger, detail::read_ledger(session));
      const WriteLock lock(mutex_);
      drafts_ = std::make_shared<const Drafts>(std::move(drafts));
      unreadable_ = std::move(unreadable);
      ledger_ = std::move(ledger);
      return {};
    });
  }

  Result<> resume() override {
    const Result<> ended = run_task(end_open_release());
    if (!ended && !is_permanent(ended.error())) return ended;
    return run_task(follow());
  }

  Task<Result<Draft>> put_draft(Item item, std::string by,
                                std::optional<std::int64_t> expected_revision,
                                std::optional<std::string> expected_stamp) override {
    Draft draft = draft_of(std::move(item), std::move(by));
    Expected expected{expected_revision, std::move(expected_stamp)};
    return write<Draft>([this, draft = std::move(draft), expected = std::move(expected)](
                            records::Session& session, Delta& delta) {
      return save(session, draft, expected, delta);
    });
  }

  Task<Result<>> put_drafts(std::vector<Item> items, std::string by) override {
    Drafts drafts;
    for (Item& item : items) drafts.push_back(draft_of(std::move(item), by));
    auto done = co_await write<bool>([this, drafts = std::move(drafts)](
                                         records::Session& session, Delta& delta) -> Result<bool> {
      for (const Draft& draft : drafts) RV_TRY(save(session, draft, {}, delta));
      return true;
    });
    RV_CO_TRY(done);
    co_return Result<>{};
  }

  Task<Result<>> put_removal(const KindSpec& kind, std::string id, std::string by) override {
    RV_CO_ASSIGN(Item released, needs_.keeper.find(kind, id));
    Draft draft = draft_of(std::move(released), std::move(by));
    draft.item.reset();
    auto done = co_await write<Draft>([this, draft](records::Session& session, Delta& delta) {
      return save(session, draft, {}, delta);
    });
    RV_CO_TRY(done);
    co_return Result<>{};
  }

  Task<Result<>> discard(const KindSpec& kind, std::string id) override {
    auto done =
        co_await write<bool>([&kind, id](records::Session& session, Delta& delta) -> Result<bool> {
          RV_ASSIGN(const bool was_there, rows::delete_draft(session, kind.path, id));
          if (!was_there) return fail(Code::kResourceNotFound, "there is no such draft");
          delta.gone.push_back({std::string(kind.path), id});
          return true;
        });
    RV_CO_TRY(done);
    co_return Result<>{};
  }

  Task<Result<Release>> release(Localised note, std::string by, Audit audit) override {
    if (releasing_.exchange(true)) {
      co_return fail(Code::kConflict, "another release is under way: try again in a moment");
    }
    auto done = co_await release_alone(std::move(note), std::move(by), std::move(audit));
    releasing_ = false;
    co_return done;
  }

  Task<Result<>> between_releases(Step step) override {
    if (releasing_.exchange(true)) {
      co_return fail(Code::kConflict, "a release is under way: try again in a moment");
    }
    auto done = co_await step();
    releasing_ = false;
    co_return done;
  }

  Task<Result<>> follow() override {
    auto done =
        co_await write<bool>([this](records::Session& session, Delta& delta) -> Result<bool> {
          RV_TRY(follow_in(session, delta));
          RV_ASSIGN(const std::int64_t open, rows::open_release(session));
          // One that is under way does so at its end: a draft that is written leaves it.
          if (open == 0) RV_TRY(rebase_drafts(session, delta));
          return true;
        });
    RV_CO_TRY(done);
    co_return Result<>{};
  }

  Result<> sweep() override {
    const Instant now = needs_.civil_clock.now();
    const DraftsPtr known = drafts();
    const bool has_old = std::ranges::any_of(
        *known, [now](const Draft& draft) { return draft.edited_at + kDraftLife < now; });
    if (!has_old && unreadable().empty()) return {};
    auto done =
        run_task(write<bool>([now](records::Session& session, Delta& delta) -> Result<bool> {
          RV_ASSIGN(const std::vector<DraftKey> old, rows::old_drafts(session, now));
          for (const DraftKey& draft : old) {
            RV_TRY(rows::delete_draft(session, draft.kind, draft.id));
            delta.gone.push_back(draft);
          }
          return true;
        }));
    RV_TRY(done);
    return {};
  }

  const ProgrammeKeeper& keeper() const override { return needs_.keeper; }
  DraftsPtr drafts() const override {
    const ReadLock lock(mutex_);
    return drafts_;
  }
  std::vector<DraftKey> unreadable() const override {
    const ReadLock lock(mutex_);
    return unreadable_;
  }
  LedgerPtr ledger() const override {
    const ReadLock lock(mutex_);
    return ledger_;
  }

  Result<std::vector<ChangePtr>> changes_since(std::int64_t sequence,
                                               std::int64_t most) const override {
    std::vector<ChangePtr> found;
    RV_TRY(needs_.database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(found, detail::changes_since(session, sequence, most));
      return {};
    }));
    return found;
  }

  Result<Item> find(const KindSpec& kind, std::string_view id) const override {
    const DraftsPtr drafts = this->drafts();
    if (const Draft* draft = find_draft(*drafts, kind, id)) {
      if (draft->item) return *draft->item;
      return fail(Code::kResourceNotFound, "this item is to be taken out");
    }
    return needs_.keeper.find(kind, id);
  }

  std::vector<Item> items() const override {
    const DraftsPtr drafts = this->drafts();
    std::vector<Item> items;
    for (const KindSpec& kind : kinds()) {
      for (Item& item : needs_.keeper.list(kind)) {
        if (find_draft(*drafts, kind, item.id) == nullptr) items.push_back(std::move(item));
      }
    }
    for (const Draft& draft : *drafts) {
      if (draft.item) items.push_back(*draft.item);
    }
    return items;
  }

  ProgrammePtr preview() const override { return make_programme(items()); }

 private:
  // Runs a step as one job of the records' writer; what it notes in the Delta is published after
  // the commit, in order.
  template <class R, class Step>
  Task<Result<R>> write(Step step) {
    using Both = std::pair<R, Delta>;
    auto done = co_await needs_.database.writer().run(
        [step = std::move(step)](records::Session& session) mutable -> Result<Both> {
          Delta delta;
          RV_ASSIGN(R answer, step(session, delta));
          return Both(std::move(answer), std::move(delta));
        },
        [this](const Both& both) { publish(both.second); });
    if (!done) co_return fail(std::move(done).error());
    co_return std::move(done->first);
  }

  void publish(const Delta& delta) {
    const WriteLock lock(mutex_);
    if (!delta.drafts.empty() || !delta.gone.empty()) {
      auto next = std::make_shared<Drafts>(*drafts_);
      const auto forget = [&](const DraftKey& key) RV_REQUIRES(mutex_) {
        std::erase_if(*next, [&](const Draft& draft) {
          return draft.id == key.id && draft.kind->path == key.kind;
        });
        std::erase(unreadable_, key);
      };
      for (const DraftKey& key : delta.gone) forget(key);
      for (const Draft& draft : delta.drafts) {
        forget(key_of(draft));
        next->push_back(draft);
      }
      std::ranges::sort(*next, in_order);
      drafts_ = std::move(next);
    }
    if (!delta.ledger.empty()) ledger_ = detail::add_to(*ledger_, delta.ledger);
  }

  Draft draft_of(Item item, std::string by) const {
    Draft draft{.kind = item.kind,
                .id = item.id,
                .item = {},
                .base = {},
                .revision = 1,
                .edited_at = needs_.civil_clock.now(),
                .edited_by = std::move(by)};
    if (const auto released = needs_.keeper.find(*item.kind, item.id)) {
      draft.base = item_json(*released);
    }
    draft.item = as_released(std::move(item));
    return draft;
  }

  Result<> can_be_released(const Draft& draft) const {
    if (!draft.item) return {};
    RV_TRY(can_be_read(draft));
    const Result<> taken = needs_.keeper.check(*draft.item);
    if (!taken) return refused(draft, taken.error());
    return {};
  }

  // What an editor would be shown now.
  std::string stamp_now(const Draft& draft, const std::optional<Draft>& there) const {
    if (there && there->item) return stamp_of(*there->item);
    const auto released = needs_.keeper.find(*draft.kind, draft.id);
    return released ? stamp_of(*released) : std::string();
  }

  Result<Draft> save(records::Session& session, Draft draft, const Expected& expected,
                     Delta& delta) const {
    RV_TRY(can_be_released(draft));
    RV_ASSIGN(const std::optional<Draft> there, rows::find_draft(session, *draft.kind, draft.id));
    const std::int64_t revision = there ? there->revision : 0;
    if (expected.revision.value_or(revision) != revision ||
        (expected.stamp && *expected.stamp != stamp_now(draft, there))) {
      return fail(Code::kConflict, "somebody else has saved this item meanwhile: load it again");
    }
    // Nothing differs from what is public: there is nothing to release.
    if (draft.item && !draft.base.empty() && item_json(*draft.item) == draft.base) {
      RV_TRY(rows::delete_draft(session, draft.kind->path, draft.id));
      delta.gone.push_back(key_of(draft));
      draft.revision = 0;
      return draft;
    }
    if (!there) {
      RV_ASSIGN(const std::int64_t count, rows::count_drafts(session));
      if (count >= static_cast<std::int64_t>(kDraftsMax)) {
        return fail(Code::kTooLarge, "there are too many drafts: release or discard some first");
      }
    }
    // What the editor began with; a newer released version shows as a conflict.
    if (there) draft.base = there->base;
    draft.revision = revision + 1;
    RV_TRY(rows::put_draft(session, draft, draft.edited_at + kDraftLife));
    delta.drafts.push_back(draft);
    return draft;
  }

  Result<> follow_in(records::Session& session, Delta& delta) const {
    const std::vector<Item> items = needs_.keeper.list(*find_kind("sessions"));
    detail::Followed what{.items = items, .now = needs_.civil_clock.now()};
    RV_ASSIGN(what.release, rows::open_release(session));
    if (what.release > 0) {
      RV_ASSIGN(const Release release, rows::release(session, what.release));
      what.released_at = release.at;
      RV_ASSIGN(const Drafts carried, rows::drafts(session, what.release));
      for (const Draft& draft : carried) {
        if (draft.kind->path == "sessions") what.carried.insert(draft.id);
      }
    }
    return detail::follow(session, what, delta.ledger);
  }

  // Drafts start from what is public now.
  Result<> rebase_drafts(records::Session& session, Delta& delta) const {
    const DraftsPtr known = drafts();
    for (const Draft& draft : *known) {
      if (!draft.item || draft.base.empty()) continue;  // cheap: most are new ones of a table
      const auto released = needs_.keeper.find(*draft.kind, draft.id);
      if (!released || !detail::rebased(draft, *released)) continue;
      RV_ASSIGN(const auto row, rows::find_draft(session, *draft.kind, draft.id));
      if (!row) continue;
      if (auto next = detail::rebased(*row, *released)) {
        RV_TRY(put_rebased(session, std::move(*next), *released, delta));
      }
    }
    return {};
  }

  Result<> put_rebased(records::Session& session, Draft draft, const Item& released,
                       Delta& delta) const {
    draft.item = as_released(std::move(*draft.item));
    if (item_json(*draft.item) == item_json(released)) {
      RV_TRY(rows::delete_draft(session, draft.kind->path, draft.id));
      delta.gone.push_back(key_of(draft));
      return {};
    }
    draft.revision += 1;
    RV_TRY(rows::put_draft(session, draft, draft.edited_at + kDraftLife));
    delta.drafts.push_back(std::move(draft));
    return {};
  }

  Task<Result<Release>> release_alone(Localised note, std::string by, Audit audit) {
    RV_CO_TRY(co_await end_open_release());
    RV_CO_ASSIGN(Begun begun,
                 co_await write<Begun>([this, note, by](records::Session& session,
                                                        Delta& delta) -> Result<Begun> {
                   Begun result;
                   RV_TRY(rebase_drafts(session, delta));
                   RV_ASSIGN(result.carried, rows::drafts(session));
                   if (result.carried.empty()) {
                     return fail(Code::kConflict, "there is nothing to release: no draft differs");
                   }
                   for (const Draft& draft : result.carried) RV_TRY(can_be_released(draft));
                   RV_ASSIGN(const std::int64_t last, rows::last_release(session));
                   result.release = {
                       .number = last + 1, .at = needs_.civil_clock.now(), .note = note, .by = by};
                   RV_TRY(rows::begin_release(session, result.release, result.carried));
                   return result;
                 }));
    begun.audit = std::move(audit);
    RV_CO_TRY(co_await carry_out(begun));
    co_return begun.release;
  }

  Task<Result<>> end_open_release() {
    RV_CO_ASSIGN(const Begun open,
                 co_await write<Begun>([](records::Session& session, Delta&) -> Result<Begun> {
                   Begun result;
                   RV_ASSIGN(const std::int64_t number, rows::open_release(session));
                   if (number == 0) return result;
                   RV_ASSIGN(result.release, rows::release(session, number));
                   RV_ASSIGN(result.carried, rows::drafts(session, number));
                   return result;
                 }));
    if (open.release.number == 0) co_return Result<>{};
    co_return co_await carry_out(open);
  }

  Task<Result<>> carry_out(const Begun& begun) {
    const Result<> written = co_await needs_.keeper.write(writes_of(begun.carried));
    if (!written) {
      if (is_permanent(written.error())) RV_CO_TRY(co_await give_up(begun.release.number, written));
      co_return written;
    }
    auto done = co_await write<bool>([this, release = begun.release, audit = begun.audit](
                                         records::Session& session, Delta& delta) -> Result<bool> {
      RV_TRY(follow_in(session, delta));
      RV_ASSIGN(const Drafts carried, rows::drafts(session, release.number));
      for (const Draft& draft : carried) delta.gone.push_back(key_of(draft));
      RV_TRY(rows::end_release(session, release.number, carried));
      RV_TRY(rebase_drafts(session, delta));
      if (audit) RV_TRY(audit(session, release));
      delta.ledger.release = release;
      return true;
    });
    RV_CO_TRY(done);
    co_return Result<>{};
  }

  // A release that stayed open for good would stop all that come after it.
  Task<Result<>> give_up(std::int64_t number, const Result<>& why) {
    log_event(Level::kError, "event.release_given_up",
              {{"number", number},
               {"error", describe(why.error().code).name},
               {"field", why.error().field}});
    auto done = co_await write<bool>([number](records::Session& session, Delta&) -> Result<bool> {
      RV_TRY(rows::drop_release(session, number));
      return true;
    });
    RV_CO_TRY(done);
    // What was taken beside the refused is public all the same.
    needs_.keeper.reload();
    co_return co_await follow();
  }

  const Needs needs_;
  std::atomic<bool> releasing_ = false;
  mutable SharedMutex mutex_;
  DraftsPtr drafts_ RV_GUARDED_BY(mutex_) = std::make_shared<const Drafts>();
  std::vector<DraftKey> unreadable_ RV_GUARDED_BY(mutex_);
  LedgerPtr ledger_ RV_GUARDED_BY(mutex_) = std::make_shared<const Ledger>();
};

}  // namespace

const Draft* find_draft(const Drafts& drafts, const KindSpec& kind, std::string_view id) {
  const auto found = std::ranges::find_if(
      drafts, [&](const Draft& draft) { return draft.kind == &kind && draft.id == id; });
  return found == drafts.end() ? nullptr : &*found;
}

Result<std::unique_ptr<ProgrammeEditor>> ProgrammeEditor::open(Needs needs) {
  auto editor = std::make_unique<Editor>(needs);
  RV_TRY(editor->load());
  return editor;
}

}  // namespace revier::event
