// SPDX-License-Identifier: EUPL-1.2
// The batch operations that write: /entityOperations/create, upsert, update, delete, merge (clauses
// 6.14 to 6.17, 6.31; 5.6.7 to 5.6.10, 5.6.20). One batch is one job of the writer; each entity in
// it succeeds or fails alone.
#include "context/detail/batch_result.h"
#include "context/detail/routes.h"
#include "context/detail/serving.h"
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

Result<Write> make_write(const Api& api, const Exchange& exchange, const json::Value& element,
                         const ngsi::ParseOptions& options, const Make& make) {
  RV_ASSIGN(const auto context, context_of(api, exchange, element));
  RV_ASSIGN(ngsi::Fragment fragment, ngsi::parse_entity(element, *context, options));
  return make(std::move(fragment));
}

Task<Result<net::Response>> run_batch(const Api& api, const net::Request& request,
                                      const ngsi::ParseOptions& options, const Make& make) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_batch(api, body));
  BatchResult result;
  std::vector<std::string> ids;
  std::vector<Write> writes;
  for (const json::Value element : body.elements()) {
    RV_CO_ASSIGN(std::string id, element_id(element, ids.size() + result.errors.size()));
    if (ids.size() % kSliceEntities == kSliceEntities - 1) co_await net::yield_now();
    auto write = make_write(api, exchange, element, options, make);
    if (write) {
      ids.push_back(std::move(id));
      writes.push_back(*std::move(write));
    } else if (lacks_context(api, write.error())) {
      co_return fail(write.error());  // the whole is run again with it
    } else {
      result.errors.push_back({std::move(id), explained(api, write.error())});
    }
  }
  RV_CO_ASSIGN(const auto outcomes,
               co_await api.broker.write(exchange.tenant, std::move(writes), exchange.origin()));
  add_outcomes(result, std::move(ids), outcomes);
  co_return answer_batch(request, result);
}

// 5.6.7
Task<Result<net::Response>> create_batch(const Api& api, net::Request& request) {
  co_return co_await run_batch(api, request, ngsi::kParseWhole,
                               [](ngsi::Fragment f) { return create(std::move(f)); });
}

// 5.6.8: what exists is replaced, or appended to with options=update.
Task<Result<net::Response>> upsert_batch(const Api& api, net::Request& request) {
  const bool append_only = has_option(request, "update");
  const Make make = [append_only](ngsi::Fragment f) {
    return append_only ? upsert(std::move(f)) : put(std::move(f));
  };
  co_return co_await run_batch(api, request, ngsi::kParseWhole, make);
}

// 5.6.9
Task<Result<net::Response>> update_batch(const Api& api, net::Request& request) {
  const bool overwrite = !has_option(request, "noOverwrite");
  const Make make = [overwrite](ngsi::Fragment f) {
    std::string id = f.id;
    return append(std::move(id), std::move(f), overwrite);
  };
  co_return co_await run_batch(api, request, {.id_needed = true}, make);
}

// 5.6.20
Task<Result<net::Response>> merge_batch(const Api& api, net::Request& request) {
  const Make make = [](ngsi::Fragment f) {
    std::string id = f.id;
    return merge(std::move(id), std::move(f));
  };
  co_return co_await run_batch(api, request, {.nulls = ngsi::Nulls::kMerge, .id_needed = true},
                               make);
}

// 5.6.10
Task<Result<net::Response>> delete_batch(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_batch(api, body));
  std::vector<std::string> ids;
  std::vector<Write> writes;
  for (const json::Value element : body.elements()) {
    const auto id = element.as_string();
    if (!id) co_return fail(Code::kBadRequestData, "the elements are ids of entities, strings");
    RV_CO_TRY(ngsi::check_uri(*id, "the entity's id"));
    ids.emplace_back(*id);
    writes.push_back(remove(ids.back()));
  }
  RV_CO_ASSIGN(const auto outcomes,
               co_await api.broker.write(exchange.tenant, std::move(writes), exchange.origin()));
  BatchResult result;
  add_outcomes(result, std::move(ids), outcomes);
  co_return answer_batch(request, result);
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
