// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/detail/terms.h"

#include <bit>

#include "base/random.h"

namespace revier::jsonld::detail {
namespace {

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    SystemRandom random;
    return random_u64(random);
  }();
  return value;
}

// Multiply and fold, eight bytes at a time; who does not know the seed cannot make names collide.
std::uint64_t hash(std::string_view text) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  std::uint64_t state = seed() ^ text.size();
  while (text.size() > 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    state = fold(state ^ bytes, kOdd ^ seed());
    text.remove_prefix(sizeof bytes);
  }
  std::uint64_t tail = 0;
  if (!text.empty()) std::memcpy(&tail, text.data(), text.size());
  return fold(state ^ tail, kOdd ^ seed());
}

}  // namespace

void NameIndex::reserve(std::size_t count) { slots_.assign(std::bit_ceil(count * 2 + 2), Slot{}); }

std::size_t NameIndex::slot_of(std::string_view name) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash(name) & mask;
  while (slots_[at].entry != nullptr && slots_[at].name != name) at = (at + 1) & mask;
  return at;
}

void NameIndex::put(std::string_view name, const TermEntry* entry) {
  Slot& slot = slots_[slot_of(name)];
  if (slot.entry == nullptr) slot = {name, entry};
}

const TermEntry* NameIndex::find(std::string_view name) const {
  return slots_[slot_of(name)].entry;
}

bool is_preferred(const TermEntry& a, const TermEntry& b) {
  return std::tuple(a.second.rank, a.first.size(), std::string_view(a.first)) <
         std::tuple(b.second.rank, b.first.size(), std::string_view(b.first));
}

void Terms::finish() {
  std::vector<const TermEntry*> entries;
  for (const TermEntry& entry : map) entries.push_back(&entry);
  by_name.reserve(entries.size());
  for (const TermEntry* entry : entries) by_name.put(entry->first, entry);

  std::ranges::sort(entries, [](auto* a, auto* b) { return is_preferred(*a, *b); });
  by_iri.reserve(entries.size());
  for (const TermEntry* entry : entries) {
    if (!entry->second.iri.empty()) by_iri.put(entry->second.iri, entry);
    if (entry->second.is_prefix) prefixes.push_back(entry);
  }
}

std::size_t Terms::bytes() const {
  constexpr std::size_t kNode = 256;  // the map's node and the slots
  std::size_t sum = sizeof(Terms);
  for (const auto& [name, term] : map)
    sum += kNode + name.size() + term.iri.size() + term.type.size();
  return sum;
}

}  // namespace revier::jsonld::detail
