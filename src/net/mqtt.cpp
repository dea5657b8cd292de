// SPDX-License-Identifier: EUPL-1.2
// One thread hands messages over and watches deadlines; each connection has a thread that looks its
// name up and connects, since that may take long, and then libmosquitto's own for its traffic.
#include "net/mqtt.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/time.h"
#include "net/detail/peers.h"
#include "net/detail/text.h"
#include "net/http.h"

namespace revier::net {
namespace {

constexpr int kKeepAliveS = 30;
constexpr auto kTick = std::chrono::milliseconds(100);
constexpr const char* kSystemCertificates = "/etc/ssl/certs";

constexpr int kFirstRefusal = 0x80;  // reason codes of MQTT 5

struct FreeMosquitto {
  void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};
struct FreeTls {
  void operator()(SSL_CTX* tls) const { SSL_CTX_free(tls); }
};
using Tls = std::unique_ptr<SSL_CTX, FreeTls>;

struct Pending {
  MqttMessage message;
  MqttUrl url;
  MqttPublisher::Done done;
  std::int64_t deadline_us = 0;
};

// Errors: kUnavailable: no such host; kForbidden.
Result<std::string> checked_address(const MqttUrl& url, const detail::Networks& allowed) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(url.host.c_str(), nullptr, &wanted, &found);
  if (code != 0) return fail(Code::kUnavailable, gai_strerror(code));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST] = {};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    const auto address = detail::parse_address(text);
    if (address && (!detail::is_private(*address) || allowed.contains(*address))) {
      return std::string(text);
    }
  }
  return fail(Code::kForbidden,
              fmt::format("{} is at a private address; the operator may allow it by outgoing.allow",
                          url.host));
}

// libmosquitto is given an address: the name that it asks for in the handshake is the URL's.
void ask_for_name(const SSL* connection, int where, int /*outcome*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  SSL* const asking = const_cast<SSL*>(connection);
  SSL_set_tlsext_host_name(asking, X509_VERIFY_PARAM_get0_host(SSL_get0_param(asking), 0));
}

// Verifies that the certificate carries the host of the URL. Errors: kUnavailable.
Result<Tls> tls_for(const MqttUrl& url, const std::string& certificates) {
  Tls tls(SSL_CTX_new(TLS_client_method()));
  if (!tls) return fail(Code::kUnavailable, "TLS cannot be set up");
  X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(tls.get());
  const bool named =
      detail::parse_address(url.host)
          ? X509_VERIFY_PARAM_set1_ip_asc(expected, url.host.c_str()) == 1
          : X509_VERIFY_PARAM_set1_host(expected, url.host.c_str(), url.host.size()) == 1;
  const bool trusts = certificates.empty()
                          ? SSL_CTX_load_verify_dir(tls.get(), kSystemCertificates) == 1
                          : SSL_CTX_load_verify_file(tls.get(), certificates.c_str()) == 1;
  if (!named || !trusts) return fail(Code::kUnavailable, "TLS cannot be set up");
  SSL_CTX_set_min_proto_version(tls.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(tls.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_info_callback(tls.get(), ask_for_name);
  return tls;
}

// A message that the broker has refused by MQTT 5. Not authorised or over a quota today may be
// taken tomorrow, as may what says nothing; a topic or payload that cannot be stays so.
Error refusal(int reason) {
  const bool final =
      reason == MQTT_RC_TOPIC_NAME_INVALID || reason == MQTT_RC_PAYLOAD_FORMAT_INVALID;
  return {final ? Code::kBadRequestData : Code::kUnavailable,
          fmt::format("the MQTT broker refused the message: {}", mosquitto_reason_string(reason)),
          {}};
}

// One broker as one user. Its callbacks come from libmosquitto's thread.
class Connection {
 public:
  // `options` and `allowed` must outlive it.
  Connection(MqttUrl url, bool version_5, const MqttOptions& options,
             const detail::Networks& allowed)
      : url_(std::move(url)), client_(mosquitto_new(nullptr, true, this)) {
    mosquitto_int_option(client_.get(), MOSQ_OPT_PROTOCOL_VERSION,
                         version_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    mosquitto_connect_callback_set(client_.get(), [](mosquitto*, void* self, int code) {
      static_cast<Connection*>(self)->connected(code);
    });
    mosquitto_disconnect_callback_set(client_.get(), [](mosquitto*, void* self, int) {
      static_cast<Connection*>(self)->lost(
          {Code::kUnavailable, "the broker closed the connection", {}});
    });
    mosquitto_publish_v5_callback_set(client_.get(), [](mosquitto*, void* self, int number,
                                                        int reason, const mosquitto_property*) {
      static_cast<Connection*>(self)->published(number, reason);
    });
    opening_ = std::thread([this, &options, &allowed] {
      const Result<> begun = connect(options, allowed);
      if (!begun) lost(begun.error());
      const std::lock_guard lock(mutex_);
      opened_ = true;
    });
  }
  ~Connection() {
    opening_.join();
    mosquitto_disconnect(client_.get());
    mosquitto_loop_stop(client_.get(), true);
    lost({Code::kUnavailable, "the connection was closed", {}});
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void publish(Pending pending) {
    std::unique_lock lock(mutex_);
    used_us_ = monotonic_us();
    if (end_) {
      const Error end = *end_;
      lock.unlock();
      return pending.done(fail(end));
    }
    waiting_.push_back(std::move(pending));
    if (ready_) send_waiting();
  }

  // Ends what is too late. True when nothing is under way, and it would end at once.
  bool tick(std::int64_t now_us) {
    std::vector<Pending> late;
    bool idle = false;
    {
      const std::lock_guard lock(mutex_);
      take_late(now_us, late);
      // libmosquitto may not try again where the first try by TLS failed: a new connection does.
      if (!late.empty() && opened_ && !ready_ && !end_) end_ = no_answer();
      idle = opened_ && waiting_.empty() && sent_.empty();
    }
    for (Pending& one : late) one.done(fail(no_answer()));
    return idle;
  }
  [[nodiscard]] bool dead() const {
    const std::lock_guard lock(mutex_);
    return end_.has_value();
  }
  [[nodiscard]] std::int64_t used_us() const {
    const std::lock_guard lock(mutex_);
    return used_us_;
  }

 private:
  static Error no_answer() { return {Code::kTimeout, "the MQTT broker did not answer", {}}; }

  Result<> connect(const MqttOptions& options, const detail::Networks& allowed) {
    RV_ASSIGN(const std::string address, checked_address(url_, allowed));
    if (!url_.user.empty()) {
      mosquitto_username_pw_set(client_.get(), url_.user.c_str(),
                                url_.password.empty() ? nullptr : url_.password.c_str());
    }
    if (url_.tls) {
      RV_ASSIGN(tls_, tls_for(url_, options.certificates_file));
      mosquitto_int_option(client_.get(), MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
      mosquitto_void_option(client_.get(), MOSQ_OPT_SSL_CTX, tls_.get());
    }
    const int code =
        mosquitto_connect_async(client_.get(), address.c_str(), url_.port, kKeepAliveS);
    if (code != MOSQ_ERR_SUCCESS) return fail(Code::kUnavailable, mosquitto_strerror(code));
    mosquitto_loop_start(client_.get());
    return {};
  }

  void connected(int code) {
    if (code != 0) return lost({Code::kUnavailable, mosquitto_connack_string(code), {}});
    const std::lock_guard lock(mutex_);
    ready_ = true;
    send_waiting();
  }

  void send_waiting() {
    while (!waiting_.empty()) {
      Pending pending = std::move(waiting_.front());
      waiting_.pop_front();
      int number = 0;
      const int code =
          mosquitto_publish(client_.get(), &number, pending.url.topic.c_str(),
                            static_cast<int>(pending.message.payload.size()),
                            pending.message.payload.data(), pending.message.quality, false);
      if (code == MOSQ_ERR_SUCCESS) {
        sent_.emplace(number, std::move(pending));
      } else {
        failed_.emplace_back(std::move(pending), mosquitto_strerror(code));
      }
    }
  }

  void published(int number, int reason) {
    std::optional<Pending> done;
    {
      const std::lock_guard lock(mutex_);
      const auto at = sent_.find(number);
      if (at == sent_.end()) return;
      done = std::move(at->second);
      sent_.erase(at);
    }
    done->done(reason < kFirstRefusal ? Result<>() : fail(refusal(reason)));
  }

  void lost(const Error& error) {
    std::vector<Pending> all;
    {
      const std::lock_guard lock(mutex_);
      ready_ = false;
      if (!end_) end_ = error;
      for (auto& [number, pending] : sent_) all.push_back(std::move(pending));
      for (Pending& pending : waiting_) all.push_back(std::move(pending));
      sent_.clear();
      waiting_.clear();
    }
    for (Pending& one : all) one.done(fail(error));
  }

  void take_late(std::int64_t now_us, std::vector<Pending>& late) {
    const auto is_late = [now_us](const Pending& one) { return one.deadline_us <= now_us; };
    for (auto at = sent_.begin(); at != sent_.end();) {
      if (is_late(at->second)) {
        late.push_back(std::move(at->second));
        at = sent_.erase(at);
      } else {
        ++at;
      }
    }
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      if (is_late(*at)) {
        late.push_back(std::move(*at));
        at = waiting_.erase(at);
      } else {
        ++at;
      }
    }
    for (auto& [pending, reason] : failed_) late.push_back(std::move(pending));
    failed_.clear();
  }

  const MqttUrl url_;
  Tls tls_;  // outlives the client
  const std::unique_ptr<mosquitto, FreeMosquitto> client_;
  // mosquitto_publish() only queues, since the connection has a thread of its own: no callback
  // comes while this is held.
  mutable std::mutex mutex_;
  bool opened_ = false;  // that thread is through
  bool ready_ = false;
  std::optional<Error> end_;  // once it is of no use any more: why
  std::int64_t used_us_ = monotonic_us();
  std::deque<Pending> waiting_;  // for the connection
  std::map<int, Pending> sent_;  // by message number
  std::vector<std::pair<Pending, std::string>> failed_;
  std::thread opening_;
};

class MosquittoPublisher final : public MqttPublisher {
 public:
  MosquittoPublisher(MqttOptions options, detail::Networks allowed)
      : options_(std::move(options)), allowed_(std::move(allowed)) {
    static const int kStarted = mosquitto_lib_init();
    (void)kStarted;
    thread_ = std::thread([this] { work(); });
  }
  ~MosquittoPublisher() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void publish(MqttMessage message, Done done) override {
    auto url = parse_mqtt_url(message.url);
    if (!url) return done(fail(url.error()));
    const std::int64_t deadline_us = monotonic_us() + message.deadline_ms * 1'000;
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && arrived_.size() < options_.pending_max) {
        arrived_.push_back({std::move(message), *std::move(url), std::move(done), deadline_us});
        wake_.notify_one();
        return;
      }
    }
    done(fail(Code::kUnavailable, "too many messages under way"));
  }

 private:
  using Key = std::tuple<bool, std::string, int, std::string, std::string, bool>;

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      std::deque<Pending> arrived;
      arrived.swap(arrived_);
      lock.unlock();
      for (Pending& pending : arrived) hand_over(std::move(pending));
      tick();
      lock.lock();
      if (arrived_.empty() && !stopping_) wake_.wait_for(lock, kTick);
    }
    lock.unlock();
    connections_.clear();
    for (Pending& pending : arrived_) pending.done(fail(Code::kUnavailable, "the program ends"));
  }

  void hand_over(Pending pending) {
    const auto connection = connection_for(pending);
    if (!connection) return pending.done(fail(connection.error()));
    (*connection)->publish(std::move(pending));
  }

  Result<Connection*> connection_for(const Pending& pending) {
    const MqttUrl& url = pending.url;
    const Key key{url.tls, url.host, url.port, url.user, url.password, pending.message.version_5};
    const auto at = connections_.find(key);
    if (at != connections_.end() && !at->second->dead()) return at->second.get();
    connections_.erase(key);
    if (connections_.size() >= options_.connections_max) {
      return fail(Code::kUnavailable, "too many MQTT connections");
    }
    auto made = std::make_unique<Connection>(url, pending.message.version_5, options_, allowed_);
    return connections_.emplace(key, std::move(made)).first->second.get();
  }

  void tick() {
    const std::int64_t now = monotonic_us();
    std::erase_if(connections_, [&](const auto& entry) {
      const bool idle = entry.second->tick(now);
      return entry.second->dead() ||
             (idle && now - entry.second->used_us() > options_.idle_ms * 1'000);
    });
  }

  const MqttOptions options_;
  const detail::Networks allowed_;
  std::map<Key, std::unique_ptr<Connection>> connections_;  // the publisher's thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Pending> arrived_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

Result<MqttUrl> parse_mqtt_url(std::string_view text) {
  const auto refuse = [] {
    return fail(Code::kBadRequestData,
                "expected mqtt[s]://[user[:password]@]host[:port]/topic as the endpoint's uri");
  };
  MqttUrl url;
  url.tls = text.starts_with("mqtts://");
  if (!url.tls && !text.starts_with("mqtt://")) return refuse();
  text.remove_prefix(url.tls ? 8 : 7);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return refuse();
  std::string_view authority = text.substr(0, slash);
  const auto topic = detail::percent_decode(text.substr(slash + 1), false);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const std::size_t colon = std::min(who.find(':'), who.size());
    const auto user = detail::percent_decode(who.substr(0, colon), false);
    const auto password =
        detail::percent_decode(who.substr(std::min(colon + 1, who.size())), false);
    if (!user || !password) return refuse();
    url.user = *user;
    url.password = *password;
    authority.remove_prefix(at + 1);
  }
  const auto parts = detail::parse_authority(authority);
  if (!parts || !topic || topic->empty() || topic->find_first_of("#+") != std::string::npos) {
    return refuse();
  }
  url.host = parts->host;
  url.port = url.tls ? 8883 : 1883;
  if (!parts->port.empty()) url.port = std::stoi(std::string(parts->port));
  url.topic = *topic;
  return url;
}

Result<std::unique_ptr<MqttPublisher>> MqttPublisher::open(MqttOptions options) {
  RV_ASSIGN(detail::Networks allowed, detail::Networks::parse(options.allowed));
  return std::make_unique<MosquittoPublisher>(std::move(options), std::move(allowed));
}

}  // namespace revier::net
