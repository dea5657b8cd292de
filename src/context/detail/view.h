// SPDX-License-Identifier: EUPL-1.2
// How the client wants entities shown: representation, members, language, GeoJSON.
//
// Thread safety: a View belongs to its request; the names and the Exchange must outlive it.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/task.h"
#include "context/detail/exchange.h"
#include "ngsi/render.h"

namespace revier::context::detail {

class View {
 public:
  // From the parameters options, format, attrs, pick, omit, lang, datasetId, geometryProperty.
  // Errors: kBadRequestData with `field`; kNotImplemented for parameters that are not supported.
  struct Lists {
    std::vector<std::string> attrs;
    std::vector<std::string> pick;
    std::vector<std::string> omit;
    std::optional<std::string> lang;
  };
  [[nodiscard]] static Result<View> make(const net::Request& request, const Exchange& exchange,
                                         const ngsi::Names& names);
  [[nodiscard]] static Result<View> make(const net::Request& request, const Exchange& exchange,
                                         const ngsi::Names& names, Lists lists);

  // One entity, or an array (GeoJSON: a FeatureCollection) in slices, as the body of an answer.
  [[nodiscard]] std::string one(const ngsi::Entity& entity) const;
  [[nodiscard]] Task<std::string> many(const std::vector<ngsi::EntityPtr>& entities) const;
  // The answer around such a body, with the Link header where the body has no @context.
  [[nodiscard]] net::Response answer_with(const net::Request& request, std::string body) const;

 private:
  View(const Exchange& exchange, const ngsi::Names& names) : exchange_(exchange), names_(names) {}
  void append(const ngsi::Entity& entity, const ngsi::RenderOptions& options,
              std::string& out) const;
  [[nodiscard]] ngsi::RenderOptions options() const;
  [[nodiscard]] Result<> read_options(const net::Request& request);
  [[nodiscard]] Result<> read_option(std::string_view name);
  [[nodiscard]] Result<> read_geometry_property(const net::Request& request);

  const Exchange& exchange_;
  const ngsi::Names& names_;
  ngsi::Representation representation_ = ngsi::Representation::kNormalized;
  bool sys_attrs_ = false;
  bool context_in_body_ = false;
  ngsi::Projection projection_;
  std::optional<ngsi::LanguageFilter> language_;
  ngsi::GeoJsonOptions geo_;
};

// Errors: kNotImplemented for parameters of clauses that this broker does not have.
[[nodiscard]] Result<> refuse_unsupported(const net::Request& request);
// normalized, concise, simplified (keyValues). Errors: kBadRequestData.
[[nodiscard]] Result<ngsi::Representation> parse_representation(std::string_view name);

}  // namespace revier::context::detail
