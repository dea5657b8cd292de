// SPDX-License-Identifier: EUPL-1.2
#include "context/explanation.h"

namespace revier::context {

std::string_view to_string(Plan plan) {
  switch (plan) {
    case Plan::kIds:
      return "ids";
    case Plan::kType:
      return "type";
    case Plan::kNumber:
      return "number";
    case Plan::kText:
      return "text";
    case Plan::kInstant:
      return "instant";
    case Plan::kGeo:
      return "geo";
    case Plan::kScan:
      break;
  }
  return "scan";
}

}  // namespace revier::context
