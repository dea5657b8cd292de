// SPDX-License-Identifier: EUPL-1.2
#include "web/form.h"

#include <algorithm>

#include <unicode/utf8.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "json/json.h"
#include "web/texts.h"

namespace revier::web {
namespace {

constexpr std::size_t kTextareaLengthMax = 4'000;
constexpr std::size_t kLengthUnset = 200;

std::size_t length_max(const FormField& field) {
  const bool unset = field.length_max == kLengthUnset && field.kind == FieldKind::kTextarea;
  return unset ? kTextareaLengthMax : field.length_max;
}

bool has_options(const FormField& field) {
  return field.kind == FieldKind::kSelect || field.kind == FieldKind::kRadios ||
         field.kind == FieldKind::kCheckboxes;
}

// One message in both languages.
FieldError message(const FormField& field, const Message& key, std::int64_t bound = 0,
                   std::string_view bound_name = "max") {
  const auto in = [&](Language language) {
    std::string_view label = field.label.in(language);
    if (label.ends_with('.')) label.remove_suffix(1);
    return text(language, key, {{"label", label}, {bound_name, std::int64_t{bound}}});
  };
  return {field.name, in(Language::kDe), in(Language::kEn)};
}

FieldError message(const FormField& field, const Label& label) {
  return {field.name, std::string(label.in(Language::kDe)), std::string(label.in(Language::kEn))};
}

FieldError missing(const FormField& field) {
  if (!field.missing.empty()) return message(field, field.missing);
  if (field.kind == FieldKind::kCheckbox) return message(field, texts::kFormMissingTick);
  return message(field, has_options(field) ? texts::kFormMissingChoice : texts::kFormMissing);
}

// One @, something on both sides, a dot in the domain; the mail that is sent is the real check.
bool is_email(std::string_view value) {
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos || at == 0 ||
      value.find('@', at + 1) != std::string_view::npos) {
    return false;
  }
  const std::string_view domain = value.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == domain.size()) return false;
  constexpr std::string_view kForbidden = " \t<>(),;:\\\"[]";
  return value.find_first_of(kForbidden) == std::string_view::npos &&
         domain.find("..") == std::string_view::npos;
}

bool is_tel(std::string_view value) {
  const auto digits = std::count_if(value.begin(), value.end(), is_digit);
  return digits >= 3 && digits <= 20 &&
         value.find_first_not_of("0123456789 +-/().") == std::string_view::npos;
}

bool is_time(std::string_view value) { return from_local("2025-01-01", value, "UTC").has_value(); }

bool is_date(std::string_view value) { return from_local(value, "12:00", "UTC").has_value(); }

std::optional<std::int64_t> to_integer(std::string_view value) {
  const bool negative = value.starts_with('-');
  if (negative) value.remove_prefix(1);
  if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit)) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  for (const char c : value) number = number * 10 + (c - '0');
  return negative ? -number : number;
}

std::optional<FieldError> check_number(const FormField& field, std::string_view value) {
  const auto number = to_integer(value);
  if (!number) return message(field, texts::kFormNotNumber);
  if (*number < field.min) return message(field, texts::kFormTooSmall, field.min, "min");
  if (*number > field.max) return message(field, texts::kFormTooBig, field.max);
  return std::nullopt;
}

std::optional<FieldError> check_option(const FormField& field, std::string_view value) {
  const auto found = std::find_if(field.options.begin(), field.options.end(),
                                  [&](const Option& o) { return o.value == value; });
  if (found == field.options.end() || found->disabled) return message(field, texts::kFormNotOption);
  return std::nullopt;
}

std::optional<FieldError> check_kind(const FormField& field, std::string_view value) {
  switch (field.kind) {
    case FieldKind::kEmail:
      if (!is_email(value)) return message(field, texts::kFormNotEmail);
      break;
    case FieldKind::kTel:
      if (!is_tel(value)) return message(field, texts::kFormNotTel);
      break;
    case FieldKind::kDate:
      if (!is_date(value)) return message(field, texts::kFormNotDate);
      break;
    case FieldKind::kTime:
      if (!is_time(value)) return message(field, texts::kFormNotTime);
      break;
    case FieldKind::kNumber:
      return check_number(field, value);
    case FieldKind::kSelect:
    case FieldKind::kRadios:
    case FieldKind::kCheckboxes:
      return check_option(field, value);
    default:
      break;
  }
  return std::nullopt;
}

std::optional<FieldError> check_value(const FormField& field, std::string_view value) {
  if (count_code_points(value) > length_max(field)) {
    return message(field, texts::kFormTooLong, static_cast<std::int64_t>(length_max(field)));
  }
  if (field.kind != FieldKind::kTextarea && value.find('\n') != std::string_view::npos) {
    return message(field, texts::kFormOneLine);
  }
  if (auto error = check_kind(field, value)) return error;
  if (field.check) {
    if (const auto own = field.check(value)) return message(field, *own);
  }
  return std::nullopt;
}

std::optional<FieldError> check_field(const FormField& field, const FormData& data) {
  if (!data.has(field.name)) {
    if (field.required) return missing(field);
    return std::nullopt;
  }
  for (const std::string& value : data.all(field.name)) {
    if (auto error = check_value(field, value)) return error;
  }
  return std::nullopt;
}

// Trimmed, with line ends of one kind.
std::string cleaned(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\r') {
      out += value[i];
    } else if (i + 1 == value.size() || value[i + 1] != '\n') {
      out += '\n';
    }
  }
  return std::string(trimmed(out));
}

// Keeps one value of a field that takes one: the last, as HTML's hidden-then-checkbox habit wants.
void store(const FormField& field, FormData& data, std::string_view value) {
  std::string clean = field.kind == FieldKind::kPassword ? std::string(value) : cleaned(value);
  if (field.kind == FieldKind::kCheckbox && !clean.empty()) clean = "1";
  if (field.kind == FieldKind::kCheckboxes) {
    if (!clean.empty()) data.add(field.name, std::move(clean));
  } else {
    data.set(field.name, std::move(clean));
  }
}

void fill_presets(const Form& form, FormData& data) {
  for (const FormField& field : form.fields) {
    if (!field.preset.empty() && !data.has(field.name)) data.set(field.name, field.preset);
  }
}

Result<FormData> read_page(const Form& form, std::string_view body) {
  RV_ASSIGN(const auto pairs, parse_urlencoded(body));
  FormData data;
  for (const auto& [name, value] : pairs) {
    if (const FormField* field = form.find(name)) store(*field, data, value);
  }
  fill_presets(form, data);
  return data;
}

tl::unexpected<Error> wrong_kind(std::string_view name, std::string_view expected) {
  return revier::fail(Code::kBadRequestData, fmt::format("{} must be {}", name, expected),
                      std::string(name));
}

Result<std::string> scalar_text(std::string_view name, const json::Value& value) {
  if (const auto text = value.as_string()) {
    if (text->find('\0') != std::string_view::npos) return wrong_kind(name, "text without NUL");
    return std::string(*text);
  }
  if (const auto number = value.as_integer(); number && value.is_number()) {
    return std::to_string(*number);
  }
  return wrong_kind(name, "a text or a whole number");
}

Result<> store_json(const FormField& field, FormData& data, const json::Value& value) {
  if (value.is_null()) return {};
  if (field.kind == FieldKind::kCheckbox) {
    const auto ticked = value.as_bool();
    if (!ticked) return wrong_kind(field.name, "true or false");
    if (*ticked) data.set(field.name, "1");
    return {};
  }
  if (field.kind != FieldKind::kCheckboxes) {
    RV_ASSIGN(const std::string text, scalar_text(field.name, value));
    store(field, data, text);
    return {};
  }
  if (!value.is_array()) return wrong_kind(field.name, "an array of texts");
  for (const json::Value element : value.elements()) {
    RV_ASSIGN(const std::string text, scalar_text(field.name, element));
    store(field, data, text);
  }
  return {};
}

Result<FormData> read_json(const Form& form, std::string_view body) {
  RV_ASSIGN(
      const json::Document document,
      json::Document::parse(body, {.bytes_max = 1 << 20, .depth_max = 4, .values_max = 2'000}));
  if (!document.root().is_object()) {
    return revier::fail(Code::kBadRequestData, "expected a JSON object");
  }
  FormData data;
  for (const auto& [key, value] : document.root().members()) {
    const FormField* field = form.find(key);
    if (field == nullptr) {
      return revier::fail(Code::kBadRequestData, fmt::format("there is no field {}", key),
                          std::string(key));
    }
    RV_TRY(store_json(*field, data, value));
  }
  fill_presets(form, data);
  return data;
}

int hex(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// UTF-8 (RFC 3629) without NUL.
bool is_text(std::string_view text) {
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 character = 0;
    U8_NEXT(text.data(), at, length, character);
    if (character <= 0) return false;
  }
  return true;
}

Result<std::string> decode(std::string_view part) {
  std::string out;
  out.reserve(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '+') {
      out += ' ';
    } else if (part[i] != '%') {
      out += part[i];
    } else {
      const int high = i + 2 < part.size() ? hex(part[i + 1]) : -1;
      const int low = i + 2 < part.size() ? hex(part[i + 2]) : -1;
      if (high < 0 || low < 0)
        return revier::fail(Code::kInvalidRequest, "% without two hex digits");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_text(out)) return revier::fail(Code::kInvalidRequest, "expected UTF-8 without NUL");
  return out;
}

std::string field_id(const FormFieldView& view) { return view.id_prefix + view.field.name; }

}  // namespace

const FormField* Form::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FormField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

std::string_view FormData::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string_view()
                                                         : found->second.front();
}

const std::vector<std::string>& FormData::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

std::optional<std::int64_t> FormData::integer(std::string_view name) const {
  return to_integer(get(name));
}

void FormData::set(std::string_view name, std::string value) {
  values_[std::string(name)] = {std::move(value)};
}

void FormData::add(std::string_view name, std::string value) {
  values_[std::string(name)].push_back(std::move(value));
}

void FormData::fail(std::string_view field, const Label& label) {
  errors.push_back({std::string(field), std::string(label.in(Language::kDe)),
                    std::string(label.in(Language::kEn))});
}

const FieldError* FormData::error(std::string_view field) const {
  const auto found = std::find_if(errors.begin(), errors.end(),
                                  [&](const FieldError& e) { return e.field == field; });
  return found == errors.end() ? nullptr : &*found;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_urlencoded(std::string_view body,
                                                                          std::size_t pairs_max) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    if (pairs.size() == pairs_max) return fail(Code::kTooLarge, "too many fields in the form");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    RV_ASSIGN(std::string name, decode(pair.substr(0, equals)));
    RV_ASSIGN(std::string value, decode(pair.substr(std::min(equals + 1, pair.size()))));
    pairs.emplace_back(std::move(name), std::move(value));
  }
  return pairs;
}

Result<FormData> read_form(const Form& form, const net::Request& request) {
  const std::string_view header = request.header("content-type").value_or("");
  std::string_view type = header.substr(0, header.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (net::equals_ignoring_case(type, "application/x-www-form-urlencoded")) {
    return read_page(form, request.body);
  }
  if (net::equals_ignoring_case(type, "application/json")) return read_json(form, request.body);
  return fail(Code::kUnsupportedMediaType,
              "expected application/x-www-form-urlencoded or application/json");
}

Result<FormData> form_of(const Form& form,
                         const std::vector<std::pair<std::string, std::string>>& pairs) {
  FormData data;
  for (const auto& [name, value] : pairs) {
    if (!is_text(value)) {
      return revier::fail(Code::kInvalidRequest, "expected UTF-8 without NUL", name);
    }
    if (const FormField* field = form.find(name)) store(*field, data, value);
  }
  fill_presets(form, data);
  return data;
}

bool validate(const Form& form, FormData& data) {
  for (const FormField& field : form.fields) {
    if (auto error = check_field(field, data)) data.errors.push_back(std::move(*error));
  }
  return data.valid();
}

net::Response form_problem(const FormData& data) {
  const ErrorRow& row = describe(Code::kUnprocessable);
  std::string body;
  json::Writer out(body);
  out.begin_object().member("type", row.type).member("title", row.title);
  out.member("status", row.status).key("errors").begin_array();
  for (const FieldError& error : data.errors) {
    out.begin_object()
        .member("field", error.field)
        .member("message", error.message_en)
        .end_object();
  }
  out.end_array().end_object();
  return net::Response::text(row.status, "application/problem+json", std::move(body));
}

FormFieldView one(const FormView& view, std::string_view name) {
  const FormField* field = view.form.find(name);
  RV_CHECK(field != nullptr);
  return {*field, view.data, view.id_prefix};
}

kern::Field field_view(const FormFieldView& view, Language language) {
  const FieldError* error = view.data.error(view.field.name);
  return {.id = field_id(view),
          .name = view.field.name,
          .label = std::string(view.field.label.in(language)),
          .hint = std::string(view.field.hint.in(language)),
          .error = error == nullptr ? std::string() : error->in(language),
          .required = view.field.required || !view.field.preset.empty()};
}

kern::Input input_view(const FormFieldView& view, Language language) {
  constexpr std::array<std::string_view, 6> kTypes = {"text", "email", "tel",
                                                      "text", "date",  "password"};
  const FormField& field = view.field;
  const bool is_password = field.kind == FieldKind::kPassword;
  const bool is_number = field.kind == FieldKind::kNumber;
  const bool is_time = field.kind == FieldKind::kTime;
  return {.field = field_view(view, language),
          .type = std::string(is_time ? "time" : kTypes.at(static_cast<std::size_t>(field.kind))),
          .value = is_password ? std::string() : std::string(view.data.get(field.name)),
          .autocomplete = field.autocomplete,
          .inputmode = is_number ? "numeric" : field.inputmode,
          .length_max = is_time || field.kind == FieldKind::kDate ? 0 : length_max(field)};
}

kern::Textarea textarea_view(const FormFieldView& view, Language language) {
  return {.field = field_view(view, language),
          .value = std::string(view.data.get(view.field.name)),
          .length_max = length_max(view.field)};
}

namespace {
std::vector<kern::Choice> choices_of(const FormFieldView& view, Language language) {
  const std::vector<std::string>& sent = view.data.all(view.field.name);
  std::vector<kern::Choice> choices;
  for (const Option& option : view.field.options) {
    const bool is_preset =
        sent.empty() && !view.field.preset.empty() && option.value == view.field.preset;
    const bool is_selected =
        is_preset || std::find(sent.begin(), sent.end(), option.value) != sent.end();
    choices.push_back({.value = option.value,
                       .label = std::string(option.label.in(language)),
                       .hint = std::string(option.hint.in(language)),
                       .selected = is_selected,
                       .disabled = option.disabled});
  }
  return choices;
}
}  // namespace

kern::Select select_view(const FormFieldView& view, Language language) {
  return {.field = field_view(view, language),
          .choices = choices_of(view, language),
          .autocomplete = view.field.autocomplete,
          .has_blank = view.field.preset.empty()};
}

kern::Choices choices_view(const FormFieldView& view, Language language) {
  return {.field = field_view(view, language), .choices = choices_of(view, language)};
}

kern::Checkbox checkbox_view(const FormFieldView& view, Language language) {
  return {.field = field_view(view, language), .checked = view.data.has(view.field.name)};
}

kern::ErrorSummary error_summary_view(const FormView& view, Language language) {
  kern::ErrorSummary summary;
  for (const FieldError& error : view.data.errors) {
    summary.errors.push_back({view.id_prefix + error.field, error.in(language)});
  }
  return summary;
}

}  // namespace revier::web
