// SPDX-License-Identifier: EUPL-1.2
#include "fibre/detail/rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "base/utf8.h"
#include "fibre/search_key.h"

namespace revier::fibre::detail {
namespace {

constexpr std::size_t kNameMax = 100;
constexpr std::size_t kDetailMax = 60;

struct ColumnName {
  std::string_view key;
  Column column;
};
// As search_key() has them.
constexpr std::array kColumnNames = {
    ColumnName{"strasse", Column::kStreet},
    ColumnName{"strassenname", Column::kStreet},
    ColumnName{"street", Column::kStreet},
    ColumnName{"hausnummer", Column::kNumber},
    ColumnName{"hausnr", Column::kNumber},
    ColumnName{"hnr", Column::kNumber},
    ColumnName{"nummer", Column::kNumber},
    ColumnName{"number", Column::kNumber},
    ColumnName{"housenumber", Column::kNumber},
    ColumnName{"zusatz", Column::kLetter},
    ColumnName{"adz", Column::kLetter},
    ColumnName{"letter", Column::kLetter},
    ColumnName{"bezirk", Column::kDistrict},
    ColumnName{"stadtbezirk", Column::kDistrict},
    ColumnName{"stadtteil", Column::kDistrict},
    ColumnName{"ortsteil", Column::kDistrict},
    ColumnName{"district", Column::kDistrict},
    ColumnName{"status", Column::kState},
    ColumnName{"stand", Column::kState},
    ColumnName{"state", Column::kState},
    ColumnName{"seit", Column::kSince},
    ColumnName{"since", Column::kSince},
    ColumnName{"geplant", Column::kPlanned},
    ColumnName{"planned", Column::kPlanned},
    ColumnName{"anbieter", Column::kProvider},
    ColumnName{"betreiber", Column::kProvider},
    ColumnName{"provider", Column::kProvider},
    ColumnName{"lat", Column::kLatitude},
    ColumnName{"breite", Column::kLatitude},
    ColumnName{"latitude", Column::kLatitude},
    ColumnName{"lon", Column::kLongitude},
    ColumnName{"laenge", Column::kLongitude},
    ColumnName{"longitude", Column::kLongitude},
    ColumnName{"ost", Column::kEast},
    ColumnName{"east", Column::kEast},
    ColumnName{"x", Column::kEast},
    ColumnName{"nord", Column::kNorth},
    ColumnName{"north", Column::kNorth},
    ColumnName{"y", Column::kNorth},
};

struct StateName {
  std::string_view key;
  State state;
};
constexpr std::array kStateNames = {
    StateName{"available", State::kAvailable},
    StateName{"verfuegbar", State::kAvailable},
    StateName{"underconstruction", State::kUnderConstruction},
    StateName{"imbau", State::kUnderConstruction},
    StateName{"bau", State::kUnderConstruction},
    StateName{"planned", State::kPlanned},
    StateName{"geplant", State::kPlanned},
    StateName{"notplanned", State::kNotPlanned},
    StateName{"nichtgeplant", State::kNotPlanned},
    StateName{"unknown", State::kUnknown},
    StateName{"unbekannt", State::kUnknown},
    StateName{"", State::kUnknown},
};

std::string shortened(std::string_view text) {
  if (text.size() <= kDetailMax) return std::string(text);
  return std::string(cut_to_bytes(text, kDetailMax)) + "…";
}

}  // namespace

std::optional<Column> column_of(std::string_view name) {
  const std::string key = search_key(name);
  const auto* const found = std::ranges::find(kColumnNames, key, &ColumnName::key);
  if (found == kColumnNames.end()) return std::nullopt;
  return found->column;
}

std::optional<State> state_of(std::string_view text) {
  if (text.empty()) return State::kUnknown;
  const std::string key = search_key(text);
  const auto* const found = std::ranges::find(kStateNames, key, &StateName::key);
  if (found == kStateNames.end() || key.empty()) return std::nullopt;
  return found->state;
}

std::optional<double> number_of(std::string_view text) {
  std::string plain(text);
  // A decimal comma, where there is no point.
  if (plain.find('.') == std::string::npos) std::ranges::replace(plain, ',', '.');
  double value = 0;
  const auto end = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (end.ec != std::errc() || end.ptr != plain.data() + plain.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

bool is_place(double longitude, double latitude) {
  return std::isfinite(longitude) && std::isfinite(latitude) && std::abs(longitude) <= 180 &&
         std::abs(latitude) <= 90;
}

void Rows::reject(const RawRow& row, Reason reason, std::string_view detail) {
  ++list_.rejected;
  if (list_.rejects.size() == kRejectsKept) return;
  const auto readable = [&row](std::string_view text) {
    return row.wrong_text ? std::string() : shortened(text);
  };
  list_.rejects.push_back({.row = row.row,
                           .reason = reason,
                           .detail = readable(detail),
                           .street = readable(row.cell(Column::kStreet)),
                           .number = readable(row.cell(Column::kNumber))});
}

Result<> Rows::add(RawRow row) {
  if (++list_.rows > kListRowsMax) {
    return fail(Code::kTooLarge, fmt::format("more than {} addresses in one list", kListRowsMax));
  }
  const auto refuse = [&](Reason reason, std::string_view detail) -> Result<> {
    reject(row, reason, detail);
    return {};
  };
  if (row.wrong_text) return refuse(Reason::kWrongText, {});
  for (const Column column : {Column::kStreet, Column::kDistrict, Column::kProvider}) {
    if (row.cell(column).size() > kNameMax) return refuse(Reason::kTooLong, row.cell(column));
  }
  RV_ASSIGN(OneStreet* const street, street_of(row));
  if (street == nullptr) return refuse(Reason::kNoStreet, row.cell(Column::kStreet));
  const std::string whole = row.cell(Column::kNumber) + row.cell(Column::kLetter);
  if (whole.empty()) return refuse(Reason::kNoNumber, {});
  auto number = parse_house_number(whole);
  if (!number) return refuse(Reason::kWrongNumber, whole);
  const auto state = state_of(row.cell(Column::kState));
  if (!state) return refuse(Reason::kWrongState, row.cell(Column::kState));
  const auto since = parse_period(row.cell(Column::kSince));
  if (!since) return refuse(Reason::kWrongPeriod, row.cell(Column::kSince));
  const auto planned = parse_period(row.cell(Column::kPlanned));
  if (!planned) return refuse(Reason::kWrongPeriod, row.cell(Column::kPlanned));
  const bool outside = row.place && !is_place(row.place->longitude, row.place->latitude);
  if (row.wrong_place || outside) return refuse(Reason::kWrongPlace, {});
  street->kept.push_back({.address = {.number = std::move(*number),
                                      .state = *state,
                                      .since = *since,
                                      .planned = *planned,
                                      .provider = row.cell(Column::kProvider),
                                      .place = row.place},
                          .row = row.row});
  return {};
}

Result<Rows::OneStreet*> Rows::street_of(const RawRow& row) {
  const std::string& name = row.cell(Column::kStreet);
  const std::string& district = row.cell(Column::kDistrict);
  if (const auto known = written_.find({name, district}); known != written_.end()) {
    return known->second;
  }
  std::string key = search_key(name);
  if (key.empty()) return nullptr;
  OneStreet& street = streets_[{key, district}];
  if (street.street.name.empty()) {
    if (streets_.size() > kStreetsMax) {
      return fail(Code::kTooLarge, fmt::format("more than {} streets in one list", kStreetsMax));
    }
    street.street = {.name = name, .district = district, .key = std::move(key), .addresses = {}};
  }
  if (written_.size() < 2 * kStreetsMax) written_.emplace(std::pair(name, district), &street);
  return &street;
}

// Of one address that is there twice the first row counts.
void Rows::settle(OneStreet& street) {
  std::ranges::sort(street.kept, [](const Kept& a, const Kept& b) {
    return std::tie(a.address.number, a.row) < std::tie(b.address.number, b.row);
  });
  std::size_t first = 0;
  for (Kept& each : street.kept) {
    std::vector<Address>& addresses = street.street.addresses;
    if (!addresses.empty() && addresses.back().number == each.address.number) {
      RawRow row{.row = each.row, .cells = {}, .place = {}};
      row.cell(Column::kStreet) = street.street.name;
      row.cell(Column::kNumber) = to_string(each.address.number);
      reject(row, Reason::kTwice, std::to_string(first));
      continue;
    }
    first = each.row;
    addresses.push_back(std::move(each.address));
    ++list_.accepted;
  }
  street.kept.clear();
}

Result<ReadList> Rows::finish() && {
  list_.streets.reserve(streets_.size());
  for (auto& [key, street] : streets_) {
    settle(street);
    // A street of which no number could be read is none.
    if (!street.street.addresses.empty()) list_.streets.push_back(std::move(street.street));
  }
  std::ranges::sort(list_.rejects, {}, &Reject::row);
  if (list_.accepted == 0) {
    return fail(
        Code::kUnprocessable,
        list_.rows == 0
            ? std::string("the file has no addresses")
            : fmt::format("none of {} rows could be read; the first: row {}, {}", list_.rows,
                          list_.rejects.front().row, to_string(list_.rejects.front().reason)),
        "rows");
  }
  return std::move(list_);
}

}  // namespace revier::fibre::detail
