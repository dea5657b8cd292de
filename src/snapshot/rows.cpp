// SPDX-License-Identifier: EUPL-1.2
#include "snapshot/detail/rows.h"

#include "json/json.h"

namespace revier::snapshot::detail {
namespace {

constexpr std::int64_t kStatuses = 5;

class Fields {
 public:
  explicit Fields(const json::Value& root) : root_(root) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::string text(std::string_view name) {
    const auto member = look(name);
    return std::string(member ? member->as_string().value_or("") : "");
  }
  [[nodiscard]] std::string json(std::string_view name) {
    const auto member = look(name);
    return member ? json::to_text(*member) : std::string();
  }
  [[nodiscard]] std::int64_t number(std::string_view name) {
    const auto member = look(name);
    return member ? member->as_integer().value_or(0) : 0;
  }

 private:
  std::optional<json::Value> look(std::string_view name) {
    auto member = root_.find(name);
    ok_ = ok_ && member.has_value();
    return member;
  }
  const json::Value& root_;
  bool ok_ = true;
};

tl::unexpected<Error> damaged_row() {
  return fail(Code::kCorrupt, "the row of a snapshot is damaged");
}

}  // namespace

std::string key_of(std::string_view tenant, std::string_view id) {
  return std::string(kPrefix).append(tenant).append(1, '\0').append(id);
}

std::string encode(const Snapshot& snapshot) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("owner", snapshot.owner);
  out.key("document").raw(snapshot.document);
  out.key("context");
  if (snapshot.context) {
    out.raw(snapshot.context->reference());
  } else {
    out.null();
  }
  out.member("clonedFrom", snapshot.cloned_from).member("priority", snapshot.priority);
  out.member("status", static_cast<int>(snapshot.status));
  out.key("details").raw(snapshot.details);
  out.key("temporalDetails").raw(snapshot.temporal_details);
  out.member("createdAt", snapshot.created_at.us).member("modifiedAt", snapshot.modified_at.us);
  out.member("expiresAt", snapshot.expires_at.us).member("lastUsedAt", snapshot.last_used_at.us);
  out.member("notice", snapshot.notice_due ? 1 : 0);
  out.member("going", snapshot.going ? 1 : 0).end_object();
  return text;
}

Result<Snapshot> decode(std::string_view rest, std::string_view row, jsonld::Catalogue& catalogue) {
  const std::size_t zero = rest.find('\0');
  const auto document = json::Document::parse(row);
  if (zero == std::string_view::npos || !document) return damaged_row();
  const json::Value root = document->root();
  Fields fields(root);
  Snapshot snapshot;
  snapshot.tenant = rest.substr(0, zero);
  snapshot.id = rest.substr(zero + 1);
  snapshot.owner = fields.text("owner");
  snapshot.document = fields.json("document");
  snapshot.cloned_from = fields.text("clonedFrom");
  snapshot.priority = fields.number("priority");
  const std::int64_t status = fields.number("status");
  snapshot.details = fields.json("details");
  snapshot.temporal_details = fields.json("temporalDetails");
  snapshot.created_at.us = fields.number("createdAt");
  snapshot.modified_at.us = fields.number("modifiedAt");
  snapshot.expires_at.us = fields.number("expiresAt");
  snapshot.last_used_at.us = fields.number("lastUsedAt");
  snapshot.notice_due = fields.number("notice") != 0;
  snapshot.going = fields.number("going") != 0;
  const auto reference = root.find("context");
  if (!fields.ok() || !reference || status < 0 || status >= kStatuses) return damaged_row();
  snapshot.status = static_cast<Status>(status);
  snapshot.context =
      reference->is_null() ? jsonld::ContextPtr() : catalogue.resolve(*reference).value_or(nullptr);
  return snapshot;
}

}  // namespace revier::snapshot::detail
