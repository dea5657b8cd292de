// SPDX-License-Identifier: EUPL-1.2
#include "context/resource.h"

#include <algorithm>

namespace revier::context {

void add_both(net::Router& router, net::Method method, const std::string& pattern,
              const net::AsyncHandler& handler, std::size_t body_bytes_max) {
  router.add(method, pattern, handler, {body_bytes_max});
  router.add(method, pattern + "/", handler, {body_bytes_max});
}

bool owns(const identity::Caller& caller, std::string_view tenant, std::string_view owner) {
  return caller.may(identity::Action::kDataManage, identity::Scope::tenant(tenant)) ||
         (!owner.empty() && owner == caller.id());
}

net::Response answer_document(const net::Request& request, const Exchange& exchange,
                              std::string body, int status) {
  net::Response response = answer(request, status, exchange.accept, std::move(body));
  if (exchange.accept == Media::kJson) link_context(response, exchange.context->link());
  return response;
}

Result<net::Response> answer_page(const net::Request& request, const Exchange& exchange,
                                  std::size_t total,
                                  const std::function<std::string(std::size_t)>& document) {
  RV_ASSIGN(const Page page, page_of(request));
  if (page.limit == 0 && !page.count) {
    return fail(Code::kBadRequestData, "limit=0 is for count=true", "limit");
  }
  std::string body = "[";
  const std::size_t end = std::min(total, page.offset + page.limit);
  for (std::size_t i = page.offset; i < end; ++i) {
    if (body.size() > 1) body.push_back(',');
    body += document(i);
  }
  net::Response response = answer_document(request, exchange, body + "]");
  link_pages(response, request, exchange.accept, page, end < total);
  if (page.count) tell_count(response, total);
  return response;
}

void tell_count(net::Response& response, std::size_t count) {
  response.header("NGSILD-Results-Count", std::to_string(count));
}

}  // namespace revier::context
