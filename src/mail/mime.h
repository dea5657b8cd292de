// SPDX-License-Identifier: EUPL-1.2
// A message as it goes over the wire (RFC 5322, RFC 2045 to 2049), made by GMime.
//
// Text and, where there is one, HTML as multipart/alternative; UTF-8 everywhere. Message-Id comes
// from the message's key alone: every try of the same row carries the same one, also after a
// restore from a backup, so that a receiver can drop a repeat. Auto-Submitted (RFC 3834) keeps
// out-of-office answers away.
//
// Thread safety: one thread at a time (GMime).
#pragma once
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "mail/outbox.h"

namespace revier::mail {

// What a letter says.
struct Parts {
  std::string text;
  std::string html;         // may be empty
  std::string unsubscribe;  // https address that ends such letters by one POST (RFC 8058), or empty
  // Of letters to a list: its List-Id (RFC 2919) without the sender's domain, "news.newsletter".
  std::string list = {};
};

struct Letterhead {
  std::string from;       // address
  std::string from_name;  // may be empty
  std::string reply_to;   // address, may be empty
};

// Lines end in CRLF. `date` is the real time. The text is that of the parts.
[[nodiscard]] std::string write_mime(const Message& message, const Parts& parts,
                                     const Letterhead& head, Instant date);

// "K5…@host" of the sender's address, without angle brackets.
[[nodiscard]] std::string message_id(const Message& message, const Letterhead& head);

}  // namespace revier::mail
