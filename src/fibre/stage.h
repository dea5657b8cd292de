// SPDX-License-Identifier: EUPL-1.2
// A list that was read and shown to somebody, until she says that it is to be in force.
//
// Thread safety: all methods from any thread.
#pragma once
#include <string>

#include "fibre/lists.h"
#include "table/stage.h"

namespace revier::fibre {

struct StagedList {
  std::string owner;  // id of an account
  ReadList list;
  ListOrder order;
};

using Stage = table::Stage<StagedList>;

}  // namespace revier::fibre
