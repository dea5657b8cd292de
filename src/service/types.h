// SPDX-License-Identifier: EUPL-1.2
// A service of the administration, as its entity and as the pages speak of it.
//
// The entity is a cpsv:PublicService (Core Public Service Vocabulary, CPSV-AP 3): its terms where
// they exist, schema.org's for the name, ours for the rest. It is written only through
// /api/v1/services (api.h) or an import (import.h).
//
// Thread safety: constants and values.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/item.h"
#include "event/types.h"
#include "web/i18n.h"

namespace revier::service {

// How people prove who they are: the least that is enough.
enum class IdentityLevel : std::uint8_t { kNone, kAccount, kEid, kInPerson };
// "none", "account", "eid", "in_person".
[[nodiscard]] std::string_view to_string(IdentityLevel level);
[[nodiscard]] std::optional<IdentityLevel> parse_identity_level(std::string_view name);
[[nodiscard]] const web::Text& label_of(IdentityLevel level);

// A situation of life that services are needed in.
struct Situation {
  std::string_view key;  // "moving"; stored
  web::Text label;
};
[[nodiscard]] std::span<const Situation> situations();
[[nodiscard]] const Situation* find_situation(std::string_view key);  // nullptr: there is none

struct Service : event::Public {
  event::Localised name;
  event::Localised summary;
  std::vector<std::string> needs_de, needs_en;  // what to bring
  event::Localised fee;                         // "13,00 €", "kostenlos"
  std::optional<std::int64_t> days;             // until it is done; 0: at once
  IdentityLevel identity = IdentityLevel::kNone;
  std::string legal_basis;
  std::string office;
  std::string online_form;  // path on this site or https address; empty: none
  std::string offer;        // id of the offer that appointments are booked for; may be empty
  std::vector<std::string> situations;
  std::vector<std::string> words_de, words_en;  // that people use for it
  std::string easy_language;                    // German, Leichte Sprache; may be empty
  event::Localised source;                      // where the text comes from
  std::string as_of;                            // "2025-01-20": when it was true

  // The service as a whole is invented.
  [[nodiscard]] bool is_invented() const { return is_example("service"); }
  // Can be finished today without going to an office: there is a form, nobody has to come, and it
  // is done at once.
  [[nodiscard]] bool is_done_online_today() const;
};

[[nodiscard]] const event::KindSpec& kind();

// From the body of PUT /api/v1/services/{id}: what every item is checked for, and what only a
// service knows: levels, situations, that lists are lists, days from 0 to 3,650.
// Errors: kUnprocessable with `field` and what was expected.
[[nodiscard]] Result<event::Item> read_service_item(std::string_view id, const json::Value& body);
// From an item that read_service_item has taken.
[[nodiscard]] Service read_service(const event::Item& item);

}  // namespace revier::service
