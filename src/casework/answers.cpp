// SPDX-License-Identifier: EUPL-1.2
#include "casework/answers.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "casework/texts.h"
#include "web/i18n.h"

namespace revier::casework {
namespace {

using web::FieldKind;
using web::Language;

constexpr std::size_t kRadiosMax = 6;

FieldKind page_kind(const Field& field) {
  switch (field.kind) {
    case Kind::kLongText:
      return FieldKind::kTextarea;
    case Kind::kEmail:
      return FieldKind::kEmail;
    case Kind::kTel:
      return FieldKind::kTel;
    case Kind::kDate:
      return FieldKind::kDate;
    case Kind::kInteger:
      return FieldKind::kNumber;
    case Kind::kChoice:
      return field.options.size() > kRadiosMax ? FieldKind::kSelect : FieldKind::kRadios;
    case Kind::kChoices:
      return FieldKind::kCheckboxes;
    case Kind::kTick:
      return FieldKind::kCheckbox;
    default:
      return FieldKind::kText;
  }
}

std::optional<web::Label> check_text(Kind kind, std::size_t least, Language language,
                                     std::string_view value) {
  if (kind == Kind::kPosition && !parse_position(value)) {
    return web::Label(std::string(web::text(language, texts::kAnswerNotPosition)));
  }
  const bool is_text = kind == Kind::kText || kind == Kind::kLongText;
  if (is_text && count_code_points(value) < least) {
    return web::Label(web::text(language, texts::kAnswerTooShort, {{"least", least}}));
  }
  return std::nullopt;
}

web::FormField page_field(const Field& field, Language language) {
  web::FormField made{.name = field.name,
                      .kind = page_kind(field),
                      .label = field.label.in(language),
                      .hint = field.hint.in(language),
                      .required = field.required,
                      .length_max = field.length_max,
                      .min = field.min,
                      .max = field.max,
                      .autocomplete = field.autocomplete};
  // A tick that is only a yes or no is no answer that has to be given.
  if (field.kind == Kind::kTick) made.required = field.length_min > 0;
  if (field.kind == Kind::kInteger) made.inputmode = "numeric";
  for (const Choice& option : field.options) {
    made.options.push_back({.value = option.value, .label = option.label.in(language)});
  }
  made.check = [kind = field.kind, least = field.length_min, language](std::string_view value) {
    return check_text(kind, least, language, value);
  };
  return made;
}

Problem problem_at(std::string pointer, const FormPage& page, const web::Message& key,
                   const Words& name, std::int64_t number) {
  const auto in = [&](Language language) {
    return web::text(language, key, {{"label", name.in(language)}, {"count", number}});
  };
  return {std::move(pointer), page.id, in(Language::kDe), in(Language::kEn)};
}

void add_errors(const web::FormData& german, const web::FormData& english,
                const std::string& prefix, const FormPage& page, std::vector<Problem>& problems) {
  for (std::size_t n = 0; n < german.errors.size(); ++n) {
    problems.push_back({prefix + "/" + german.errors[n].field, page.id, german.errors[n].message_de,
                        english.errors[n].message_en});
  }
}

// The check of a page's form, in both languages at once.
void check_row(const std::vector<const Field*>& fields, const Row& row, const std::string& prefix,
               const FormPage& page, std::vector<Problem>& problems) {
  const web::Form german = form_of_fields(fields, Language::kDe);
  const web::Form english = form_of_fields(fields, Language::kEn);
  web::FormData data = data_of(german, row);
  web::FormData twin = data_of(english, row);
  (void)web::validate(german, data);
  (void)web::validate(english, twin);
  check_choices(fields, data, Language::kDe);
  check_choices(fields, twin, Language::kEn);
  add_errors(data, twin, prefix, page, problems);
  for (const Field* field : fields) {
    const auto given = row.find(field->name);
    if (field->kind == Kind::kChoices || given == row.end() || given->second.size() <= 1) continue;
    problems.push_back(
        problem_at(prefix + "/" + field->name, page, texts::kAnswerTooMany, field->label, 1));
  }
}

void check_count(const Field& field, std::size_t count, const FormPage& page,
                 std::vector<Problem>& problems) {
  const std::string pointer = "/" + field.name;
  if (count < field.items_min) {
    problems.push_back(problem_at(pointer, page, texts::kAnswerTooFew, field.label,
                                  static_cast<std::int64_t>(field.items_min)));
  } else if (count > field.items_max) {
    problems.push_back(problem_at(pointer, page, texts::kAnswerTooMany, field.label,
                                  static_cast<std::int64_t>(field.items_max)));
  }
}

std::vector<const Field*> pointers_to(const std::vector<Field>& fields) {
  std::vector<const Field*> list;
  for (const Field& field : fields) list.push_back(&field);
  return list;
}

void check_page(const Definition& form, const FormPage& page, const Answers& answers,
                const FileCounts& files, std::vector<Problem>& problems) {
  std::vector<const Field*> plain;
  for (const Field* field : asked_fields(form, page, answers)) {
    if (field->kind == Kind::kFiles) {
      const auto found = files.find(field->name);
      check_count(*field, found == files.end() ? 0 : found->second, page, problems);
    } else if (field->kind == Kind::kGroup) {
      const auto found = answers.groups.find(field->name);
      const std::size_t count = found == answers.groups.end() ? 0 : found->second.size();
      check_count(*field, count, page, problems);
      for (std::size_t n = 0; n < count; ++n) {
        check_row(pointers_to(field->fields), found->second[n],
                  fmt::format("/{}/{}", field->name, n), page, problems);
      }
    } else {
      plain.push_back(field);
    }
  }
  check_row(plain, answers.values, "", page, problems);
}

void write_value(const Field& field, const std::vector<std::string>& values, json::Writer& out) {
  out.key(field.name);
  if (field.kind == Kind::kChoices) {
    out.begin_array();
    for (const std::string& value : values) out.string(value);
    out.end_array();
  } else if (field.kind == Kind::kTick) {
    out.boolean(true);
  } else if (field.kind == Kind::kInteger) {
    std::int64_t number = 0;
    const std::string& text = values.front();
    std::from_chars(text.data(), text.data() + text.size(), number);
    out.integer(number);
  } else {
    out.string(values.front());
  }
}

void write_row(const std::vector<Field>& fields, const Row& row, json::Writer& out) {
  for (const Field& field : fields) {
    const auto found = row.find(field.name);
    if (found != row.end() && !found->second.empty()) write_value(field, found->second, out);
  }
}

tl::unexpected<Error> wrong(const std::string& pointer, std::string_view expected) {
  return fail(Code::kUnprocessable, fmt::format("{}: expected {}", pointer, expected), pointer);
}

Result<std::string> plain_text(const std::string& pointer, const json::Value& value) {
  const auto text = value.as_string();
  if (!text || text->find('\0') != std::string_view::npos) return wrong(pointer, "a text");
  // As what is typed on a page: without blanks around it.
  return std::string(trimmed(*text));
}

Result<std::vector<std::string>> read_value(const Field& field, const std::string& pointer,
                                            const json::Value& value) {
  std::vector<std::string> texts;
  if (field.kind == Kind::kTick) {
    const auto ticked = value.as_bool();
    if (!ticked) return wrong(pointer, "true or false");
    if (*ticked) texts.emplace_back("1");
  } else if (field.kind == Kind::kInteger) {
    const auto number = value.is_number() ? value.as_integer() : std::nullopt;
    if (!number) return wrong(pointer, "a whole number");
    texts.push_back(std::to_string(*number));
  } else if (field.kind == Kind::kChoices) {
    if (!value.is_array() || value.size() > 1'000) return wrong(pointer, "an array of texts");
    for (const json::Value one : value.elements()) {
      RV_ASSIGN(std::string text, plain_text(pointer, one));
      if (std::ranges::find(texts, text) != texts.end()) return wrong(pointer, "each text once");
      texts.push_back(std::move(text));
    }
  } else {
    RV_ASSIGN(std::string text, plain_text(pointer, value));
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

Result<Row> read_row(const std::vector<Field>& fields, const std::string& pointer,
                     const json::Value& value) {
  if (!value.is_object()) return wrong(pointer, "an object");
  Row row;
  for (const auto& [key, member] : value.members()) {
    const auto field = std::ranges::find(fields, key, &Field::name);
    const std::string here = pointer + "/" + std::string(key);
    if (field == fields.end()) return wrong(here, "no such answer: it is not asked");
    RV_ASSIGN(std::vector<std::string> texts, read_value(*field, here, member));
    if (!texts.empty()) row.insert_or_assign(field->name, std::move(texts));
  }
  return row;
}

}  // namespace

std::string_view Answers::text(std::string_view field) const {
  const auto found = values.find(field);
  return found == values.end() || found->second.empty() ? std::string_view()
                                                        : found->second.front();
}

bool is_asked(const Definition& form, const Field& field, const Answers& answers) {
  // Conditions look at earlier pages only, so that this ends.
  const Field* at = &field;
  while (at->when) {
    if (std::ranges::find(at->when->values, answers.text(at->when->field)) ==
        at->when->values.end()) {
      return false;
    }
    at = form.field(at->when->field);
  }
  return true;
}

bool is_asked(const Definition& form, const FormPage& page, const Answers& answers) {
  return !asked_fields(form, page, answers).empty();
}

std::vector<const Field*> asked_fields(const Definition& form, const FormPage& page,
                                       const Answers& answers) {
  std::vector<const Field*> list;
  for (const std::string& name : page.fields) {
    const Field* const field = form.field(name);
    if (is_asked(form, *field, answers)) list.push_back(field);
  }
  return list;
}

void prune(const Definition& form, Answers& answers) {
  // In the order of the pages: what is taken out early closes later branches.
  for (const Field& field : form.fields) {
    if (is_asked(form, field, answers)) continue;
    answers.values.erase(field.name);
    answers.groups.erase(field.name);
  }
}

web::Form form_of_fields(const std::vector<const Field*>& fields, Language language) {
  web::Form form;
  for (const Field* field : fields) {
    if (field->kind == Kind::kGroup || field->kind == Kind::kFiles) continue;
    form.fields.push_back(page_field(*field, language));
  }
  return form;
}

web::Form form_of_group(const Field& group, Language language) {
  return form_of_fields(pointers_to(group.fields), language);
}

void check_choices(const std::vector<const Field*>& fields, web::FormData& data,
                   Language language) {
  for (const Field* field : fields) {
    if (field->kind != Kind::kChoices || data.error(field->name) != nullptr) continue;
    const std::size_t count = data.all(field->name).size();
    const bool many = count > field->items_max;
    if (!many && (count == 0 || count >= field->items_min)) continue;
    const std::size_t bound = many ? field->items_max : field->items_min;
    data.fail(field->name,
              web::Label(web::text(language, many ? texts::kAnswerTooMany : texts::kAnswerTooFew,
                                   {{"label", field->label.in(language)}, {"count", bound}})));
  }
}

web::FormData data_of(const web::Form& form, const Row& row) {
  web::FormData data;
  for (const web::FormField& field : form.fields) {
    const auto found = row.find(field.name);
    if (found == row.end()) continue;
    for (const std::string& value : found->second) data.add(field.name, value);
  }
  return data;
}

void take_data(const web::Form& form, const web::FormData& data, Row& row) {
  for (const web::FormField& field : form.fields) {
    std::vector<std::string> values = data.all(field.name);
    std::erase(values, "");
    if (values.empty()) {
      row.erase(field.name);
    } else {
      row.insert_or_assign(field.name, std::move(values));
    }
  }
}

std::vector<Problem> check_answers(const Definition& form, const Answers& answers,
                                   const FileCounts& files) {
  std::vector<Problem> problems;
  for (const FormPage& page : form.pages) check_page(form, page, answers, files, problems);
  Answers kept = answers;
  prune(form, kept);
  const auto extra = [&](const std::string& name) {
    const FormPage* const page = form.page_of(name);
    const Field* const field = form.field(name);
    problems.push_back(problem_at("/" + name, page == nullptr ? form.pages.front() : *page,
                                  texts::kAnswerNotAsked,
                                  field == nullptr ? Words{name, name} : field->label, 0));
  };
  for (const auto& [name, values] : answers.values) {
    if (form.field(name) == nullptr || !kept.values.contains(name)) extra(name);
  }
  for (const auto& [name, rows] : answers.groups) {
    if (form.field(name) == nullptr || !kept.groups.contains(name)) extra(name);
  }
  return problems;
}

void write_answers(const Definition& form, const Answers& answers, json::Writer& out) {
  out.begin_object();
  for (const Field& field : form.fields) {
    if (field.kind == Kind::kGroup) {
      const auto found = answers.groups.find(field.name);
      if (found == answers.groups.end()) continue;
      out.key(field.name).begin_array();
      for (const Row& row : found->second) {
        out.begin_object();
        write_row(field.fields, row, out);
        out.end_object();
      }
      out.end_array();
      continue;
    }
    const auto found = answers.values.find(field.name);
    if (found != answers.values.end() && !found->second.empty()) {
      write_value(field, found->second, out);
    }
  }
  out.end_object();
}

std::string answers_json(const Definition& form, const Answers& answers) {
  std::string text;
  json::Writer out(text);
  write_answers(form, answers, out);
  return text;
}

Result<Answers> read_answers(const Definition& form, const json::Value& value) {
  if (!value.is_object()) return wrong("", "an object");
  Answers answers;
  for (const auto& [key, member] : value.members()) {
    const std::string pointer = "/" + std::string(key);
    const Field* const field = form.field(key);
    if (field == nullptr) return wrong(pointer, "no such answer: it is not asked");
    if (field->kind == Kind::kFiles) return wrong(pointer, "no files here");
    if (field->kind != Kind::kGroup) {
      RV_ASSIGN(std::vector<std::string> texts, read_value(*field, pointer, member));
      if (!texts.empty()) answers.values.insert_or_assign(field->name, std::move(texts));
      continue;
    }
    if (!member.is_array() || member.size() > 100) return wrong(pointer, "an array of objects");
    std::vector<Row>& rows = answers.groups[field->name];
    for (const json::Value one : member.elements()) {
      RV_ASSIGN(Row row, read_row(field->fields, fmt::format("{}/{}", pointer, rows.size()), one));
      rows.push_back(std::move(row));
    }
  }
  return answers;
}

std::string answer_text(const Field& field, const std::vector<std::string>& values,
                        Language language) {
  if (field.kind == Kind::kTick) {
    return std::string(web::text(language, values.empty() ? texts::kAnswerNo : texts::kAnswerYes));
  }
  std::string text;
  for (const std::string& value : values) {
    std::string part = value;
    const auto option = std::ranges::find(field.options, value, &Choice::value);
    if (option != field.options.end()) part = option->label.in(language);
    if (field.kind == Kind::kDate) {
      if (const auto day = web::from_local(value, "12:00")) {
        part = web::date(language, *day, web::DateStyle::kLong);
      }
    }
    text += (text.empty() ? "" : ", ") + part;
  }
  return text.empty() ? std::string(web::text(language, texts::kAnswerNone)) : text;
}

Result<Position> parse_position(std::string_view text) {
  std::string clean(text);
  const bool has_dot = clean.find('.') != std::string::npos;
  // With decimal points a comma separates; without, it is the decimal sign.
  std::ranges::replace(clean, ',', has_dot ? ' ' : '.');
  std::ranges::replace(clean, ';', ' ');
  const auto refuse = [] { return fail(Code::kUnprocessable, "expected latitude, longitude"); };
  Position position;
  std::string_view rest = clean;
  for (double* number : {&position.latitude, &position.longitude}) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    const auto end =
        std::from_chars(rest.data(), rest.data() + rest.size(), *number, std::chars_format::fixed);
    if (end.ec != std::errc()) return refuse();
    rest.remove_prefix(static_cast<std::size_t>(end.ptr - rest.data()));
    if (!rest.empty() && rest.front() != ' ') return refuse();
  }
  const bool ends = rest.find_first_not_of(' ') == std::string_view::npos;
  const bool inside = position.latitude >= -90 && position.latitude <= 90 &&
                      position.longitude >= -180 && position.longitude <= 180;
  if (!ends || !inside) return refuse();
  return position;
}

}  // namespace revier::casework
