// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/serving.h"

#include "context/detail/cors.h"
#include "context/detail/versions.h"

namespace revier::context::detail {
namespace {

// All the time that one request may wait for @contexts.
constexpr std::int64_t kLookupUs = 15'000'000;

bool is_missing(const Error& error) {
  return error.code == Code::kLdContextNotAvailable && !error.field.empty();
}

}  // namespace

bool lacks_length(const net::Request& request) {
  const bool sends = request.method == net::Method::kPost || request.method == net::Method::kPut ||
                     request.method == net::Method::kPatch;
  if (!sends || request.header("Content-Length")) return false;
  return request.body.empty() || request.header("Transfer-Encoding").has_value();
}

net::Response answered(const Api& api, const net::Request& request, Result<net::Response> result) {
  net::Response response;
  if (result) {
    response = *std::move(result);
    if (request.header("Prefer")) apply_version(request, response);
  } else if (result.error().code == Code::kUnsupportedMediaType) {
    response = answer_empty(request, 415);  // just the status, without a body (6.3.4)
  } else {
    response = answer_error(request, result.error());
  }
  allow_origin(request, api.options.cors_origins, response);
  return response;
}

bool lacks_context(const Api& api, const Error& error) {
  return api.contexts != nullptr && is_missing(error) && api.contexts->can_get(error.field);
}

bool Lookup::helps(const Error& error) const {
  return source_ != nullptr && left_ > 0 && monotonic_us() - since_us_ < kLookupUs &&
         is_missing(error) && source_->can_get(error.field);
}

Task<> Lookup::get(std::string url) {
  --left_;
  co_await source_->get(std::move(url));
}

Error explained(const Api& api, Error error) {
  if (api.contexts == nullptr || !is_missing(error)) return error;
  const auto failure = api.contexts->failure(error.field);
  if (!failure) return error;
  return {failure->code,
          fmt::format("the @context <{}> cannot be had: {}", error.field, failure->message),
          error.field};
}

}  // namespace revier::context::detail
