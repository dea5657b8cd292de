// SPDX-License-Identifier: EUPL-1.2
// The forms there are: imported with versions, the newest is offered, each case keeps its own.
//
// Thread safety: all methods from any thread; import() waits for the records, the rest never does.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/thread_safety.h"
#include "base/time.h"
#include "casework/definition.h"
#include "records/records.h"

namespace revier::casework {

class Forms {
 public:
  Forms(records::Database& database, const Clock& civil_clock)
      : database_(database), clock_(civil_clock) {}

  // Reads what was imported; to be called once, before anything else. Blocks.
  // Errors: kCorrupt for a definition that this program does not understand any more.
  [[nodiscard]] Result<> load();

  // Makes a definition the one that is offered. `record` writes who did it, in the same
  // transaction. The same text again changes nothing.
  // Errors: those of parse_definition(); kConflict where this version is known with another text
  // or a newer one is.
  [[nodiscard]] Task<Result<DefinitionPtr>> import(
      std::string text, std::function<Result<>(records::Session&, const Definition&)> record);

  // nullptr where there is none.
  [[nodiscard]] DefinitionPtr newest(std::string_view id) const;
  [[nodiscard]] DefinitionPtr find(std::string_view id, std::int64_t version) const;
  [[nodiscard]] bool any() const;
  // The newest of each, by id.
  [[nodiscard]] std::vector<DefinitionPtr> all() const;
  // The ids of those that publish in any of their versions: cases of an older one are still public.
  [[nodiscard]] std::vector<std::string> public_ids() const;

 private:
  void keep(const DefinitionPtr& form);

  records::Database& database_;
  const Clock& clock_;
  mutable SharedMutex mutex_;
  std::map<std::pair<std::string, std::int64_t>, DefinitionPtr> forms_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::casework
