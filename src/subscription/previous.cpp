// SPDX-License-Identifier: EUPL-1.2
// Works on the rendered texts: what a client is told of before has the same form as what she is
// told of now.
#include "subscription/detail/previous.h"

#include <map>

#include "json/json.h"

namespace revier::subscription::detail {
namespace {

using What = ngsi::AttributeChange::What;

constexpr std::pair<std::string_view, std::string_view> kPrevious[] = {
    {"value", "previousValue"},
    {"object", "previousObject"},
    {"languageMap", "previousLanguageMap"},
    {"vocab", "previousVocab"},
    {"json", "previousJson"},
    {"valueList", "previousValueList"},
    {"objectList", "previousObjectList"}};

// By short name and datasetId.
using Changes = std::map<std::pair<std::string, std::string>, What>;

// Several instances stand in an array of objects; each of them is one.
bool is_instances(const json::Value& attribute) {
  if (!attribute.is_array() || attribute.size() == 0) return false;
  for (const json::Value one : attribute.elements()) {
    if (!one.is_object() || !(one.find("datasetId") || one.find("type"))) return false;
  }
  return true;
}

std::optional<json::Value> instance_in(const std::optional<json::Value>& attribute,
                                       std::string_view dataset) {
  if (!attribute || !is_instances(*attribute)) return attribute;
  for (const json::Value one : attribute->elements()) {
    if (one.text("datasetId") == dataset) return one;
  }
  return std::nullopt;
}

class Rewriter {
 public:
  Rewriter(const Rendered& rendered, std::optional<json::Value> before, std::string& text)
      : rendered_(rendered), before_(before), out_(text) {
    for (const ngsi::AttributeChange& change : rendered.told.changes) {
      std::string name = rendered.context.compact_name(rendered.names.iri(change.name));
      changes_.insert_or_assign({std::move(name), change.dataset_id}, change.what);
    }
  }

  // Attributes of a Feature stand in its properties.
  void entity(const json::Value& after) {
    out_.begin_object();
    for (const auto [key, value] : after.members()) {
      out_.key(key);
      if (key == "properties" && after.find("geometry")) {
        before_ = member(before_, "properties");
        entity(value);
      } else {
        attribute(key, value);
      }
    }
    out_.end_object();
  }

 private:
  static std::optional<json::Value> member(const std::optional<json::Value>& of,
                                           std::string_view name) {
    return of ? of->find(name) : std::nullopt;
  }

  void attribute(std::string_view name, const json::Value& value) {
    if (!is_instances(value)) return instance(name, value, false);
    out_.begin_array();
    for (const json::Value one : value.elements()) instance(name, one, true);
    out_.end_array();
  }

  void instance(std::string_view name, const json::Value& value, bool among_others) {
    const std::string dataset(value.text("datasetId"));
    const auto change = changes_.find({std::string(name), dataset});
    if (change == changes_.end()) {
      out_.value(value);
      return;
    }
    const auto before = instance_in(member(before_, name), dataset);
    const bool geometry = value.is_object() && value.find("coordinates");
    const bool told =
        value.is_object() && !geometry &&
        (among_others || value.find("type") || value.find("value") || value.find("object"));
    out_.begin_object();
    if (told) {
      for (const auto [key, inner] : value.members()) out_.key(key).value(inner);
    } else {
      out_.key("value").value(value);  // concise: a bare value
    }
    beside(before, change->second);
    out_.end_object();
  }

  void beside(const std::optional<json::Value>& before, What what) {
    const Notified& notified = rendered_.notified;
    if (what == What::kDeleted && notified.sys_attrs) {
      out_.member("deletedAt", to_iso8601(rendered_.told.at));
    }
    if (!notified.show_changes || what == What::kCreated || !before) return;
    bool named = false;
    for (const auto& [member_name, previous] : kPrevious) {
      const auto old = before->find(member_name);
      if (!old) continue;
      out_.key(previous).value(*old);
      named = true;
    }
    if (!named) out_.key("previousValue").value(*before);
  }

  const Rendered& rendered_;
  std::optional<json::Value> before_;
  json::Writer out_;
  Changes changes_;
};

}  // namespace

Result<std::string> with_previous(const Rendered& rendered) {
  RV_ASSIGN(const json::Document after, json::Document::parse(rendered.after));
  std::optional<json::Document> before;
  if (!rendered.before.empty()) {
    RV_ASSIGN(before, json::Document::parse(rendered.before));
  }
  std::string text;
  Rewriter(rendered, before ? std::optional(before->root()) : std::nullopt, text)
      .entity(after.root());
  return text;
}

}  // namespace revier::subscription::detail
