// SPDX-License-Identifier: EUPL-1.2
// Whether the online function of an identity card can be used, and what to do first: at home, or at
// the office. Asks for nothing secret: no PIN, no number of the card; nothing is stored.
//
// What it rests on (PAuswG, and the services of 2024): the function is for people from 16 on; cards
// issued since 15 July 2017 have it switched on; the five-digit transport PIN of the letter is
// replaced once by a PIN of six digits, which the AusweisApp does at home; a PIN that is not known
// any more is set at an office only (the letter that reset it by post ended on 31 January 2024).
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "web/form.h"

namespace revier::appointment {

// The questions: radios "alter", "karte", "pin", "handy"; each with "I don't know" where one may
// not know.
[[nodiscard]] const web::Form& readiness_form();

enum class Step : std::uint8_t {
  // At home.
  kUseIt,         // everything is there: try it
  kSetPin,        // replace the transport PIN by the AusweisApp
  kGetApp,        // install the AusweisApp
  kFindReader,    // no phone with NFC: borrow one, or a card reader
  kLookUpLetter,  // look for the PIN letter; do not type guesses
  kUnlock,        // three wrong tries: PUK of the letter
  // At the office.
  kApplyForCard,
  kSwitchOn,  // a card of before 15 July 2017 whose function is off
  kSetPinAtOffice,
  kTooYoung,  // wait until 16
  // To bring.
  kBringCard,
  kBringLetter,
  kBringPhone,
};
struct Advice {
  bool ready = false;  // nothing of the office is needed
  bool needs_office = false;
  std::vector<Step> at_home;  // in the order to do them
  std::vector<Step> at_office;
  std::vector<Step> bring;  // to the office or the Bürgeraktion
};
// Of a form that was validated.
[[nodiscard]] Advice advise(const web::FormData& answers);
[[nodiscard]] std::string_view text_of(Step step, web::Language language);

}  // namespace revier::appointment
