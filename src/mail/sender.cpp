// SPDX-License-Identifier: EUPL-1.2
#include "mail/sender.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "base/metrics.h"
#include "mail/address.h"

namespace revier::mail {
namespace {

using records::Session;

constexpr Duration kGiveUp = Duration::days(3);
constexpr std::int64_t kAtOnce = 50;

class OutboxSender final : public Sender {
 public:
  OutboxSender(Needs needs, std::unique_ptr<Transport> transport)
      : needs_(std::move(needs)), transport_(std::move(transport)) {
    status_.configured = transport_ != nullptr;
  }
  ~OutboxSender() override { stop(); }

  Result<> settle_last_run() {
    const Instant now = needs_.civil_clock.now();
    RV_ASSIGN(const std::int64_t unclear, needs_.database.writer().run_blocking(
                                              [&](Session& s) { return give_up_handed(s, now); }));
    if (unclear > 0) log_event(Level::kWarn, "mail.unclear", {{"messages", unclear}});
    return {};
  }

  Result<std::int64_t> step() override {
    if (!transport_) return std::int64_t{0};
    std::vector<StoredMessage> messages;
    RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
      RV_ASSIGN(messages, due(session, needs_.civil_clock.now(), kAtOnce));
      return {};
    }));
    std::int64_t tried = 0;
    for (const StoredMessage& message : messages) {
      if (is_ending()) break;
      ++tried;
      RV_ASSIGN(const bool usable, send(message));
      if (!usable) break;
    }
    return tried;
  }

  void start() override {
    if (transport_) thread_ = std::thread([this] { work(); });
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    if (transport_) transport_->end();
    if (thread_.joinable()) thread_.join();
  }

  SenderStatus status() const override {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  void work() {
    while (!is_ending()) {
      const Result<std::int64_t> tried = step();
      if (!tried) log_event(Level::kWarn, "mail.step", {{"reason", tried.error().message}});
      Duration pause = tried && *tried == kAtOnce ? Duration{} : Duration::seconds(1);
      if (const Duration longer = server_pause(); longer > pause) pause = longer;
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::microseconds(pause.us), [this] { return ending_; });
    }
  }

  bool is_ending() const {
    const std::lock_guard lock(mutex_);
    return ending_;
  }

  Duration server_pause() const {
    static constexpr std::array kSeconds{0, 10, 30, 60, 300, 900};
    return Duration::seconds(kSeconds[std::min(troubles_, kSeconds.size() - 1)]);
  }

  // False where the server cannot be used now.
  Result<bool> send(const StoredMessage& stored) {
    RV_ASSIGN(const bool free, within_limit(stored));
    if (!free) return true;
    const std::optional<std::string> to = address_in_ascii(stored.message.to);
    if (!to) {
      RV_TRY(write_down(stored, {Outcome::kRefused, 0, "mail servers do not take this address"}));
      return true;
    }
    Message message = stored.message;
    message.to = *to;
    const Result<Parts> parts =
        needs_.parts ? needs_.parts(message) : Result<Parts>({message.text, {}, {}});
    if (!parts) {
      RV_TRY(write_down(stored, {Outcome::kDeferred, 0, parts.error().message}));
      return true;
    }
    std::string mime = write_mime(message, *parts, needs_.head(), needs_.real_clock.now());
    if (needs_.sign) {
      Result<std::string> signed_mime = needs_.sign(mime);
      if (!signed_mime) {
        RV_TRY(write_down(stored, {Outcome::kDeferred, 0, signed_mime.error().message}));
        return true;
      }
      mime = std::move(*signed_mime);
    }
    const Handing handing =
        transport_->send(message.to, mime, [&] { return mark_handed(stored.id); });
    RV_TRY(write_down(stored, handing));
    return note(handing);
  }

  bool mark_handed(std::int64_t id) {
    const Instant now = needs_.civil_clock.now();
    const Result<bool> marked = needs_.database.writer().run_blocking(
        [&](Session& session) { return set_handed(session, id, now); });
    return marked && *marked;
  }

  // Puts a message off whose address has had its share of this hour.
  Result<bool> within_limit(const StoredMessage& stored) {
    if (stored.message.urgent || stored.message.bulk) return true;
    const Instant now = needs_.civil_clock.now();
    std::vector<Instant> times;
    RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
      RV_ASSIGN(times, handed_since(session, stored.message.to, now - Duration::hours(1)));
      return {};
    }));
    if (std::ssize(times) < kMailsAnHourMax) return true;
    const Instant until = times[times.size() - kMailsAnHourMax] + Duration::hours(1);
    RV_TRY(needs_.database.writer().run_blocking([&](Session& session) {
      return put_off(
          session, stored.id, until,
          fmt::format("{} messages went to this address within an hour", kMailsAnHourMax));
    }));
    return false;
  }

  Result<> write_down(const StoredMessage& stored, const Handing& handing) {
    const Instant now = needs_.civil_clock.now();
    const auto settled = [&](State state) {
      return needs_.database.writer().run_blocking(
          [&](Session& s) { return settle(s, stored.id, state, now, handing.reason); });
    };
    switch (handing.outcome) {
      case Outcome::kAccepted:
        sent_.add();
        return settled(State::kSent);
      case Outcome::kRefused:
        return settled(State::kFailed);
      case Outcome::kUnclear:
        return settled(State::kUnclear);
      case Outcome::kDeferred:
        if (now - stored.put_off_since.value_or(now) > kGiveUp) return settled(State::kFailed);
        return needs_.database.writer().run_blocking([&](Session& s) {
          return put_off(s, stored.id, now + back_off(stored.attempts), handing.reason, now);
        });
      case Outcome::kUnusable:
      case Outcome::kStopped:
        return {};
    }
    return {};
  }

  bool note(const Handing& handing) {
    const bool usable = handing.outcome != Outcome::kUnusable;
    // The server's line may hold the address: the log has its number only.
    if (handing.outcome != Outcome::kAccepted && handing.outcome != Outcome::kStopped) {
      log_event(Level::kWarn, usable ? "mail.not_sent" : "mail.server_unusable",
                {{"reply", handing.reply}});
    }
    troubles_ = usable ? 0 : troubles_ + 1;
    const std::lock_guard lock(mutex_);
    status_.trouble = usable ? std::string() : handing.reason;
    return usable;
  }

  const Needs needs_;
  const std::unique_ptr<Transport> transport_;
  std::size_t troubles_ = 0;  // in a row; of the sending thread
  metrics::Counter sent_{"revier_mail_sent_total", "Messages that a mail server took"};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  SenderStatus status_;
  std::thread thread_;
};

}  // namespace

Duration back_off(std::int64_t attempts) {
  static constexpr std::array kMinutes{1, 5, 15, 60, 240};
  const auto last = static_cast<std::int64_t>(kMinutes.size()) - 1;
  return Duration::minutes(
      kMinutes[static_cast<std::size_t>(std::clamp<std::int64_t>(attempts, 0, last))]);
}

Result<std::unique_ptr<Sender>> Sender::open(Needs needs, std::unique_ptr<Transport> transport) {
  auto sender = std::make_unique<OutboxSender>(std::move(needs), std::move(transport));
  RV_TRY(sender->settle_last_run());
  return sender;
}

}  // namespace revier::mail
