// SPDX-License-Identifier: EUPL-1.2
#include "setup/settings.h"

namespace revier::setup {
namespace {

constexpr std::array kMigrations = {
    records::Migration{"setup-0001-settings",
                       "CREATE TABLE site_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL,"
                       " changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL)"}};

Result<> store(records::Session& session, std::string_view name, std::string_view value,
               Instant now, std::string_view by) {
  if (value.empty()) {
    RV_TRY(session.execute("DELETE FROM site_setting WHERE name = :name", {{"name", name}}));
    return {};
  }
  RV_TRY(session.execute(
      "INSERT INTO site_setting (name, value, changed_at, changed_by)"
      " VALUES (:name, :value, :now, :by) ON CONFLICT (name) DO UPDATE SET value = excluded.value,"
      " changed_at = excluded.changed_at, changed_by = excluded.changed_by",
      {{"name", name}, {"value", value}, {"now", now}, {"by", by}}));
  return {};
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

std::string_view Settings::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

Result<std::unique_ptr<SettingsKeeper>> SettingsKeeper::open(records::Database& database,
                                                             const Clock& clock) {
  std::unique_ptr<SettingsKeeper> keeper(new SettingsKeeper(database, clock));
  RV_TRY(keeper->read());
  return keeper;
}

SettingsPtr SettingsKeeper::now() const {
  const ReadLock lock(mutex_);
  return settings_;
}

Result<> SettingsKeeper::save(const Settings::Values& changes, std::string_view by,
                              const Also& also) {
  const Lock lock(saving_);
  const Instant now = clock_.now();
  RV_TRY(database_.writer().run_blocking([&](records::Session& session) -> Result<> {
    for (const auto& [name, value] : changes) RV_TRY(store(session, name, value, now, by));
    return also ? also(session) : Result<>{};
  }));
  return read();
}

Result<> SettingsKeeper::read() {
  Settings::Values values;
  RV_TRY(database_.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto rows, session.query("SELECT name, value FROM site_setting"));
    for (const records::Row& row : rows) values.emplace(row.text("name"), row.text("value"));
    return {};
  }));
  auto settings = std::make_shared<const Settings>(std::move(values));
  const WriteLock lock(mutex_);
  settings_ = std::move(settings);
  return {};
}

}  // namespace revier::setup
