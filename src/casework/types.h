// SPDX-License-Identifier: EUPL-1.2
// A case: one form that somebody fills in and hands in, and what becomes of it.
//
// Personal records: kept for a purpose (Definition::purpose) and until delete_after. A draft goes
// 30 days after its last change; a case goes when its form says so, counted from the decision.
//
// Thread safety: values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace revier::casework {

enum class State : std::uint8_t {
  kDraft,      // being filled in
  kReceived,   // handed in, nobody works on it yet
  kWorking,    // somebody has taken it
  kAsked,      // the office waits for an answer of the person
  kDecided,    // ended by the office
  kWithdrawn,  // ended by the person
};
[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] State parse_state(std::string_view name);
[[nodiscard]] constexpr bool is_open(State state) {
  return state == State::kReceived || state == State::kWorking || state == State::kAsked;
}

enum class Outcome : std::uint8_t { kNone, kGranted, kRefused, kSettled };
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] Outcome parse_outcome(std::string_view name);

struct Case {
  std::string id;
  std::string form;
  std::int64_t version = 1;
  std::string office;  // of the form, for rights
  std::string number;  // "V-7K3MQ9TR"; empty while it is a draft
  State state = State::kDraft;
  Outcome outcome = Outcome::kNone;
  std::string answers = "{}";  // JSON
  std::string mail;            // may be empty
  std::string language = "de";
  std::string worker;       // id of the account that has taken it
  std::string worker_name;  // its sign-in name
  Instant created_at;
  Instant changed_at;
  std::optional<Instant> submitted_at;
  std::optional<Instant> ended_at;
  Instant delete_after;
  std::int64_t revision = 1;  // one more with each change
};

enum class Author : std::uint8_t { kPerson, kOffice };

struct CaseMessage {
  std::int64_t number = 0;  // in the case, from 1
  Author author = Author::kPerson;
  std::string text;
  Instant at;
};

}  // namespace revier::casework
