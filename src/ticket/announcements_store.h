// SPDX-License-Identifier: EUPL-1.2
// Rows of announcements, and whom they go to. No rules here: see announcements.h.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/records.h"
#include "ticket/announcements.h"

namespace revier::ticket::rows {

// False where there is one of this id already.
[[nodiscard]] Result<bool> insert_announcement(records::Session& session,
                                               const Announcement& announcement);
// Errors: kResourceNotFound.
[[nodiscard]] Result<Announcement> find_announcement(records::Session& session,
                                                     std::string_view id);
// Newest first.
[[nodiscard]] Result<std::vector<Announcement>> announcements(records::Session& session,
                                                              std::int64_t limit);
// Ids of those whose letters are not all written.
[[nodiscard]] Result<std::vector<std::string>> open_announcements(records::Session& session);
// How far its letters are written.
[[nodiscard]] Result<> set_reached(records::Session& session, const Announcement& announcement);
[[nodiscard]] Result<std::int64_t> erase_ended_announcements(records::Session& session,
                                                             Instant now);

// Ids of registrations that it goes to, in their order behind the one that it has reached.
[[nodiscard]] Result<std::vector<std::string>> recipients(records::Session& session,
                                                          const Announcement& announcement,
                                                          std::int64_t limit);
[[nodiscard]] Result<std::int64_t> count_recipients(records::Session& session,
                                                    const Announcement& announcement);

}  // namespace revier::ticket::rows
