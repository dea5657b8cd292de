// SPDX-License-Identifier: EUPL-1.2
// Answers to a form: read from a page and from JSON, checked, written. One check for both ways, and
// again before a case is handed in: nothing else decides whether an answer is valid.
//
// Thread safety: values and pure functions.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "casework/definition.h"
#include "json/json.h"
#include "web/form.h"

namespace revier::casework {

// By the name of the question; a tick is "1", a number its digits, choices are several texts.
using Row = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Answers {
  Row values;
  std::map<std::string, std::vector<Row>, std::less<>> groups;

  // "" where there is none.
  [[nodiscard]] std::string_view text(std::string_view field) const;
  friend bool operator==(const Answers&, const Answers&) = default;
};

// How many files are attached to a question.
using FileCounts = std::map<std::string, std::size_t, std::less<>>;

// Whether the branch that the question stands in is the one that was taken.
[[nodiscard]] bool is_asked(const Definition& form, const Field& field, const Answers& answers);
[[nodiscard]] bool is_asked(const Definition& form, const FormPage& page, const Answers& answers);
// Of the page those that are asked.
[[nodiscard]] std::vector<const Field*> asked_fields(const Definition& form, const FormPage& page,
                                                     const Answers& answers);
// Takes out what belongs to branches that are not taken.
void prune(const Definition& form, Answers& answers);

// The questions as a form of a page; a group and files are not among them.
[[nodiscard]] web::Form form_of_fields(const std::vector<const Field*>& fields,
                                       web::Language language);
[[nodiscard]] web::Form form_of_group(const Field& group, web::Language language);
// Too many or too few of a list's choices, as errors of the page's data.
void check_choices(const std::vector<const Field*>& fields, web::FormData& data,
                   web::Language language);
[[nodiscard]] web::FormData data_of(const web::Form& form, const Row& row);
// What was valid on a page becomes the answers of its questions.
void take_data(const web::Form& form, const web::FormData& data, Row& row);

struct Problem {
  std::string pointer;  // RFC 6901, in the answers: "/hunde/0/rasse"
  std::string page;     // id of the page that asks it
  std::string de;
  std::string en;
};
// Empty where the case may be handed in.
[[nodiscard]] std::vector<Problem> check_answers(const Definition& form, const Answers& answers,
                                                 const FileCounts& files);

// The JSON that the schema describes, without the files.
[[nodiscard]] std::string answers_json(const Definition& form, const Answers& answers);
void write_answers(const Definition& form, const Answers& answers, json::Writer& out);
// Errors: kUnprocessable for a name that is not declared or a value of another JSON type; `field`
// is the pointer.
[[nodiscard]] Result<Answers> read_answers(const Definition& form, const json::Value& value);

// What people read of an answer: "Ja", the label of a choice, a date as it is written.
[[nodiscard]] std::string answer_text(const Field& field, const std::vector<std::string>& values,
                                      web::Language language);

struct Position {
  double latitude = 0;
  double longitude = 0;
};
// "51.5388, 7.2257" or "51,5388 7,2257". Errors: kUnprocessable.
[[nodiscard]] Result<Position> parse_position(std::string_view text);

}  // namespace revier::casework
