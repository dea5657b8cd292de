// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/view.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "net/server.h"
#include "ngsi/parse.h"

namespace revier::context::detail {
namespace {

// Entities that one answer follows links to, found or not.
constexpr std::size_t kLinkedMax = 2'000;

bool wants_link(const net::Request& request) {
  return std::ranges::any_of(preferences(request), [](const std::string& preference) {
    return net::equals_ignoring_case(preference, "body=json");
  });
}

tl::unexpected<Error> too_many_links() {
  return fail(
      Code::kTooComplexQuery,
      fmt::format("more than {} linked entities; use a smaller joinLevel or limit", kLinkedMax),
      "join");
}

// Entities of the tenant, but for those that the client has (containedBy).
class LocalLinks final : public ngsi::LinkedEntities {
 public:
  LocalLinks(const Api& api, const Exchange& exchange, const Wishes& wishes)
      : api_(api), exchange_(exchange), wishes_(wishes) {}

  [[nodiscard]] ngsi::EntityPtr find(std::string_view id) const override {
    const auto& known = wishes_.contained_by;
    if (std::find(known.begin(), known.end(), id) != known.end()) return nullptr;
    if (++finds_ > kLinkedMax) return nullptr;
    return api_.broker.find(exchange_.tenant, id);
  }
  [[nodiscard]] bool exceeded() const { return finds_ > kLinkedMax; }

 private:
  const Api& api_;
  const Exchange& exchange_;
  const Wishes& wishes_;
  mutable std::size_t finds_ = 0;
};

Result<std::size_t> parse_level(std::string_view text) {
  std::size_t level = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  if (error == std::errc{} && end == text.data() + text.size() && level > 0 &&
      level <= kJoinLevelMax) {
    return level;
  }
  return fail(Code::kBadRequestData,
              fmt::format("joinLevel is a number from 1 to {}", kJoinLevelMax), "joinLevel");
}

}  // namespace

Result<> check_wishes(const Wishes& wishes) {
  const std::size_t depth = std::max(depth_of(wishes.pick), depth_of(wishes.omit));
  if (depth > wishes.link_levels()) {
    return fail(Code::kBadRequestData,
                "pick or omit goes to linked entities further than join and joinLevel do", "pick");
  }
  for (const std::string& id : wishes.contained_by) RV_TRY(ngsi::check_uri(id, "containedBy"));
  for (const std::string& id : wishes.dataset_ids) {
    if (id != "@none") RV_TRY(ngsi::check_uri(id, "datasetId"));
  }
  return {};
}

Result<Join> parse_join(std::string_view text) {
  if (text == "flat") return Join::kFlat;
  if (text == "inline") return Join::kInline;
  if (text.empty() || text == "@none") return Join::kNone;
  return fail(Code::kBadRequestData, "join is flat, inline or @none", "join");
}

Result<Wishes> Wishes::of(const net::Request& request) {
  Wishes wishes;
  RV_ASSIGN(wishes.map, MapWish::of(request));
  if (request.query.empty()) return wishes;
  wishes.attrs = list_param(request, "attrs");
  if (const auto text = request.query_param("pick")) {
    RV_ASSIGN(wishes.pick, ngsi::parse_projection(*text, "pick"));
  }
  if (const auto text = request.query_param("omit")) {
    RV_ASSIGN(wishes.omit, ngsi::parse_projection(*text, "omit"));
  }
  wishes.dataset_ids = list_param(request, "datasetId");
  wishes.lang = request.query_param("lang");
  RV_ASSIGN(wishes.join, parse_join(request.query_param("join").value_or("")));
  if (const auto level = request.query_param("joinLevel")) {
    RV_ASSIGN(wishes.join_level, parse_level(*level));
  }
  wishes.contained_by = list_param(request, "containedBy");
  if (const auto text = request.query_param("orderBy")) {
    RV_ASSIGN(wishes.order.terms, ngsi::parse_order(*text));
  }
  wishes.order.collation = request.query_param("collation").value_or("");
  wishes.order.geometry = request.query_param("orderGeometry").value_or("");
  wishes.order.coordinates = request.query_param("orderFrom").value_or("");
  wishes.csf = request.query_param("csf").value_or("");
  if (request.query_param("splitEntities")) {
    RV_ASSIGN(wishes.split_entities, flag_param(request, "splitEntities"));
  }
  return wishes;
}

Result<ngsi::Representation> parse_representation(std::string_view name) {
  if (name == "normalized") return ngsi::Representation::kNormalized;
  if (name == "concise") return ngsi::Representation::kConcise;
  if (name == "simplified" || name == "keyValues") return ngsi::Representation::kSimplified;
  return fail(Code::kInvalidRequest,
              "a representation is normalized, concise, simplified or keyValues", "format");
}

View::View(const Api& api, const Exchange& exchange)
    : api_(api), exchange_(exchange), names_(api.broker.names(exchange.tenant)) {}

Result<View> View::make(const Api& api, const net::Request& request, const Exchange& exchange,
                        Wishes wishes) {
  RV_TRY(check_wishes(wishes));
  View view(api, exchange);
  RV_ASSIGN(view.projection_, ngsi::Projection::make(view.names_, *exchange.context,
                                                     {.attrs = wishes.attrs,
                                                      .pick = wishes.pick,
                                                      .omit = wishes.omit,
                                                      .dataset_ids = wishes.dataset_ids}));
  view.wishes_ = std::move(wishes);
  if (view.wishes_.lang) {
    RV_ASSIGN(view.language_, ngsi::parse_language_filter(*view.wishes_.lang));
  }
  view.context_in_body_ = exchange.accept == Media::kLdJson;
  if (exchange.accept == Media::kGeoJson) {
    view.context_in_body_ = !wants_link(request);
    RV_TRY(view.read_geometry_property(request));
  }
  if (request.query.empty()) return view;
  if (exchange.accept != Media::kGeoJson && request.query_param("geometryProperty")) {
    return fail(Code::kBadRequestData,
                "geometryProperty is for answers in application/geo+json (Accept)",
                "geometryProperty");
  }
  RV_TRY(view.read_options(request));
  return view;
}

Result<> View::read_options(const net::Request& request) {
  for (const std::string& option : list_param(request, "options")) RV_TRY(read_option(option));
  if (const auto format = request.query_param("format")) {
    RV_ASSIGN(representation_, parse_representation(*format));
  }
  return {};
}

Result<> View::read_option(std::string_view name) {
  if (name == "sysAttrs") {
    sys_attrs_ = true;
    return {};
  }
  RV_ASSIGN(representation_, parse_representation(name));
  return {};
}

Result<> View::read_geometry_property(const net::Request& request) {
  const std::string name = request.query_param("geometryProperty").value_or("location");
  RV_ASSIGN(const std::string iri, ngsi::expand_checked(name, *exchange_.context));
  geo_.geometry = names_.find(iri);
  geo_.dataset_ids = wishes_.dataset_ids;
  return {};
}

ngsi::RenderOptions View::options() const {
  return {.representation = representation_,
          .sys_attrs = sys_attrs_,
          .with_context = context_in_body_,
          .projection = &projection_,
          .language = language_ ? &*language_ : nullptr};
}

void View::append(const ngsi::Entity& entity, const ngsi::RenderOptions& options,
                  std::string& out) const {
  if (exchange_.accept == Media::kGeoJson) {
    ngsi::render_feature(entity, names_, *exchange_.context, options, geo_, out);
  } else {
    ngsi::render(entity, names_, *exchange_.context, options, out);
  }
}

bool View::leaves_out() const { return !wishes_.pick.empty() || !wishes_.omit.empty(); }

Result<std::string> View::one(const ngsi::Entity& entity) const {
  if (leaves_out() && !projection_.shows_any(entity)) {
    return fail(Code::kResourceNotFound, "the entity has nothing of what pick and omit leave",
                "pick");
  }
  std::string out;
  if (wishes_.join == Join::kNone) {
    append(entity, options(), out);
    return out;
  }
  if (wishes_.join == Join::kFlat) {
    std::vector<ngsi::EntityPtr> entities;
    entities.emplace_back(&entity);
    RV_ASSIGN(const auto all, flattened(std::move(entities)));
    out = opened(exchange_.accept == Media::kGeoJson);
    ngsi::RenderOptions each = options();
    if (exchange_.accept == Media::kGeoJson) each.with_context = false;
    for (const Shown& shown : all) {
      if (&shown != &all.front()) out += ',';
      each.projection = shown.projection;
      append(*shown.entity, each, out);
    }
    close(exchange_.accept == Media::kGeoJson, out);
    return out;
  }
  const LocalLinks links(api_, exchange_, wishes_);
  ngsi::RenderOptions inside = options();
  inside.linked = &links;
  inside.link_levels = wishes_.join_level;
  append(entity, inside, out);
  if (links.exceeded()) return too_many_links();
  return out;
}

// A collection says its @context once, an array has no place for it.
std::string View::opened(bool collection) const {
  return collection ? R"({"type":"FeatureCollection","features":[)" : "[";
}

void View::close(bool collection, std::string& out) const {
  out += ']';
  if (!collection) return;
  if (context_in_body_) out.append(R"(,"@context":)").append(exchange_.context->reference());
  out += '}';
}

Result<std::vector<View::Shown>> View::flattened(std::vector<ngsi::EntityPtr> entities) const {
  std::vector<Shown> all;
  std::set<std::string, std::less<>> seen;
  for (ngsi::EntityPtr& entity : entities) {
    seen.emplace(entity->id());
    all.push_back({std::move(entity), &projection_});
  }
  if (wishes_.join != Join::kFlat) return all;
  const LocalLinks links(api_, exchange_, wishes_);
  std::size_t from = 0;
  for (std::size_t level = 0; level < wishes_.join_level; ++level) {
    const std::size_t to = all.size();
    for (; from < to; ++from) {
      const Shown linking = all[from];
      ngsi::for_each_link(*linking.entity, linking.projection,
                          [&](std::string_view id, const ngsi::Projection* behind) {
                            if (seen.contains(id)) return;
                            ngsi::EntityPtr entity = links.find(id);
                            if (!entity) return;
                            seen.emplace(id);
                            all.push_back({std::move(entity), behind});
                          });
    }
  }
  if (links.exceeded()) return too_many_links();
  return all;
}

Task<Result<std::string>> View::many(std::vector<ngsi::EntityPtr> entities) const {
  const bool collection = exchange_.accept == Media::kGeoJson;
  RV_CO_ASSIGN(const std::vector<Shown> all, flattened(std::move(entities)));
  const LocalLinks links(api_, exchange_, wishes_);
  ngsi::RenderOptions each = options();
  if (collection) each.with_context = false;
  if (wishes_.join == Join::kInline) {
    each.linked = &links;
    each.link_levels = wishes_.join_level;
  }
  const std::size_t slice = each.linked ? kSliceEntities / 8 : kSliceEntities;
  std::string out = opened(collection);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) out += ',';
    each.projection = all[i].projection;
    append(*all[i].entity, each, out);
    if (i % slice == slice - 1) co_await net::yield_now();
  }
  if (links.exceeded()) co_return too_many_links();
  close(collection, out);
  co_return out;
}

net::Response answer_plain(const Api& api, const net::Request& request, const Exchange& exchange,
                           const ngsi::Entity& entity) {
  const bool context_in_body = exchange.accept == Media::kLdJson;
  std::string body;
  ngsi::render(entity, api.broker.names(exchange.tenant), *exchange.context,
               {.with_context = context_in_body}, body);
  net::Response response = answer(request, 200, exchange.accept, std::move(body));
  if (!context_in_body) link_context(response, exchange.context->link());
  return response;
}

net::Response View::answer_with(const net::Request& request, std::string body) const {
  net::Response response = answer(request, 200, exchange_.accept, std::move(body));
  if (!context_in_body_) link_context(response, exchange_.context->link());
  return response;
}

}  // namespace revier::context::detail
