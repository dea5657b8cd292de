// SPDX-License-Identifier: EUPL-1.2
#include "event/schema.h"

#include <algorithm>
#include <array>

namespace revier::event {
namespace {

#define SCHEMA "https://schema.org/"
#define OWN "urn:revier:ns:"

using enum FieldKind;

constexpr FieldSpec kName{"name", SCHEMA "name", kLocalised, true};
constexpr FieldSpec kEvent{"event", SCHEMA "superEvent", kReference, true, "events"};
constexpr FieldSpec kStartsAt{"starts_at", SCHEMA "startDate", kInstant, true};
constexpr FieldSpec kEndsAt{"ends_at", SCHEMA "endDate", kInstant, true};
constexpr FieldSpec kLive{"live", OWN "showsLive", kEntities};

constexpr std::array kEventFields = {
    kName,
    FieldSpec{"motto", OWN "motto", kLocalised},
    FieldSpec{"starts_on", SCHEMA "startDate", kDate, true},
    FieldSpec{"ends_on", SCHEMA "endDate", kDate, true},
    FieldSpec{"time_zone", OWN "timeZone", kText, true},
    FieldSpec{"venue", SCHEMA "location", kReference, true, "places"},
    FieldSpec{"organisers", SCHEMA "organizer", kTexts},
    FieldSpec{"focus", OWN "focus", kParts},
    FieldSpec{"partner_cities", OWN "partnerCity", kTexts},
    FieldSpec{"admission", OWN "admission", kLocalised},
    FieldSpec{"registration_opens_at", OWN "registrationOpens", kInstant},
    FieldSpec{"registration_closes_at", OWN "registrationCloses", kInstant},
    FieldSpec{"days", OWN "days", kParts, true},
    FieldSpec{"tracks", OWN "tracks", kParts},
};

constexpr std::array kPlaceFields = {
    kName,
    FieldSpec{"address", SCHEMA "address", kText},
    FieldSpec{"location", "location", kPoint},
    FieldSpec{"accuracy_m", OWN "accuracyInMetres", kInteger},
    FieldSpec{"directions", OWN "directions", kLocalised},
};

constexpr std::array kRoomFields = {
    kName,
    FieldSpec{"place", SCHEMA "containedInPlace", kReference, true, "places"},
    FieldSpec{"capacity", SCHEMA "maximumAttendeeCapacity", kInteger},
};

constexpr std::array kSpeakerFields = {
    FieldSpec{"name", SCHEMA "name", kText, true},
    FieldSpec{"function", SCHEMA "jobTitle", kText},
};

constexpr std::array kSessionFields = {
    FieldSpec{"title", SCHEMA "name", kLocalised, true},
    FieldSpec{"abstract", SCHEMA "abstract", kLocalised},
    kEvent,
    FieldSpec{"day", OWN "day", kDate, true},
    kStartsAt,
    kEndsAt,
    FieldSpec{"room", SCHEMA "location", kReference, false, "rooms"},
    FieldSpec{"track", OWN "track", kText},
    FieldSpec{"format", OWN "format", kText},
    FieldSpec{"language", SCHEMA "inLanguage", kText},
    FieldSpec{"speakers", SCHEMA "performer", kReferences, false, "speakers"},
    FieldSpec{"capacity", SCHEMA "maximumAttendeeCapacity", kInteger},
    FieldSpec{"bookable", OWN "bookable", kBool},
    FieldSpec{"cancelled", OWN "cancelled", kBool},
};

constexpr std::array kExhibitFields = {
    FieldSpec{"name", SCHEMA "name", kText, true},  kEvent,
    FieldSpec{"topic", SCHEMA "about", kLocalised}, FieldSpec{"booth", OWN "booth", kText},
    FieldSpec{"city", OWN "city", kText},           kLive,
};

constexpr std::array kBestPracticeFields = {
    kName,
    kEvent,
    FieldSpec{"summary", SCHEMA "abstract", kLocalised},
    FieldSpec{"city", OWN "city", kText, true},
    FieldSpec{"fields", OWN "field", kTexts},
    FieldSpec{"sessions", SCHEMA "subjectOf", kReferences, false, "sessions"},
    kLive,
};

// One of an event names it and its times; one of an office has neither (read_item asks for both).
constexpr std::array kOfferFields = {
    kName,
    FieldSpec{"event", SCHEMA "superEvent", kReference, false, "events"},
    FieldSpec{"summary", SCHEMA "abstract", kLocalised},
    FieldSpec{"needs", OWN "needs", kParts},
    FieldSpec{"place", SCHEMA "location", kReference, false, "places"},
    FieldSpec{"spot", OWN "spot", kText},
    FieldSpec{"starts_at", SCHEMA "startDate", kInstant},
    FieldSpec{"ends_at", SCHEMA "endDate", kInstant},
    FieldSpec{"duration_min", OWN "durationInMinutes", kInteger},
    FieldSpec{"by_appointment", OWN "byAppointment", kBool},
    FieldSpec{"eid_check", OWN "eidCheck", kBool},
    FieldSpec{"url", SCHEMA "url", kUrl},
};

constexpr std::array kCounterFields = {
    kName,
    FieldSpec{"place", SCHEMA "serviceLocation", kReference, true, "places"},
    FieldSpec{"offers", SCHEMA "providesService", kReferences, true, "offers"},
    FieldSpec{"staff", OWN "staff", kInteger, true},
    FieldSpec{"hours", SCHEMA "hoursAvailable", kHours, true},
    FieldSpec{"days_ahead", OWN "bookableDaysAhead", kInteger},
    FieldSpec{"lead_min", OWN "leadInMinutes", kInteger},
    FieldSpec{"walk_in", OWN "walkIn", kBool},
    FieldSpec{"phone", SCHEMA "telephone", kText},
};

// A figure of the city. It cannot be without the day it was true on and where it comes from.
constexpr std::array kCityFactFields = {
    kName,
    FieldSpec{"value", SCHEMA "value", kNumber, true},
    FieldSpec{"unit", SCHEMA "unitText", kLocalised},
    FieldSpec{"as_of", SCHEMA "observationDate", kDate, true},
    FieldSpec{"source", SCHEMA "citation", kLocalised, true},
};

constexpr std::array kKinds = {
    KindSpec{"events", "Event", SCHEMA "Event", kEventFields},
    KindSpec{"places", "Place", SCHEMA "Place", kPlaceFields},
    KindSpec{"rooms", "Room", SCHEMA "Room", kRoomFields},
    KindSpec{"speakers", "Person", SCHEMA "Person", kSpeakerFields},
    KindSpec{"sessions", "Session", OWN "Session", kSessionFields},
    KindSpec{"exhibits", "Exhibit", OWN "Exhibit", kExhibitFields},
    KindSpec{"best-practices", "BestPractice", OWN "BestPractice", kBestPracticeFields},
    KindSpec{"offers", "GovernmentService", SCHEMA "GovernmentService", kOfferFields},
    KindSpec{"counters", "ServiceChannel", SCHEMA "ServiceChannel", kCounterFields},
    KindSpec{"city-facts", "CityFact", OWN "CityFact", kCityFactFields},
};

#undef SCHEMA
#undef OWN

}  // namespace

const FieldSpec* KindSpec::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &FieldSpec::name);
  return found == fields.end() ? nullptr : &*found;
}

std::span<const KindSpec> kinds() { return kKinds; }

const KindSpec* find_kind(std::string_view path) {
  const auto found = std::ranges::find(kKinds, path, &KindSpec::path);
  return found == kKinds.end() ? nullptr : &*found;
}

std::string entity_id(const KindSpec& kind, std::string_view id) {
  return std::string(kIdPrefix) + std::string(kind.name) + ":" + std::string(id);
}

std::string_view item_id(const KindSpec& kind, std::string_view entity) {
  const std::string prefix = entity_id(kind, "");
  return entity.starts_with(prefix) ? entity.substr(prefix.size()) : std::string_view();
}

}  // namespace revier::event
