// SPDX-License-Identifier: EUPL-1.2
// What src/jsonld says, as JSON lines; jsonld_oracle.mjs holds it against another implementation.
// In, line 1: {URL: document, ...}. In, each further line:
//   {"context": ..., "names": [...], "iris": [...], "ids": [...]}
// Out, a line each: {"names": [IRI or null], "iris": [name], "ids": [IRI], "compact_ids": [id]}
// or {"error": "..."}.
#include <iostream>

#include "json/json.h"
#include "jsonld/catalogue.h"

namespace revier::jsonld {
namespace {

template <class Answer>
void list(json::Writer& out, std::string_view key, const json::Value& texts, Answer&& answer) {
  out.key(key).begin_array();
  for (const json::Value text : texts.elements()) answer(text.as_string().value());
  out.end_array();
}

void answer(json::Writer& out, const Context& context, const json::Value& question) {
  list(out, "names", question.find("names").value(), [&](std::string_view name) {
    const auto iri = context.expand_name(name);
    iri ? out.string(*iri) : out.null();
  });
  list(out, "iris", question.find("iris").value(),
       [&](std::string_view iri) { out.string(context.compact_name(iri)); });
  list(out, "ids", question.find("ids").value(),
       [&](std::string_view id) { out.string(context.expand_id(id)); });
  list(out, "compact_ids", question.find("iris").value(),
       [&](std::string_view iri) { out.string(context.compact_id(iri)); });
}

std::string answer_line(Catalogue& catalogue, std::string_view line) {
  const auto question = json::Document::parse(line).value();
  const auto context = catalogue.resolve(question.root().find("context").value());
  std::string text;
  json::Writer out(text);
  out.begin_object();
  if (context)
    answer(out, **context, question.root());
  else
    out.member("error", context.error().message);
  out.end_object();
  return text;
}

CatalogueOptions read_options(std::string_view line) {
  CatalogueOptions options;
  const auto documents = json::Document::parse(line).value();
  for (const auto& [url, document] : documents.root().members())
    options.documents.push_back({std::string(url), json::to_text(document)});
  return options;
}

void run() {
  std::string line;
  std::getline(std::cin, line);
  const auto catalogue = Catalogue::make(read_options(line)).value();
  while (std::getline(std::cin, line)) std::cout << answer_line(*catalogue, line) << '\n';
}

}  // namespace
}  // namespace revier::jsonld

int main() { revier::jsonld::run(); }
