// SPDX-License-Identifier: EUPL-1.2
#include <curl/curl.h>

#include <array>
#include <atomic>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "base/time.h"
#include "mail/transport.h"

namespace revier::mail {
namespace {

constexpr long kConnectSeconds = 30;
// RFC 5321, 4.5.3.2.6: ten minutes for the answer to the last byte.
constexpr long kAnswerSeconds = 600;
constexpr std::int64_t kLastAnswerUs = 10'000'000;  // of these when the program ends

class Smtp final : public Transport {
 public:
  explicit Smtp(SmtpOptions options) : options_(std::move(options)) {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    handle_ = started ? curl_easy_init() : nullptr;
    if (handle_ != nullptr) configure();
  }
  ~Smtp() override { curl_easy_cleanup(handle_); }

  Handing send(const std::string& to, const std::string& mime,
               const std::function<bool()>& last_byte) override {
    if (handle_ == nullptr) return {Outcome::kUnusable, 0, "libcurl does not start"};
    try_ = {.mime = mime, .last_byte = &last_byte, .reply = {}};
    curl_slist* const recipients = curl_slist_append(nullptr, to.c_str());
    curl_easy_setopt(handle_, CURLOPT_MAIL_RCPT, recipients);
    error_.front() = '\0';
    const CURLcode code = curl_easy_perform(handle_);
    curl_easy_setopt(handle_, CURLOPT_MAIL_RCPT, nullptr);
    curl_slist_free_all(recipients);
    return judge(code);
  }

  void end() override { ended_us_ = monotonic_us(); }

 private:
  enum class Phase : std::uint8_t { kGreeting, kSender, kRecipient, kHanded };
  struct Try {
    std::string_view mime;
    const std::function<bool()>* last_byte = nullptr;
    std::string reply;  // the server's last line
    std::size_t at = 0;
    Phase phase = Phase::kGreeting;
    bool stopped = false;
  };

  void configure() {
    using Tls = SmtpOptions::Tls;
    const bool implicit = options_.tls == Tls::kImplicit;
    std::int64_t port = options_.port;
    if (port == 0) port = implicit ? 465 : options_.tls == Tls::kStartTls ? 587 : 25;
    const std::string url =
        fmt::format("{}://{}:{}", implicit ? "smtps" : "smtp", options_.host, port);
    curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle_, CURLOPT_USE_SSL,
                     long{options_.tls == Tls::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL});
    if (!options_.certificates_file.empty()) {
      curl_easy_setopt(handle_, CURLOPT_CAINFO, options_.certificates_file.c_str());
    }
    if (!options_.user.empty()) {
      curl_easy_setopt(handle_, CURLOPT_USERNAME, options_.user.c_str());
      curl_easy_setopt(handle_, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(handle_, CURLOPT_MAIL_FROM, options_.from.c_str());
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle_, CURLOPT_SERVER_RESPONSE_TIMEOUT, kAnswerSeconds);
    curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_.data());
    curl_easy_setopt(handle_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle_, CURLOPT_READFUNCTION, &Smtp::read);
    curl_easy_setopt(handle_, CURLOPT_READDATA, this);
    curl_easy_setopt(handle_, CURLOPT_VERBOSE, 1L);  // for the debug function; prints nothing
    curl_easy_setopt(handle_, CURLOPT_DEBUGFUNCTION, &Smtp::listen);
    curl_easy_setopt(handle_, CURLOPT_DEBUGDATA, this);
    curl_easy_setopt(handle_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle_, CURLOPT_XFERINFOFUNCTION, &Smtp::progress);
    curl_easy_setopt(handle_, CURLOPT_XFERINFODATA, this);
  }

  // The size is not told beforehand, so that libcurl asks once more at the end and sends the
  // closing dot only after that.
  static std::size_t read(char* out, std::size_t size, std::size_t count, void* self) {
    Try& current = static_cast<Smtp*>(self)->try_;
    const std::string_view rest = current.mime.substr(current.at);
    if (!rest.empty()) {
      const std::size_t bytes = std::min(rest.size(), size * count);
      std::memcpy(out, rest.data(), bytes);
      current.at += bytes;
      return bytes;
    }
    if (current.phase == Phase::kHanded) return 0;
    if (!(*current.last_byte)()) {
      current.stopped = true;
      return CURL_READFUNC_ABORT;
    }
    current.phase = Phase::kHanded;
    current.reply.clear();
    return 0;
  }

  static int listen(CURL*, curl_infotype kind, char* data, std::size_t size, void* self) {
    Try& current = static_cast<Smtp*>(self)->try_;
    std::string_view line(data, size);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    // After a refusal libcurl says QUIT: what counts is the answer before that.
    if (kind == CURLINFO_HEADER_OUT && current.phase != Phase::kHanded && line != "QUIT") {
      if (line.starts_with("MAIL ")) current.phase = Phase::kSender;
      if (line.starts_with("RCPT ")) current.phase = Phase::kRecipient;
      current.reply.clear();
    } else if (kind == CURLINFO_HEADER_IN && !line.starts_with("221")) {
      current.reply = line;
    }
    return 0;
  }

  static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& smtp = *static_cast<Smtp*>(self);
    const std::int64_t ended = smtp.ended_us_;
    if (ended == 0) return 0;
    return smtp.try_.phase != Phase::kHanded || monotonic_us() - ended > kLastAnswerUs ? 1 : 0;
  }

  int reply_code() const {
    int code = 0;
    for (const char c : try_.reply.substr(0, 3)) {
      if (c < '0' || c > '9') return 0;
      code = code * 10 + (c - '0');
    }
    return code;
  }

  // What can be known depends on how far it came.
  Handing judge(CURLcode code) const {
    if (code == CURLE_OK) return {Outcome::kAccepted, 250, {}};
    const int reply = reply_code();
    std::string reason = reply >= 400 ? try_.reply : std::string(error_.data());
    if (reason.empty()) reason = curl_easy_strerror(code);
    if (try_.stopped || (code == CURLE_ABORTED_BY_CALLBACK && try_.phase != Phase::kHanded)) {
      return {Outcome::kStopped, reply, std::move(reason)};
    }
    Outcome outcome = Outcome::kUnusable;
    if (try_.phase == Phase::kRecipient || try_.phase == Phase::kHanded) {
      outcome = try_.phase == Phase::kHanded ? Outcome::kUnclear : Outcome::kDeferred;
      if (reply >= 400) outcome = reply >= 500 ? Outcome::kRefused : Outcome::kDeferred;
    }
    return {outcome, reply, std::move(reason)};
  }

  const SmtpOptions options_;
  CURL* handle_ = nullptr;
  Try try_;
  std::atomic<std::int64_t> ended_us_{0};
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace

std::unique_ptr<Transport> make_smtp(SmtpOptions options) {
  return std::make_unique<Smtp>(std::move(options));
}

}  // namespace revier::mail
