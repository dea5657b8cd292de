// SPDX-License-Identifier: EUPL-1.2
#include "app/fibre_command.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "app/connection.h"
#include "app/files.h"
#include "base/ascii.h"
#include "base/percent.h"
#include "context/binding.h"
#include "demo/addresses.h"
#include "fibre/read_list.h"
#include "json/json.h"
#include "table/archive.h"
#include "table/table.h"

namespace revier::app {
namespace {

constexpr std::size_t kPartBytesMax = fibre::kListUnpackedMax;

// The parts of a Shapefile lie beside each other under one name.
Result<std::string> packed(const std::string& path) {
  table::Files parts;
  for (const char* end : {".shp", ".shx", ".dbf", ".prj", ".cpg"}) {
    std::filesystem::path part(path);
    part.replace_extension(end);
    std::error_code ignored;
    const bool there = std::filesystem::exists(part, ignored);
    if (!there && (end == std::string_view(".prj") || end == std::string_view(".cpg"))) continue;
    RV_ASSIGN(std::string bytes, read_file(part.string(), kPartBytesMax));
    parts.insert_or_assign(part.filename().string(), std::move(bytes));
  }
  return table::pack(parts);
}

Result<std::string> bytes_of(const std::string& path) {
  if (lower_case(std::filesystem::path(path).extension().string()) == ".shp") return packed(path);
  return read_file(path, fibre::kListBytesMax);
}

Result<std::string> list_of(const CommandLine& line) {
  if (line.fibre.example > 0) return demo::address_list(line.fibre.example, line.fibre.as_of);
  if (!line.transfer.file.empty()) return bytes_of(line.transfer.file);
  return fail(Code::kBadRequestData, "name a file, or --example COUNT for made-up addresses");
}

std::string url_of(const CommandLine& line, const transfer::Server& server) {
  const FibreLine& wish = line.fibre;
  std::string url = fmt::format("{}/api/v1/fibre/list?source={}&as_of={}&crs={}", server.address,
                                percent_encoded(wish.source), percent_encoded(wish.as_of),
                                percent_encoded(wish.crs));
  if (wish.invented || wish.example > 0) url += "&invented=true";
  if (wish.older) url += "&older=true";
  if (line.transfer.dry_run) url += "&dry_run=true";
  return url;
}

std::int64_t count_of(const json::Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->as_integer().value_or(0) : 0;
}

Result<> write_rejects(const json::Value& report, const std::string& path) {
  std::string text;
  table::append_csv_row(text, {"row", "street", "number", "reason", "read"});
  if (const auto rejects = report.find("rejects")) {
    for (const json::Value reject : rejects->elements()) {
      table::append_csv_row(
          text, {std::to_string(count_of(reject, "row")), std::string(reject.text("street")),
                 std::string(reject.text("number")), std::string(reject.text("reason")),
                 std::string(reject.text("read"))});
    }
  }
  return write_private_file(path, text);
}

// What the server refused, as it says it.
tl::unexpected<Error> refused(int status, std::string_view body) {
  const auto document = json::Document::parse(body);
  std::string detail = std::string(document ? document->root().text("detail") : "");
  if (detail.empty()) detail = fmt::format("the server answered {}", status);
  return fail(status == 409 ? Code::kConflict : Code::kUnprocessable, std::move(detail));
}

}  // namespace

Result<> run_fibre_command(const CommandLine& line, const Options& options) {
  RV_ASSIGN(std::string bytes, list_of(line));
  RV_ASSIGN(const Connection connection, connect(line, options, true));
  fmt::print(stderr, "sending {} bytes\n", bytes.size());
  RV_ASSIGN(
      const net::Reply reply,
      connection.server.ask({.method = net::Method::kPut,
                             .url = url_of(line, connection.server),
                             .headers = {{"Authorization", "Bearer " + connection.server.token},
                                         {"Content-Type", "application/octet-stream"}},
                             .body = std::move(bytes),
                             .deadline_ms = 120'000}));
  if (reply.status != 200) return refused(reply.status, reply.body);
  RV_ASSIGN(const json::Document document, json::Document::parse(reply.body));
  const json::Value report = document.root();
  const std::int64_t rejected = count_of(report, "rejected");
  fmt::print(stderr, "{} rows read, {} addresses {}, {} refused\n", count_of(report, "rows"),
             count_of(report, "accepted"),
             line.transfer.dry_run ? "would be in force" : "are in force", rejected);
  fmt::print(stderr, "{} new, {} changed, {} as before, {} not in the list any more\n",
             count_of(report, "added"), count_of(report, "changed"), count_of(report, "same"),
             count_of(report, "removed"));
  if (rejected == 0) return {};
  const std::string list =
      line.transfer.rejects.empty() ? line.transfer.file + ".rejected.csv" : line.transfer.rejects;
  RV_TRY(write_rejects(report, list));
  return fail(Code::kUnprocessable,
              fmt::format("{} rows were refused: {} lists them with the reason", rejected, list));
}

}  // namespace revier::app
