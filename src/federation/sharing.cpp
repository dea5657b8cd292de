// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/sharing.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "context/binding.h"

namespace revier::federation::detail {
namespace {

using Act = Distribution::Act;
using Piece = Distribution::Piece;
using Outcome = Distribution::Outcome;

constexpr std::string_view kEntitiesPath = "/ngsi-ld/v1/entities";
constexpr std::string_view kTemporalEntities = "/ngsi-ld/v1/temporal/entities";
constexpr std::string_view kBatches = "/ngsi-ld/v1/entityOperations/";

// How an act is asked for, and what a source must take for it.
struct Way {
  Operation needed;
  net::Method method;
  std::string_view end;  // of the path: of the entity's, or of the batches'
};
constexpr std::array<Way, 20> kWays = {{
    {kCreateEntity, net::Method::kPost, ""},
    {kUpdateEntity, net::Method::kPatch, "/attrs/"},
    {kAppendAttrs, net::Method::kPost, "/attrs/"},
    {kUpdateAttrs, net::Method::kPatch, "/attrs/"},
    {kReplaceAttrs, net::Method::kPut, "/attrs/"},
    {kDeleteAttrs, net::Method::kDelete, "/attrs/"},
    {kDeleteEntity, net::Method::kDelete, ""},
    {kMergeEntity, net::Method::kPatch, ""},
    {kReplaceEntity, net::Method::kPut, ""},
    {kUpsertTemporal, net::Method::kPost, ""},
    {kAppendTemporal, net::Method::kPost, "/attrs/"},
    {kDeleteAttrsTemporal, net::Method::kDelete, "/attrs/"},
    {kUpdateInstance, net::Method::kPatch, "/attrs/"},
    {kDeleteInstance, net::Method::kDelete, "/attrs/"},
    {kDeleteTemporal, net::Method::kDelete, ""},
    {kCreateBatch, net::Method::kPost, "create"},
    {kUpsertBatch, net::Method::kPost, "upsert"},
    {kUpdateBatch, net::Method::kPost, "update"},
    {kDeleteBatch, net::Method::kPost, "delete"},
    {kMergeBatch, net::Method::kPost, "merge"},
}};
const Way& way_of(Act act) { return kWays[static_cast<std::size_t>(act)]; }

bool is_batch(Act act) { return act >= Act::kCreateBatch; }
bool is_of_history(Act act) { return act >= Act::kUpsertHistory && act <= Act::kDeleteHistory; }
bool is_of_instance(Act act) { return act == Act::kReplaceInstance || act == Act::kDeleteInstance; }
bool is_of_attribute(Act act) {
  return act == Act::kUpdateAttribute || act == Act::kReplaceAttribute ||
         act == Act::kDeleteAttribute || act == Act::kDeleteHistoryOfAttribute ||
         is_of_instance(act);
}

bool takes(const Registration& registration, Act act) {
  return (registration.operations & way_of(act).needed) != 0;
}

// What is asked for entity by entity of a source that does not take the batch.
std::optional<Act> single_of(Act act) {
  switch (act) {
    case Act::kCreateBatch:
    case Act::kUpsertBatch:
      return Act::kCreate;
    case Act::kUpdateBatch:
      return Act::kAppend;
    case Act::kDeleteBatch:
      return Act::kDelete;
    case Act::kMergeBatch:
      return Act::kMerge;
    default:
      return std::nullopt;
  }
}

// The attributes of `match` that are among those; nullopt: none of them. An entity as a whole is
// not told by attributes.
std::optional<std::vector<std::string>> share_in(const Match& match, const Piece& piece,
                                                 const std::vector<std::string>& left) {
  if (piece.attributes.empty()) return std::vector<std::string>{};
  std::vector<std::string> out;
  const Registration& registration = *match.registration;
  for (const std::string& name : left) {
    for (std::size_t i = 0; i < registration.information.size(); ++i) {
      const auto& offered = registration.information[i].attributes;
      const bool has = offered.empty() || std::ranges::find(offered, name) != offered.end();
      if (!match.information[i] || !has) continue;
      out.push_back(name);
      break;
    }
  }
  if (out.empty()) return std::nullopt;
  return out;
}

// Types of a piece that are known hold all that the registration names (4.17).
bool fits_types(const Match& match, const Piece& piece) {
  if (piece.types.empty()) return true;
  const Registration& registration = *match.registration;
  for (std::size_t i = 0; i < registration.information.size(); ++i) {
    if (!match.information[i]) continue;
    const auto& entities = registration.information[i].entities;
    if (entities.empty()) return true;
    for (std::size_t k = 0; k < entities.size(); ++k) {
      const auto known = [&](const std::string& type) {
        return std::ranges::find(piece.types, type) != piece.types.end();
      };
      if (match.entities[i][k] && std::ranges::all_of(entities[k].types, known)) return true;
    }
  }
  return false;
}

class Planning {
 public:
  explicit Planning(const Distribution::Share& share) : share_(share) {
    plan_.shared.held.resize(share.pieces.size());
  }

  void add(std::size_t index, const std::vector<Match>& matches) {
    const Piece& piece = share_.pieces[index];
    std::vector<std::string> left = piece.attributes;
    for (const Mode mode : {Mode::kExclusive, Mode::kRedirect, Mode::kInclusive}) {
      std::vector<std::string> gone;
      for (const Match& match : matches) {
        if (match.registration->mode != mode || !fits_types(match, piece)) continue;
        auto share = share_in(match, piece, left);
        if (!share) continue;
        if (mode != Mode::kInclusive) gone.insert(gone.end(), share->begin(), share->end());
        give(match.registration, {index, std::move(*share)});
      }
      std::erase_if(left, [&gone](const std::string& name) {
        return std::ranges::find(gone, name) != gone.end();
      });
      if (!piece.attributes.empty() && left.empty()) break;
    }
    Distribution::Held& held = plan_.shared.held[index];
    held.whole = !piece.attributes.empty() && left.empty();
    for (const std::string& name : piece.attributes) {
      if (std::ranges::find(left, name) == left.end()) held.attributes.push_back(name);
    }
  }

  Plan take() { return std::move(plan_); }

 private:
  void give(const RegistrationPtr& registration, Portion part) {
    const auto single = single_of(share_.act);
    if (takes(*registration, share_.act)) {
      delivery_for(registration).parts.push_back(std::move(part));
    } else if (single && takes(*registration, *single)) {
      plan_.deliveries.push_back({registration, *single, again(*registration), {std::move(part)}});
    } else if (registration->is_proxied()) {
      plan_.shared.outcomes.push_back(
          {.piece = part.piece,
           .registration = registration->id,
           .attributes = std::move(part.attributes),
           .alone = true,
           .result = fail(Code::kConflict,
                          "what another source alone has is not written by this operation: its "
                          "registration does not name it")});
    }
  }

  std::optional<Act> again(const Registration& registration) const {
    if (share_.act != Act::kUpsertBatch) return std::nullopt;
    const std::string options = share_.request.query_param("options").value_or("");
    const Act act = options == "update" ? Act::kUpdate : Act::kReplace;
    if (!takes(registration, act)) return std::nullopt;
    return act;
  }

  Delivery& delivery_for(const RegistrationPtr& registration) {
    if (is_batch(share_.act)) {
      for (Delivery& known : plan_.deliveries) {
        if (known.registration == registration && known.act == share_.act) return known;
      }
    }
    return plan_.deliveries.emplace_back(Delivery{registration, share_.act, {}, {}});
  }

  const Distribution::Share& share_;
  Plan plan_;
};

std::string path_of(const Delivery& delivery, const Piece& piece, const jsonld::ContextPtr& own) {
  const Act act = delivery.act;
  const Way& way = way_of(act);
  if (is_batch(act)) return std::string(kBatches).append(way.end);
  std::string path(is_of_history(act) ? kTemporalEntities : kEntitiesPath);
  const bool is_new = act == Act::kCreate || act == Act::kUpsertHistory;
  if (!is_new) path.append("/").append(context::percent_encoded(piece.id));
  path.append(way.end);
  if (is_of_attribute(act)) {
    const jsonld::Context& names = own ? *own : *piece.context;
    path.append(context::percent_encoded(names.compact_name(piece.attributes.front())));
    if (is_of_instance(act)) path.append("/").append(context::percent_encoded(piece.instance));
  }
  return path;
}

// The client's parameters, but for what is decided here; those of a batch are not of its entities.
std::string params_of(const Delivery& delivery, const Distribution::Share& share,
                      const jsonld::ContextPtr& own) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    out.append(out.empty() ? "?" : "&").append(name).append("=");
    out.append(context::percent_encoded(value));
  };
  for (const auto& [name, value] : share.request.query_params()) {
    const bool kept = delivery.act == share.act || value == "noOverwrite";
    if (name == "local" || !kept) continue;
    const auto& names = share.pieces.front().context;
    add(name, name == "type" && own ? rewritten(value, *names, *own) : value);
  }
  if (delivery.registration->management.local_only) add("local", "true");
  return out;
}

std::string body_of(const Delivery& delivery, const Distribution::Share& share,
                    const jsonld::ContextPtr& own) {
  const auto& pieces = share.pieces;
  std::string text;
  json::Writer out(text);
  if (is_of_attribute(delivery.act)) {
    write_attribute_part(out, pieces[delivery.parts.front().piece], own);
    return text;
  }
  if (is_batch(delivery.act)) out.begin_array();
  for (const Portion& part : delivery.parts) {
    if (delivery.act == Act::kDeleteBatch) {
      out.string(pieces[part.piece].id);
    } else {
      write_entity_part(out, pieces[part.piece], part, own);
    }
  }
  if (is_batch(delivery.act)) out.end_array();
  return text;
}

Error error_of(int status, Act act) {
  const std::string what = fmt::format("the source answered {}", status);
  switch (status) {
    case 404:
      return {Code::kResourceNotFound, what};
    case 409:
      return {act == Act::kCreate ? Code::kAlreadyExists : Code::kConflict, what};
    case 504:
      return {Code::kTimeout, what};
    case 508:
      return {Code::kLoopDetected, what};
    default:
      return {Code::kBadGateway, what};
  }
}

Error error_of(const Error& error) {
  if (error.code == Code::kTimeout) return {Code::kTimeout, "the source did not answer in time"};
  return {Code::kBadGateway, "the source cannot be asked"};
}

// The entities that a BatchOperationResult tells errors of; nullopt where it cannot be read.
std::optional<std::map<std::string, int>> failed_in(std::string_view body) {
  const auto document = json::Document::parse(body);
  const auto errors = document ? document->root().find("errors") : std::nullopt;
  if (!errors) return std::nullopt;
  std::map<std::string, int> out;
  for (const json::Value error : errors->elements()) {
    const auto id = error.find("entityId");
    const auto problem = error.find("error");
    const auto status = problem ? problem->find("status") : std::nullopt;
    if (id && id->as_string()) {
      out.emplace(*id->as_string(),
                  static_cast<int>(status ? status->as_integer().value_or(0) : 0));
    }
  }
  return out;
}

}  // namespace

Plan plan_of(const Distribution::Share& share, const std::vector<std::vector<Match>>& matches) {
  Planning planning(share);
  for (std::size_t i = 0; i < share.pieces.size(); ++i) planning.add(i, matches[i]);
  return planning.take();
}

net::Outgoing outgoing_of(const Delivery& delivery, const Distribution::Share& share,
                          const Sending& sending, const jsonld::ContextPtr& own) {
  const Piece& first = share.pieces[delivery.parts.front().piece];
  net::Outgoing out;
  out.method = way_of(delivery.act).method;
  out.url = delivery.registration->endpoint + path_of(delivery, first, own) +
            params_of(delivery, share, own);
  bool inside = false;  // the body brings its @context
  if (first.body || delivery.act == Act::kDeleteBatch) {
    out.body = body_of(delivery, share, own);
    inside = !own && first.body && first.body->find("@context");
    out.headers.emplace_back("Content-Type", inside ? "application/ld+json" : "application/json");
  }
  out.headers.emplace_back("Accept", "application/json");
  const jsonld::ContextPtr& names = own ? own : first.context;
  address(out, *delivery.registration, sending, inside ? "" : names->link());
  return out;
}

void add_outcomes(const Delivery& delivery, const Distribution::Share& share,
                  const Result<net::Reply>& reply, Distribution::Shared& shared) {
  std::optional<std::map<std::string, int>> failed;
  const bool some = reply && reply->status == 207;
  if (some && is_batch(delivery.act)) failed = failed_in(reply->body);
  const bool creates = delivery.act == Act::kCreate || delivery.act == Act::kCreateBatch;
  for (const Portion& part : delivery.parts) {
    Outcome& outcome =
        shared.outcomes.emplace_back(Outcome{.piece = part.piece,
                                             .registration = delivery.registration->id,
                                             .attributes = part.attributes,
                                             .alone = delivery.registration->is_proxied()});
    if (!reply) {
      outcome.result = fail(error_of(reply.error()));
    } else if (failed) {
      const auto found = failed->find(share.pieces[part.piece].id);
      if (found != failed->end()) outcome.result = fail(error_of(found->second, Act::kCreate));
    } else if (some) {
      outcome.partial = true;
      outcome.result = fail(Code::kConflict, "the source has done a part of it only");
    } else if (reply->status < 200 || reply->status > 299) {
      outcome.result = fail(error_of(reply->status, delivery.act));
    }
    outcome.created = outcome.result && (creates || (reply && reply->status == 201));
  }
}

}  // namespace revier::federation::detail
