// SPDX-License-Identifier: EUPL-1.2
// The views of the KERN UX components: one struct a template in src/web/kern/, named like it.
//
//   {% call kern::alert({.kind = kern::Tone::kSuccess, .title = t("ticket.booked")}) %}
//   {% wrap kern::card({.title = s.title, .href = web::path(lang, s.page)}) %}<p>...</p>{% endwrap
//   %}
//
// The functions are declared in "web/kern.h" (generated). Form fields come from web/form.h.
// Thread safety: values. Lifetime: views live until the call returns.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "web/html.h"

namespace revier::web::kern {

enum class Tone : std::uint8_t { kInfo, kSuccess, kWarning, kDanger };
[[nodiscard]] std::string_view name(Tone tone);  // "info": the end of KERN's class and icon names

// alert(view){slot}: a message box with text; notice(view): the same without. `live` makes a reader
// read it aloud at once.
struct Alert {
  Tone tone = Tone::kInfo;
  std::string title;
  bool live = false;
};

// badge(view): a short state beside a title.
struct Badge {
  Tone tone = Tone::kInfo;
  std::string text;
};

enum class ButtonKind : std::uint8_t { kPrimary, kSecondary, kTertiary };

// button(view): a <button>, or a link that looks like one where `href` is set.
struct Button {
  std::string text;
  ButtonKind kind = ButtonKind::kPrimary;
  std::string href;
  std::string name;  // of the submitted field
  std::string value;
  std::string icon;         // "arrow-forward": a name of KERN's icons in browser/icons.txt
  bool block = false;       // as wide as its column
  bool novalidate = false;  // formnovalidate: "back" and the like
};

// card(view){slot}: a box with a heading; the whole card is a link where `href` is set.
struct Card {
  std::string preline;  // above the title: time, kind
  std::string title;
  std::string subline;
  std::string href;
  int level = 3;  // of the heading: 2 to 4
  std::string id;
};

// details(view){slot}: something to open, without script.
struct Details {
  std::string summary;
  bool open = false;
};

// description_list(view) and the rows of summary(view). `value` or `html` is shown.
struct Row {
  std::string key;
  std::string value;
  SafeHtml html;
  std::string href;  // makes the value a link
};
struct DescriptionList {
  std::vector<Row> rows;
};

// summary(view): what was entered, with a link to change it.
struct Summary {
  std::string title;
  std::vector<Row> rows;
  std::string change_href;  // no link where it is empty
  int level = 2;
};

// table(view): a table with a caption; wide ones scroll inside their box.
struct Cell {
  std::string text;
  std::string href;
  SafeHtml html;  // instead of text
};
struct Column {
  std::string title;
  bool numeric = false;
};
struct Table {
  std::string caption;
  bool caption_visible = true;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // the first cell of a row is its heading
  bool striped = false;
};

// task_list(view): steps with their state.
struct Task {
  std::string title;
  std::string href;  // no link where it is empty
  std::string status;
  Tone tone = Tone::kInfo;
};
struct TaskList {
  std::string title;
  std::vector<Task> tasks;
  int level = 2;
};

// progress(view): "Schritt 2 von 4".
struct Progress {
  std::string label;
  int current = 1;
  int total = 1;
};

// Form fields. `hint`, `error` may be empty; `id` is unique in the page.
struct Field {
  std::string id;
  std::string name;
  std::string label;
  std::string hint;
  std::string error;
  bool required = false;
  [[nodiscard]] std::string described_by() const;  // ids of hint and error
};

// input(view): one line; `type` is text, email, tel, number, date, password, search.
struct Input {
  Field field;
  std::string type = "text";
  std::string value;
  std::string autocomplete;
  std::string inputmode;
  std::string pattern;
  std::size_t length_max = 0;  // characters; 0: not stated
};
// textarea(view): several lines.
struct Textarea {
  Field field;
  std::string value;
  int rows = 4;
  std::size_t length_max = 0;
};
struct Choice {
  std::string value;
  std::string label;
  std::string hint;
  bool selected = false;
  bool disabled = false;
};
// select(view): one of a list.
struct Select {
  Field field;
  std::vector<Choice> choices;
  std::string autocomplete;
  bool has_blank = true;  // begins with "please choose", which is no choice
};
// radios(view), checkboxes(view): a fieldset with the choices.
struct Choices {
  Field field;
  std::vector<Choice> choices;
  bool horizontal = false;
};
// checkbox(view): a single one, unticked unless `checked`.
struct Checkbox {
  Field field;
  std::string value = "1";
  bool checked = false;
};
// fieldset(view){slot}: a group of fields.
struct Fieldset {
  std::string legend;
  std::string hint;
  std::string id;
};

// error_summary(view): first thing in <main> after a refused form.
struct SummaryError {
  std::string field_id;
  std::string message;
};
struct ErrorSummary {
  std::vector<SummaryError> errors;
};

// heading(view), linked_heading(view): a heading of a level known at run time, for other
// components.
struct Heading {
  std::string text;
  std::string_view style = "kern-heading-medium";
  std::string href;  // linked_heading only: the link covers the positioned box around it
  int level = 2;     // 2 to 4
  std::string id;
};

// icon(view): decoration only, hidden from readers of the page aloud.
struct Icon {
  std::string name;
  bool large = false;
};

// Used by the templates.
[[nodiscard]] std::string_view style(ButtonKind kind);
[[nodiscard]] std::string choice_id(const Choices& choices, const Choice& choice);
[[nodiscard]] bool is_numeric(const Table& table, std::ptrdiff_t column);
[[nodiscard]] std::string_view title_of(const Table& table, std::ptrdiff_t column);

}  // namespace revier::web::kern
