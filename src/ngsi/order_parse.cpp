// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/path_text.h"
#include "ngsi/order.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kOrderBytesMax = 8'192;
constexpr std::size_t kOrderTermsMax = 16;
constexpr std::size_t kOrderPathMax = 16;

class OrderParser {
 public:
  explicit OrderParser(std::string_view text) : text_(text) {}

  Result<std::vector<OrderTerm>> whole() {
    if (text_.size() > kOrderBytesMax)
      return expected(fmt::format("at most {} bytes", kOrderBytesMax));
    std::vector<OrderTerm> terms;
    do {
      if (terms.size() == kOrderTermsMax)
        return expected(fmt::format("at most {} names", kOrderTermsMax));
      RV_ASSIGN(OrderTerm one, term());
      terms.push_back(std::move(one));
    } while (take(","));
    if (at_ != text_.size()) return expected("',', ';' or the end");
    return terms;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const {
    return fail(Code::kBadRequestData,
                fmt::format("orderBy: {} is expected at position {}", what, at_ + 1), "orderBy");
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  bool take(std::string_view sign) {
    if (!rest().starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  Result<OrderTerm> term() {
    OrderTerm term;
    RV_TRY(dotted(term.path));
    if (take("[")) {
      RV_TRY(dotted(term.trail));
      if (!take("]")) return expected("']'");
    }
    if (!take(";")) return term;
    term.by_distance = take("dist-");
    if (take("desc")) {
      term.descending = true;
    } else if (!take("asc")) {
      return expected("asc, desc, dist-asc or dist-desc");
    }
    return term;
  }

  Result<> dotted(std::vector<std::string>& names) {
    do {
      const std::size_t size = std::min(rest().find_first_of(".[],;{}\""), rest().size());
      if (size == 0) return expected("a name");
      if (names.size() == kOrderPathMax)
        return expected(fmt::format("at most {} names", kOrderPathMax));
      names.emplace_back(rest().substr(0, size));
      at_ += size;
    } while (take("."));
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<OrderTerm>> parse_order(std::string_view text) {
  return OrderParser(text).whole();
}

std::string print_order(const std::vector<OrderTerm>& terms) {
  std::string out;
  for (const OrderTerm& term : terms) {
    if (!out.empty()) out.push_back(',');
    detail::append_path(out, term.path);
    if (!term.trail.empty()) {
      out.push_back('[');
      detail::append_path(out, term.trail);
      out.push_back(']');
    }
    if (term.by_distance) {
      out.append(term.descending ? ";dist-desc" : ";dist-asc");
    } else if (term.descending) {
      out.append(";desc");
    }
  }
  return out;
}

}  // namespace revier::ngsi
