// SPDX-License-Identifier: EUPL-1.2
#include <simdjson.h>

#include "json/detail/explain.h"
#include "json/detail/tape.h"
#include "json/json.h"

#include "base/check.h"

namespace revier::json {

using detail::Tag;
namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kDepthMost = 512;
constexpr std::size_t kBytesMost = std::size_t{128} << 20;
constexpr std::size_t kKeptBytes = std::size_t{256} << 10;  // a parser for more is given back
constexpr std::size_t kQuadraticMost = 12;                  // members compared each with each

// An array or object that is open while the tape is copied.
struct Frame {
  std::size_t start;
  std::size_t items;
};

// What a thread keeps from one document to the next.
struct Workshop {
  dom::parser parser{};
  std::vector<std::uint64_t> tape;
  std::vector<Frame> frames;
  std::vector<std::string_view> keys;
};

Workshop& workshop() {
  thread_local Workshop instance;
  return instance;
}

void tidy_up(std::size_t bytes) {
  if (bytes > kKeptBytes) workshop() = Workshop{};
}

Result<void> duplicate(std::string_view key) {
  return fail(Code::kInvalidRequest, fmt::format("the key \"{}\" stands twice in one object", key),
              std::string(key));
}

// Copies simdjson's tape into ours, and checks what simdjson does not.
class Copier {
 public:
  Copier(const dom::document& from, const Limits& limits, Workshop& shop)
      : from_(from), limits_(limits), to_(shop.tape), frames_(shop.frames), keys_(shop.keys) {}

  Result<void> run() {
    const std::size_t end = payload(from_.tape[0]) - 1;
    to_.assign(1, 0);
    frames_.clear();
    for (std::size_t i = 1; i < end; ++i) RV_TRY(word(i));
    if (values_ <= limits_.values_max) return {};
    return fail(Code::kInvalidRequest,
                fmt::format("the JSON holds more than {} values", limits_.values_max));
  }

  // The finished block; the strings are taken over as simdjson laid them out.
  std::unique_ptr<std::uint64_t[]> block() const {
    const std::size_t words = to_.size();
    auto block = std::make_unique_for_overwrite<std::uint64_t[]>(words + (strings_end_ + 7) / 8);
    std::memcpy(block.get(), to_.data(), words * sizeof(std::uint64_t));
    block[0] = words * sizeof(std::uint64_t);
    if (strings_end_ != 0) std::memcpy(&block[words], from_.string_buf.get(), strings_end_);
    return block;
  }

 private:
  static std::uint64_t payload(std::uint64_t word) { return word & ((std::uint64_t{1} << 56) - 1); }

  Result<void> word(std::size_t& i) {
    const std::uint64_t word = from_.tape[i];
    switch (static_cast<char>(word >> 56)) {
      case '{':
      case '[':
        return open();
      case '}':
        return close_object();
      case ']':
        return close(Tag::kArray);
      case '"':
        return string(payload(word));
      case 'l':
        return number(Tag::kInt64, ++i);
      case 'u':
        return number(Tag::kUint64, ++i);
      case 'd':
        return number(Tag::kDouble, ++i);
      case 't':
        return add(Tag::kTrue);
      case 'f':
        return add(Tag::kFalse);
      default:
        return add(Tag::kNull);
    }
  }

  Result<void> add(Tag tag, std::uint64_t low = 0, std::uint64_t high = 0) {
    to_.push_back(detail::make_word(tag, low, high));
    if (frames_.empty())
      ++values_;
    else
      ++frames_.back().items;
    return {};
  }

  Result<void> number(Tag tag, std::size_t i) {
    RV_TRY(add(tag));
    to_.push_back(from_.tape[i]);
    return {};
  }

  Result<void> string(std::size_t offset) {
    std::uint32_t length;
    std::memcpy(&length, &from_.string_buf[offset], sizeof length);
    offset += sizeof length;
    strings_end_ = offset + length;
    return add(Tag::kString, offset, length);
  }

  Result<void> open() {
    if (frames_.size() == limits_.depth_max) {
      return fail(Code::kInvalidRequest,
                  fmt::format("the JSON is nested deeper than {} levels", limits_.depth_max));
    }
    RV_TRY(add(Tag::kNull));
    frames_.push_back({to_.size() - 1, 0});
    return {};
  }

  Result<void> close(Tag tag) {
    const Frame frame = frames_.back();
    frames_.pop_back();
    const std::size_t count = tag == Tag::kObject ? frame.items / 2 : frame.items;
    values_ += count;
    to_[frame.start] = detail::make_word(tag, to_.size(), count);
    return {};
  }

  Result<void> close_object() {
    const std::size_t start = frames_.back().start;
    RV_TRY(close(Tag::kObject));
    collect_keys(start);
    return keys_.size() <= kQuadraticMost ? compare_all() : compare_sorted();
  }

  void collect_keys(std::size_t start) {
    keys_.clear();
    const char* strings = reinterpret_cast<const char*>(from_.string_buf.get());
    for (std::size_t i = start + 1; i < to_.size(); i = detail::after(to_.data(), i + 1))
      keys_.emplace_back(strings + detail::low_of(to_[i]), detail::high_of(to_[i]));
  }

  Result<void> compare_all() const {
    for (std::size_t i = 1; i < keys_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (keys_[i] == keys_[j]) return duplicate(keys_[i]);
    return {};
  }

  Result<void> compare_sorted() {
    std::sort(keys_.begin(), keys_.end());
    const auto twin = std::adjacent_find(keys_.begin(), keys_.end());
    return twin == keys_.end() ? Result<void>{} : duplicate(*twin);
  }

  const dom::document& from_;
  const Limits& limits_;
  std::vector<std::uint64_t>& to_;
  std::vector<Frame>& frames_;
  std::vector<std::string_view>& keys_;
  std::size_t values_ = 0;
  std::size_t strings_end_ = 0;
};

Result<void> read(dom::parser& parser, std::string_view text) {
  simdjson::error_code error = simdjson::SUCCESS;
  if (parser.capacity() < text.size() || parser.capacity() == 0)
    error =
        parser.allocate(std::max<std::size_t>(16384, std::bit_ceil(text.size())), kDepthMost + 2);
  if (error == simdjson::SUCCESS) error = parser.parse(text.data(), text.size(), true).error();
  if (error == simdjson::SUCCESS) return {};
  if (error == simdjson::MEMALLOC) return fail(Code::kUnavailable, "no memory for this JSON");
  if (error == simdjson::DEPTH_ERROR)
    return fail(Code::kInvalidRequest, "the JSON is nested too deep");
  const std::string why = detail::explain(text);
  return fail(Code::kInvalidRequest,
              why.empty() ? simdjson::error_message(error) : "no JSON: " + why);
}

}  // namespace

Result<Document> Document::parse(std::string_view text, const Limits& limits) {
  RV_CHECK(limits.depth_max <= kDepthMost && limits.bytes_max <= kBytesMost);
  if (text.size() > limits.bytes_max)
    return fail(Code::kTooLarge, fmt::format("the JSON is longer than {} bytes", limits.bytes_max));
  if (text.empty()) text = "";  // never a null pointer to simdjson
  Workshop& shop = workshop();
  auto parsed = [&]() -> Result<Document> {
    RV_TRY(read(shop.parser, text));
    Copier copier(shop.parser.doc, limits, shop);
    RV_TRY(copier.run());
    return Document(copier.block());
  }();
  tidy_up(text.size());
  return parsed;
}

}  // namespace revier::json
