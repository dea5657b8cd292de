// SPDX-License-Identifier: EUPL-1.2
// Lists from files, good ones and those of strangers.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "fibre/detail/shapefile.h"
#include "fibre/read_list.h"
#include "support/shapefile.h"
#include "table/archive.h"

namespace revier::fibre {
namespace {

using tests::Shapefile;

std::string zip(const tests::Parts& parts) { return table::pack(parts).value(); }

constexpr std::string_view kCsv =
    "Straße;Hausnummer;Zusatz;Stadtbezirk;Status;seit;geplant;Anbieter;lat;lon\r\n"
    "Ahornstraße;12;a;Sodingen;verfügbar;06/2024;;Netz GmbH;51,54;7,25\r\n"
    "Ahornstraße;14-18;;Sodingen;im Bau;;Q3 2026;;;\r\n"
    ";1;;Sodingen;geplant;;;;;\r\n"
    "Ahornstraße;;;Sodingen;geplant;;;;;\r\n"
    "Ahornstraße;zwölf;;Sodingen;geplant;;;;;\r\n"
    "Ahornstraße;20;;Sodingen;vielleicht;;;;;\r\n"
    "Ahornstraße;22;;Sodingen;geplant;;bald;;;\r\n"
    "Ahornstraße;24;;Sodingen;geplant;;;;551;7\r\n"
    "Ahornstr.;12 A;;Sodingen;geplant;;;;;\r\n";

TEST(ReadList, TakesACsvAndTellsWhatItRefused) {
  const auto list = read_list(kCsv, "");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->rows, 9U);
  EXPECT_EQ(list->accepted, 2U);
  EXPECT_EQ(list->rejected, 7U);
  ASSERT_EQ(list->streets.size(), 1U);
  const Street& street = list->streets[0];
  EXPECT_EQ(street.name, "Ahornstraße");
  EXPECT_EQ(to_string(street.addresses[0].number), "12a");
  EXPECT_EQ(to_string(street.addresses[0].since), "2024-06");
  ASSERT_TRUE(street.addresses[0].place);
  EXPECT_DOUBLE_EQ(street.addresses[0].place->latitude, 51.54);
  EXPECT_EQ(street.addresses[1].state, State::kUnderConstruction);
  std::vector<Reason> reasons;
  for (const Reject& reject : list->rejects) reasons.push_back(reject.reason);
  EXPECT_EQ(reasons, (std::vector{Reason::kNoStreet, Reason::kNoNumber, Reason::kWrongNumber,
                                  Reason::kWrongState, Reason::kWrongPeriod, Reason::kWrongPlace,
                                  Reason::kTwice}));
  EXPECT_EQ(list->rejects[6].row, 10U);
  EXPECT_EQ(list->rejects[6].detail, "2") << "the line that counts";
}

TEST(ReadList, TurnsEastAndNorthIntoDegrees) {
  // The town hall of Herne lies near 51.5387 north, 7.2216 east.
  const std::string file = "strasse,hausnummer,ost,nord\nAhornweg,1,376700,5711500\n";
  const auto list = read_list(file, "EPSG:25832");
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_TRUE(list->streets[0].addresses[0].place);
  EXPECT_NEAR(list->streets[0].addresses[0].place->longitude, 7.22, 0.01);
  EXPECT_NEAR(list->streets[0].addresses[0].place->latitude, 51.54, 0.01);
  EXPECT_EQ(read_list(file, "").error().field, "crs") << "the system is not guessed";
  for (const char* wrong : {"25832", "EPSG:", "EPSG:x", "EPSG:999999", "+proj=utm +zone=32"}) {
    EXPECT_EQ(read_list(file, wrong).error().code, Code::kBadRequestData) << wrong;
  }
}

TEST(ReadList, TakesGeoJson) {
  const auto list = read_list(
      R"({"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.2,51.5]},
         "properties":{"strasse":"Ahornweg","hausnummer":5,"status":"planned","geplant":2027}},
        {"type":"Feature","geometry":{"type":"LineString","coordinates":[[7,51],[8,52]]},
         "properties":{"strasse":"Ahornweg","hausnummer":"6"}},
        {"type":"Feature","geometry":null,"properties":{"strasse":"Ahornweg","hausnummer":"7"}},
        5]})",
      "");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->accepted, 2U);
  EXPECT_EQ(list->rejected, 2U);
  EXPECT_EQ(to_string(list->streets[0].addresses[0].planned), "2027");
}

TEST(ReadList, ReadsWhatGermanExcelWrites) {
  const auto list = read_list(
      "stra\xDF"
      "e;hausnummer\nB\xE4renweg;1\n",
      "");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->streets[0].name, "Bärenweg");
}

TEST(ReadList, RefusesWhatItCannotRead) {
  EXPECT_EQ(read_list("name;wert\nx;1\n", "").error().field, "columns");
  EXPECT_EQ(read_list("", "").error().code, Code::kUnprocessable);
  EXPECT_EQ(read_list("strasse;hausnummer\n", "").error().field, "rows");
  EXPECT_EQ(read_list("strasse;hausnummer\n;;\n", "").error().field, "rows");
  EXPECT_FALSE(read_list("{\"type\":\"FeatureCollection\"}", ""));
  EXPECT_FALSE(read_list("{\"features\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", ""));
  EXPECT_FALSE(read_list("PK\x03\x04garbage", ""));
  EXPECT_EQ(read_list(std::string(kListBytesMax + 1, 'x'), "").error().code, Code::kTooLarge);
  const std::string wide =
      "strasse;hausnummer\nAhornweg" + std::string(200, 'x') + ";1\nAhornweg;2\n";
  EXPECT_EQ(read_list(wide, "").value().rejects[0].reason, Reason::kTooLong);
}

Shapefile good() {
  Shapefile file({{"STRASSE", 30}, {"HAUSNUMMER", 10}, {"STATUS", 20}});
  file.add({"Ahornweg", "1", "available"}, 376700, 5711500);
  file.add({"M\xFCnsterplatz", "2a", "planned"}, 376800, 5711600);  // Windows-1252
  return file;
}

TEST(ReadShapefile, ReadsPointsFieldsAndTheirEncoding) {
  const Shapefile file = good();
  const auto list = read_list(zip(file.parts(tests::kUtm32)), "");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->accepted, 2U);
  EXPECT_EQ(list->streets[1].name, "Münsterplatz");
  ASSERT_TRUE(list->streets[1].addresses[0].place);
  EXPECT_NEAR(list->streets[1].addresses[0].place->longitude, 7.22, 0.01);
  auto utf8 = file.parts(tests::kUtm32);
  utf8["list.cpg"] = "UTF-8";
  const auto strict = read_list(zip(utf8), "");
  ASSERT_TRUE(strict);
  EXPECT_EQ(strict->rejects.at(0).reason, Reason::kWrongText);
  utf8["list.cpg"] = "KLINGON";
  EXPECT_EQ(read_list(zip(utf8), "").error().code, Code::kUnprocessable);
}

TEST(ReadShapefile, AsksForTheSystemWhereThereIsNone) {
  auto parts = good().parts("");
  parts.erase("list.prj");
  EXPECT_EQ(read_list(zip(parts), "").error().field, "crs");
  EXPECT_TRUE(read_list(zip(parts), "EPSG:25832"));
  for (const std::string& wkt :
       {std::string("nonsense"), std::string(100'000, '['), std::string("+proj=utm +zone=32"),
        "PROJCS" + std::string(2'000, '[')}) {
    parts["list.prj"] = wkt;
    EXPECT_EQ(read_list(zip(parts), "").error().field, "crs") << wkt.substr(0, 20);
  }
}

TEST(ReadShapefile, HoldsStatedLengthsAgainstRealOnes) {
  const auto whole = good().parts(tests::kUtm32);
  for (const char* part : {"list.shp", "list.shx", "list.dbf"}) {
    auto parts = whole;
    parts.erase(part);
    EXPECT_FALSE(read_list(zip(parts), "")) << "without " << part;
    for (const std::size_t cut : {2U, 20U, 50U}) {
      parts = whole;
      parts[part].resize(parts[part].size() - cut);
      EXPECT_FALSE(read_list(zip(parts), "")) << part << " cut by " << cut;
    }
    parts = whole;
    parts[part] = "";
    EXPECT_FALSE(read_list(zip(parts), "")) << part << " empty";
  }
  // The .dbf of another list.
  Shapefile other({{"STRASSE", 30}, {"HAUSNUMMER", 10}});
  other.add({"Ahornweg", "1"}, 0, 0);
  auto mixed = whole;
  mixed["list.dbf"] = other.parts("")["list.dbf"];
  EXPECT_NE(read_list(zip(mixed), "").error().message.find("belong"), std::string::npos);
  // Two lists in one archive.
  auto two = whole;
  two["b.shp"] = two["list.shp"];
  EXPECT_FALSE(read_list(zip(two), ""));
}

TEST(ReadShapefile, SurvivesEveryFlippedByteOfItsHeads) {
  const auto whole = good().parts(tests::kUtm32);
  const detail::ShapeReader reader{
      .on_fields = [](const std::vector<std::string>&) -> Result<> { return {}; },
      .on_record = [](const detail::ShapeRecord&) -> Result<> { return {}; }};
  for (const auto& [part, bytes] : whole) {
    for (std::size_t at = 0; at < std::min<std::size_t>(bytes.size(), 180); ++at) {
      auto parts = whole;
      parts[part][at] = static_cast<char>(parts[part][at] ^ 0x7F);
      (void)detail::read_shapefile(
          {.shp = parts["list.shp"], .shx = parts["list.shx"], .dbf = parts["list.dbf"], .cpg = {}},
          reader);
    }
  }
}

TEST(ReadShapefile, BoundsWhatAnArchiveUnpacksTo) {
  auto parts = good().parts(tests::kUtm32);
  parts["list.dbf"].resize(kListUnpackedMax + 1);
  const std::string bomb = zip(parts);
  EXPECT_LT(bomb.size(), std::size_t{2} << 20);
  EXPECT_EQ(read_list(bomb, "").error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace revier::fibre
