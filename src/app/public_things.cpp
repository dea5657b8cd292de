// SPDX-License-Identifier: EUPL-1.2
#include "app/public_things.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "app/quotas.h"
#include "appointment/availability.h"
#include "base/run_task.h"
#include "casework/public_entity.h"
#include "context/writes.h"
#include "event/schema.h"
#include "fibre/areas.h"
#include "json/json.h"
#include "newsletter/archive.h"
#include "ngsi/parse.h"
#include "ngsi/render.h"
#include "service/types.h"

namespace revier::app {
namespace {

constexpr std::string_view kPublicTenant;
constexpr std::string_view kDomain = "event";

// Sensors by the last part of their type's IRI (Smart Data Models).
struct SensorType {
  std::string_view name;
  event::ThingKind kind;
};
constexpr std::array kSensors = {
    SensorType{"OffStreetParking", event::ThingKind::kParking},
    SensorType{"BikeHireDockingStation", event::ThingKind::kBikes},
    SensorType{"EVChargingStation", event::ThingKind::kCharging},
    SensorType{"WasteContainer", event::ThingKind::kBin},
    SensorType{"AirQualityObserved", event::ThingKind::kAir},
};

std::string_view last_part(std::string_view iri) { return iri.substr(iri.find_last_of("/#:") + 1); }

const SensorType* sensor_of(std::string_view type_iri) {
  const auto found = std::ranges::find(kSensors, last_part(type_iri), &SensorType::name);
  return found == kSensors.end() ? nullptr : &*found;
}

// A kind of a domain, which keeps and writes its entities.
bool is_of_a_domain(std::string_view type_iri) {
  return type_iri == service::kind().type || type_iri == newsletter::kIssueType ||
         type_iri == appointment::kAvailabilityType || type_iri == kEventDayType ||
         std::ranges::find(event::kinds(), type_iri, &event::KindSpec::type) !=
             event::kinds().end();
}

std::string text_of(std::string_view json) {
  const auto document = json::Document::parse(json);
  return document ? std::string(document->root().as_string().value_or("")) : std::string();
}

std::optional<double> number_of(std::string_view json) {
  double number = 0;
  const auto end = std::from_chars(json.data(), json.data() + json.size(), number);
  if (end.ec != std::errc() || end.ptr != json.data() + json.size()) return std::nullopt;
  return number;
}

Result<ngsi::Fragment> fragment_of(const std::string& entity, const jsonld::Context& core) {
  RV_ASSIGN(const json::Document document, json::Document::parse(entity));
  return ngsi::parse_entity(document.root(), core, ngsi::kParseWhole);
}

event::LiveThing thing_of(const ngsi::Entity& entity, const ngsi::Names& names,
                          event::ThingKind kind) {
  event::LiveThing thing{.id = std::string(entity.id()),
                         .kind = kind,
                         .name = {},
                         .values = {},
                         .observed_at = {},
                         .source = {}};
  for (const ngsi::AttributeView& attribute : entity.attributes()) {
    if (attribute.kind != ngsi::Kind::kProperty || !attribute.dataset_id.empty()) continue;
    const std::string iri = names.iri(attribute.name);
    const std::string_view name = last_part(iri);
    if (name == "name") thing.name = text_of(attribute.value);
    if (name == "dataProvider" || name == "source") thing.source = text_of(attribute.value);
    if (name == "isSimulated") thing.simulated = attribute.value == "true";
    if (const auto number = number_of(attribute.value)) {
      thing.values.push_back({std::string(name), *number});
    }
    if (attribute.observed_at) {
      thing.observed_at = std::max(thing.observed_at.value_or(Instant{}), *attribute.observed_at);
    }
  }
  return thing;
}

}  // namespace

std::vector<context::OwnedType> owned_types() {
  std::vector<context::OwnedType> types;
  const auto add = [&](const event::KindSpec& kind) {
    types.push_back({.type = std::string(kind.type),
                     .domain = std::string(kDomain),
                     .route = "/api/v1/" + std::string(kind.path)});
  };
  for (const event::KindSpec& kind : event::kinds()) add(kind);
  add(service::kind());
  types.push_back({.type = std::string(kEventDayType),
                   .domain = std::string(kDomain),
                   .route = "/api/v1/events"});
  types.push_back({.type = std::string(appointment::kAvailabilityType),
                   .domain = std::string(kDomain),
                   .route = "/api/v1/counters"});
  types.push_back({.type = std::string(casework::kReportType),
                   .domain = std::string(kDomain),
                   .route = "/api/v1/forms"});
  types.push_back(
      {.type = std::string(fibre::kAreaType), .domain = "fibre", .route = "/api/v1/fibre/list"});
  types.push_back({.type = std::string(newsletter::kIssueType),
                   .domain = std::string(newsletter::kOwner),
                   .route = "/console/newsletter"});
  return types;
}

std::vector<std::string> personal_types() {
  return {std::string(event::find_kind("speakers")->type)};
}

PublicThings::PublicThings(context::Broker& broker, jsonld::ContextPtr core)
    : broker_(broker), core_(std::move(core)) {
  broker_.add_listener(*this);
}

PublicThings::~PublicThings() { broker_.remove_listener(*this); }

std::optional<std::string> PublicThings::kept_type(const ngsi::Entity& entity) const {
  const ngsi::Names& names = broker_.names(kPublicTenant);
  for (const ngsi::NameId type : entity.types()) {
    std::string iri = names.iri(type);
    if (is_of_a_domain(iri) || sensor_of(iri) != nullptr) return iri;
  }
  return std::nullopt;
}

void PublicThings::keep(const ngsi::EntityPtr& entity) {
  if (auto type = kept_type(*entity)) {
    const WriteLock lock(mutex_);
    OfType& of_type = by_type_[std::move(*type)];
    of_type.entities.insert_or_assign(std::string(entity->id()), entity);
    ++of_type.revision;
  }
}

Result<> PublicThings::load() {
  std::vector<std::string> types;
  for (const context::NameCount& type : broker_.types(kPublicTenant)) {
    if (is_of_a_domain(type.iri) || sensor_of(type.iri) != nullptr) types.push_back(type.iri);
  }
  for (const std::string& type : types) {
    RV_ASSIGN(const ngsi::Predicate predicate,
              ngsi::Predicate::compile({.type = type}, broker_.names(kPublicTenant), *core_));
    context::Page page{.limit = broker_.options().limit_max};
    for (bool more = true; more; page.offset += page.limit) {
      RV_ASSIGN(const context::Found found,
                run_task(broker_.query(kPublicTenant, predicate, page)));
      for (const ngsi::EntityPtr& entity : found.entities) keep(entity);
      more = found.more;
    }
  }
  return {};
}

Task<Result<>> PublicThings::write(std::vector<Write> writes) {
  return write_as(kDomain, std::move(writes));
}

Task<Result<>> PublicThings::write_as(std::string_view domain, std::vector<Write> writes) {
  std::vector<context::Write> steps;
  for (Write& each : writes) {
    if (each.entity.empty()) {
      steps.push_back(context::remove(std::move(each.id)));
      continue;
    }
    RV_CO_ASSIGN(ngsi::Fragment fragment, fragment_of(each.entity, *core_));
    steps.push_back(context::put(std::move(fragment)));
  }
  RV_CO_ASSIGN(
      const context::Broker::Outcomes outcomes,
      co_await broker_.write(kPublicTenant, std::move(steps), context::Origin::domain(domain)));
  Result<> worst;
  for (const Result<context::Change>& outcome : outcomes) {
    if (outcome) continue;
    // What could not be written weighs more than what was gone already.
    const bool worse = !worst && outcome.error().code == Code::kResourceNotFound;
    if (!worse) worst = fail(outcome.error());
  }
  co_return worst;
}

Result<> PublicThings::check(const std::string& entity) const {
  RV_TRY(fragment_of(entity, *core_));
  return {};
}

std::vector<std::string> PublicThings::all(std::string_view type) const {
  std::vector<ngsi::EntityPtr> entities;
  {
    const ReadLock lock(mutex_);
    const auto found = by_type_.find(type);
    if (found == by_type_.end()) return {};
    for (const auto& [id, entity] : found->second.entities) entities.push_back(entity);
  }
  const ngsi::Names& names = broker_.names(kPublicTenant);
  std::vector<std::string> texts;
  for (const ngsi::EntityPtr& entity : entities) {
    ngsi::render(*entity, names, *core_, {}, texts.emplace_back());
  }
  return texts;
}

void PublicThings::on_change(const context::Change& change) {
  if (change.tenant != kPublicTenant) return;
  if (change.what.after) return keep(change.what.after);
  if (!change.what.before) return;
  if (const auto type = kept_type(*change.what.before)) {
    const WriteLock lock(mutex_);
    OfType& of_type = by_type_[*type];
    of_type.entities.erase(change.id);
    ++of_type.revision;
  }
}

std::uint64_t PublicThings::revision(std::string_view type) const {
  const ReadLock lock(mutex_);
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? 0 : found->second.revision;
}

bool PublicThings::has_live_things() const {
  const ReadLock lock(mutex_);
  return std::ranges::any_of(by_type_, [](const auto& of_type) {
    return sensor_of(of_type.first) != nullptr && !of_type.second.entities.empty();
  });
}

std::vector<event::LiveThing> PublicThings::live_things() const {
  const ngsi::Names& names = broker_.names(kPublicTenant);
  std::vector<event::LiveThing> things;
  const ReadLock lock(mutex_);
  for (const auto& [type, of_type] : by_type_) {
    const SensorType* const sensor = sensor_of(type);
    if (sensor == nullptr) continue;
    for (const auto& [id, entity] : of_type.entities) {
      things.push_back(thing_of(*entity, names, sensor->kind));
    }
  }
  std::ranges::sort(things, {},
                    [](const event::LiveThing& t) { return std::tuple(t.kind, t.name); });
  return things;
}

}  // namespace revier::app
