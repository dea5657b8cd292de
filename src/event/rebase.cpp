// SPDX-License-Identifier: EUPL-1.2
#include "event/detail/rebase.h"

#include <set>

namespace revier::event::detail {
namespace {

// With each text as reading writes it, so that equal values have equal texts.
std::optional<Item> read_again(const KindSpec& kind, std::string_view id, const std::string& json) {
  const auto document = json::Document::parse(json);
  if (!document) return std::nullopt;
  auto item = read_stored_item(kind, id, document->root());
  if (!item) return std::nullopt;
  return std::move(*item);
}

template <class Value>
void merge(Value& draft, Value& base, const Value& released) {
  if (draft == base) draft = released;
  if (draft == released) base = released;
}

std::optional<std::string> field_of(const Item& item, std::string_view name) {
  const auto found = item.fields.find(name);
  if (found == item.fields.end()) return std::nullopt;
  return found->second;
}

void set_field(Item& item, const std::string& name, std::optional<std::string> value) {
  if (value) {
    item.fields[name] = std::move(*value);
  } else {
    item.fields.erase(name);
  }
}

void merge_fields(Item& draft, Item& base, const Item& released) {
  std::set<std::string> names;
  for (const Item* const item : std::initializer_list<const Item*>{&draft, &base, &released}) {
    for (const auto& [name, value] : item->fields) names.insert(name);
  }
  for (const std::string& name : names) {
    auto of_draft = field_of(draft, name);
    auto of_base = field_of(base, name);
    merge(of_draft, of_base, field_of(released, name));
    set_field(draft, name, std::move(of_draft));
    set_field(base, name, std::move(of_base));
  }
}

}  // namespace

std::optional<Draft> rebased(const Draft& draft, const Item& released) {
  if (!draft.item || draft.base.empty()) return std::nullopt;
  const std::string now = item_json(released);
  if (draft.base == now) return std::nullopt;
  auto item = read_again(*draft.kind, draft.id, item_json(*draft.item));
  auto base = read_again(*draft.kind, draft.id, draft.base);
  const auto target = read_again(*draft.kind, draft.id, now);
  if (!item || !base || !target) return std::nullopt;
  merge_fields(*item, *base, *target);
  merge(item->examples, base->examples, target->examples);
  merge(item->sources, base->sources, target->sources);
  Draft next = draft;
  next.item = std::move(item);
  next.base = item_json(*base) == item_json(*target) ? now : item_json(*base);
  const bool same = next.base == draft.base && item_json(*next.item) == item_json(*draft.item);
  if (same) return std::nullopt;
  return next;
}

}  // namespace revier::event::detail
