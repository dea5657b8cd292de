// SPDX-License-Identifier: EUPL-1.2
#include "ldcontext/detail/rows.h"

#include "json/json.h"

namespace revier::ldcontext {

namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 3> kNames = {{
    {Kind::kHosted, "Hosted"},
    {Kind::kCached, "Cached"},
    {Kind::kImplicitlyCreated, "ImplicitlyCreated"},
}};

}  // namespace

std::string_view kind_name(Kind kind) {
  return std::ranges::find(kNames, kind, &std::pair<Kind, std::string_view>::first)->second;
}

std::optional<Kind> parse_kind(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &std::pair<Kind, std::string_view>::second);
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

namespace detail {

std::string row_key(std::string_view id) { return std::string(kRowPrefix).append(id); }

std::string encode(const Stored& stored) {
  const Entry& entry = stored.entry;
  std::string text;
  json::Writer out(text);
  out.begin_object().member("url", entry.url).member("kind", kind_name(entry.kind));
  out.member("tenant", entry.tenant).member("createdAt", entry.created_at.us);
  if (entry.expires_at) out.member("expiresAt", entry.expires_at->us);
  out.member("text", stored.text).end_object();
  return text;
}

Result<Stored> decode(std::string_view key, std::string_view row) {
  const auto damaged = [] { return fail(Code::kCorrupt, "the row of an @context is damaged"); };
  const auto document = json::Document::parse(row);
  if (!document) return damaged();
  const json::Value root = document->root();
  const auto kind = parse_kind(root.text("kind"));
  const auto created = root.find("createdAt");
  Stored stored{{.id = std::string(key.substr(kRowPrefix.size())),
                 .url = std::string(root.text("url")),
                 .tenant = std::string(root.text("tenant"))},
                std::string(root.text("text"))};
  if (!kind || !created || stored.text.empty()) return damaged();
  stored.entry.kind = *kind;
  stored.entry.created_at.us = created->as_integer().value_or(0);
  if (const auto expires = root.find("expiresAt")) {
    stored.entry.expires_at = Instant{expires->as_integer().value_or(0)};
  }
  return stored;
}

}  // namespace detail
}  // namespace revier::ldcontext
