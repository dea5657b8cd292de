// SPDX-License-Identifier: EUPL-1.2
// Changes of sessions in words.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "event/changes.h"
#include "event/programme.h"

namespace revier::event {

// "verlegt: Mi., 5. Feb., 10:00–11:00 Uhr → ...", "fällt aus". `before` may be missing for what was
// created, `after` for what was removed.
[[nodiscard]] std::string change_text(ChangeKind kind, const Session* before, const Session* after,
                                      const Programme& programme, web::Language language);
// All that a visitor should hear of in one change; never empty.
[[nodiscard]] std::vector<std::string> change_texts(const Change& change,
                                                    const Programme& programme,
                                                    web::Language language);

// One entry of the page of changes and of the feeds, newest first.
struct News {
  std::string key;  // "change-17", "release-3", "first": for ids
  std::string title;
  std::vector<std::string> lines;
  std::string session;  // id of one that is still there; empty otherwise
  Instant at;
};
// The releases' notes, the sessions' changes, and at the end that the programme appeared.
[[nodiscard]] std::vector<News> news(const Programme& programme, const Ledger& ledger,
                                     web::Language language, std::size_t limit);

}  // namespace revier::event
