// SPDX-License-Identifier: EUPL-1.2
#include "demo/addresses.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace revier::demo {
namespace {

constexpr std::array<std::string_view, 64> kStems{
    "Ahorn",   "Akelei",   "Amsel",     "Anemonen", "Apfel",    "Aster",    "Bachstelzen",
    "Birken",  "Birnbaum", "Brombeer",  "Buchen",   "Buchfink", "Dahlien",  "Distel",
    "Dohlen",  "Drossel",  "Eiben",     "Eichen",   "Eisvogel", "Elster",   "Erlen",
    "Eschen",  "Falken",   "Farn",      "Fichten",  "Finken",   "Flieder",  "Ginster",
    "Habicht", "Hainbuch", "Haselnuss", "Heide",    "Himbeer",  "Holunder", "Igel",
    "Iris",    "Jasmin",   "Kastanien", "Kiebitz",  "Kiefern",  "Kirsch",   "Kleiber",
    "Klee",    "Kranich",  "Lärchen",   "Lavendel", "Lerchen",  "Linden",   "Lupinen",
    "Malven",  "Meisen",   "Milan",     "Minze",    "Mistel",   "Mohn",     "Narzissen",
    "Nelken",  "Nuss",     "Pappel",    "Pirol",    "Quitten",  "Reiher",   "Salbei",
    "Zeisig"};
constexpr std::array<std::string_view, 20> kEnds{
    "straße", "weg",  "allee", "platz", "ring",  "gasse",  "hof",   "pfad",  "stieg", "winkel",
    "damm",   "kamp", "feld",  "wiese", "grund", "garten", "heide", "busch", "teich", "ufer"};
struct District {
  std::string_view name;
  double longitude;
  double latitude;
};
constexpr std::array kDistricts{District{"Herne-Mitte", 7.221, 51.543},
                                District{"Wanne", 7.161, 51.540}, District{"Eickel", 7.176, 51.521},
                                District{"Sodingen", 7.259, 51.537}};
constexpr std::array<std::string_view, 3> kProviders{"Musternetz", "Beispiel-Glasfaser",
                                                     "Probefaser"};
constexpr std::size_t kOfStreet = 50;

// A number that looks like chance and is the same each time (splitmix64).
std::uint64_t mixed(std::uint64_t n) {
  n += 0x9E3779B97F4A7C15ULL;
  n = (n ^ (n >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  n = (n ^ (n >> 27U)) * 0x94D049BB133111EBULL;
  return n ^ (n >> 31U);
}
double share(std::uint64_t n) { return static_cast<double>(mixed(n) % 10'000) / 10'000; }

// Months since the year 2000.
int months_of(std::string_view day) {
  int year = 2000;
  int month = 1;
  std::from_chars(day.data(), day.data() + 4, year);
  std::from_chars(day.data() + 5, day.data() + 7, month);
  return (year - 2000) * 12 + month - 1;
}
std::string month_text(int months) {
  return fmt::format("{:04}-{:02}", 2000 + months / 12, months % 12 + 1);
}
std::string quarter_text(int months) {
  return fmt::format("{:04}-Q{}", 2000 + months / 12, months % 12 / 3 + 1);
}

// When a street is connected: few before 2024, most by 2030, one in ten never. Streets in which
// the state is not known are -1.
int month_of_street(std::size_t street) {
  const double chance = share(street * 7 + 1);
  if (chance > 0.97) return -1;
  if (chance > 0.87) return 1'000;
  constexpr int kBegin = 22 * 12 + 6;
  constexpr int kEnd = 30 * 12 + 11;
  // Slow at first.
  const double progress = 1 - (1 - chance / 0.87) * (1 - chance / 0.87);
  return kBegin + static_cast<int>((1 - (1 - progress) * 0.98) * (kEnd - kBegin) * 0.98 + 3);
}

std::string state_cells(std::size_t street, std::size_t n, int today) {
  const int begin = month_of_street(street);
  if (begin < 0) return "unknown;;;";
  if (begin >= 1'000) return "not_planned;;;";
  // House after house.
  const int month = begin + static_cast<int>(n % 5);
  const std::string_view provider = kProviders.at(mixed(street) % kProviders.size());
  if (month <= today) return fmt::format("available;{};;{}", month_text(month), provider);
  if (month <= today + 8) {
    return fmt::format("under_construction;;{};{}", quarter_text(month), provider);
  }
  return fmt::format("planned;;{};{}", 2000 + month / 12, provider);
}

}  // namespace

std::string address_list(std::size_t addresses, std::string_view day) {
  const int today = months_of(day);
  std::string out = "strasse;hausnummer;bezirk;status;seit;geplant;anbieter;lat;lon\n";
  out.reserve(addresses * 100);
  for (std::size_t number = 0; number < addresses; ++number) {
    const std::size_t street = number / kOfStreet;
    const std::size_t n = number % kOfStreet;
    const District& district = kDistricts.at(mixed(street * 3) % kDistricts.size());
    const double across = (share(street * 11 + 5) - 0.5) * 0.036;
    const double up = (share(street * 13 + 7) - 0.5) * 0.018;
    // Both sides of a street of 300 metres; here and there a back building.
    const bool back = n % 17 == 16;
    const std::size_t house = back ? n : n + 1;
    fmt::format_to(std::back_inserter(out), "{}{};{}{};{};{};{:.5f};{:.5f}\n",
                   kStems.at(street % kStems.size()),
                   kEnds.at(street / kStems.size() % kEnds.size()), house, back ? "a" : "",
                   district.name, state_cells(street, n, today),
                   district.latitude + up + static_cast<double>(n % 2) * 2e-4,
                   district.longitude + across + static_cast<double>(n) * 8e-5);
  }
  return out;
}

}  // namespace revier::demo
