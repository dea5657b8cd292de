// SPDX-License-Identifier: EUPL-1.2
// Bodies in pieces, and files by ranges (RFC 9110, section 14).
#include "net/file.h"

#include <fstream>

#include "net/detail/server_fixture.h"
#include "support/temporary_folder.h"

namespace revier::net {
namespace {

TEST(ParseRange, TakesOneRangeOfBytes) {
  const auto range = [](std::string_view field) {
    const auto found = parse_range(field, 1'000);
    return found ? fmt::format("{}+{}", found->first, found->bytes) : "passed over";
  };
  EXPECT_EQ(range("bytes=0-0"), "0+1");
  EXPECT_EQ(range("bytes=10-19"), "10+10");
  EXPECT_EQ(range("Bytes = 990-5000"), "990+10");
  EXPECT_EQ(range("bytes=990-99999999999999999999999"), "990+10");
  EXPECT_EQ(range("bytes=990-"), "990+10");
  EXPECT_EQ(range("bytes=-10"), "990+10");
  EXPECT_EQ(range("bytes=-5000"), "0+1000");
  for (const std::string_view beyond : {"bytes=1000-", "bytes=1000-1001", "bytes=-0"}) {
    ASSERT_TRUE(parse_range(beyond, 1'000)) << beyond;
    EXPECT_EQ(parse_range(beyond, 1'000)->bytes, 0U) << beyond;
  }
  for (const std::string_view other :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=a-b", "bytes=1-2,4-5",
        "items=0-1", "bytes=0x1-2", "bytes=--5", "bytes=-5-", "bytes=1 -2", "bytes=+1-2"}) {
    EXPECT_EQ(range(other), "passed over") << other;
  }
}

class FileTest : public ServerTest {
 protected:
  FileTest() : path_(folder_.path() + "/tiles") {
    for (int i = 0; content_.size() < 400'000; ++i) content_ += fmt::format("{:07} ", i);
    std::ofstream(path_) << content_;
    auto opened = ServedFile::open(path_, "application/x-test", pool_);
    EXPECT_TRUE(opened.has_value());
    file_ = *opened;
    get("/file", [this](Request& request) { return file_->answer(request); });
  }
  Answer ask_range(std::string_view range, std::string_view more = "") {
    return ask(simple("GET /file", fmt::format("Range: {}\r\n{}", range, more)));
  }

  const test::TemporaryFolder folder_;
  const std::string path_;
  std::string content_;
  Pool pool_{2, 16};
  std::shared_ptr<const ServedFile> file_;
};

TEST_F(FileTest, IsSentWhole) {
  const Answer answer = ask(simple("GET /file"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Type"), "application/x-test");
  EXPECT_EQ(answer.field("Accept-Ranges"), "bytes");
  EXPECT_TRUE(answer.body == content_);
  const Answer head = ask(simple("HEAD /file", "Range: bytes=0-9\r\n"));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), std::to_string(content_.size()));
}

TEST_F(FileTest, IsSentInParts) {
  const Answer answer = ask_range("bytes=150000-390000");
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.field("Content-Range"), "bytes 150000-390000/400000");
  EXPECT_TRUE(answer.body == content_.substr(150'000, 240'001));
  EXPECT_EQ(ask_range("bytes=-3").body, content_.substr(content_.size() - 3));
  EXPECT_EQ(ask_range("bytes=1-2,5-6").status, 200);
  const Answer beyond = ask_range("bytes=400000-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.field("Content-Range"), "bytes */400000");
  EXPECT_EQ(beyond.field("Content-Type"), "application/problem+json");
}

TEST_F(FileTest, KeepsItsConnection) {
  start();
  Client client(server_->address());
  for (int i = 0; i < 3; ++i) {
    client.send(simple("GET /file", "Range: bytes=8-15\r\n") + simple("GET /"));
    EXPECT_EQ(client.read().body, "0000001 ");
    EXPECT_EQ(client.read().body, "hi");
  }
}

TEST_F(FileTest, HonoursConditions) {
  const std::string tag = ask(simple("GET /file")).field("ETag");
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(ask_range("bytes=0-7", fmt::format("If-Range: {}\r\n", tag)).status, 206);
  EXPECT_EQ(ask_range("bytes=0-7", "If-Range: \"other\"\r\n").status, 200);
  EXPECT_EQ(ask_range("bytes=0-7", fmt::format("If-Range: W/{}\r\n", tag)).status, 200);
  EXPECT_EQ(ask_range("bytes=0-7", "If-Range: Mon, 20 Jan 2025 08:00:00 GMT\r\n").status, 200);
  EXPECT_EQ(ask_range("bytes=0-7", fmt::format("If-None-Match: {}\r\n", tag)).status, 304);
  EXPECT_EQ(ask_range("bytes=0-7", "If-None-Match: \"other\"\r\n").status, 206);
}

TEST_F(FileTest, EndsTheConnectionWhenItHasBecomeShorter) {
  start();
  std::filesystem::resize_file(path_, 200'000);
  Client client(server_->address());
  const Answer answer = client.send(simple("GET /file") + simple("GET /")).read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_LT(answer.body.size(), content_.size());
  EXPECT_TRUE(client.at_end()) << "an answer followed the broken one";
}

TEST_F(FileTest, IsRefusedWhereItIsNone) {
  EXPECT_EQ(ServedFile::open(path_ + "-not", "", pool_).error().code, Code::kResourceNotFound);
  EXPECT_EQ(ServedFile::open(folder_.path(), "", pool_).error().code, Code::kUnavailable);
}

TEST_F(ServerTest, ReadsABodyInBoundedPiecesWhileTheClientTakesThem) {
  constexpr std::uint64_t kBytes = 50'000'000;
  std::atomic<std::size_t> largest = 0;
  std::atomic<std::uint64_t> read = 0;
  get("/large", [&](Request&) {
    Response response;
    response.body =
        Response::Pieces{kBytes, [&](std::uint64_t at, std::span<char> into) -> Task<Result<>> {
                           EXPECT_EQ(at, read.load());
                           std::fill(into.begin(), into.end(), 'x');
                           largest = std::max(largest.load(), into.size());
                           read += into.size();
                           co_return Result<>{};
                         }};
    return response;
  });
  start();
  Client slow(server_->address(), 4'096);
  slow.send(simple("GET /large"));
  EXPECT_EQ(ask(simple("GET /")).body, "hi");
  EXPECT_LT(read, kBytes) << "nobody took them, and all are read";
  EXPECT_EQ(slow.read().body.size(), kBytes);
  EXPECT_EQ(read, kBytes);
  EXPECT_LE(largest, std::size_t{256} << 10);
}

}  // namespace
}  // namespace revier::net
