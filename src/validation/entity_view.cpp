// SPDX-License-Identifier: EUPL-1.2
#include "validation/detail/entity_view.h"

#include <algorithm>

#include "ngsi/render.h"

namespace revier::validation::detail {
namespace {

constexpr std::size_t kPassesMax = 64;
constexpr std::size_t kStepBytes = 64;  // what of an entity is read and written for one step

// The text of a typed value's @value; empty where it is none.
std::string bare_value(const ngsi::AttributeView& view) {
  const bool may_be = view.kind == ngsi::Kind::kProperty && view.value.starts_with('{') &&
                      view.value.find("\"@value\"") != view.value.npos;
  if (!may_be) return {};
  const auto document = json::Document::parse(view.value, {.depth_max = 512});
  if (!document || document->root().size() != 2 || !document->root().find("@type")) return {};
  const auto value = document->root().find("@value");
  return value ? json::to_text(*value) : std::string();
}

class EntityView {
 public:
  EntityView(const ngsi::Names& names, const jsonld::Context& context)
      : names_(names), context_(context) {
    options_.representation = ngsi::Representation::kSimplified;
  }

  // Of attributes with several instances the one at `pass`, or the last. How many passes show all.
  std::size_t write(const ngsi::Entity& entity, ngsi::NameId type, std::size_t pass) {
    text_.clear();
    text_ += "{\"id\":";
    json::append_quoted(text_, entity.id());
    text_ += ",\"type\":";
    text_ += ngsi::quoted_name(type, names_, context_);
    write_scopes(entity);
    std::size_t passes = 1;
    const ngsi::AttributeRange attributes = entity.attributes();
    for (auto at = attributes.begin(); !(at == attributes.end());) {
      const ngsi::NameId name = at->name;
      ngsi::AttributeView chosen = *at;
      std::size_t instances = 0;
      for (; !(at == attributes.end()) && at->name == name; ++at) {
        if (instances++ <= pass) chosen = *at;
      }
      passes = std::max(passes, instances);
      write_attribute(chosen);
    }
    text_ += '}';
    return passes;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void write_scopes(const ngsi::Entity& entity) {
    const auto scopes = entity.scopes();
    if (scopes.empty()) return;
    text_ += ",\"scope\":";
    json::Writer out(text_);
    if (scopes.size() > 1) out.begin_array();
    for (const std::string_view scope : scopes) out.string(scope);
    if (scopes.size() > 1) out.end_array();
  }
  void write_attribute(const ngsi::AttributeView& view) {
    const std::string name = ngsi::quoted_name(view.name, names_, context_);
    if (name.empty()) return;
    text_ += ',';
    text_ += name;
    text_ += ':';
    const std::string bare = bare_value(view);
    if (bare.empty()) {
      ngsi::render_value(view, names_, context_, options_, text_);
    } else {
      text_ += bare;
    }
  }

  const ngsi::Names& names_;
  const jsonld::Context& context_;
  ngsi::RenderOptions options_;
  std::string text_;
};

}  // namespace

Report look(const JsonSchema& schema, const ngsi::Entity& entity, ngsi::NameId type,
            const ngsi::Names& names, const jsonld::Context& context) {
  EntityView view(names, context);
  Report report;
  Budget budget;
  std::size_t passes = 1;
  for (std::size_t pass = 0; pass < passes && report.ok(); ++pass) {
    // Every pass shows the whole entity, since rules speak of what is beside an attribute; so the
    // further ones cost what there is of it.
    const std::size_t bytes = entity.bytes().size() + view.text().size();
    if (pass == kPassesMax || (pass > 0 && !budget.spend(bytes / kStepBytes))) {
      return beyond_budget();
    }
    passes = view.write(entity, type, pass);
    // Two attributes that the context calls by one name end here too.
    const auto document =
        json::Document::parse(view.text(), {.bytes_max = std::size_t{64} << 20, .depth_max = 512});
    if (document) {
      report = schema.check(document->root(), budget);
    } else {
      report.violations.push_back({{}, "limit", "", "", document.error().message});
    }
  }
  return report;
}

}  // namespace revier::validation::detail
