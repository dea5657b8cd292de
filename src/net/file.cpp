// SPDX-License-Identifier: EUPL-1.2
#include "net/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "net/detail/answer.h"
#include "net/detail/text.h"

namespace revier::net {
namespace {

// A whole number, all of the text; nullopt otherwise. One beyond 64 bits is the largest there is.
std::optional<std::uint64_t> position(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (stop != end || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return UINT64_MAX;
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

// In the order of RFC 9110, 13.2.2: what the client has already is 304, whatever part it asks for;
// If-Range compares strongly, and a date, which we never gave, matches nothing.
bool may_range(const Request& request, std::string_view etag) {
  if (request.method != Method::kGet) return false;
  if (const auto known = request.header("If-None-Match"); known && detail::is_match(*known, etag)) {
    return false;
  }
  const auto condition = request.header("If-Range");
  return !condition || detail::trim(*condition) == etag;
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view field, std::uint64_t bytes) {
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!equals_ignoring_case(detail::trim(field.substr(0, equals)), "bytes")) return std::nullopt;
  const std::string_view range = detail::trim(field.substr(equals + 1));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto last = position(range.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    const std::uint64_t size = std::min(*last, bytes);
    return ByteRange{bytes - size, size};
  }
  const auto first = position(range.substr(0, dash));
  const bool open_ended = dash + 1 == range.size();
  if (!first || (!last && !open_ended) || (last && *last < *first)) return std::nullopt;
  if (*first >= bytes) return ByteRange{};
  const std::uint64_t end = open_ended || *last >= bytes ? bytes : *last + 1;
  return ByteRange{*first, end - *first};
}

ServedFile::ServedFile(int descriptor, std::string path, std::string content_type, Pool& pool)
    : descriptor_(descriptor),
      path_(std::move(path)),
      content_type_(std::move(content_type)),
      pool_(pool) {}

ServedFile::~ServedFile() { ::close(descriptor_); }

Result<std::shared_ptr<const ServedFile>> ServedFile::open(const std::string& path,
                                                           std::string content_type, Pool& pool) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const Code code = errno == ENOENT ? Code::kResourceNotFound : Code::kUnavailable;
    return fail(code, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  const std::shared_ptr<ServedFile> file(
      new ServedFile(descriptor, path, std::move(content_type), pool));
  struct stat state = {};
  if (::fstat(descriptor, &state) != 0 || !S_ISREG(state.st_mode)) {
    return fail(Code::kUnavailable, fmt::format("{}: this is no file", path));
  }
  file->bytes_ = static_cast<std::uint64_t>(state.st_size);
  file->etag_ = fmt::format("\"{:x}-{:x}{:09x}\"", state.st_size, state.st_mtim.tv_sec,
                            state.st_mtim.tv_nsec);
  return file;
}

Result<> ServedFile::read(std::uint64_t at, std::span<char> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return fail(Code::kUnavailable, fmt::format("{}: {}", path_, std::strerror(errno)));
    if (got == 0) return fail(Code::kCorrupt, fmt::format("{} is shorter than it was", path_));
    at += static_cast<std::uint64_t>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Response ServedFile::answer(const Request& request) const {
  std::optional<ByteRange> range;
  if (const auto field = request.header("Range"); field && may_range(request, etag_)) {
    range = parse_range(*field, bytes_);
  }
  if (range && range->bytes == 0) {
    return Response::problem(
               {Code::kRangeNotSatisfiable, fmt::format("the file has {} bytes", bytes_), "Range"})
        .header("Content-Range", fmt::format("bytes */{}", bytes_));
  }
  const ByteRange sent = range.value_or(ByteRange{0, bytes_});
  Response response;
  response.status = range ? 206 : 200;
  response.compressible = false;
  response.body = Response::Pieces{sent.bytes,
                                   [self = shared_from_this(), first = sent.first](
                                       std::uint64_t at, std::span<char> into) -> Task<Result<>> {
                                     return self->read_on_pool(first + at, into);
                                   }};
  response.header("Content-Type", content_type_)
      .header("Accept-Ranges", "bytes")
      .header("ETag", etag_);
  if (range) {
    response.header("Content-Range",
                    fmt::format("bytes {}-{}/{}", sent.first, sent.first + sent.bytes - 1, bytes_));
  }
  return response;
}

Task<Result<>> ServedFile::read_on_pool(std::uint64_t at, std::span<char> into) const {
  auto done = co_await pool_.run([this, at, into] { return read(at, into); });
  if (!done) co_return fail(std::move(done).error());
  co_return std::move(*done);
}

}  // namespace revier::net
