// SPDX-License-Identifier: EUPL-1.2
#include "console/data_call.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "json/json.h"
#include "web/html.h"

namespace revier::console {
namespace {

constexpr std::string_view kEntityQuery = "/ngsi-ld/v1/entityOperations/query";
constexpr std::string_view kTemporalQuery = "/ngsi-ld/v1/temporal/entityOperations/query";
constexpr std::string_view kTemporalEntities = "/ngsi-ld/v1/temporal/entities/";

std::string encoded(std::string_view text) {
  web::Html out(web::Language::kDe);
  out.url_part(text);
  return std::move(out).take();
}

void write_member(json::Writer& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.member(name, text);
}

void write_geo(json::Writer& out, const Question& question) {
  if (question.georel.empty() && question.geometry.empty() && question.coordinates.empty()) return;
  out.key("geoQ").begin_object();
  write_member(out, "georel", question.georel);
  write_member(out, "geometry", question.geometry);
  const auto coordinates = json::Document::parse(question.coordinates);
  if (coordinates && coordinates->root().is_array()) {
    out.key("coordinates").value(coordinates->root());
  } else {
    write_member(out, "coordinates", question.coordinates);
  }
  write_member(out, "geoproperty", question.geoproperty);
  out.end_object();
}

// The number that the whole text is.
std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

void write_time(json::Writer& out, const Question& question) {
  if (!question.is_temporal()) return;
  out.key("temporalQ").begin_object();
  write_member(out, "timerel", question.timerel);
  write_member(out, "timeAt", question.time_at);
  write_member(out, "endTimeAt", question.end_time_at);
  write_member(out, "timeproperty", question.timeproperty);
  if (const auto last = number_in(question.last_n)) {
    out.member("lastN", *last);
  } else {
    write_member(out, "lastN", question.last_n);  // the API says what is wrong with it
  }
  out.end_object();
}

std::string_view format_of(const Question& question) {
  if (question.format == "concise") return "concise";
  if (question.format != "simplified") return "normalized";
  return question.is_temporal() ? "temporalValues" : "simplified";
}

std::string target_of(const Question& question) {
  std::string target = fmt::format("{}?limit={}&count=true&format={}",
                                   question.is_temporal() ? kTemporalQuery : kEntityQuery,
                                   question.limit, format_of(question));
  if (question.offset > 0) target += fmt::format("&offset={}", question.offset);
  if (!question.elsewhere) target += "&local=true";
  return target;
}

}  // namespace

Call call_of(const Question& question, std::string_view terms) {
  const bool has_terms = question.context_url.empty() && terms != "{}";
  const bool has_context = has_terms || !question.context_url.empty();
  Call call{.method = net::Method::kPost,
            .target = target_of(question),
            .media = has_context ? "application/ld+json" : "application/json",
            .body = {}};
  json::Writer out(call.body);
  out.begin_object().member("type", "Query");
  if (!question.type.empty()) {
    out.key("entities").begin_array().begin_object();
    out.member("type", question.type);
    out.end_object().end_array();
  }
  write_member(out, "q", question.q);
  write_member(out, "scopeQ", question.scope_q);
  write_geo(out, question);
  if (!question.pick.empty()) out.key("pick").begin_array().string(question.pick).end_array();
  write_time(out, question);
  if (has_terms) out.key("@context").raw(terms);
  write_member(out, "@context", question.context_url);
  out.end_object();
  return call;
}

Call call_of(const Evolution& evolution) {
  return {.method = net::Method::kGet,
          .target =
              fmt::format("{}{}?attrs={}&format=aggregatedValues"
                          "&aggrMethods=avg,min,max,totalCount&aggrPeriodDuration={}"
                          "&timerel=after&timeAt={}&timeproperty={}",
                          kTemporalEntities, encoded(evolution.entity),
                          encoded(evolution.attribute), evolution.period, encoded(evolution.since),
                          evolution.by_observation ? "observedAt" : "modifiedAt"),
          .media = {},
          .body = {}};
}

std::string shell_quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string curl_of(const Call& call, const Teller& teller) {
  std::string line = "curl -s";
  if (!teller.tenant.empty()) line += " -H " + shell_quoted("NGSILD-Tenant: " + teller.tenant);
  if (teller.needs_token) line += " -H \"Authorization: Bearer $TOKEN\"";
  if (!call.media.empty()) line += " -H " + shell_quoted("Content-Type: " + call.media);
  if (!call.body.empty()) line += " -d " + shell_quoted(call.body);
  return line + " " + shell_quoted(teller.origin + call.target);
}

}  // namespace revier::console
