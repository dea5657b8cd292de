// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/partners.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.h"
#include "consent/consent.h"
#include "newsletter/links.h"

namespace revier::newsletter {
namespace {

using records::Row;
using records::Session;

constexpr std::size_t kPartnersMax = 30;
constexpr std::size_t kPartnerTextMax = 2'000;  // bytes

constexpr std::array kPartnerMigrations{
    records::Migration{"newsletter-0003-partners", R"(
CREATE TABLE newsletter_partner (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  text_de TEXT NOT NULL,
  text_en TEXT NOT NULL,
  version BIGINT NOT NULL,
  offered BIGINT NOT NULL);
CREATE TABLE newsletter_partner_consent (
  partner TEXT NOT NULL REFERENCES newsletter_partner (id),
  subscriber TEXT NOT NULL REFERENCES newsletter_subscriber (id),
  version BIGINT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (partner, subscriber));
CREATE INDEX newsletter_partner_consent_subscriber ON newsletter_partner_consent (subscriber);
)"},
};

std::string wording_kind(std::string_view partner) { return fmt::format("partner-{}", partner); }

Result<> check_partner(const Partner& partner) {
  if (!is_plain_id(partner.id, 40)) {
    return fail(Code::kBadRequestData, "the id is 1 to 40 of a-z, 0-9 and -", "id");
  }
  if (partner.name.empty()) return fail(Code::kBadRequestData, "a partner has a name", "name");
  for (const std::string* text : {&partner.text_de, &partner.text_en}) {
    if (text->empty() || text->size() > kPartnerTextMax) {
      return fail(Code::kBadRequestData, "a wording in both languages is needed", "text");
    }
  }
  return {};
}

Result<> put_row(Session& session, const Partner& partner) {
  RV_TRY(session.execute(
      "INSERT INTO newsletter_partner (id, name, text_de, text_en, version, offered)"
      " VALUES (:id, :name, :text_de, :text_en, :version, :offered) ON CONFLICT (id) DO UPDATE SET"
      " name = excluded.name, text_de = excluded.text_de, text_en = excluded.text_en,"
      " version = excluded.version, offered = excluded.offered",
      {{"id", partner.id},
       {"name", partner.name},
       {"text_de", partner.text_de},
       {"text_en", partner.text_en},
       {"version", partner.version},
       {"offered", partner.offered}}));
  for (const web::Language language : {web::Language::kDe, web::Language::kEn}) {
    RV_TRY(consent::put_wording(session, {.kind = wording_kind(partner.id),
                                          .version = partner.version,
                                          .language = std::string(web::code(language)),
                                          .text = partner.text_in(language)}));
  }
  return {};
}

struct Said {
  const Subscriber& subscriber;
  std::string_view partner;
  std::string_view language;  // of the wording
  std::int64_t version = 1;
  bool given = false;
  std::string_view channel;
  Instant at;
  Instant retain_until;
};

Result<> write_down(Session& session, const Said& said) {
  return consent::record(session, {.subject = subject_of(said.subscriber.id),
                                   .purpose = fmt::format("partner/{}", said.partner),
                                   .given = said.given,
                                   .at = said.at,
                                   .channel = std::string(said.channel),
                                   .wording_kind = wording_kind(said.partner),
                                   .wording_version = said.version,
                                   .wording_language = std::string(said.language),
                                   .proof = "by the link that only her mailbox has",
                                   .retain_until = said.retain_until});
}

Result<std::int64_t> consented_version(Session& session, std::string_view partner,
                                       std::string_view subscriber) {
  RV_ASSIGN(const Row row,
            session.one("SELECT version FROM newsletter_partner_consent WHERE partner = :partner"
                        " AND subscriber = :subscriber",
                        {{"partner", partner}, {"subscriber", subscriber}}));
  return row.integer("version");
}

Result<> give(Session& session, const Said& said) {
  RV_TRY(
      session.execute("INSERT INTO newsletter_partner_consent (partner, subscriber, version, since)"
                      " VALUES (:partner, :subscriber, :version, :since)",
                      {{"partner", said.partner},
                       {"subscriber", said.subscriber.id},
                       {"version", said.version},
                       {"since", said.at}}));
  return write_down(session, said);
}

// The version is the one that she had consented to, whichever stands on the page by now.
Result<> take_back(Session& session, Said said) {
  RV_ASSIGN(said.version, consented_version(session, said.partner, said.subscriber.id));
  RV_TRY(
      session.execute("DELETE FROM newsletter_partner_consent WHERE partner = :partner AND"
                      " subscriber = :subscriber",
                      {{"partner", said.partner}, {"subscriber", said.subscriber.id}}));
  return write_down(session, said);
}

}  // namespace

Result<std::unique_ptr<Partners>> Partners::open(Newsletter& newsletter) {
  auto made = std::make_unique<Partners>(newsletter);
  RV_TRY(newsletter.needs().database.read([&](Session& s) { return made->read(s); }));
  return made;
}

Result<> Partners::read(Session& session) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT * FROM newsletter_partner ORDER BY name, id", {}, kPartnersMax));
  std::vector<Partner> list;
  for (const Row& row : rows) {
    list.push_back({.id = row.text("id"),
                    .name = row.text("name"),
                    .text_de = row.text("text_de"),
                    .text_en = row.text("text_en"),
                    .version = row.integer("version"),
                    .offered = row.integer("offered") != 0});
  }
  const WriteLock lock(mutex_);
  partners_ = std::make_shared<const std::vector<Partner>>(std::move(list));
  return {};
}

PartnerList Partners::list() const {
  const ReadLock lock(mutex_);
  return partners_;
}

Result<> Partners::put(Partner partner, const std::function<Result<>(Session&)>& also) {
  RV_TRY(check_partner(partner));
  const Lock turn(putting_);
  const PartnerList known = list();
  const auto before = std::ranges::find(*known, partner.id, &Partner::id);
  if (before == known->end() && known->size() >= kPartnersMax) {
    return fail(Code::kBadRequestData, fmt::format("at most {} partners", kPartnersMax), "id");
  }
  partner.version = 1;
  if (before != known->end()) {
    const bool same = before->text_de == partner.text_de && before->text_en == partner.text_en;
    partner.version = before->version + (same ? 0 : 1);
  }
  records::Database& database = newsletter_.needs().database;
  RV_TRY(database.writer().run_blocking([&](Session& s) -> Result<> {
    RV_TRY(put_row(s, partner));
    return also ? also(s) : Result<>{};
  }));
  return database.read([&](Session& s) { return read(s); });
}

Task<Result<>> Partners::choose(std::string subscriber, std::vector<PartnerChoice> partners,
                                web::Language shown_in) {
  co_return co_await newsletter_.needs().database.writer().run(
      [this, id = std::move(subscriber), partners = std::move(partners), shown_in](Session& s) {
        return choose_in(s, id, partners, shown_in);
      });
}

Result<> Partners::choose_in(Session& s, const std::string& id,
                             const std::vector<PartnerChoice>& wanted, web::Language shown_in) {
  RV_ASSIGN(const Subscriber subscriber, rows::find_subscriber(s, id));
  RV_ASSIGN(const std::vector<std::string> given, rows::partners_of(s, id));
  const Instant now = newsletter_.needs().civil_clock.now();
  const PartnerList all = list();
  for (const Partner& partner : *all) {
    const bool had = std::ranges::find(given, partner.id) != given.end();
    const auto choice = std::ranges::find(wanted, partner.id, &PartnerChoice::id);
    const bool wants = choice != wanted.end() && (had || partner.offered);
    if (had == wants) continue;
    if (wants && choice->version != partner.version) {
      return fail(Code::kConflict, "the wording has changed since it was shown", "partner");
    }
    const Said said{.subscriber = subscriber,
                    .partner = partner.id,
                    .language = web::code(shown_in),
                    .version = partner.version,
                    .given = wants,
                    .channel = "web",
                    .at = now,
                    .retain_until = subscriber.delete_after + kProofKeep};
    RV_TRY(wants ? give(s, said) : take_back(s, said));
  }
  return {};
}

Result<std::vector<PartnerConsent>> Partners::take_out(
    std::string_view partner, const std::function<Result<>(Session&)>& also) {
  const PartnerList all = list();
  if (std::ranges::find(*all, partner, &Partner::id) == all->end()) {
    return fail(Code::kResourceNotFound, "there is no such partner");
  }
  constexpr std::size_t kMost = 1'000'000;
  return newsletter_.needs().database.writer().run_blocking(
      [&](Session& s) -> Result<std::vector<PartnerConsent>> {
        RV_ASSIGN(const auto rows,
                  s.query("SELECT p.mail AS mail, c.since AS since, c.version AS version FROM"
                          " newsletter_partner_consent c JOIN newsletter_subscriber p"
                          " ON p.id = c.subscriber WHERE c.partner = :partner ORDER BY p.mail",
                          {{"partner", partner}}, kMost));
        std::vector<PartnerConsent> list;
        for (const Row& row : rows) {
          list.push_back({.mail = row.text("mail"),
                          .since = {row.integer("since")},
                          .version = row.integer("version")});
        }
        if (also) RV_TRY(also(s));
        return list;
      });
}

Result<std::vector<std::int64_t>> Partners::counts() {
  const PartnerList all = list();
  std::vector<std::int64_t> counts(all->size());
  RV_TRY(newsletter_.needs().database.read([&](Session& s) -> Result<> {
    RV_ASSIGN(const auto rows, s.query("SELECT partner, COUNT(*) AS n FROM"
                                       " newsletter_partner_consent GROUP BY partner",
                                       {}, kPartnersMax));
    for (const Row& row : rows) {
      const auto found = std::ranges::find(*all, row.text("partner"), &Partner::id);
      if (found == all->end()) continue;
      counts[static_cast<std::size_t>(found - all->begin())] = row.integer("n");
    }
    return {};
  }));
  return counts;
}

namespace rows {

std::span<const records::Migration> partner_migrations() { return kPartnerMigrations; }

Result<std::vector<std::string>> partners_of(Session& session, std::string_view subscriber) {
  RV_ASSIGN(const auto found,
            session.query("SELECT partner FROM newsletter_partner_consent WHERE subscriber = :id"
                          " ORDER BY partner",
                          {{"id", subscriber}}, kPartnersMax));
  std::vector<std::string> partners;
  for (const Row& row : found) partners.push_back(row.text("partner"));
  return partners;
}

Result<> withdraw_partners(Session& session, const Subscriber& subscriber, std::string_view channel,
                           Instant now, Instant retain_until) {
  RV_ASSIGN(const std::vector<std::string> given, partners_of(session, subscriber.id));
  for (const std::string& partner : given) {
    RV_TRY(take_back(session, {.subscriber = subscriber,
                               .partner = partner,
                               .language = subscriber.language,
                               .given = false,
                               .channel = channel,
                               .at = now,
                               .retain_until = retain_until}));
  }
  return {};
}

Result<> erase_partner_consents(Session& session, std::string_view subscriber) {
  RV_TRY(session.execute("DELETE FROM newsletter_partner_consent WHERE subscriber = :id",
                         {{"id", subscriber}}));
  return {};
}

}  // namespace rows
}  // namespace revier::newsletter
