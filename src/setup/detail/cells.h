// SPDX-License-Identifier: EUPL-1.2
// What people write into the cells of a programme.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace revier::setup::detail {

// "2025-02-05" of that, of "5.2.2025" and of "2025-02-05 09:30".
[[nodiscard]] std::optional<std::string> read_day(std::string_view cell);
// "09:30" of "9:30", "9.30", "09:30:00", "9 Uhr", "9.30 Uhr".
[[nodiscard]] std::optional<std::string> read_time(std::string_view cell);
// Of "ja", "yes", "x", "1", "true".
[[nodiscard]] bool read_yes(std::string_view cell);
// Parts between ';' and line ends.
[[nodiscard]] std::vector<std::string> read_list(std::string_view cell);

}  // namespace revier::setup::detail
