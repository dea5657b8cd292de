// SPDX-License-Identifier: EUPL-1.2
#include "service/api.h"

#include <charconv>

#include "service/import.h"

namespace revier::service {
namespace {

using net::Method;
using net::Request;
using net::Response;

constexpr std::size_t kLimitMax = 100;
constexpr net::RouteOptions kOneBody{.body_bytes_max = 128 * 1024};
constexpr net::RouteOptions kFileBody{.body_bytes_max = kImportBytesMax};

Result<> may_write(const ApiNeeds& needs, const Request& request) {
  return needs.identity.authenticate(request).require(identity::Action::kDataWrite,
                                                      identity::Scope::tenant(""));
}

Response search_services(const ApiNeeds& needs, const Request& request) {
  const CataloguePtr catalogue = needs.keeper.now();
  const ServiceFilter filter{.text = request.query_param("text").value_or(""),
                             .situation = request.query_param("situation").value_or(""),
                             .today = request.query_param("today") == "true"};
  const auto language =
      request.query_param("language") == "en" ? web::Language::kEn : web::Language::kDe;
  std::size_t most = SIZE_MAX;
  if (const auto limit = request.query_param("limit")) {
    const char* const end = limit->data() + limit->size();
    const auto read = std::from_chars(limit->data(), end, most);
    if (read.ec != std::errc() || read.ptr != end || most < 1 || most > kLimitMax) {
      return Response::problem({Code::kBadRequestData, "limit is 1 to 100", "limit"});
    }
  }
  std::string text = "[";
  for (const Service* const service : catalogue->select(filter, language)) {
    if (most-- == 0) break;
    if (text.size() > 1) text += ',';
    text += event::item_json(*catalogue->item(service->id));
  }
  return Response::json(200, text + "]");
}

Response get_service(const ApiNeeds& needs, const Request& request) {
  const CataloguePtr catalogue = needs.keeper.now();
  const event::Item* const item = catalogue->item(request.param("id"));
  if (item == nullptr) {
    return Response::problem({Code::kResourceNotFound, "there is no such service"});
  }
  return Response::json(200, event::item_json(*item));
}

Task<Response> put_service(ApiNeeds needs, Request& request) {
  if (auto may = may_write(needs, request); !may) co_return Response::problem(may.error());
  const auto document = json::Document::parse(request.body, {.depth_max = 8, .values_max = 5'000});
  if (!document) co_return Response::problem(document.error());
  auto item = read_service_item(request.param("id"), document->root());
  if (!item) co_return Response::problem(item.error());
  const bool known = needs.keeper.now()->item(item->id) != nullptr;
  const std::string answer = event::item_json(*item);
  std::vector<event::Item> one;
  one.push_back(std::move(*item));
  if (auto done = co_await needs.keeper.put(std::move(one)); !done) {
    co_return Response::problem(done.error());
  }
  co_return Response::json(known ? 200 : 201, answer);
}

Task<Response> delete_service(ApiNeeds needs, Request& request) {
  if (auto may = may_write(needs, request); !may) co_return Response::problem(may.error());
  auto done = co_await needs.keeper.remove(std::string(request.param("id")));
  co_return done ? Response::empty(204) : Response::problem(done.error());
}

Task<Response> import_services(ApiNeeds needs, Request& request) {
  if (auto may = may_write(needs, request); !may) co_return Response::problem(may.error());
  const bool dry_run = request.query_param("dry_run") == "true";
  const CataloguePtr current = needs.keeper.now();
  auto planned =
      co_await needs.pool.run([&request, &current] { return plan_import(request.body, *current); });
  if (!planned) co_return Response::problem(planned.error());
  if (!*planned) co_return Response::problem(planned->error());
  const std::string answer = report_json(**planned, !dry_run);
  if (!dry_run && !(*planned)->items.empty()) {
    auto done = co_await needs.keeper.put(std::move((*planned)->items));
    if (!done) co_return Response::problem(done.error());
  }
  co_return Response::json(200, answer);
}

}  // namespace

void add_api_routes(net::Router& router, const ApiNeeds& needs) {
  const std::string all = "/api/v1/services";
  router.add(Method::kGet, all,
             net::Handler([needs](Request& request) { return search_services(needs, request); }));
  router.add(Method::kPost, all, net::AsyncHandler([needs](Request& request) {
               return import_services(needs, request);
             }),
             kFileBody);
  router.add(Method::kGet, all + "/{id}",
             net::Handler([needs](Request& request) { return get_service(needs, request); }));
  router.add(Method::kPut, all + "/{id}",
             net::AsyncHandler([needs](Request& request) { return put_service(needs, request); }),
             kOneBody);
  router.add(Method::kDelete, all + "/{id}", net::AsyncHandler([needs](Request& request) {
               return delete_service(needs, request);
             }));
}

}  // namespace revier::service
