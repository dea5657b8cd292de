// SPDX-License-Identifier: EUPL-1.2
#include "net/challenge.h"

namespace revier::net {

std::string bearer_challenge(const Error& error) {
  const bool of_token = error.field == "token";
  std::string text = "Bearer realm=\"revier\"";
  if (error.code == Code::kUnauthenticated) {
    if (!of_token) return text;
    text += ", error=\"invalid_token\", error_description=\"";
    for (const char c : error.message) {
      const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
      text += plain ? c : '\'';
    }
    return text + "\"";
  }
  const bool of_rights = of_token || error.field == "rights";
  if (error.code != Code::kForbidden || !of_rights) return "";
  return text + ", error=\"insufficient_scope\"";
}

}  // namespace revier::net
