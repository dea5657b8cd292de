// SPDX-License-Identifier: EUPL-1.2
// The API for a caller whose rights are narrowed by entity (ngsi/rights.h): the same operations
// over a broker that has no more than she may read, and takes no more than she may write.
//
// begin_read() and its kind refuse such a caller with kNarrow; serve() then runs the operation once
// more, over narrow(). So an operation that is not run by it stays shut to her, and a request of
// anybody else costs nothing more.
//
// Thread safety: belongs to its request.
#pragma once
#include <memory>

#include "context/detail/exchange.h"
#include "ngsi/fragment.h"
#include "ngsi/rights.h"

namespace revier::context::detail {

// `field` of the error that asks for another run.
inline constexpr std::string_view kNarrow = "rights";
[[nodiscard]] bool wants_narrowing(const Error& error);

struct Narrowed {
  std::shared_ptr<const ngsi::Rights> rights;
  std::unique_ptr<Broker> broker;
  std::unique_ptr<const Api> api;
};
// Errors: kForbidden: no rights in this tenant, or a write in which other sources may have a share.
[[nodiscard]] Result<Narrowed> narrow(const Api& api, const net::Request& request);

// What the caller may do in this tenant by her rights. Errors: kForbidden.
[[nodiscard]] Result<> check_operation(const Api& api, const identity::Caller& caller,
                                       std::string_view tenant, identity::Action action);
// Errors: kForbidden for an attribute that no rule with one of these operations is about.
[[nodiscard]] Result<> check_written(const Api& api, std::uint8_t operations,
                                     std::string_view attribute);
[[nodiscard]] Result<> check_written(const Api& api, std::uint8_t operations,
                                     const ngsi::Fragment& fragment);
inline constexpr std::uint8_t kCreates = static_cast<std::uint8_t>(ngsi::Operation::kCreate);
inline constexpr std::uint8_t kUpdates = static_cast<std::uint8_t>(ngsi::Operation::kUpdate);
inline constexpr std::uint8_t kUpserts = kCreates | kUpdates;

}  // namespace revier::context::detail
