// SPDX-License-Identifier: EUPL-1.2
// Issues that were sent, for everybody: entities of the broker, so that they have an API,
// subscriptions and history like all that is public; and the pages and feeds read from them.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "newsletter/issue.h"
#include "newsletter/types.h"

namespace revier::newsletter {

inline constexpr std::string_view kIssueType = "urn:revier:ns:NewsletterIssue";
inline constexpr std::string_view kOwner = "newsletter";  // the domain that writes them

struct PublishedIssue {
  std::string id;
  std::string topic_de;
  std::string topic_en;
  std::string subject_de;
  std::string subject_en;  // empty: only in German
  std::string body_de;     // Markdown
  std::string body_en;
  Instant at;

  [[nodiscard]] web::Language shown_in(web::Language language) const {
    return subject_en.empty() ? web::Language::kDe : language;
  }
  [[nodiscard]] const std::string& subject_in(web::Language language) const {
    return shown_in(language) == web::Language::kDe ? subject_de : subject_en;
  }
  [[nodiscard]] const std::string& body_in(web::Language language) const {
    return shown_in(language) == web::Language::kDe ? body_de : body_en;
  }
  [[nodiscard]] const std::string& topic_in(web::Language language) const {
    return language == web::Language::kDe ? topic_de : topic_en;
  }
};

[[nodiscard]] std::string entity_id_of(std::string_view issue);
// As NGSI-LD, with the core context's names only.
[[nodiscard]] std::string issue_entity(const Issue& issue, const Topic& topic);
// Newest first; entities that are none are left out.
[[nodiscard]] std::vector<PublishedIssue> read_issues(const std::vector<std::string>& entities);

struct FeedOptions {
  std::string site_url;
  web::Language language = web::Language::kDe;
  std::string title;
  std::string author;
};
// Atom (RFC 4287) and JSON Feed 1.1 of the newest ones, whole texts as HTML.
[[nodiscard]] std::string atom_feed(const std::vector<PublishedIssue>& issues,
                                    const FeedOptions& options);
[[nodiscard]] std::string json_feed(const std::vector<PublishedIssue>& issues,
                                    const FeedOptions& options);

}  // namespace revier::newsletter
