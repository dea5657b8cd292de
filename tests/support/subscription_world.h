// SPDX-License-Identifier: EUPL-1.2
// Subscriptions of a broker for tests, the one who receives all that they tell over real HTTP, and
// the register of their owners' rights.
//
// Thread safety: a SubscriptionWorld by one thread at a time; its Register by any.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "subscription/document.h"
#include "subscription/subscriptions.h"
#include "support/context_world.h"
#include "support/notification_receiver.h"

namespace revier::subscription::test {

// Identity::standing() of a test: rights by grounds, which come and go; empty: to read all.
class Register {
 public:
  void give(const std::string& grounds, const std::string& rights) {
    const std::lock_guard lock(mutex_);
    rights_[grounds] = rights;
  }
  void take(const std::string& grounds) {
    const std::lock_guard lock(mutex_);
    rights_.erase(grounds);
  }
  identity::Caller standing(std::string_view grounds) {
    using identity::Caller;
    const std::lock_guard lock(mutex_);
    auto subject = std::make_shared<Caller::Subject>();
    const auto at = rights_.find(std::string(grounds));
    if (at == rights_.end()) {
      subject->refusal = "the token was revoked";
      return {Caller::Kind::kRejected, std::move(subject)};
    }
    subject->rights = at->second;
    subject->rights_tenant = "";
    if (at->second.empty()) {
      subject->grants.push_back({.actions = identity::bit(identity::Action::kDataRead)});
    }
    return {Caller::Kind::kToken, std::move(subject)};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> rights_;
};

// What failed is tried again after 10 ms.
class SubscriptionWorld {
 public:
  explicit SubscriptionWorld(Options options = {}) : options_(options) {
    options_.back_off_ms = 10;
    open();
  }
  ~SubscriptionWorld() { subscriptions_.reset(); }
  SubscriptionWorld(const SubscriptionWorld&) = delete;
  SubscriptionWorld& operator=(const SubscriptionWorld&) = delete;

  // All over the same store; the client reaches no private address but the `allowed`.
  void restart(std::vector<std::string> allowed = {"127.0.0.0/8"}) {
    subscriptions_.reset();
    client_.reset();
    world.reopen();
    open(std::move(allowed));
  }

  [[nodiscard]] Subscriptions& subscriptions() { return *subscriptions_; }
  [[nodiscard]] Entry entry(std::string_view id) { return *subscriptions_->find("", id); }
  [[nodiscard]] Subscription parsed(const std::string& text) {
    const json::Document document = context::test::must(json::Document::parse(text));
    const auto& core = world.catalogue().core();
    return context::test::must(parse(document.root(), {core, core, world.clock().now()}));
  }

  // Waits until it is so, ten seconds at most.
  template <class Condition>
  [[nodiscard]] static bool soon(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return condition();
  }

  context::test::World world;
  Receiver receiver;
  Register rights;

 private:
  void open(std::vector<std::string> allowed = {"127.0.0.0/8"}) {
    client_ = context::test::must(net::Client::open({.allowed = std::move(allowed)}));
    subscriptions_ = context::test::must(Subscriptions::open(
        {.store = world.store(),
         .broker = world.broker(),
         .catalogue = world.catalogue(),
         .client = *client_,
         .mqtt = *mqtt_,
         .civil_clock = world.clock(),
         .options = options_,
         .standing = [this](std::string_view grounds) { return rights.standing(grounds); }}));
  }

  Options options_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<net::MqttPublisher> mqtt_ = context::test::must(net::MqttPublisher::open({}));
  std::unique_ptr<Subscriptions> subscriptions_;
};

}  // namespace revier::subscription::test
