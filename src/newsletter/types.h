// SPDX-License-Identifier: EUPL-1.2
// What the newsletter speaks of: topics, requests that wait for their confirmation, subscribers.
//
// Thread safety: values.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "web/language.h"

namespace revier::newsletter {

// What one can subscribe to.
struct Topic {
  std::string id;             // 1 to 40 of a-z 0-9 -
  std::int64_t position = 0;  // order on the pages
  std::string name_de;
  std::string name_en;
  std::string about_de;  // one sentence; may be empty
  std::string about_en;
  bool offered = true;  // false: nobody new; those who have it keep it

  [[nodiscard]] const std::string& name_in(web::Language language) const {
    return language == web::Language::kDe ? name_de : name_en;
  }
  [[nodiscard]] const std::string& about_in(web::Language language) const {
    return language == web::Language::kDe ? about_de : about_en;
  }
};
using Topics = std::shared_ptr<const std::vector<Topic>>;  // by position

// Somebody has typed an address; nothing is sent to it but one letter that asks.
struct PendingSignUp {
  std::string id;
  std::string subscriber;  // id that she has or would get
  std::string mail;
  std::string language;  // "de", "en"
  std::vector<std::string> topics;
  std::int64_t wording_version = 1;
  Instant asked_at;
  Instant delete_after;  // its link holds until then
  bool confirmed = false;
};

struct Subscriber {
  std::string id;  // a keyed hash of the address: the ledger tells of it and not of the address
  std::string mail;
  std::string language;
  std::vector<std::string> topics;
  Instant since;
  Instant delete_after;  // grows with each issue
};

}  // namespace revier::newsletter
