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
#include "context/detail/batch_result.h"
#include "context/detail/exchange.h"
#include "context/detail/http.h"
#include "context/detail/mapped.h"
#include "context/detail/query_body.h"
#include "context/detail/routes.h"
#include "context/detail/selecting.h"
#include "context/detail/serving.h"
#include "context/detail/sharing.h"
#include "context/detail/versions.h"
#include "context/detail/view.h"

namespace revier::context {

using Binding = detail::Api;
using detail::accepted;
using detail::add_warnings;
using detail::answer;
using detail::answer_batch;
using detail::answer_empty;
using detail::answer_error;
using detail::answer_map;
using detail::api_over;
using detail::BatchResult;
using detail::begin_ask;
using detail::begin_delete;
using detail::begin_read;
using detail::begin_write;
using detail::body_deed;
using detail::body_fragment;
using detail::body_selection;
using detail::body_wishes;
using detail::check_wishes;
using detail::context_of;
using detail::Deed;
using detail::Endpoint;
using detail::Exchange;
using detail::flag_param;
using detail::has_option;
using detail::in_version;
using detail::is_distributed;
using detail::is_wider;
using detail::Join;
using detail::keep_map;
using detail::key_of;
using detail::lacks_context;
using detail::link_context;
using detail::link_page;
using detail::link_pages;
using detail::linked_context;
using detail::list_param;
using detail::listed;
using detail::MapParts;
using detail::maps_wanted;
using detail::MapUse;
using detail::Media;
using detail::media_name;
using detail::named_map;
using detail::names_member;
using detail::origins_of;
using detail::page_of;
using detail::Parameters;
using detail::path_attribute;
using detail::path_id;
using detail::percent_encoded;
using detail::problem_json;
using detail::require_a_filter;
using detail::require_maps;
using detail::route_without_id;
using detail::run_shared;
using detail::select_picked;
using detail::selection_of;
using detail::serve;
using detail::shown_attributes;
using detail::text_member;
using detail::Wishes;

}  // namespace revier::context
