// SPDX-License-Identifier: EUPL-1.2
#include "casework/public_entity.h"

#include <algorithm>

#include <fmt/format.h>

#include "json/json.h"

namespace revier::casework {
namespace {

constexpr std::string_view kSchemaOrg = "https://schema.org/";
constexpr std::string_view kStatusIri = "https://smartdatamodels.org/status";
constexpr std::string_view kLocationIri = "https://uri.etsi.org/ngsi-ld/location";

void property(json::Writer& out, std::string_view iri, std::string_view value) {
  out.key(iri).begin_object().member("type", "Property").member("value", value).end_object();
}

// What the public is told: not that somebody was asked back.
std::string_view public_status(State state) {
  if (state == State::kReceived) return "received";
  return is_open(state) ? "in progress" : "closed";
}

}  // namespace

std::string public_id(const Case& one) { return "urn:ngsi-ld:Case:" + one.number; }

std::string public_entity(const Definition& form, const Case& one, const Answers& answers,
                          const std::vector<std::string>& photos) {
  const PublicPart& part = *form.published;
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", public_id(one)).member("type", kReportType);
  property(out, kStatusIri, public_status(one.state));
  property(out, std::string(kSchemaOrg) + "identifier", one.number);
  property(out, std::string(kSchemaOrg) + "category", answers.text(part.category));
  if (const Field* field = form.field(part.category)) {
    const auto option =
        std::ranges::find(field->options, answers.text(part.category), &Choice::value);
    if (option != field->options.end()) {
      out.key(std::string(kSchemaOrg) + "name").begin_object();
      out.member("type", "LanguageProperty").key("languageMap").begin_object();
      out.member("de", option->label.de).member("en", option->label.en).end_object().end_object();
    }
  }
  const auto submitted = one.submitted_at.value_or(one.created_at);
  property(out, std::string(kSchemaOrg) + "dateCreated", to_iso8601(submitted));
  if (one.ended_at)
    property(out, std::string(kSchemaOrg) + "dateModified", to_iso8601(*one.ended_at));
  const auto position = parse_position(answers.text(part.position));
  if (!part.position.empty() && position) {
    out.key(kLocationIri).begin_object().member("type", "GeoProperty").key("value").begin_object();
    out.member("type", "Point").key("coordinates").begin_array();
    out.number(position->longitude).number(position->latitude).end_array();
    out.end_object().end_object();
  }
  if (!photos.empty()) {
    out.key(std::string(kSchemaOrg) + "image").begin_object().member("type", "Property");
    out.key("value").begin_array();
    for (const std::string& photo : photos) out.string(photo);
    out.end_array().end_object();
  }
  out.end_object();
  return text;
}

}  // namespace revier::casework
