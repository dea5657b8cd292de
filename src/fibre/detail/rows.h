// SPDX-License-Identifier: EUPL-1.2
// From rows of named texts to addresses, whatever file they come from.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fibre/read_list.h"

namespace revier::fibre::detail {

enum class Column : std::uint8_t {
  kStreet,
  kNumber,
  kLetter,
  kDistrict,
  kState,
  kSince,
  kPlanned,
  kProvider,
  kLatitude,
  kLongitude,
  kEast,
  kNorth,
};
inline constexpr std::size_t kColumns = 12;
// Of "Straße", "strasse", "STREET"; nullopt where it is none of ours.
[[nodiscard]] std::optional<Column> column_of(std::string_view name);

struct RawRow {
  std::size_t row = 0;
  std::array<std::string, kColumns> cells;
  std::optional<Point> place;  // where the file has geometry
  bool wrong_place = false;    // it has one that is none
  bool wrong_text = false;
  [[nodiscard]] std::string& cell(Column column) {
    return cells.at(static_cast<std::size_t>(column));
  }
  [[nodiscard]] const std::string& cell(Column column) const {
    return cells.at(static_cast<std::size_t>(column));
  }
};

// Gathers streets. Memory is bounded by kListRowsMax and kStreetsMax.
class Rows {
 public:
  // Errors: kTooLarge.
  [[nodiscard]] Result<> add(RawRow row);
  // Errors: kUnprocessable for a list without a single address.
  [[nodiscard]] Result<ReadList> finish() &&;

 private:
  void reject(const RawRow& row, Reason reason, std::string_view detail);
  // An address and the row that it comes from.
  struct Kept {
    Address address;
    std::size_t row = 0;
  };
  struct OneStreet {
    Street street;
    std::vector<Kept> kept;
  };
  [[nodiscard]] Result<OneStreet*> street_of(const RawRow& row);
  void settle(OneStreet& street);

  ReadList list_;
  std::map<std::pair<std::string, std::string>, OneStreet> streets_;  // by key and district
  // By the name as it was written: most rows follow one of the same street.
  std::map<std::pair<std::string, std::string>, OneStreet*> written_;
};

[[nodiscard]] bool is_place(double longitude, double latitude);

// Texts between what people write and what we keep; Result or nullopt.
[[nodiscard]] std::optional<State> state_of(std::string_view text);
[[nodiscard]] std::optional<double> number_of(std::string_view text);

}  // namespace revier::fibre::detail
