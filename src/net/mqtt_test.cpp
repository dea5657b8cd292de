// SPDX-License-Identifier: EUPL-1.2
// Against Debian's mosquitto and its own subscriber.
#include "net/mqtt.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <future>
#include <thread>

#include "support/free_port.h"
#include "support/temporary_folder.h"

namespace revier::net {
namespace {

// A mosquitto of its own, gone with the test.
class Broker {
 public:
  // `more` are lines of its configuration.
  explicit Broker(const std::string& more = "") : port_(test::free_port()) {
    const std::string file =
        write("mosquitto.conf", fmt::format("user root\nlistener {} 127.0.0.1\n"
                                            "allow_anonymous true\n{}",
                                            port_, more));
    process_ = ::fork();
    if (process_ == 0) {
      ::execlp("mosquitto", "mosquitto", "-c", file.c_str(), static_cast<char*>(nullptr));
      ::execl("/usr/sbin/mosquitto", "mosquitto", "-c", file.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
  }
  ~Broker() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view topic) const {
    return fmt::format("mqtt://127.0.0.1:{}/{}", port_, topic);
  }

 private:
  std::string write(std::string_view name, const std::string& text) {
    const std::string path = fmt::format("{}/{}", folder_.path(), name);
    std::ofstream(path) << text;
    return path;
  }

  revier::test::TemporaryFolder folder_;
  int port_;
  pid_t process_;
};

Result<> publish(MqttPublisher& publisher, MqttMessage message) {
  std::promise<Result<>> promise;
  publisher.publish(std::move(message), [&](Result<> result) { promise.set_value(result); });
  return promise.get_future().get();
}

// The broker needs a moment to listen.
Result<> publish_soon(MqttPublisher& publisher, const MqttMessage& message) {
  Result<> last;
  for (int i = 0; i < 100; ++i) {
    last = publish(publisher, message);
    if (last) return last;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return last;
}

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char bytes[4096];
  while (const std::size_t got = ::fread(bytes, 1, sizeof(bytes), pipe)) out.append(bytes, got);
  ::pclose(pipe);
  return out;
}

TEST(Mqtt, ReachesASubscriber) {
  const Broker broker;
  auto publisher = MqttPublisher::open({.allowed = {"127.0.0.0/8"}}).value();
  ASSERT_TRUE(publish_soon(*publisher, {.url = broker.url("warm/up"), .payload = "x"}));
  auto subscriber = std::async(std::launch::async, [&] {
    return output_of(fmt::format("mosquitto_sub -p {} -t 'city/#' -C 3 -W 10 -v", broker.port()));
  });
  // Messages before the subscription are nobody's: send until it is there.
  for (int i = 0;
       i < 200 && subscriber.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready;
       ++i) {
    EXPECT_TRUE(publish(*publisher, {.url = broker.url("city/air"),
                                     .payload = "{\"pm10\":7}",
                                     .quality = i % 3,
                                     .version_5 = i % 2 == 0}));
  }
  EXPECT_NE(subscriber.get().find("city/air {\"pm10\":7}"), std::string::npos);
}

TEST(Mqtt, SaysWhatWentWrong) {
  auto publisher = MqttPublisher::open({.allowed = {"127.0.0.0/8"}}).value();
  const auto refused = publish(*publisher, {.url = "mqtt://127.0.0.1:9/t", .deadline_ms = 300});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().code == Code::kTimeout || refused.error().code == Code::kUnavailable);
  EXPECT_EQ(publish(*publisher, {.url = "mqtt://h"}).error().code, Code::kBadRequestData);
  auto strict = MqttPublisher::open({}).value();
  EXPECT_EQ(publish(*strict, {.url = "mqtt://127.0.0.1/t"}).error().code, Code::kForbidden);
}

// By 3.1.1 the broker acknowledges it all the same.
TEST(Mqtt, ARefusedMessageWasNotTaken) {
  const revier::test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/acl") << "topic readwrite open/#\n";
  const Broker broker(fmt::format("acl_file {}/acl\n", folder.path()));
  auto publisher = MqttPublisher::open({.allowed = {"127.0.0.0/8"}}).value();
  ASSERT_TRUE(publish_soon(*publisher, {.url = broker.url("open/x"), .quality = 1}));
  for (const int quality : {1, 2}) {
    const auto refused = publish(*publisher, {.url = broker.url("closed/x"), .quality = quality});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kUnavailable);
    EXPECT_NE(refused.error().message.find("Not authorized"), std::string::npos)
        << refused.error().message;
  }
}

TEST(Mqtt, ByTlsTheCertificateCarriesTheName) {
  const revier::test::TemporaryFolder folder;
  const std::string at = folder.path();
  const std::string made = fmt::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {0}/key.pem "
      "-out {0}/cert.pem 2>/dev/null",
      at);
  ASSERT_EQ(std::system(made.c_str()), 0);
  const Broker broker(fmt::format("certfile {0}/cert.pem\nkeyfile {0}/key.pem\n", at));
  const std::vector<std::string> here = {"127.0.0.0/8"};
  auto publisher =
      MqttPublisher::open({.allowed = here, .certificates_file = at + "/cert.pem"}).value();
  const auto message = [&](std::string_view host) {
    return MqttMessage{.url = fmt::format("mqtts://{}:{}/t", host, broker.port()),
                       .quality = 1,
                       .deadline_ms = 1'500};
  };
  EXPECT_TRUE(publish_soon(*publisher, message("localhost")));
  EXPECT_FALSE(publish(*publisher, message("127.0.0.1")));
  auto trusts_others = MqttPublisher::open({.allowed = here}).value();
  EXPECT_FALSE(publish(*trusts_others, message("localhost")));
}

TEST(Mqtt, ReadsUrls) {
  const auto url = parse_mqtt_url("mqtts://us%40er:pa%3Ass@broker.example:99/a/b%20c").value();
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.user, "us@er");
  EXPECT_EQ(url.password, "pa:ss");
  EXPECT_EQ(url.host, "broker.example");
  EXPECT_EQ(url.port, 99);
  EXPECT_EQ(url.topic, "a/b c");
  EXPECT_EQ(parse_mqtt_url("mqtt://h/t").value().port, 1883);
  EXPECT_EQ(parse_mqtt_url("mqtts://h/t").value().port, 8883);
  for (const char* wrong : {"mqtt://", "mqtt:///t", "mqtt://h/", "http://h/t", "mqtt://h/a/#",
                            "mqtt://h/+/b", "mqtt://h:99999/t", "mqtt://u%zz@h/t"}) {
    EXPECT_FALSE(parse_mqtt_url(wrong)) << wrong;
  }
}

RC_GTEST_PROP(MqttUrl, AnyTextIsReadOrRefused, (const std::string& text)) {
  (void)parse_mqtt_url("mqtt://" + text);
}

}  // namespace
}  // namespace revier::net
