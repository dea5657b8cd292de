// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/lifecycle.h"

#include <algorithm>

#include "history/detail/keys.h"

namespace revier::history::detail {

void put_event(store::Batch& batch, std::string_view entity_prefix, Event event,
               const std::vector<ngsi::NameId>& types, Instant at, std::uint64_t number) {
  std::string key(entity_prefix);
  append_time(key, at);
  append_be(key, number);
  std::string value(1, static_cast<char>(event));
  for (const ngsi::NameId type : types) append_be(value, type);
  batch.put(store::Column::kHistory, key, value);
}

Result<std::optional<Lifecycle>> read_lifecycle(const store::Store& store, std::string_view tenant,
                                                std::string_view id) {
  const std::string prefix = entity_prefix('E', tenant, id);
  const auto rows = store.scan(store::Column::kHistory, prefix);
  std::optional<Lifecycle> life;
  for (; rows->valid(); rows->next()) {
    const std::string_view value = rows->value();
    if (value.empty() || rows->key().size() != prefix.size() + 16) {
      return fail(Code::kCorrupt, "a row of an entity's history is damaged");
    }
    const Instant at = read_time(rows->key().substr(prefix.size()));
    const auto event = static_cast<Event>(value.front());
    if (!life) life = Lifecycle{.types = {}, .created_at = at, .modified_at = at};
    life->modified_at = at;
    life->forgotten = event == Event::kForgotten;
    if (event == Event::kCreated) {
      life->again = life->again || life->deleted_at.has_value();
      life->deleted_at.reset();
    }
    if (event == Event::kDeleted) life->deleted_at = at;
    for (std::size_t i = 1; i + 4 <= value.size(); i += 4) {
      const ngsi::NameId type = read_be32(value.substr(i));
      auto& types = life->types;
      if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
  }
  RV_TRY(rows->status());
  return life;
}

}  // namespace revier::history::detail
