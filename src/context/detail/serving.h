// SPDX-License-Identifier: EUPL-1.2
// What every operation of a resource under /ngsi-ld/v1 has around it: preconditions, missing
// @contexts, ProblemDetails, CORS.
//
// Thread safety: as of the operation.
#pragma once
#include <string>

#include "base/task.h"
#include "context/detail/exchange.h"
#include "context/detail/narrowed.h"
#include "context/detail/parameters.h"

namespace revier::context::detail {

// The Content-Length is asked for whatever else the request may lack (6.3.4).
[[nodiscard]] bool lacks_length(const net::Request& request);

// The answer of an operation, or the ProblemDetails of its error.
[[nodiscard]] net::Response answered(const Api& api, const net::Request& request,
                                     Result<net::Response> result);

// An operation is run again as long as it fails for the want of an @context that can be had. It
// resolves all it needs before it changes anything, so that this repeats nothing.
class Lookup {
 public:
  explicit Lookup(const Api& api) : source_(api.contexts) {}

  // True where the error is worth get() and another run.
  [[nodiscard]] bool helps(const Error& error) const;
  [[nodiscard]] Task<> get(std::string url);

 private:
  jsonld::Source* source_;
  std::size_t left_ = 16;
  std::int64_t since_us_ = monotonic_us();
};

// An error of an @context with the reason why that could not be had.
[[nodiscard]] Error explained(const Api& api, Error error);

// True where `error` is of an @context that a repeat of the whole request may have: batches, whose
// elements fail alone, give up on it.
[[nodiscard]] bool lacks_context(const Api& api, const Error& error);

// `run` makes the operation's Task; one that takes an Api is run for callers with narrowed rights,
// too. `parameters`, where given, are all that it takes (6.3.20).
template <class Run>
[[nodiscard]] Task<net::Response> serve(const Api& api, net::Request& request,
                                        const Parameters* parameters, Run run) {
  if (lacks_length(request)) co_return net::Response::empty(411);
  if (parameters != nullptr) {
    if (auto known = check_parameters(request, *parameters); !known) {
      co_return answered(api, request, fail(known.error()));
    }
  }
  const Api* over = &api;
  const auto run_over = [&] {
    if constexpr (std::is_invocable_v<Run, const Api&>) {
      return run(*over);
    } else {
      return run();
    }
  };
  Result<net::Response> result = co_await run_over();
  Narrowed narrowed;
  if (std::is_invocable_v<Run, const Api&> && !result && wants_narrowing(result.error())) {
    auto made = narrow(api, request);
    if (!made) co_return answered(api, request, fail(made.error()));
    narrowed = *std::move(made);
    over = narrowed.api.get();
    result = co_await run_over();
  }
  if (!result && result.error().code == Code::kLdContextNotAvailable) {
    Lookup lookup(api);
    while (!result && lookup.helps(result.error())) {
      co_await lookup.get(result.error().field);
      result = co_await run_over();
    }
    if (!result) result = fail(explained(api, result.error()));
  }
  co_return answered(api, request, std::move(result));
}

}  // namespace revier::context::detail
