// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/notification.h"

#include <set>

#include <fmt/format.h>

#include "context/binding.h"
#include "json/json.h"
#include "ngsi/notice.h"
#include "subscription/detail/previous.h"

namespace revier::subscription::detail {
namespace {

using What = ngsi::AttributeChange::What;

// A GeoJSON body carries its @context unless the receiver prefers otherwise (6.3.8).
bool prefers_plain_json(const Endpoint& endpoint) {
  return std::any_of(
      endpoint.receiver_info.begin(), endpoint.receiver_info.end(),
      [](const KeyValue& pair) { return pair.key == "Prefer" && pair.value == "body=json"; });
}

class Writer {
 public:
  static Result<Writer> make(const Subscription& subscription, const ngsi::Names& names,
                             const ngsi::LinkedEntities& linked) {
    Writer writer(subscription, names, linked);
    RV_ASSIGN(writer.projection_, ngsi::Projection::make(names, *subscription.context,
                                                         subscription.notification.members));
    if (!subscription.lang.empty()) {
      RV_ASSIGN(writer.language_, ngsi::parse_language_filter(subscription.lang));
    }
    writer.geo_.geometry =
        names.find(subscription.context->expand_name("location").value_or(std::string()));
    return writer;
  }

  Result<> changed(const Told& told) {
    const bool went = std::any_of(told.changes.begin(), told.changes.end(),
                                  [](const auto& one) { return one.what == What::kDeleted; });
    ngsi::EntityPtr shown = told.after;
    if (went || !shown) {
      RV_ASSIGN(shown, ngsi::with_nulls(told.before, told.after, shown_changes(told), told.at));
    }
    if (told.after) shown_.push_back({told.after, &projection_});
    std::string text = rendered(*shown, projection_);
    if (!told.after) insert_deleted_at(text, told.at);
    if (needs_previous(told, went)) {
      const std::string before = told.before ? rendered(*told.before, projection_) : std::string();
      RV_ASSIGN(text, with_previous({text, before, told, names_, *subscription_.told_context,
                                     subscription_.notification}));
    }
    add(text);
    return {};
  }

  void entity(const ngsi::EntityPtr& entity) {
    shown_.push_back({entity, &projection_});
    add(rendered(*entity, projection_));
  }

  std::string finish(const Notification& notification) {
    if (subscription_.notification.join == Join::kFlat) add_linked();
    const BodyType type = subscription_.notification.endpoint.accept;
    std::string text;
    json::Writer out(text);
    out.begin_object();
    out.member("id", notification.id).member("type", "Notification");
    out.member("subscriptionId", subscription_.id);
    out.member("notifiedAt", to_iso8601(notification.notified_at));
    if (type == BodyType::kGeoJson) {
      out.key("data").begin_object().member("type", "FeatureCollection");
      out.key("features").raw("[" + data_ + "]");
      if (!prefers_plain_json(subscription_.notification.endpoint)) {
        out.key("@context").raw(subscription_.told_context->reference());
      }
      out.end_object();
    } else {
      std::string data = "[" + data_ + "]";
      if (const auto version = subscription_.notification.version) {
        auto older = context::in_version(data, *version, subscription_.notification.representation);
        if (older) data = *std::move(older);
      }
      out.key("data").raw(data);
    }
    out.end_object();
    return text;
  }

 private:
  struct Shown {
    ngsi::EntityPtr entity;
    const ngsi::Projection* projection;  // nullptr: everything
  };
  Writer(const Subscription& subscription, const ngsi::Names& names,
         const ngsi::LinkedEntities& linked)
      : subscription_(subscription), names_(names), linked_(linked) {}

  // Those that the entities so far link to, each once, level after level.
  void add_linked() {
    std::set<std::string, std::less<>> seen;
    for (const Shown& one : shown_) seen.emplace(one.entity->id());
    std::size_t from = 0;
    for (std::size_t level = 0; level < subscription_.notification.link_levels; ++level) {
      const std::size_t to = shown_.size();
      for (; from < to; ++from) {
        const Shown linking = shown_[from];
        const auto take = [&](std::string_view id, const ngsi::Projection* behind) {
          if (seen.contains(id)) return;
          ngsi::EntityPtr entity = linked_.find(id);
          if (!entity) return;
          seen.emplace(id);
          add(behind != nullptr ? rendered(*entity, *behind) : rendered(*entity, everything_));
          shown_.push_back({std::move(entity), behind});
        };
        ngsi::for_each_link(*linking.entity, linking.projection, take);
      }
    }
  }

  // Of an entity that went only what was asked for: its attributes too, or nothing but the fact.
  std::vector<ngsi::AttributeChange> shown_changes(const Told& told) const {
    const Notified& notified = subscription_.notification;
    const bool all = told.after != nullptr || notified.show_changes;
    if (all) return told.changes;
    std::vector<ngsi::AttributeChange> out;
    if ((subscription_.triggers & kAttributeDeleted) == 0) return out;
    for (const ngsi::AttributeChange& change : told.changes) {
      if (watches(change.name)) out.push_back(change);
    }
    return out;
  }

  bool watches(ngsi::NameId name) const {
    const auto& watched = subscription_.watched;
    return watched.empty() ||
           std::find(watched.begin(), watched.end(), names_.iri(name)) != watched.end();
  }

  bool needs_previous(const Told& told, bool went) const {
    const Notified& notified = subscription_.notification;
    if (notified.representation == ngsi::Representation::kSimplified) return false;
    return (notified.show_changes && told.before) || (notified.sys_attrs && went);
  }

  std::string rendered(const ngsi::Entity& entity, const ngsi::Projection& projection) const {
    const Notified& notified = subscription_.notification;
    ngsi::RenderOptions options;
    options.representation = notified.representation;
    options.sys_attrs = notified.sys_attrs;
    options.projection = &projection;
    if (notified.join == Join::kInline) {
      options.linked = &linked_;
      options.link_levels = notified.link_levels;
    }
    options.language = language_ ? &*language_ : nullptr;
    options.with_context = notified.endpoint.accept == BodyType::kLdJson;
    std::string text;
    if (notified.endpoint.accept == BodyType::kGeoJson) {
      render_feature(entity, names_, *subscription_.told_context, options, geo_, text);
    } else {
      render(entity, names_, *subscription_.told_context, options, text);
    }
    return text;
  }

  // Of a Feature it is one of the properties.
  void insert_deleted_at(std::string& text, Instant at) const {
    const bool feature = subscription_.notification.endpoint.accept == BodyType::kGeoJson;
    const std::size_t end = text.size() - (feature ? 2 : 1);
    const bool first = text[end - 1] == '{';
    text.insert(end, fmt::format("{}\"deletedAt\":\"{}\"", first ? "" : ",", to_iso8601(at)));
  }

  void add(const std::string& text) {
    if (!data_.empty()) data_.push_back(',');
    data_.append(text);
  }

  const Subscription& subscription_;
  const ngsi::Names& names_;
  const ngsi::LinkedEntities& linked_;
  ngsi::Projection projection_;
  ngsi::Projection everything_;
  std::vector<Shown> shown_;
  std::optional<ngsi::LanguageFilter> language_;
  ngsi::GeoJsonOptions geo_;
  std::string data_;
};

}  // namespace

Result<std::string> body_of_changes(const Subscription& subscription,
                                    const Notification& notification,
                                    const std::vector<const Told*>& changes,
                                    const ngsi::Names& names, const ngsi::LinkedEntities& linked) {
  RV_ASSIGN(Writer writer, Writer::make(subscription, names, linked));
  for (const Told* told : changes) RV_TRY(writer.changed(*told));
  return writer.finish(notification);
}

Result<std::string> body_of_entities(const Subscription& subscription,
                                     const Notification& notification,
                                     const std::vector<ngsi::EntityPtr>& entities,
                                     const ngsi::Names& names, const ngsi::LinkedEntities& linked) {
  RV_ASSIGN(Writer writer, Writer::make(subscription, names, linked));
  for (const ngsi::EntityPtr& entity : entities) writer.entity(entity);
  return writer.finish(notification);
}

std::string link_of(const Subscription& subscription) {
  const Endpoint& endpoint = subscription.notification.endpoint;
  const bool in_body = endpoint.accept == BodyType::kLdJson ||
                       (endpoint.accept == BodyType::kGeoJson && !prefers_plain_json(endpoint));
  if (in_body || subscription.told_context->link().empty()) return {};
  return fmt::format(
      "<{}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"",
      subscription.told_context->link());
}

}  // namespace revier::subscription::detail
