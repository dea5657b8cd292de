// SPDX-License-Identifier: EUPL-1.2
// The index structures of one tenant's state: ordered sets of (key, serial).
//
// A serial is an entity's number of creation: it never changes while the entity lives, so that an
// update touches only the keys that changed, and ascending serials are the stable order of answers.
// A key is 64 bits that keep the order of numbers and of instants; of texts it is a hash and serves
// equality alone. Every index answers with a superset: the predicate decides.
//
// Memory: 16 bytes a posting, 20 to 24 with the tree's slack.
// Thread safety: none; the owner's lock guards them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <absl/container/btree_set.h>

#include "base/time.h"
#include "ngsi/geometry.h"

namespace revier::context::detail {

using Serial = std::uint64_t;

// Smaller numbers have smaller keys; -0.0 and 0.0 are one.
[[nodiscard]] std::uint64_t number_key(double number);
[[nodiscard]] std::uint64_t instant_key(Instant instant);
[[nodiscard]] std::uint64_t text_key(std::string_view text);

struct KeyRange {
  std::uint64_t low = 0;  // both included
  std::uint64_t high = ~std::uint64_t{0};
};

struct Posting {
  std::uint64_t key;
  Serial serial;
  friend auto operator<=>(const Posting&, const Posting&) = default;
};

class PostingIndex {
 public:
  // Instead of insert() for each of an index that is empty: a tree that gets them in order is built
  // in a fifth of the time, and has no slack.
  void fill(std::vector<Posting> postings);
  void insert(std::uint64_t key, Serial serial) { postings_.insert({key, serial}); }
  void erase(std::uint64_t key, Serial serial) { postings_.erase({key, serial}); }
  [[nodiscard]] std::size_t size() const { return postings_.size(); }

  // Appends the serials of the keys in `range`; false, with `out` cut to what it was, when there
  // are more than `max`.
  [[nodiscard]] bool collect(KeyRange range, std::size_t max, std::vector<Serial>& out) const;

 private:
  absl::btree_set<Posting> postings_;
};

class SerialSet {
 public:
  void fill(std::vector<Serial> serials);  // as of PostingIndex
  void insert(Serial serial) { serials_.insert(serial); }
  void erase(Serial serial) { serials_.erase(serial); }
  [[nodiscard]] std::size_t size() const { return serials_.size(); }

  // Appends at most `max` serials that are at least `from`, ascending.
  void collect(Serial from, std::size_t max, std::vector<Serial>& out) const;

 private:
  absl::btree_set<Serial> serials_;
};

// Cells of S2's curve (64 bits each) that cover a geometry. A point has one leaf cell.
using Cells = std::vector<std::uint64_t>;

using ngsi::Position;

// Points and shapes by cell. A shape is entered under each cell of a covering of at most 8.
class GeoIndex {
 public:
  void fill(std::vector<Posting> postings);  // as of PostingIndex; keys are cells
  void insert(std::span<const std::uint64_t> cells, Serial serial);
  void erase(std::span<const std::uint64_t> cells, Serial serial);
  [[nodiscard]] std::size_t size() const { return postings_.size(); }

  // Appends the serials of what may touch the area that `cells` cover, each once, ascending; false
  // when there are more than `max`.
  [[nodiscard]] bool collect(std::span<const std::uint64_t> cells, std::size_t max,
                             std::vector<Serial>& out) const;

 private:
  PostingIndex postings_;
  std::size_t shapes_ = 0;  // postings of cells above the leaves
};

// Coverings, by S2 alone (the only file that includes it is geo_cells.cpp).
[[nodiscard]] Cells cells_of_point(Position point);
// Of the cap around a point.
[[nodiscard]] Cells cells_of_cap(Position center, double radius_m);
// Of a rectangle of latitudes and longitudes, grown by a distance on all sides.
[[nodiscard]] Cells cells_of_bounds(const ngsi::Bounds& bounds, double distance_m = 0);
// Cells whose postings may cover a cell although they are larger: the cell's parents.
[[nodiscard]] Cells parents_of_cell(std::uint64_t cell);
[[nodiscard]] bool is_leaf_cell(std::uint64_t cell);
// The keys of the cell and of all within it.
[[nodiscard]] KeyRange range_of_cell(std::uint64_t cell);

}  // namespace revier::context::detail
