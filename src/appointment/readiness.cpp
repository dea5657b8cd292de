// SPDX-License-Identifier: EUPL-1.2
#include "appointment/readiness.h"

#include "appointment/texts.h"

namespace revier::appointment {
namespace {

web::FormField question(const char* name, const web::Text& label, std::vector<web::Option> options,
                        const web::Label& hint = {}) {
  return {.name = name,
          .kind = web::FieldKind::kRadios,
          .label = label,
          .hint = hint,
          .required = true,
          .options = std::move(options)};
}

}  // namespace

const web::Form& readiness_form() {
  static const web::Form kForm{
      .fields = {question("alter", texts::kReadyAge,
                          {{"ab16", texts::kReadyAgeYes}, {"unter16", texts::kReadyAgeNo}}),
                 question("karte", texts::kReadyCard,
                          {{"neu", texts::kReadyCardNew},
                           {"alt", texts::kReadyCardOld},
                           {"keine", texts::kReadyCardNone}},
                          texts::kReadyCardHint),
                 question("pin", texts::kReadyPin,
                          {{"eigene", texts::kReadyPinOwn},
                           {"transport", texts::kReadyPinLetter},
                           {"gesperrt", texts::kReadyPinBlocked},
                           {"keine", texts::kReadyPinNone}},
                          texts::kReadyPinHint),
                 question("handy", texts::kReadyPhone,
                          {{"ja", texts::kReadyPhoneYes},
                           {"nein", texts::kReadyPhoneNo},
                           {"unklar", texts::kReadyPhoneUnknown}},
                          texts::kReadyPhoneHint)}};
  return kForm;
}

Advice advise(const web::FormData& answers) {
  Advice advice;
  if (answers.get("alter") == "unter16") {
    advice.at_office = {Step::kTooYoung};
    return advice;
  }
  const std::string_view card = answers.get("karte");
  const std::string_view pin = answers.get("pin");
  advice.bring = {Step::kBringCard};
  if (card == "keine") {
    advice.at_office = {Step::kApplyForCard};
    advice.bring.clear();
  } else if (card == "alt") {
    advice.at_office.push_back(Step::kSwitchOn);
  }
  if (card != "keine") {
    if (pin == "keine") {
      advice.at_home.push_back(Step::kLookUpLetter);
      advice.at_office.push_back(Step::kSetPinAtOffice);
    }
    if (pin == "gesperrt") {
      advice.at_home.push_back(Step::kUnlock);
      advice.at_office.push_back(Step::kSetPinAtOffice);
    }
    if (pin == "transport" || pin == "gesperrt") advice.bring.push_back(Step::kBringLetter);
  }
  if (answers.get("handy") == "nein") {
    advice.at_home.push_back(Step::kFindReader);
  } else if (card != "keine") {
    advice.bring.push_back(Step::kBringPhone);
  }
  advice.at_home.push_back(Step::kGetApp);
  // An old card's PIN is set where the function is switched on.
  const bool pin_at_home = card == "neu" && pin == "transport";
  if (pin_at_home) advice.at_home.push_back(Step::kSetPin);
  advice.needs_office = !advice.at_office.empty() && pin != "gesperrt";
  advice.needs_office = advice.needs_office || card != "neu";
  advice.ready = card == "neu" && pin == "eigene";
  if (advice.ready) advice.at_home.push_back(Step::kUseIt);
  return advice;
}

std::string_view text_of(Step step, web::Language language) {
  switch (step) {
    case Step::kUseIt:
      return web::text(language, texts::kReadyStepUse);
    case Step::kSetPin:
      return web::text(language, texts::kReadyStepSetPin);
    case Step::kGetApp:
      return web::text(language, texts::kReadyStepApp);
    case Step::kFindReader:
      return web::text(language, texts::kReadyStepReader);
    case Step::kLookUpLetter:
      return web::text(language, texts::kReadyStepLetter);
    case Step::kUnlock:
      return web::text(language, texts::kReadyStepUnlock);
    case Step::kApplyForCard:
      return web::text(language, texts::kReadyStepApply);
    case Step::kSwitchOn:
      return web::text(language, texts::kReadyStepSwitchOn);
    case Step::kSetPinAtOffice:
      return web::text(language, texts::kReadyStepPinOffice);
    case Step::kTooYoung:
      return web::text(language, texts::kReadyStepYoung);
    case Step::kBringCard:
      return web::text(language, texts::kReadyBringCard);
    case Step::kBringLetter:
      return web::text(language, texts::kReadyBringLetter);
    case Step::kBringPhone:
      return web::text(language, texts::kReadyBringPhone);
  }
  return {};
}

}  // namespace revier::appointment
