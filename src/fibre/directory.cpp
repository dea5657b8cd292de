// SPDX-License-Identifier: EUPL-1.2
#include "fibre/directory.h"

#include <algorithm>
#include <tuple>

#include "fibre/search_key.h"

namespace revier::fibre {
namespace {

constexpr std::size_t kSimilarMax = 8;
constexpr std::size_t kTypedMax = 200;

auto place_of(const Street& street) {
  return std::tuple<std::string_view, std::string_view>(street.key, street.district);
}

// How far a typed name is from a street's; kTooFar for one that was hardly meant.
constexpr std::size_t kTooFar = 100;
std::size_t rank(std::string_view typed, std::string_view key) {
  if (key.starts_with(typed)) return 0;
  if (typed.size() >= 4 && key.find(typed) != std::string_view::npos) return 1;
  const std::size_t most = typed.size() < 5 ? 1 : typed.size() < 10 ? 2 : 3;
  const std::size_t apart = distance(typed, key, most);
  if (apart <= most) return 1 + apart;
  // A name whose end is not typed yet, with a slip in it.
  if (typed.size() >= 6 && key.size() > typed.size()) {
    const std::size_t begin = distance(typed, key.substr(0, typed.size()), most - 1);
    if (begin < most) return 3 + begin;
  }
  return kTooFar;
}

struct Middle {
  double longitude = 0;
  double latitude = 0;
  std::int64_t places = 0;
  void add(const std::optional<Point>& place) {
    if (!place) return;
    longitude += place->longitude;
    latitude += place->latitude;
    ++places;
  }
  [[nodiscard]] std::optional<Point> of() const {
    if (places == 0) return std::nullopt;
    const auto n = static_cast<double>(places);
    return Point{.longitude = longitude / n, .latitude = latitude / n};
  }
};

bool says_the_same(const Address& a, const Address& b) {
  return a.state == b.state && a.since == b.since && a.planned == b.planned &&
         a.provider == b.provider;
}

void compare(const Street* before, const Street* after, std::vector<AddressChange>& out) {
  static const std::vector<Address> kNone;
  const std::vector<Address>& old_ones = before == nullptr ? kNone : before->addresses;
  const std::vector<Address>& new_ones = after == nullptr ? kNone : after->addresses;
  const Street* const street = after == nullptr ? before : after;
  auto was = old_ones.begin();
  auto is = new_ones.begin();
  while (was != old_ones.end() || is != new_ones.end()) {
    const bool gone = is == new_ones.end() || (was != old_ones.end() && was->number < is->number);
    const bool come = was == old_ones.end() || (is != new_ones.end() && is->number < was->number);
    if (gone) {
      out.push_back({.street = street, .before = &*was++, .after = nullptr});
    } else if (come) {
      out.push_back({.street = street, .before = nullptr, .after = &*is++});
    } else {
      if (!says_the_same(*was, *is)) {
        out.push_back({.street = street, .before = &*was, .after = &*is});
      }
      ++was;
      ++is;
    }
  }
}

}  // namespace

Counts count(const Street& street) {
  Counts counts;
  for (const Address& address : street.addresses) {
    ++counts.of.at(static_cast<std::size_t>(address.state));
  }
  return counts;
}

const Address* find(const Street& street, const HouseNumber& number) {
  const auto same = std::ranges::find(street.addresses, number, &Address::number);
  if (same != street.addresses.end()) return &*same;
  const auto holds = std::ranges::find_if(
      street.addresses, [&](const Address& address) { return address.number.covers(number); });
  return holds == street.addresses.end() ? nullptr : &*holds;
}

std::vector<AddressChange> changes(const std::vector<Street>& before,
                                   const std::vector<Street>& after) {
  std::vector<AddressChange> out;
  auto was = before.begin();
  auto is = after.begin();
  while (was != before.end() || is != after.end()) {
    if (is == after.end() || (was != before.end() && place_of(*was) < place_of(*is))) {
      compare(&*was++, nullptr, out);
    } else if (was == before.end() || place_of(*is) < place_of(*was)) {
      compare(nullptr, &*is++, out);
    } else {
      compare(&*was++, &*is++, out);
    }
  }
  return out;
}

Directory::Directory(ListHead head, std::vector<Street> streets)
    : head_(std::move(head)), streets_(std::move(streets)) {
  std::ranges::sort(streets_,
                    [](const Street& a, const Street& b) { return place_of(a) < place_of(b); });
  std::map<std::string, Middle> middles;
  Middle middle;
  for (const Street& street : streets_) {
    Area& area = areas_[street.district];
    ++area.streets;
    ++whole_.streets;
    for (const Address& address : street.addresses) {
      ++area.counts.of.at(static_cast<std::size_t>(address.state));
      ++whole_.counts.of.at(static_cast<std::size_t>(address.state));
      middles[street.district].add(address.place);
      middle.add(address.place);
    }
  }
  for (auto& [district, area] : areas_) area.middle = middles[district].of();
  whole_.middle = middle.of();
}

std::vector<const Street*> Directory::named(std::string_view key) const {
  std::vector<const Street*> found;
  const auto [first, last] = std::ranges::equal_range(streets_, key, {}, &Street::key);
  for (auto street = first; street != last; ++street) found.push_back(&*street);
  return found;
}

const Street* Directory::find(std::string_view key, std::string_view district) const {
  for (const Street* street : named(key)) {
    if (street->district == district) return street;
  }
  return nullptr;
}

std::vector<const Street*> Directory::like(std::string_view text, std::size_t most) const {
  const std::string key = search_key(text.substr(0, kTypedMax));
  if (key.empty()) return {};
  std::vector<std::pair<std::size_t, const Street*>> ranked;
  for (const Street& street : streets_) {
    const std::size_t far = rank(key, street.key);
    if (far != kTooFar) ranked.emplace_back(far, &street);
  }
  std::ranges::sort(ranked, {}, [](const auto& each) {
    return std::tuple(each.first, each.second->key.size(), place_of(*each.second));
  });
  std::vector<const Street*> found;
  for (const auto& [far, street] : ranked) {
    if (found.size() == most) break;
    found.push_back(street);
  }
  return found;
}

std::vector<const Street*> Directory::in_district(std::string_view district) const {
  std::vector<const Street*> found;
  for (const Street& street : streets_) {
    if (street.district == district) found.push_back(&street);
  }
  return found;
}

Answer Directory::ask(const Question& question) const {
  const std::string_view typed = question.street.substr(0, kTypedMax);
  const Typed parts = question.number.empty() ? split_number(typed) : Typed{typed, question.number};
  Answer answer;
  answer.number = parts.number;
  std::vector<const Street*> streets = named(search_key(parts.street));
  // A street that is named like a number, "Platz 5".
  if (streets.empty() && question.number.empty() && !parts.number.empty()) {
    streets = named(search_key(typed));
    if (!streets.empty()) answer.number.clear();
  }
  if (!question.district.empty()) {
    std::erase_if(streets, [&](const Street* s) { return s->district != question.district; });
  }
  if (streets.empty()) {
    answer.streets = like(parts.street, kSimilarMax);
    answer.found = answer.streets.empty() ? Found::kNothing : Found::kSimilar;
    return answer;
  }
  const auto number = parse_house_number(answer.number);
  if (number) {
    // The number alone may tell which of them is meant.
    std::vector<const Street*> with_number = streets;
    std::erase_if(with_number, [&](const Street* s) { return !fibre::find(*s, *number); });
    if (!with_number.empty()) streets = std::move(with_number);
    answer.number = to_string(*number);
  }
  if (streets.size() > 1) {
    answer.found = Found::kDistricts;
    answer.streets = std::move(streets);
    return answer;
  }
  answer.street = streets.front();
  if (answer.number.empty()) {
    answer.found = Found::kStreet;
  } else if (!number) {
    answer.found = Found::kWrongNumber;
  } else {
    answer.address = fibre::find(*answer.street, *number);
    answer.found = answer.address == nullptr ? Found::kNotInStreet : Found::kAddress;
  }
  return answer;
}

}  // namespace revier::fibre
