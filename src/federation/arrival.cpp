// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/arrival.h"

#include <algorithm>
#include <array>

#include "ngsi/fragment.h"

namespace revier::federation::detail {
namespace {

using What = ngsi::AttributeChange::What;
using subscription::Subscription;

struct ValueMember {
  std::string_view kind;
  std::string_view name;
  std::string_view previous;
  std::string_view unknown;  // where the source does not tell what it was
};
constexpr std::array<ValueMember, 8> kValueMembers = {{
    {"Property", "value", "previousValue", "0"},
    {"GeoProperty", "value", "previousValue", R"({"type":"Point","coordinates":[0,0]})"},
    {"Relationship", "object", "previousObject", R"("urn:ngsi-ld:unknown")"},
    {"LanguageProperty", "languageMap", "previousLanguageMap", R"({"@none":""})"},
    {"VocabProperty", "vocab", "previousVocab", R"("unknown")"},
    {"JsonProperty", "json", "previousJson", "{}"},
    {"ListProperty", "valueList", "previousValueList", "[0]"},
    {"ListRelationship", "objectList", "previousObjectList",
     R"([{"object":"urn:ngsi-ld:unknown"}])"},
}};

bool is_ngsi_null(const json::Value& value) {
  if (value.as_string() == ngsi::kNullUri) return true;
  if (value.is_array() && value.size() == 1) return is_ngsi_null(value.first_or_self());
  const auto none = value.find("@none");
  return none && value.size() == 1 && none->as_string() == ngsi::kNullUri;
}

const ValueMember& value_member_of(const json::Value& instance) {
  const auto found = std::ranges::find(kValueMembers, instance.text("type"), &ValueMember::kind);
  return found == kValueMembers.end() ? kValueMembers.front() : *found;
}

bool is_gone(const json::Value& instance) {
  if (!instance.is_object()) return is_ngsi_null(instance);
  const auto value = instance.find(value_member_of(instance).name);
  return value && is_ngsi_null(*value);
}

bool was_other(const json::Value& instance) {
  return is_gone(instance) || instance.find(value_member_of(instance).previous);
}

// Several instances; another array is a value.
bool is_instances(const json::Value& value) {
  bool any = false;
  for (const json::Value one : value.elements()) {
    if (!one.is_object() && !is_ngsi_null(one)) return false;
    any |= one.find("type") || one.find("datasetId");
  }
  return any;
}

bool is_attribute(std::string_view key) {
  return key != "id" && key != "type" && key != "scope" && key != "@context" &&
         key != "createdAt" && key != "modifiedAt" && key != "deletedAt" && key != "expiresAt";
}

// One entity of a notification as two: as it is, and what its changed instances were before.
class Splitter {
 public:
  explicit Splitter(const json::Value& entity) : after_(after), before_(before) {
    after_.begin_object();
    before_.begin_object();
    for (const auto [key, value] : entity.members()) {
      if (is_attribute(key)) {
        attribute(key, value);
      } else {
        member(key, value);
      }
    }
    after_.end_object();
    before_.end_object();
  }

  std::string after;
  std::string before;
  bool any_before = false;

 private:
  void member(std::string_view key, const json::Value& value) {
    if (key == "deletedAt") return;
    after_.key(key).value(value);
    if (key == "id" || key == "type" || key == "@context") before_.key(key).value(value);
  }

  void attribute(std::string_view key, const json::Value& value) {
    std::vector<json::Value> instances;
    if (is_instances(value)) {
      for (const json::Value one : value.elements()) instances.push_back(one);
    } else {
      instances.push_back(value);
    }
    write(
        after_, key, instances, [](const json::Value& one) { return !is_gone(one); },
        [](json::Writer& out, const json::Value& one) { out.value(one); });
    any_before |= write(before_, key, instances, was_other, write_before);
  }

  static void write_before(json::Writer& out, const json::Value& instance) {
    const ValueMember& member = value_member_of(instance);
    const auto previous = instance.find(member.previous);
    out.begin_object().member("type", member.kind);
    if (const auto dataset = instance.find("datasetId")) out.key("datasetId").value(*dataset);
    out.key(member.name);
    if (previous) {
      out.value(*previous);
    } else {
      out.raw(member.unknown);
    }
    out.end_object();
  }

  static bool write(json::Writer& out, std::string_view key,
                    const std::vector<json::Value>& instances, const auto& fits,
                    const auto& write_one) {
    const auto number = std::ranges::count_if(instances, fits);
    if (number == 0) return false;
    out.key(key);
    if (number > 1) out.begin_array();
    for (const json::Value& one : instances) {
      if (fits(one)) write_one(out, one);
    }
    if (number > 1) out.end_array();
    return true;
  }

  json::Writer after_;
  json::Writer before_;
};

// The parts of it that each element of the registration speaks of.
Result<std::vector<Part>> registered_parts(const std::string& entity, const Reading& reading) {
  std::vector<Part> out;
  net::Reply reply;
  reply.body = entity;
  for (const Information& information : reading.registration->information) {
    Question question{reading.registration, {{&information, nullptr}}, reading.context, {}};
    const std::size_t number = std::max<std::size_t>(information.entities.size(), 1);
    for (std::size_t i = 0; i < number; ++i) {
      question.reach.front().entity =
          information.entities.empty() ? nullptr : &information.entities[i];
      RV_ASSIGN(Parts parts, parts_of(question, reply, reading.catalogue));
      std::ranges::move(parts.parts, std::back_inserter(out));
    }
  }
  return out;
}

// What arrives has just changed: where it has no times it is of now.
void fill_times(std::vector<Part>& parts, Instant now) {
  for (Part& part : parts) {
    if (!part.times.modified) part.times.modified = now;
    for (Times& times : part.attribute_times) {
      if (!times.modified) times.modified = now;
    }
  }
}

Result<ngsi::EntityPtr> joined(ngsi::Names& names, ngsi::EntityPtr entity, std::vector<Part> parts,
                               Instant now) {
  for (Part& part : parts) {
    RV_ASSIGN(entity, merged(names, std::move(entity), std::move(part), {false, now}));
  }
  return entity;
}

std::vector<ngsi::AttributeChange> changes_of(const ngsi::EntityPtr& before,
                                              const ngsi::EntityPtr& after) {
  std::vector<ngsi::AttributeChange> out;
  if (!before) return out;
  for (const ngsi::AttributeView& view : before->attributes()) {
    const bool stays = after && after->find(view.name, view.dataset_id);
    out.push_back(
        {stays ? What::kUpdated : What::kDeleted, view.name, std::string(view.dataset_id)});
  }
  return out;
}

// Of what went nothing is known but its id and types.
Result<bool> concerns(const Subscription& subscription, const ngsi::Names& names,
                      const ngsi::Entity& entity, bool filters) {
  for (const ngsi::Selection& selection : subscription.selections) {
    ngsi::Selection asked;
    if (filters) asked = selection;
    asked.ids = selection.ids;
    asked.id_pattern = selection.id_pattern;
    asked.type = selection.type;
    RV_ASSIGN(const auto predicate, ngsi::Predicate::compile(asked, names, *subscription.context));
    if (predicate.matches(entity)) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<Arrival>> arrivals_in(const json::Value& data, const Reading& reading) {
  if (!data.is_array()) return fail(Code::kBadRequestData, "data: expected an array", "data");
  if (data.size() > kArrivalEntitiesMax) {
    return fail(Code::kBadRequestData,
                fmt::format("a notification of more than {} entities", kArrivalEntitiesMax),
                "data");
  }
  std::vector<Arrival> out;
  for (const json::Value entity : data.elements()) {
    const auto id = entity.find("id");
    if (!id || !id->as_string()) {
      return fail(Code::kBadRequestData, "an entity without id", "data");
    }
    const Splitter split(entity);
    Arrival arrival;
    arrival.id = *id->as_string();
    arrival.deleted = entity.find("deletedAt").has_value();
    RV_ASSIGN(arrival.after, registered_parts(split.after, reading));
    if (split.any_before || arrival.deleted) {
      RV_ASSIGN(arrival.before, registered_parts(split.before, reading));
    }
    if (!arrival.after.empty()) out.push_back(std::move(arrival));
  }
  return out;
}

Result<std::vector<Part>> parts_in(const std::string& text, const RegistrationPtr& registration,
                                   jsonld::Catalogue& catalogue) {
  const Information any;
  const Question question{registration, {{&any, nullptr}}, catalogue.core(), {}};
  net::Reply reply;
  reply.body = text;
  RV_ASSIGN(Parts parts, parts_of(question, reply, catalogue));
  return std::move(parts.parts);
}

Result<std::vector<subscription::Arrived>> arrived(ngsi::Names& names, Arrival arrival,
                                                   Arriving arriving) {
  const Instant now = arriving.now;
  fill_times(arrival.after, now);
  ngsi::Mutated what;
  RV_ASSIGN(what.before, joined(names, nullptr, std::move(arrival.before), now));
  RV_ASSIGN(what.after, joined(names, std::move(arriving.here), std::move(arriving.other), now));
  const bool elsewhere = what.after != nullptr;
  if (!arrival.deleted) {
    RV_ASSIGN(what.after, joined(names, std::move(what.after), std::move(arrival.after), now));
  }
  if (!arrival.deleted || !elsewhere) what.changes = changes_of(what.before, what.after);
  const ngsi::EntityPtr& judged = what.after ? what.after : what.before;
  std::vector<subscription::Arrived> out;
  if (!judged) return out;
  RV_ASSIGN(const bool is_subscribed, concerns(arriving.subscription, names, *judged,
                                               arriving.filters && what.after != nullptr));
  if (is_subscribed) out.push_back({std::move(arrival.id), std::move(what)});
  return out;
}

}  // namespace revier::federation::detail
