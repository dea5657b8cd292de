// SPDX-License-Identifier: EUPL-1.2
// Companies that the organiser may pass an address to, each by a consent of its own.
//
// Nothing of a person leaves by itself: there is no tracker, no pixel and no foreign script on any
// page. Who consents to a partner on her settings page, unticked before, stands in a list that the
// organiser takes out by hand; taking it out is a line of the audit log. The wording is the
// partner's own and stored with its version (kind "partner-ID"); a changed wording is a new
// version, and who consented to an older one stays consented to that.
//
// Thread safety: all from any thread; what blocks says so.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "newsletter/newsletter.h"

namespace revier::newsletter {

struct Partner {
  std::string id;  // 1 to 40 of a-z 0-9 -
  std::string name;
  std::string text_de;  // what is consented to, word for word
  std::string text_en;
  std::int64_t version = 0;  // of the wording
  bool offered = true;       // false: nobody new; those who consented can still withdraw

  [[nodiscard]] const std::string& text_in(web::Language language) const {
    return language == web::Language::kDe ? text_de : text_en;
  }
};
using PartnerList = std::shared_ptr<const std::vector<Partner>>;  // by name

// A box that she ticked, with the version of the wording that stood beside it.
struct PartnerChoice {
  std::string id;
  std::int64_t version = 0;
};

struct PartnerConsent {
  std::string mail;
  Instant since;
  std::int64_t version = 0;
};

class Partners {
 public:
  // Reads them; blocks. `newsletter` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Partners>> open(Newsletter& newsletter);
  // By open().
  explicit Partners(Newsletter& newsletter) : newsletter_(newsletter) {}

  [[nodiscard]] PartnerList list() const;
  // Makes or changes one; a changed text becomes the next version, also where two save at once.
  // Blocks. Errors: kBadRequestData.
  [[nodiscard]] Result<> put(Partner partner,
                             const std::function<Result<>(records::Session&)>& also);

  // Exactly these from now on; what changes is an entry of the ledger ("partner/ID") with the
  // wording that the page showed, in its language. Errors: kResourceNotFound; kConflict, and
  // nothing changes, where the wording of a new one is another by now.
  [[nodiscard]] Task<Result<>> choose(std::string subscriber, std::vector<PartnerChoice> partners,
                                      web::Language shown_in);

  // Who consents, by address. `also` writes the line of the audit log in the transaction that
  // stands for the taking out. Blocks. Errors: kResourceNotFound; those of `also`.
  [[nodiscard]] Result<std::vector<PartnerConsent>> take_out(
      std::string_view partner, const std::function<Result<>(records::Session&)>& also);
  // How many consent, in the order of list(). Blocks.
  [[nodiscard]] Result<std::vector<std::int64_t>> counts();

 private:
  Result<> read(records::Session& session);
  Result<> choose_in(records::Session& session, const std::string& subscriber,
                     const std::vector<PartnerChoice>& partners, web::Language shown_in);

  Newsletter& newsletter_;
  Mutex putting_;  // one after the other, until list() has it
  mutable SharedMutex mutex_;
  PartnerList partners_ RV_GUARDED_BY(mutex_) = std::make_shared<const std::vector<Partner>>();
};

namespace rows {

[[nodiscard]] std::span<const records::Migration> partner_migrations();
// Partners that a subscriber consents to.
[[nodiscard]] Result<std::vector<std::string>> partners_of(records::Session& session,
                                                           std::string_view subscriber);
// With an entry of the ledger for each: the end of a subscription ends them.
[[nodiscard]] Result<> withdraw_partners(records::Session& session, const Subscriber& subscriber,
                                         std::string_view channel, Instant now,
                                         Instant retain_until);
[[nodiscard]] Result<> erase_partner_consents(records::Session& session,
                                              std::string_view subscriber);

}  // namespace rows
}  // namespace revier::newsletter
