// SPDX-License-Identifier: EUPL-1.2
// Mail that is to be sent: a row written in the same transaction as what it tells about.
//
// So no mail is lost after a crash and none is written for what did not happen. A `key` makes
// writing idempotent: the same key a second time changes nothing.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::mail {

struct Message {
  std::string key;      // unique, e.g. "registration-<id>-confirmed"
  std::string purpose;  // why the address is used, e.g. "registration"
  std::string to;
  std::string subject;
  std::string text;      // plain text, lines ended by \n
  Instant delete_after;  // retention: when the row goes
};

struct StoredMessage {
  std::int64_t id;
  Message message;
  Instant written_at;
};

[[nodiscard]] std::span<const records::Migration> migrations();

// Queues a message inside the caller's transaction.
[[nodiscard]] Result<> enqueue(records::Session& session, const Message& message, Instant now);

// How many messages to `to` were queued since an instant: for the limit an address.
[[nodiscard]] Result<std::int64_t> count_since(records::Session& session, std::string_view to,
                                               Instant since);

// Newest first; `before_id` 0 starts at the end. At most `limit` (1 to 100).
[[nodiscard]] Result<std::vector<StoredMessage>> list(records::Session& session,
                                                      std::int64_t before_id, std::int64_t limit);
// Errors: kResourceNotFound.
[[nodiscard]] Result<StoredMessage> get(records::Session& session, std::int64_t id);

}  // namespace revier::mail
