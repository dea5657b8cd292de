// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "casework/detail/schema.h"

#include "base/ascii.h"

namespace revier::casework {
namespace {

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::size_t kOptionsMax = 300;
constexpr std::int64_t kItemsMax = 20;
constexpr std::int64_t kLengthMax = 4'000;
constexpr std::int64_t kFileBytesMax = 10'000'000;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 60 && is_lower(text.front()) &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Result<std::vector<std::string>> read_texts(const Place& place) {
  RV_ASSIGN(const std::vector<Place> list, place.elements(kOptionsMax));
  std::vector<std::string> texts;
  for (const Place& one : list) {
    RV_ASSIGN(std::string text, one.text(120));
    if (std::ranges::find(texts, text) != texts.end()) return one.refuse("stands twice");
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<> read_size(const Place& place, const char* name, std::int64_t most, std::size_t& size) {
  if (!place.member(name)) return {};
  RV_ASSIGN(const std::int64_t number, place.integer(name, 0, most));
  size = static_cast<std::size_t>(number);
  return {};
}

Result<> read_options(const Place& place, const Place& label, Field& field) {
  RV_ASSIGN(const Place listed, place.need("enum"));
  RV_ASSIGN(const std::vector<std::string> values, read_texts(listed));
  if (values.empty()) return listed.refuse("there is nothing to choose from");
  RV_ASSIGN(const Place options, label.need("options"));
  for (const std::string& value : values) {
    RV_ASSIGN(Words words, options.words(value, 200));
    field.options.push_back({value, std::move(words)});
  }
  if (options.value().size() != values.size()) {
    return options.refuse("names something that cannot be chosen");
  }
  return {};
}

Result<> read_string(const Place& place, const Place& label, Field& field) {
  RV_TRY(place.only({"type", "minLength", "maxLength", "enum", "format"}));
  RV_TRY(read_size(place, "minLength", kLengthMax, field.length_min));
  RV_TRY(read_size(place, "maxLength", kLengthMax, field.length_max));
  if (field.length_max == 0 || field.length_min > field.length_max) {
    return place.refuse("no text can be that long");
  }
  if (place.member("enum")) {
    field.kind = Kind::kChoice;
    if (place.value().size() != 2) return place.refuse("a choice has type and enum only");
    return read_options(place, label, field);
  }
  if (const auto format = place.member("format")) {
    RV_ASSIGN(const std::string name, format->text(20));
    if (name == "email") {
      field.kind = Kind::kEmail;
    } else if (name == "date") {
      field.kind = Kind::kDate;
    } else if (name == "tel") {
      field.kind = Kind::kTel;
    } else if (name == "position") {
      field.kind = Kind::kPosition;
    } else {
      return format->refuse("expected email, date, tel or position");
    }
  } else if (field.length_max > 200) {
    field.kind = Kind::kLongText;
  }
  return {};
}

Result<> read_integer(const Place& place, Field& field) {
  RV_TRY(place.only({"type", "minimum", "maximum"}));
  constexpr std::int64_t kBound = 1'000'000'000'000;
  field.kind = Kind::kInteger;
  field.min = -kBound;
  field.max = kBound;
  if (place.member("minimum")) {
    RV_ASSIGN(field.min, place.integer("minimum", -kBound, kBound));
  }
  if (place.member("maximum")) {
    RV_ASSIGN(field.max, place.integer("maximum", -kBound, kBound));
  }
  if (field.min > field.max) return place.refuse("no number is in this range");
  return {};
}

Result<> read_boolean(const Place& place, bool& must_be_true) {
  RV_TRY(place.only({"type", "const"}));
  if (const auto constant = place.member("const")) {
    RV_ASSIGN(must_be_true, constant->flag());
    if (!must_be_true) return constant->refuse("expected true");
  }
  return {};
}

Result<> read_file_rules(const Place& label, Field& field) {
  constexpr std::string_view kTypes[] = {"image/jpeg", "image/png", "application/pdf"};
  RV_ASSIGN(const Place types, label.need("types"));
  RV_ASSIGN(field.types, read_texts(types));
  if (field.types.empty()) return types.refuse("there is no type that could be attached");
  for (const std::string& type : field.types) {
    if (std::ranges::find(kTypes, type) == std::end(kTypes)) {
      return types.refuse(type + " is not taken: image/jpeg, image/png or application/pdf");
    }
  }
  RV_ASSIGN(const std::int64_t bytes, label.integer("bytes_max", 1'000, kFileBytesMax));
  field.bytes_max = static_cast<std::size_t>(bytes);
  return {};
}

Result<> read_fields(const Place& object, const Place& labels, bool in_group,
                     std::vector<Field>& fields);

Result<> read_array(const Place& place, const Place& label, bool in_group, Field& field) {
  RV_TRY(place.only({"type", "items", "minItems", "maxItems", "uniqueItems"}));
  RV_ASSIGN(const Place items, place.need("items"));
  RV_ASSIGN(const Place type, items.need("type"));
  RV_TRY(read_size(place, "minItems", kItemsMax, field.items_min));
  const auto format = items.member("format");
  if (items.member("enum")) {
    RV_TRY(items.only({"type", "enum"}));
    field.kind = Kind::kChoices;
    RV_TRY(read_options(items, label, field));
    field.items_max = field.options.size();
  }
  RV_TRY(read_size(place, "maxItems", kOptionsMax, field.items_max));
  if (field.items_max == 0 || field.items_min > field.items_max) {
    return place.refuse("no list can be that long");
  }
  if (const auto unique = place.member("uniqueItems")) {
    RV_ASSIGN(const bool is_unique, unique->flag());
    if (!is_unique || field.kind != Kind::kChoices) return unique->refuse("only true, of choices");
  } else if (field.kind == Kind::kChoices) {
    return place.refuse("choices need uniqueItems true");
  }
  if (field.kind == Kind::kChoices) return {};
  if (field.items_max > static_cast<std::size_t>(kItemsMax) || !place.member("maxItems")) {
    return place.refuse("needs maxItems of at most 20");
  }
  if (in_group) return place.refuse("a repeated group holds no other group and no files");
  if (type.value().as_string() == "object") {
    RV_TRY(items.only({"type", "properties", "required", "additionalProperties"}));
    field.kind = Kind::kGroup;
    RV_ASSIGN(const Place inner, label.need("fields"));
    return read_fields(items, inner, true, field.fields);
  }
  if (type.value().as_string() == "string" && format && format->value().as_string() == "file") {
    RV_TRY(items.only({"type", "format"}));
    field.kind = Kind::kFiles;
    return read_file_rules(label, field);
  }
  return items.refuse("expected a list to choose from, objects or files");
}

Result<Field> read_field(std::string_view name, const Place& place, const Place& label,
                         bool in_group) {
  Field field{.name = std::string(name)};
  if (!is_name(name)) return place.refuse("a name has small letters, digits and _ only");
  RV_TRY(label.only({"label", "hint", "options", "fields", "types", "bytes_max", "autocomplete"}));
  RV_ASSIGN(field.label, label.words("label", 200));
  if (label.member("hint")) {
    RV_ASSIGN(field.hint, label.words("hint", 400));
  }
  if (const auto token = label.member("autocomplete")) {
    RV_ASSIGN(field.autocomplete, token->text(40));
  }
  RV_ASSIGN(const Place type, place.need("type"));
  RV_ASSIGN(const std::string kind, type.text(20));
  if (kind == "string") {
    RV_TRY(read_string(place, label, field));
  } else if (kind == "integer") {
    RV_TRY(read_integer(place, field));
  } else if (kind == "boolean") {
    field.kind = Kind::kTick;
    bool must_be_true = false;
    RV_TRY(read_boolean(place, must_be_true));
    field.length_min = must_be_true ? 1 : 0;
  } else if (kind == "array") {
    RV_TRY(read_array(place, label, in_group, field));
  } else {
    return type.refuse("expected string, integer, boolean or array");
  }
  return field;
}

// What a question must have so that the schema and the page mean the same by "required".
Result<> check_required(const Place& object, const std::vector<std::string>& required,
                        std::span<Field> fields) {
  for (const std::string& name : required) {
    const auto found = std::ranges::find(fields, name, &Field::name);
    if (found == fields.end()) return object.refuse(name + " is required and not declared here");
    found->required = true;
    const bool text = found->kind == Kind::kText || found->kind == Kind::kLongText;
    if (text && found->length_min == 0) {
      return object.refuse(name + " is required: give it a minLength of 1 or more");
    }
    const bool list =
        found->kind == Kind::kChoices || found->kind == Kind::kGroup || found->kind == Kind::kFiles;
    if (list && found->items_min == 0) {
      return object.refuse(name + " is required: give it minItems of 1 or more");
    }
  }
  for (const Field& field : fields) {
    const bool has_least = field.kind == Kind::kTick ? field.length_min > 0 : field.items_min > 0;
    if (has_least && !field.required) {
      return object.refuse(field.name + " has to be answered: name it in required");
    }
  }
  return {};
}

Result<> read_fields(const Place& object, const Place& labels, bool in_group,
                     std::vector<Field>& fields) {
  RV_ASSIGN(const Place properties, object.need("properties"));
  if (!properties.value().is_object()) return properties.refuse("expected an object");
  const std::size_t first = fields.size();
  for (const auto& [name, value] : properties.value().members()) {
    RV_ASSIGN(const Place place, properties.need(name));
    RV_ASSIGN(const Place label, labels.need(name));
    if (std::ranges::find(fields, name, &Field::name) != fields.end()) {
      return place.refuse("this name stands twice");
    }
    RV_ASSIGN(Field field, read_field(name, place, label, in_group));
    fields.push_back(std::move(field));
  }
  if (in_group && fields.empty()) return properties.refuse("a group asks at least one question");
  if (const auto extra = object.member("additionalProperties")) {
    if (extra->value().as_bool() != false) return extra->refuse("expected false");
  }
  const auto place = object.member("required");
  std::vector<std::string> required;
  if (place) {
    RV_ASSIGN(required, read_texts(*place));
  }
  return check_required(place ? *place : object, required, std::span(fields).subspan(first));
}

Result<Condition> read_condition(const Place& place) {
  RV_TRY(place.only({"properties", "required"}));
  RV_ASSIGN(const Place properties, place.need("properties"));
  RV_ASSIGN(const Place required, place.need("required"));
  RV_ASSIGN(const std::vector<std::string> names, read_texts(required));
  if (properties.value().size() != 1 || names.size() != 1) {
    return place.refuse("a condition looks at one answer, which it requires");
  }
  RV_ASSIGN(const Place asked, properties.need(names.front()));
  RV_TRY(asked.only({"const", "enum"}));
  Condition condition{.field = names.front(), .values = {}};
  if (const auto constant = asked.member("const")) {
    if (constant->value().as_bool() == true) {
      condition.values = {"1"};
    } else {
      RV_ASSIGN(std::string value, constant->text(120));
      condition.values = {std::move(value)};
    }
  } else {
    RV_ASSIGN(const Place listed, asked.need("enum"));
    RV_ASSIGN(condition.values, read_texts(listed));
  }
  return condition;
}

Result<> read_branches(const Place& schema, const Place& labels, std::vector<Field>& fields) {
  const auto all = schema.member("allOf");
  if (!all) return {};
  RV_ASSIGN(const std::vector<Place> list, all->elements(50));
  for (const Place& branch : list) {
    RV_TRY(branch.only({"if", "then"}));
    RV_ASSIGN(const Place question, branch.need("if"));
    RV_ASSIGN(const Condition condition, read_condition(question));
    RV_ASSIGN(const Place then, branch.need("then"));
    RV_TRY(then.only({"properties", "required"}));
    const std::size_t first = fields.size();
    RV_TRY(read_fields(then, labels, false, fields));
    for (Field& field : std::span(fields).subspan(first)) field.when = condition;
  }
  return {};
}

}  // namespace

Result<std::vector<Field>> read_schema(const Place& schema, const Place& labels) {
  RV_TRY(
      schema.only({"$schema", "type", "properties", "required", "allOf", "unevaluatedProperties"}));
  RV_ASSIGN(const Place dialect, schema.need("$schema"));
  if (dialect.value().as_string() != kDialect) {
    return dialect.refuse(fmt::format("expected {}", kDialect));
  }
  RV_ASSIGN(const Place type, schema.need("type"));
  if (type.value().as_string() != "object") return type.refuse("expected object");
  RV_ASSIGN(const Place closed, schema.need("unevaluatedProperties"));
  if (closed.value().as_bool() != false) return closed.refuse("expected false");
  if (!labels.value().is_object()) return labels.refuse("expected an object");
  std::vector<Field> fields;
  RV_TRY(read_fields(schema, labels, false, fields));
  RV_TRY(read_branches(schema, labels, fields));
  if (labels.value().size() != fields.size()) {
    return labels.refuse("names something that is not asked");
  }
  return fields;
}

}  // namespace revier::casework
