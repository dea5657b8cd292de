// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/parameters.h"

#include <algorithm>

#include "context/detail/http.h"

namespace revier::context::detail {
namespace {

bool holds(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

tl::unexpected<Error> refused(std::string_view name, std::string_view why) {
  return fail(Code::kInvalidRequest, fmt::format("the parameter {} {}", name, why),
              std::string(name));
}

Result<> check_options(const net::Request& request, std::span<const std::string_view> known) {
  for (const std::string& option : list_param(request, "options")) {
    if (!holds(known, option)) {
      return fail(Code::kInvalidRequest,
                  fmt::format("options: this operation does not take \"{}\"", option), "options");
    }
  }
  return {};
}

}  // namespace

Result<> check_parameters(const net::Request& request, const Parameters& parameters) {
  if (request.query.empty()) return {};
  const auto& given = request.query_params();
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& name = given[i].first;
    if (!holds(parameters.names, name)) {
      return refused(name, "is not one that this operation takes");
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (given[k].first == name) return refused(name, "is given twice");
    }
  }
  return parameters.options.empty() ? Result<>{} : check_options(request, parameters.options);
}

}  // namespace revier::context::detail
