// SPDX-License-Identifier: EUPL-1.2
// Ready-made parts for an issue out of what is public: sessions, offers, services of the
// administration, news of the programme.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/changes.h"
#include "event/programme.h"
#include "service/catalogue.h"
#include "web/form.h"

namespace revier::console {

// What can be put in, for a select; the first is "nothing".
[[nodiscard]] std::vector<web::Option> block_options(const event::Programme& programme,
                                                     const service::Catalogue& services,
                                                     web::Language language);
// As Markdown; nothing for a value that is none of the options (any more).
[[nodiscard]] std::optional<std::string> block_text(const event::Programme& programme,
                                                    const event::Ledger& ledger,
                                                    const service::Catalogue& services,
                                                    std::string_view value, web::Language language);

}  // namespace revier::console
