// SPDX-License-Identifier: EUPL-1.2
// Readers beside writers: what a reader sees is an acknowledged version, or one that came after it.
// To be run under ThreadSanitizer too.
#include <charconv>
#include <thread>

#include <gtest/gtest.h>

#include "support/context_world.h"

namespace revier::context {
namespace {

constexpr int kWritten = 4;
constexpr int kWriters = 8;
constexpr int kReaders = 8;
constexpr int kWritesEach = 250;

std::string id_of(int entity) { return fmt::format("urn:counter:{}", entity); }

class Counters {
 public:
  Counters() {
    for (int e = 0; e < kWritten; ++e) {
      const auto made =
          world_.create(fmt::format(R"({{"id":"{}","type":"Counter","n":0}})", id_of(e)));
      EXPECT_TRUE(made);
    }
    iri_ = *world_.context().expand_name("n");
    name_ = world_.broker().names("").find(iri_);
  }

  [[nodiscard]] int read(const ngsi::Entity& entity) const {
    const std::string_view text = entity.find(name_)->value;
    int number = -1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }

  // Adds one on the writer thread; the sum is the count of all writes if none is lost.
  void add_one(int entity) {
    const Mutation mutation = [this](ngsi::Names& names, const ngsi::EntityPtr& before,
                                     Instant now) {
      return ngsi::put_property(names, before, iri_, std::to_string(read(*before) + 1), now);
    };
    const auto done = world_.write({id_of(entity), mutation});
    ASSERT_TRUE(done) << done.error().message;
    const int number = read(*done->what.after);
    // Read your own write, at once.
    EXPECT_GE(read(*world_.broker().find("", id_of(entity))), number);
    int known = acknowledged_[entity].load();
    while (known < number && !acknowledged_[entity].compare_exchange_weak(known, number)) {
    }
  }

  void look(int entity, int& last) {
    const int least = acknowledged_[entity].load();
    const int number = read(*world_.broker().find("", id_of(entity)));
    EXPECT_GE(number, least);
    EXPECT_GE(number, last) << "went back";
    last = number;
  }

  void look_by_query(std::array<int, kWritten>& last) {
    std::array<int, kWritten> least{};
    for (int e = 0; e < kWritten; ++e) least[e] = acknowledged_[e].load();
    const auto found = world_.query({.type = "Counter", .q = "n>=0"}, {.count = true});
    ASSERT_TRUE(found);
    ASSERT_EQ(found->entities.size(), kWritten);
    for (int e = 0; e < kWritten; ++e) {
      const int number = read(*found->entities[static_cast<std::size_t>(e)]);
      EXPECT_GE(number, least[e]);
      EXPECT_GE(number, last[e]) << "went back";
      last[e] = number;
    }
  }

  [[nodiscard]] int sum() {
    int all = 0;
    for (int e = 0; e < kWritten; ++e) all += read(*world_.broker().find("", id_of(e)));
    return all;
  }

 private:
  test::World world_;
  std::string iri_;
  ngsi::NameId name_ = 0;
  std::array<std::atomic<int>, kWritten> acknowledged_{};
};

TEST(Concurrency, ReadersSeeAcknowledgedVersionsInOrder) {
  Counters counters;
  std::atomic<bool> writing{true};
  std::vector<std::thread> writers;
  std::vector<std::thread> readers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&counters, w] {
      for (int i = 0; i < kWritesEach; ++i) counters.add_one((w + i) % kWritten);
    });
  }
  for (int r = 0; r < kReaders; ++r) {
    readers.emplace_back([&counters, &writing, r] {
      std::array<int, kWritten> last{};
      do {
        if (r % 2 == 0) {
          counters.look_by_query(last);
        } else {
          for (int e = 0; e < kWritten; ++e) counters.look(e, last[e]);
        }
      } while (writing);
    });
  }
  for (auto& writer : writers) writer.join();
  writing = false;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(counters.sum(), kWriters * kWritesEach);
}

}  // namespace
}  // namespace revier::context
