// SPDX-License-Identifier: EUPL-1.2
#include "base/time.h"
#include "json/json.h"
#include "ngsi/detail/path_text.h"
#include "ngsi/q.h"

namespace revier::ngsi {
namespace {

void append_literal(std::string& out, const Literal& literal) {
  switch (literal.kind) {
    case Literal::Kind::kNumber:
      json::Writer(out).number(literal.number);
      break;
    case Literal::Kind::kText:
      json::append_quoted(out, literal.text);
      break;
    case Literal::Kind::kBool:
      out.append(literal.truth ? "true" : "false");
      break;
    case Literal::Kind::kDateTime:
      append_iso8601(out, {literal.instant_us});
      break;
    case Literal::Kind::kDate:
      out.append(to_iso8601({literal.instant_us}).substr(0, 10));
      break;
    case Literal::Kind::kTime:
      out.append(to_iso8601({literal.instant_us}).substr(11));
      break;
    case Literal::Kind::kWord:
      out.append(literal.text);
      break;
  }
}

void append_term(std::string& out, const QueryTerm& term) {
  constexpr std::array<std::string_view, 9> kSigns = {
      "", "==", "!=", ">", ">=", "<", "<=", "~=", "!~="};
  for (const LinkStep& link : term.links) {
    out.append(link.relationship).push_back('{');
    for (std::size_t i = 0; i < link.types.size(); ++i) {
      out.append(i == 0 ? "" : ",").append(link.types[i]);
    }
    if (!link.types.empty()) out.push_back(':');
  }
  detail::append_path(out, term.path);
  if (!term.trail.empty()) {
    out.push_back('[');
    detail::append_path(out, term.trail);
    out.push_back(']');
  }
  out.append(term.links.size(), '}');
  out.append(kSigns[static_cast<std::size_t>(term.comparator)]);
  if (term.comparator == Comparator::kPattern || term.comparator == Comparator::kNotPattern) {
    json::append_quoted(out, term.pattern);
  }
  for (std::size_t i = 0; i < term.values.size(); ++i) {
    if (i > 0) out.append(term.range ? ".." : ",");
    append_literal(out, term.values[i]);
  }
}

void append_query(std::string& out, const Query& query) {
  if (query.kind == Query::Kind::kTerm) return append_term(out, query.term);
  const char sign = query.kind == Query::Kind::kAll ? ';' : '|';
  for (std::size_t i = 0; i < query.children.size(); ++i) {
    if (i > 0) out.push_back(sign);
    // ';' binds closer than '|'.
    const Query::Kind inner = query.children[i].kind;
    const bool closer = query.kind == Query::Kind::kAny && inner == Query::Kind::kAll;
    const bool nested = inner != Query::Kind::kTerm && !closer;
    if (nested) out.push_back('(');
    append_query(out, query.children[i]);
    if (nested) out.push_back(')');
  }
}

}  // namespace

std::string print_query(const Query& query) {
  std::string out;
  append_query(out, query);
  return out;
}

}  // namespace revier::ngsi
