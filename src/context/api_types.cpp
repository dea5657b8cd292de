// SPDX-License-Identifier: EUPL-1.2
// What there is: /types, /types/{type}, /attributes, /attributes/{attribute} (clauses 6.25 to 6.28,
// 5.7.5 to 5.7.10).
#include <map>
#include <set>

#include "base/random.h"
#include "context/detail/routes.h"
#include "context/facts.h"

namespace revier::context::detail {
namespace {

using ngsi::NameId;

using Facts = Distribution::Facts;
using Listing = Distribution::Listing;

// Of the entities of a selection: their attributes, by type and all together.
struct Survey {
  struct OfAttribute {
    std::size_t instances = 0;
    std::set<ngsi::Kind> kinds;
    std::set<NameId> types;
  };
  std::size_t entities = 0;
  std::map<NameId, std::set<NameId>> types;
  std::map<NameId, OfAttribute> attributes;

  void add(const ngsi::Entity& entity) {
    ++entities;
    const std::vector<NameId> own = entity.types();
    for (const NameId type : own) types[type];
    for (const ngsi::AttributeView& attribute : entity.attributes()) {
      OfAttribute& facts = attributes[attribute.name];
      ++facts.instances;
      facts.kinds.insert(attribute.kind);
      facts.types.insert(own.begin(), own.end());
      for (const NameId type : own) types[type].insert(attribute.name);
    }
  }

  [[nodiscard]] Facts facts(const ngsi::Names& names) const {
    Facts out;
    out.entities = entities;
    for (const auto& [type, own] : types) {
      auto& known = out.types[names.iri(type)];
      for (const NameId attribute : own) known.insert(names.iri(attribute));
    }
    for (const auto& [attribute, of] : attributes) {
      auto& known = out.attributes[names.iri(attribute)];
      known.instances = of.instances;
      for (const ngsi::Kind kind : of.kinds) known.kinds.emplace(ngsi::kind_name(kind));
      for (const NameId type : of.types) known.types.insert(names.iri(type));
    }
    return out;
  }
};

Task<Result<Facts>> survey(const Api& api, const Exchange& exchange,
                           const ngsi::Selection& selection) {
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  Survey found;
  const Broker::Visit visit = [&found](const ngsi::Entity& entity) { found.add(entity); };
  RV_CO_TRY(co_await api.broker.for_each(exchange.tenant, predicate, visit,
                                         api.broker.options().query_cpu_ms_max));
  co_return found.facts(names);
}

// What is here.
Task<Result<Facts>> local_facts(const Api& api, const Exchange& exchange, Listing listing,
                                const std::string& name) {
  Facts out;
  ngsi::Selection selection;
  const bool narrowed = api.rights != nullptr;  // looked for then, else counted
  switch (listing) {
    case Listing::kTypes:
      if (narrowed) break;
      for (const auto& count : api.broker.types(exchange.tenant)) out.types[count.iri];
      co_return out;
    case Listing::kAttributes:
      if (narrowed) break;
      for (const auto& count : api.broker.attributes(exchange.tenant)) out.attributes[count.iri];
      co_return out;
    case Listing::kType:
      if (!narrowed && api.broker.count_of_type(exchange.tenant, name) == 0) co_return out;
      selection.type = name;
      break;
    case Listing::kAttribute:
      selection.attrs = {name};
      break;
    default:
      break;
  }
  co_return co_await survey(api, exchange, selection);
}

// What is here and what other sources list.
Task<Result<Facts>> facts_of(const Api& api, const net::Request& request, const Exchange& exchange,
                             Listing listing, std::string name) {
  RV_CO_ASSIGN(Facts facts, co_await local_facts(api, exchange, listing, name));
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(Facts others,
                 co_await api.distribution->inquire(
                     {listing, exchange.tenant, request, exchange.context, std::move(name)}));
    facts.warnings = std::move(others.warnings);
    add_facts(facts, std::move(others));
  }
  co_return facts;
}

// Names as the client's @context writes them, in order.
template <class Iris>
std::set<std::string> compacted(const Exchange& exchange, const Iris& iris) {
  std::set<std::string> out;
  for (const std::string& iri : iris) out.insert(exchange.context->compact_name(iri));
  return out;
}

template <class Texts>
void write_texts(json::Writer& writer, std::string_view member, const Texts& texts) {
  writer.key(member).begin_array();
  for (const auto& text : texts) writer.string(text);
  writer.end_array();
}

// Attribute (5.2.28): each operation shows other parts of it.
enum class Detail : std::uint8_t {
  kOfType,  // 4.5.12: attributeTypes
  kOfList,  // 4.5.14: typeNames
  kWhole    // 4.5.15: both, and attributeCount
};
void write_attribute(json::Writer& writer, const Exchange& exchange, const std::string& iri,
                     const Distribution::AttributeFacts& facts, Detail detail) {
  writer.begin_object().member("id", iri).member("type", "Attribute");
  writer.member("attributeName", exchange.context->compact_name(iri));
  if (detail == Detail::kWhole) {
    writer.member("attributeCount", static_cast<std::int64_t>(facts.instances));
  }
  if (detail != Detail::kOfList) write_texts(writer, "attributeTypes", facts.kinds);
  if (detail != Detail::kOfType) {
    write_texts(writer, "typeNames", compacted(exchange, facts.types));
  }
}

// EntityType (5.2.25)
void write_type(json::Writer& writer, const Exchange& exchange, const std::string& iri,
                const std::set<std::string>& attributes) {
  writer.begin_object().member("id", iri).member("type", "EntityType");
  writer.member("typeName", exchange.context->compact_name(iri));
  write_texts(writer, "attributeNames", compacted(exchange, attributes));
}

void end_object(json::Writer& writer, const Exchange& exchange) {
  if (exchange.accept == Media::kLdJson) {
    writer.key("@context").raw(exchange.context->reference());
  }
  writer.end_object();
}

net::Response answer_facts(const net::Request& request, const Exchange& exchange,
                           const Facts& facts, std::string body) {
  net::Response response = answer(request, 200, exchange.accept, std::move(body));
  if (exchange.accept == Media::kJson) link_context(response, exchange.context->link());
  add_warnings(response, facts.warnings);
  return response;
}

// EntityTypeList (5.2.24), AttributeList (5.2.27)
template <class Known>
std::string name_list(const Exchange& exchange, const Known& known, std::string_view type,
                      std::string_view member) {
  std::set<std::string> names;
  for (const auto& [iri, facts] : known) names.insert(exchange.context->compact_name(iri));
  SystemRandom random;
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("id", fmt::format("urn:ngsi-ld:{}:{}", type, random_id(random)));
  writer.member("type", type);
  write_texts(writer, member, names);
  end_object(writer, exchange);
  return out;
}

// 5.7.5, 5.7.6
Task<Result<net::Response>> list_types(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  RV_CO_ASSIGN(const bool details, flag_param(request, "details"));
  const Listing listing = details ? Listing::kTypeDetails : Listing::kTypes;
  RV_CO_ASSIGN(const Facts facts, co_await facts_of(api, request, exchange, listing, {}));
  if (!details) {
    co_return answer_facts(request, exchange, facts,
                           name_list(exchange, facts.types, "EntityTypeList", "typeList"));
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const auto& [type, attributes] : facts.types) {
    write_type(writer, exchange, type, attributes);
    end_object(writer, exchange);
  }
  writer.end_array();
  co_return answer_facts(request, exchange, facts, std::move(out));
}

// 5.7.7
Task<Result<net::Response>> describe_type(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  RV_CO_ASSIGN(const std::string iri,
               ngsi::expand_checked(request.param("type"), *exchange.context));
  RV_CO_ASSIGN(const Facts facts, co_await facts_of(api, request, exchange, Listing::kType, iri));
  if (facts.entities == 0) {
    co_return fail(Code::kResourceNotFound, "there is no entity of this type", "type");
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("id", iri).member("type", "EntityTypeInfo");
  writer.member("typeName", exchange.context->compact_name(iri));
  writer.member("entityCount", static_cast<std::int64_t>(facts.entities));
  writer.key("attributeDetails").begin_array();
  for (const auto& [name, of] : facts.attributes) {
    write_attribute(writer, exchange, name, of, Detail::kOfType);
    writer.end_object();
  }
  writer.end_array();
  end_object(writer, exchange);
  co_return answer_facts(request, exchange, facts, std::move(out));
}

// 5.7.8, 5.7.9
Task<Result<net::Response>> list_attributes(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  RV_CO_ASSIGN(const bool details, flag_param(request, "details"));
  const Listing listing = details ? Listing::kAttributeDetails : Listing::kAttributes;
  RV_CO_ASSIGN(const Facts facts, co_await facts_of(api, request, exchange, listing, {}));
  if (!details) {
    co_return answer_facts(request, exchange, facts,
                           name_list(exchange, facts.attributes, "AttributeList", "attributeList"));
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const auto& [name, of] : facts.attributes) {
    write_attribute(writer, exchange, name, of, Detail::kOfList);
    end_object(writer, exchange);
  }
  writer.end_array();
  co_return answer_facts(request, exchange, facts, std::move(out));
}

// 5.7.10
Task<Result<net::Response>> describe_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  const std::string_view name = request.param("attribute");
  if (name == "id" || name == "type" || name == "scope") {
    co_return fail(Code::kResourceNotFound, "a member of entities is no attribute", "attribute");
  }
  RV_CO_ASSIGN(const std::string iri, ngsi::expand_checked(name, *exchange.context));
  RV_CO_ASSIGN(const Facts facts,
               co_await facts_of(api, request, exchange, Listing::kAttribute, iri));
  const auto found = facts.attributes.find(iri);
  if (found == facts.attributes.end()) {
    co_return fail(Code::kResourceNotFound, "no entity has this attribute", "attribute");
  }
  std::string out;
  json::Writer writer(out);
  write_attribute(writer, exchange, iri, found->second, Detail::kWhole);
  end_object(writer, exchange);
  co_return answer_facts(request, exchange, facts, std::move(out));
}

}  // namespace

void add_type_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  route(router, api, {kGet, "/ngsi-ld/v1/types", kDetails}, list_types);
  route(router, api, {kGet, "/ngsi-ld/v1/types/{type}", kPlain}, describe_type);
  route(router, api, {kGet, "/ngsi-ld/v1/attributes", kDetails}, list_attributes);
  route(router, api, {kGet, "/ngsi-ld/v1/attributes/{attribute}", kPlain}, describe_attribute);
}

}  // namespace revier::context::detail
