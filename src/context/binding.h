// SPDX-License-Identifier: EUPL-1.2
// The HTTP binding's common rules (ETSI GS CIM 009 V1.9.1, clause 6.3) for resources under
// /ngsi-ld/v1 that other modules serve: who asks, which tenant, media types, @context, paging,
// ProblemDetails.
//
//   const auto binding =
//       std::make_shared<const Binding>(Binding{broker, catalogue, access, {}, contexts});
//   co_return co_await serve(*binding, request, nullptr, [&] { return operation(request); });
//   RV_CO_ASSIGN(const Exchange exchange, begin_write(*binding, request));
//   RV_CO_ASSIGN(const auto context, context_of(*binding, exchange, exchange.body->root()));
//
// Thread safety: as of the parts, detail/http.h and detail/exchange.h.
#pragma once
#include "context/detail/exchange.h"
#include "context/detail/http.h"
#include "context/detail/serving.h"

namespace revier::context {

using Binding = detail::Api;
using detail::accepted;
using detail::answer;
using detail::answer_empty;
using detail::answer_error;
using detail::begin_delete;
using detail::begin_read;
using detail::begin_write;
using detail::context_of;
using detail::Exchange;
using detail::flag_param;
using detail::has_option;
using detail::lacks_context;
using detail::link_context;
using detail::link_pages;
using detail::list_param;
using detail::listed;
using detail::Media;
using detail::media_name;
using detail::page_of;
using detail::Parameters;
using detail::percent_encoded;
using detail::problem_json;
using detail::serve;

}  // namespace revier::context
