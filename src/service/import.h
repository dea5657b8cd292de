// SPDX-License-Identifier: EUPL-1.2
// Services from a file: what reading it in would make, change and refuse.
//
// JSON: a list of services in the form of the API, each with its `id`. CSV and XLSX: the first row
// names the columns, in German or English (docs/organise/services.md lists them); needed are name,
// summary, identity, office, source and date. A service is known again by its id, else by the id
// that its German name gives ("Hund anmelden" is hund-anmelden). A column that is missing leaves
// what is there as it is, an empty cell takes it out; where there is no English text the German one
// stands for it. Lists in a cell are divided by "|" or line ends.
//
// A row that is refused says why; the others are taken all the same.
//
// Thread safety: pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/item.h"
#include "service/catalogue.h"
#include "table/outcome.h"

namespace revier::service {

using table::Outcome;
[[nodiscard]] std::string_view to_string(Outcome outcome);  // "new", "changed", "same", "refused"

struct ImportRow {
  std::size_t line = 0;  // of the table, or number in the list of a JSON file, from 1
  std::string id;
  std::string name;
  Outcome outcome = Outcome::kRefused;
  // Of a refused row: the field of the API that is at fault, "" for the row as a whole; why.
  std::string field;
  std::string reason;
};

struct ImportPlan {
  std::vector<ImportRow> rows;
  std::vector<std::string> other_columns;  // that nothing is read from
  std::vector<event::Item> items;          // new and changed ones, to be written

  [[nodiscard]] std::size_t count(Outcome outcome) const;
};

// Errors: kUnprocessable for what is no such file (`field` "columns" with the missing ones in the
// message, "rows" where there are none) and what table::read_table says; kTooLarge.
[[nodiscard]] Result<ImportPlan> plan_import(std::string_view file, const Catalogue& current);

// {"written": true, "new": 3, "changed": 1, "same": 0, "refused": 1,
//  "rows": [{"line": 2, "id": ..., "name": ..., "outcome": ..., "field": ..., "reason": ...}],
//  "other_columns": [...]}
[[nodiscard]] std::string report_json(const ImportPlan& plan, bool written);

// The items of a plan as JSON and back, checked like any service of the API.
[[nodiscard]] std::string items_json(const std::vector<event::Item>& items);
// Errors: kUnprocessable, kInvalidRequest.
[[nodiscard]] Result<std::vector<event::Item>> items_from_json(std::string_view text);

}  // namespace revier::service
