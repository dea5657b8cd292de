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
#include "context/entity_maps.h"
#include "ngsi/order.h"
#include "ngsi/render.h"

namespace revier::context::detail {

// Linked Entity retrieval (4.5.23).
enum class Join : std::uint8_t { kNone, kFlat, kInline };

// What the client says of the answer, from parameters or from the members of a Query (5.2.23).
struct Wishes {
  std::vector<std::string> attrs;
  ngsi::ProjectionTerms pick;
  ngsi::ProjectionTerms omit;
  std::vector<std::string> dataset_ids;
  std::optional<std::string> lang;
  Join join = Join::kNone;
  std::size_t join_level = 1;
  std::vector<std::string> contained_by;
  ngsi::OrderWish order;
  // Of queries that other sources have a share in. splitEntities: nullopt: as the operator has it.
  std::optional<bool> split_entities;
  std::string csf;  // which sources are asked (4.9)
  MapWish map;

  // How many links pick, omit and q may follow.
  [[nodiscard]] std::size_t link_levels() const { return join == Join::kNone ? 0 : join_level; }

  // Errors: kBadRequestData with `field`.
  [[nodiscard]] static Result<Wishes> of(const net::Request& request);
};
inline constexpr std::size_t kJoinLevelMax = 10;
// Errors: kBadRequestData: pick or omit further than links are followed, ids that are none.
[[nodiscard]] Result<> check_wishes(const Wishes& wishes);
// Errors: kBadRequestData.
[[nodiscard]] Result<Join> parse_join(std::string_view text);

class View {
 public:
  // Errors: kBadRequestData with `field`; kNotImplemented for parameters that are not supported.
  [[nodiscard]] static Result<View> make(const Api& api, const net::Request& request,
                                         const Exchange& exchange, Wishes wishes);

  // One entity, or an array (GeoJSON: a FeatureCollection) in slices, as the body of an answer,
  // with the entities they link to.
  // Errors: kTooComplexQuery for too many of these; one(): kResourceNotFound where the client wants
  // nothing of what the entity has.
  [[nodiscard]] Result<std::string> one(const ngsi::Entity& entity) const;
  [[nodiscard]] Task<Result<std::string>> many(std::vector<ngsi::EntityPtr> entities) const;
  // The answer around such a body, with the Link header where the body has no @context.
  [[nodiscard]] net::Response answer_with(const net::Request& request, std::string body) const;

 private:
  struct Shown {
    ngsi::EntityPtr entity;
    const ngsi::Projection* projection;
  };
  View(const Api& api, const Exchange& exchange);
  void append(const ngsi::Entity& entity, const ngsi::RenderOptions& options,
              std::string& out) const;
  [[nodiscard]] ngsi::RenderOptions options() const;
  [[nodiscard]] Result<> read_options(const net::Request& request);
  [[nodiscard]] Result<> read_option(std::string_view name);
  [[nodiscard]] Result<> read_geometry_property(const net::Request& request);
  [[nodiscard]] bool leaves_out() const;
  // The entities, and behind them those they link to, each once.
  [[nodiscard]] Result<std::vector<Shown>> flattened(std::vector<ngsi::EntityPtr> entities) const;
  [[nodiscard]] std::string opened(bool collection) const;
  void close(bool collection, std::string& out) const;

  const Api& api_;
  const Exchange& exchange_;
  const ngsi::Names& names_;
  Wishes wishes_;
  ngsi::Representation representation_ = ngsi::Representation::kNormalized;
  bool sys_attrs_ = false;
  bool context_in_body_ = false;
  ngsi::Projection projection_;
  std::optional<ngsi::LanguageFilter> language_;
  ngsi::GeoJsonOptions geo_;
};

// An entity as it is, for a client that says nothing of the answer but JSON or JSON-LD: without the
// making of a View, which costs as much as a small entity's rendering.
[[nodiscard]] net::Response answer_plain(const Api& api, const net::Request& request,
                                         const Exchange& exchange, const ngsi::Entity& entity);

// normalized, concise, simplified (keyValues). Errors: kInvalidRequest.
[[nodiscard]] Result<ngsi::Representation> parse_representation(std::string_view name);

}  // namespace revier::context::detail
