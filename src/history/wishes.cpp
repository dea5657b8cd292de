// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/wishes.h"

#include <algorithm>

#include "ngsi/order.h"
#include "ngsi/parse.h"

namespace revier::history::detail {
namespace {

tl::unexpected<Error> refused(std::string_view field, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{} {}", field, what), std::string(field));
}

bool is_system_member(std::string_view name) {
  return name == "id" || name == "type" || name == "scope" || name == "@id" || name == "@type" ||
         name == "createdAt" || name == "modifiedAt" || name == "deletedAt" || name == "expiresAt";
}

// Attributes that the client names, as numbers; those that the tenant does not have are left out.
Result<> read_concerned(const context::Wishes& wishes, const ngsi::Names& names,
                        const jsonld::Context& context, Wish& wish) {
  std::vector<std::string> named = wishes.attrs;
  for (const ngsi::ProjectionTerm& term : wishes.pick) named.push_back(term.name);
  for (const std::string& name : named) {
    if (is_system_member(name)) continue;
    wish.names_attributes = true;
    RV_ASSIGN(const std::string iri, ngsi::expand_checked(name, context));
    if (const ngsi::NameId id = names.find(iri); id != ngsi::kNoName) wish.concerned.push_back(id);
  }
  return {};
}

Result<> read_option(std::string_view option, std::optional<Form>& form, Wish& wish) {
  if (option == "sysAttrs") {
    wish.shown.sys_attrs = true;
  } else if (option == "concise") {
    wish.shown.representation = ngsi::Representation::kConcise;
  } else if (option != "normalized") {
    if (form) {
      return fail(Code::kInvalidRequest,
                  "options: only one of temporalValues and aggregatedValues can be asked for",
                  "options");
    }
    form = option == "temporalValues" ? Form::kValues : Form::kAggregated;
  }
  return {};
}

// "If both format and options are present, the value of the format parameter shall take
// precedence" (6.3.12).
Result<> read_form(const net::Request& request, const Parts& parts, Wish& wish) {
  std::optional<Form> form;
  for (const std::string& option : context::list_param(request, "options")) {
    RV_TRY(read_option(option, form, wish));
  }
  if (const auto format = request.query_param("format")) {
    form.reset();
    const bool known = *format == "temporalValues" || *format == "aggregatedValues" ||
                       *format == "normalized" || *format == "concise";
    if (!known) {
      return fail(Code::kInvalidRequest, "format is temporalValues or aggregatedValues", "format");
    }
    RV_TRY(read_option(*format, form, wish));
  }
  wish.form = form.value_or(parts.aggregates ? Form::kAggregated : Form::kInstances);
  if (wish.form != Form::kAggregated) return {};
  RV_ASSIGN(wish.aggregation, read_aggregation(parts.methods, parts.period));
  return {};
}

Result<> read_common(const context::Binding& binding, const net::Request& request,
                     const context::Exchange& exchange, const Parts& parts, Asked& asked) {
  RV_TRY(context::check_wishes(parts.wishes));
  Wish& wish = asked.wish;
  const ngsi::Names& names = binding.broker.names(exchange.tenant);
  const jsonld::Context& context = *exchange.context;
  wish.time = parts.time;
  wish.context = &context;
  if (binding.rights != nullptr) wish.sight = binding.rights->over(names);
  RV_TRY(read_form(request, parts, wish));
  RV_ASSIGN(wish.projection, ngsi::Projection::make(names, context,
                                                    {.attrs = parts.wishes.attrs,
                                                     .pick = parts.wishes.pick,
                                                     .omit = parts.wishes.omit,
                                                     .dataset_ids = parts.wishes.dataset_ids}));
  RV_TRY(read_concerned(parts.wishes, names, context, wish));
  if (parts.wishes.lang) {
    RV_ASSIGN(asked.language, ngsi::parse_language_filter(*parts.wishes.lang));
    wish.shown.language = &*asked.language;
  }
  wish.shown.with_context = exchange.accept == context::Media::kLdJson;
  return {};
}

// "refers an entity name other than "id"" is an error (5.7.4.4); so is one for more than the local
// scope, which every query here is.
Result<> read_order(const net::Request& request, const ngsi::OrderWish& wish,
                    const ngsi::Names& names, const jsonld::Context& context, Page& page) {
  if (wish.terms.empty() && wish.collation.empty()) return {};
  if (!wish.terms.empty() && context::is_wider(request)) {
    return refused("orderBy", "is for the local scope");
  }
  for (const auto& term : wish.terms) {
    const bool by_id = term.path.size() == 1 && (term.path[0] == "id" || term.path[0] == "@id");
    if (!by_id || !term.trail.empty() || term.by_distance) {
      return refused("orderBy", "can only be id in temporal queries");
    }
    page.descending = term.descending;
  }
  const auto order = ngsi::Order::compile(wish, names, context);  // also looks at the collation
  return order ? Result<>{} : fail(order.error());
}

}  // namespace

Result<Parts> parts_of(const net::Request& request, bool time_needed) {
  Parts parts;
  const auto text_of = [&](std::string_view name) { return request.query_param(name); };
  RV_ASSIGN(parts.time, read_temporal_query(text_of, time_needed));
  parts.selection = context::selection_of(request);
  RV_ASSIGN(parts.wishes, context::Wishes::of(request));
  parts.methods = context::list_param(request, "aggrMethods");
  parts.period = request.query_param("aggrPeriodDuration");
  return parts;
}

namespace {

// Members of a TemporalQuery: strings, lastN a number.
Result<TemporalQuery> body_time(const json::Value& query) {
  for (const std::string_view name : {"timerel", "timeAt", "endTimeAt", "timeproperty"}) {
    RV_TRY(context::text_member(query, name));
  }
  const auto last_n = query.find("lastN");
  if (last_n && !last_n->is_number()) return refused("lastN", "must be a number");
  const auto text_of = [&](std::string_view name) -> std::optional<std::string> {
    const auto member = query.find(name);
    if (!member) return std::nullopt;
    if (const auto text = member->as_string()) return std::string(*text);
    return json::to_text(*member);
  };
  return read_temporal_query(text_of, /*needed=*/true);
}

Result<> read_body_aggregation(const json::Value& object, Parts& parts) {
  if (!object.find("aggrMethods") && !object.find("aggrPeriodDuration")) return {};
  RV_ASSIGN(parts.methods, context::names_member(object, "aggrMethods"));
  RV_ASSIGN(const std::string period, context::text_member(object, "aggrPeriodDuration"));
  if (!period.empty()) parts.period = period;
  parts.aggregates = true;
  return {};
}

}  // namespace

Result<Parts> parts_of(const json::Value& body) {
  Parts parts;
  if (!body.is_object()) return fail(Code::kBadRequestData, "the body is a Query, an object");
  RV_ASSIGN(const std::string type, context::text_member(body, "type"));
  if (type != "Query") return refused("type", "is \"Query\"");
  const auto time = body.find("temporalQ");
  if (!time || !time->is_object()) return refused("temporalQ", "is needed, an object");
  RV_ASSIGN(parts.time, body_time(*time));
  RV_TRY(read_body_aggregation(*time, parts));
  if (const auto aggregation = body.find("aggrParams")) {
    if (!aggregation->is_object()) return refused("aggrParams", "is an object");
    RV_TRY(read_body_aggregation(*aggregation, parts));
  }
  RV_ASSIGN(parts.selection, context::body_selection(body));
  RV_ASSIGN(parts.wishes, context::body_wishes(body));
  return parts;
}

Result<> read_retrieval(const context::Binding& binding, const net::Request& request,
                        const context::Exchange& exchange, Parts parts, Asked& asked) {
  return read_common(binding, request, exchange, parts, asked);
}

Result<> read_query(const context::Binding& binding, const net::Request& request,
                    const context::Exchange& exchange, Parts parts, Asked& asked) {
  ngsi::Selection& selection = parts.selection;
  RV_TRY(context::require_a_filter(selection, parts.wishes.pick, request));
  RV_TRY(read_common(binding, request, exchange, parts, asked));
  Wish& wish = asked.wish;
  const ngsi::Names& names = binding.broker.names(exchange.tenant);
  const jsonld::Context& context = *exchange.context;
  RV_TRY(read_order(request, parts.wishes.order, names, context, asked.page));
  wish.asks_values = !selection.q.empty() || !selection.georel.empty();
  if (!selection.scope_q.empty()) {
    ngsi::Selection scopes;
    scopes.scope_q = std::exchange(selection.scope_q, {});
    RV_ASSIGN(wish.scopes, ngsi::Predicate::compile(scopes, names, context));
  }
  selection.attrs.clear();  // read_concerned() has them
  RV_ASSIGN(wish.predicate, ngsi::Predicate::compile(selection, names, context));
  if (wish.predicate.link_levels() > 0) {
    return refused("q", "goes to linked entities, which history has not");
  }
  RV_ASSIGN(const context::Page page, context::page_of(request));
  asked.page.limit = page.limit;
  asked.page.offset = page.offset;
  asked.page.count = page.count;
  return {};
}

}  // namespace revier::history::detail
