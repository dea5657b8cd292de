// SPDX-License-Identifier: EUPL-1.2
#include "backup/manifest.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/ascii.h"
#include "json/json.h"

namespace revier::backup {
namespace {

using json::Value;

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kPathBytesMax = 1'000;

tl::unexpected<Error> wrong(std::string_view what) {
  return fail(Code::kCorrupt, fmt::format("{}: {}", kManifestFile, what));
}

// Stays below its folder: parts of printable bytes, none of them "." or "..".
bool is_safe(std::string_view path) {
  if (path.empty() || path.size() > kPathBytesMax || path == kManifestFile) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return std::ranges::none_of(path, is_control);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// -1 where there is none.
std::int64_t number_of(const Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->as_integer().value_or(-1) : -1;
}

Result<std::vector<File>> read_files(const Value& root) {
  const auto list = root.find("files");
  if (!list || !list->is_array()) return wrong("has no list of files");
  std::vector<File> files;
  std::set<std::string_view> known;
  for (const Value entry : list->elements()) {
    const std::string_view path = entry.text("path");
    const std::int64_t bytes = number_of(entry, "bytes");
    const std::string_view sum = entry.text("sha256");
    if (!is_safe(path) || bytes < 0 || !is_sha256(sum)) return wrong("lists a file wrongly");
    if (!known.insert(path).second) return wrong(fmt::format("lists {} twice", path));
    files.push_back({std::string(path), static_cast<std::uint64_t>(bytes), std::string(sum)});
  }
  return files;
}

Result<std::map<std::string, std::uint64_t>> read_counts(const Value& root) {
  std::map<std::string, std::uint64_t> counts;
  const auto list = root.find("counts");
  if (!list || !list->is_object()) return wrong("has no counts");
  for (const auto [name, value] : list->members()) {
    const std::int64_t count = value.as_integer().value_or(-1);
    if (count < 0) return wrong("has a count that is no number");
    counts.emplace(name, static_cast<std::uint64_t>(count));
  }
  return counts;
}

}  // namespace

std::uint64_t Manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const File& file : files) sum += file.bytes;
  return sum;
}

std::string to_json(const Manifest& manifest) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("format", kFormat).member("version", manifest.version);
  out.member("taken_at", to_iso8601(manifest.taken_at)).member("records", manifest.records);
  out.key("counts").begin_object();
  for (const auto& [name, count] : manifest.counts) {
    out.member(name, static_cast<std::int64_t>(count));
  }
  out.end_object().key("files").begin_array();
  for (const File& file : manifest.files) {
    out.begin_object().member("path", file.path);
    out.member("bytes", static_cast<std::int64_t>(file.bytes)).member("sha256", file.sha256);
    out.end_object();
  }
  out.end_array().end_object();
  return text + "\n";
}

Result<Manifest> read_manifest(std::string_view text) {
  const auto document = json::Document::parse(
      text, {.bytes_max = std::size_t{64} << 20, .depth_max = 4, .values_max = 4'000'000});
  if (!document) return wrong(document.error().message);
  const Value root = document->root();
  const std::int64_t format = number_of(root, "format");
  if (format > kFormat) {
    return fail(Code::kNewerFormat, "the backup was made by a newer Revier: restore it with that");
  }
  const auto taken_at = parse_iso8601(root.text("taken_at"));
  const auto records = root.find("records");
  if (format != kFormat || !taken_at || !records || !records->as_bool()) {
    return wrong("is none of ours");
  }
  Manifest manifest{.version = std::string(root.text("version")),
                    .taken_at = *taken_at,
                    .records = *records->as_bool(),
                    .files = {},
                    .counts = {}};
  RV_ASSIGN(manifest.files, read_files(root));
  RV_ASSIGN(manifest.counts, read_counts(root));
  return manifest;
}

}  // namespace revier::backup
