// SPDX-License-Identifier: EUPL-1.2
// Signing letters with DKIM (RFC 6376): rsa-sha256, relaxed/relaxed, by libopendkim.
//
// The signature covers what tells who writes to whom about what, and both fields of RFC 8058; From
// once more than it is there, so that no second one can be added.
//
// Thread safety: one thread at a time.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::mail {

// What the domain's name server has to say.
struct DkimRecord {
  std::string name;   // "revier._domainkey.event.example"
  std::string value;  // of a TXT record: "v=DKIM1; k=rsa; p=..."
};

class DkimSigner {
 public:
  // A new RSA key of 2048 bits, as PEM.
  [[nodiscard]] static Result<std::string> make_key();
  // `domain` is that of the From address. Errors: kCorrupt for a key that is none of ours.
  [[nodiscard]] static Result<std::unique_ptr<DkimSigner>> open(std::string_view pem,
                                                                std::string_view domain,
                                                                std::string_view selector);
  virtual ~DkimSigner() = default;

  // The letter with its signature before it. `mime` has CRLF line ends.
  [[nodiscard]] virtual Result<std::string> sign(const std::string& mime) const = 0;
  [[nodiscard]] virtual const DkimRecord& record() const = 0;
};

}  // namespace revier::mail
