// SPDX-License-Identifier: EUPL-1.2
// Cases of the demo's forms, for tests on either record system.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "casework/case_store.h"
#include "casework/cases.h"
#include "mail/outbox.h"
#include "support/demo_forms.h"
#include "support/test_records.h"

namespace revier::casework {

inline std::vector<records::Migration> case_migrations() {
  std::vector<records::Migration> all;
  for (const auto part : {identity::migrations(), mail::migrations(), rows::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

inline constexpr std::string_view kReport =
    R"({"art":"licht","beschreibung":"Dunkel, sagt Erika Muster","ort":"Bei Muster, Weg 1",)"
    R"("punkt":"51.5388, 7.2257"})";

class CasesTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    for (const char* id : {"hund-anmelden", "mangel-melden"}) bring(demo_form(id));
  }

  Result<DefinitionPtr> bring(std::string text) {
    return run_task(forms_.import(std::move(text),
                                  [](records::Session&, const Definition&) { return Result<>{}; }));
  }
  Result<Case> hand_in(const char* form, std::string_view text, std::string key = {}) {
    const auto document = json::Document::parse(text);
    RV_ASSIGN(Answers answers, read_answers(*forms_.newest(form), document->root()));
    return run_task(cases_.submit_whole({.form = form,
                                         .answers = std::move(answers),
                                         .mail = "ada@beispiel.test",
                                         .request_key = std::move(key)}));
  }
  Result<Case> now(const std::string& id) {
    Result<Case> one = fail(Code::kInternalError, "not read");
    const auto read = database_->read([&](records::Session& session) -> Result<> {
      one = rows::find(session, id);
      return {};
    });
    EXPECT_TRUE(read);
    return one;
  }
  std::vector<mail::StoredMessage> letters(std::string_view to = "ada@beispiel.test") {
    std::vector<mail::StoredMessage> list;
    const auto read = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(list, mail::list_to(session, to));
      return {};
    });
    EXPECT_TRUE(read);
    return list;
  }
  Result<Case> act(const Case& one, OfficeDeed deed) {
    return run_task(cases_.act(one.id, std::move(deed), identity::Caller::command_line()));
  }

  const tests::TestRecords records_{GetParam()};
  const std::unique_ptr<records::Database> database_ = records_.open(case_migrations());
  ManualClock clock_{*parse_iso8601("2025-02-06T09:00:00Z")};
  SeededRandom random_{7};
  const std::unique_ptr<identity::Identity> identity_ =
      identity::Identity::open(*database_, clock_, random_, {}).value();
  const ticket::SecretLinks links_{ticket::SecretLinks::Key{1, 2, 3}};
  Forms forms_{*database_, clock_};
  std::map<std::string, std::string> public_;
  std::set<std::string> refused_;  // entities that cannot be written
  Cases cases_{{.database = *database_,
                .forms = forms_,
                .links = links_,
                .identity = *identity_,
                .civil_clock = clock_,
                .random = random_,
                .site_url = "https://revier.test",
                .signature = [](web::Language) { return std::string("Stadt"); },
                .publish = [this](const std::string& id, std::string entity) -> Result<> {
                  if (refused_.contains(id)) return fail(Code::kInsufficientStorage, "full");
                  public_[id] = std::move(entity);
                  return {};
                }}};
};

}  // namespace revier::casework
