// SPDX-License-Identifier: EUPL-1.2
// A certificate authority of this machine's own, and the server's certificate that it signs: TLS in
// a network without internet. The authority is limited to private addresses and local names (RFC
// 5280, 4.2.1.10), so that whoever trusts it trusts it for nothing else. Of local names without a
// dot these are "localhost" and the one that the machine had when the authority was made; a machine
// that is renamed later is reached as "NAME.local" and by its addresses.
//
// In FOLDER: ca.pem, ca-key.pem, server.pem (with the chain), server-key.pem; the keys 0600.
//
// Thread safety: one thread at a time.
#pragma once
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "lan/addresses.h"

namespace revier::lan {

struct Certificates {
  std::string server_file;
  std::string server_key_file;
  std::string authority_der;  // for phones to load
  std::string fingerprint;    // SHA-256 of the authority: "AB:CD:..."
  Instant server_until;
  bool renewed = false;  // the server's certificate was made by this call
};

// Makes what is missing and renews what ends within 30 days or was made for other names; `now` is
// real time. Errors: kUnavailable with the file and what the system said; kCorrupt for a file that
// is not ours; kInternalError with what OpenSSL said.
[[nodiscard]] Result<Certificates> certificates(const std::string& folder, const Names& names,
                                                Instant now);

}  // namespace revier::lan
