// SPDX-License-Identifier: EUPL-1.2
#include "demo/demo.h"

#include <fmt/format.h>

#include "base/log.h"
#include "demo/addresses.h"
#include "demo/areas.h"
#include "demo/city.h"
#include "demo/files.h"
#include "demo/http_client.h"
#include "json/json.h"

namespace revier::demo {
namespace {

using Wait = std::function<bool(std::int64_t)>;
constexpr int kTriesAtStart = 30;
constexpr int kFailuresMax = 20;  // one after the other: the server is gone
constexpr std::string_view kLinkedData = "application/ld+json";

bool is_success(int status) { return status >= 200 && status < 300 && status != 207; }

Result<> expect_success(std::string_view what, const Result<Reply>& reply) {
  if (!reply) return fail(reply.error());
  if (is_success(reply->status)) return {};
  return fail(Code::kUnavailable, fmt::format("{}: the server answered {}: {}", what, reply->status,
                                              reply->body.substr(0, 500)));
}

// Loads and simulates one city over one client.
class City {
 public:
  City(HttpClient& client, Random& random) : client_(client), random_(random) {}

  Result<> wait_for_server(const Wait& wait) {
    for (int n = 1;; ++n) {
      const Result<Reply> reply = client_.get("/healthz");
      if (reply && reply->status == 200) return {};
      if (n == kTriesAtStart || wait(1)) return expect_success("/healthz", reply);
    }
  }

  Result<> load() {
    for (const Collection& collection : programme()) RV_TRY(load_collection(collection));
    RV_ASSIGN(const std::string areas, area_entities(municipalities()));
    RV_TRY(upsert("municipalities", areas));
    RV_TRY(load_addresses());
    RV_ASSIGN(sensors_, read_sensors(city()));
    RV_ASSIGN(const Instant now, civil_time());
    for (Sensor& sensor : sensors_) {
      for (auto& [name, live] : sensor.live) live.value = first_value(live.quantity, now);
    }
    return upsert("sensors", whole_entities(sensors_, now));
  }

  // New values for the next third of the sensors.
  Result<> step() {
    RV_ASSIGN(const Instant now, civil_time());
    std::vector<const Sensor*> changed;
    for (std::size_t n = turn_++ % 3; n < sensors_.size(); n += 3) {
      for (auto& [name, live] : sensors_[n].live) {
        live.value = next_value(live.quantity, live.value, now, random_);
      }
      changed.push_back(&sensors_[n]);
    }
    return expect_success("values", client_.send("POST", "/ngsi-ld/v1/entityOperations/update",
                                                 kLinkedData, live_values(changed, now)));
  }

 private:
  // Invented ones, list after list, so that there is a course of the roll-out to see.
  Result<> load_addresses() {
    const Result<Reply> known = client_.get("/api/v1/fibre/list");
    if (known && known->status == 200) return {};
    for (const std::string_view day : kAddressDays) {
      const std::string path = fmt::format("/api/v1/fibre/list?invented=true&as_of={}&source={}",
                                           day, "Beispielliste%20dieser%20Vorf%C3%BChrung");
      RV_TRY(expect_success(path,
                            client_.send("PUT", path, "text/csv", address_list(kAddresses, day))));
    }
    return {};
  }

  Result<> upsert(std::string_view what, const std::string& entities) {
    return expect_success(what,
                          client_.send("POST", "/ngsi-ld/v1/entityOperations/upsert?options=update",
                                       kLinkedData, entities));
  }

  Result<Instant> civil_time() {
    const Result<Reply> reply = client_.get("/api/v1/clock");
    RV_TRY(expect_success("/api/v1/clock", reply));
    RV_ASSIGN(const json::Document document, json::Document::parse(reply->body));
    return parse_iso8601(document.root().text("now"));
  }

  Result<> load_collection(const Collection& collection) {
    RV_ASSIGN(const json::Document document, json::Document::parse(collection.json));
    for (const json::Value item : document.root().elements()) {
      const std::string path = fmt::format("/api/v1/{}/{}", collection.path, item.text("id"));
      const Result<Reply> known = client_.get(path);
      if (known && known->status == 200) continue;
      RV_TRY(
          expect_success(path, client_.send("PUT", path, "application/json", json::to_text(item))));
    }
    return {};
  }

  HttpClient& client_;
  Random& random_;
  std::vector<Sensor> sensors_;
  std::size_t turn_ = 0;
};

}  // namespace

Result<> run(const Options& options, Random& random, const Wait& wait) {
  HttpClient client(options.address, options.token);
  City city(client, random);
  RV_TRY(city.wait_for_server(wait));
  RV_TRY(city.load());
  log_event(Level::kInfo, "demo.loaded");
  int failures = 0;
  while (!wait(options.interval_s)) {
    const Result<> done = city.step();
    failures = done ? 0 : failures + 1;
    if (failures == kFailuresMax) return done;
    if (!done) log_event(Level::kWarn, "demo.step_failed", {{"reason", done.error().message}});
  }
  return {};
}

}  // namespace revier::demo
