// SPDX-License-Identifier: EUPL-1.2
#include "transfer/detail/json_items.h"

#include <fmt/format.h>

namespace revier::transfer::detail {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kKeyBytesMax = 64;  // longer keys are none of ours

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

tl::unexpected<Error> JsonItems::broken(std::string_view what) const {
  return fail(Code::kInvalidRequest, fmt::format("line {}: {}", line_, what));
}

Result<> JsonItems::append(std::string& to, char c) const {
  if (to.size() == item_bytes_max_) {
    return fail(Code::kTooLarge, fmt::format("line {}: one element is larger than {} bytes",
                                             begin_line_, item_bytes_max_));
  }
  to += c;
  return {};
}

Result<> JsonItems::feed(std::string_view part) {
  for (const char c : part) {
    const std::size_t at = bytes_++;
    if (at < kByteOrderMark.size() && c == kByteOrderMark[at]) continue;
    RV_TRY(take(c));
    if (c == '\n') ++line_;
  }
  return {};
}

Result<> JsonItems::finish() {
  if (at_ != At::kEnd) return broken("the file ends before its JSON does");
  return {};
}

Result<> JsonItems::take(char c) {
  switch (at_) {
    case At::kBegin:
      return take_begin(c);
    case At::kRoot:
      return take_root(c);
    case At::kElement:
      return take_element(c);
    case At::kEnd:
      return is_space(c) ? Result<>{} : broken("there is more behind the end of the JSON");
    default:
      return take_between(c);
  }
}

Result<> JsonItems::take_begin(char c) {
  if (is_space(c)) return {};
  begin_line_ = line_;
  if (c == '[') {
    at_ = At::kFirst;
    return {};
  }
  if (c != '{') return broken("expected [ or {");
  at_ = At::kRoot;
  root_ = "{";
  depth_ = 1;
  return {};
}

// Brackets and strings, whatever they mean.
void JsonItems::follow(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return;
  }
  if (c == '"') in_string_ = true;
  if (c == '{' || c == '[') ++depth_;
  if (c == '}' || c == ']') --depth_;
}

Result<> JsonItems::take_root(char c) {
  const bool own_level = depth_ == 1;
  if (own_level && !in_string_ && colon_ && c == '[' && !listed_ &&
      (key_ == "@graph" || key_ == "features")) {
    RV_TRY(events_.head(root_ + "[]}"));
    listed_ = true;
    in_object_ = true;
    root_ += "[]";
    at_ = At::kFirst;
    return {};
  }
  if (own_level) {
    if (in_string_ && (c != '"' || escaped_)) {
      if (key_.size() < kKeyBytesMax) key_ += c;
    } else if (c == '"' && !in_string_) {
      key_.clear();
      colon_ = false;
    } else if (c == ':') {
      colon_ = true;
    } else if (!is_space(c) && c != '"') {
      colon_ = false;
    }
  }
  RV_TRY(append(root_, c));
  follow(c);
  if (depth_ > 0) return {};
  at_ = At::kEnd;
  if (listed_) return {};
  return events_.item(begin_line_, std::move(root_));
}

Result<> JsonItems::take_between(char c) {
  if (is_space(c)) return {};
  if (c == ']') {
    if (at_ == At::kNext) return broken("expected an element behind the comma");
    return end_list();
  }
  if (at_ == At::kAfter) {
    if (c != ',') return broken("expected , or ] behind an element");
    at_ = At::kNext;
    return {};
  }
  if (c == ',') return broken("expected an element");
  at_ = At::kElement;
  text_.clear();
  begin_line_ = line_;
  depth_ = 0;
  return take_element(c);
}

Result<> JsonItems::take_element(char c) {
  // A number or a word ends before what follows it.
  if (depth_ == 0 && !in_string_ && (c == ',' || c == ']') && !text_.empty()) {
    RV_TRY(end_element());
    return take_between(c);
  }
  RV_TRY(append(text_, c));
  follow(c);
  if (depth_ < 0) return broken("a bracket closes that was not opened");
  if (depth_ == 0 && !in_string_ && (c == '}' || c == ']')) return end_element();
  return {};
}

Result<> JsonItems::end_element() {
  at_ = At::kAfter;
  return events_.item(begin_line_, std::exchange(text_, {}));
}

Result<> JsonItems::end_list() {
  at_ = in_object_ ? At::kRoot : At::kEnd;
  depth_ = in_object_ ? 1 : 0;
  colon_ = false;
  return {};
}

}  // namespace revier::transfer::detail
