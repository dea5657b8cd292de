// SPDX-License-Identifier: EUPL-1.2
// States, periods and addresses in words.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "fibre/types.h"
#include "web/components.h"
#include "web/i18n.h"

namespace revier::fibre {

[[nodiscard]] std::string_view label(State state, web::Language language);
[[nodiscard]] web::kern::Tone tone(State state);
// "Juli 2026", "3. Quartal 2026", "30. September 2026", "2026".
[[nodiscard]] std::string in_words(const Period& period, web::Language language);
// "31. Januar 2025" of "2025-01-31".
[[nodiscard]] std::string day_in_words(std::string_view day, web::Language language);
// "verfügbar seit Juni 2024", "geplant für das Jahr 2026": what a list shows of an address.
[[nodiscard]] std::string summary(const Address& address, web::Language language);
// "Bahnhofstraße 12a", "Bahnhofstraße 12a (Sodingen)" where the name alone is not enough.
[[nodiscard]] std::string name_of(const Street& street, std::string_view number,
                                  bool with_district);
// "44,7 %".
[[nodiscard]] std::string percent(double value, web::Language language);

}  // namespace revier::fibre
