// SPDX-License-Identifier: EUPL-1.2
// Modules: web
// Parsers: src/web/form.cpp
// Bodies of forms and JSON out of arbitrary bytes: what is taken can be written and read again.
#include "base/check.h"
#include "web/form.h"
#include "web/pages.h"

namespace revier::web {
namespace {

const Form& form() {
  static const Form made{{{.name = "name", .label = "Name", .required = true, .length_max = 20},
                          {.name = "mail", .kind = FieldKind::kEmail, .label = "Mail"},
                          {.name = "tel", .kind = FieldKind::kTel, .label = "Tel"},
                          {.name = "seats", .kind = FieldKind::kNumber, .label = "Seats", .max = 4},
                          {.name = "date", .kind = FieldKind::kDate, .label = "Date"},
                          {.name = "parts",
                           .kind = FieldKind::kCheckboxes,
                           .label = "Parts",
                           .options = {{.value = "a", .label = "A"}, {.value = "b", .label = "B"}}},
                          {.name = "note", .kind = FieldKind::kTextarea, .label = "Note"},
                          {.name = "consent", .kind = FieldKind::kCheckbox, .label = "Consent"}}};
  return made;
}

void feed_pairs(std::string_view body) {
  const auto pairs = parse_urlencoded(body);
  if (!pairs) return;
  Html again(Language::kDe);
  for (const auto& [name, value] : *pairs) {
    again.url_part(name);
    again.literal("=");
    again.url_part(value);
    again.literal("&");
  }
  RV_CHECK(parse_urlencoded(again.str()) == pairs);
}

void feed_form(std::string_view type, std::string_view body) {
  const net::Field fields[] = {{"Content-Type", type}};
  net::Request request;
  request.fields = fields;
  request.body = body;
  auto data = read_form(form(), request);
  if (!data) return;
  const bool valid = validate(form(), *data);
  RV_CHECK(valid == data->errors.empty());
  RV_CHECK(!valid || (data->has("name") && data->get("name").size() <= 80));
  RV_CHECK(!valid || !data->has("seats") || data->integer("seats").value() <= 4);
  (void)form_problem(*data);
  Html out(Language::kEn);
  render_form_errors(out, {form(), *data});
  render_form_fields(out, {form(), *data});
}

}  // namespace
}  // namespace revier::web

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  revier::web::feed_pairs(text);
  revier::web::feed_form("application/x-www-form-urlencoded", text);
  revier::web::feed_form("application/json", text);
  return 0;
}
