// SPDX-License-Identifier: EUPL-1.2
// The form: version, flags, createdAt, modifiedAt, [expiresAt], id, number of types, types, number
// of scopes, scopes, attribute instances to the end.
// An instance: length of the rest, name, kind and flags, createdAt (from the entity's), modifiedAt
// (from createdAt), [observedAt, expiresAt from modifiedAt], [datasetId], [unitCode], [valueType],
// value, sub-attributes to the end.
#include "ngsi/entity.h"

#include <malloc.h>

#include <new>

#include "base/check.h"
#include "ngsi/detail/bytes.h"
#include "ngsi/detail/form.h"
#include "ngsi/detail/json_text.h"

namespace revier::ngsi {
namespace {

using detail::ByteReader;

constexpr std::array<std::string_view, kKinds> kKindNames = {
    "Property",      "GeoProperty",  "Relationship", "LanguageProperty",
    "VocabProperty", "JsonProperty", "ListProperty", "ListRelationship"};
constexpr std::array<std::string_view, kKinds> kValueMembers = {
    "value", "value", "object", "languageMap", "vocab", "json", "valueList", "objectList"};

// Years 0001 to 9999.
constexpr Instant kFirst{-62'135'596'800'000'000};
constexpr Instant kLast{253'402'300'799'999'999};
bool possible(Instant instant) { return kFirst <= instant && instant <= kLast; }

// False where the bytes are not well-formed.
bool read_instance(std::string_view raw, std::string_view body, Instant base, AttributeView& view) {
  ByteReader in(body.data(), body.data() + body.size());
  const std::uint64_t name = in.varint();
  const std::uint8_t flags = in.byte();
  view.name = static_cast<NameId>(name);
  view.kind = static_cast<Kind>(flags & detail::kKindMask);
  view.created_at = in.instant_after(base);
  view.modified_at = in.instant_after(view.created_at);
  const auto instant = [&](std::uint8_t flag) -> std::optional<Instant> {
    if (!(flags & flag)) return std::nullopt;
    return in.instant_after(view.modified_at);
  };
  const auto text = [&](std::uint8_t flag) {
    return flags & flag ? in.text() : std::string_view();
  };
  view.observed_at = instant(detail::kHasObservedAt);
  view.expires_at = instant(detail::kHasExpiresAt);
  view.dataset_id = text(detail::kHasDatasetId);
  view.unit_code = text(detail::kHasUnitCode);
  view.value_type = text(detail::kHasValueType);
  view.value = in.text();
  view.members = in.rest();
  view.raw = raw;
  view.base = base;
  return in.ok() && name != kNoName && name <= std::numeric_limits<NameId>::max();
}

bool good_times(const AttributeView& view) {
  return possible(view.created_at) && possible(view.modified_at) &&
         possible(view.observed_at.value_or(kFirst)) && possible(view.expires_at.value_or(kFirst));
}

bool good_texts(const AttributeView& view) {
  for (const std::string_view text : {view.dataset_id, view.unit_code, view.value_type}) {
    if (!detail::is_plain_text(text)) return false;
  }
  return detail::is_json(view.value);
}

// Instances in order, each well-formed, to the depth that the parser lets in.
bool good_instances(std::string_view bytes, Instant base, int depth) {
  if (depth > detail::kMembersDepthMax) return false;
  ByteReader in(bytes.data(), bytes.data() + bytes.size());
  NameId last_name = kNoName;
  std::string_view last_dataset;
  while (in.left() > 0) {
    const char* start = in.at();
    const std::string_view body = in.text();
    if (!in.ok()) return false;
    AttributeView view;
    const std::string_view raw(start, static_cast<std::size_t>(in.at() - start));
    if (!read_instance(raw, body, base, view)) return false;
    if (!good_times(view) || !good_texts(view)) return false;
    if (!good_instances(view.members, base, depth + 1)) return false;
    if (std::tie(view.name, view.dataset_id) <= std::tie(last_name, last_dataset)) return false;
    last_name = view.name;
    last_dataset = view.dataset_id;
  }
  return true;
}

}  // namespace

std::string_view kind_name(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }
std::string_view value_member(Kind kind) { return kValueMembers[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_named(std::string_view name) {
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (kKindNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

AttributeRange AttributeView::attributes() const { return {members, base}; }

AttributeRange::Iterator::Iterator(const char* at, const char* end, Instant base)
    : at_(at), end_(end), next_(at) {
  view_.base = base;
  load();
}

AttributeRange::Iterator& AttributeRange::Iterator::operator++() {
  at_ = next_;
  load();
  return *this;
}

void AttributeRange::Iterator::load() {
  if (at_ == end_) return;
  ByteReader in(at_, end_);
  const std::string_view body = in.text();
  next_ = in.at();
  (void)read_instance({at_, static_cast<std::size_t>(next_ - at_)}, body, view_.base, view_);
}

AttributeRange::Iterator AttributeRange::find(NameId name) const {
  const char* at = bytes_.data();
  const char* const last = end_ptr();
  while (at != last) {
    ByteReader in(at, last);
    const std::string_view body = in.text();
    const std::uint64_t here = ByteReader(body.data(), body.data() + body.size()).varint();
    if (here == name) return {at, last, base_};
    if (here > name) break;
    at = in.at();
  }
  return end();
}

std::optional<AttributeView> AttributeRange::find(NameId name, std::string_view dataset_id) const {
  for (Iterator at = find(name); !(at == end()) && at->name == name; ++at) {
    if (at->dataset_id == dataset_id) return *at;
  }
  return std::nullopt;
}

struct Entity::Layout {
  std::uint32_t id_at = 0;
  std::uint32_t types_at = 0;
  std::uint32_t scopes_at = 0;
  std::uint32_t attributes_at = 0;
  std::uint64_t types = 0;
  Instant created_at;
  bool ok = false;

  // With `whole`, every byte is looked at.
  static Layout of(std::string_view bytes, bool whole);
};

Entity::Layout Entity::Layout::of(std::string_view bytes, bool whole) {
  Layout layout;
  ByteReader in(bytes.data(), bytes.data() + bytes.size());
  const auto here = [&] { return static_cast<std::uint32_t>(in.at() - bytes.data()); };
  in.byte();
  const std::uint8_t flags = in.byte();
  layout.created_at = in.instant();
  bool good = possible(layout.created_at) && possible(in.instant());
  if (flags & detail::kEntityExpires) good = possible(in.instant()) && good;
  const std::string_view id = in.text();
  layout.types_at = here();
  layout.id_at = layout.types_at - static_cast<std::uint32_t>(id.size());
  layout.types = in.varint();
  for (std::uint64_t i = 0; i < layout.types && in.ok(); ++i) {
    const std::uint64_t type = in.varint();
    good = good && type != kNoName && type <= std::numeric_limits<NameId>::max();
  }
  layout.scopes_at = here();
  const std::uint64_t scopes = in.varint();
  for (std::uint64_t i = 0; i < scopes && in.ok(); ++i) {
    good = detail::is_plain_text(in.text()) && good;
  }
  layout.attributes_at = here();
  layout.ok = in.ok() && good && !id.empty() && layout.types > 0 && flags <= detail::kEntityExpires;
  if (whole && layout.ok) {
    layout.ok = detail::is_plain_text(id) && good_instances(in.rest(), layout.created_at, 0);
  }
  return layout;
}

Entity::Entity(const Layout& layout, std::uint32_t size)
    : size_(size),
      id_at_(layout.id_at),
      types_at_(layout.types_at),
      scopes_at_(layout.scopes_at),
      attributes_at_(layout.attributes_at) {}

EntityPtr Entity::make(std::string_view bytes, const Layout& layout) {
  void* memory = ::operator new(sizeof(Entity) + bytes.size());
  auto* entity = new (memory) Entity(layout, static_cast<std::uint32_t>(bytes.size()));
  std::memcpy(static_cast<char*>(memory) + sizeof(Entity), bytes.data(), bytes.size());
  return EntityPtr(entity);
}

void Entity::destroy(const Entity* entity) {
  entity->~Entity();
  ::operator delete(const_cast<Entity*>(entity));
}

Result<EntityPtr> Entity::decode(std::string_view bytes) {
  if (bytes.empty()) return fail(Code::kCorrupt, "an entity without bytes");
  const auto version = static_cast<std::uint8_t>(bytes.front());
  if (version > detail::kFormVersion) {
    return fail(Code::kNewerFormat,
                fmt::format("entity form {} is newer than {}", version, detail::kFormVersion));
  }
  if (version == 0 || bytes.size() > detail::kEntityFormBytesMax) {
    return fail(Code::kCorrupt, "not an entity's bytes");
  }
  const Layout layout = Layout::of(bytes, true);
  if (!layout.ok) return fail(Code::kCorrupt, "an entity's bytes are not well-formed");
  return make(bytes, layout);
}

EntityPtr Entity::take(std::string_view bytes) {
  const Layout layout = Layout::of(bytes, false);
  RV_CHECK(layout.ok);
  return make(bytes, layout);
}

std::size_t Entity::memory_bytes() const {
  return malloc_usable_size(const_cast<Entity*>(this)) + sizeof(std::size_t);
}

Instant Entity::created_at() const { return ByteReader(data() + 2, data() + size_).instant(); }
Instant Entity::modified_at() const { return ByteReader(data() + 10, data() + size_).instant(); }

std::optional<Instant> Entity::expires_at() const {
  if (!(data()[1] & detail::kEntityExpires)) return std::nullopt;
  return ByteReader(data() + 18, data() + size_).instant();
}

std::vector<NameId> Entity::types() const {
  ByteReader in(data() + types_at_, data() + scopes_at_);
  std::vector<NameId> types(in.varint());
  for (NameId& type : types) type = static_cast<NameId>(in.varint());
  return types;
}

bool Entity::has_type(NameId type) const {
  ByteReader in(data() + types_at_, data() + scopes_at_);
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    if (in.varint() == type) return true;
  }
  return false;
}

std::vector<std::string_view> Entity::scopes() const {
  ByteReader in(data() + scopes_at_, data() + attributes_at_);
  std::vector<std::string_view> scopes(in.varint());
  for (std::string_view& scope : scopes) scope = in.text();
  return scopes;
}

bool Entity::has_scopes() const { return data()[scopes_at_] != 0; }

AttributeRange Entity::attributes() const {
  return {{data() + attributes_at_, size_ - attributes_at_}, created_at()};
}

bool Entity::has(NameId name) const {
  const AttributeRange range = attributes();
  return !(range.find(name) == range.end());
}

}  // namespace revier::ngsi
