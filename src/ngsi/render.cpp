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

constexpr std::string_view kProofQuoted = "\"ngsildproof\"";
constexpr std::string_view kSealedIdQuoted = "\"entityIdSealed\"";
constexpr std::string_view kSealedTypeQuoted = "\"entityTypeSealed\"";

// How a normalized attribute begins, by Kind.
constexpr std::array<std::string_view, kKinds> kTypeAndValue = {
    R"("type":"Property","value":)",         R"("type":"GeoProperty","value":)",
    R"("type":"Relationship","object":)",    R"("type":"LanguageProperty","languageMap":)",
    R"("type":"VocabProperty","vocab":)",    R"("type":"JsonProperty","json":)",
    R"("type":"ListProperty","valueList":)", R"("type":"ListRelationship","objectList":)"};

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

// The entities that are being written, the innermost first: none is put inside itself.
struct Within {
  std::string_view id;
  const Within* outer = nullptr;

  [[nodiscard]] bool has(std::string_view wanted) const {
    return id == wanted || (outer != nullptr && outer->has(wanted));
  }
};

class Renderer {
 public:
  Renderer(const Names& names, const jsonld::Context& context, const RenderOptions& options,
           std::string& out, const Within* outer = nullptr)
      : all_names_(names),
        names_(ShortNames::of(names, context)),
        context_(context),
        options_(options),
        out_(out),
        within_{{}, outer} {}

  void entity(const Entity& entity) {
    open();
    context_member();
    if (shows_id()) text_member("id", entity.id());
    inside(entity);
    close();
  }

  // Everything but @context and id.
  void inside(const Entity& entity) {
    within_.id = entity.id();
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
    raw_member("geometry", geometry_of(entity, geo));
    key("properties");
    open();
    inside(entity);
    close();
    close();
  }

  void temporal(const AttributeView& view, const InstanceMarks& marks) {
    instance(view, false);
    out_.pop_back();
    if (!marks.instance_id.empty()) text_member("instanceId", marks.instance_id);
    if (marks.deleted_at) time_member("deletedAt", *marks.deleted_at);
    close();
  }
  void simplified_value(const AttributeView& view) { simplified(view); }

  // All instances from `at` on that have its name; false if none is shown.
  bool one_attribute(const AttributeRange& range, NameId name) {
    auto at = range.find(name);
    return !(at == range.end()) && group(at, range.end(), options_.projection, false);
  }

 private:
  static std::string_view geometry_of(const Entity& entity, const GeoJsonOptions& geo) {
    std::optional<AttributeView> place;
    for (const std::string& id : geo.dataset_ids) {
      if (!place) place = entity.find(geo.geometry, id == "@none" ? "" : id);
    }
    if (geo.dataset_ids.empty()) place = entity.find(geo.geometry);
    return place && place->kind == Kind::kGeoProperty ? place->value : "null";
  }

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
    out_.push_back('"');
    out_.append(name).append("\":", 2);
  }
  void raw_member(std::string_view name, std::string_view json) {
    key(name);
    out_.append(json);
  }
  // Texts that were seen to hold nothing to be escaped.
  void text_member(std::string_view name, std::string_view text) {
    key(name);
    out_.push_back('"');
    out_.append(text).push_back('"');
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

  void members(const AttributeView& view) {
    const AttributeRange range = view.attributes();
    const auto end = range.end();
    const bool proof = names_.quoted(view.name) == kProofQuoted;
    ++depth_;
    for (auto at = range.begin(); !(at == end);) {
      if (proof && sealed(*at)) {
        ++at;
      } else {
        group(at, end, nullptr, true);
      }
    }
    --depth_;
  }
  // The members of a proof that are bare texts (4.5.2.2).
  bool sealed(const AttributeView& view) {
    const std::string& quoted = names_.quoted(view.name);
    if (quoted != kSealedIdQuoted && quoted != kSealedTypeQuoted) return false;
    comma();
    out_.append(quoted).push_back(':');
    value(view);
    return true;
  }

  void attributes(const AttributeRange& range, const Projection* projection) {
    const auto end = range.end();
    for (auto at = range.begin(); !(at == end);) group(at, end, projection, true);
  }

  // The instances of one name; `at` is moved behind them.
  bool group(AttributeRange::Iterator& at, const AttributeRange::Iterator& end,
             const Projection* projection, bool with_key) {
    const NameId name = at->name;
    const bool shown = !projection || projection->shows(name);
    auto next = at;
    ++next;
    if (next == end || next->name != name) {  // as a rule
      const bool written = shown && (!projection || projection->shows_instance(at->dataset_id)) &&
                           (!with_key || attribute_key(name));
      if (written) instance(*at, true);
      at = next;
      return written;
    }
    instances_.clear();
    for (; !(at == end) && at->name == name; ++at) {
      if (shown && (!projection || projection->shows_instance(at->dataset_id))) {
        instances_.push_back(*at);
      }
    }
    if (instances_.empty() || (with_key && !attribute_key(name))) return false;
    // Sub-attributes use the list too.
    if (instances_.size() == 1) {
      instance(AttributeView(instances_.front()), true);
    } else {
      many(std::vector<AttributeView>(instances_));
    }
    return true;
  }

  // False, with nothing appended, for a number without name.
  bool attribute_key(NameId name) {
    const std::string& quoted = names_.quoted(name);
    if (quoted.empty()) return false;
    comma();
    out_.append(quoted).push_back(':');
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
    } else if (options_.representation == Representation::kNormalized || type_is_needed(view)) {
      out_.append(kTypeAndValue[static_cast<std::size_t>(view.kind)]);
      value(view);
    } else {
      key(value_member(view.kind));
      value(view);
    }
    if (follows(view)) linked_member(view);
    metadata(view);
    if (!view.members.empty()) members(view);
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
    // Bytes of a store may be anything: what is no list is shown as it is.
    if (view.kind != Kind::kListRelationship || !view.value.starts_with('[') ||
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
      json::append_quoted(out_, context_.compact_value(detail::unquoted(quoted, storage)));
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

  // Relationships of the entity itself lead on, those of attributes do not.
  [[nodiscard]] bool follows(const AttributeView& view) const {
    return options_.linked != nullptr && options_.link_levels > 0 && depth_ == 0 &&
           (view.kind == Kind::kRelationship || view.kind == Kind::kListRelationship);
  }

  // Appends what `quoted` leads to; false, with nothing appended, where it leads to nothing.
  bool linked_entity(NameId relationship, std::string_view quoted) {
    std::string storage;
    const std::string_view id = detail::unquoted(quoted, storage);
    if (within_.has(id)) return false;
    const EntityPtr entity = options_.linked->find(id);
    if (!entity) return false;
    RenderOptions inner = options_;
    inner.with_context = false;
    inner.projection = options_.projection ? options_.projection->linked(relationship) : nullptr;
    --inner.link_levels;
    Renderer(all_names_, context_, inner, out_, &within_).entity(*entity);
    return true;
  }

  // "entity" or "entityList" beside the objects (4.5.23.2).
  void linked_member(const AttributeView& view) {
    const std::size_t before = out_.size();
    key(view.kind == Kind::kListRelationship ? "entityList" : "entity");
    bool any = false;
    if (!view.value.starts_with('[')) {
      any = linked_entity(view.name, view.value);
    } else {
      out_.push_back('[');
      for (TextCursor cursor(view.value); cursor.next();) {
        const std::size_t mark = out_.size();
        comma();
        const bool here = linked_entity(view.name, cursor.value());
        if (!here) out_.resize(mark);
        any = any || here;
      }
      out_.push_back(']');
    }
    if (!any) out_.resize(before);
  }

  // The entities themselves in place of their URIs (4.5.4).
  void simplified_links(const AttributeView& view) {
    const auto one = [&](std::string_view quoted) {
      if (!linked_entity(view.name, quoted)) out_.append(quoted);
    };
    if (!view.value.starts_with('[')) return one(view.value);
    out_.push_back('[');
    for (TextCursor cursor(view.value); cursor.next();) {
      comma();
      one(cursor.value());
    }
    out_.push_back(']');
  }

  void simplified(const AttributeView& view) {
    if (follows(view)) return simplified_links(view);
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

  const Names& all_names_;
  ShortNames& names_;
  const jsonld::Context& context_;
  const RenderOptions& options_;
  std::string& out_;
  Within within_;
  int depth_ = 0;  // 0: attributes of the entity
  std::vector<AttributeView> instances_;
};

}  // namespace

void render(const Entity& entity, const Names& names, const jsonld::Context& context,
            const RenderOptions& options, std::string& out) {
  out.reserve(out.size() + 2 * entity.bytes().size() + 256);
  Renderer(names, context, options, out).entity(entity);
}

void for_each_link(const Entity& entity, const Projection* projection, const TakeLink& take) {
  std::string storage;
  for (const AttributeView& view : entity.attributes()) {
    if (view.kind != Kind::kRelationship && view.kind != Kind::kListRelationship) continue;
    if (projection &&
        (!projection->shows(view.name) || !projection->shows_instance(view.dataset_id))) {
      continue;
    }
    const Projection* behind = projection ? projection->linked(view.name) : nullptr;
    if (!view.value.starts_with('[')) {
      take(detail::unquoted(view.value, storage), behind);
      continue;
    }
    for (TextCursor cursor(view.value); cursor.next();) {
      take(detail::unquoted(cursor.value(), storage), behind);
    }
  }
}

bool render_attribute(const Entity& entity, NameId attribute, const Names& names,
                      const jsonld::Context& context, const RenderOptions& options,
                      std::string& out) {
  return Renderer(names, context, options, out).one_attribute(entity.attributes(), attribute);
}

void render_instance(const AttributeView& view, const InstanceMarks& marks, const Names& names,
                     const jsonld::Context& context, const RenderOptions& options,
                     std::string& out) {
  Renderer(names, context, options, out).temporal(view, marks);
}

void render_value(const AttributeView& view, const Names& names, const jsonld::Context& context,
                  const RenderOptions& options, std::string& out) {
  Renderer(names, context, options, out).simplified_value(view);
}

std::string quoted_name(NameId name, const Names& names, const jsonld::Context& context) {
  return ShortNames::of(names, context).quoted(name);
}

void render_feature(const Entity& entity, const Names& names, const jsonld::Context& context,
                    const RenderOptions& options, const GeoJsonOptions& geo, std::string& out) {
  Renderer(names, context, options, out).feature(entity, geo);
}

}  // namespace revier::ngsi
