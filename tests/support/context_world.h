// SPDX-License-Identifier: EUPL-1.2
// A broker for tests, fuzz targets and benches, over a store in a directory that is gone after.
#pragma once
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "context/broker.h"
#include "context/writes.h"
#include "jsonld/catalogue.h"
#include "ngsi/parse.h"
#include "ngsi/render.h"

namespace revier::context::test {

// Runs a task that does not wait for an io thread.
template <class T>
T run_now(Task<T> task) {
  std::optional<T> result;
  start(std::move(task), [&result](T value) { result.emplace(std::move(value)); });
  RV_CHECK(result.has_value());
  return *std::move(result);
}

// The value, or the end of the program with what went wrong.
template <class T>
T must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  RV_CHECK(result.has_value());
  return *std::move(result);
}

class World {
 public:
  explicit World(Options options = {}, store::Durability durability = store::Durability::kNone)
      : options_(std::move(options)) {
    std::string name = (std::filesystem::temp_directory_path() / "revier_context_XXXXXX").string();
    RV_CHECK(mkdtemp(name.data()) != nullptr);
    directory_ = name;
    store_options_.directory = name + "/store";
    store_options_.durability = durability;
    open();
  }
  ~World() {
    close();
    std::filesystem::remove_all(directory_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void close() {
    broker_.reset();
    store_.reset();
  }
  void open() {
    store_ = must(store::Store::open(store_options_));
    broker_ = must(Broker::open(*store_, clock_, options_));
  }
  void reopen() {
    close();
    open();
  }

  [[nodiscard]] Broker& broker() { return *broker_; }
  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] ManualClock& clock() { return clock_; }
  [[nodiscard]] jsonld::Catalogue& catalogue() { return *catalogue_; }
  [[nodiscard]] const jsonld::Context& context() const { return *catalogue_->core(); }

  [[nodiscard]] ngsi::Fragment parsed(std::string_view text,
                                      ngsi::ParseOptions options = {}) const {
    const json::Document document = must(json::Document::parse(text));
    return must(ngsi::parse_entity(document.root(), context(), options));
  }

  Result<Change> write(Write one, Origin origin = Origin::api(), std::string_view tenant = "") {
    std::vector<Write> writes;
    writes.push_back(std::move(one));
    auto outcomes = broker_->write_blocking(tenant, std::move(writes), origin);
    if (!outcomes) return fail(outcomes.error());
    return std::move(outcomes->front());
  }
  Result<Change> create(std::string_view text, std::string_view tenant = "") {
    return write(context::create(parsed(text)), Origin::api(), tenant);
  }

  [[nodiscard]] ngsi::Predicate predicate(const ngsi::Selection& selection,
                                          std::string_view tenant = "") {
    return must(ngsi::Predicate::compile(selection, broker_->names(tenant), context()));
  }
  [[nodiscard]] Result<Found> query(const ngsi::Selection& selection, Page page = {}) {
    const ngsi::Predicate asked = predicate(selection);
    return run_now(broker_->query("", asked, page));
  }
  [[nodiscard]] std::string simple(const ngsi::EntityPtr& entity) {
    std::string out;
    ngsi::RenderOptions options;
    options.representation = ngsi::Representation::kSimplified;
    ngsi::render(*entity, broker_->names(""), context(), options, out);
    return out;
  }
  // The value of an attribute's default instance as JSON; empty where there is none.
  [[nodiscard]] std::string value(std::string_view id, std::string_view attribute) {
    const ngsi::EntityPtr entity = broker_->find("", id);
    if (!entity) return {};
    const auto found = entity->find(broker_->names("").find(*context().expand_name(attribute)));
    return found ? std::string(found->value) : std::string();
  }

 private:
  std::string directory_;
  store::Options store_options_;
  Options options_;
  ManualClock clock_{parse_iso8601("2025-01-20T08:00:00Z").value()};
  std::unique_ptr<jsonld::Catalogue> catalogue_ = *jsonld::Catalogue::make();
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Broker> broker_;
};

}  // namespace revier::context::test
