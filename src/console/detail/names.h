// SPDX-License-Identifier: EUPL-1.2
// What rights, and the actions and things of the audit log, are called on pages.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "identity/access.h"
#include "web/form.h"
#include "web/language.h"

namespace revier::console {

// "Anmeldung storniert" for "registration.cancel"; a name that is not known stays as it is.
[[nodiscard]] std::string audit_action_in(std::string_view action, web::Language language);
// "Anmeldung" for "registration"; the same.
[[nodiscard]] std::string audit_kind_in(std::string_view kind, web::Language language);

[[nodiscard]] web::Label label_of(identity::Action action);
// Rights that no page and no route asks for yet are not offered, nor roles that are made of them.
[[nodiscard]] bool has_function(identity::Action action);
[[nodiscard]] bool has_function(const identity::Role& role);

}  // namespace revier::console
