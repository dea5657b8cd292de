// SPDX-License-Identifier: EUPL-1.2
// The elements of a large JSON file, one after the other.
//
// The file is an array, or one object; the elements of its member "@graph" or "features", where
// that is an array, are handed out like those of an array. What is found is not validated yet: each
// text goes through json::Document.
//
// Thread safety: by one thread at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::transfer::detail {

class JsonItems {
 public:
  struct Events {
    // An element, or an object that has no list. `line`: where it begins, from 1.
    std::function<Result<>(std::uint64_t line, std::string text)> item;
    // Before the first element of a list in an object: the members that stand before it, as an
    // object.
    std::function<Result<>(std::string text)> head;
  };
  JsonItems(Events events, std::size_t item_bytes_max)
      : events_(std::move(events)), item_bytes_max_(item_bytes_max) {}

  // Errors: kInvalidRequest where it is no such file, kTooLarge; both with the line. Those of the
  // events.
  [[nodiscard]] Result<> feed(std::string_view part);
  [[nodiscard]] Result<> finish();

 private:
  enum class At : std::uint8_t {
    kBegin,    // before the root
    kRoot,     // in a root object
    kFirst,    // in a list, before its first element or its end
    kElement,  // in an element
    kAfter,    // behind an element
    kNext,     // behind a comma
    kEnd,      // behind the root
  };
  [[nodiscard]] Result<> take(char c);
  [[nodiscard]] Result<> take_begin(char c);
  [[nodiscard]] Result<> take_root(char c);
  [[nodiscard]] Result<> take_between(char c);
  [[nodiscard]] Result<> take_element(char c);
  [[nodiscard]] Result<> end_element();
  [[nodiscard]] Result<> end_list();
  [[nodiscard]] Result<> append(std::string& to, char c) const;
  void follow(char c);
  [[nodiscard]] tl::unexpected<Error> broken(std::string_view what) const;

  const Events events_;
  const std::size_t item_bytes_max_;
  At at_ = At::kBegin;
  bool in_object_ = false;  // the list is a member of the root
  bool listed_ = false;     // the root had its list
  bool in_string_ = false;
  bool escaped_ = false;
  int depth_ = 0;       // of brackets in what is read now
  std::string key_;     // last string of the root's own level
  bool colon_ = false;  // behind key_ and a colon
  std::string text_;
  std::string root_;
  std::uint64_t line_ = 1;
  std::uint64_t begin_line_ = 1;
  std::size_t bytes_ = 0;  // read so far, for the byte order mark
};

}  // namespace revier::transfer::detail
