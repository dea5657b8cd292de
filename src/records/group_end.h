// SPDX-License-Identifier: EUPL-1.2
// What is written once a group of jobs and not once a job: a count that every job of a rush
// changes.
//
// Thread safety: made and destroyed on any thread; the destructor waits for a step under way.
#pragma once
#include <functional>
#include <list>

#include "records/records.h"

namespace revier::records {

class GroupEnd {
 public:
  // `step` runs on the writer thread in the transaction of each group, behind its last job and
  // before the commit. Its error fails the whole group. `database` must outlive this.
  using Step = std::function<Result<>(Session&)>;
  GroupEnd(Database& database, Step step);
  ~GroupEnd();
  GroupEnd(const GroupEnd&) = delete;
  GroupEnd& operator=(const GroupEnd&) = delete;

 private:
  Database& database_;
  std::list<Step>::iterator place_;
};

}  // namespace revier::records
