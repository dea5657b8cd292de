// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/purging.h"

#include <algorithm>

#include <fmt/format.h>

#include "context/binding.h"

namespace revier::federation::detail {
namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

std::string joined_names(const std::vector<std::string>& iris, const jsonld::Context& context) {
  std::string out;
  for (const std::string& iri : iris) {
    out.append(out.empty() ? "" : ",").append(context.compact_name(iri));
  }
  return out;
}

// Those of `names` that stand in `others`, or that do not.
std::vector<std::string> picked(const std::vector<std::string>& names,
                                const std::vector<std::string>& others, bool standing) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    const bool stands = std::ranges::find(others, name) != others.end();
    if (stands == standing) out.push_back(name);
  }
  return out;
}

class PurgePlanner {
 public:
  PurgePlanner(const PurgePlanning& planning, PurgePlan& plan)
      : planning_(planning), purge_(planning.purge), plan_(plan) {}

  Result<> add(const Match& match) {
    const Registration& registration = *match.registration;
    if ((registration.operations & kPurgeEntity) == 0) {
      if (registration.is_proxied()) refuse(registration, "its registration does not name purging");
      return {};
    }
    if (!registration.dataset_ids.empty()) {
      refuse(registration, "a purge cannot be told of some datasetIds only");
      return {};
    }
    for (std::size_t i = 0; i < registration.information.size(); ++i) {
      if (!match.information[i]) continue;
      const Information& information = registration.information[i];
      if (information.entities.empty()) RV_TRY(add_one(match.registration, information, nullptr));
      for (std::size_t k = 0; k < information.entities.size(); ++k) {
        if (!match.entities[i][k]) continue;
        RV_TRY(add_one(match.registration, information, &information.entities[k]));
      }
    }
    return {};
  }

 private:
  void refuse(const Registration& registration, std::string_view why) {
    plan_.refused.push_back(
        {registration.id,
         fail(Code::kConflict, fmt::format("the source was not asked to purge: {}", why)),
         {}});
  }

  Result<> add_one(const RegistrationPtr& registration, const Information& information,
                   const EntityInfo* entity) {
    const auto own = planning_.contexts.find(registration->id);
    const bool linked = !purge_.context->link().empty();
    const jsonld::ContextPtr client = linked ? purge_.context : planning_.core;
    PurgeCall call{registration, own == planning_.contexts.end() ? client : own->second, {}};
    if (!add_filters(call)) {
      refuse(*registration, "the filters cannot be told under its @context");
      return {};
    }
    add_types(entity, call);
    RV_ASSIGN(const bool meant, add_ids(information, entity, call));
    if (!meant || !add_reduction(information, call)) return {};
    const auto same = [&](const PurgeCall& other) {
      return other.registration == registration && other.params == call.params;
    };
    if (std::ranges::none_of(plan_.calls, same)) plan_.calls.push_back(std::move(call));
    return {};
  }

  void add_types(const EntityInfo* entity, PurgeCall& call) const {
    std::string type;
    if (entity != nullptr) {
      for (const std::string& iri : entity->types) {
        type.append(type.empty() ? "" : ";").append(call.context->compact_name(iri));
      }
      if (entity->types.size() > 1) type = fmt::format("({})", type);  // 4.17
    } else {
      type = rewritten(purge_.selection.type, *purge_.context, *call.context);
    }
    if (!type.empty()) call.params.emplace_back("type", std::move(type));
  }

  // False where no id is meant by both. Errors: kBadRequestData.
  Result<bool> add_ids(const Information& information, const EntityInfo* entity, PurgeCall& call) {
    const ngsi::Selection& asked = purge_.selection;
    if (entity != nullptr && !entity->id.empty()) {
      call.params.emplace_back("id", entity->id);
      if (!asked.id_pattern.empty()) call.params.emplace_back("idPattern", asked.id_pattern);
      return true;
    }
    const bool pattern = entity != nullptr && !entity->id_pattern.empty();
    if (!asked.ids.empty()) {
      std::vector<std::string> ids = asked.ids;
      if (pattern) {
        RV_ASSIGN(ids, ids_within(call.registration, information, *entity));
      }
      if (ids.empty()) return false;
      call.params.emplace_back("id", fmt::format("{}", fmt::join(ids, ",")));
    } else if (pattern && !asked.id_pattern.empty() && asked.id_pattern != entity->id_pattern) {
      refuse(*call.registration, "one request cannot tell of two patterns of ids");
      return false;
    } else if (pattern) {
      call.params.emplace_back("idPattern", entity->id_pattern);
      return true;
    }
    if (!asked.id_pattern.empty()) call.params.emplace_back("idPattern", asked.id_pattern);
    return true;
  }

  // The ids that are asked for and that the pattern of the registration means.
  Result<std::vector<std::string>> ids_within(const RegistrationPtr& registration,
                                              const Information& information,
                                              const EntityInfo& entity) const {
    Registration one = *registration;
    one.information = {{{entity}, information.attributes}};
    const auto only = std::make_shared<const Registration>(std::move(one));
    std::vector<std::string> out;
    for (const std::string& id : purge_.selection.ids) {
      Wanted wanted;
      wanted.selection.ids = {id};
      RV_ASSIGN(const auto match, planning_.registrations.match_one(only, wanted, *planning_.core));
      if (match) out.push_back(id);
    }
    return out;
  }

  // False where they name attributes under another @context than the source reads them.
  bool add_filters(PurgeCall& call) const {
    const ngsi::Selection& asked = purge_.selection;
    const bool named = !asked.q.empty() || !asked.geoproperty.empty();
    const bool read = call.context == purge_.context;
    if (named && !read) return false;
    const auto add = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) call.params.emplace_back(name, value);
    };
    std::vector<std::string> attrs;
    for (const std::string& name : asked.attrs) {
      const auto iri = purge_.context->expand_name(name);
      if (iri) attrs.push_back(*iri);
    }
    add("attrs", joined_names(attrs, *call.context));
    add("q", asked.q);
    add("expandValues", fmt::format("{}", fmt::join(asked.expand_values, ",")));
    add("jsonKeys", fmt::format("{}", fmt::join(asked.json_keys, ",")));
    add("scopeQ", asked.scope_q);
    add("georel", asked.georel);
    add("geometry", asked.geometry);
    add("coordinates", asked.coordinates);
    add("geoproperty", asked.geoproperty);
    return true;
  }

  // Where only some attributes are registered, entities are reduced and never deleted. False where
  // nothing of them is to go.
  bool add_reduction(const Information& information, PurgeCall& call) const {
    const auto& registered = information.attributes;
    const auto& asked = purge_.reduction;
    if (registered.empty()) {
      if (!asked) return true;
      call.params.emplace_back(asked->keep ? "keep" : "drop",
                               joined_names(asked->names_of, *call.context));
      return true;
    }
    const auto gone = asked ? picked(registered, asked->names_of, !asked->keep) : registered;
    if (gone.empty()) return false;
    call.params.emplace_back("drop", joined_names(gone, *call.context));
    return true;
  }

  const PurgePlanning& planning_;
  const Distribution::Purge& purge_;
  PurgePlan& plan_;
};

net::Outgoing outgoing_of(const PurgeCall& call, const Sending& sending) {
  net::Outgoing out;
  out.method = net::Method::kDelete;
  out.url = call.registration->endpoint + "/ngsi-ld/v1/entities";
  char separator = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    out.url.append(1, separator).append(name).append("=").append(context::percent_encoded(value));
    separator = '&';
  };
  for (const auto& [name, value] : call.params) add(name, value);
  if (call.registration->management.local_only) add("local", "true");
  out.headers.emplace_back("Accept", "application/json");
  address(out, *call.registration, sending, call.context->link());
  return out;
}

// The errors of a BatchOperationResult; more than these are not told one by one.
constexpr std::size_t kErrorsMax = 1'000;

Result<> read_errors(std::string_view body, Distribution::Purged& out) {
  const auto document = json::Document::parse(body);
  const auto errors = document ? document->root().find("errors") : std::nullopt;
  if (!errors) return fail(Code::kBadGateway, "the source has done a part of it only");
  for (const json::Value error : errors->elements()) {
    const auto id = error.find("entityId");
    if (!id || !id->as_string() || out.entities.size() == kErrorsMax) {
      return fail(Code::kBadGateway, "the source has done a part of it only");
    }
    const Error failed{Code::kConflict, "the source has not purged it"};
    out.entities.emplace_back(std::string(*id->as_string()), failed);
  }
  return {};
}

Result<> result_of(const Result<net::Reply>& reply, Distribution::Purged& out) {
  if (!reply) {
    if (reply.error().code == Code::kTimeout) {
      return fail(Code::kTimeout, "the source did not answer in time");
    }
    return fail(Code::kBadGateway, "the source cannot be asked");
  }
  if (reply->status == 207) return read_errors(reply->body, out);
  if (reply->status >= 200 && reply->status <= 299) return {};
  const std::string what = fmt::format("the source answered {}", reply->status);
  switch (reply->status) {
    case 404:
      return {};  // it had nothing of it
    case 409:
      return fail(Code::kConflict, what);
    case 504:
      return fail(Code::kTimeout, what);
    case 508:
      return fail(Code::kLoopDetected, what);
    default:
      return fail(Code::kBadGateway, what);
  }
}

}  // namespace

Result<PurgePlan> plan_purge(const PurgePlanning& planning, const std::vector<Match>& matches) {
  PurgePlan plan;
  PurgePlanner planner(planning, plan);
  for (const Match& match : matches) RV_TRY(planner.add(match));
  return plan;
}

Task<Result<std::vector<Distribution::Purged>>> purge(Channel& channel, const SourceNeeds& needs,
                                                      Distribution::Purge purge) {
  Wanted wanted;
  wanted.selection.ids = purge.selection.ids;
  wanted.selection.id_pattern = purge.selection.id_pattern;
  wanted.selection.type = purge.selection.type;
  wanted.selection.q = purge.csf;
  for (const std::string& name : purge.selection.attrs) {
    RV_CO_ASSIGN(wanted.attributes.emplace_back(), ngsi::expand_checked(name, *purge.context));
  }
  RV_CO_ASSIGN(auto found, channel.find(purge.tenant, purge.request, wanted, *purge.context));
  std::erase_if(found.matches,
                [](const Match& match) { return match.registration->mode == Mode::kAuxiliary; });
  if (found.back && !found.matches.empty()) {
    co_return fail(Code::kLoopDetected, "the request has been here before");
  }
  const Contexts contexts = co_await channel.contexts_of(found.matches);
  const jsonld::ContextPtr core = needs.catalogue.core();
  RV_CO_ASSIGN(PurgePlan plan,
               plan_purge({purge, needs.registrations, core, contexts}, found.matches));
  RV_CO_TRY(channel.check_number(plan.calls.size()));
  std::vector<std::unique_ptr<Reply>> replies;
  const Sending sending = channel.sending(purge.request, purge.tenant);
  for (const PurgeCall& call : plan.calls) {
    replies.push_back(channel.send(*call.registration, outgoing_of(call, sending)));
  }
  std::vector<Distribution::Purged> out = std::move(plan.refused);
  for (std::size_t i = 0; i < plan.calls.size(); ++i) {
    const Result<net::Reply> reply = co_await *replies[i];
    const Registration& registration = *plan.calls[i].registration;
    channel.note_reply(registration, reply);
    Distribution::Purged& purged = out.emplace_back();
    purged.registration = registration.id;
    purged.result = result_of(reply, purged);
  }
  co_return out;
}

}  // namespace revier::federation::detail
