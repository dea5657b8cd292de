// SPDX-License-Identifier: EUPL-1.2
#include "fibre/detail/street_text.h"

#include "fibre/search_key.h"
#include "json/json.h"

namespace revier::fibre::detail {
namespace {

// An address is [number, state, since, planned, provider, longitude, latitude]; the last two only
// where its place is known.
void write_address(json::Writer& out, const Address& address) {
  out.begin_array()
      .string(to_string(address.number))
      .integer(static_cast<std::int64_t>(address.state))
      .string(to_string(address.since))
      .string(to_string(address.planned))
      .string(address.provider);
  if (address.place) out.number(address.place->longitude).number(address.place->latitude);
  out.end_array();
}

std::string text_at(const std::vector<json::Value>& cells, std::size_t n) {
  return std::string(cells.at(n).as_string().value_or(""));
}

Result<Address> read_address(const json::Value& value) {
  std::vector<json::Value> cells;
  for (const json::Value cell : value.elements()) cells.push_back(cell);
  const auto wrong = [] { return fail(Code::kCorrupt, "an address of the fibre list is damaged"); };
  if (cells.size() != 5 && cells.size() != 7) return wrong();
  Address address;
  auto number = parse_house_number(text_at(cells, 0));
  const auto state = cells[1].as_integer();
  const auto since = parse_period(text_at(cells, 2));
  const auto planned = parse_period(text_at(cells, 3));
  if (!number || !state || *state < 0 || *state >= static_cast<std::int64_t>(kStates) || !since ||
      !planned) {
    return wrong();
  }
  address.number = std::move(*number);
  address.state = static_cast<State>(*state);
  address.since = *since;
  address.planned = *planned;
  address.provider = text_at(cells, 4);
  if (cells.size() == 7) {
    address.place = Point{.longitude = cells[5].as_number().value_or(0),
                          .latitude = cells[6].as_number().value_or(0)};
  }
  return address;
}

}  // namespace

std::string text_of(const Street& street) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("name", street.name).member("district", street.district);
  out.key("addresses").begin_array();
  for (const Address& address : street.addresses) write_address(out, address);
  out.end_array().end_object();
  return text;
}

Result<Street> street_of(std::string_view text) {
  const auto document = json::Document::parse(text, {.bytes_max = std::size_t{64} << 20});
  if (!document) return fail(Code::kCorrupt, "a street of the fibre list is damaged");
  const json::Value root = document->root();
  Street street{.name = std::string(root.text("name")),
                .district = std::string(root.text("district")),
                .key = {},
                .addresses = {}};
  street.key = search_key(street.name);
  if (const auto addresses = root.find("addresses")) {
    street.addresses.reserve(addresses->size());
    for (const json::Value each : addresses->elements()) {
      RV_ASSIGN(Address address, read_address(each));
      street.addresses.push_back(std::move(address));
    }
  }
  return street;
}

}  // namespace revier::fibre::detail
