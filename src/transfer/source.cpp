// SPDX-License-Identifier: EUPL-1.2
#include "transfer/detail/source.h"

#include <fmt/format.h>

#include "table/table.h"
#include "transfer/detail/columns.h"
#include "transfer/detail/json_items.h"

namespace revier::transfer::detail {
namespace {

constexpr std::string_view kCoreContext =
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";

// What all formats share: numbers, ids, contexts.
class Base : public Source {
 public:
  Base(const ImportOptions& options, const Found& found) : options_(options), found_(found) {}

 protected:
  // An element's text that may be anything.
  Result<> take(std::uint64_t line, std::string_view text) {
    const auto document = json::Document::parse(text, {.bytes_max = kEntityBytesMax});
    if (!document) return refuse(line, "", document.error().message);
    return take(line, document->root());
  }

  Result<> take(std::uint64_t line, const json::Value& object) {
    if (!object.is_object()) return refuse(line, "", "it is no JSON object");
    const auto id = object.find("id");
    const auto at_id = id ? id : object.find("@id");
    const auto text = at_id ? at_id->as_string() : std::nullopt;
    if (!text) return refuse(line, "", "the id is missing");
    ++number_;
    std::string json;
    json::Writer out(json);
    out.begin_object();
    if (!object.find("@context")) write_context(out);
    for (const auto& [name, value] : object.members()) out.key(name).value(value);
    out.end_object();
    return found_.entity({number_, line, std::string(*text), std::move(json)});
  }

  Result<> refuse(std::uint64_t line, std::string id, std::string reason) {
    ++number_;
    return found_.reject({number_, line, std::move(id), std::move(reason)});
  }

  void set_context(const json::Value& value) { context_ = json::to_text(value); }

  const ImportOptions& options_;

 private:
  void write_context(json::Writer& out) const {
    out.key("@context");
    if (!context_.empty()) {
      out.raw(context_);
    } else {
      out.string(options_.context.empty() ? kCoreContext : options_.context);
    }
  }

  const Found& found_;
  std::string context_;  // of the file, JSON
  std::uint64_t number_ = 0;
};

// NGSI-LD and GeoJSON: one large JSON text.
class JsonSource final : public Base {
 public:
  JsonSource(const ImportOptions& options, const Found& found)
      : Base(options, found),
        items_({.item = [this](std::uint64_t line,
                               const std::string& text) { return item(line, text); },
                .head = [this](const std::string& text) { return head(text); }},
               kEntityBytesMax) {}

  Result<> feed(std::string_view part) override { return items_.feed(part); }
  Result<> finish() override { return items_.finish(); }

 private:
  Result<> head(std::string_view text) {
    RV_ASSIGN(const json::Document document, json::Document::parse(text));
    if (const auto context = document.root().find("@context")) set_context(*context);
    return {};
  }

  Result<> item(std::uint64_t line, std::string_view text) {
    if (options_.format != Format::kGeoJson) return take(line, text);
    const auto document = json::Document::parse(text, {.bytes_max = kEntityBytesMax});
    if (!document) return refuse(line, "", document.error().message);
    const auto entity = entity_of_feature(document->root(), options_);
    if (!entity) return refuse(line, "", entity.error().message);
    return take(line, *entity);
  }

  JsonItems items_;
};

// A broken line is that line's fault alone.
class LineSource final : public Base {
 public:
  using Base::Base;

  Result<> feed(std::string_view part) override {
    while (!part.empty()) {
      const std::size_t end = part.find('\n');
      const std::string_view piece = part.substr(0, end);
      if (line_.size() + piece.size() > kEntityBytesMax) {
        too_long_ = true;
        line_.clear();
      } else if (!too_long_) {
        line_ += piece;
      }
      if (end == std::string_view::npos) return {};
      part.remove_prefix(end + 1);
      RV_TRY(end_line());
    }
    return {};
  }
  Result<> finish() override { return line_.empty() && !too_long_ ? Result<>{} : end_line(); }

 private:
  Result<> end_line() {
    ++count_;
    std::string_view text = line_;
    if (count_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    Result<> done;
    if (std::exchange(too_long_, false)) {
      done = refuse(count_, "", fmt::format("the line is longer than {} bytes", kEntityBytesMax));
    } else if (text.find_first_not_of(" \t\r") != std::string_view::npos) {
      done = take(count_, text);
    }
    line_.clear();
    return done;
  }

  std::string line_;
  bool too_long_ = false;
  std::uint64_t count_ = 0;
};

class CsvSource final : public Base {
 public:
  CsvSource(const ImportOptions& options, const Found& found)
      : Base(options, found),
        reader_({.rows_max = SIZE_MAX, .cells_max = 1'000, .cell_bytes_max = 256 * 1024},
                [this](const table::Row& row) { return take_row(row); }) {}

  Result<> feed(std::string_view part) override { return reader_.feed(part); }
  Result<> finish() override {
    RV_TRY(reader_.finish());
    if (!columns_) return fail(Code::kUnprocessable, "the file is empty");
    return {};
  }

 private:
  Result<> take_row(const table::Row& row) {
    if (!columns_) {
      const std::string id = options_.id_column.empty() ? "id" : options_.id_column;
      RV_ASSIGN(columns_, Columns::read(row.cells, {.type = options_.type, .id_column = id}));
      return {};
    }
    const auto entity = columns_->entity(row.cells);
    if (!entity) return refuse(row.line, "", entity.error().message);
    return take(row.line, *entity);
  }

  table::CsvReader reader_;
  std::optional<Columns> columns_;
};

}  // namespace

std::unique_ptr<Source> Source::open(const ImportOptions& options, const Found& found) {
  switch (options.format) {
    case Format::kNdjson:
      return std::make_unique<LineSource>(options, found);
    case Format::kCsv:
      return std::make_unique<CsvSource>(options, found);
    default:
      return std::make_unique<JsonSource>(options, found);
  }
}

}  // namespace revier::transfer::detail
