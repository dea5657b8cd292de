// SPDX-License-Identifier: EUPL-1.2
// Reading the instances of an entity's attributes out of the rows I: in order of time, forwards or
// backwards, only the rows that a query may mean.
//
// Thread safety: used by one task.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "history/detail/keys.h"
#include "history/detail/pace.h"
#include "history/types.h"
#include "ngsi/instance.h"
#include "store/store.h"

namespace revier::history::detail {

// One row as it lies in the store; its views live until the callback returns.
struct Stored {
  InstanceKey key;
  Instant time;  // by which the query orders it
  bool deletion = false;
  bool in_order = false;  // rows of this segment come in the order of `time`
  ngsi::AttributeView view;
  std::string_view form;
};

// Which rows of a series.
struct Reach {
  TimeProperty property = TimeProperty::kObservedAt;
  bool filters = false;  // false: all instances, by the time of their key
  Span span;
  bool backwards = false;
};

class Series {
 public:
  Series(const store::Store& store, std::string_view tenant, std::string_view id);

  // The names that the entity has instances of, kNoName for the scope; ascending.
  [[nodiscard]] Result<std::vector<ngsi::NameId>> names();

  // Calls take for each row of one name within reach: ascending (backwards: descending) by time
  // within a segment, segment after segment. False ends the segment. Errors: kCorrupt,
  // kTooComplexQuery.
  using Take = std::function<bool(const Stored&)>;
  [[nodiscard]] Task<Result<>> read(ngsi::NameId name, Reach reach, Pace& pace, Take take);

  // The row of one number; nullopt where there is none.
  struct Found {
    std::string key;  // in the store
    std::string value;
  };
  [[nodiscard]] Task<Result<std::optional<Found>>> find(ngsi::NameId name, std::uint64_t number,
                                                        Pace& pace);

  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  struct Run {  // of rows, in one segment
    Segment segment = Segment::kObserved;
    bool by_key = false;  // the key's time is the query's
  };
  [[nodiscard]] static std::vector<Run> runs_of(const Reach& reach);
  void start(ngsi::NameId name, const Run& run, const Reach& reach);
  [[nodiscard]] Task<Result<>> read_run(ngsi::NameId name, Run run, const Reach& reach, Pace& pace,
                                        const Take& take);
  [[nodiscard]] Result<Stored> stored() const;
  [[nodiscard]] bool within(ngsi::NameId name, Segment segment) const;

  const std::string id_;
  const std::string prefix_;
  const std::unique_ptr<store::Cursor> rows_;
};

}  // namespace revier::history::detail
