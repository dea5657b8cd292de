// SPDX-License-Identifier: EUPL-1.2
// The fibre look-up with as many addresses as a city of 160,000 has, invented ones: the time of one
// answer for an address as people write it, for a street with a slip in it, and of reading the
// list.
//
//   fibre_bench [--smoke] [--addresses 60000]
#include "bench.h"
#include "demo/addresses.h"
#include "fibre/directory.h"
#include "fibre/read_list.h"

namespace revier::fibre {
namespace {

struct Typed {
  std::string street;
  std::string number;
};

// Every 50th address: as it is, or with two letters of its street swapped.
std::vector<Typed> questions(const Directory& list, bool slip) {
  std::vector<Typed> typed;
  std::size_t n = 0;
  for (const Street& street : list.streets()) {
    for (const Address& address : street.addresses) {
      if (n++ % 50 != 0) continue;
      std::string name = street.name;
      if (slip) std::swap(name[1], name[2]);
      typed.push_back({std::move(name), to_string(address.number)});
    }
  }
  return typed;
}

// Microseconds of one answer.
double answer_us(const Directory& list, const std::vector<Typed>& typed) {
  const std::int64_t begin = monotonic_us();
  std::size_t answered = 0;
  for (const Typed& each : typed) {
    answered += list.ask({each.street, each.number}).found == Found::kNothing ? 0 : 1;
  }
  RV_CHECK(answered == typed.size());
  return static_cast<double>(monotonic_us() - begin) / static_cast<double>(typed.size());
}

int run(bool smoke, std::size_t addresses) {
  const std::string file = demo::address_list(addresses, demo::kAddressDays[3]);
  std::vector<double> reading;
  std::vector<double> written;
  std::vector<double> slipped;
  for (int turn = 0; turn < (smoke ? 1 : 5); ++turn) {
    const std::int64_t begin = monotonic_us();
    auto read = read_list(file, "");
    RV_CHECK(read.has_value() && read->accepted == addresses);
    const Directory list({.id = 1}, std::move(read->streets));
    reading.push_back(static_cast<double>(monotonic_us() - begin) / 1e3);
    written.push_back(answer_us(list, questions(list, false)));
    slipped.push_back(answer_us(list, questions(list, true)));
  }
  const std::string of = fmt::format(" of {}", addresses);
  bench::print_row("fibre: an address as written," + of, "us", written);
  bench::print_row("fibre: a street with a slip," + of, "us", slipped);
  bench::print_row("fibre: list read from CSV," + of, "ms", reading);
  return 0;
}

}  // namespace
}  // namespace revier::fibre

int main(int count, char** words) {
  const bool smoke = revier::bench::has_word(count, words, "--smoke");
  const std::string addresses =
      revier::bench::word(count, words, "--addresses", smoke ? "5000" : "60000");
  return revier::fibre::run(smoke, std::stoul(addresses));
}
