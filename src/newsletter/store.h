// SPDX-License-Identifier: EUPL-1.2
// The rows of topics, requests and subscribers. All inside the caller's transaction.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "newsletter/types.h"
#include "records/records.h"

namespace revier::newsletter::rows {

[[nodiscard]] std::span<const records::Migration> migrations();

[[nodiscard]] Result<std::vector<Topic>> topics(records::Session& session);
[[nodiscard]] Result<> put_topic(records::Session& session, const Topic& topic);

[[nodiscard]] Result<> insert_request(records::Session& session, const PendingSignUp& request);
// Errors of the finds: kResourceNotFound.
[[nodiscard]] Result<PendingSignUp> find_request(records::Session& session, std::string_view id);
[[nodiscard]] Result<std::vector<PendingSignUp>> requests_of(records::Session& session,
                                                             std::string_view subscriber);
[[nodiscard]] Result<> set_confirmed(records::Session& session, std::string_view id);
[[nodiscard]] Result<std::int64_t> erase_requests(records::Session& session,
                                                  std::string_view subscriber);

[[nodiscard]] Result<> insert_subscriber(records::Session& session, const Subscriber& subscriber);
[[nodiscard]] Result<Subscriber> find_subscriber(records::Session& session, std::string_view id);
[[nodiscard]] Result<std::optional<Subscriber>> subscriber_of_mail(records::Session& session,
                                                                   std::string_view mail_key);
[[nodiscard]] Result<> set_language(records::Session& session, std::string_view id,
                                    std::string_view language);
[[nodiscard]] Result<> set_delete_after(records::Session& session, std::string_view id,
                                        Instant delete_after);
[[nodiscard]] Result<> add_topic(records::Session& session, std::string_view id,
                                 std::string_view topic, Instant since);
[[nodiscard]] Result<> remove_topic(records::Session& session, std::string_view id,
                                    std::string_view topic);
// With her topics.
[[nodiscard]] Result<> erase_subscriber(records::Session& session, std::string_view id);
// How many have a topic, by its id.
struct Count {
  std::string topic;
  std::int64_t subscribers = 0;
};
[[nodiscard]] Result<std::vector<Count>> count(records::Session& session);
// Of a topic, with an id behind `after`, in order of the ids.
[[nodiscard]] Result<std::vector<Subscriber>> next_of(records::Session& session,
                                                      std::string_view topic,
                                                      std::string_view after, std::int64_t limit);

// Addresses of the subscribers that the next erase_ended() erases.
[[nodiscard]] Result<std::vector<std::string>> ended_mails(records::Session& session, Instant now);
// Requests that were not confirmed, and subscribers that nothing was sent to for long. How many.
[[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);

}  // namespace revier::newsletter::rows
