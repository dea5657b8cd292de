// SPDX-License-Identifier: EUPL-1.2
// The mutations of NGSI-LD: (version before, fragment, now) to (version after, what changed).
//
// `before` is never changed. createdAt stays with what it belongs to, modifiedAt becomes `now` for
// the entity and for what was written. Names are interned, so these run on the writer.
//
// Errors of all: kInsufficientStorage (names), kTooLarge (an entity beyond kEntityBytesMax).
// Thread safety: pure functions, but for Names.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ngsi/entity.h"
#include "ngsi/fragment.h"
#include "ngsi/names.h"

namespace revier::ngsi {

inline constexpr std::size_t kEntityBytesMax = std::size_t{4} << 20;

// One attribute instance that is not what it was. Look its value up in `before` or `after`.
struct AttributeChange {
  enum class What : std::uint8_t { kCreated, kUpdated, kDeleted };
  What what = What::kCreated;
  NameId name = kNoName;
  std::string dataset_id;
};

// Output of append, update and merge (5.2.18): IRIs; "type" and "scope" by these words.
struct NotUpdated {
  std::string attribute;
  std::string reason;
};
struct UpdateResult {
  std::vector<std::string> updated;
  std::vector<NotUpdated> not_updated;
};

struct Mutated {
  EntityPtr before;  // nullptr: created
  EntityPtr after;   // `before` itself where nothing was to be done
  std::vector<AttributeChange> changes;
  bool types_changed = false;
  bool scopes_changed = false;
  UpdateResult result;
};

// 5.6.1. The fragment has id and types (kParseWhole).
[[nodiscard]] Result<Mutated> create(Names& names, const Fragment& fragment, Instant now);

// 5.6.18. Types and scopes too become the fragment's; types stay if it has none.
[[nodiscard]] Result<Mutated> replace_entity(Names& names, const EntityPtr& before,
                                             const Fragment& fragment, Instant now);

// 5.6.3. Without `overwrite` what is there stays and is told in not_updated.
[[nodiscard]] Result<Mutated> append_attributes(Names& names, const EntityPtr& before,
                                                const Fragment& fragment, bool overwrite,
                                                Instant now);

// 5.6.2, by 5.5.8: attributes are replaced whole, or appended; Nulls delete.
[[nodiscard]] Result<Mutated> update_attributes(Names& names, const EntityPtr& before,
                                                const Fragment& fragment, Instant now);

// 5.6.17, by 5.5.12: merged to any depth.
struct MergeOptions {
  std::string lang;                    // language tag for strings given to LanguageProperties
  std::optional<Instant> observed_at;  // for merged attributes that had one and got none
  bool keeps_kind = false;             // a value that does not fit the kind is refused (simplified)
};
[[nodiscard]] Result<Mutated> merge(Names& names, const EntityPtr& before, const Fragment& fragment,
                                    const MergeOptions& options, Instant now);

// 5.6.4: members of one instance. Errors: kResourceNotFound: no such instance; kBadRequestData: it
// is of another kind.
[[nodiscard]] Result<Mutated> update_attribute(Names& names, const EntityPtr& before,
                                               const FragmentAttribute& fragment, Instant now);

// 5.6.19. Errors: kResourceNotFound.
[[nodiscard]] Result<Mutated> replace_attribute(Names& names, const EntityPtr& before,
                                                const FragmentAttribute& fragment, Instant now);

// 5.6.5. Errors: kResourceNotFound: no such attribute or instance.
struct DeleteOptions {
  std::string dataset_id;   // empty: the default instance
  bool delete_all = false;  // all instances
};
[[nodiscard]] Result<Mutated> delete_attribute(const Names& names, const EntityPtr& before,
                                               std::string_view name_iri,
                                               const DeleteOptions& options, Instant now);
// The same for "scope". Errors: kResourceNotFound: it has none.
[[nodiscard]] Result<Mutated> delete_scopes(const EntityPtr& before, Instant now);

// 4.22: the entity (after: nullptr), or those of its attributes and sub-attributes, go whose
// expiresAt is not after `now`.
[[nodiscard]] Result<Mutated> expire(const EntityPtr& before, Instant now);
// When there will be something for expire() to do; nullopt: never.
[[nodiscard]] std::optional<Instant> earliest_expiry(const Entity& entity);

// 5.6.21: of the attributes, all instances of those `names_of` (IRIs) are kept, or dropped.
struct Reduction {
  std::vector<std::string> names_of;
  bool keep = false;
};
[[nodiscard]] Result<Mutated> reduce(const Names& names, const EntityPtr& before,
                                     const Reduction& reduction, Instant now);

// Sets the value of a Property (default instance); for values that do not come from a client.
// `value_json` must be JSON as json::Writer writes it.
[[nodiscard]] Result<Mutated> put_property(Names& names, const EntityPtr& before,
                                           std::string_view name_iri, std::string_view value_json,
                                           Instant now);

}  // namespace revier::ngsi
