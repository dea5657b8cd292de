// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/sharing.h"

#include <algorithm>

namespace revier::context::detail {
namespace {

using Act = Distribution::Act;
using Outcome = Distribution::Outcome;
using Piece = Distribution::Piece;

// IRIs of what is written and of what the entity here is.
std::vector<std::string> known_types(const Api& api, const Exchange& exchange, std::string_view id,
                                     const ngsi::Fragment& fragment) {
  std::vector<std::string> out = fragment.types;
  const ngsi::EntityPtr entity = api.broker.find(exchange.tenant, id);
  if (!entity) return out;
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  for (const ngsi::NameId type : entity->types()) {
    std::string iri = names.iri(type);
    if (std::ranges::find(out, iri) == out.end()) out.push_back(std::move(iri));
  }
  return out;
}

Piece piece_of(const Api& api, const Exchange& exchange, std::string id,
               const ngsi::Fragment& fragment, std::optional<json::Value> body,
               jsonld::ContextPtr context) {
  Piece piece{std::move(id), {}, {}, body, std::move(context)};
  piece.types = known_types(api, exchange, piece.id, fragment);
  for (const ngsi::FragmentAttribute& attribute : fragment.attributes) {
    const bool again =
        std::ranges::find(piece.attributes, attribute.name) != piece.attributes.end();
    if (!again) piece.attributes.push_back(attribute.name);
  }
  return piece;
}

void take_out(ngsi::Fragment& fragment, const Distribution::Held& held) {
  std::erase_if(fragment.attributes, [&held](const ngsi::FragmentAttribute& attribute) {
    return std::ranges::find(held.attributes, attribute.name) != held.attributes.end();
  });
}

bool any_alone(const std::vector<Outcome>& outcomes, std::size_t piece) {
  return std::ranges::any_of(outcomes, [piece](const Outcome& outcome) {
    return outcome.piece == piece && outcome.alone;
  });
}

// The part that is written here, and what became of it; nullopt: there is none.
using Here = std::optional<Result<Change>>;

// An entity that is not here is no error of a deletion where others alone have it (5.6.6).
bool is_nothing(const Here& here, const Deed& deed, const Distribution::Shared& shared) {
  return here && !*here && here->error().code == Code::kResourceNotFound &&
         (deed.act == Act::kDelete || deed.run) && any_alone(shared.outcomes, 0);
}

bool is_of_attributes(Act act) { return act == Act::kUpdate || act == Act::kAppend; }

// UpdateResult (5.2.18) over all places.
std::string joint_update(const Here& here, const Distribution::Shared& shared,
                         const std::vector<std::string>& sent) {
  std::string out;
  json::Writer writer(out);
  std::vector<std::string> updated;
  if (here && *here) updated = (*here)->what.result.updated;
  for (const Outcome& outcome : shared.outcomes) {
    if (!outcome.result) continue;
    for (const std::string& name : outcome.attributes) {
      if (std::ranges::find(updated, name) == updated.end()) updated.push_back(name);
    }
  }
  writer.begin_object().key("updated").begin_array();
  for (const std::string& name : updated) writer.string(name);
  writer.end_array().key("notUpdated").begin_array();
  const auto refuse = [&writer](std::string_view name, std::string_view why,
                                std::string_view registration) {
    writer.begin_object().member("attributeName", name).member("reason", why);
    if (!registration.empty()) writer.member("registrationId", registration);
    writer.end_object();
  };
  if (here && *here) {
    for (const auto& each : (*here)->what.result.not_updated)
      refuse(each.attribute, each.reason, "");
  } else if (here) {
    for (const std::string& name : sent) refuse(name, here->error().message, "");
  }
  for (const Outcome& outcome : shared.outcomes) {
    if (outcome.result) continue;
    for (const std::string& name : outcome.attributes) {
      refuse(name, outcome.result.error().message, outcome.registration);
    }
  }
  writer.end_array().end_object();
  return out;
}

net::Response answer_done(const net::Request& request, const Deed& deed,
                          const Distribution::Shared& shared) {
  if (deed.done) return deed.done(std::ranges::any_of(shared.outcomes, &Outcome::created));
  if (deed.act != Act::kCreate) return answer_empty(request, 204);
  net::Response response = answer_empty(request, 201);
  response.header("Location", "/ngsi-ld/v1/entities/" + percent_encoded(deed.id));
  return response;
}

net::Response answer_partly(const net::Request& request, const Deed& deed, const Here& here,
                            const Distribution::Shared& shared,
                            const std::vector<std::string>& left) {
  if (is_of_attributes(deed.act)) {
    return answer(request, 207, Media::kJson, joint_update(here, shared, left));
  }
  BatchResult result;
  if (here && *here) result.success.push_back(deed.id);
  if (here && !*here) result.errors.push_back({deed.id, here->error(), {}});
  for (const Outcome& outcome : shared.outcomes) {
    if (!outcome.result) {
      result.errors.push_back({deed.id, outcome.result.error(), outcome.registration});
    } else if (result.success.empty()) {
      result.success.push_back(deed.id);
    }
  }
  net::Response response = answer_batch(request, result);
  if (deed.act == Act::kCreate) {
    response.header("Location", "/ngsi-ld/v1/entities/" + percent_encoded(deed.id));
  }
  return response;
}

Result<net::Response> answer_joint(const net::Request& request, const Deed& deed, const Here& here,
                                   const Distribution::Shared& shared,
                                   const std::vector<std::string>& left) {
  const bool refused_here = here && *here && !(*here)->what.result.not_updated.empty();
  std::vector<Error> errors;
  bool partial = refused_here;
  if (here && !*here) errors.push_back(here->error());
  for (const Outcome& outcome : shared.outcomes) {
    if (!outcome.result) errors.push_back(outcome.result.error());
    partial = partial || outcome.partial;
  }
  if (errors.empty() && !partial) return answer_done(request, deed, shared);
  const std::size_t places = shared.outcomes.size() + (here ? 1 : 0);
  const auto conflict = [](const Error& error) { return error.code == Code::kConflict; };
  const bool none = errors.size() == places && !partial;
  if (none && (places == 1 || std::ranges::all_of(errors, conflict))) return fail(errors.front());
  return answer_partly(request, deed, here, shared, left);
}

}  // namespace

Result<Deed> body_deed(const Api& api, const Exchange& exchange, Act act, std::string id,
                       ngsi::Fragment fragment) {
  Deed deed{.act = act, .id = std::move(id), .fragment = std::move(fragment)};
  deed.body = exchange.body->root();
  RV_ASSIGN(deed.context, context_of(api, exchange, *deed.body));
  return deed;
}

Task<Result<net::Response>> run_shared(const Api& api, const net::Request& request,
                                       const Exchange& exchange, Deed deed) {
  std::vector<Piece> pieces = {
      piece_of(api, exchange, deed.id, deed.fragment, deed.body, deed.context)};
  if (!deed.attribute.empty()) pieces.front().attributes = {deed.attribute};
  pieces.front().instance = deed.instance;
  RV_CO_ASSIGN(const Distribution::Shared shared,
               co_await api.distribution->share({deed.act, exchange.tenant, request, pieces}));
  take_out(deed.fragment, shared.held.front());
  std::vector<std::string> left;
  for (const auto& attribute : deed.fragment.attributes) left.push_back(attribute.name);
  Here here;
  if (!shared.held.front().whole) {
    if (deed.run) {
      const Result<> done = co_await deed.run(std::move(deed.fragment));
      here = done ? Result<Change>(Change{}) : fail(done.error());
    } else {
      here = co_await write_one(api, request, exchange, deed.make(std::move(deed.fragment)));
    }
  }
  if (is_nothing(here, deed, shared)) here.reset();
  co_return answer_joint(request, deed, here, shared, left);
}

Task<Result<>> share_batch(const Api& api, const net::Request& request, const Exchange& exchange,
                           Act act, std::vector<Element>& elements, BatchResult& result) {
  std::vector<Piece> pieces;
  for (const Element& element : elements) {
    pieces.push_back(
        piece_of(api, exchange, element.id, element.fragment, element.body, element.context));
  }
  if (pieces.empty()) co_return Result<>{};
  RV_CO_ASSIGN(const Distribution::Shared shared,
               co_await api.distribution->share({act, exchange.tenant, request, pieces}));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    take_out(elements[i].fragment, shared.held[i]);
    elements[i].elsewhere = shared.held[i].whole;
    elements[i].alone = any_alone(shared.outcomes, i);
  }
  for (const Outcome& outcome : shared.outcomes) {
    const std::string& id = pieces[outcome.piece].id;
    if (!outcome.result) {
      result.errors.push_back({id, outcome.result.error(), outcome.registration});
      continue;
    }
    result.success.push_back(id);
    if (outcome.created) result.created.push_back(id);
  }
  co_return Result<>{};
}

}  // namespace revier::context::detail
