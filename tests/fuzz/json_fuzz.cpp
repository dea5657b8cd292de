// SPDX-License-Identifier: EUPL-1.2
// Modules: json
// Libraries: jansson
// Parsers: src/json/document.cpp src/json/explain.cpp
// What Document accepts, Writer writes so that Document and a second parser read the same; what
// Document refuses, the second parser refuses, and the error says where.
#include <jansson.h>

#include "base/check.h"
#include "json/json.h"

namespace revier::json {
namespace {

constexpr std::size_t kFlags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;

struct Free {
  void operator()(json_t* value) const { json_decref(value); }
};
using Second = std::unique_ptr<json_t, Free>;

Second second(std::string_view text) {
  json_error_t error;
  return Second(json_loadb(text.data(), text.size(), kFlags, &error));
}

// The second parser has no integers beyond int64 and no keys with U+0000.
bool is_beyond_second(const Value& value) {
  if (value.kind() == Kind::kInteger) return !value.as_integer();
  for (const Value element : value.elements())
    if (is_beyond_second(element)) return true;
  for (const Member member : value.members())
    if (member.key.find('\0') != member.key.npos || is_beyond_second(member.value)) return true;
  return false;
}

void check_same(const Value& ours, json_t* theirs);

void check_object(const Value& ours, json_t* theirs) {
  RV_CHECK(json_object_size(theirs) == ours.size());
  for (const auto& [key, value] : ours.members()) {
    json_t* other = json_object_getn(theirs, key.data(), key.size());
    RV_CHECK(other != nullptr);
    check_same(value, other);
  }
}

void check_array(const Value& ours, json_t* theirs) {
  RV_CHECK(json_array_size(theirs) == ours.size());
  std::size_t i = 0;
  for (const Value element : ours.elements()) check_same(element, json_array_get(theirs, i++));
}

void check_same(const Value& ours, json_t* theirs) {
  switch (ours.kind()) {
    case Kind::kNull:
      return RV_CHECK(json_is_null(theirs));
    case Kind::kBool:
      return RV_CHECK(*ours.as_bool() ? json_is_true(theirs) : json_is_false(theirs));
    case Kind::kInteger:
      return RV_CHECK(json_is_integer(theirs) && json_integer_value(theirs) == *ours.as_integer());
    case Kind::kDouble:
      return RV_CHECK(json_is_real(theirs) && json_real_value(theirs) == *ours.as_number());
    case Kind::kString: {
      const std::string_view text(json_string_value(theirs), json_string_length(theirs));
      return RV_CHECK(text == *ours.as_string());
    }
    case Kind::kArray:
      return check_array(ours, theirs);
    case Kind::kObject:
      return check_object(ours, theirs);
  }
}

void accepted(const Document& document, std::string_view given) {
  const std::string text = to_text(document.root());
  const auto again = Document::parse(text);
  RV_CHECK(again && to_text(again->root()) == text);
  if (is_beyond_second(document.root())) return;
  for (const std::string_view same : {given, std::string_view(text)}) {
    const Second other = second(same);
    RV_CHECK(other != nullptr);
    check_same(document.root(), other.get());
  }
}

void refused(const Error& error, std::string_view given) {
  RV_CHECK(error.code == Code::kInvalidRequest && !error.message.empty());
  const bool is_about_limits = error.message.find("nested") != std::string::npos;
  if (is_about_limits) return;
  RV_CHECK(error.message.starts_with("no JSON: line ") || error.message.starts_with("the key "));
  const bool has_nul = given.find('\0') != given.npos;  // ends the text for the second parser
  RV_CHECK(has_nul || second(given) == nullptr);
}

}  // namespace
}  // namespace revier::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document = revier::json::Document::parse(text))
    revier::json::accepted(*document, text);
  else
    revier::json::refused(document.error(), text);
  return 0;
}
