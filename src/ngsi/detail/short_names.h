// SPDX-License-Identifier: EUPL-1.2
// Names as an answer writes them: quoted JSON, compacted by a context once and kept.
//
// Each thread has its own; a thread keeps kPagesMax contexts, the least recently used one goes.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "jsonld/context.h"
#include "ngsi/names.h"

namespace revier::ngsi::detail {

class ShortNames {
 public:
  // The page of this thread for a context; valid until this thread asks for kPagesMax others.
  [[nodiscard]] static ShortNames& of(const Names& names, const jsonld::Context& context);

  // With quotes; empty for a number without name. Valid until the next call.
  [[nodiscard]] const std::string& quoted(NameId id);

 private:
  friend struct Pages;
  const Names* names_ = nullptr;
  const jsonld::Context* context_ = nullptr;
  std::unordered_map<NameId, std::string> quoted_;
};

}  // namespace revier::ngsi::detail
