// SPDX-License-Identifier: EUPL-1.2
#include "web/form.h"

#include <gtest/gtest.h>

#include "json/json.h"
#include "web/multipart.h"
#include "web/pages.h"

namespace revier::web {
namespace {

const Form& form() {
  static const Form made{
      {{.name = "name", .label = "Name", .required = true, .length_max = 10},
       {.name = "mail", .kind = FieldKind::kEmail, .label = "E-Mail", .required = true},
       {.name = "seats", .kind = FieldKind::kNumber, .label = "Plätze", .min = 1, .max = 4},
       {.name = "day",
        .kind = FieldKind::kRadios,
        .label = "Tag",
        .options = {{.value = "1", .label = "Mi"},
                    {.value = "2", .label = "Do", .disabled = true}}},
       {.name = "parts",
        .kind = FieldKind::kCheckboxes,
        .label = "Teile",
        .options = {{.value = "a", .label = "A"}, {.value = "b", .label = "B"}}},
       {.name = "date", .kind = FieldKind::kDate, .label = "Datum"},
       {.name = "note", .kind = FieldKind::kTextarea, .label = "Notiz"},
       {.name = "consent",
        .kind = FieldKind::kCheckbox,
        .label = "Ich stimme zu.",
        .required = true}}};
  return made;
}

Result<FormData> read(std::string_view body,
                      std::string_view type = "application/x-www-form-urlencoded; charset=UTF-8",
                      const Form& of = form()) {
  net::Request request;
  const net::Field fields[] = {{"Content-Type", type}};
  request.fields = fields;
  request.body = body;
  return read_form(of, request);
}
Result<FormData> read_json(std::string_view body) { return read(body, "application/json"); }

// "field: message" of every error, in German.
std::vector<std::string> errors_of(FormData data) {
  validate(form(), data);
  std::vector<std::string> found;
  for (const FieldError& error : data.errors)
    found.push_back(error.field + ": " + error.message_de);
  return found;
}

constexpr std::string_view kGood = "name=Erika&mail=e%40herne.de&consent=on";

TEST(Form, TheNameOfAFileIsText) {
  const auto name_of = [](const std::string& name) -> Result<std::string> {
    const std::string body = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
                             name + "\"\r\n\r\nx\r\n--B--\r\n";
    net::Request request;
    const net::Field fields[] = {{"Content-Type", "multipart/form-data; boundary=B"}};
    request.fields = fields;
    request.body = body;
    RV_ASSIGN(const Upload upload, read_upload(Form{}, "file", request));
    return upload.file_name;
  };
  EXPECT_EQ(name_of("Menü.csv").value(), "Menü.csv");
  EXPECT_EQ(name_of("Men\xFC.csv").error().code, Code::kInvalidRequest);
}

TEST(Form, ReadsAndCleans) {
  const auto data =
      read("name=++J%C3%BCrgen+&mail=a%40b.de&note=x%0D%0Ay%0D&parts=a&parts=b&other=1&consent=x");
  ASSERT_TRUE(data);
  EXPECT_EQ(data->get("name"), "Jürgen");
  EXPECT_EQ(data->get("note"), "x\ny");
  EXPECT_EQ(data->all("parts"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(data->get("consent"), "1");
  EXPECT_EQ(data->get("other"), "");
  EXPECT_TRUE(errors_of(*data).empty());
}

TEST(Form, RefusesWhatIsNoForm) {
  for (const char* bad : {"name=%", "name=%4", "name=%zz", "name=%ff", "name=%c0%80", "name=a%00",
                          "name=%ed%a0%80", "name=%f4%90%80%80", "name=%c3"}) {
    const auto data = read(bad);
    ASSERT_FALSE(data) << bad;
    EXPECT_EQ(data.error().code, Code::kInvalidRequest);
  }
  std::string many;
  for (int i = 0; i < 201; ++i) many += "a=1&";
  EXPECT_EQ(read(many).error().code, Code::kTooLarge);
  EXPECT_EQ(read(kGood, "text/plain").error().code, Code::kUnsupportedMediaType);
}

TEST(Form, JsonGivesTheSame) {
  const auto data = read_json(
      R"({"name":"Erika","mail":"e@herne.de","seats":2,"parts":["a"],"consent":true,"day":null})");
  ASSERT_TRUE(data);
  EXPECT_EQ(data->integer("seats"), 2);
  EXPECT_TRUE(errors_of(*data).empty());
  for (const char* bad : {"[]", R"({"nam":"x"})", R"({"name":{}})", R"({"name":1.5})",
                          R"({"parts":"a"})", R"({"consent":"yes"})", R"({"name":"a\u0000"})"}) {
    EXPECT_EQ(read_json(bad).error().code, Code::kBadRequestData) << bad;
  }
  EXPECT_EQ(read_json("{").error().code, Code::kInvalidRequest);
}

TEST(Form, Validates) {
  const auto with = [](std::string_view more) {
    return errors_of(*read(std::string(kGood) + "&" + std::string(more)));
  };
  EXPECT_TRUE(with("").empty());
  EXPECT_EQ(
      errors_of(*read("")),
      (std::vector<std::string>{"name: Bitte füllen Sie das Feld „Name“ aus.",
                                "mail: Bitte füllen Sie das Feld „E-Mail“ aus.",
                                "consent: Bitte setzen Sie das Häkchen bei „Ich stimme zu“."}));
  EXPECT_EQ(with("name=12345678901").front(), "name: „Name“ darf höchstens 10 Zeichen haben.");
  EXPECT_TRUE(with("name=%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4").empty());
  EXPECT_EQ(with("name=a%0Ab").front(), "name: „Name“ darf nur eine Zeile haben.");
  for (const char* bad :
       {"seats=0", "seats=5", "seats=x", "seats=1.5", "seats=9999999999999999999", "day=3", "day=2",
        "parts=a&parts=c", "date=2025-02-30", "date=5.2.2025", "mail=a", "mail=a@b", "mail=@b.de",
        "mail=a@@b.de", "mail=a%20b@c.de", "mail=a@b..de", "mail=a%3Cb@c.de"}) {
    EXPECT_EQ(with(bad).size(), 1u) << bad;
  }
  for (const char* good :
       {"seats=1", "seats=4", "day=1", "date=2025-02-28", "mail=ü%2Bx@bücher.de"}) {
    EXPECT_TRUE(with(good).empty()) << good;
  }
}

TEST(Form, ShowsErrorsAndKeepsValues) {
  FormData data = *read("name=%3Cb%3E%22&mail=x&day=1");
  validate(form(), data);
  const FormView view{form(), data, "p-"};
  Html out(Language::kEn);
  render_form_errors(out, view);
  render_form_fields(out, view);
  const std::string html = std::move(out).take();
  for (const char* part :
       {R"(href="#p-mail")", R"(id="p-mail")", R"(aria-describedby="p-mail-error")",
        R"(id="p-mail-error")", R"(aria-invalid="true")", "Please check your entries",
        R"(value="&lt;b&gt;&quot;")", R"(value="1" checked)", R"(id="p-consent")",
        R"(type="email" value="x")"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part << "\n" << html;
  }
  EXPECT_EQ(html.find("<b>"), std::string::npos);
}

// HTML 4.10.7: a select that is required begins with an option that is no choice.
TEST(Form, AFieldWithAPresetIsNeitherMissingNorOptional) {
  const Form people{{{.name = "people",
                      .kind = FieldKind::kSelect,
                      .label = "Personen",
                      .options = {{.value = "1", .label = "eine"}, {.value = "2", .label = "zwei"}},
                      .preset = "1"}}};
  const auto shown = [&](const FormData& data) {
    Html out(Language::kDe);
    render_form_fields(out, {people, data});
    return std::move(out).take();
  };
  const std::string fresh = shown({});
  EXPECT_NE(fresh.find(R"(value="1" selected)"), std::string::npos) << fresh;
  for (const char* part : {"optional", "required", R"(value="")"}) {
    EXPECT_EQ(fresh.find(part), std::string::npos) << part << "\n" << fresh;
  }
  EXPECT_NE(shown(*form_of(people, {{"people", "2"}})).find(R"(value="2" selected)"),
            std::string::npos);
  for (const auto& [body, type] :
       {std::pair("people=", "application/x-www-form-urlencoded"),
        std::pair("", "application/x-www-form-urlencoded"), std::pair("{}", "application/json")}) {
    auto data = read(body, type, people);
    ASSERT_TRUE(data);
    EXPECT_TRUE(validate(people, *data));
    EXPECT_EQ(data->get("people"), "1");
  }
  FormData other = *form_of(people, {{"people", "3"}});
  EXPECT_FALSE(validate(people, other));
}

TEST(Form, ProblemDetailsNameTheFields) {
  FormData data = *read(kGood);
  data.fail("mail", "schon da");
  const net::Response response = form_problem(data);
  EXPECT_EQ(response.status, 422);
  const auto document = json::Document::parse(std::get<std::string>(response.body)).value();
  const auto errors = document.root().find("errors");
  ASSERT_TRUE(errors && errors->size() == 1);
  EXPECT_EQ((*errors->elements().begin()).find("field")->as_string(), "mail");
}

}  // namespace
}  // namespace revier::web
