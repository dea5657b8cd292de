// SPDX-License-Identifier: EUPL-1.2
#include "casework/scanner.h"

#include <fmt/format.h>

#include "net/byte_stream.h"

namespace revier::casework {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;
constexpr std::size_t kReplyBytesMax = 1'000;

std::string length_word(std::size_t size) {
  std::string word(4, '\0');
  for (std::size_t n = 0; n < 4; ++n) word[n] = static_cast<char>(size >> (8 * (3 - n)) & 0xFF);
  return word;
}

Result<> send_stream(net::ByteStream& stream, std::string_view bytes) {
  RV_TRY(stream.send(std::string_view("zINSTREAM\0", 10)));
  while (!bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, kChunkBytes);
    RV_TRY(stream.send(length_word(chunk.size())));
    RV_TRY(stream.send(chunk));
    bytes.remove_prefix(chunk.size());
  }
  return stream.send(length_word(0));
}

// Of a scanner that is there: it may be the file.
tl::unexpected<Error> no_answer(std::string message) {
  return fail(Code::kBadGateway, std::move(message));
}

class Clamd final : public Scanner {
 public:
  Clamd(std::string address, Duration timeout) : address_(std::move(address)), timeout_(timeout) {}

  Result<bool> is_clean(std::string_view bytes) override {
    RV_ASSIGN(net::ByteStream stream, net::ByteStream::connect(address_, timeout_));
    const Result<> sent = send_stream(stream, bytes);
    // Where clamd ends a stream that is too long, its answer says so.
    const Result<std::string> reply = stream.read_until('\0', kReplyBytesMax);
    if (!reply) return no_answer((sent ? reply.error() : sent.error()).message);
    if (*reply == "stream: OK") {
      // An answer to half of the file is none.
      if (!sent) return no_answer(sent.error().message);
      return true;
    }
    if (reply->starts_with("stream: ") && reply->ends_with(" FOUND")) return false;
    if (reply->find("size limit exceeded") != std::string::npos) {
      return fail(Code::kTooLarge, "clamd takes no file of this size (StreamMaxLength)");
    }
    return no_answer(fmt::format("clamd answered {}", reply->substr(0, 100)));
  }

 private:
  const std::string address_;
  const Duration timeout_;
};

}  // namespace

std::unique_ptr<Scanner> clamd_scanner(std::string address, Duration timeout) {
  return std::make_unique<Clamd>(std::move(address), timeout);
}

}  // namespace revier::casework
