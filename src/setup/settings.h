// SPDX-License-Identifier: EUPL-1.2
// What an organiser sets in the console: names, languages, sender, look, legal pages, and whether
// the site is published. No setting is personal.
//
// Thread safety: Settings are constant; SettingsKeeper from any thread, save() blocks.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/thread_safety.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::setup {

[[nodiscard]] std::span<const records::Migration> migrations();

// Names of settings. Stored: never changed.
inline constexpr std::string_view kCity = "city";
inline constexpr std::string_view kLanguages = "languages";  // "de_en" or "de"
inline constexpr std::string_view kTimeZone = "time_zone";
inline constexpr std::string_view kEvent = "event";  // id of the event's item
inline constexpr std::string_view kNameDe = "name_de";
inline constexpr std::string_view kNameEn = "name_en";
inline constexpr std::string_view kSender = "sender";        // address that answers to mails go to
inline constexpr std::string_view kPublished = "published";  // "1" or nothing
inline constexpr std::string_view kColour = "colour";        // "#1a2b3c" or nothing
inline constexpr std::string_view kLogo = "logo";            // PNG, base64, or nothing

class Settings {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;
  Settings() = default;
  explicit Settings(Values values) : values_(std::move(values)) {}
  // "" where it was not set.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return !get(name).empty(); }
  // The five questions were answered.
  [[nodiscard]] bool begun() const { return has(kEvent); }

 private:
  Values values_;
};
using SettingsPtr = std::shared_ptr<const Settings>;

class SettingsKeeper {
 public:
  // `database` and `clock` outlive it.
  [[nodiscard]] static Result<std::unique_ptr<SettingsKeeper>> open(records::Database& database,
                                                                    const Clock& clock);
  [[nodiscard]] SettingsPtr now() const;
  // All or none; an empty value takes the setting out. `also` runs in the same transaction. Durable
  // when it answers.
  using Also = std::function<Result<>(records::Session&)>;
  [[nodiscard]] Result<> save(const Settings::Values& changes, std::string_view by,
                              const Also& also = {});

 private:
  SettingsKeeper(records::Database& database, const Clock& clock)
      : database_(database), clock_(clock) {}
  [[nodiscard]] Result<> read();

  records::Database& database_;
  const Clock& clock_;
  Mutex saving_;  // what was read last is what was saved last
  mutable SharedMutex mutex_;
  SettingsPtr settings_ RV_GUARDED_BY(mutex_) = std::make_shared<const Settings>();
};

}  // namespace revier::setup
