// SPDX-License-Identifier: EUPL-1.2
// The tables that registrations write to, for tests.
#pragma once
#include <vector>

#include "consent/consent.h"
#include "mail/outbox.h"
#include "publication/publication.h"
#include "ticket/booking_store.h"

namespace revier::ticket {

inline std::vector<records::Migration> all_migrations() {
  std::vector<records::Migration> all;
  for (const auto part :
       {consent::migrations(), mail::migrations(), publication::migrations(), rows::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace revier::ticket
