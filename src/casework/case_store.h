// SPDX-License-Identifier: EUPL-1.2
// Rows of the domain: definitions, cases, messages.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "casework/types.h"
#include "records/records.h"

namespace revier::casework::rows {

[[nodiscard]] std::span<const records::Migration> migrations();

struct StoredForm {
  std::string id;
  std::int64_t version = 1;
  std::string json;
};
[[nodiscard]] Result<> put_form(records::Session& session, const StoredForm& form, Instant now);
// By id and version, ascending.
[[nodiscard]] Result<std::vector<StoredForm>> forms(records::Session& session);

// `request_key` is empty, or what makes a repeated API call the same case.
[[nodiscard]] Result<> insert(records::Session& session, const Case& made,
                              std::string_view request_key);
[[nodiscard]] Result<> update(records::Session& session, const Case& changed);
// Of an address (ticket::mail_key), drafts too; newest first.
[[nodiscard]] Result<std::vector<Case>> of_mail(records::Session& session,
                                                std::string_view mail_key);
// Takes all that is personal out of a case, the letters about it too, and lets it end now.
[[nodiscard]] Result<> strip(records::Session& session, std::string_view id, Instant now);
// Errors of the two: kResourceNotFound.
[[nodiscard]] Result<Case> find(records::Session& session, std::string_view id);
[[nodiscard]] Result<Case> find_by_request(records::Session& session, std::string_view request_key);

struct CaseFilter {
  std::string form;         // empty: any
  std::string state;        // "open", "ended" or one state's name; empty: all but drafts
  std::string number;       // empty: any
  std::string worker;       // id; empty: any
  bool unassigned = false;  // only those that nobody works on
  std::optional<Instant> submitted_before;  // only those that are older
  // Offices whose cases are shown; nullopt: all.
  std::optional<std::vector<std::string>> offices;
  std::int64_t offset = 0;
  std::int64_t limit = 25;
};
// Oldest first, without their answers. Never drafts.
[[nodiscard]] Result<std::vector<Case>> list(records::Session& session, const CaseFilter& filter);
[[nodiscard]] Result<std::int64_t> count(records::Session& session, const CaseFilter& filter);

struct Worker {
  std::string id;
  std::string name;
};
// Who works, or worked, on cases that are kept; by name.
[[nodiscard]] Result<std::vector<Worker>> workers(
    records::Session& session, const std::optional<std::vector<std::string>>& offices);

struct FormFigures {
  std::string form;
  std::int64_t received = 0;  // all that were handed in and are still kept
  std::int64_t open = 0;
  std::int64_t ended = 0;
  std::vector<Duration> durations;  // of those that were decided, ascending
};
// Of cases handed in since an instant; nothing of a person's.
[[nodiscard]] Result<std::vector<FormFigures>> figures(
    records::Session& session, Instant since,
    const std::optional<std::vector<std::string>>& offices);

// Its number.
[[nodiscard]] Result<std::int64_t> add_message(records::Session& session, std::string_view case_id,
                                               const CaseMessage& message);
[[nodiscard]] Result<std::vector<CaseMessage>> messages(records::Session& session,
                                                        std::string_view case_id);
// Those that the person has written since then.
[[nodiscard]] Result<std::int64_t> count_written(records::Session& session,
                                                 std::string_view case_id, Instant since);

// Drafts of one form that were begun from the same place are counted in memory, all drafts here.
[[nodiscard]] Result<std::int64_t> count_drafts(records::Session& session);
// With the letters about it.
[[nodiscard]] Result<> erase(records::Session& session, std::string_view id, Instant now);
// At most `limit` whose time has come.
[[nodiscard]] Result<std::vector<Case>> ended(records::Session& session, Instant now,
                                              std::int64_t limit);
// Cases of a form whose public entity is behind, in the order of their last change; and that it is
// not any more.
[[nodiscard]] Result<std::vector<Case>> unpublished(records::Session& session,
                                                    std::string_view form, std::int64_t offset,
                                                    std::int64_t limit);
[[nodiscard]] Result<> set_published(records::Session& session, std::string_view id,
                                     std::int64_t revision);

}  // namespace revier::casework::rows
