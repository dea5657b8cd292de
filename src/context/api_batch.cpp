// SPDX-License-Identifier: EUPL-1.2
// The batch operations that write: /entityOperations/create, upsert, update, delete, merge (clauses
// 6.14 to 6.17, 6.31; 5.6.7 to 5.6.10, 5.6.20). One batch is one job of the writer; each entity in
// it succeeds or fails alone.
#include "context/detail/batch_result.h"
#include "context/detail/narrowed.h"
#include "context/detail/routes.h"
#include "context/detail/serving.h"
#include "context/detail/sharing.h"
#include "net/server.h"

namespace revier::context::detail {
namespace {

Result<> check_batch(const Api& api, const json::Value& body) {
  if (!body.is_array() || body.size() == 0) {
    return fail(Code::kBadRequestData, "the body is an array with at least one element");
  }
  if (body.size() > api.options.batch_max) {
    return fail(Code::kTooLarge,
                fmt::format("a batch has at most {} entities", api.options.batch_max));
  }
  return {};
}

// The id of an element, which the answer needs to tell of it.
Result<std::string> element_id(const json::Value& element, std::size_t index) {
  const auto member = element.find("id");
  const auto at_member = member ? member : element.find("@id");
  const auto id = at_member ? at_member->as_string() : std::nullopt;
  if (id) return std::string(*id);
  return fail(Code::kBadRequestData, fmt::format("element {} is no object with an id", index),
              "id");
}

using Make = std::function<Write(ngsi::Fragment)>;

Result<Element> read_element(const Api& api, const Exchange& exchange, const json::Value& body,
                             const ngsi::ParseOptions& options) {
  Element out{.body = body};
  RV_ASSIGN(out.context, context_of(api, exchange, body));
  RV_ASSIGN(out.fragment, ngsi::parse_entity(body, *out.context, options));
  out.id = out.fragment.id;
  return out;
}

// What of a batch is left for here. An entity that is not here is no error where others alone have
// it.
Task<Result<>> write_elements(const Api& api, const Exchange& exchange,
                              std::vector<Element> elements, const Make& make,
                              BatchResult& result) {
  std::vector<std::string> ids;
  std::vector<bool> alone;
  std::vector<Write> writes;
  for (Element& element : elements) {
    if (element.elsewhere) continue;
    ids.push_back(std::move(element.id));
    alone.push_back(element.alone);
    writes.push_back(make(std::move(element.fragment)));
  }
  RV_CO_ASSIGN(Broker::Outcomes outcomes,
               co_await api.broker.write(exchange.tenant, std::move(writes), exchange.origin()));
  for (std::size_t i = ids.size(); i-- > 0;) {
    const bool missing = !outcomes[i] && outcomes[i].error().code == Code::kResourceNotFound;
    if (!alone[i] || !missing) continue;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i));
    outcomes.erase(outcomes.begin() + static_cast<std::ptrdiff_t>(i));
  }
  add_outcomes(result, std::move(ids), outcomes);
  co_return Result<>{};
}

std::uint8_t operations_of(Distribution::Act act) {
  if (act == Distribution::Act::kCreateBatch) return kCreates;
  return act == Distribution::Act::kUpsertBatch ? kUpserts : kUpdates;
}

Task<Result<net::Response>> run_batch(const Api& api, const net::Request& request,
                                      Distribution::Act act, const ngsi::ParseOptions& options,
                                      const Make& make) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_batch(api, body));
  BatchResult result;
  std::vector<Element> elements;
  for (const json::Value each : body.elements()) {
    RV_CO_ASSIGN(std::string id, element_id(each, elements.size() + result.errors.size()));
    if (elements.size() % kSliceEntities == kSliceEntities - 1) co_await net::yield_now();
    auto element = read_element(api, exchange, each, options);
    if (element) {
      if (auto may = check_written(api, operations_of(act), element->fragment); !may) {
        element = fail(may.error());
      }
    }
    if (element) {
      elements.push_back(*std::move(element));
    } else if (lacks_context(api, element.error())) {
      co_return fail(element.error());  // the whole is run again with it
    } else {
      result.errors.push_back({std::move(id), explained(api, element.error()), {}});
    }
  }
  if (is_distributed(api, request)) {
    RV_CO_TRY(co_await share_batch(api, request, exchange, act, elements, result));
  }
  RV_CO_TRY(co_await write_elements(api, exchange, std::move(elements), make, result));
  co_return answer_batch(request, std::move(result));
}

// 5.6.7
Task<Result<net::Response>> create_batch(const Api& api, net::Request& request) {
  co_return co_await run_batch(api, request, Distribution::Act::kCreateBatch, ngsi::kParseWhole,
                               [](ngsi::Fragment f) { return create(std::move(f)); });
}

// 5.6.8: what exists is replaced, or updated with options=update.
Task<Result<net::Response>> upsert_batch(const Api& api, net::Request& request) {
  const bool updates = has_option(request, "update");
  const Make make = [updates](ngsi::Fragment f) {
    return updates ? upsert(std::move(f)) : put(std::move(f));
  };
  ngsi::ParseOptions options = ngsi::kParseWhole;
  if (updates) options.nulls = ngsi::Nulls::kAttributes;
  co_return co_await run_batch(api, request, Distribution::Act::kUpsertBatch, options, make);
}

// 5.6.9
Task<Result<net::Response>> update_batch(const Api& api, net::Request& request) {
  const bool overwrite = !has_option(request, "noOverwrite");
  const Make make = [overwrite](ngsi::Fragment f) {
    std::string id = f.id;
    return append(std::move(id), std::move(f), overwrite);
  };
  co_return co_await run_batch(api, request, Distribution::Act::kUpdateBatch, {.id_needed = true},
                               make);
}

// 5.6.20
Task<Result<net::Response>> merge_batch(const Api& api, net::Request& request) {
  const Make make = [](ngsi::Fragment f) {
    std::string id = f.id;
    return merge(std::move(id), std::move(f));
  };
  co_return co_await run_batch(api, request, Distribution::Act::kMergeBatch,
                               {.nulls = ngsi::Nulls::kMerge, .id_needed = true}, make);
}

// 5.6.10
Task<Result<net::Response>> delete_batch(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_batch(api, body));
  std::vector<Element> elements;
  for (const json::Value each : body.elements()) {
    const auto id = each.as_string();
    if (!id) co_return fail(Code::kBadRequestData, "the elements are ids of entities, strings");
    RV_CO_TRY(ngsi::check_uri(*id, "the entity's id"));
    Element& element = elements.emplace_back(Element{.context = exchange.context});
    element.id = element.fragment.id = *id;
  }
  BatchResult result;
  if (is_distributed(api, request)) {
    RV_CO_TRY(co_await share_batch(api, request, exchange, Distribution::Act::kDeleteBatch,
                                   elements, result));
  }
  const Make make = [](ngsi::Fragment f) { return remove(std::move(f.id)); };
  RV_CO_TRY(co_await write_elements(api, exchange, std::move(elements), make, result));
  co_return answer_batch(request, std::move(result));
}

}  // namespace

void add_batch_routes(net::Router& router, const ApiPtr& api) {
  const std::string base = "/ngsi-ld/v1/entityOperations/";
  const auto add = [&](std::string_view name, const Parameters& parameters, Operation operation) {
    route_batch(router, api, {net::Method::kPost, base + std::string(name), parameters}, operation);
  };
  add("create", kPlain, create_batch);
  add("upsert", kUpsertBatch, upsert_batch);
  add("update", kUpdateBatch, update_batch);
  add("merge", kUpdateBatch, merge_batch);
  add("delete", kPlain, delete_batch);
}

}  // namespace revier::context::detail
