// SPDX-License-Identifier: EUPL-1.2
// A list in memory, made for being asked: street and number in, what is known out.
//
// Thread safety: constant after construction. Pointers live as long as the directory.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fibre/types.h"

namespace revier::fibre {

struct Question {
  std::string_view street;    // as typed; the number may be in it
  std::string_view number;    // may be empty
  std::string_view district;  // may be empty
};

enum class Found : std::uint8_t {
  kAddress,      // `street` and `address`
  kStreet,       // `street`; no number was asked for
  kNotInStreet,  // `street`; the number is not in the list (nor is it known otherwise)
  kWrongNumber,  // `street`; what was asked for is no house number
  kDistricts,    // `streets` of that name in several districts
  kSimilar,      // `streets` that were meant perhaps, the likeliest first
  kNothing,
};

struct Answer {
  Found found = Found::kNothing;
  const Street* street = nullptr;
  const Address* address = nullptr;
  std::vector<const Street*> streets;
  std::string number;  // as it was understood, may be empty
};

class Directory {
 public:
  Directory() = default;  // without a list
  Directory(ListHead head, std::vector<Street> streets);

  [[nodiscard]] const ListHead& head() const { return head_; }
  [[nodiscard]] const std::vector<Street>& streets() const { return streets_; }

  [[nodiscard]] Answer ask(const Question& question) const;
  // Streets whose name begins so, holds it or is like it; the likeliest first, at most `most`.
  [[nodiscard]] std::vector<const Street*> like(std::string_view text, std::size_t most) const;
  // The streets of a district, by name.
  [[nodiscard]] std::vector<const Street*> in_district(std::string_view district) const;
  // By its key and district; nullptr where there is none.
  [[nodiscard]] const Street* find(std::string_view key, std::string_view district) const;

  struct Area {
    Counts counts;
    std::optional<Point> middle;  // of its addresses
    std::int64_t streets = 0;
  };
  // By district.
  [[nodiscard]] const std::map<std::string, Area>& areas() const { return areas_; }
  [[nodiscard]] const Area& whole() const { return whole_; }

 private:
  // The streets of that key, one a district.
  [[nodiscard]] std::vector<const Street*> named(std::string_view key) const;

  ListHead head_;
  std::vector<Street> streets_;  // by key and district
  std::map<std::string, Area> areas_;
  Area whole_;
};
using DirectoryPtr = std::shared_ptr<const Directory>;

[[nodiscard]] Counts count(const Street& street);
// The address of a number in a street; nullptr where it is not in the list.
[[nodiscard]] const Address* find(const Street& street, const HouseNumber& number);

// What one list says otherwise than the one before. One of the two is nullptr where an address is
// new, or not in the list any more.
struct AddressChange {
  const Street* street = nullptr;  // of `after`, else of `before`
  const Address* before = nullptr;
  const Address* after = nullptr;
};
[[nodiscard]] std::vector<AddressChange> changes(const std::vector<Street>& before,
                                                 const std::vector<Street>& after);

}  // namespace revier::fibre
