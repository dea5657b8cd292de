// SPDX-License-Identifier: EUPL-1.2
#include "event/api.h"

namespace revier::event {
namespace {

using net::Method;
using net::Request;
using net::Response;

constexpr net::RouteOptions kItemBody{.body_bytes_max = 128 * 1024};

struct Api {
  ProgrammeKeeper& keeper;
  const identity::Identity& identity;
};

Response get_all(const Api& api, const KindSpec& kind) {
  std::string text = "[";
  for (const Item& item : api.keeper.list(kind)) {
    if (text.size() > 1) text += ',';
    text += item_json(item);
  }
  return Response::json(200, text + "]");
}

Response get_one(const Api& api, const KindSpec& kind, const Request& request) {
  const auto item = api.keeper.find(kind, request.param("id"));
  return item ? Response::json(200, item_json(*item)) : Response::problem(item.error());
}

Task<Response> put_one(Api api, const KindSpec& kind, Request& request) {
  const auto caller = api.identity.authenticate(request);
  if (auto may = caller.require(identity::Action::kProgrammeRelease); !may) {
    co_return Response::problem(may.error());
  }
  const auto document = json::Document::parse(request.body, {.depth_max = 12, .values_max = 5'000});
  if (!document) co_return Response::problem(document.error());
  auto item = read_item(kind, request.param("id"), document->root());
  if (!item) co_return Response::problem(item.error());
  const bool known = api.keeper.find(kind, item->id).has_value();
  const std::string answer = item_json(*item);
  if (auto done = co_await api.keeper.put(std::move(*item)); !done) {
    co_return Response::problem(done.error());
  }
  co_return Response::json(known ? 200 : 201, answer);
}

Task<Response> delete_one(Api api, const KindSpec& kind, Request& request) {
  const auto caller = api.identity.authenticate(request);
  if (auto may = caller.require(identity::Action::kProgrammeRelease); !may) {
    co_return Response::problem(may.error());
  }
  auto done = co_await api.keeper.remove(kind, std::string(request.param("id")));
  co_return done ? Response::empty(204) : Response::problem(done.error());
}

}  // namespace

void add_api_routes(net::Router& router, ProgrammeKeeper& keeper,
                    const identity::Identity& identity) {
  const Api api{keeper, identity};
  for (const KindSpec& kind : kinds()) {
    const std::string all = "/api/v1/" + std::string(kind.path);
    const std::string one = all + "/{id}";
    router.add(Method::kGet, all,
               net::Handler([api, &kind](Request&) { return get_all(api, kind); }));
    router.add(Method::kGet, one, net::Handler([api, &kind](Request& request) {
                 return get_one(api, kind, request);
               }));
    router.add(Method::kPut, one, net::AsyncHandler([api, &kind](Request& request) {
                 return put_one(api, kind, request);
               }),
               kItemBody);
    router.add(Method::kDelete, one, net::AsyncHandler([api, &kind](Request& request) {
                 return delete_one(api, kind, request);
               }));
  }
}

}  // namespace revier::event
