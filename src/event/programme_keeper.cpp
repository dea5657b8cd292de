// SPDX-License-Identifier: EUPL-1.2
#include "event/programme_keeper.h"

#include <algorithm>

#include "base/log.h"

namespace revier::event {

std::shared_ptr<const ProgrammeKeeper::State> ProgrammeKeeper::state() const {
  const ReadLock lock(mutex_);
  return state_;
}

ProgrammePtr ProgrammeKeeper::now() const { return state()->programme; }

Result<Item> ProgrammeKeeper::find(const KindSpec& kind, std::string_view id) const {
  for (const Item& item : state()->items) {
    if (item.kind == &kind && item.id == id) return item;
  }
  return fail(Code::kResourceNotFound, "there is no such item");
}

std::vector<Item> ProgrammeKeeper::list(const KindSpec& kind) const {
  std::vector<Item> found;
  std::ranges::copy_if(state()->items, std::back_inserter(found),
                       [&](const Item& item) { return item.kind == &kind; });
  std::ranges::sort(found, {}, &Item::id);
  return found;
}

void ProgrammeKeeper::reload() {
  const Lock alone(reloading_);
  auto fresh = std::make_shared<State>();
  for (const KindSpec& kind : kinds()) {
    for (const std::string& text : entities_.all(kind.type)) {
      const auto document = json::Document::parse(text);
      auto item =
          document ? from_entity(kind, document->root()) : Result<Item>(fail(document.error()));
      if (item) {
        fresh->items.push_back(std::move(*item));
      } else {
        log_event(Level::kWarn, "event.foreign_entity", {{"reason", item.error().message}});
      }
    }
  }
  fresh->programme = make_programme(fresh->items);
  const WriteLock lock(mutex_);
  state_ = std::move(fresh);
}

Task<Result<>> ProgrammeKeeper::after_change() {
  const Turns::Turn turn = co_await following_.take();
  reload();
  const ProgrammePtr programme = now();
  co_return co_await on_written_(*programme);
}

Task<Result<>> ProgrammeKeeper::put(Item item) {
  std::vector<Entities::Write> one;
  one.push_back({entity_id(*item.kind, item.id), to_entity(item)});
  RV_CO_TRY(co_await entities_.write(std::move(one)));
  co_return co_await after_change();
}

Task<Result<>> ProgrammeKeeper::remove(const KindSpec& kind, std::string id) {
  std::vector<Entities::Write> one;
  one.push_back({entity_id(kind, id), {}});
  RV_CO_TRY(co_await entities_.write(std::move(one)));
  co_return co_await after_change();
}

Task<Result<>> ProgrammeKeeper::write(std::vector<ItemWrite> writes) {
  std::vector<Entities::Write> all;
  for (const ItemWrite& each : writes) {
    all.push_back(
        {entity_id(*each.kind, each.id), each.item ? to_entity(*each.item) : std::string()});
  }
  const Result<> done = co_await entities_.write(std::move(all));
  if (!done && done.error().code != Code::kResourceNotFound) co_return done;
  co_return co_await after_change();
}

}  // namespace revier::event
