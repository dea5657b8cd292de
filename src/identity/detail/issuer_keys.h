// SPDX-License-Identifier: EUPL-1.2
// The keys of one identity provider: fetched beside the requests, or read from a file.
//
// Thread safety: all methods from any thread; refresh() by one at a time.
#pragma once
#include <memory>
#include <string>

#include "base/thread_safety.h"
#include "base/time.h"
#include "identity/issuers.h"
#include "identity/jws.h"
#include "net/client.h"

namespace revier::identity::detail {

class IssuerKeys : public std::enable_shared_from_this<IssuerKeys> {
 public:
  static constexpr Duration kFetchEvery = Duration::minutes(10);
  static constexpr Duration kRetryAfter = Duration::seconds(60);
  static constexpr Duration kFirstRetryAfter = Duration::seconds(5);  // while there are none
  static constexpr Duration kKeptMax = Duration::hours(24);
  static constexpr Duration kWantedEvery = Duration::seconds(60);

  IssuerKeys(IssuerOptions options, net::Client& client, const Clock& clock, ReadFile read_file)
      : options_(std::move(options)),
        client_(client),
        clock_(clock),
        read_file_(std::move(read_file)) {}

  [[nodiscard]] const IssuerOptions& options() const { return options_; }
  // nullptr where there are none (any more). Another pointer is another set.
  [[nodiscard]] std::shared_ptr<const KeySet> now() const;
  // A token names a key that is not here. True: a fetch is under way.
  [[nodiscard]] bool want();
  // Fetches where it is time.
  void refresh();
  // Errors: kBadRequestData naming the file.
  [[nodiscard]] Result<> take_file();

 private:
  void fetch();
  void fetch_from(const std::string& url);
  void get(const std::string& url, std::function<void(IssuerKeys&, const std::string&)> then);
  void discovered(const std::string& document);
  // `text` is a JWK set.
  [[nodiscard]] Result<> take(const std::string& text);
  void drop();
  void ended(const Result<>& how);
  [[nodiscard]] bool begin_fetch();

  const IssuerOptions options_;
  net::Client& client_;
  const Clock& clock_;
  const ReadFile read_file_;
  mutable Mutex mutex_;
  std::shared_ptr<const KeySet> keys_ RV_GUARDED_BY(mutex_);
  std::string text_ RV_GUARDED_BY(mutex_);  // that keys_ are of
  Instant taken_ RV_GUARDED_BY(mutex_);
  Instant due_ RV_GUARDED_BY(mutex_);     // of the next fetch by itself
  Instant wanted_ RV_GUARDED_BY(mutex_);  // the last time that a token led to one
  bool fetching_ RV_GUARDED_BY(mutex_) = false;
  bool failing_ RV_GUARDED_BY(mutex_) = false;
};

}  // namespace revier::identity::detail
