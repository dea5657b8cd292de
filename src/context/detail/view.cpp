// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/view.h"

#include "net/server.h"
#include "ngsi/parse.h"

namespace revier::context::detail {
namespace {

constexpr std::array<std::string_view, 5> kUnsupported = {"join", "joinLevel", "containedBy", "csf",
                                                          "entityMap"};

bool wants_link(const net::Request& request) {
  return request.header("Prefer").value_or("") == "body=json";
}

}  // namespace

Result<> refuse_unsupported(const net::Request& request) {
  for (const std::string_view name : kUnsupported) {
    if (!request.query_param(name)) continue;
    return fail(Code::kNotImplemented, fmt::format("the parameter {} is not supported", name),
                std::string(name));
  }
  return {};
}

Result<ngsi::Representation> parse_representation(std::string_view name) {
  if (name == "normalized") return ngsi::Representation::kNormalized;
  if (name == "concise") return ngsi::Representation::kConcise;
  if (name == "simplified" || name == "keyValues") return ngsi::Representation::kSimplified;
  return fail(Code::kBadRequestData,
              "a representation is normalized, concise, simplified or keyValues", "options");
}

Result<View> View::make(const net::Request& request, const Exchange& exchange,
                        const ngsi::Names& names) {
  Lists lists{list_param(request, "attrs"), list_param(request, "pick"),
              list_param(request, "omit"), request.query_param("lang")};
  return make(request, exchange, names, std::move(lists));
}

Result<View> View::make(const net::Request& request, const Exchange& exchange,
                        const ngsi::Names& names, Lists lists) {
  RV_TRY(refuse_unsupported(request));
  if (!lists.attrs.empty() && !lists.pick.empty()) {
    return fail(Code::kBadRequestData, "attrs and pick exclude each other", "attrs");
  }
  View view(exchange, names);
  RV_TRY(view.read_options(request));
  RV_ASSIGN(view.projection_,
            ngsi::Projection::make(names, *exchange.context,
                                   {.attrs = std::move(lists.attrs),
                                    .pick = std::move(lists.pick),
                                    .omit = std::move(lists.omit),
                                    .dataset_ids = list_param(request, "datasetId")}));
  if (lists.lang) {
    RV_ASSIGN(view.language_, ngsi::parse_language_filter(*lists.lang));
  }
  view.context_in_body_ = exchange.accept == Media::kLdJson;
  if (exchange.accept == Media::kGeoJson) {
    view.context_in_body_ = !wants_link(request);
    RV_TRY(view.read_geometry_property(request));
  }
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

std::string View::one(const ngsi::Entity& entity) const {
  std::string out;
  append(entity, options(), out);
  return out;
}

Task<std::string> View::many(const std::vector<ngsi::EntityPtr>& entities) const {
  ngsi::RenderOptions each = options();
  const bool collection = exchange_.accept == Media::kGeoJson;
  // A collection says its @context once, an array has no place for it.
  if (collection) each.with_context = false;
  std::string out = collection ? R"({"type":"FeatureCollection","features":[)" : "[";
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (i > 0) out += ',';
    append(*entities[i], each, out);
    if (i % kSliceEntities == kSliceEntities - 1) co_await net::yield_now();
  }
  out += ']';
  if (collection && context_in_body_) {
    out.append(R"(,"@context":)").append(exchange_.context->reference());
  }
  if (collection) out += '}';
  co_return out;
}

net::Response View::answer_with(const net::Request& request, std::string body) const {
  net::Response response = answer(request, 200, exchange_.accept, std::move(body));
  if (!context_in_body_) link_context(response, exchange_.context->link());
  return response;
}

}  // namespace revier::context::detail
