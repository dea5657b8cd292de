// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <string>

#include "identity/identity.h"

namespace revier::identity {
namespace {
constexpr std::int64_t kDeviceKnown_s = std::int64_t{180} * 24 * 3600;

std::string cookie(std::string_view name, std::string_view secret, std::int64_t age_s,
                   bool secure) {
  return std::string(name) + "=" + std::string(secret) +
         "; Path=/; Max-Age=" + std::to_string(age_s) + "; HttpOnly; SameSite=Lax" +
         (secure ? "; Secure" : "");
}
}  // namespace

std::string session_cookie(const SignedIn& session, Instant now, bool secure) {
  const std::int64_t left_s = (session.expires - now).us / 1'000'000;
  return cookie(kSessionCookie, session.cookie_secret, std::max<std::int64_t>(0, left_s), secure);
}

std::string ended_cookie(bool secure) { return cookie(kSessionCookie, "", 0, secure); }

std::string device_cookie(const SignedIn& session, bool secure) {
  return cookie(kDeviceCookie, session.device_secret, kDeviceKnown_s, secure);
}

std::string start_path(std::string_view link_secret) {
  return "/console/start/" + std::string(link_secret);
}

}  // namespace revier::identity
