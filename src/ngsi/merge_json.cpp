// SPDX-License-Identifier: EUPL-1.2
#include <unordered_map>

#include "json/json.h"
#include "ngsi/detail/change.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/parse.h"

namespace revier::ngsi::detail {
namespace {

constexpr std::string_view kNullText = "\"urn:ngsi-ld:null\"";

bool is_object(std::string_view text) { return text.starts_with('{'); }

void append_member(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '{') out.push_back(',');
  out.append(key).push_back(':');
  out.append(value);
}

}  // namespace

// Stored text has one spelling for each key, so keys are compared as they stand.
std::string merged_json(std::string_view target, std::string_view patch) {
  if (!is_object(patch)) return std::string(patch);
  std::unordered_map<std::string_view, std::string_view> patches;
  for (TextCursor cursor(patch); cursor.next();) patches.emplace(cursor.key(), cursor.value());
  std::string out = "{";
  if (is_object(target)) {
    for (TextCursor cursor(target); cursor.next();) {
      const auto at = patches.find(cursor.key());
      if (at == patches.end()) {
        append_member(out, cursor.key(), cursor.value());
      } else if (at->second != kNullText) {
        append_member(out, cursor.key(), merged_json(cursor.value(), at->second));
      }
      if (at != patches.end()) patches.erase(at);
    }
  }
  for (TextCursor cursor(patch); cursor.next();) {
    if (cursor.value() == kNullText || !patches.contains(cursor.key())) continue;
    append_member(out, cursor.key(), merged_json("{}", cursor.value()));
  }
  out.push_back('}');
  return out;
}

namespace {

tl::unexpected<Error> unfit(Kind kind, const FragmentAttribute& attribute) {
  return fail(Code::kBadRequestData,
              fmt::format("attribute {} is a {}: {} is expected as its value", attribute.name,
                          kind_name(kind), value_member(kind)),
              attribute.name);
}

bool is_texts(std::string_view value) {
  if (!value.starts_with('[')) return value.starts_with('"');
  for (TextCursor cursor(value); cursor.next();) {
    if (!cursor.value().starts_with('"')) return false;
  }
  return true;
}

bool all_uris(std::string_view value) {
  std::string storage;
  const auto is_uri = [&storage](std::string_view text) {
    return text.starts_with('"') && check_uri(unquoted(text, storage), "object").has_value();
  };
  if (!value.starts_with('[')) return is_uri(value);
  for (TextCursor cursor(value); cursor.next();) {
    if (!is_uri(cursor.value())) return false;
  }
  return true;
}

}  // namespace

Result<std::string> value_for(Kind kind, const FragmentAttribute& attribute,
                              std::string_view lang) {
  const std::string& value = attribute.value;
  if (attribute.kind == kind) return value;
  if (attribute.kind_given) return unfit(kind, attribute);
  switch (kind) {
    case Kind::kProperty:
    case Kind::kJsonProperty:
      return value;
    case Kind::kRelationship:
      if (all_uris(value) && value != "[]") return value;
      break;
    case Kind::kListRelationship:
      if (value.starts_with('[') && all_uris(value)) return value;
      break;
    case Kind::kListProperty:
      if (value.starts_with('[')) return value;
      break;
    case Kind::kVocabProperty:
      if (!attribute.as_vocab.empty()) return attribute.as_vocab;
      break;
    case Kind::kLanguageProperty:
      if (is_texts(value) && !lang.empty()) {
        std::string map;
        json::Writer(map).begin_object().key(lang).raw(value).end_object();
        return map;
      }
      break;
    case Kind::kGeoProperty:
      break;
  }
  return unfit(kind, attribute);
}

}  // namespace revier::ngsi::detail
