// SPDX-License-Identifier: EUPL-1.2
// The core contexts that are built in.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace revier::jsonld::detail {

struct CoreContext {
  std::string_view version;  // "1.9"
  std::string_view text;
};

[[nodiscard]] std::span<const CoreContext> core_contexts();

// https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld
[[nodiscard]] std::string core_url(std::string_view version);

// The version that the URL of a core context names: "" for the one without a version.
[[nodiscard]] std::string_view core_version(std::string_view url);

}  // namespace revier::jsonld::detail
