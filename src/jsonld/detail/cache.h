// SPDX-License-Identifier: EUPL-1.2
// Contexts by the text of their @context; the longest unused ones leave when the bytes run out.
// Thread safety: by its owner's lock.
#pragma once
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "jsonld/context.h"

namespace revier::jsonld::detail {

class Cache {
 public:
  explicit Cache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null where there is none.
  ContextPtr find(std::string_view key);
  // Returns what is under the key now: `context`, or one that was put before.
  ContextPtr put(std::string key, ContextPtr context, std::size_t bytes);
  void clear();

 private:
  struct Entry {
    std::string key;
    ContextPtr context;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Entries entries_;  // latest used first
  std::map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace revier::jsonld::detail
