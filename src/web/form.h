// SPDX-License-Identifier: EUPL-1.2
// One definition of a form gives its HTML, its parsing (page and JSON), its checks, its messages
// and its problem details.
//
//   const web::Form kForm{{.name = "name", .kind = web::FieldKind::kText, .label = texts::kName,
//                          .required = true, .length_max = 120, .autocomplete = "name"}, ...};
//   RV_ASSIGN(web::FormData data, web::read_form(kForm, request));
//   web::validate(kForm, data);                       // fills data.errors
//   if (!data.errors.empty()) return show(422, ...);  // render_form_fields(out, {kForm, data})
//
// Thread safety: a Form is constant, the rest are values.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "web/components.h"
#include "web/i18n.h"
#include "web/page.h"

namespace revier::web {

enum class FieldKind : std::uint8_t {
  kText,
  kEmail,
  kTel,
  kNumber,
  kDate,
  kPassword,
  kTextarea,
  kSelect,
  kRadios,
  kCheckbox,    // one, true or false
  kCheckboxes,  // any number of options
  kHidden,
  kTime,  // "09:30"
};

struct Option {
  std::string value;
  Label label;
  Label hint;
  bool disabled = false;  // shown, not accepted
};

struct FormField {
  std::string name;  // snake_case; also the member in JSON and part of the id
  FieldKind kind = FieldKind::kText;
  Label label;
  Label hint;
  bool required = false;
  std::size_t length_max = 200;  // Unicode characters; kTextarea: 4000 unless stated
  std::int64_t min = INT64_MIN;  // kNumber
  std::int64_t max = INT64_MAX;
  std::string autocomplete;  // token of HTML 4.10.18.7 (WCAG 1.3.5)
  std::string inputmode;
  std::vector<Option> options;  // kSelect, kRadios, kCheckboxes
  // kSelect, kRadios: the option that is meant where none is sent. Such a field always has a value:
  // it begins with this one, and is neither missing nor called optional.
  std::string preset;
  Label missing;  // own message where the field is empty
  // A further check of a non-empty value; returns the message or nothing.
  std::function<std::optional<Label>(std::string_view value)> check;
};

struct Form {
  std::vector<FormField> fields;
  [[nodiscard]] const FormField* find(std::string_view name) const;
};

struct FieldError {
  std::string field;
  std::string message_de;
  std::string message_en;
  [[nodiscard]] const std::string& in(Language language) const {
    return language == Language::kDe ? message_de : message_en;
  }
};

// What was sent. Text is trimmed at both ends, line ends are \n; a checkbox is "1" or absent.
class FormData {
 public:
  [[nodiscard]] std::string_view get(std::string_view name) const;  // "" where it is missing
  [[nodiscard]] bool has(std::string_view name) const { return !get(name).empty(); }
  [[nodiscard]] const std::vector<std::string>& all(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;

  void set(std::string_view name, std::string value);
  void add(std::string_view name, std::string value);
  // For what only the domain knows ("this address has a ticket already").
  void fail(std::string_view field, const Label& message);

  [[nodiscard]] const FieldError* error(std::string_view field) const;
  [[nodiscard]] bool valid() const { return errors.empty(); }

  std::vector<FieldError> errors;  // in the order of the form

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// name=value pairs of a body, in order, decoded. At most `pairs_max`.
// Errors: kInvalidRequest (wrong escape, no UTF-8, NUL), kTooLarge (too many pairs).
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_urlencoded(
    std::string_view body, std::size_t pairs_max = 200);

// By Content-Type: application/x-www-form-urlencoded or application/json (an object; strings,
// numbers, booleans, arrays of strings). Unknown fields are ignored in a page's form and refused
// (kBadRequestData, named) in JSON.
// Errors: kUnsupportedMediaType, kInvalidRequest, kBadRequestData, kTooLarge.
[[nodiscard]] Result<FormData> read_form(const Form& form, const net::Request& request);

// The same from pairs that came another way (web/multipart.h). Errors: kInvalidRequest for a value
// that is no UTF-8.
[[nodiscard]] Result<FormData> form_of(
    const Form& form, const std::vector<std::pair<std::string, std::string>>& pairs);

// Checks every field by its definition and fills data.errors. True where there is none.
bool validate(const Form& form, FormData& data);

// 422 as problem details with "errors": [{"field": ..., "message": ...}], in English.
[[nodiscard]] net::Response form_problem(const FormData& data);

// A form on a page. `id_prefix` only where two forms of a page share field names.
struct FormView {
  const Form& form;
  const FormData& data;
  std::string id_prefix = {};
};
// Templates of src/web/pages, declared in "web/pages.h":
//   {% call web::render_form_errors(v.form) %}    the error summary, nothing where all is well
//   {% call web::render_form_fields(v.form) %}    all fields in order
//   {% call web::render_form_field(web::one(v.form, "name")) %}    one of them
struct FormFieldView {
  const FormField& field;
  const FormData& data;
  std::string id_prefix;
};
[[nodiscard]] FormFieldView one(const FormView& view, std::string_view name);

// The views of the KERN components for a field (used by the templates).
[[nodiscard]] kern::Field field_view(const FormFieldView& view, Language language);
[[nodiscard]] kern::Input input_view(const FormFieldView& view, Language language);
[[nodiscard]] kern::Textarea textarea_view(const FormFieldView& view, Language language);
[[nodiscard]] kern::Select select_view(const FormFieldView& view, Language language);
[[nodiscard]] kern::Choices choices_view(const FormFieldView& view, Language language);
[[nodiscard]] kern::Checkbox checkbox_view(const FormFieldView& view, Language language);
[[nodiscard]] kern::ErrorSummary error_summary_view(const FormView& view, Language language);

}  // namespace revier::web
