// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/narrowed.h"

#include <algorithm>
#include <array>

#include "context/detail/http.h"
#include "context/narrowed_broker.h"

namespace revier::context::detail {
namespace {

struct Remembered {
  std::string text;
  std::shared_ptr<const ngsi::Rights> rights;
  SightNow sight{nullptr};
};

// Clients send the same token with every request: each thread remembers what it read last.
Result<Remembered*> parsed(const std::string& text, const Api& api) {
  static thread_local Remembered last;
  if (last.rights && text == last.text) return &last;
  auto rights = ngsi::Rights::parse(text, api.catalogue.core());
  if (!rights) {  // what several profiles give may be too much together
    return fail(Code::kForbidden,
                "the rights of this token cannot be read: " + rights.error().message, "token");
  }
  last.rights = std::make_shared<const ngsi::Rights>(*std::move(rights));
  last.sight = SightNow(last.rights);
  last.text = text;
  return &last;
}

// By the route: an entity's id may hold any of these words.
bool asks(const net::Request& request) {
  if (request.method == net::Method::kGet || request.method == net::Method::kHead) return true;
  constexpr std::array<std::string_view, 6> kAsking = {
      "/ngsi-ld/v1/subscriptions",
      "/api/v1/subscriptions",
      "/ngsi-ld/v1/entityOperations/query",
      "/ngsi-ld/v1/entityMaps",
      "/ngsi-ld/v1/temporal/entityOperations/query",
      "/ngsi-ld/v1/temporal/entityMaps"};
  return std::ranges::any_of(
      kAsking, [&](std::string_view path) { return request.route.starts_with(path); });
}

}  // namespace

bool wants_narrowing(const Error& error) {
  return error.code == Code::kForbidden && error.field == kNarrow;
}

Result<Narrowed> narrow(const Api& api, const net::Request& request) {
  const identity::Caller caller = api.access.authenticate(request);
  const std::string tenant(tenant_of(request));
  const std::string* text = caller.rights(tenant);
  if (text == nullptr) return fail(Code::kForbidden, "this token has no rights in this tenant");
  const bool local = request.query_param("local") == "true";
  if (api.distribution != nullptr && api.distribution->any() && !asks(request) && !local) {
    return fail(Code::kForbidden,
                "a token with rights by entity writes only what is here: add local=true", "local");
  }
  Narrowed out;
  RV_ASSIGN(Remembered* const known, parsed(*text, api));
  out.rights = known->rights;
  out.broker = narrowed_broker(api.broker, out.rights, known->sight.over(api.broker.names(tenant)),
                               api.catalogue.core());
  Api seen{*out.broker, api.catalogue, api.access, api.options, api.contexts, nullptr};
  seen.options.end_attribute = nullptr;  // what is known by its history alone is not seen
  seen.maps = api.maps;                  // each is its maker's alone
  seen.rights = out.rights.get();
  out.api = std::make_unique<const Api>(std::move(seen));
  return out;
}

Result<> check_operation(const Api& api, const identity::Caller& caller, std::string_view tenant,
                         identity::Action action) {
  if (api.rights == nullptr) {
    if (caller.rights(tenant) == nullptr) {
      return caller.require(action, identity::Scope::tenant(tenant));
    }
    return fail(Code::kForbidden,
                "a token with rights by entity does not reach this part of the API",
                std::string(kNarrow));
  }
  const bool reads = action == identity::Action::kDataRead;
  if (reads ? api.rights->allow(ngsi::Operation::kRead) : api.rights->allow_writing()) return {};
  return fail(Code::kForbidden,
              fmt::format("the rights of this token are not for {}", reads ? "reading" : "writing"),
              "token");
}

Result<> check_written(const Api& api, std::uint8_t operations, std::string_view attribute) {
  if (api.rights == nullptr || api.rights->are_about(operations, attribute)) return {};
  return fail(Code::kForbidden,
              fmt::format("the rights of this token do not cover writing {}", attribute),
              std::string(attribute));
}

Result<> check_written(const Api& api, std::uint8_t operations, const ngsi::Fragment& fragment) {
  if (api.rights == nullptr) return {};
  for (const ngsi::FragmentAttribute& attribute : fragment.attributes) {
    RV_TRY(check_written(api, operations, attribute.name));
  }
  return {};
}

}  // namespace revier::context::detail
