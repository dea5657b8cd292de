// SPDX-License-Identifier: EUPL-1.2
#include "json/detail/tape.h"
#include "json/json.h"

namespace revier::json {

using detail::Tag;
using detail::tag_of;

Kind Value::kind() const {
  static constexpr std::array kKinds = {Kind::kNull,    Kind::kBool,    Kind::kBool,
                                        Kind::kInteger, Kind::kInteger, Kind::kDouble,
                                        Kind::kString,  Kind::kArray,   Kind::kObject};
  return kKinds[static_cast<std::size_t>(tag_of(tape_[index_]))];
}

std::optional<std::string_view> Value::as_string() const {
  if (tag_of(tape_[index_]) != Tag::kString) return std::nullopt;
  return detail::string_at(tape_, index_);
}

std::optional<double> Value::as_number() const {
  switch (tag_of(tape_[index_])) {
    case Tag::kInt64:
      return static_cast<double>(static_cast<std::int64_t>(tape_[index_ + 1]));
    case Tag::kUint64:
      return static_cast<double>(tape_[index_ + 1]);
    case Tag::kDouble:
      return detail::double_at(tape_, index_);
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> Value::as_integer() const {
  const Tag tag = tag_of(tape_[index_]);
  if (tag == Tag::kInt64) return static_cast<std::int64_t>(tape_[index_ + 1]);
  if (tag != Tag::kDouble) return std::nullopt;
  const double number = detail::double_at(tape_, index_);
  const bool fits = number >= -0x1p63 && number < 0x1p63;
  if (!fits) return std::nullopt;
  const auto integer = static_cast<std::int64_t>(number);
  return static_cast<double>(integer) == number ? std::optional(integer) : std::nullopt;
}

std::optional<bool> Value::as_bool() const {
  const Tag tag = tag_of(tape_[index_]);
  if (tag != Tag::kTrue && tag != Tag::kFalse) return std::nullopt;
  return tag == Tag::kTrue;
}

std::size_t Value::size() const {
  const std::uint64_t word = tape_[index_];
  return detail::is_nested(tag_of(word)) ? detail::high_of(word) : 0;
}

ArrayRange Value::elements() const {
  const std::size_t end = is_array() ? detail::after(tape_, index_) : index_ + 1;
  return {{tape_, index_ + 1}, {tape_, end}};
}

Value Value::first_or_self() const {
  return is_array() && size() > 0 ? Value(tape_, index_ + 1) : *this;
}

ObjectRange Value::members() const {
  const std::size_t end = is_object() ? detail::after(tape_, index_) : index_ + 1;
  return {{tape_, index_ + 1}, {tape_, end}};
}

std::optional<Value> Value::find(std::string_view key) const {
  for (const Member member : members())
    if (member.key == key) return member.value;
  return std::nullopt;
}

std::string_view Value::text(std::string_view key) const {
  const auto member = find(key);
  return member ? member->as_string().value_or("") : std::string_view();
}

ArrayRange::Iterator& ArrayRange::Iterator::operator++() {
  index_ = detail::after(tape_, index_);
  return *this;
}

Member ObjectRange::Iterator::operator*() const {
  return {detail::string_at(tape_, index_), Value(tape_, index_ + 1)};
}

ObjectRange::Iterator& ObjectRange::Iterator::operator++() {
  index_ = detail::after(tape_, index_ + 1);
  return *this;
}

}  // namespace revier::json
