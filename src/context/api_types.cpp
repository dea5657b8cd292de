// SPDX-License-Identifier: EUPL-1.2
// What there is: /types, /types/{type}, /attributes, /attributes/{attribute} (clauses 6.25 to 6.28,
// 5.7.5 to 5.7.10).
#include <map>
#include <set>

#include "base/random.h"
#include "context/detail/routes.h"

namespace revier::context::detail {
namespace {

using ngsi::NameId;

// What is known of one attribute, over the entities that were looked at.
struct AttributeFacts {
  std::size_t instances = 0;
  std::set<ngsi::Kind> kinds;
  std::set<NameId> types;
};

// Of the entities of a selection: their attributes, by type and all together.
struct Survey {
  std::size_t entities = 0;
  std::map<NameId, std::set<NameId>> attributes_of_type;
  std::map<NameId, AttributeFacts> attributes;

  void add(const ngsi::Entity& entity) {
    ++entities;
    const std::vector<NameId> types = entity.types();
    for (const NameId type : types) attributes_of_type[type];
    for (const ngsi::AttributeView& attribute : entity.attributes()) {
      AttributeFacts& facts = attributes[attribute.name];
      ++facts.instances;
      facts.kinds.insert(attribute.kind);
      facts.types.insert(types.begin(), types.end());
      for (const NameId type : types) attributes_of_type[type].insert(attribute.name);
    }
  }
};

Task<Result<Survey>> survey(const Api& api, const Exchange& exchange,
                            const ngsi::Selection& selection) {
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  Survey found;
  const Broker::Visit visit = [&found](const ngsi::Entity& entity) { found.add(entity); };
  RV_CO_TRY(co_await api.broker.for_each(exchange.tenant, predicate, visit,
                                         api.broker.options().query_cpu_ms_max));
  co_return found;
}

// Names as the client's @context writes them, in order.
class Compact {
 public:
  Compact(const Api& api, const Exchange& exchange)
      : names_(api.broker.names(exchange.tenant)), context_(*exchange.context) {}

  [[nodiscard]] std::string iri(NameId name) const { return names_.iri(name); }
  [[nodiscard]] std::string name(NameId name) const { return context_.compact_name(iri(name)); }
  template <class Ids>
  [[nodiscard]] std::set<std::string> names(const Ids& ids) const {
    std::set<std::string> out;
    for (const NameId id : ids) out.insert(name(id));
    return out;
  }

 private:
  const ngsi::Names& names_;
  const jsonld::Context& context_;
};

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
void write_attribute(json::Writer& writer, const Compact& compact, NameId name,
                     const AttributeFacts& facts, Detail detail) {
  writer.begin_object().member("id", compact.iri(name)).member("type", "Attribute");
  writer.member("attributeName", compact.name(name));
  if (detail == Detail::kWhole) {
    writer.member("attributeCount", static_cast<std::int64_t>(facts.instances));
  }
  if (detail != Detail::kOfList) {
    std::vector<std::string_view> kinds;
    for (const ngsi::Kind kind : facts.kinds) kinds.push_back(ngsi::kind_name(kind));
    write_texts(writer, "attributeTypes", kinds);
  }
  if (detail != Detail::kOfType) write_texts(writer, "typeNames", compact.names(facts.types));
}

// EntityType (5.2.25)
void write_type(json::Writer& writer, const Compact& compact, NameId type,
                const std::set<NameId>& attributes) {
  writer.begin_object().member("id", compact.iri(type)).member("type", "EntityType");
  writer.member("typeName", compact.name(type));
  write_texts(writer, "attributeNames", compact.names(attributes));
}

void end_object(json::Writer& writer, const Exchange& exchange) {
  if (exchange.accept == Media::kLdJson) {
    writer.key("@context").raw(exchange.context->reference());
  }
  writer.end_object();
}

net::Response answer_facts(const net::Request& request, const Exchange& exchange,
                           std::string body) {
  net::Response response = answer(request, 200, exchange.accept, std::move(body));
  if (exchange.accept == Media::kJson) link_context(response, exchange.context->link());
  return response;
}

// EntityTypeList (5.2.24), AttributeList (5.2.27)
std::string name_list(const Exchange& exchange, const std::vector<NameCount>& counts,
                      std::string_view type, std::string_view member) {
  std::set<std::string> names;
  for (const NameCount& count : counts) names.insert(exchange.context->compact_name(count.iri));
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

// What there is for a caller with narrowed rights is looked for, for others it is counted.
Task<Result<std::vector<NameCount>>> type_counts(const Api& api, const Exchange& exchange) {
  if (api.rights == nullptr) co_return api.broker.types(exchange.tenant);
  RV_CO_ASSIGN(const Survey found, co_await survey(api, exchange, {}));
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  std::vector<NameCount> counts;
  for (const auto& [type, attributes] : found.attributes_of_type) {
    counts.push_back({names.iri(type), 1});
  }
  co_return counts;
}

Task<Result<std::vector<NameCount>>> attribute_counts(const Api& api, const Exchange& exchange) {
  if (api.rights == nullptr) co_return api.broker.attributes(exchange.tenant);
  RV_CO_ASSIGN(const Survey found, co_await survey(api, exchange, {}));
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  std::vector<NameCount> counts;
  for (const auto& [name, facts] : found.attributes) {
    counts.push_back({names.iri(name), facts.instances});
  }
  co_return counts;
}

tl::unexpected<Error> no_entity_of_type() {
  return fail(Code::kResourceNotFound, "there is no entity of this type", "type");
}

// 5.7.5, 5.7.6
Task<Result<net::Response>> list_types(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  RV_CO_ASSIGN(const bool details, flag_param(request, "details"));
  if (!details) {
    RV_CO_ASSIGN(const auto counts, co_await type_counts(api, exchange));
    co_return answer_facts(request, exchange,
                           name_list(exchange, counts, "EntityTypeList", "typeList"));
  }
  RV_CO_ASSIGN(const Survey found, co_await survey(api, exchange, {}));
  const Compact compact(api, exchange);
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const auto& [type, attributes] : found.attributes_of_type) {
    write_type(writer, compact, type, attributes);
    end_object(writer, exchange);
  }
  writer.end_array();
  co_return answer_facts(request, exchange, std::move(out));
}

// 5.7.7
Task<Result<net::Response>> describe_type(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  RV_CO_ASSIGN(const std::string iri,
               ngsi::expand_checked(request.param("type"), *exchange.context));
  const NameId type = api.broker.names(exchange.tenant).find(iri);
  if (api.rights == nullptr && api.broker.count_of_type(exchange.tenant, iri) == 0) {
    co_return no_entity_of_type();
  }
  ngsi::Selection selection;
  selection.type = iri;
  RV_CO_ASSIGN(const Survey found, co_await survey(api, exchange, selection));
  if (found.entities == 0) co_return no_entity_of_type();
  const Compact compact(api, exchange);
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("id", iri).member("type", "EntityTypeInfo");
  writer.member("typeName", compact.name(type));
  writer.member("entityCount", static_cast<std::int64_t>(found.entities));
  writer.key("attributeDetails").begin_array();
  for (const auto& [name, facts] : found.attributes) {
    write_attribute(writer, compact, name, facts, Detail::kOfType);
    writer.end_object();
  }
  writer.end_array();
  end_object(writer, exchange);
  co_return answer_facts(request, exchange, std::move(out));
}

// 5.7.8, 5.7.9
Task<Result<net::Response>> list_attributes(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  RV_CO_ASSIGN(const bool details, flag_param(request, "details"));
  if (!details) {
    RV_CO_ASSIGN(const auto counts, co_await attribute_counts(api, exchange));
    co_return answer_facts(request, exchange,
                           name_list(exchange, counts, "AttributeList", "attributeList"));
  }
  RV_CO_ASSIGN(const Survey found, co_await survey(api, exchange, {}));
  const Compact compact(api, exchange);
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const auto& [name, facts] : found.attributes) {
    write_attribute(writer, compact, name, facts, Detail::kOfList);
    end_object(writer, exchange);
  }
  writer.end_array();
  co_return answer_facts(request, exchange, std::move(out));
}

// 5.7.10
Task<Result<net::Response>> describe_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  const std::string_view name = request.param("attribute");
  if (name == "id" || name == "type" || name == "scope") {
    co_return fail(Code::kResourceNotFound, "a member of entities is no attribute", "attribute");
  }
  RV_CO_ASSIGN(const std::string iri, ngsi::expand_checked(name, *exchange.context));
  ngsi::Selection selection;
  selection.attrs = {iri};
  RV_CO_ASSIGN(const Survey found, co_await survey(api, exchange, selection));
  const auto facts = found.attributes.find(api.broker.names(exchange.tenant).find(iri));
  if (facts == found.attributes.end()) {
    co_return fail(Code::kResourceNotFound, "no entity has this attribute", "attribute");
  }
  std::string out;
  json::Writer writer(out);
  write_attribute(writer, Compact(api, exchange), facts->first, facts->second, Detail::kWhole);
  end_object(writer, exchange);
  co_return answer_facts(request, exchange, std::move(out));
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
