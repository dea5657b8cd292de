// SPDX-License-Identifier: EUPL-1.2
// Rows in memory over those of a store, for one request: what others have sent is read together
// with what is here, by the same code.
//
// Thread safety: filled by one task, then read by it. The store outlives it.
#pragma once
#include <map>
#include <string>

#include "store/store.h"

namespace revier::history::detail {

class Overlay final : public store::Store {
 public:
  explicit Overlay(store::Store& under) : under_(under) {}

  // Of the column of history alone; takes the place of a row of the store that has the same key.
  void put(std::string_view key, std::string_view value) {
    size_bytes_ += key.size() + value.size();
    rows_.insert_or_assign(std::string(key), std::string(value));
  }
  void erase(std::string_view key);
  [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }

  [[nodiscard]] Result<std::string> get(store::Column column, std::string_view key) const override;
  [[nodiscard]] std::unique_ptr<store::Cursor> scan(store::Column column, std::string_view prefix,
                                                    std::string_view from = {}) const override;
  // As of the store below.
  [[nodiscard]] store::Writer& writer() override { return under_.writer(); }
  [[nodiscard]] Result<> checkpoint(const std::string& directory) const override {
    return under_.checkpoint(directory);
  }
  [[nodiscard]] Result<> verify() const override { return under_.verify(); }
  [[nodiscard]] store::Health health() const override { return under_.health(); }
  [[nodiscard]] store::Durability durability() const override { return under_.durability(); }

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;
  class Merged;

  store::Store& under_;
  Rows rows_;
  std::size_t size_bytes_ = 0;
};

// What Rows (rows.h) writes goes into the overlay.
class OverlayBatch final : public store::Batch {
 public:
  explicit OverlayBatch(Overlay& overlay) : overlay_(overlay) {}
  void put(store::Column, std::string_view key, std::string_view value) override {
    overlay_.put(key, value);
  }
  void erase(store::Column, std::string_view key) override { overlay_.erase(key); }
  void erase_prefix(store::Column, std::string_view) override {}
  [[nodiscard]] std::size_t size_bytes() const override { return overlay_.size_bytes(); }

 private:
  Overlay& overlay_;
};

}  // namespace revier::history::detail
