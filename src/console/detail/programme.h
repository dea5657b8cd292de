// SPDX-License-Identifier: EUPL-1.2
// What the pages of the programme share among each other.
#pragma once
#include <string>
#include <vector>

#include "console/detail/programme_form.h"
#include "console/routes.h"

namespace revier::console {

inline constexpr std::string_view kProgrammePage = "/console/programm";

[[nodiscard]] std::string list_page(const ItemKind& kind);
// Of the programme as it would be, against the seats sold now.
[[nodiscard]] std::vector<event::Conflict> programme_conflicts(const Needs& needs,
                                                               const event::Programme& programme);

// Of a session that is to go or to move: how many seats are taken, and that these people are
// written to; empty where nobody has a seat or waits.
[[nodiscard]] std::string told_text(const Needs& needs, std::string_view session,
                                    const web::Message& text, web::Language language);

// Makes an item public at once, not as a draft. The line of the audit log first: nothing changes
// without one. `deed` names what outlives the call. Errors: those of event::read_item(), with
// nothing written.
[[nodiscard]] Task<Result<>> put_at_once(const Needs& needs, event::ProgrammeKeeper& keeper,
                                         const identity::Caller& caller, const identity::Deed& deed,
                                         event::Item item);

// PAGE/neu, PAGE/{id}, PAGE/{id}/verwerfen, PAGE/{id}/entfernen
void add_programme_item(net::Router& router, const Needs& needs, const ItemKind& kind);
// /console/programm/veroeffentlichen
void add_programme_release(net::Router& router, const Needs& needs);

}  // namespace revier::console
