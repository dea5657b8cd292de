// SPDX-License-Identifier: EUPL-1.2
// Adding rows of history to a batch: on the writer thread, whoever the writer is.
//
// Thread safety: the writer thread; load() before the first write.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "context/broker.h"
#include "history/detail/days.h"
#include "history/detail/keys.h"
#include "history/detail/lifecycle.h"
#include "ngsi/instance.h"
#include "store/store.h"

namespace revier::history::detail {

// Value of a row I: flags, then the instance (ngsi/instance.h). A deletion was done at the
// instance's modifiedAt.
inline constexpr std::uint8_t kDeletion = 1;
inline constexpr std::uint8_t kCounted = 2;  // of a thinned day: its sums hold it (days.h)

struct Texts {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
};
template <class T>
using ByText = std::unordered_map<std::string, T, Texts::Hash, std::equal_to<>>;

class Rows {
 public:
  explicit Rows(context::Broker& broker) : broker_(broker) {}

  // Names that stay. Errors: kCorrupt.
  [[nodiscard]] Result<> load(const store::Store& store, Instant now);

  // The entity whose rows come next.
  struct Subject {
    std::string tenant;
    std::string events;     // prefix of rows E
    std::string instances;  // prefix of rows I
  };
  [[nodiscard]] static Subject subject(std::string_view tenant, std::string_view id);

  void put_event(const Subject& subject, std::string_view id, Event event,
                 const std::vector<ngsi::NameId>& types, Instant at, store::Batch& batch);
  void put_instance(const Subject& subject, const ngsi::AttributeView& view, store::Batch& batch);
  // `form` as deletion_of() and scope_instance() make it.
  void put_form(const Subject& subject, std::string_view form, bool deletion, store::Batch& batch);
  // The same at a place that it had before: number and createdAt stay.
  void put_numbered(const Subject& subject, std::string_view form, bool deletion,
                    std::uint64_t number, store::Batch& batch);

  // All rows of a space go.
  void drop_space(std::string_view space, store::Batch& batch);

  [[nodiscard]] Marks& marks() { return marks_; }
  // An instance went, or its sums have to be made again for another reason.
  void mark(const Subject& subject, const InstanceKey& key, store::Batch& batch);

 private:
  void put_row(const Subject& subject, const ngsi::AttributeView& view, bool deletion,
               std::uint64_t number, store::Batch& batch);
  void keep(const Subject& subject, const ngsi::AttributeView& view, store::Batch& batch);
  void keep_one(std::vector<bool>& kept, std::string_view tenant, ngsi::NameId name,
                store::Batch& batch);
  [[nodiscard]] std::vector<bool>& kept_of(std::string_view tenant);

  context::Broker& broker_;
  std::uint64_t next_number_ = 1;
  ByText<std::vector<bool>> kept_;  // by tenant: the names that stay, by number
  Marks marks_;
  std::string key_;  // one buffer for all
  std::string value_;
};

}  // namespace revier::history::detail
