// SPDX-License-Identifier: EUPL-1.2
// One version of an NGSI-LD entity: immutable, one allocation, in memory exactly as it is stored.
//
//   for (const AttributeView a : entity->attributes()) ...   // by name number, then datasetId
//   store.put(key, entity->bytes());   RV_ASSIGN(EntityPtr e, Entity::decode(bytes));
//
// Values are JSON text as json::Writer writes it: no white space, escapes only where needed, object
// members in the order of the client. What a value is, by kind:
//   Property          any JSON but null            GeoProperty     a GeoJSON geometry (an object)
//   Relationship      "uri" or ["uri", ...]        ListRelationship  ["uri", ...]
//   LanguageProperty  {"tag": "text" or [...]}     VocabProperty   "iri" or ["iri", ...], expanded
//   JsonProperty      any JSON                     ListProperty    [...]
//
// Thread safety: an Entity never changes; any number of threads read it. Views and string_views
// live as long as an EntityPtr to their entity.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "base/result.h"
#include "base/time.h"
#include "ngsi/names.h"

namespace revier::ngsi {

// Stored: numbers must stay.
enum class Kind : std::uint8_t {
  kProperty = 0,
  kGeoProperty = 1,
  kRelationship = 2,
  kLanguageProperty = 3,
  kVocabProperty = 4,
  kJsonProperty = 5,
  kListProperty = 6,
  kListRelationship = 7,
};
inline constexpr std::uint8_t kKinds = 8;
[[nodiscard]] std::string_view kind_name(Kind kind);     // "GeoProperty"
[[nodiscard]] std::string_view value_member(Kind kind);  // "value", "object", "languageMap", ...
[[nodiscard]] std::optional<Kind> kind_named(std::string_view name);

class AttributeRange;

// One instance of an attribute or sub-attribute.
struct AttributeView {
  NameId name = kNoName;
  Kind kind = Kind::kProperty;
  std::string_view dataset_id;  // empty: the default instance
  Instant created_at;
  Instant modified_at;
  std::optional<Instant> observed_at;
  std::optional<Instant> expires_at;
  std::string_view unit_code;   // empty: none
  std::string_view value_type;  // IRI of valueType; of relationships objectType, IRIs parted by ' '
  std::string_view value;       // JSON text, see above
  std::string_view members;     // sub-attributes; read them with attributes()
  std::string_view raw;         // the whole instance as it is stored
  Instant base;                 // what times in `members` count from

  [[nodiscard]] AttributeRange attributes() const;
};

class AttributeRange {
 public:
  class Iterator {
   public:
    Iterator(const char* at, const char* end, Instant base);
    const AttributeView& operator*() const { return view_; }
    const AttributeView* operator->() const { return &view_; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void load();
    const char* at_;
    const char* end_;
    const char* next_;
    AttributeView view_;
  };

  AttributeRange(std::string_view bytes, Instant base) : bytes_(bytes), base_(base) {}
  [[nodiscard]] Iterator begin() const { return {bytes_.data(), end_ptr(), base_}; }
  [[nodiscard]] Iterator end() const { return {end_ptr(), end_ptr(), base_}; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  // The first instance of a name (the default one comes first); more follow it.
  [[nodiscard]] Iterator find(NameId name) const;
  [[nodiscard]] std::optional<AttributeView> find(NameId name, std::string_view dataset_id) const;

 private:
  [[nodiscard]] const char* end_ptr() const { return bytes_.data() + bytes_.size(); }
  std::string_view bytes_;
  Instant base_;
};

class Entity;
using EntityPtr = boost::intrusive_ptr<const Entity>;

class Entity {
 public:
  // Takes stored bytes after looking at every one of them; any bytes may be passed.
  // Errors: kCorrupt (form), kNewerFormat (version byte).
  [[nodiscard]] static Result<EntityPtr> decode(std::string_view bytes);
  // The same without the look, for bytes that were made here (detail/entity_writer.h).
  [[nodiscard]] static EntityPtr take(std::string_view bytes);

  // What is stored.
  [[nodiscard]] std::string_view bytes() const { return {data(), size_}; }
  // Bytes of memory, the allocator's share included.
  [[nodiscard]] std::size_t memory_bytes() const;

  [[nodiscard]] std::string_view id() const { return {data() + id_at_, types_at_ - id_at_}; }
  [[nodiscard]] Instant created_at() const;
  [[nodiscard]] Instant modified_at() const;
  [[nodiscard]] std::optional<Instant> expires_at() const;
  [[nodiscard]] std::vector<NameId> types() const;  // in the order of their addition
  [[nodiscard]] bool has_type(NameId type) const;
  [[nodiscard]] std::vector<std::string_view> scopes() const;
  [[nodiscard]] bool has_scopes() const;

  [[nodiscard]] AttributeRange attributes() const;
  [[nodiscard]] std::optional<AttributeView> find(NameId name,
                                                  std::string_view dataset_id = {}) const {
    return attributes().find(name, dataset_id);
  }
  [[nodiscard]] bool has(NameId name) const;

  friend void intrusive_ptr_add_ref(const Entity* entity) {
    entity->uses_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const Entity* entity) {
    if (entity->uses_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(entity);
  }

 private:
  struct Layout;
  Entity(const Layout& layout, std::uint32_t size);
  static void destroy(const Entity* entity);
  [[nodiscard]] static EntityPtr make(std::string_view bytes, const Layout& layout);
  [[nodiscard]] const char* data() const { return reinterpret_cast<const char*>(this + 1); }

  mutable std::atomic<std::uint32_t> uses_{0};
  std::uint32_t size_;
  // Where the parts begin in bytes(); each ends where the next begins.
  std::uint32_t id_at_;
  std::uint32_t types_at_;
  std::uint32_t scopes_at_;
  std::uint32_t attributes_at_;
};

}  // namespace revier::ngsi
