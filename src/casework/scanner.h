// SPDX-License-Identifier: EUPL-1.2
// The port to a virus scanner, and clamd behind it: its INSTREAM command over a unix or TCP socket
// (clamd(8)). Nothing of a file is written to disk for it.
//
// Blocking; each scan has its own connection. Thread safety: from any thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace revier::casework {

class Scanner {
 public:
  virtual ~Scanner() = default;
  // Whether nothing was found. Errors: kUnavailable where the scanner cannot be reached;
  // kBadGateway where it gives no answer on this file; kTooLarge where it takes no file of this
  // size.
  [[nodiscard]] virtual Result<bool> is_clean(std::string_view bytes) = 0;
};

// `address`: "/run/clamav/clamd.ctl", or "HOST:PORT" ("127.0.0.1:3310").
[[nodiscard]] std::unique_ptr<Scanner> clamd_scanner(std::string address,
                                                     Duration timeout = Duration::seconds(30));

}  // namespace revier::casework
