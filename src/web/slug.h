// SPDX-License-Identifier: EUPL-1.2
// The part of an address that names a thing, made of its title as Germans write without umlauts:
// "Größe & Maß – eine Übersicht" is "groesse-mass-eine-uebersicht"; other scripts are transcribed
// (ICU's Any-Latin and de-ASCII).
//
// Thread safety: any thread.
#pragma once
#include <string>
#include <string_view>

namespace revier::web {

// Lower-case letters, digits and single hyphens between them, at most 60 bytes; "" where nothing
// is left.
[[nodiscard]] std::string slug(std::string_view utf8);

}  // namespace revier::web
