// SPDX-License-Identifier: EUPL-1.2
// A table's columns and what they mean of an entity.
//
//   id, type                       of the entity
//   latitude, longitude            together: the place, attribute "location"
//   NAME                           value of a Property
//   NAME.unitCode NAME.observedAt  of the attribute NAME
//   NAME.geometry                  GeoJSON of a GeoProperty
//   NAME.object                    URI of a Relationship, or an array of them
//   NAME.languageMap.de            text of a LanguageProperty in that language
//   NAME.vocab NAME.json NAME.valueList NAME.objectList    of the attribute of that kind, as JSON
//
// A cell is the JSON that it reads as (21.5, true, [1, 2], {"a": 1}, "44623"), else a text. An
// empty cell is no attribute.
//
// Thread safety: pure functions; Columns and ColumnSet by one thread at a time.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace revier::transfer::detail {

// For reading: a header row, then rows to entities.
class Columns {
 public:
  struct Defaults {
    std::string type;       // where there is no such column, or its cell is empty
    std::string id_column;  // [id]
  };
  // Errors: kUnprocessable: no column, two of one name, no column with the id.
  [[nodiscard]] static Result<Columns> read(const std::vector<std::string>& header,
                                            Defaults defaults);

  // The entity as JSON. Errors: kUnprocessable with what is wrong.
  [[nodiscard]] Result<std::string> entity(const std::vector<std::string>& cells) const;

 private:
  struct Column {
    std::string attribute;  // empty for id, type and the place
    std::string member;     // "value", "unitCode", "languageMap"
    std::string language;
  };
  std::vector<Column> columns_;
  std::size_t id_ = 0;
  std::size_t type_ = SIZE_MAX;
  std::size_t latitude_ = SIZE_MAX;
  std::size_t longitude_ = SIZE_MAX;
  Defaults defaults_;
};

// For writing: the columns that all entities need together, then rows.
class ColumnSet {
 public:
  // Takes note of an entity (normalized form).
  void add(const json::Value& entity);
  // At most so many are kept; true when there were more.
  static constexpr std::size_t kMax = 1'000;
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::vector<std::string> header() const;
  // `left_out` grows by what no column is for.
  [[nodiscard]] std::vector<std::string> row(const json::Value& entity,
                                             std::uint64_t& left_out) const;

 private:
  void note(std::string name);
  std::map<std::string, std::size_t, std::less<>> index_;
  bool full_ = false;
};

// "urn:ngsi-ld:TYPE:ID" of an id that is no URI by itself. Errors: kUnprocessable.
[[nodiscard]] Result<std::string> entity_id(std::string_view type, std::string_view id);

}  // namespace revier::transfer::detail
