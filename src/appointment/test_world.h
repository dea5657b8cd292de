// SPDX-License-Identifier: EUPL-1.2
// A counter with its offers, registrations and the calendar, for tests on either record system.
#pragma once
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "appointment/calendar.h"
#include "appointment/letters.h"
#include "support/test_records.h"
#include "ticket/test_migrations.h"
#include "web/i18n.h"

namespace revier::appointment {

// The counter "eid"; its offers with their minutes.
inline event::ProgrammePtr one_counter(event::Hours hours, std::int64_t lead_min,
                                       const std::vector<std::pair<std::string, int>>& offers) {
  auto made = std::make_shared<event::Programme>();
  event::Counter counter;
  counter.id = "eid";
  counter.name = {"Bürgeraktion", "Citizens' action"};
  counter.hours = {std::move(hours)};
  counter.lead_min = lead_min;
  for (const auto& [id, minutes] : offers) {
    event::Offer offer;
    offer.id = id;
    offer.name = {id, id};
    offer.needs_de = {"Personalausweis"};
    offer.duration_min = minutes;
    offer.by_appointment = true;
    counter.offers.push_back(id);
    made->offers.push_back(std::move(offer));
  }
  made->counters = {std::move(counter)};
  return made;
}

class CounterWorld {
 public:
  using KeepFreed = decltype(ticket::Registrations::Needs::keep_freed);
  CounterWorld(const std::string& system, event::ProgrammePtr programme,
               std::vector<records::Migration> migrations)
      : records_(system), migrations_(std::move(migrations)), programme_(std::move(programme)) {}

  // Closes what is open and opens everything, as a restart does.
  void open(ticket::RegistrationOptions options, KeepFreed keep_freed) {
    calendar_.reset();
    registrations_.reset();
    publisher_.reset();
    database_.reset();
    database_ = records_.open(migrations_);
    publisher_ = std::make_unique<publication::Publisher>(
        [](const publication::Item&) { return Result<>{}; });
    auto opened =
        ticket::Registrations::open({.database = *database_,
                                     .civil_clock = clock_,
                                     .random = random_,
                                     .publisher = *publisher_,
                                     .letter =
                                         [this](const ticket::LetterOrder& order) {
                                           return write_letter(letters(), order, *registrations_);
                                         },
                                     .options = options,
                                     .keep_freed = std::move(keep_freed)});
    if (!opened) std::abort();
    registrations_ = std::move(*opened);
    calendar_ =
        std::make_unique<Calendar>(Calendar::Needs{.registrations = *registrations_,
                                                   .programme = [this] { return programme_; },
                                                   .civil_clock = clock_});
  }

  LetterNeeds letters() const {
    return {.programme = programme_,
            .links = links_,
            .site_url = "https://x.test",
            .signature = "Stadt"};
  }
  Choice choice(std::string_view offer) { return calendar_->find("eid", offer).value(); }

  tests::TestRecords records_;
  ManualClock clock_{*parse_iso8601("2025-02-04T09:00:00Z")};
  SeededRandom random_{7};
  const std::vector<records::Migration> migrations_;
  event::ProgrammePtr programme_;
  const ticket::SecretLinks links_{{}};
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<publication::Publisher> publisher_;
  std::unique_ptr<ticket::Registrations> registrations_;
  std::unique_ptr<Calendar> calendar_;
};

}  // namespace revier::appointment
