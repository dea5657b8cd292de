// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/percent.h"
#include "json/json.h"
#include "transfer/bulk.h"
#include "transfer/detail/asking.h"
#include "transfer/detail/pages.h"

namespace revier::transfer {
namespace {

using net::Request;
using net::Response;

constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::size_t kPageEntities = 100;  // of at most 1 MiB each
constexpr json::Limits kPageLimits{
    .bytes_max = std::size_t{128} << 20, .depth_max = 128, .values_max = 10'000'000};

tl::unexpected<Error> wrong_parameter(std::string_view name, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{} {}", name, what), std::string(name));
}

Result<> check_names(const Request& request, std::span<const std::string_view> names) {
  for (const auto& [name, value] : request.query_params()) {
    if (std::ranges::find(names, name) == names.end()) {
      return wrong_parameter(name, fmt::format("is none of {}", fmt::join(names, ", ")));
    }
  }
  return {};
}

std::string text_param(const Request& request, std::string_view name) {
  return request.query_param(name).value_or("");
}

// By the parameter, which a link can carry, or by the header of NGSI-LD.
Result<std::string> tenant_of(const Request& request) {
  const auto by_name = request.query_param("tenant");
  const auto by_header = request.header("NGSILD-Tenant");
  if (by_name && by_header && *by_name != *by_header) {
    return wrong_parameter("tenant", "is another one than the header NGSILD-Tenant");
  }
  return by_name ? *by_name : std::string(by_header.value_or(""));
}

// An answer of the API that is not what was asked for, as it is, but for the way it was asked.
Response passed_on(const Response& response) {
  Response out;
  out.status = response.status;
  out.body = std::string(response.bytes());
  for (const auto& [name, value] : response.headers) {
    const bool is_ours = net::equals_ignoring_case(name, "Content-Type") ||
                         net::equals_ignoring_case(name, "WWW-Authenticate") ||
                         net::equals_ignoring_case(name, "Retry-After");
    if (is_ours) out.header(name, value);
  }
  return std::move(out).header("Cache-Control", "no-store");
}

// --- out

// Lines of entities, a page of the API at a time. Belongs to its answer.
class Lines {
 public:
  Lines(Asker asker, ExportOptions options)
      : asker_(std::move(asker)), options_(std::move(options)), cursor_(options_.cursor) {}

  // Asks for the first page. What is not 200 is the answer to who wants the lines.
  [[nodiscard]] Task<Response> begin() { co_return co_await ask(); }
  [[nodiscard]] Result<> take(const Response& page) {
    RV_ASSIGN(const json::Document document, json::Document::parse(page.bytes(), kPageLimits));
    for (const json::Value entity : document.root().elements()) {
      lines_ += json::to_text(entity);
      lines_ += '\n';
    }
    cursor_ = detail::next_cursor(page.headers);
    return {};
  }

  // The next lines; empty at the end.
  [[nodiscard]] Task<Result<std::string>> next() {
    // A page may show nobody anything and still not be the last.
    while (lines_.empty() && !cursor_.empty()) {
      const Response page = co_await ask();
      if (page.status != 200) {
        co_return fail(Code::kUnavailable, detail::reason_of(page.status, page.bytes()));
      }
      RV_CO_TRY(take(page));
    }
    co_return std::exchange(lines_, {});
  }

 private:
  [[nodiscard]] Task<Response> ask() const {
    Asker::Wish wish{.target = detail::page_target(options_, cursor_),
                     .accept = "application/ld+json",
                     .context = link_of_context(options_.context)};
    co_return co_await asker_.send_patiently(std::move(wish));
  }

  const Asker asker_;
  const ExportOptions options_;
  std::string cursor_;
  std::string lines_;
};

// Where to go on behind the entity of the last line that somebody has. Whoever may not see it is
// told the same as where it is gone.
Task<Result<std::string>> cursor_after(const BulkNeeds& needs, const Asker& asker, std::string id) {
  const Response seen = co_await asker.send_patiently(
      {.target = "/ngsi-ld/v1/entities/" + percent_encoded(id) + "?local=true"});
  auto cursor = seen.status == 200
                    ? co_await needs.cursor_behind(asker.tenant(), id)
                    : Result<std::string>(fail(Code::kResourceNotFound, "it is not there"));
  if (cursor || cursor.error().code != Code::kResourceNotFound) co_return cursor;
  if (seen.status == 401) {
    co_return fail(Code::kUnauthenticated, detail::reason_of(seen.status, seen.bytes()), "token");
  }
  co_return fail(Code::kGone,
                 fmt::format("{} is not there any more: take the line before away, too, and go on "
                             "behind the entity of the one that is the last then",
                             id),
                 "after");
}

Task<Result<Response>> export_lines(const BulkNeeds& needs, const Request& request) {
  static constexpr std::array<std::string_view, 5> kNames{"type", "q", "tenant", "context",
                                                          "after"};
  RV_CO_TRY(check_names(request, kNames));
  RV_CO_ASSIGN(std::string tenant, tenant_of(request));
  const Asker asker(needs.ask, request, std::move(tenant));
  ExportOptions options{.format = Format::kNdjson,
                        .type = text_param(request, "type"),
                        .q = text_param(request, "q"),
                        .context = text_param(request, "context"),
                        .page = kPageEntities};
  if (std::string after = text_param(request, "after"); !after.empty()) {
    RV_CO_ASSIGN(options.cursor, co_await cursor_after(needs, asker, std::move(after)));
  }
  const auto lines = std::make_shared<Lines>(asker, std::move(options));
  const Response first = co_await lines->begin();
  if (first.status != 200) co_return passed_on(first);
  RV_CO_TRY(lines->take(first));
  Response response;
  response.body = Response::Flow{[lines] { return lines->next(); }};
  co_return std::move(response)
      .header("Content-Type", std::string(kLines))
      .header("Content-Disposition", "attachment; filename=\"entities.ndjson\"")
      .header("Cache-Control", "no-store");
}

// --- in

Result<Mode> mode_named(std::string_view name) {
  if (name.empty() || name == "replace") return Mode::kReplace;
  if (name == "update") return Mode::kUpdate;
  if (name == "create") return Mode::kCreate;
  return wrong_parameter("mode", "is replace, update or create");
}

Result<ImportOptions> import_options(const Request& request) {
  static constexpr std::array<std::string_view, 5> kNames{"mode", "tenant", "context", "skip",
                                                          "dryRun"};
  RV_TRY(check_names(request, kNames));
  ImportOptions options{.format = Format::kNdjson, .context = text_param(request, "context")};
  RV_ASSIGN(options.mode, mode_named(text_param(request, "mode")));
  const std::string skip = request.query_param("skip").value_or("0");
  const auto [end, error] = std::from_chars(skip.data(), skip.data() + skip.size(), options.skip);
  if (error != std::errc{} || end != skip.data() + skip.size()) {
    return wrong_parameter("skip", "is a number of entities");
  }
  const std::string dry = request.query_param("dryRun").value_or("false");
  if (dry != "true" && dry != "false") return wrong_parameter("dryRun", "is true or false");
  options.dry_run = dry == "true";
  return options;
}

Result<> check_media(const Request& request) {
  const std::string_view type = request.header("Content-Type").value_or("");
  const std::string_view media = type.substr(0, type.find(';'));
  for (const std::string_view known : {"application/x-ndjson", "application/ndjson",
                                       "application/jsonl", "application/x-jsonlines"}) {
    if (net::equals_ignoring_case(media, known)) return {};
  }
  return fail(Code::kUnsupportedMediaType,
              "the body is one entity a line, Content-Type: application/x-ndjson");
}

void write_report(json::Writer& out, const Report& report) {
  out.member("read", static_cast<std::int64_t>(report.done.read));
  out.member("written", static_cast<std::int64_t>(report.done.written));
  out.member("rejected", static_cast<std::int64_t>(report.done.rejected));
  out.member("line", static_cast<std::int64_t>(report.line));
  out.key("rejects").begin_array();
  for (const Reject& reject : report.rejects) {
    out.begin_object().member("line", static_cast<std::int64_t>(reject.line));
    if (!reject.id.empty()) out.member("id", reject.id);
    out.member("reason", reject.reason).end_object();
  }
  out.end_array();
}

// What was written stays so: a failure carries how far it came, too.
Response answer_report(const Report& report, bool dry_run) {
  Response response;
  std::string body;
  json::Writer out(body);
  out.begin_object();
  if (report.stopped) {
    response = Response::problem(*report.stopped);
    const auto problem = json::Document::parse(response.bytes());
    if (problem) {
      for (const auto& [name, value] : problem->root().members()) out.key(name).value(value);
    }
  } else {
    response = Response::json(report.done.rejected > 0 ? 207 : 200, "");
  }
  out.member("dryRun", dry_run);
  write_report(out, report);
  out.end_object();
  response.body = std::move(body);
  return std::move(response).header("Cache-Control", "no-store");
}

Task<Result<Response>> import_lines(const BulkNeeds& needs, const Request& request) {
  RV_CO_ASSIGN(const std::string tenant, tenant_of(request));
  RV_CO_TRY(needs.may_write(request, tenant));
  RV_CO_ASSIGN(const ImportOptions options, import_options(request));
  RV_CO_TRY(check_media(request));
  const Asker asker(needs.ask, request, tenant);
  const Report report = co_await import_text(asker, options, request.body);
  co_return answer_report(report, options.dry_run);
}

}  // namespace

void add_bulk_routes(net::Router& router, BulkNeeds needs) {
  const auto shared = std::make_shared<const BulkNeeds>(std::move(needs));
  using Run = Task<Result<Response>> (*)(const BulkNeeds&, const Request&);
  const auto add = [&](net::Method method, std::string_view path, Run run, std::size_t bytes_max) {
    router.add(method, std::string(path),
               [shared, run](Request& request) -> Task<Response> {
                 auto result = co_await run(*shared, request);
                 co_return result ? std::move(*result) : Response::problem(result.error());
               },
               {.body_bytes_max = bytes_max});
  };
  add(net::Method::kGet, kExportPath, export_lines, 0);
  add(net::Method::kPost, kImportPath, import_lines, kImportBytesMax);
}

}  // namespace revier::transfer
