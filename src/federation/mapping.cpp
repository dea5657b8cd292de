// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/mapping.h"

#include <algorithm>
#include <set>

#include "context/binding.h"
#include "ngsi/parse.h"

namespace revier::federation::detail {
namespace {

using context::Distribution;
using Report = Distribution::Report;

constexpr std::size_t kLocationBytesMax = 2'048;
// Params that only a question for a map has.
constexpr std::string_view kWanted = "entityMap";
constexpr std::string_view kLifetime = "entityMapLifetime";

bool has(const Question& question, std::string_view name) {
  return std::ranges::any_of(question.params, [&](const auto& one) { return one.first == name; });
}

// Nothing that would end a header.
bool is_location(std::string_view text) {
  return !text.empty() && text.size() <= kLocationBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// Empty: it tells of none.
std::string location_in(const net::Reply& reply) {
  for (const auto& [name, value] : reply.headers) {
    if (net::equals_ignoring_case(name, context::kMapHeader) && is_location(value)) return value;
  }
  return {};
}

std::string_view id_in(std::string_view location) {
  return location.substr(location.find_last_of('/') + 1);
}

// Whether an id lies within what was asked.
class Within {
 public:
  explicit Within(const Question& question) {
    for (const Question::Reach& reach : question.reach) {
      if (reach.entity != nullptr && !reach.entity->id.empty()) {
        ids_.insert(reach.entity->id);
      } else if (reach.entity != nullptr && reach.entity->pattern) {
        patterns_.push_back(*reach.entity->pattern);
      } else {
        any_ = true;
      }
    }
    for (const auto& [name, value] : question.params) {
      if (name != "id") continue;
      for (const std::string& id : context::listed(value)) asked_.insert(id);
    }
  }

  bool operator()(const std::string& id) const {
    if (!asked_.empty() && !asked_.contains(id)) return false;
    return any_ || ids_.contains(id) ||
           std::ranges::any_of(patterns_,
                               [&](const ngsi::Pattern& one) { return one.found_in(id); });
  }

 private:
  bool any_ = false;
  std::set<std::string, std::less<>> ids_;
  std::vector<ngsi::Pattern> patterns_;
  std::set<std::string, std::less<>> asked_;  // empty: any
};

// One map after the other into what all of them say.
class Gathering {
 public:
  Gathering(Channel& channel, const SourceOptions& options, const Distribution::Ask& ask)
      : channel_(channel), options_(options), places_max_(ask.maps_wanted->places_max) {}

  // False where the source makes no map: it is to be asked for its entities.
  bool take(const Question& question, const Result<net::Reply>& reply, Report& out) {
    const Registration& registration = *question.registration;
    if (!reply) {  // it would not answer that either, or not so that it could be taken
      const bool large = reply.error().code == Code::kTooLarge;
      warn(registration, large ? Warning::kInvalid : Warning::kSilent, reply.error().message, out,
           wants_rest(reply));
      return true;
    }
    bytes_ += reply->body.size();
    if (bytes_ > options_.bytes_max) {
      warn(registration, Warning::kInvalid, "more than is taken", out, /*rests=*/false);
      return true;
    }
    auto map = map_of(question, *reply);
    channel_.note(registration, false, "");
    if (!map) return false;
    for (std::string& id : map->ids) {
      if (out.origins.size() > places_max_) break;
      auto [sources, is_new] = out.origins.try_emplace(id);
      sources->second.push_back(registration.id);
      if (is_new) out.candidates.push_back(std::move(id));
    }
    out.relinked.emplace(registration.id, std::move(map->link));
    return true;
  }

 private:
  void warn(const Registration& registration, Warning warning, const std::string& reason,
            Report& out, bool rests) {
    channel_.note(registration, true, reason, rests);
    out.warnings.push_back(warning_text(registration, warning));
  }

  Channel& channel_;
  const SourceOptions& options_;
  const std::size_t places_max_;
  std::size_t bytes_ = 0;  // that all have sent
};

}  // namespace

Result<SourceMap> map_of(const Question& question, const net::Reply& reply) {
  if (reply.status != 200 && reply.status != 201) {
    return fail(Code::kBadRequestData, "the source makes no entity map");
  }
  RV_ASSIGN(const json::Document document, json::Document::parse(reply.body));
  const json::Value root = document.root();
  const auto places = root.find("entityMap");
  if (root.text("type") != "EntityMap" || !places || !places->is_object()) {
    return fail(Code::kBadRequestData, "what the source sent is no entity map");
  }
  SourceMap out;
  out.link.id = root.text("id");
  RV_TRY(ngsi::check_uri(out.link.id, "id"));
  out.link.location = location_in(reply);
  if (out.link.location.empty()) {
    out.link.location = "/ngsi-ld/v1/entityMaps/" + out.link.id;
    if (!is_location(out.link.location)) {
      return fail(Code::kBadRequestData, "the entity map has no location");
    }
  }
  const Within within(question);
  for (const auto [key, value] : places->members()) {
    RV_TRY(ngsi::check_uri(key, "an entity"));
    std::string id(key);
    if (within(id)) out.ids.push_back(std::move(id));
  }
  return out;
}

Task<Result<std::vector<Match>>> map_at_sources(Channel& channel, const SourceOptions& options,
                                                const Asking& asking, Report& report) {
  std::vector<Match> makers;
  std::vector<Match> others;
  for (const Match& match : asking.matches) {
    const bool makes = makes_maps(*match.registration, asking.time != nullptr);
    (makes ? makers : others).push_back(match);
  }
  Asking for_maps{asking.ask,      makers,     asking.core, asking.split_entities,
                  asking.contexts, asking.time};
  for_maps.for_maps = true;
  const std::vector<Question> questions = questions_of(for_maps);
  RV_CO_TRY(channel.check_number(questions.size()));
  std::vector<std::unique_ptr<Reply>> replies;
  const Sending sending = channel.sending(asking.ask.request, asking.ask.tenant);
  for (const Question& question : questions) {
    replies.push_back(channel.send(*question.registration, outgoing_of(question, sending, {})));
  }
  Gathering gathering(channel, options, asking.ask);
  std::set<std::string, std::less<>> told;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Result<net::Reply> reply = co_await *replies[i];
    if (gathering.take(questions[i], reply, report)) told.insert(questions[i].registration->id);
  }
  for (Match& match : makers) {
    if (!told.contains(match.registration->id)) others.push_back(std::move(match));
  }
  co_return others;
}

bool refuses_maps(const Question& question, const Result<net::Reply>& reply) {
  if (question.linked == nullptr && !has(question, kWanted)) return false;
  const bool refused =
      reply && ((reply->status >= 400 && reply->status < 500) || reply->status == 501);
  if (!refused) return false;
  // Of one entity that is not there it is no refusal.
  const bool of_one = question.path.find("/entities/") != question.path.npos;
  return reply->status != 404 || !of_one;
}

Question without_maps(Question question) {
  question.linked = nullptr;
  std::erase_if(question.params,
                [](const auto& one) { return one.first == kWanted || one.first == kLifetime; });
  return question;
}

void note_link(const Question& question, const net::Reply& reply,
               Distribution::Relinked& relinked) {
  const bool asked = question.linked != nullptr || has(question, kWanted);
  if (!asked || reply.status < 200 || reply.status > 206) return;
  std::string location = location_in(reply);
  std::string id(id_in(location));
  if (question.linked != nullptr && id == id_in(question.linked->location)) return;
  std::optional<Distribution::LinkedMap> link;
  if (ngsi::check_uri(id, "id")) link = {std::move(id), std::move(location)};
  if (link || question.linked != nullptr) {
    relinked.insert_or_assign(question.registration->id, std::move(link));
  }
}

}  // namespace revier::federation::detail
