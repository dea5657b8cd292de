// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/query_body.h"

#include "context/detail/http.h"

namespace revier::context::detail {
namespace {

Result<std::vector<std::string>> texts_member(const json::Value& object, std::string_view name) {
  std::vector<std::string> texts;
  const auto member = object.find(name);
  if (!member) return texts;
  for (const json::Value element : member->elements()) {
    if (const auto text = element.as_string()) texts.emplace_back(*text);
  }
  if (member->is_array() && !texts.empty() && texts.size() == member->size()) return texts;
  return fail(Code::kBadRequestData, fmt::format("{} is an array of strings, not empty", name),
              std::string(name));
}

// One EntitySelector (5.2.33). The id precedes the pattern.
Result<ngsi::EntitySelector> selector_of(const json::Value& object) {
  ngsi::EntitySelector selector;
  RV_ASSIGN(selector.type, text_member(object, "type"));
  RV_ASSIGN(selector.id_pattern, text_member(object, "idPattern"));
  const auto id = object.find("id");
  if (id && id->is_array()) {
    RV_ASSIGN(selector.ids, texts_member(object, "id"));
  } else if (id) {
    RV_ASSIGN(selector.ids.emplace_back(), text_member(object, "id"));
  }
  if (id) selector.id_pattern.clear();
  if (selector.type.empty()) {
    return fail(Code::kBadRequestData, "an entity selector has a type", "entities");
  }
  return selector;
}

// One selector is told as parameters are: the planner knows more of these.
Result<ngsi::Selection> selectors_of(const json::Value& body) {
  ngsi::Selection selection;
  const auto entities = body.find("entities");
  if (!entities) return selection;
  if (!entities->is_array() || entities->size() == 0) {
    return fail(Code::kBadRequestData, "entities is an array of entity selectors", "entities");
  }
  for (const json::Value element : entities->elements()) {
    RV_ASSIGN(selection.any_of.emplace_back(), selector_of(element));
  }
  if (selection.any_of.size() > 1) return selection;
  ngsi::EntitySelector only = std::move(selection.any_of.front());
  selection.any_of.clear();
  selection.ids = std::move(only.ids);
  selection.id_pattern = std::move(only.id_pattern);
  selection.type = std::move(only.type);
  return selection;
}

Result<> read_geo_query(const json::Value& body, ngsi::Selection& selection) {
  const auto geo = body.find("geoQ");
  if (!geo) return {};
  if (!geo->is_object()) return fail(Code::kBadRequestData, "geoQ is an object", "geoQ");
  RV_ASSIGN(selection.georel, text_member(*geo, "georel"));
  RV_ASSIGN(selection.geometry, text_member(*geo, "geometry"));
  RV_ASSIGN(selection.geoproperty, text_member(*geo, "geoproperty"));
  const auto coordinates = geo->find("coordinates");
  if (!coordinates) return fail(Code::kBadRequestData, "geoQ has coordinates", "coordinates");
  const auto text = coordinates->as_string();
  selection.coordinates = text ? std::string(*text) : json::to_text(*coordinates);
  return {};
}

Result<ngsi::ProjectionTerms> projection_member(const json::Value& body, std::string_view name) {
  RV_ASSIGN(const auto texts, texts_member(body, name));
  if (texts.empty()) return ngsi::ProjectionTerms{};
  std::string text = texts.front();
  for (std::size_t i = 1; i < texts.size(); ++i) text.append(",").append(texts[i]);
  return ngsi::parse_projection(text, name);
}

Result<std::size_t> level_member(const json::Value& body) {
  const auto member = body.find("joinLevel");
  if (!member) return std::size_t{1};
  const auto level = member->as_number().value_or(0);
  for (std::size_t one = 1; one <= kJoinLevelMax; ++one) {
    if (level == static_cast<double>(one)) return one;
  }
  return fail(Code::kBadRequestData,
              fmt::format("joinLevel is a number from 1 to {}", kJoinLevelMax), "joinLevel");
}

// OrderingParams (5.2.43).
Result<ngsi::OrderWish> ordering_member(const json::Value& body) {
  ngsi::OrderWish wish;
  const auto ordering = body.find("ordering");
  if (!ordering) return wish;
  if (!ordering->is_object())
    return fail(Code::kBadRequestData, "ordering is an object", "ordering");
  RV_ASSIGN(const auto terms, texts_member(*ordering, "orderBy"));
  for (const std::string& text : terms) {
    RV_ASSIGN(const auto parsed, ngsi::parse_order(text));
    wish.terms.insert(wish.terms.end(), parsed.begin(), parsed.end());
  }
  RV_ASSIGN(wish.collation, text_member(*ordering, "collation"));
  RV_ASSIGN(wish.geometry, text_member(*ordering, "geometry"));
  if (const auto coordinates = ordering->find("coordinates")) {
    if (!coordinates->is_array()) {
      return fail(Code::kBadRequestData, "coordinates is an array", "coordinates");
    }
    wish.coordinates = json::to_text(*coordinates);
  }
  return wish;
}

Result<std::optional<bool>> flag_member(const json::Value& body, std::string_view name) {
  const auto member = body.find(name);
  if (!member) return std::optional<bool>();
  if (const auto flag = member->as_bool()) return std::optional(*flag);
  return fail(Code::kBadRequestData, fmt::format("{} is true or false", name), std::string(name));
}

}  // namespace

Result<std::string> text_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return std::string();
  if (const auto text = member->as_string()) return std::string(*text);
  return fail(Code::kBadRequestData, fmt::format("{} is a string", name), std::string(name));
}

// "a,b" (5.2.23), or an array.
Result<std::vector<std::string>> names_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member || !member->is_string()) return texts_member(object, name);
  return listed(*member->as_string());
}

Result<> check_query_body(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kBadRequestData, "the body is a Query, an object");
  RV_ASSIGN(const std::string type, text_member(body, "type"));
  if (type != "Query") return fail(Code::kBadRequestData, "type is \"Query\"", "type");
  for (const std::string_view name : {"temporalQ", "aggrParams"}) {
    if (!body.find(name)) continue;
    return fail(Code::kBadRequestData, fmt::format("{} is for temporal queries only", name),
                std::string(name));
  }
  return {};
}

Result<ngsi::Selection> body_selection(const json::Value& body) {
  RV_ASSIGN(ngsi::Selection selection, selectors_of(body));
  RV_ASSIGN(selection.attrs, texts_member(body, "attrs"));
  RV_ASSIGN(selection.q, text_member(body, "q"));
  RV_ASSIGN(selection.scope_q, text_member(body, "scopeQ"));
  RV_ASSIGN(selection.expand_values, names_member(body, "expandValues"));
  RV_ASSIGN(selection.json_keys, names_member(body, "jsonKeys"));
  RV_TRY(read_geo_query(body, selection));
  return selection;
}

Result<Wishes> body_wishes(const json::Value& body) {
  Wishes wishes;
  RV_ASSIGN(wishes.attrs, texts_member(body, "attrs"));
  RV_ASSIGN(wishes.pick, projection_member(body, "pick"));
  RV_ASSIGN(wishes.omit, projection_member(body, "omit"));
  RV_ASSIGN(wishes.dataset_ids, texts_member(body, "datasetId"));
  RV_ASSIGN(const std::string lang, text_member(body, "lang"));
  if (!lang.empty()) wishes.lang = lang;
  RV_ASSIGN(const std::string join, text_member(body, "join"));
  RV_ASSIGN(wishes.join, parse_join(join));
  RV_ASSIGN(wishes.join_level, level_member(body));
  RV_ASSIGN(wishes.contained_by, texts_member(body, "containedBy"));
  RV_ASSIGN(wishes.order, ordering_member(body));
  RV_ASSIGN(wishes.csf, text_member(body, "csf"));
  RV_ASSIGN(wishes.split_entities, flag_member(body, "splitEntities"));
  RV_ASSIGN(const auto map, flag_member(body, "entityMap"));
  wishes.map.wanted = map.value_or(false);
  RV_ASSIGN(const std::string lifetime, text_member(body, "entityMapLifetime"));
  if (!lifetime.empty()) {
    RV_ASSIGN(wishes.map.lifetime, map_lifetime(lifetime));
  }
  return wishes;
}

}  // namespace revier::context::detail
