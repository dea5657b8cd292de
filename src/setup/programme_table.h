// SPDX-License-Identifier: EUPL-1.2
// A programme that stands in a table: what reading it in would make, change and refuse.
//
// The first row names the columns, in German or English (docs/organise/first-start.md lists them);
// needed are title, day, start and end. A row is known again by its id, or by its title. Rooms,
// speakers and tracks that are named and not there yet are made too. A column that is missing
// leaves what is there as it is. Formats and languages are read by their code or their name.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/item.h"
#include "event/programme.h"
#include "table/outcome.h"
#include "table/table.h"

namespace revier::setup {

using table::Outcome;

enum class Reason : std::uint8_t {
  kNone,
  kNoTitle,
  kNoDay,      // no date, or none of the event's days; `detail` is the cell
  kNoTime,     // start or end is no time
  kEndsFirst,  // ends before it begins
  kNoNumber,   // seats
  kTwice,      // the same id in two rows
  kField,      // the programme does not take it; `detail` names the field
};

struct PlannedRow {
  std::size_t line = 0;
  std::string title;
  Outcome outcome = Outcome::kRefused;
  Reason reason = Reason::kNone;
  std::string detail;
};

struct NewSpeaker {
  std::string name;
  std::string function;  // what stood behind a comma, may be empty
  bool operator==(const NewSpeaker&) const = default;
};

struct ProgrammePlan {
  std::vector<PlannedRow> rows;        // one for each row of the table
  std::vector<std::string> new_rooms;  // names
  std::vector<NewSpeaker> new_speakers;
  // "Name, function" of people who are there already: their function stays as it was.
  std::vector<std::string> kept_functions;
  std::vector<std::string> new_tracks;     // names
  std::vector<std::string> other_columns;  // that nothing is read from
  std::vector<event::Item> items;          // to become drafts: rooms, speakers, event, sessions

  [[nodiscard]] std::size_t count(Outcome outcome) const;
};

// An item as it would be released now, with its draft.
using FindItem =
    std::function<std::optional<event::Item>(const event::KindSpec& kind, std::string_view id)>;

// `preview`: the programme with its drafts; it has an event.
// Errors: kUnprocessable, `field` "columns" with the missing ones in the message; `field` "rows"
// where there are none.
[[nodiscard]] Result<ProgrammePlan> plan_programme(std::span<const table::Row> rows,
                                                   const event::Programme& preview,
                                                   const FindItem& find);

// The items of a plan as JSON and back, checked like any item of the API.
[[nodiscard]] std::string items_json(std::span<const event::Item> items);
// Errors: kUnprocessable, kInvalidRequest.
[[nodiscard]] Result<std::vector<event::Item>> items_from_json(std::string_view text);

}  // namespace revier::setup
