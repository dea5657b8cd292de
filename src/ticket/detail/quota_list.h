// SPDX-License-Identifier: EUPL-1.2
// Several quotas in one condition: "... IN (" + list.sql + ")", with list.parameters. `quotas` must
// outlive it.
#pragma once
#include <deque>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "records/records.h"

namespace revier::ticket::detail {

struct QuotaList {
  explicit QuotaList(std::span<const std::string> quotas) {
    for (const std::string& quota : quotas) {
      const std::string& name = names.emplace_back(fmt::format("quota{}", names.size()));
      sql += fmt::format("{}:{}", sql.empty() ? "" : ", ", name);
      parameters.emplace_back(name, quota);
    }
  }

  std::deque<std::string> names;  // viewed by the parameters
  std::string sql;
  std::vector<records::Parameter> parameters;
};

}  // namespace revier::ticket::detail
