// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/render.h"

#include <algorithm>

#include "json/json.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/detail/language.h"
#include "ngsi/detail/short_names.h"

namespace revier::ngsi {
namespace {

using detail::ShortNames;
using detail::TextCursor;

// A concise bare value that would be read back as something else.
bool needs_wrapping(std::string_view value) {
  if (value.starts_with('[')) {
    for (TextCursor cursor(value); cursor.next();) {
      if (cursor.value().starts_with('{')) return true;
    }
    return false;
  }
  if (!value.starts_with('{')) return false;
  constexpr std::array<std::string_view, 12> kKeys = {
      "\"type\"",        "\"@type\"",      "\"value\"",    "\"object\"",
      "\"languageMap\"", "\"vocab\"",      "\"json\"",     "\"valueList\"",
      "\"objectList\"",  "\"observedAt\"", "\"unitCode\"", "\"datasetId\""};
  for (TextCursor cursor(value); cursor.next();) {
    if (std::find(kKeys.begin(), kKeys.end(), cursor.key()) != kKeys.end()) return true;
  }
  return false;
}

class Renderer {
 public:
  Renderer(const Names& names, const jsonld::Context& context, const RenderOptions& options,
           std::string& out)
      : names_(ShortNames::of(names, context)), context_(context), options_(options), out_(out) {}

  void entity(const Entity& entity) {
    open();
    context_member();
    if (shows_id()) text_member("id", entity.id());
    inside(entity);
    close();
  }

  // Everything but @context and id.
  void inside(const Entity& entity) {
    if (shows_type()) type(entity);
    if (shows_scope() && entity.has_scopes()) scopes(entity);
    if (options_.sys_attrs) {
      time_member("createdAt", entity.created_at());
      time_member("modifiedAt", entity.modified_at());
      if (const auto expires = entity.expires_at()) time_member("expiresAt", *expires);
    }
    attributes(entity.attributes(), options_.projection);
  }

  void feature(const Entity& entity, const GeoJsonOptions& geo) {
    open();
    context_member();
    text_member("id", entity.id());
    raw_member("type", "\"Feature\"");
    const auto place = entity.find(geo.geometry, geo.dataset_id);
    raw_member("geometry", place && place->kind == Kind::kGeoProperty ? place->value : "null");
    key("properties");
    open();
    inside(entity);
    close();
    close();
  }

  // All instances from `at` on that have its name; false if none is shown.
  bool one_attribute(const AttributeRange& range, NameId name) {
    auto at = range.find(name);
    return !(at == range.end()) && group(at, range.end(), options_.projection, false);
  }

 private:
  bool shows_id() const { return !options_.projection || options_.projection->shows_id(); }
  bool shows_type() const { return !options_.projection || options_.projection->shows_type(); }
  bool shows_scope() const { return !options_.projection || options_.projection->shows_scope(); }

  void open() { out_.push_back('{'); }
  void close() { out_.push_back('}'); }
  void comma() {
    if (out_.back() != '{' && out_.back() != '[') out_.push_back(',');
  }
  void key(std::string_view name) {
    comma();
    out_.append("\"").append(name).append("\":");
  }
  void raw_member(std::string_view name, std::string_view json) {
    key(name);
    out_.append(json);
  }
  // Texts that were seen to hold nothing to be escaped.
  void text_member(std::string_view name, std::string_view text) {
    key(name);
    out_.append("\"").append(text).append("\"");
  }
  void time_member(std::string_view name, Instant instant) {
    key(name);
    out_.push_back('"');
    append_iso8601(out_, instant);
    out_.push_back('"');
  }
  void context_member() {
    if (options_.with_context) raw_member("@context", context_.reference());
  }

  template <class List, class Write>
  void one_or_many(std::string_view name, const List& list, Write write) {
    key(name);
    if (list.size() != 1) out_.push_back('[');
    for (const auto& one : list) {
      if (list.size() != 1) comma();
      write(one);
    }
    if (list.size() != 1) out_.push_back(']');
  }
  void type(const Entity& entity) {
    one_or_many("type", entity.types(), [this](NameId id) { out_.append(names_.quoted(id)); });
  }
  void scopes(const Entity& entity) {
    one_or_many("scope", entity.scopes(),
                [this](std::string_view scope) { out_.append("\"").append(scope).append("\""); });
  }

  void attributes(const AttributeRange& range, const Projection* projection) {
    for (auto at = range.begin(); !(at == range.end());) {
      group(at, range.end(), projection, true);
    }
  }

  // The instances of one name; `at` is moved behind them.
  bool group(AttributeRange::Iterator& at, const AttributeRange::Iterator& end,
             const Projection* projection, bool with_key) {
    const NameId name = at->name;
    const bool shown = !projection || projection->shows(name);
    instances_.clear();
    for (; !(at == end) && at->name == name; ++at) {
      if (shown && (!projection || projection->shows_instance(at->dataset_id))) {
        instances_.push_back(*at);
      }
    }
    if (instances_.empty()) return false;
    if (with_key) {
      const std::string& quoted = names_.quoted(name);
      if (quoted.empty()) return false;
      comma();
      out_.append(quoted).push_back(':');
    }
    // Sub-attributes use the list too.
    if (instances_.size() == 1) {
      instance(AttributeView(instances_.front()), true);
    } else {
      many(std::vector<AttributeView>(instances_));
    }
    return true;
  }

  void many(const std::vector<AttributeView>& instances) {
    if (options_.representation != Representation::kSimplified) {
      out_.push_back('[');
      for (const AttributeView& one : instances) {
        comma();
        instance(one, false);
      }
      out_.push_back(']');
      return;
    }
    out_.append("{\"dataset\":{");
    for (const AttributeView& one : instances) {
      key(one.dataset_id.empty() ? "@none" : one.dataset_id);
      simplified(one);
    }
    out_.append("}}");
  }

  // In an array of instances a bare value would be taken for an element of a value.
  void instance(const AttributeView& view, bool alone) {
    if (options_.representation == Representation::kSimplified) return simplified(view);
    if (options_.representation == Representation::kConcise && alone && is_bare(view)) {
      out_.append(view.value);
      return;
    }
    open();
    if (options_.language && view.kind == Kind::kLanguageProperty) {
      translated(view);
    } else {
      if (options_.representation == Representation::kNormalized || type_is_needed(view)) {
        text_member("type", kind_name(view.kind));
      }
      key(value_member(view.kind));
      value(view);
    }
    metadata(view);
    attributes(view.attributes(), nullptr);
    close();
  }

  [[nodiscard]] bool is_bare(const AttributeView& view) const {
    if (!view.members.empty() || view.observed_at || !view.dataset_id.empty()) return false;
    if (!view.unit_code.empty() || !view.value_type.empty() || options_.sys_attrs) return false;
    if (view.kind == Kind::kGeoProperty) return true;
    return view.kind == Kind::kProperty && !needs_wrapping(view.value);
  }
  // {"value": geometry} would be read as a GeoProperty.
  static bool type_is_needed(const AttributeView& view) {
    return view.kind == Kind::kProperty && view.value.starts_with('{') &&
           !detail::member_of(view.value, "coordinates").empty();
  }

  void metadata(const AttributeView& view) {
    if (!view.value_type.empty()) value_type(view);
    if (!view.unit_code.empty()) text_member("unitCode", view.unit_code);
    if (view.observed_at) time_member("observedAt", *view.observed_at);
    if (!view.dataset_id.empty()) text_member("datasetId", view.dataset_id);
    if (!options_.sys_attrs) return;
    time_member("createdAt", view.created_at);
    time_member("modifiedAt", view.modified_at);
    if (view.expires_at) time_member("expiresAt", *view.expires_at);
  }

  void value_type(const AttributeView& view) {
    const bool relationship =
        view.kind == Kind::kRelationship || view.kind == Kind::kListRelationship;
    std::vector<std::string_view> iris;
    std::string_view rest = view.value_type;
    for (std::size_t space = 0; space != rest.npos;) {
      space = rest.find(' ');
      iris.push_back(rest.substr(0, space));
      if (space != rest.npos) rest.remove_prefix(space + 1);
    }
    one_or_many(relationship ? "objectType" : "valueType", iris, [this](std::string_view iri) {
      json::append_quoted(out_, context_.compact_name(iri));
    });
  }

  void value(const AttributeView& view) {
    if (view.kind == Kind::kVocabProperty) return vocab(view.value);
    if (view.kind != Kind::kListRelationship ||
        options_.representation != Representation::kNormalized) {
      out_.append(view.value);
      return;
    }
    out_.push_back('[');
    for (TextCursor cursor(view.value); cursor.next();) {
      comma();
      out_.append("{\"object\":").append(cursor.value()).push_back('}');
    }
    out_.push_back(']');
  }

  void vocab(std::string_view stored) {
    const auto compacted = [this](std::string_view quoted) {
      std::string storage;
      json::append_quoted(out_, context_.compact_name(detail::unquoted(quoted, storage)));
    };
    if (!stored.starts_with('[')) return compacted(stored);
    out_.push_back('[');
    for (TextCursor cursor(stored); cursor.next();) {
      comma();
      compacted(cursor.value());
    }
    out_.push_back(']');
  }

  // A LanguageProperty in one language is a Property (4.15).
  void translated(const AttributeView& view) {
    const detail::Spoken spoken = detail::spoken(view.value, *options_.language);
    if (options_.representation == Representation::kNormalized) {
      raw_member("type", "\"Property\"");
    }
    raw_member("value", spoken.text);
    raw_member("lang", spoken.tag);
  }

  void simplified(const AttributeView& view) {
    const bool wrapped = view.kind == Kind::kLanguageProperty ||
                         view.kind == Kind::kVocabProperty || view.kind == Kind::kJsonProperty;
    if (view.kind == Kind::kLanguageProperty && options_.language) {
      out_.append(detail::spoken(view.value, *options_.language).text);
    } else if (wrapped) {
      open();
      key(value_member(view.kind));
      value(view);
      close();
    } else {
      value(view);
    }
  }

  ShortNames& names_;
  const jsonld::Context& context_;
  const RenderOptions& options_;
  std::string& out_;
  std::vector<AttributeView> instances_;
};

}  // namespace

void render(const Entity& entity, const Names& names, const jsonld::Context& context,
            const RenderOptions& options, std::string& out) {
  out.reserve(out.size() + 2 * entity.bytes().size() + 256);
  Renderer(names, context, options, out).entity(entity);
}

bool render_attribute(const Entity& entity, NameId attribute, const Names& names,
                      const jsonld::Context& context, const RenderOptions& options,
                      std::string& out) {
  return Renderer(names, context, options, out).one_attribute(entity.attributes(), attribute);
}

void render_feature(const Entity& entity, const Names& names, const jsonld::Context& context,
                    const RenderOptions& options, const GeoJsonOptions& geo, std::string& out) {
  Renderer(names, context, options, out).feature(entity, geo);
}

}  // namespace revier::ngsi
