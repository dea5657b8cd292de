// SPDX-License-Identifier: EUPL-1.2
// The names of one tenant: IRIs of types, attributes and sub-attributes, as small numbers.
//
// Entities hold NameIds, also in the store, so a name and its number are stored beside them: at the
// start the owner restore()s each pair; before it commits a batch it stores interned_since().
// A number is never given to another name while the process lives.
//
// Counting: the owner tells with count() which versions came and went; unused() are names that no
// counted version has, forget() takes them out. A forgotten name can still be read for a while
// (kForgottenKept further ones), so that a reader that holds an old version can finish.
//
// Thread safety: all methods from any thread; intern(), restore(), count() and forget() are meant
// for the one writer: only it knows that an unused name is not about to be used.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/thread_safety.h"

namespace revier::ngsi {

using NameId = std::uint32_t;
inline constexpr NameId kNoName = 0;  // never given

class Entity;

class Names {
 public:
  static constexpr std::size_t kForgottenKept = 10'000;

  explicit Names(std::size_t names_max = 10'000);
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // The number of a name, given now if it has none.
  // Errors: kInsufficientStorage: the tenant has names_max names already.
  [[nodiscard]] Result<NameId> intern(std::string_view iri);
  // The number of a name, or kNoName: no entity has it.
  [[nodiscard]] NameId find(std::string_view iri) const;
  // The name of a number; empty for a number that was never given or was forgotten long ago.
  [[nodiscard]] std::string iri(NameId id) const;

  // Puts back a stored pair. Errors: kCorrupt: number or name are there with another partner.
  [[nodiscard]] Result<> restore(NameId id, std::string_view iri);
  struct Entry {
    NameId id = kNoName;
    std::string iri;
  };
  // Names in use with a number of at least `first`, ascending: what is to be stored. The next call
  // passes next_id() as it was before this one.
  [[nodiscard]] std::vector<Entry> interned_since(NameId first) const;
  [[nodiscard]] NameId next_id() const;
  [[nodiscard]] std::size_t size() const;  // names in use

  // A version appeared (+1) or disappeared (-1). False where it holds a number that has no name.
  bool count(const Entity& entity, int difference);
  // The name stays, whether versions have it or not: rows that are no entities hold it.
  void keep(NameId id);
  // Names that no counted version has, ascending, at most `max`.
  [[nodiscard]] std::vector<NameId> unused(std::size_t max) const;
  void forget(NameId id);

  // Differs for every Names of the process: a key for caches.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Name {
    std::string iri;
    std::int64_t uses = 0;
    bool forgotten = false;
  };

  const std::size_t names_max_;
  const std::uint64_t serial_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, NameId, Hash, std::equal_to<>> ids_ RV_GUARDED_BY(mutex_);
  std::unordered_map<NameId, Name> names_ RV_GUARDED_BY(mutex_);
  std::deque<NameId> forgotten_ RV_GUARDED_BY(mutex_);
  NameId next_ RV_GUARDED_BY(mutex_) = 1;
};

}  // namespace revier::ngsi
