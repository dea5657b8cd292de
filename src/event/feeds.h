// SPDX-License-Identifier: EUPL-1.2
// What changed in the programme as Atom (RFC 4287) and as JSON Feed 1.1, from the same entries; and
// the site's map for search engines.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "event/changes.h"
#include "event/programme.h"

namespace revier::event {

struct FeedOptions {
  std::string site_url;  // "https://event.example"
  web::Language language = web::Language::kDe;
  std::string title;   // of the feed
  std::string author;  // who is responsible for the site
};
[[nodiscard]] std::string atom_feed(const Programme& programme, const Ledger& ledger,
                                    const FeedOptions& options);
[[nodiscard]] std::string json_feed(const Programme& programme, const Ledger& ledger,
                                    const FeedOptions& options);

// `pages` are German addresses ("/programm"); sessions and speakers are added, each with its twin
// in the other language.
[[nodiscard]] std::string sitemap(const Programme& programme, const Ledger& ledger,
                                  const std::string& site_url,
                                  const std::vector<std::string>& pages);

}  // namespace revier::event
