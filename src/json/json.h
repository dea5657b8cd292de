// SPDX-License-Identifier: EUPL-1.2
// JSON in (validated, bounded) and JSON out (one writer). RFC 8259.
//
// In: the whole text is validated before anything is read from it: syntax, UTF-8, lone surrogates,
// depth, number of values, duplicate keys. Numbers are int64, uint64 or double; beyond is an error.
// Out: what Writer produces is valid JSON if its calls are balanced; checked by RV_CHECK.
//
// Thread safety: a Document and its Values are read by any number of threads, changed by none.
// Lifetime: Values and the string_views taken from them live as long as their Document.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace revier::json {

struct Limits {
  std::size_t bytes_max = std::size_t{10} << 20;  // at most 128 MiB
  std::size_t depth_max = 64;                     // at most 512; [[1]] has depth 2
  std::size_t values_max = 1'000'000;             // keys do not count
};

enum class Kind : std::uint8_t { kNull, kBool, kInteger, kDouble, kString, kArray, kObject };

class ArrayRange;
class ObjectRange;

// A handle of two words; cheap to copy. as_* are nullopt where the value is of another kind.
class Value {
 public:
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_object() const { return kind() == Kind::kObject; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::kArray; }
  [[nodiscard]] bool is_string() const { return kind() == Kind::kString; }
  [[nodiscard]] bool is_number() const {
    return kind() == Kind::kInteger || kind() == Kind::kDouble;
  }
  [[nodiscard]] bool is_null() const { return kind() == Kind::kNull; }

  [[nodiscard]] std::optional<std::string_view> as_string() const;
  [[nodiscard]] std::optional<double> as_number() const;
  // Also of 3.0; nullopt beyond int64 (such an integer is kInteger and as_number() has it rounded).
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<bool> as_bool() const;

  [[nodiscard]] std::size_t size() const;     // members or elements; 0 for others
  [[nodiscard]] ArrayRange elements() const;  // empty for others
  [[nodiscard]] Value first_or_self() const;  // itself where it is no array or an empty one
  [[nodiscard]] ObjectRange members() const;  // in the order of the text; empty for others
  // Member of an object, nullopt where there is none (or no object).
  [[nodiscard]] std::optional<Value> find(std::string_view key) const;
  // The text of a member; empty where there is none, or one that is no text.
  [[nodiscard]] std::string_view text(std::string_view key) const;

 private:
  friend class Document;
  friend class ArrayRange;
  friend class ObjectRange;
  friend class Writer;
  Value(const std::uint64_t* tape, std::size_t index) : tape_(tape), index_(index) {}
  const std::uint64_t* tape_;
  std::size_t index_;
};

struct Member {
  std::string_view key;
  Value value;
};

// Ranges for `for (json::Value v : array.elements())` and `for (auto [key, value] : o.members())`.
class ArrayRange {
 public:
  class Iterator {
   public:
    Iterator(const std::uint64_t* tape, std::size_t index) : tape_(tape), index_(index) {}
    Value operator*() const { return {tape_, index_}; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const std::uint64_t* tape_;
    std::size_t index_;
  };
  ArrayRange(Iterator begin, Iterator end) : begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const { return begin_; }
  [[nodiscard]] Iterator end() const { return end_; }

 private:
  Iterator begin_, end_;
};

class ObjectRange {
 public:
  class Iterator {
   public:
    Iterator(const std::uint64_t* tape, std::size_t index) : tape_(tape), index_(index) {}
    Member operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const std::uint64_t* tape_;
    std::size_t index_;
  };
  ObjectRange(Iterator begin, Iterator end) : begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const { return begin_; }
  [[nodiscard]] Iterator end() const { return end_; }

 private:
  Iterator begin_, end_;
};

class Document {
 public:
  // Errors: kInvalidRequest (syntax, with position where known; too deep; too many values; number
  // out of range; duplicate key, named), kTooLarge.
  [[nodiscard]] static Result<Document> parse(std::string_view text, const Limits& limits = {});

  [[nodiscard]] Value root() const { return {tape_.get(), 1}; }

 private:
  explicit Document(std::unique_ptr<std::uint64_t[]> tape) : tape_(std::move(tape)) {}
  std::unique_ptr<std::uint64_t[]> tape_;  // detail/tape.h says what is in it
};

// Appends one JSON value to a string that the caller owns. Commas and colons are its own business.
// Its calls nest at most 64 deep (RV_CHECK); value() and raw() may bring more depth with them.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);  // must be valid UTF-8
  Writer& integer(std::int64_t number);
  // Finite. The shortest text that reads back as the same double: 0.1, 3.0, -0.0, 1e+16.
  Writer& number(double number);
  Writer& boolean(bool value);
  Writer& null();
  // Text that is valid JSON already, for example written by a Writer before.
  Writer& raw(std::string_view json);
  // A parsed value as this writer writes it (no white space, escapes only where needed).
  Writer& value(const Value& value);

  // key and value in one call.
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::int64_t number) { return key(name).integer(number); }
  Writer& member(std::string_view name, int number) { return key(name).integer(number); }
  Writer& member(std::string_view name, double number) { return key(name).number(number); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  enum class Next : std::uint8_t { kFirst, kComma, kValue };  // kValue: after a key
  void separate();
  void open(bool object);
  void close(bool object);

  std::string& out_;
  std::uint64_t objects_ = 0;  // one bit a level: is it an object
  std::uint8_t depth_ = 0;
  Next next_ = Next::kFirst;
};

// The text of a value as Writer::value writes it.
[[nodiscard]] std::string to_text(const Value& value);
// A string with its quotes; must be valid UTF-8.
void append_quoted(std::string& out, std::string_view text);

}  // namespace revier::json
