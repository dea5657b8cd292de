// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/overlay.h"

#include <optional>

#include "history/detail/keys.h"

namespace revier::history::detail {

// Two runs of rows as one. Where both have a key, the row of the overlay counts. The side that the
// current row is of moves on; the other one always stands at the next row of its own in the
// direction of the last move.
class Overlay::Merged final : public store::Cursor {
 public:
  Merged(const Rows& rows, std::unique_ptr<store::Cursor> under, std::string_view prefix)
      : rows_(rows), under_(std::move(under)), prefix_(prefix), at_(rows.end()) {}

  bool valid() const override { return in_rows() || under_->valid(); }

  void seek(std::string_view key) override {
    backwards_ = false;
    at_ = rows_.lower_bound(std::max(key, std::string_view(prefix_)));
    under_->seek(key);
  }
  void seek_back(std::string_view key) override {
    backwards_ = true;
    at_ = before(rows_.upper_bound(key));
    under_->seek_back(key);
  }

  void next() override {
    if (backwards_) {
      const std::string from(key());
      seek(from);
    }
    step();
  }
  void prev() override {
    if (!backwards_) {
      const std::string from(key());
      seek_back(from);
    }
    step();
  }

  std::string_view key() const override {
    return takes_row() ? std::string_view(at_->first) : under_->key();
  }
  std::string_view value() const override {
    return takes_row() ? std::string_view(at_->second) : under_->value();
  }
  Result<> status() const override { return under_->status(); }

 private:
  bool in_rows() const { return at_ != rows_.end() && at_->first.starts_with(prefix_); }

  Rows::const_iterator before(Rows::const_iterator at) const {
    return at == rows_.begin() ? rows_.end() : std::prev(at);
  }

  // The current row is one of the overlay.
  bool takes_row() const {
    if (!in_rows()) return false;
    if (!under_->valid()) return true;
    return backwards_ ? at_->first >= under_->key() : at_->first <= under_->key();
  }

  void step() {
    const bool row = takes_row();
    const bool both = row && under_->valid() && under_->key() == at_->first;
    if (!row || both) backwards_ ? under_->prev() : under_->next();
    if (row) at_ = backwards_ ? before(at_) : std::next(at_);
  }

  const Rows& rows_;
  const std::unique_ptr<store::Cursor> under_;
  const std::string prefix_;
  Rows::const_iterator at_;
  bool backwards_ = false;
};

void Overlay::erase(std::string_view key) {
  const auto found = rows_.find(key);
  if (found != rows_.end()) rows_.erase(found);
}

Result<std::string> Overlay::get(store::Column column, std::string_view key) const {
  if (column == kColumn) {
    const auto found = rows_.find(key);
    if (found != rows_.end()) return found->second;
  }
  return under_.get(column, key);
}

std::unique_ptr<store::Cursor> Overlay::scan(store::Column column, std::string_view prefix,
                                             std::string_view from) const {
  auto under = under_.scan(column, prefix, from);
  if (column != kColumn) return under;
  auto merged = std::make_unique<Merged>(rows_, std::move(under), prefix);
  merged->seek(from.empty() ? prefix : from);
  return merged;
}

}  // namespace revier::history::detail
