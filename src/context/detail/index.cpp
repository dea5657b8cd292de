// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/index.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace revier::context::detail {
namespace {
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

template <class Key>
absl::btree_set<Key> tree_of(std::vector<Key> keys) {
  std::sort(keys.begin(), keys.end());
  return {keys.begin(), keys.end()};
}

}  // namespace

std::uint64_t number_key(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

std::uint64_t instant_key(Instant instant) {
  return static_cast<std::uint64_t>(instant.us) ^ kSign;
}

std::uint64_t text_key(std::string_view text) { return std::hash<std::string_view>{}(text); }

void PostingIndex::fill(std::vector<Posting> postings) { postings_ = tree_of(std::move(postings)); }

bool PostingIndex::collect(KeyRange range, std::size_t max, std::vector<Serial>& out) const {
  const std::size_t before = out.size();
  const auto end = postings_.end();
  for (auto at = postings_.lower_bound({range.low, 0}); at != end && at->key <= range.high; ++at) {
    if (out.size() - before == max) {
      out.resize(before);
      return false;
    }
    out.push_back(at->serial);
  }
  return true;
}

void SerialSet::fill(std::vector<Serial> serials) { serials_ = tree_of(std::move(serials)); }

void SerialSet::collect(Serial from, std::size_t max, std::vector<Serial>& out) const {
  const auto end = serials_.end();
  auto at = serials_.lower_bound(from);
  for (std::size_t n = 0; n < max && at != end; ++n, ++at) out.push_back(*at);
}

void GeoIndex::fill(std::vector<Posting> postings) {
  shapes_ = static_cast<std::size_t>(
      std::ranges::count_if(postings, [](const Posting& one) { return !is_leaf_cell(one.key); }));
  postings_.fill(std::move(postings));
}

void GeoIndex::insert(std::span<const std::uint64_t> cells, Serial serial) {
  for (const std::uint64_t cell : cells) {
    postings_.insert(cell, serial);
    if (!is_leaf_cell(cell)) ++shapes_;
  }
}

void GeoIndex::erase(std::span<const std::uint64_t> cells, Serial serial) {
  for (const std::uint64_t cell : cells) {
    postings_.erase(cell, serial);
    if (!is_leaf_cell(cell)) --shapes_;
  }
}

bool GeoIndex::collect(std::span<const std::uint64_t> cells, std::size_t max,
                       std::vector<Serial>& out) const {
  const std::size_t before = out.size();
  const auto add = [&](KeyRange range) {
    return postings_.collect(range, max - (out.size() - before), out);
  };
  for (const std::uint64_t cell : cells) {
    bool fits = add(range_of_cell(cell));
    if (shapes_ > 0) {
      for (const std::uint64_t parent : parents_of_cell(cell)) fits = fits && add({parent, parent});
    }
    if (!fits) {
      out.resize(before);
      return false;
    }
  }
  const auto first = out.begin() + static_cast<std::ptrdiff_t>(before);
  std::sort(first, out.end());
  out.erase(std::unique(first, out.end()), out.end());
  return true;
}

}  // namespace revier::context::detail
