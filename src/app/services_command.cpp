// SPDX-License-Identifier: EUPL-1.2
#include "app/services_command.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/connection.h"
#include "app/files.h"
#include "json/json.h"
#include "service/api.h"

namespace revier::app {
namespace {

std::int64_t member_count(const json::Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->as_integer().value_or(0) : 0;
}

// What the server answered in place of a report.
tl::unexpected<Error> not_taken(const net::Reply& reply) {
  const auto document = json::Document::parse(reply.body);
  const std::string field(document ? document->root().text("field") : "");
  const std::string detail(document ? document->root().text("detail") : "");
  if (field == "columns") {
    return fail(Code::kUnprocessable,
                "the first row names no column id or name: "
                "docs/organise/services.md lists the columns");
  }
  return fail(Code::kUnprocessable,
              detail.empty() ? fmt::format("the server answered {}", reply.status) : detail);
}

void print_refused(const json::Value& report) {
  const auto rows = report.find("rows");
  if (!rows) return;
  for (const json::Value row : rows->elements()) {
    if (row.text("outcome") != "refused") continue;
    const std::string_view field = row.text("field");
    fmt::print(stderr, "line {}: {}: {}{}{}\n", member_count(row, "line"), row.text("name"), field,
               field.empty() ? "" : ": ", row.text("reason"));
  }
}

}  // namespace

Result<> run_services_command(const CommandLine& line, const Options& options) {
  RV_ASSIGN(std::string file, read_file(line.transfer.file, service::kImportBytesMax));
  RV_ASSIGN(const Connection connection, connect(line, options, true));
  std::string url = connection.server.address + "/api/v1/services";
  if (line.transfer.dry_run) url += "?dry_run=true";
  RV_ASSIGN(
      const net::Reply reply,
      connection.server.ask({.method = net::Method::kPost,
                             .url = url,
                             .headers = {{"Authorization", "Bearer " + connection.server.token},
                                         {"Content-Type", "application/octet-stream"}},
                             .body = std::move(file),
                             .deadline_ms = 60'000}));
  if (reply.status != 200) return not_taken(reply);
  RV_ASSIGN(const json::Document document, json::Document::parse(reply.body));
  const json::Value report = document.root();
  print_refused(report);
  const std::int64_t refused = member_count(report, "refused");
  fmt::print(stderr, "{}{} new, {} changed, {} as before, {} refused\n",
             line.transfer.dry_run ? "nothing was written; it would be: " : "",
             member_count(report, "new"), member_count(report, "changed"),
             member_count(report, "same"), refused);
  if (refused == 0) return {};
  return fail(Code::kUnprocessable, fmt::format("{} rows were refused", refused));
}

}  // namespace revier::app
