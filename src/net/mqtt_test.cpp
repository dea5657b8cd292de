// SPDX-License-Identifier: EUPL-1.2
// Against Debian's mosquitto and its own subscriber.
#include "net/mqtt.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "support/free_port.h"

namespace revier::net {
namespace {

// A mosquitto of its own, gone with the test.
class Broker {
 public:
  Broker() : port_(test::free_port()) {
    process_ = ::fork();
    if (process_ == 0) {
      const std::string port = std::to_string(port_);
      ::execlp("mosquitto", "mosquitto", "-p", port.c_str(), static_cast<char*>(nullptr));
      ::execl("/usr/sbin/mosquitto", "mosquitto", "-p", port.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
  }
  ~Broker() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view topic) const {
    return fmt::format("mqtt://127.0.0.1:{}/{}", port_, topic);
  }

 private:
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
