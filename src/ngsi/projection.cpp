// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "ngsi/parse.h"
#include "ngsi/projection.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kProjectionBytesMax = 8'192;
constexpr std::size_t kProjectionNamesMax = 1'000;
constexpr std::size_t kProjectionDepthMax = 10;

class ProjectionParser {
 public:
  ProjectionParser(std::string_view text, std::string_view field) : text_(text), field_(field) {}

  Result<ProjectionTerms> whole() {
    if (text_.size() > kProjectionBytesMax)
      return expected(fmt::format("at most {} bytes", kProjectionBytesMax));
    RV_ASSIGN(ProjectionTerms terms, list());
    if (at_ != text_.size()) return expected("',', '|', '{' or the end");
    return terms;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const {
    return fail(Code::kBadRequestData,
                fmt::format("{}: {} is expected at position {}", field_, what, at_ + 1),
                std::string(field_));
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  bool take(std::string_view signs) {
    if (rest().empty() || signs.find(rest().front()) == signs.npos) return false;
    ++at_;
    return true;
  }

  Result<ProjectionTerms> list() {
    ProjectionTerms terms;
    do {
      if (++terms_ > kProjectionNamesMax)
        return expected(fmt::format("no more than {} names", kProjectionNamesMax));
      ProjectionTerm term;
      RV_TRY(name(term.name));
      if (take("{")) {
        if (++depth_ > kProjectionDepthMax)
          return expected(fmt::format("no more than {} '{{'", kProjectionDepthMax));
        RV_ASSIGN(term.linked, list());
        --depth_;
        if (!take("}")) return expected("'}'");
      }
      terms.push_back(std::move(term));
    } while (take(",|"));
    return terms;
  }

  Result<> name(std::string& name) {
    const bool quoted = take("\"");
    const std::string_view ends = quoted ? "\"" : ",|{}\"";
    const std::size_t size = std::min(rest().find_first_of(ends), rest().size());
    if (size == 0) return expected("a name");
    name = rest().substr(0, size);
    at_ += size;
    if (quoted && !take("\"")) return expected("a closing quote");
    return {};
  }

  std::string_view text_;
  std::string_view field_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
  std::size_t depth_ = 0;
};

bool holds(const std::vector<NameId>& sorted, NameId name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool holds(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

const ProjectionTerm* named(const ProjectionTerms& terms, std::string_view name) {
  const auto at = std::find_if(terms.begin(), terms.end(),
                               [name](const ProjectionTerm& term) { return term.name == name; });
  return at == terms.end() ? nullptr : &*at;
}

bool names_member(const ProjectionTerms& terms, std::string_view name) {
  return named(terms, name) != nullptr || named(terms, fmt::format("@{}", name)) != nullptr;
}

bool is_member(std::string_view name) {
  return name == "id" || name == "type" || name == "scope" || name == "@id" || name == "@type";
}

// The number of an attribute, kNoName for one that no entity has.
Result<NameId> number(std::string_view name, std::string_view what, const Names& names,
                      const jsonld::Context& context) {
  auto iri = expand_checked(name, context);
  if (iri) return names.find(*iri);
  return fail(Code::kBadRequestData, fmt::format("{}: {}: {}", what, name, iri.error().message),
              std::string(what));
}

// Numbers of the attributes in a list.
Result<std::vector<NameId>> numbers(const ProjectionTerms& terms, std::string_view what,
                                    const Names& names, const jsonld::Context& context,
                                    bool with_linked) {
  std::vector<NameId> ids;
  for (const ProjectionTerm& term : terms) {
    if (is_member(term.name) && term.linked.empty()) continue;
    RV_ASSIGN(const NameId id, number(term.name, what, names, context));
    if (id != kNoName && (with_linked || term.linked.empty())) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<> check_lists(const Projection::Lists& lists) {
  if (!lists.attrs.empty() && (!lists.pick.empty() || !lists.omit.empty())) {
    return fail(Code::kBadRequestData, "attrs cannot be given beside pick or omit", "attrs");
  }
  for (const ProjectionTerm& term : lists.omit) {
    if (!term.linked.empty() || named(lists.pick, term.name) == nullptr) continue;
    return fail(Code::kBadRequestData, fmt::format("{} is in pick and in omit", term.name), "omit");
  }
  return {};
}

void append_terms(std::string& out, const ProjectionTerms& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (i > 0) out.push_back(',');
    const bool plain = terms[i].name.find_first_of(",|{}") == std::string::npos;
    out.append(plain ? "" : "\"").append(terms[i].name).append(plain ? "" : "\"");
    if (terms[i].linked.empty()) continue;
    out.push_back('{');
    append_terms(out, terms[i].linked);
    out.push_back('}');
  }
}

}  // namespace

Result<ProjectionTerms> parse_projection(std::string_view text, std::string_view field) {
  return ProjectionParser(text, field).whole();
}

std::string print_projection(const ProjectionTerms& terms) {
  std::string out;
  append_terms(out, terms);
  return out;
}

std::size_t depth_of(const ProjectionTerms& terms) {
  std::size_t depth = 0;
  for (const ProjectionTerm& term : terms) {
    if (!term.linked.empty()) depth = std::max(depth, 1 + depth_of(term.linked));
  }
  return depth;
}

Result<Projection> Projection::make(const Names& names, const jsonld::Context& context,
                                    const Lists& lists) {
  Projection projection;
  if (lists.attrs.empty() && lists.pick.empty() && lists.omit.empty()) {  // as a rule
    projection.dataset_ids_ = lists.dataset_ids;
    return projection;
  }
  RV_TRY(check_lists(lists));
  projection.only_ = !lists.attrs.empty() || !lists.pick.empty();
  for (const std::string& name : lists.attrs) {
    RV_ASSIGN(const NameId id, number(name, "attrs", names, context));
    if (id != kNoName) projection.names_.push_back(id);
  }
  std::sort(projection.names_.begin(), projection.names_.end());
  if (!lists.pick.empty()) {
    RV_ASSIGN(projection.names_, numbers(lists.pick, "pick", names, context, true));
    projection.id_ = names_member(lists.pick, "id");
    projection.type_ = names_member(lists.pick, "type");
    projection.scope_ = names_member(lists.pick, "scope");
  }
  RV_ASSIGN(projection.omitted_, numbers(lists.omit, "omit", names, context, false));
  if (names_member(lists.omit, "id")) projection.id_ = false;
  if (names_member(lists.omit, "type")) projection.type_ = false;
  if (names_member(lists.omit, "scope")) projection.scope_ = false;
  projection.dataset_ids_ = lists.dataset_ids;
  RV_TRY(projection.add_linked(names, context, lists));
  return projection;
}

// A relationship may have braces in pick, in omit, or in both.
Result<> Projection::add_linked(const Names& names, const jsonld::Context& context,
                                const Lists& lists) {
  const auto add = [&](const ProjectionTerm& term, Lists inner) -> Result<> {
    RV_ASSIGN(const NameId id, number(term.name, "pick", names, context));
    RV_ASSIGN(Projection projection, make(names, context, inner));
    linked_.emplace_back(id, std::make_shared<const Projection>(std::move(projection)));
    return {};
  };
  for (const ProjectionTerm& term : lists.pick) {
    if (term.linked.empty()) continue;
    const ProjectionTerm* omitted = named(lists.omit, term.name);
    Lists inner{.pick = term.linked, .dataset_ids = lists.dataset_ids};
    if (omitted != nullptr) inner.omit = omitted->linked;
    RV_TRY(add(term, std::move(inner)));
  }
  for (const ProjectionTerm& term : lists.omit) {
    const ProjectionTerm* picked = named(lists.pick, term.name);
    if (term.linked.empty() || (picked != nullptr && !picked->linked.empty())) continue;
    RV_TRY(add(term, {.omit = term.linked, .dataset_ids = lists.dataset_ids}));
  }
  return {};
}

const Projection* Projection::linked(NameId relationship) const {
  for (const auto& [name, projection] : linked_) {
    if (name == relationship) return projection.get();
  }
  return nullptr;
}

bool Projection::shows_any(const Entity& entity) const {
  if (id_ || type_ || (scope_ && entity.has_scopes())) return true;
  for (const AttributeView& attribute : entity.attributes()) {
    if (shows(attribute.name) && shows_instance(attribute.dataset_id)) return true;
  }
  return false;
}

bool Projection::shows(NameId attribute) const {
  if (only_ && !holds(names_, attribute)) return false;
  return !holds(omitted_, attribute);
}

bool Projection::shows_instance(std::string_view dataset_id) const {
  return dataset_ids_.empty() || holds(dataset_ids_, dataset_id.empty() ? "@none" : dataset_id);
}

}  // namespace revier::ngsi
