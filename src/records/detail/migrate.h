// SPDX-License-Identifier: EUPL-1.2
// Bringing a database's schema to that of this program.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "records/detail/sql_session.h"
#include "records/records.h"

namespace revier::records::detail {

// Applies what is missing, in one transaction. `before` runs first when the database already holds
// something and a step is pending; it gets the name of the first pending step.
[[nodiscard]] Result<> migrate(SqlSession& session, bool sqlite,
                               std::span<const Migration> migrations,
                               const std::function<Result<>(std::string_view)>& before);

// The statements of a step: split at ';' outside quotes, "--" comments taken out.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view sql);

}  // namespace revier::records::detail
