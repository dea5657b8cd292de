// SPDX-License-Identifier: EUPL-1.2
// Every change of current state becomes rows of history, in the same batch.
//
// Thread safety: stage() on the writer thread.
#pragma once
#include <string>
#include <vector>

#include "context/broker.h"
#include "history/detail/rows.h"

namespace revier::history::detail {

class Recorder final : public context::ChangeFollower {
 public:
  // Entities of `unkept` types (IRIs) leave no history. All outlive it.
  Recorder(Rows& rows, const Clock& clock, const std::vector<std::string>& unkept)
      : rows_(rows), clock_(clock), unkept_(unkept) {}

  void stage(std::string_view tenant, const ngsi::Names& names,
             const std::vector<Result<context::Change>>& outcomes, store::Batch& batch) override;

  // An entity that was there before history was.
  void record_beginning(std::string_view tenant, const ngsi::Names& names,
                        const ngsi::EntityPtr& entity, store::Batch& batch);

 private:
  void record(std::string_view tenant, const context::Change& change, store::Batch& batch);
  void record_end(const Rows::Subject& subject, const context::Change& change, store::Batch& batch);
  void record_scopes(const Rows::Subject& subject, const ngsi::Mutated& what, Instant now,
                     store::Batch& batch);
  [[nodiscard]] bool is_kept(const ngsi::Names& names, const ngsi::Mutated& what) const;

  Rows& rows_;
  const Clock& clock_;
  const std::vector<std::string>& unkept_;
};

}  // namespace revier::history::detail
