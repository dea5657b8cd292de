// SPDX-License-Identifier: EUPL-1.2
#include "table/archive.h"

#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace revier::table {
namespace {

constexpr int kEntriesMax = 2'000;

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};

la_ssize_t append_to(archive* /*writer*/, void* into, const void* bytes, std::size_t size) {
  static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

tl::unexpected<Error> damaged() {
  return fail(Code::kUnprocessable, "the file is damaged, encrypted or no ZIP archive");
}

Result<std::string> read_entry(archive* reader, std::size_t bytes_max) {
  std::string content;
  std::array<char, 64 * 1024> part;
  while (true) {
    const la_ssize_t got = archive_read_data(reader, part.data(), part.size());
    if (got < 0) return damaged();
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > bytes_max) {
      return fail(Code::kTooLarge, "the file unpacks to more than is read");
    }
    content.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<Files> unpack(std::string_view bytes, std::size_t bytes_max,
                     const std::function<bool(std::string_view)>& wanted) {
  const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
  if (!reader || archive_read_support_format_zip(reader.get()) != ARCHIVE_OK ||
      archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return damaged();
  }
  Files files;
  archive_entry* entry = nullptr;
  for (int n = 0; n < kEntriesMax; ++n) {
    const int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF) return files;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return damaged();
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr || !wanted(name)) continue;
    RV_ASSIGN(std::string content, read_entry(reader.get(), bytes_max));
    bytes_max -= content.size();
    files.insert_or_assign(name, std::move(content));
  }
  return fail(Code::kTooLarge, fmt::format("more than {} files in the archive", kEntriesMax));
}

Result<std::string> pack(const Files& files) {
  std::string out;
  const std::unique_ptr<archive, FreeWriter> writer(archive_write_new());
  const auto cannot = [] { return fail(Code::kInternalError, "the archive cannot be written"); };
  if (!writer || archive_write_set_format_zip(writer.get()) != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(writer.get(), 1) != ARCHIVE_OK ||
      archive_write_open(writer.get(), &out, nullptr, append_to, nullptr) != ARCHIVE_OK) {
    return cannot();
  }
  for (const auto& [name, bytes] : files) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK ||
        archive_write_data(writer.get(), bytes.data(), bytes.size()) !=
            static_cast<la_ssize_t>(bytes.size())) {
      return cannot();
    }
  }
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return cannot();
  return out;
}

}  // namespace revier::table
