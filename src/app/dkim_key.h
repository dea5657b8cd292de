// SPDX-License-Identifier: EUPL-1.2
// The key that signs letters: DIR/dkim-key (0600), made when it is first needed.
#pragma once
#include <memory>

#include "app/options.h"
#include "base/result.h"
#include "mail/dkim.h"

namespace revier::app {

// nullptr where nothing is signed: mail.dkim is off or there is no mail.from.
// Errors: kCorrupt for a key file that is not ours.
[[nodiscard]] Result<std::unique_ptr<mail::DkimSigner>> dkim_signer(const Options& options);

// `revier dkim`: prints the record for the domain's name server.
[[nodiscard]] Result<> run_dkim_command(const Options& options);

}  // namespace revier::app
