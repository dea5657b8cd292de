// SPDX-License-Identifier: EUPL-1.2
#include "ticket/api.h"

#include "ticket/api_json.h"
#include "ticket/booking_store.h"

namespace revier::ticket {
namespace {

using net::Method;
using net::Request;
using net::Response;

constexpr std::size_t kKeyBytesMax = 100;
constexpr net::RouteOptions kSmallBody{.body_bytes_max = 16 * 1024};

Result<json::Document> parse_body(const Request& request) {
  return json::Document::parse(request.body, {.depth_max = 8, .values_max = 500});
}

Result<std::string> idempotency_key(const Request& request) {
  const auto key = request.header("Idempotency-Key");
  if (!key) return std::string();
  if (key->empty() || key->size() > kKeyBytesMax) {
    return fail(Code::kBadRequestData, "Idempotency-Key has 1 to 100 characters");
  }
  return std::string(*key);
}

// 409 with the place that the waiting list would give now.
Response quota_full(const Error& error, const Domain& domain) {
  const ErrorRow& row = describe(error.code);
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("type", row.type)
      .member("title", row.title)
      .member("status", row.status)
      .member("detail", "no seat left; send \"waiting_list\": true to join the waiting list")
      .member("quota", error.field)
      .key("waiting_list")
      .begin_object()
      .member("place", domain.registrations.next_position(error.field))
      .end_object()
      .end_object();
  return Response::text(row.status, "application/problem+json", std::move(text));
}

Task<Response> post_hold(Request& request, const Domain& domain) {
  auto document = parse_body(request);
  if (!document) co_return Response::problem(document.error());
  auto wanted = read_hold(document->root());
  if (!wanted) co_return Response::problem(wanted.error());
  auto key = idempotency_key(request);
  if (!key) co_return Response::problem(key.error());
  wanted->idempotency_key = std::move(*key);
  auto booking = co_await domain.registrations.hold(std::move(*wanted));
  if (booking) co_return Response::json(201, hold_json(*booking, domain));
  if (booking.error().code == Code::kQuotaFull) co_return quota_full(booking.error(), domain);
  co_return Response::problem(booking.error());
}

Task<Response> delete_hold(Request& request, const Domain& domain) {
  auto id = domain.links.open(kHoldLink, request.param("hold"));
  if (!id) co_return Response::problem(id.error());
  const auto done = co_await domain.registrations.give_back(std::move(*id));
  if (!done) co_return Response::problem(done.error());
  co_return Response::empty(204);
}

Task<Response> post_registration(Request& request, const Domain& domain) {
  auto document = parse_body(request);
  if (!document) co_return Response::problem(document.error());
  auto wanted = read_registration(document->root(), domain.links);
  if (!wanted) co_return Response::problem(wanted.error());
  auto key = idempotency_key(request);
  if (!key) co_return Response::problem(key.error());
  wanted->idempotency_key = std::move(*key);
  auto booking = co_await domain.registrations.complete(std::move(*wanted));
  if (!booking) co_return Response::problem(booking.error());
  const std::string link = domain.links.token(kRegistrationLink, booking->id);
  co_return Response::json(201, registration_json(*booking, domain))
      .header("Location", "/api/v1/registrations/" + link);
}

Task<Response> get_registration(Request& request, const Domain& domain) {
  auto id = domain.links.open(kRegistrationLink, request.param("id"));
  if (!id) co_return Response::problem(id.error());
  Result<Booking> booking = fail(Code::kResourceNotFound, "there is no such registration");
  auto read = co_await domain.reads.run([&] {
    return domain.database.read([&](records::Session& session) -> Result<> {
      booking = rows::find(session, *id);
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  if (!booking) co_return Response::problem(booking.error());
  co_return Response::json(200, registration_json(*booking, domain));
}

Task<Response> delete_registration(Request& request, const Domain& domain) {
  auto id = domain.links.open(kRegistrationLink, request.param("id"));
  if (!id) co_return Response::problem(id.error());
  const auto booking = co_await domain.registrations.cancel(std::move(*id));
  if (!booking) co_return Response::problem(booking.error());
  co_return Response::json(200, registration_json(*booking, domain));
}

}  // namespace

void add_api_routes(net::Router& router, const Domain& domain) {
  router.add(Method::kGet, "/api/v1/quotas",
             [domain](Request&) { return Response::json(200, quotas_json(domain.registrations)); });
  router.add(Method::kGet, "/api/v1/ticket-keys",
             [domain](Request&) { return Response::json(200, ticket_keys_json(domain.keys)); });
  const auto route = [&](Method method, const char* pattern,
                         Task<Response> (*handler)(Request&, const Domain&)) {
    router.add(method, pattern, net::AsyncHandler([domain, handler](Request& request) {
                 return handler(request, domain);
               }),
               kSmallBody);
  };
  route(Method::kPost, "/api/v1/holds", post_hold);
  route(Method::kDelete, "/api/v1/holds/{hold}", delete_hold);
  route(Method::kPost, "/api/v1/registrations", post_registration);
  route(Method::kGet, "/api/v1/registrations/{id}", get_registration);
  route(Method::kDelete, "/api/v1/registrations/{id}", delete_registration);
}

}  // namespace revier::ticket
