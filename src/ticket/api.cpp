// SPDX-License-Identifier: EUPL-1.2
#include "ticket/api.h"

#include "ticket/api_json.h"
#include "ticket/booking_store.h"
#include "ticket/export.h"
#include "ticket/open_holds.h"

namespace revier::ticket {
namespace {

using net::Method;
using net::Request;
using net::Response;

// All clients' keys are of one set: whoever knows another's gets the answer that was hers.
constexpr std::size_t kKeyBytesMin = 16;
constexpr std::size_t kKeyBytesMax = 100;
constexpr net::RouteOptions kSmallBody{.body_bytes_max = 16 * 1024};

Result<json::Document> parse_body(const Request& request) {
  return json::Document::parse(request.body, {.depth_max = 8, .values_max = 500});
}

Result<std::string> idempotency_key(const Request& request) {
  const auto key = request.header("Idempotency-Key");
  if (!key) return std::string();
  if (key->size() < kKeyBytesMin || key->size() > kKeyBytesMax) {
    return fail(Code::kBadRequestData,
                "Idempotency-Key has 16 to 100 characters that nobody can guess, such as a UUID");
  }
  return std::string(*key);
}

// Of one person, with the link that opens it.
Response secret(int status, std::string text) {
  return Response::json(status, std::move(text)).header("Cache-Control", "no-store");
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
  wanted->network = holding_network(request.client_address);
  auto booking = co_await domain.registrations.hold(std::move(*wanted));
  if (booking) co_return secret(201, hold_json(*booking, domain));
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

Task<Response> post_extension(Request& request, const Domain& domain) {
  auto id = domain.links.open(kHoldLink, request.param("hold"));
  if (!id) co_return Response::problem(id.error());
  const auto booking = co_await domain.registrations.extend(std::move(*id));
  if (!booking) co_return Response::problem(booking.error());
  co_return secret(200, hold_json(*booking, domain));
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
  const std::string link = domain.links.token(kRegistrationLink, link_id(*booking));
  co_return secret(201, registration_json(*booking, domain))
      .header("Location", "/api/v1/registrations/" + link);
}

Task<Response> get_registration(Request& request, const Domain& domain) {
  auto id = opened(domain, kRegistrationLink, request.param("id"));
  if (!id) co_return Response::problem(id.error());
  Result<Booking> booking = fail(Code::kResourceNotFound, "there is no such registration");
  auto read = co_await domain.reads.run([&] {
    return domain.database.read([&](records::Session& session) -> Result<> {
      booking = rows::find(session, *id);
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  // Records that are busy say nothing of the registration.
  if (!*read) co_return Response::problem(read->error());
  if (!booking) co_return Response::problem(booking.error());
  co_return secret(200, registration_json(*booking, domain));
}

Task<Response> delete_registration(Request& request, const Domain& domain) {
  auto id = opened(domain, kRegistrationLink, request.param("id"));
  if (!id) co_return Response::problem(id.error());
  const auto booking = co_await domain.registrations.cancel(std::move(*id));
  if (!booking) co_return Response::problem(booking.error());
  co_return secret(200, registration_json(*booking, domain));
}

// The registration of a secret link and the JSON of the body.
struct Asked {
  std::string id;
  json::Document body;
};
Result<Asked> read_asked(const Request& request, const Domain& domain) {
  RV_ASSIGN(std::string id, opened(domain, kRegistrationLink, request.param("id")));
  RV_ASSIGN(json::Document body, parse_body(request));
  return Asked{std::move(id), std::move(body)};
}

Response answer_with(const Result<Booking>& booking, const Domain& domain) {
  if (booking) return secret(200, registration_json(*booking, domain));
  if (booking.error().code == Code::kQuotaFull) return quota_full(booking.error(), domain);
  return Response::problem(booking.error());
}

Task<Response> patch_registration(Request& request, const Domain& domain) {
  const auto asked = read_asked(request, domain);
  if (!asked) co_return Response::problem(asked.error());
  auto wanted = read_change(asked->body.root());
  if (!wanted) co_return Response::problem(wanted.error());
  const auto booking =
      co_await domain.registrations.change({.booking = asked->id, .wanted = std::move(*wanted)});
  co_return answer_with(booking, domain);
}

Task<Response> post_offer(Request& request, const Domain& domain) {
  const auto asked = read_asked(request, domain);
  if (!asked) co_return Response::problem(asked.error());
  const auto accepts = read_offer_answer(asked->body.root());
  if (!accepts) co_return Response::problem(accepts.error());
  std::string quota(request.param("quota"));
  auto task = *accepts ? domain.registrations.accept(asked->id, std::move(quota))
                       : domain.registrations.decline(asked->id, std::move(quota));
  const auto booking = co_await std::move(task);
  co_return answer_with(booking, domain);
}

Task<Response> post_transfer(Request& request, const Domain& domain) {
  const auto asked = read_asked(request, domain);
  if (!asked) co_return Response::problem(asked.error());
  auto wanted = read_transfer(asked->body.root());
  if (!wanted) co_return Response::problem(wanted.error());
  wanted->booking = asked->id;
  const auto booking = co_await domain.registrations.transfer(std::move(*wanted));
  co_return answer_with(booking, domain);
}

Task<Response> delete_consent(Request& request, const Domain& domain) {
  auto id = opened(domain, kRegistrationLink, request.param("id"));
  if (!id) co_return Response::problem(id.error());
  const auto done =
      co_await domain.registrations.withdraw(std::move(*id), std::string(request.param("purpose")));
  if (!done) co_return Response::problem(done.error());
  co_return Response::empty(204);
}

Task<Response> get_export(Request& request, const Domain& domain) {
  auto id = opened(domain, kRegistrationLink, request.param("id"));
  if (!id) co_return Response::problem(id.error());
  auto text = co_await export_registration(domain, std::move(*id));
  if (!text) co_return Response::problem(text.error());
  co_return secret(200, std::move(*text));
}

}  // namespace

Result<std::string> opened(const Domain& domain, std::string_view purpose, std::string_view token) {
  RV_ASSIGN(const std::string link, domain.links.open(purpose, token));
  return domain.registrations.linked(link);
}

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
  route(Method::kPost, "/api/v1/holds/{hold}/extension", post_extension);
  route(Method::kPost, "/api/v1/registrations", post_registration);
  route(Method::kGet, "/api/v1/registrations/{id}", get_registration);
  route(Method::kDelete, "/api/v1/registrations/{id}", delete_registration);
  route(Method::kPatch, "/api/v1/registrations/{id}", patch_registration);
  route(Method::kPost, "/api/v1/registrations/{id}/offers/{quota}", post_offer);
  route(Method::kPost, "/api/v1/registrations/{id}/transfer", post_transfer);
  route(Method::kDelete, "/api/v1/registrations/{id}/consents/{purpose}", delete_consent);
  route(Method::kGet, "/api/v1/registrations/{id}/export", get_export);
}

}  // namespace revier::ticket
