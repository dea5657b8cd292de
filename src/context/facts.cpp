// SPDX-License-Identifier: EUPL-1.2
#include "context/facts.h"

namespace revier::context {

void add_facts(Distribution::Facts& to, Distribution::Facts from) {
  to.entities += from.entities;
  for (auto& [type, attributes] : from.types) to.types[type].merge(attributes);
  for (auto& [name, facts] : from.attributes) {
    Distribution::AttributeFacts& known = to.attributes[name];
    known.instances += facts.instances;
    known.kinds.merge(facts.kinds);
    known.types.merge(facts.types);
  }
}

}  // namespace revier::context
