// SPDX-License-Identifier: EUPL-1.2
// How a query is answered: GET /api/v1/explain with the parameters of GET /ngsi-ld/v1/entities.
// It runs the query, here alone, and tells of it instead of the entities.
#include "context/detail/asked.h"
#include "context/detail/routes.h"
#include "context/detail/selecting.h"

namespace revier::context::detail {
namespace {

std::int64_t whole(std::size_t number) { return static_cast<std::int64_t>(number); }

// Names as the client's @context has them.
class Teller {
 public:
  Teller(const Api& api, const Exchange& exchange, json::Writer& writer)
      : names_(api.broker.names(exchange.tenant)), context_(*exchange.context), writer_(writer) {}

  void tell(const Explanation& told) {
    writer_.member("plan", to_string(told.plan));
    if (told.attribute != ngsi::kNoName) writer_.member("attribute", name(told.attribute));
    writer_.key("types").begin_array();
    for (const ngsi::NameId type : told.types) writer_.string(name(type));
    writer_.end_array();
    writer_.key("tried").begin_array();
    for (const Explanation::Tried& tried : told.tried) tell(tried);
    writer_.end_array();
    writer_.member("inOrder", whole(told.in_order));
    writer_.member("estimated", whole(told.estimated));
    writer_.member("lookedAt", whole(told.looked_at));
    writer_.member("matched", whole(told.matched));
    writer_.member("countedByIndex", told.counted_by_index);
  }

 private:
  void tell(const Explanation::Tried& tried) {
    writer_.begin_object().member("plan", to_string(tried.plan));
    writer_.member("attribute", name(tried.attribute)).key("candidates");
    if (tried.candidates) {
      writer_.integer(whole(*tried.candidates));
    } else {
      writer_.null();
    }
    writer_.end_object();
  }
  [[nodiscard]] std::string name(ngsi::NameId id) const {
    return context_.compact_name(names_.iri(id));
  }

  const ngsi::Names& names_;
  const jsonld::Context& context_;
  json::Writer& writer_;
};

struct Stages {
  std::int64_t compile_us = 0;
  std::int64_t took_us = 0;  // of plan and match, waiting included
  std::int64_t show_us = 0;
};

void tell_stages(json::Writer& writer, const Explanation& told, const Stages& stages) {
  writer.key("microseconds").begin_object();
  writer.member("compile", stages.compile_us).member("plan", told.plan_us);
  writer.member("match", told.match_us).member("show", stages.show_us);
  writer.member("waiting",
                std::max<std::int64_t>(0, stages.took_us - told.plan_us - told.match_us));
  writer.end_object().member("slices", static_cast<std::int64_t>(told.slices));
}

void tell_failure(json::Writer& writer, const Error& error) {
  writer.key("failed").raw(problem_json(error));
}

Task<Result<net::Response>> explain(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  RV_CO_TRY(exchange.caller.require(identity::Action::kStateRead,
                                    identity::Scope::tenant(tenant_of_space(exchange.tenant))));
  Stages stages;
  const std::int64_t start_us = monotonic_us();
  RV_CO_ASSIGN(Wishes wishes, Wishes::of(request));
  RV_CO_ASSIGN(const Asked asked,
               asked_of(api, request, exchange, selection_of(request), wishes, Paging::kHere));
  RV_CO_ASSIGN(const View view, View::make(api, request, exchange, std::move(wishes)));
  const std::int64_t compiled_us = monotonic_us();
  Explanation told;
  told.types = asked.predicate.hints().types;
  Page page = asked.ordered_page();
  page.explanation = &told;
  Result<Found> found = co_await api.broker.query(exchange.tenant, asked.predicate, page);
  if (!found && found.error().code != Code::kTooComplexQuery) co_return fail(found.error());
  const std::int64_t found_us = monotonic_us();
  const std::size_t returned = found ? found->entities.size() : 0;
  if (found) {
    RV_CO_ASSIGN(const std::string shown, co_await view.many(std::move(found->entities)));
    stages.show_us = monotonic_us() - found_us;
  }
  stages.compile_us = compiled_us - start_us;
  stages.took_us = found_us - compiled_us;

  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  Teller(api, exchange, writer).tell(told);
  writer.member("returned", whole(returned));
  if (found) writer.member("more", found->more);
  if (found && found->count) writer.member("count", whole(*found->count));
  tell_stages(writer, told, stages);
  if (!found) tell_failure(writer, found.error());
  writer.end_object();
  co_return answer(request, 200, Media::kJson, std::move(out));
}

}  // namespace

void add_explain_routes(net::Router& router, const ApiPtr& api) {
  route(router, api, {net::Method::kGet, "/api/v1/explain", kQuery}, explain);
}

}  // namespace revier::context::detail
