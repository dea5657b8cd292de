// SPDX-License-Identifier: EUPL-1.2
// Modules: ticket
// Signed tickets and key files out of arbitrary bytes: nothing that was not signed is believed.
#include "base/check.h"
#include "ticket/signed_ticket.h"

namespace {

using revier::ticket::TicketKeys;

const TicketKeys& keys() {
  static revier::SeededRandom random(1);
  static const TicketKeys made =
      *TicketKeys::parse(TicketKeys::with_new_key("", random, revier::Instant{0}));
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)revier::ticket::looks_signed(text);
  const std::string genuine = keys().sign({.event = "e", .code = "K7M3-9QXD-2FHP"});
  // The one text that the key signed is in no corpus; blanks and case are all that may differ.
  const auto opened = keys().open(text);
  RV_CHECK(!opened || opened->code == "K7M3-9QXD-2FHP");
  RV_CHECK(keys().open(genuine).has_value());
  const auto other = TicketKeys::parse(text);
  RV_CHECK(!other || !other->public_keys().empty());
  return 0;
}
