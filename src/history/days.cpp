// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/days.h"

#include <bit>
#include <functional>

namespace revier::history::detail {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint32_t kDayBias = 1U << 31;
constexpr std::uint16_t kNumbersOrBooleans = (1U << static_cast<unsigned>(ValueClass::kNumber)) |
                                             (1U << static_cast<unsigned>(ValueClass::kBoolean));
constexpr std::uint16_t kArrays = 1U << static_cast<unsigned>(ValueClass::kArray);

std::uint32_t biased(Day day) { return static_cast<std::uint32_t>(day) + kDayBias; }

void append_double(std::string& out, double number) {
  append_be(out, std::bit_cast<std::uint64_t>(number));
}

// Takes numbers from the front; what is missing reads as zero and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::uint32_t u32() { return read_be32(take(4)); }
  std::uint64_t u64() { return read_be64(take(8)); }
  double number() { return std::bit_cast<double>(u64()); }
  std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  std::string_view text() { return take(u32()); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

Day unbiased_day(std::string_view bytes) {
  return static_cast<std::int32_t>(read_be32(bytes) - kDayBias);
}

std::string DayKey::marked() const {
  std::string key = entity_prefix('D', tenant, id);
  append_be(key, name);
  append_be(key, biased(day));
  return key;
}

std::string DayKey::summed() const {
  std::string key = entity_prefix('S', tenant, id);
  append_be(key, name);
  append_be(key, biased(day));
  return key;
}

std::optional<DayKey> DayKey::of_mark(std::string_view key) {
  if (key.size() < 11) return std::nullopt;
  key.remove_prefix(1);
  const std::size_t nul = key.find('\0');
  const std::string_view tail = key.substr(key.size() - 8);
  const std::string_view head = key.substr(0, key.size() - 8);
  if (nul == std::string_view::npos || nul + 1 >= head.size() || head.back() != '\0') {
    return std::nullopt;
  }
  return DayKey{std::string(head.substr(0, nul)),
                std::string(head.substr(nul + 1, head.size() - nul - 2)), read_be32(tail),
                unbiased_day(tail.substr(4))};
}

bool HourSum::is_whole() const {
  return classes == kArrays || (classes != 0 && (classes & ~kNumbersOrBooleans) == 0);
}

void DaySum::add(const ngsi::AttributeView& view, Instant time) {
  const Value value = value_of(view);
  Dataset& dataset = datasets[std::string(view.dataset_id)];
  dataset.kind = view.kind;
  const auto hour = static_cast<int>(floor_div(time.us - start_of(day_of(time)).us, kHourUs));
  HourSum& sum = dataset.hours[hour];
  sum.classes |= static_cast<std::uint16_t>(1U << static_cast<unsigned>(value.what));
  sum.numbers.add(value.number);
}

std::string DaySum::encode() const {
  std::string out(1, static_cast<char>(kVersion));
  out.push_back(thinned ? '\1' : '\0');
  for (const auto& [id, dataset] : datasets) {
    append_be(out, static_cast<std::uint32_t>(id.size()));
    out.append(id);
    out.push_back(static_cast<char>(dataset.kind));
    out.push_back(static_cast<char>(dataset.hours.size()));
    for (const auto& [hour, sum] : dataset.hours) {
      out.push_back(static_cast<char>(hour));
      append_be(out, static_cast<std::uint32_t>(sum.classes));
      append_be(out, std::uint64_t{sum.numbers.count});
      for (const double number : {sum.numbers.sum, sum.numbers.sumsq, sum.numbers.m2,
                                  sum.numbers.least, sum.numbers.greatest}) {
        append_double(out, number);
      }
    }
  }
  return out;
}

Result<DaySum> DaySum::decode(std::string_view bytes) {
  Reader in(bytes);
  DaySum day;
  if (in.byte() != kVersion) return fail(Code::kCorrupt, "a day of history has another form");
  day.thinned = in.byte() != 0;
  while (in.ok() && !in.at_end()) {
    Dataset& dataset = day.datasets[std::string(in.text())];
    dataset.kind = static_cast<ngsi::Kind>(in.byte() % ngsi::kKinds);
    for (int hours = in.byte(); hours > 0 && in.ok(); --hours) {
      HourSum& sum = dataset.hours[in.byte()];
      sum.classes = static_cast<std::uint16_t>(in.u32());
      sum.numbers.count = in.u64();
      for (double* const number : {&sum.numbers.sum, &sum.numbers.sumsq, &sum.numbers.m2,
                                   &sum.numbers.least, &sum.numbers.greatest}) {
        *number = in.number();
      }
    }
  }
  if (!in.ok()) return fail(Code::kCorrupt, "a day of history is damaged");
  return day;
}

std::string& Marks::slot(std::string_view key) {
  return recent_[std::hash<std::string_view>{}(key) % kSlots];
}

// The prefix of rows I and that of rows D differ in their first sign only.
void Marks::mark(std::string_view instances_prefix, ngsi::NameId name, Instant time,
                 store::Batch& batch) {
  key_.assign(instances_prefix);
  key_.front() = 'D';
  append_be(key_, name);
  append_be(key_, biased(day_of(time)));
  watched_.erase(key_);
  std::string& recent = slot(key_);
  if (recent == key_) return;
  recent = key_;
  batch.put(kColumn, key_, {});
}

void Marks::watch(const std::vector<DayKey>& days) {
  watched_.clear();
  for (const DayKey& day : days) watched_.insert(day.marked());
}

void Marks::forget(std::string_view prefix, store::Batch& batch) {
  for (std::string& recent : recent_) {
    if (recent.starts_with(prefix)) recent.clear();
  }
  std::erase_if(watched_, [prefix](const std::string& key) { return key.starts_with(prefix); });
  batch.erase_prefix(kColumn, prefix);
}

void Marks::clear(const DayKey& day, store::Batch& batch) {
  const std::string key = day.marked();
  if (std::string& recent = slot(key); recent == key) recent.clear();
  batch.erase(kColumn, key);
}

}  // namespace revier::history::detail
