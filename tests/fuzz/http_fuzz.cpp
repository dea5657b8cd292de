// SPDX-License-Identifier: EUPL-1.2
// Modules: net
// Paths, queries, cookies and problem texts out of arbitrary bytes.
#include "base/check.h"
#include "net/detail/text.h"
#include "net/http.h"

namespace revier::net {
namespace {

const Router& router() {
  static const auto made = [] {
    auto routes = std::make_unique<Router>();
    const auto answer = [](Request&) { return Response::empty(204); };
    for (const char* pattern : {"/", "/a/{id}", "/a/new", "/a/{id}/b/{c}", "/f/{rest...}"}) {
      routes->add(Method::kGet, pattern, answer);
    }
    return routes;
  }();
  return *made;
}

void feed_request(std::string_view text) {
  Request request;
  request.query = text;
  const Field fields[] = {{"Cookie", text}};
  request.fields = fields;
  for (const auto& [name, value] : request.query_params()) {
    RV_CHECK(detail::is_utf8(name) && detail::is_utf8(value));
  }
  (void)request.cookie("a");
  const auto match = router().match(Method::kGet, text);
  if (!match) return;
  for (const auto& [name, value] : match->params) RV_CHECK(detail::is_utf8(value));
}

void feed_problem(std::string_view text) {
  const Response response = Response::problem({Code::kInvalidRequest, std::string(text)});
  RV_CHECK(detail::is_utf8(std::get<std::string>(response.body)));
}

}  // namespace
}  // namespace revier::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  revier::net::feed_request(text);
  revier::net::feed_problem(text);
  return 0;
}
