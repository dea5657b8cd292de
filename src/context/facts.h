// SPDX-License-Identifier: EUPL-1.2
// What several places have of types and attributes, as one (5.7.11).
//
// Thread safety: a pure function.
#pragma once
#include "context/distribution.h"

namespace revier::context {

// Numbers are added: an entity that two places have counts twice, which 5.7.11 allows
// ("estimates"). Warnings are left as they are.
void add_facts(Distribution::Facts& to, Distribution::Facts from);

}  // namespace revier::context
