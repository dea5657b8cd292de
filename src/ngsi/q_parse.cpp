// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/time.h"
#include "json/json.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/detail/literal.h"
#include "ngsi/q.h"

namespace revier::ngsi {
namespace detail {
namespace {

// RFC 8259: no leading zeros, no bare point.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto digits = [&text] {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    text.remove_prefix(n);
    return n;
  };
  const bool zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

}  // namespace

std::optional<std::int64_t> parse_instant(std::string_view text) {
  if (text.size() < 17 || text[4] != '-' || text[10] != 'T') return std::nullopt;
  const auto instant = parse_iso8601(text);
  if (!instant) return std::nullopt;
  return instant->us;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-') return std::nullopt;
  return parse_instant(fmt::format("{}T00:00:00Z", text));
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  return parse_instant(fmt::format("1970-01-01T{}", text));
}

std::optional<Literal> parse_literal(std::string_view token) {
  Literal literal;
  if (is_json_number(token)) {
    const auto [end, error] =
        std::from_chars(token.data(), token.data() + token.size(), literal.number);
    if (error != std::errc()) return std::nullopt;
    return literal;
  }
  if (token == "true" || token == "false") {
    literal.kind = Literal::Kind::kBool;
    literal.truth = token == "true";
    return literal;
  }
  const auto as = [&literal](Literal::Kind kind, std::int64_t us) {
    literal.kind = kind;
    literal.instant_us = us;
    return literal;
  };
  if (const auto us = parse_instant(token)) return as(Literal::Kind::kDateTime, *us);
  if (const auto us = parse_date(token)) return as(Literal::Kind::kDate, *us);
  if (const auto us = parse_time(token)) return as(Literal::Kind::kTime, *us);
  if (token.empty() || is_digit(token.front()) || token.front() == '-' ||
      token.find_first_of(" \"<>\t\r\n\\^`{}") != token.npos) {
    return std::nullopt;
  }
  literal.kind = Literal::Kind::kWord;
  literal.text = token;
  return literal;
}

}  // namespace detail

namespace {

constexpr std::size_t kBytesMax = 8'192;
constexpr std::size_t kTermsMax = 256;
constexpr std::size_t kValuesMax = 256;
constexpr std::size_t kPathMax = 16;
constexpr std::size_t kLinksMax = 10;
constexpr int kDepthMax = 16;

class QueryParser {
 public:
  explicit QueryParser(std::string_view text) : text_(text) {}

  Result<Query> whole() {
    if (text_.size() > kBytesMax) {
      return fail(Code::kBadRequestData, fmt::format("q may have at most {} bytes", kBytesMax),
                  "q");
    }
    if (!detail::is_text(text_)) return expected("UTF-8 without control characters");
    RV_ASSIGN(Query query, any());
    if (at_ != text_.size()) return expected("';', '|' or the end");
    return query;
  }

  [[nodiscard]] std::size_t read_bytes() const { return at_; }

 private:
  [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const {
    return fail(Code::kBadRequestData,
                fmt::format("q: {} is expected at position {}", what, at_ + 1), "q");
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  bool take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  static Query joined(Query::Kind kind, std::vector<Query> children) {
    if (children.size() == 1) return std::move(children.front());
    return {kind, {}, std::move(children)};
  }

  Result<Query> any() {
    std::vector<Query> children;
    do {
      RV_ASSIGN(Query child, all());
      children.push_back(std::move(child));
    } while (take("|"));
    return joined(Query::Kind::kAny, std::move(children));
  }

  Result<Query> all() {
    std::vector<Query> children;
    do {
      RV_ASSIGN(Query child, one());
      children.push_back(std::move(child));
    } while (take(";"));
    return joined(Query::Kind::kAll, std::move(children));
  }

  Result<Query> one() {
    if (take("(")) {
      if (++depth_ > kDepthMax) return expected(fmt::format("no more than {} '('", kDepthMax));
      RV_ASSIGN(Query inside, any());
      --depth_;
      if (!take(")")) return expected("')'");
      return inside;
    }
    if (++terms_ > kTermsMax) return expected(fmt::format("no more than {} terms", kTermsMax));
    Query query;
    RV_TRY(term(query.term));
    return query;
  }

  Result<> term(QueryTerm& term) {
    RV_TRY(path(term));
    RV_TRY(comparator(term.comparator));
    if (term.comparator == Comparator::kExists) return {};
    if (term.comparator == Comparator::kPattern || term.comparator == Comparator::kNotPattern) {
      return pattern(term.pattern);
    }
    return values(term);
  }

  // Attribute (4.9): links, each in braces, around a path.
  Result<> path(QueryTerm& term) {
    for (;;) {
      term.path.clear();
      RV_TRY(dotted(term.path, ".[]=!<>~;|(){},\" "));
      if (!rest().starts_with('{')) break;
      if (term.path.size() > 1) return expected("the name of a relationship before this");
      if (term.links.size() == kLinksMax)
        return expected(fmt::format("at most {} '{{'", kLinksMax));
      ++at_;
      LinkStep step{std::move(term.path.front()), {}};
      RV_TRY(types(step.types));
      term.links.push_back(std::move(step));
    }
    if (take("[")) {
      RV_TRY(dotted(term.trail, ".[]\""));
      if (!take("]")) return expected("']'");
    }
    for (std::size_t i = 0; i < term.links.size(); ++i) {
      if (!take("}")) return expected("'}'");
    }
    return {};
  }

  // "Type1,Type2:", or nothing.
  Result<> types(std::vector<std::string>& types) {
    const std::size_t colon = rest().find(':');
    if (colon > rest().find_first_of(".[]=!<>~;|(){}\" ")) return {};
    do {
      const std::size_t size = std::min(rest().find_first_of(",:"), rest().size());
      if (size == 0) return expected("a type");
      types.emplace_back(rest().substr(0, size));
      at_ += size;
    } while (take(","));
    return take(":") ? Result<>{} : expected("':'");
  }

  // Names parted by points; a name has none of the `ends`.
  Result<> dotted(std::vector<std::string>& names, std::string_view ends) {
    do {
      const std::size_t size = std::min(rest().find_first_of(ends), rest().size());
      if (size == 0) return expected("a name");
      if (names.size() == kPathMax) return expected(fmt::format("at most {} names", kPathMax));
      names.emplace_back(rest().substr(0, size));
      at_ += size;
    } while (take("."));
    return {};
  }

  Result<> comparator(Comparator& comparator) {
    constexpr std::array<std::pair<std::string_view, Comparator>, 8> kSigns = {{
        {"!~=", Comparator::kNotPattern},
        {"~=", Comparator::kPattern},
        {"==", Comparator::kEqual},
        {"!=", Comparator::kUnequal},
        {">=", Comparator::kGreaterEqual},
        {"<=", Comparator::kLessEqual},
        {">", Comparator::kGreater},
        {"<", Comparator::kLess},
    }};
    for (const auto& [sign, meaning] : kSigns) {
      if (!take(sign)) continue;
      comparator = meaning;
      return {};
    }
    if (rest().empty() || std::string_view(";|)").find(rest().front()) != std::string_view::npos) {
      return {};
    }
    return expected("==, !=, >, >=, <, <=, ~=, !~=, ';', '|', ')' or the end");
  }

  Result<> values(QueryTerm& term) {
    const bool many =
        term.comparator == Comparator::kEqual || term.comparator == Comparator::kUnequal;
    RV_ASSIGN(Literal first, value());
    term.values.push_back(std::move(first));
    if (many && take("..")) {
      term.range = true;
      RV_ASSIGN(Literal last, value());
      if (!comparable(term.values.front()) || last.kind != term.values.front().kind) {
        return expected("a range of two numbers, texts, dates or times before this");
      }
      term.values.push_back(std::move(last));
      return {};
    }
    while (many && take(",")) {
      if (term.values.size() == kValuesMax) {
        return expected(fmt::format("at most {} values", kValuesMax));
      }
      RV_ASSIGN(Literal next, value());
      term.values.push_back(std::move(next));
    }
    if (!many && !comparable(term.values.front())) {
      return expected("a number, text, date or time before this");
    }
    return {};
  }

  static bool comparable(const Literal& literal) {
    return literal.kind != Literal::Kind::kBool && literal.kind != Literal::Kind::kWord;
  }

  Result<Literal> value() {
    if (rest().starts_with('"')) {
      Literal literal;
      literal.kind = Literal::Kind::kText;
      RV_ASSIGN(literal.text, quoted());
      return literal;
    }
    std::size_t size = std::min(rest().find_first_of(";|),"), rest().size());
    size = std::min(size, rest().find(".."));
    auto literal = detail::parse_literal(rest().substr(0, size));
    if (!literal) return expected("a number, text in quotes, date, time, true, false or URI");
    at_ += size;
    return *std::move(literal);
  }

  Result<std::string> quoted() {
    std::size_t end = 1;
    while (end < rest().size() && rest()[end] != '"') end += rest()[end] == '\\' ? 2 : 1;
    if (end >= rest().size()) return expected("a closing quote for the text that begins");
    const auto document = json::Document::parse(rest().substr(0, end + 1));
    if (!document) return expected("a text as JSON writes it");
    at_ += end + 1;
    return std::string(document->root().as_string().value_or(""));
  }

  // Without quotes a pattern goes to the first ';', '|' or ')' outside of its own brackets.
  Result<> pattern(std::string& pattern) {
    if (rest().starts_with('"')) {
      RV_ASSIGN(pattern, quoted());
      return {};
    }
    int round = 0;
    bool square = false;
    std::size_t size = 0;
    for (; size < rest().size(); ++size) {
      const char c = rest()[size];
      if (c == '\\') {
        ++size;
      } else if (square) {
        square = c != ']';
      } else if (c == '[') {
        square = true;
      } else if (c == '(') {
        ++round;
      } else if (c == ')' && --round < 0) {
        break;
      } else if (round == 0 && (c == ';' || c == '|')) {
        break;
      }
    }
    size = std::min(size, rest().size());
    if (size == 0) return expected("a regular expression");
    pattern = rest().substr(0, size);
    at_ += size;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Query> parse_query(std::string_view text) { return QueryParser(text).whole(); }

std::optional<std::size_t> find_fault(std::string_view text) {
  QueryParser parser(text);
  if (parser.whole()) return std::nullopt;
  return parser.read_bytes();
}

namespace {

bool names_attribute(const Query& query) {
  if (query.kind == Query::Kind::kTerm) {
    if (!query.term.links.empty()) return true;
    const std::string& name = query.term.path.front();
    return name != "createdAt" && name != "modifiedAt" && name != "expiresAt" &&
           name != "deletedAt" && name != "id" && name != "type" && name != "scope";
  }
  return std::any_of(query.children.begin(), query.children.end(),
                     [](const Query& child) { return names_attribute(child); });
}

}  // namespace

Result<bool> names_attribute(std::string_view text) {
  if (text.empty()) return false;
  RV_ASSIGN(const Query query, parse_query(text));
  return names_attribute(query);
}

}  // namespace revier::ngsi
