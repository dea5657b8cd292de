// SPDX-License-Identifier: EUPL-1.2
// One public thing: between the JSON of the API and the NGSI-LD entity.
//
// Thread safety: values.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/schema.h"
#include "json/json.h"

namespace revier::event {

inline constexpr std::size_t kTextBytesMax = 10'000;  // of one text of an item

struct Item {
  const KindSpec* kind = nullptr;
  std::string id;  // 1 to 100 of a-z 0-9 -
  // Valid JSON by field, in the form of the API.
  std::map<std::string, std::string, std::less<>> fields;
  std::vector<std::string> examples;  // fields that are no published facts; or the kind itself
  std::vector<std::string> sources;   // addresses of what it is based on

  [[nodiscard]] bool is_example(std::string_view field) const;
};

// From the body of PUT /api/v1/<kind>/<id>.
// Errors: kUnprocessable with `field` and what was expected. An empty list is no value of a field
// that is needed, except for opening hours.
// An offer of an event needs its times, each day of an event its date.
[[nodiscard]] Result<Item> read_item(const KindSpec& kind, std::string_view id,
                                     const json::Value& body);
// The same of what is stored already, field by field: what several together need is not asked.
[[nodiscard]] Result<Item> read_stored_item(const KindSpec& kind, std::string_view id,
                                            const json::Value& body);
// Whether a reference of the item names the one of `target` with that id.
[[nodiscard]] bool refers_to(const Item& item, const KindSpec& target, std::string_view id);
// What an address of a page may be: it begins with https:// or http://.
[[nodiscard]] bool is_web_address(std::string_view text);
[[nodiscard]] std::string item_json(const Item& item);
// Another one after each change, as far as anyone meets it: for a form that was filled from an
// item.
[[nodiscard]] std::string stamp_of(const Item& item);

// The entity in normalised form, attribute names as IRIs, without @context.
[[nodiscard]] std::string to_entity(const Item& item);
// From an entity in normalised form with IRIs, as to_entity writes it and the broker returns it.
// Errors: kCorrupt where it is none of ours.
[[nodiscard]] Result<Item> from_entity(const KindSpec& kind, const json::Value& entity);

}  // namespace revier::event
