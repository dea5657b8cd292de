// SPDX-License-Identifier: EUPL-1.2
// What every command that touches a data folder opens: clocks, chance, records, accounts.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "app/files.h"
#include "app/options.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "identity/identity.h"
#include "records/records.h"

namespace revier::app {

// Records and accounts of a data folder; members are closed in reverse order.
struct Accounts {
  RealClock clock;
  SystemRandom random;
  std::unique_ptr<records::Database> database;
  std::unique_ptr<identity::Identity> identity;
};

// Where the records lie: records.url, else a file in the data folder.
[[nodiscard]] records::Options records_place(const Options& options);
// Opens (and migrates) the records. The folder must exist.
[[nodiscard]] Result<std::unique_ptr<Accounts>> open_accounts(const Options& options);

// Where the data plane's store lies.
[[nodiscard]] std::string store_folder(const Options& options);

// The site's address as links that leave it show it: server.address, else that of `listening`
// ("127.0.0.1:8080").
[[nodiscard]] std::string site_address(const Options& options, const std::string& listening);

// The same for a process on this machine: a loopback address where all are listened on.
[[nodiscard]] std::string own_address(const Options& options, const std::string& listening);

}  // namespace revier::app
