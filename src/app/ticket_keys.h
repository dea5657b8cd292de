// SPDX-License-Identifier: EUPL-1.2
// The keys that sign tickets: DIR/ticket-keys (0600), made at the first start.
#pragma once
#include <string>

#include "app/options.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "ticket/signed_ticket.h"

namespace revier::app {

// Errors: kCorrupt for a file that is not ours.
[[nodiscard]] Result<ticket::TicketKeys> ticket_keys(const std::string& folder, Random& random,
                                                     const Clock& clock);

// `revier ticket-key`: adds a key, which signs from the next start on.
[[nodiscard]] Result<> run_ticket_key_command(const Options& options);

}  // namespace revier::app
