// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include <fmt/format.h>

#include "table/table.h"
#include "transfer/detail/asking.h"
#include "transfer/detail/columns.h"
#include "transfer/detail/pages.h"

namespace revier::transfer {
namespace {

constexpr std::size_t kReplyBytesMax = std::size_t{64} << 20;

// Pages of entities in the order of creation.
class Pages {
 public:
  using Visit = std::function<Result<>(const json::Value& entity)>;
  using OnPage = std::function<Result<>(const std::string& next)>;
  Pages(const Server& server, const ExportOptions& options) : server_(server), options_(options) {}

  Result<> each(const Visit& visit, const OnPage& on_page, const std::function<bool()>& go_on) {
    std::string cursor = options_.cursor;
    while (go_on()) {
      RV_ASSIGN(const net::Reply reply, get(cursor));
      RV_ASSIGN(const json::Document page,
                json::Document::parse(
                    reply.body,
                    {.bytes_max = kReplyBytesMax, .depth_max = 128, .values_max = 10'000'000}));
      for (const json::Value entity : entities_of(page.root()).elements()) RV_TRY(visit(entity));
      cursor = detail::next_cursor(reply.headers);
      if (cursor.empty()) return {};
      RV_TRY(on_page(cursor));
    }
    return {};
  }

 private:
  static json::Value entities_of(const json::Value& root) {
    const auto features = root.find("features");
    return features ? *features : root;
  }

  Result<net::Reply> get(const std::string& cursor) const {
    const std::string target = detail::page_target(options_, cursor);
    const bool geo = options_.format == Format::kGeoJson;
    const bool linked = options_.format == Format::kCsv || geo;
    net::Outgoing request{.method = net::Method::kGet,
                          .url = server_.address + target,
                          .headers = {{"Accept", geo      ? "application/geo+json"
                                                 : linked ? "application/json"
                                                          : "application/ld+json"}},
                          .body = {},
                          .deadline_ms = 60'000,
                          .reply_bytes_max = kReplyBytesMax};
    if (!options_.context.empty()) {
      request.headers.emplace_back("Link", detail::context_link(options_.context));
    }
    RV_ASSIGN(net::Reply reply, detail::ask(server_, std::move(request)));
    if (reply.status == 200) return reply;
    return fail(Code::kUnprocessable, detail::reason_of(reply));
  }

  const Server& server_;
  const ExportOptions& options_;
};

class Export {
 public:
  Export(const Server& server, const ExportOptions& options, const WritePart& write,
         const OnProgress& on_progress)
      : server_(server), options_(options), write_(write), on_progress_(on_progress) {}

  Result<Progress> run() {
    switch (options_.format) {
      case Format::kCsv:
        RV_TRY(run_csv());
        break;
      case Format::kNdjson:
        RV_TRY(
            each([this](const json::Value& entity) { return put(json::to_text(entity) + "\n"); }));
        break;
      case Format::kGeoJson:
        RV_TRY(run_list("{\"type\":\"FeatureCollection\",\"features\":[", "]}\n"));
        break;
      case Format::kNgsiLd:
        RV_TRY(run_list("[", "]\n"));
    }
    return done_;
  }

 private:
  Result<> run_list(std::string_view begin, std::string_view end) {
    RV_TRY(put(begin));
    RV_TRY(each([this](const json::Value& entity) {
      return put((done_.written > 0 ? ",\n" : "\n") + json::to_text(entity));
    }));
    return put("\n" + std::string(end));
  }

  // Once for the columns, once for the rows.
  Result<> run_csv() {
    detail::ColumnSet columns;
    Pages first(server_, options_);
    RV_TRY(first.each(
        [&](const json::Value& entity) -> Result<> {
          columns.add(entity);
          if (!columns.full()) return {};
          return fail(Code::kUnprocessable,
                      fmt::format("more than {} columns: choose a --type, or another format",
                                  detail::ColumnSet::kMax));
        },
        [](const std::string&) -> Result<> { return {}; }, [this] { return on_progress_(done_); }));
    std::string line = "\xEF\xBB\xBF";
    table::append_csv_row(line, columns.header());
    RV_TRY(put(line));
    return each([&](const json::Value& entity) {
      std::string row;
      table::append_csv_row(row, columns.row(entity, done_.rejected));
      return put(row);
    });
  }

  Result<> each(const Pages::Visit& visit) {
    Pages pages(server_, options_);
    return pages.each(
        [&](const json::Value& entity) -> Result<> {
          ++done_.read;
          RV_TRY(visit(entity));
          ++done_.written;
          return {};
        },
        [this](const std::string& next) -> Result<> {
          return options_.on_page ? options_.on_page(next) : Result<>{};
        },
        [this] { return on_progress_(done_); });
  }

  Result<> put(std::string_view text) {
    done_.bytes += text.size();
    return write_(text);
  }

  const Server& server_;
  const ExportOptions& options_;
  const WritePart& write_;
  const OnProgress& on_progress_;
  Progress done_;
};

}  // namespace

Result<Progress> export_entities(const Server& server, const ExportOptions& options,
                                 const WritePart& write, const OnProgress& on_progress) {
  return Export(server, options, write, on_progress).run();
}

Result<Format> parse_format(std::string_view name) {
  if (name == "ngsi-ld") return Format::kNgsiLd;
  if (name == "ndjson") return Format::kNdjson;
  if (name == "csv") return Format::kCsv;
  if (name == "geojson") return Format::kGeoJson;
  return fail(Code::kInvalidRequest, "formats are ngsi-ld, ndjson, csv and geojson");
}

std::optional<Format> format_of_file(std::string_view path) {
  constexpr std::pair<std::string_view, Format> kEnds[] = {
      {".json", Format::kNgsiLd},  {".jsonld", Format::kNgsiLd}, {".ndjson", Format::kNdjson},
      {".jsonl", Format::kNdjson}, {".csv", Format::kCsv},       {".geojson", Format::kGeoJson}};
  for (const auto& [end, format] : kEnds) {
    if (path.ends_with(end)) return format;
  }
  return std::nullopt;
}

}  // namespace revier::transfer
