// SPDX-License-Identifier: EUPL-1.2
// Sends what stands in the outbox, from a thread of its own.
//
// For each message: its bytes go to the server; before the last one, which makes the server accept,
// the row is durably "handed"; the server's answer makes it sent, waiting (put off) or failed. So
// after a crash
//   - a row that waits was not accepted: it is sent;
//   - a row that was sent is not sent again;
//   - a row that was handed and has no answer may have been accepted: it becomes "unclear", is
//     shown to the operator and never repeated by itself.
// Nothing is therefore sent twice by the program alone, and nothing is lost without being shown. A
// repeat by hand has the same Message-Id.
//
// Put off by the server: again after 1, 5, 15, 60 minutes, then every 4 hours, for 3 days from the
// first time. A server that cannot be used at all pauses all sending (10 s to 15 minutes) and
// counts for no message, however long it lasts. To one address at most 3 messages an hour leave;
// urgent ones and mass mail are not counted.
//
// Thread safety: status() from any thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "mail/mime.h"
#include "mail/outbox.h"
#include "mail/transport.h"
#include "records/records.h"

namespace revier::mail {

struct SenderStatus {
  bool configured = false;  // false: everything waits
  std::string trouble;      // why the server cannot be used now; empty where all is well
};

class Sender {
 public:
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;          // of the rows
    const Clock& real_clock;           // of the Date field
    std::function<Letterhead()> head;  // asked for each letter
    // What a message says when it leaves; empty: its own text alone. An error puts it off, as a
    // server would.
    std::function<Result<Parts>(const Message&)> parts;
    // Signs what leaves; empty: nothing is signed. An error puts the letter off.
    std::function<Result<std::string>(const std::string& mime)> sign = {};
  };

  // Marks what a crash left unclear. `transport` may be null: then nothing is sent.
  [[nodiscard]] static Result<std::unique_ptr<Sender>> open(Needs needs,
                                                            std::unique_ptr<Transport> transport);
  virtual ~Sender() = default;

  // Sends what is due now, on the caller's thread; how many were tried. Not while the thread runs.
  virtual Result<std::int64_t> step() = 0;
  // Goes on by itself, about once a second, until stop().
  virtual void start() = 0;
  // Ends the thread; a message whose last byte is out gets its answer first (seconds).
  virtual void stop() = 0;
  [[nodiscard]] virtual SenderStatus status() const = 0;
};

// How long a message waits that the server has put off `attempts` times.
[[nodiscard]] Duration back_off(std::int64_t attempts);

}  // namespace revier::mail
