// SPDX-License-Identifier: EUPL-1.2
// How the running program is, with reasons: what /readyz, `revier status` and the metrics tell.
//
// Thread safety: all functions from any thread. None waits but `with_backups`.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "records/records.h"
#include "store/store.h"

namespace revier::app {

// What is asked; all of it outlives the asking.
struct StateSources {
  const Clock& real_clock;
  const Clock& civil_clock;
  const store::Store& store;
  records::Database& database;
  // False when current state has no room for new entities.
  std::function<bool()> creating;
  std::string folder;              // the data folder
  std::int64_t disk_free_min = 0;  // bytes
  std::string listen;
  Instant started;
};

struct State {
  bool ready = true;                 // everything that was promised holds
  std::vector<std::string> reasons;  // why it is not, in English, what to do included
  std::vector<std::string> hints;    // what an operator should look at although all holds
  bool store_writable = true;
  bool records_writable = true;
  bool creating = true;
  std::int64_t disk_free = 0;  // bytes of the data folder's disk
};
[[nodiscard]] State state_of(const StateSources& sources);
// As one JSON object. `with_backups`: asks the records for the newest backup too, and may wait.
[[nodiscard]] std::string state_json(const StateSources& sources, bool with_backups);
// Brings the figures of the process and of the disk up to date; about once a second.
void measure_state(const StateSources& sources);

}  // namespace revier::app
