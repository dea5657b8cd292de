// SPDX-License-Identifier: EUPL-1.2
// Mail that is to be sent: a row written in the same transaction as what it tells about.
//
// So no mail is lost after a crash and none is written for what did not happen. A `key` makes
// writing idempotent: the same key a second time changes nothing. The sender (mail/sender.h) takes
// rows from here; what it knows of each stands in its state.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::mail {

// Purpose of letters about the accounts of staff: their one-time links take an account over, so
// nobody but the addressee reads them.
inline constexpr std::string_view kAccountPurpose = "account";

// To one address; urgent and mass mail beside it.
inline constexpr std::int64_t kMailsAnHourMax = 3;

struct Message {
  std::string key;      // unique, e.g. "registration-<id>-confirmed"
  std::string purpose;  // why the address is used, e.g. "registration"
  std::string to;
  std::string to_name;  // may be empty
  std::string subject;
  std::string text;             // plain text, lines ended by \n
  std::string language = "de";  // "de" or "en"
  bool urgent = false;          // goes first and is not held back by the limit an address
  bool bulk = false;     // one of many: goes after all others, the limit an address is not its own
  Instant delete_after;  // retention: when the row goes
};

enum class State : std::uint8_t {
  kWaiting,  // to be sent at next_attempt_at
  kHanded,   // its last byte is on its way to the server; the answer is not known yet
  kSent,     // the server took it
  kFailed,   // the server refused it for good, or we gave up
  kUnclear,  // handed over, and no answer came: it may have been sent. Never repeated by itself
};
[[nodiscard]] std::string_view to_string(State state);

struct StoredMessage {
  std::int64_t id = 0;  // never given to another, also when the row is gone
  Message message;
  Instant written_at;
  State state = State::kWaiting;
  std::int64_t attempts = 0;             // that reached the server and were put off by it
  std::optional<Instant> put_off_since;  // the first of them
  Instant next_attempt_at;
  std::optional<Instant> settled_at;  // of kHanded, kSent, kFailed, kUnclear
  std::string reason;                 // why it waits, failed or is unclear; may hold the address
};

[[nodiscard]] std::span<const records::Migration> migrations();

// Queues a message inside the caller's transaction.
[[nodiscard]] Result<> enqueue(records::Session& session, const Message& message, Instant now);

// Whether `most` messages that are not urgent were queued to an address within an hour: whoever
// types an address that may be another's asks before a letter goes there. Case does not matter.
[[nodiscard]] Result<bool> has_had_enough(records::Session& session, std::string_view to,
                                          Instant now, std::int64_t most = kMailsAnHourMax);

// The same of messages whose key begins so, urgent ones too: an allowance of their own.
[[nodiscard]] Result<bool> has_had_enough_of(records::Session& session, std::string_view to,
                                             std::string_view key_begin, Instant now,
                                             std::int64_t most = kMailsAnHourMax);

// Newest first; `before_id` 0 starts at the end. At most `limit` (1 to 100).
[[nodiscard]] Result<std::vector<StoredMessage>> list(records::Session& session,
                                                      std::int64_t before_id, std::int64_t limit);
// Errors of the two: kResourceNotFound.
[[nodiscard]] Result<StoredMessage> get(records::Session& session, std::int64_t id);
[[nodiscard]] Result<StoredMessage> find_by_key(records::Session& session, std::string_view key);
// All to an address but what is about accounts, oldest first.
[[nodiscard]] Result<std::vector<StoredMessage>> list_to(records::Session& session,
                                                         std::string_view to);
// The last one to an address whose key begins so.
[[nodiscard]] Result<std::optional<StoredMessage>> newest_to(records::Session& session,
                                                             std::string_view to,
                                                             std::string_view key_begin);
// All whose key begins so, whoever they went to, oldest first.
[[nodiscard]] Result<std::vector<StoredMessage>> list_about(records::Session& session,
                                                            std::string_view key_begin);

// A letter's text for others than its addressee: `instead` stands where a web address was, for
// who knows a secret link acts for the person it was sent to.
[[nodiscard]] std::string without_links(std::string_view text, std::string_view instead);

// What is due, urgent ones first, then by time.
[[nodiscard]] Result<std::vector<StoredMessage>> due(records::Session& session, Instant now,
                                                     std::int64_t limit);
// When messages to `to` that count for the limit were handed over since an instant, oldest first.
[[nodiscard]] Result<std::vector<Instant>> handed_since(records::Session& session,
                                                        std::string_view to, Instant since);

// kHanded, durable before the last byte leaves. False where the row is gone, is on hold or does not
// wait.
[[nodiscard]] Result<bool> set_handed(records::Session& session, std::int64_t id, Instant now);
// kSent, kFailed, kUnclear.
[[nodiscard]] Result<> settle(records::Session& session, std::int64_t id, State state, Instant now,
                              std::string_view reason);
// Waits on; `attempted_at`, where the server has put it off: that counts as an attempt.
[[nodiscard]] Result<> put_off(records::Session& session, std::int64_t id, Instant until,
                               std::string_view reason,
                               std::optional<Instant> attempted_at = std::nullopt);
// The message of a key stands for an earlier one that was put off: it is so since the same time,
// and was tried as often, so that an address that puts off whatever comes is given up in the end.
[[nodiscard]] Result<> age_like(records::Session& session, std::string_view key,
                                const StoredMessage& earlier);
// What was being handed over when the program ended is unclear from now on. How many.
[[nodiscard]] Result<std::int64_t> give_up_handed(records::Session& session, Instant now);
// A failed or unclear one waits again, by the will of a person; at once what waits.
// Errors: kConflict for one that is sent or under way.
[[nodiscard]] Result<> retry(records::Session& session, std::int64_t id, Instant now);

struct Counts {
  std::int64_t waiting = 0, sent = 0, failed = 0, unclear = 0;
};
[[nodiscard]] Result<Counts> count(records::Session& session);

// Takes back waiting messages to an address whose key begins so: a newer one says it better. How
// many.
[[nodiscard]] Result<std::int64_t> take_back(records::Session& session, std::string_view to,
                                             std::string_view key_begin);
// Erases all whose key begins so, whoever they went to. How many.
[[nodiscard]] Result<std::int64_t> erase_about(records::Session& session,
                                               std::string_view key_begin);
// Erases those to an address whose key begins so. What left within the hour goes when that is over:
// it still counts, or whoever begins anew and erases again writes to an address without end.
[[nodiscard]] Result<> forget(records::Session& session, std::string_view to,
                              std::string_view key_begin, Instant now);
// Erases everything to an address but what is about accounts. How many.
[[nodiscard]] Result<std::int64_t> erase_to(records::Session& session, std::string_view to);
// Of mass mail for one purpose: how it fares; and how many of all mass mail could leave now.
[[nodiscard]] Result<Counts> count_purpose(records::Session& session, std::string_view purpose);
[[nodiscard]] Result<std::int64_t> count_due_bulk(records::Session& session, Instant now);
// Letters of a purpose that have not left stay where they are until release(), also those that the
// sender has in hand and those whose retention ends: who holds them takes them back when there is
// no reason to keep the address any more. One whose last byte is out may still arrive.
[[nodiscard]] Result<> hold(records::Session& session, std::string_view purpose);
[[nodiscard]] Result<> release(records::Session& session, std::string_view purpose, Instant now,
                               Instant delete_after);

// Erases what was written to an address for purposes that begin so. How many.
[[nodiscard]] Result<std::int64_t> erase_purpose_to(records::Session& session, std::string_view to,
                                                    std::string_view purpose);
// Erases what has passed its retention and is not on hold. How many.
[[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);

}  // namespace revier::mail
