// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/instance.h"

#include "json/json.h"
#include "ngsi/detail/bytes.h"
#include "ngsi/detail/draft.h"
#include "ngsi/detail/json_text.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kBaseBytes = 8;
constexpr std::size_t kLeastBytes = kBaseBytes + 6;

std::string null_of(Kind kind) {
  const std::string null = fmt::format("\"{}\"", kNullUri);
  switch (kind) {
    case Kind::kLanguageProperty:
      return fmt::format("{{\"@none\":{}}}", null);
    case Kind::kListProperty:
    case Kind::kListRelationship:
      return fmt::format("[{}]", null);
    default:
      return null;
  }
}

// An entity of that one instance lends it its bytes.
std::string form_of(detail::Instance instance) {
  detail::Draft draft;
  draft.id = "urn:x";
  draft.created_at = draft.modified_at = instance.created_at;
  draft.types = {1};
  draft.added.push_back(std::move(instance));
  const auto entity = detail::freeze(std::move(draft));
  std::string out;
  if (entity) append_instance(out, *(*entity)->attributes().begin());
  return out;
}

// Members hold bytes that count from the base of their instance: here they get another one.
detail::Instance thawed_whole(const AttributeView& view) {
  detail::Instance instance = detail::thawed(view);
  instance.members.clear();
  for (const AttributeView& member : view.attributes()) {
    instance.members.push_back(thawed_whole(member));
  }
  return instance;
}

void add_names(const AttributeView& view, std::vector<NameId>& out) {
  out.push_back(view.name);
  for (const AttributeView& member : view.attributes()) add_names(member, out);
}

}  // namespace

void append_instance(std::string& out, const AttributeView& view) {
  detail::put_instant(out, view.base);
  out.append(view.raw);
}

Result<AttributeView> read_instance(std::string_view form) {
  if (form.size() < kLeastBytes) return fail(Code::kCorrupt, "an instance of history is too short");
  detail::ByteReader in(form.data(), form.data() + form.size());
  const Instant base = in.instant();
  return *AttributeRange(form.substr(kBaseBytes), base).begin();
}

std::string deletion_of(const AttributeView& before, Instant at) {
  return deletion_of(before.name, before.kind, before.dataset_id, {before.created_at, at, {}});
}

std::string deletion_of(NameId name, Kind kind, std::string_view dataset_id,
                        const InstanceTimes& times) {
  detail::Instance instance;
  instance.name = name;
  instance.dataset_id = dataset_id;
  instance.kind = kind;
  instance.created_at = times.created_at;
  instance.modified_at = times.modified_at;
  instance.observed_at = times.observed_at;
  instance.value = null_of(kind);
  return form_of(std::move(instance));
}

std::string with_times(std::string_view form, Instant created_at, Instant modified_at) {
  const auto view = read_instance(form);
  if (!view) return std::string(form);
  detail::Instance instance = thawed_whole(*view);
  instance.created_at = created_at;
  instance.modified_at = modified_at;
  return form_of(std::move(instance));
}

std::string scope_instance(const std::vector<std::string>& scopes, const InstanceTimes& times) {
  detail::Instance instance;
  instance.created_at = times.created_at;
  instance.modified_at = times.modified_at;
  instance.observed_at = times.observed_at;
  json::Writer writer(instance.value);
  writer.begin_array();
  for (const std::string& scope : scopes) writer.string(scope);
  writer.end_array();
  return form_of(std::move(instance));
}

std::vector<std::string> scopes_in(std::string_view value) {
  std::vector<std::string> scopes;
  std::string storage;
  for (detail::TextCursor cursor(value); cursor.next();) {
    scopes.emplace_back(detail::unquoted(cursor.value(), storage));
  }
  return scopes;
}

std::vector<NameId> names_in(const AttributeView& view) {
  std::vector<NameId> out;
  add_names(view, out);
  return out;
}

Result<EntityPtr> gather(const Gathered& parts) {
  detail::Draft draft;
  draft.id = parts.id;
  draft.types = parts.types;
  draft.scopes = parts.scopes;
  std::size_t number = 0;
  for (const AttributeView& view : parts.instances) {
    detail::Instance instance = thawed_whole(view);
    instance.dataset_id = fmt::format("{:08}", number++);
    draft.added.push_back(std::move(instance));
  }
  return detail::freeze(std::move(draft));
}

}  // namespace revier::ngsi
