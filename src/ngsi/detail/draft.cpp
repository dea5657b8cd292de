// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/draft.h"

#include <algorithm>

#include "ngsi/detail/bytes.h"
#include "ngsi/detail/form.h"
#include "ngsi/difference.h"
#include "ngsi/mutate.h"

namespace revier::ngsi::detail {
namespace {

bool in_order(const Instance& a, const Instance& b) {
  return std::tie(a.name, a.dataset_id) < std::tie(b.name, b.dataset_id);
}

std::uint8_t flags_of(const Instance& instance) {
  auto flags = static_cast<unsigned>(instance.kind);
  if (!instance.dataset_id.empty()) flags |= kHasDatasetId;
  if (instance.observed_at) flags |= kHasObservedAt;
  if (instance.expires_at) flags |= kHasExpiresAt;
  if (!instance.unit_code.empty()) flags |= kHasUnitCode;
  if (!instance.value_type.empty()) flags |= kHasValueType;
  return static_cast<std::uint8_t>(flags);
}

void put_instances(std::string& out, std::vector<Instance>& instances, Instant base);

void put_instance(std::string& out, Instance& instance, Instant base) {
  if (!instance.raw.empty()) {
    out.append(instance.raw);
    return;
  }
  std::string body;
  body.reserve(instance.value.size() + 32);
  put_varint(body, instance.name);
  body.push_back(static_cast<char>(flags_of(instance)));
  put_difference(body, instance.created_at, base);
  put_difference(body, instance.modified_at, instance.created_at);
  if (instance.observed_at) put_difference(body, *instance.observed_at, instance.modified_at);
  if (instance.expires_at) put_difference(body, *instance.expires_at, instance.modified_at);
  if (!instance.dataset_id.empty()) put_text(body, instance.dataset_id);
  if (!instance.unit_code.empty()) put_text(body, instance.unit_code);
  if (!instance.value_type.empty()) put_text(body, instance.value_type);
  put_text(body, instance.value);
  put_instances(body, instance.members, base);
  put_text(out, body);
}

void put_instances(std::string& out, std::vector<Instance>& instances, Instant base) {
  if (!std::is_sorted(instances.begin(), instances.end(), in_order)) {
    std::sort(instances.begin(), instances.end(), in_order);
  }
  for (Instance& instance : instances) {
    if (!instance.gone) put_instance(out, instance, base);
  }
}

// Of an instance that is stored so; all before it is passed over.
std::string_view dataset_of(ByteReader in) {
  in.varint();  // name
  const std::uint8_t flags = in.byte();
  if ((flags & kHasDatasetId) == 0) return {};
  in.varint();  // createdAt and modifiedAt
  in.varint();
  if (flags & kHasObservedAt) in.varint();
  if (flags & kHasExpiresAt) in.varint();
  return in.text();
}

// All stored instances as they are: only what they are found by is read.
std::vector<Instance> instances_of(std::string_view stored) {
  constexpr std::size_t kUsual = 8;  // of an entity; an Instance is dear to move
  std::vector<Instance> instances;
  if (!stored.empty()) instances.reserve(kUsual);
  ByteReader in(stored.data(), stored.data() + stored.size());
  while (in.left() > 0) {
    const char* const start = in.at();
    const std::string_view body = in.text();
    const ByteReader fields(body.data(), body.data() + body.size());
    Instance& instance = instances.emplace_back();
    instance.name = static_cast<NameId>(ByteReader(fields).varint());
    instance.dataset_id = dataset_of(fields);
    instance.raw = {start, static_cast<std::size_t>(in.at() - start)};
  }
  return instances;
}

}  // namespace

Draft draft_of(const Entity& entity) {
  Draft draft;
  draft.id = entity.id();
  draft.created_at = entity.created_at();
  draft.modified_at = entity.modified_at();
  draft.expires_at = entity.expires_at();
  draft.types = entity.types();
  for (const std::string_view scope : entity.scopes()) draft.scopes.emplace_back(scope);
  draft.instances = instances_of(stored_attributes(entity));
  return draft;
}

Instance thawed(const AttributeView& view) {
  Instance instance;
  instance.name = view.name;
  instance.dataset_id = view.dataset_id;
  instance.kind = view.kind;
  instance.created_at = view.created_at;
  instance.modified_at = view.modified_at;
  instance.observed_at = view.observed_at;
  instance.expires_at = view.expires_at;
  instance.unit_code = view.unit_code;
  instance.value_type = view.value_type;
  instance.value = view.value;
  instance.members = instances_of(view.members);
  return instance;
}

Instance* find_instance(std::vector<Instance>& instances, NameId name,
                        std::string_view dataset_id) {
  const auto at = std::lower_bound(
      instances.begin(), instances.end(), std::pair(name, dataset_id),
      [](const Instance& instance, const std::pair<NameId, std::string_view>& wanted) {
        return std::pair(instance.name, std::string_view(instance.dataset_id)) < wanted;
      });
  const bool found = at != instances.end() && at->name == name && at->dataset_id == dataset_id;
  return found ? &*at : nullptr;
}

Result<EntityPtr> freeze(Draft draft) {
  std::string out;
  out.reserve(1024);
  out.push_back(static_cast<char>(kFormVersion));
  out.push_back(static_cast<char>(draft.expires_at ? kEntityExpires : 0));
  put_instant(out, draft.created_at);
  put_instant(out, draft.modified_at);
  if (draft.expires_at) put_instant(out, *draft.expires_at);
  put_text(out, draft.id);
  put_varint(out, draft.types.size());
  for (const NameId type : draft.types) put_varint(out, type);
  put_varint(out, draft.scopes.size());
  for (const std::string& scope : draft.scopes) put_text(out, scope);
  std::move(draft.added.begin(), draft.added.end(), std::back_inserter(draft.instances));
  put_instances(out, draft.instances, draft.created_at);
  if (out.size() > kEntityBytesMax) {
    return fail(Code::kTooLarge, fmt::format("entity {} would have {} bytes; {} are allowed",
                                             draft.id, out.size(), kEntityBytesMax));
  }
  return Entity::take(out);
}

}  // namespace revier::ngsi::detail
