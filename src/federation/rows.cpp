// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/rows.h"

#include <limits>

#include "federation/document.h"

namespace revier::federation::detail {
namespace {

// What is stored is read whatever the time.
constexpr Instant kLongAgo{std::numeric_limits<std::int64_t>::min()};

}  // namespace

std::string registration_key(std::string_view tenant, std::string_view id) {
  return std::string(kRegistrationPrefix).append(tenant).append(1, '\0').append(id);
}

std::string encode(const Registration& registration) {
  std::string text;
  json::Writer out(text);
  out.begin_object().key("document").raw(registration.document);
  out.member("owner", registration.owner);
  out.member("createdAt", registration.created_at.us);
  out.member("modifiedAt", registration.modified_at.us).end_object();
  return text;
}

Result<Registration> decode(std::string_view rest, std::string_view row,
                            const jsonld::Context& core) {
  const std::size_t zero = rest.find('\0');
  const auto document = json::Document::parse(row);
  const auto whole = document ? document->root().find("document") : std::nullopt;
  if (zero == rest.npos || !whole) {
    return fail(Code::kCorrupt, "the row of a registration is damaged");
  }
  auto made = parse(*whole, core, kLongAgo);
  if (!made) return fail(Code::kCorrupt, "the row of a registration is damaged");
  const auto time = [&](std::string_view name) {
    const auto member = document->root().find(name);
    return Instant{member ? member->as_integer().value_or(0) : 0};
  };
  made->tenant = rest.substr(0, zero);
  made->id = rest.substr(zero + 1);
  made->owner = document->root().text("owner");
  made->created_at = time("createdAt");
  made->modified_at = time("modifiedAt");
  return made;
}

}  // namespace revier::federation::detail
