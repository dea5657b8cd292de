// SPDX-License-Identifier: EUPL-1.2
#include "validation/detail/rows.h"

namespace revier::validation::detail {
namespace {

tl::unexpected<Error> damaged() {
  return fail(Code::kCorrupt, "a row of the schemas of entity types is damaged");
}

std::int64_t number_in(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  return member ? member->as_integer().value_or(0) : 0;
}

Result<json::Document> object_of(std::string_view row) {
  auto document = json::Document::parse(row, {.bytes_max = row.size(), .depth_max = kDepthMax + 2});
  if (!document || !document->root().is_object()) return damaged();
  return document;
}

}  // namespace

std::string row_key(std::string_view rows, std::string_view tenant, std::string_view subject) {
  return std::string(rows).append(tenant).append(1, '\0').append(subject);
}
std::string row_key(std::string_view rows, std::string_view tenant, std::string_view type,
                    std::string_view part) {
  return row_key(rows, tenant, type).append(1, '\0').append(part);
}

Result<RowKey> parse_key(std::string_view rest) {
  const std::size_t first = rest.find('\0');
  if (first == rest.npos) return damaged();
  RowKey key{std::string(rest.substr(0, first)), std::string(rest.substr(first + 1)), {}};
  const std::size_t second = key.subject.find('\0');
  if (second == std::string::npos) return key;
  key.part = key.subject.substr(second + 1);
  key.subject.resize(second);
  return key;
}

std::string encode(const TypeSchema& schema) {
  std::string row;
  json::Writer out(row);
  out.begin_object().member("mode", name_of(schema.mode));
  out.member("createdAt", schema.created_at.us).member("modifiedAt", schema.modified_at.us);
  out.key("context").raw(schema.context ? schema.context->reference() : "null");
  out.key("schema").raw(schema.schema).end_object();
  return row;
}

Result<TypeSchema> decode_schema(std::string_view row, jsonld::Catalogue& catalogue) {
  RV_ASSIGN(const json::Document document, object_of(row));
  const json::Value root = document.root();
  const auto mode = mode_named(root.text("mode"));
  const auto context = root.find("context");
  const auto text = root.find("schema");
  if (!mode || !context || !text) return damaged();
  TypeSchema schema;
  schema.mode = *mode;
  schema.created_at.us = number_in(root, "createdAt");
  schema.modified_at.us = number_in(root, "modifiedAt");
  schema.context = catalogue.resolve(*context).value_or(nullptr);
  schema.schema = json::to_text(*text);
  return schema;
}

std::string encode_sum(const Tally& tally) {
  std::string row;
  json::Writer out(row);
  out.begin_object().member("marked", static_cast<std::int64_t>(tally.marked));
  out.member("refused", static_cast<std::int64_t>(tally.refused));
  if (tally.last_at) out.member("last", tally.last_at->us);
  out.end_object();
  return row;
}

Result<> decode_sum(std::string_view row, Tally& tally) {
  RV_ASSIGN(const json::Document document, object_of(row));
  tally.marked = static_cast<std::uint64_t>(number_in(document.root(), "marked"));
  tally.refused = static_cast<std::uint64_t>(number_in(document.root(), "refused"));
  if (const std::int64_t last = number_in(document.root(), "last")) tally.last_at = Instant{last};
  return {};
}

std::string encode(const RuleCount& rule) {
  std::string row;
  json::Writer out(row);
  out.begin_object().member("attribute", rule.attribute).member("rule", rule.rule);
  out.member("count", static_cast<std::int64_t>(rule.count)).end_object();
  return row;
}

Result<RuleCount> decode_rule(std::string_view row) {
  RV_ASSIGN(const json::Document document, object_of(row));
  const json::Value root = document.root();
  return RuleCount{std::string(root.text("attribute")), std::string(root.text("rule")),
                   static_cast<std::uint64_t>(number_in(root, "count"))};
}

void write_violations(json::Writer& out, const std::vector<Violation>& violations) {
  out.begin_array();
  for (const Violation& one : violations) {
    out.begin_object().member("attribute", one.attribute).member("rule", one.rule);
    out.member("place", one.place).member("rulePlace", one.rule_place);
    out.member("message", one.message).end_object();
  }
  out.end_array();
}

void write_example(json::Writer& out, const Example& example) {
  out.begin_object().member("entity", example.entity).member("at", to_iso8601(example.at));
  out.member("taken", example.taken).key("violations");
  write_violations(out, example.violations);
  out.end_object();
}

std::string encode(const Example& example) {
  std::string row;
  json::Writer out(row);
  write_example(out, example);
  return row;
}

Result<Example> decode_example(std::string_view row) {
  RV_ASSIGN(const json::Document document, object_of(row));
  const json::Value root = document.root();
  const auto at = parse_iso8601(root.text("at"));
  const auto taken = root.find("taken");
  const auto violations = root.find("violations");
  if (!at || !taken || !violations) return damaged();
  Example example{std::string(root.text("entity")), *at, taken->as_bool().value_or(true), {}};
  for (const json::Value one : violations->elements()) {
    example.violations.push_back({std::string(one.text("attribute")), std::string(one.text("rule")),
                                  std::string(one.text("place")),
                                  std::string(one.text("rulePlace")),
                                  std::string(one.text("message"))});
  }
  return example;
}

}  // namespace revier::validation::detail
