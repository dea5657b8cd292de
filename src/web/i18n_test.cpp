// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "web/i18n.h"
#include "web/texts.h"

namespace revier::web {
namespace {

Instant at(std::string_view text) { return parse_iso8601(text).value(); }

TEST(I18n, DatesAndTimesInBothLanguages) {
  const Instant start = at("2025-02-05T08:30:00Z");
  EXPECT_EQ(date(Language::kDe, start), "5. Februar 2025");
  EXPECT_EQ(date(Language::kEn, start), "5 February 2025");
  EXPECT_EQ(date(Language::kDe, start, DateStyle::kFull), "Mittwoch, 5. Februar 2025");
  EXPECT_EQ(date(Language::kDe, start, DateStyle::kShort), "Mi., 5. Feb.");
  EXPECT_EQ(date(Language::kEn, start, DateStyle::kShort), "Wed 5 Feb");
  EXPECT_EQ(time(Language::kDe, start), "9:30 Uhr");
  EXPECT_EQ(time_range(Language::kDe, start, start + Duration::minutes(20)), "9:30–9:50 Uhr");
  EXPECT_EQ(time_range(Language::kEn, start, start + Duration::minutes(20)), "9:30–9:50");
  EXPECT_EQ(iso_date_time(start), "2025-02-05T09:30:00+01:00");
  EXPECT_EQ(iso_date_time(start, "America/St_Johns"), "2025-02-05T05:00:00-03:30");
}

TEST(I18n, DateRanges) {
  const Instant feb5 = at("2025-02-05T08:00:00Z");
  const Instant feb6 = feb5 + Duration::days(1);
  EXPECT_EQ(date_range(Language::kDe, feb5, feb6), "5. und 6. Februar 2025");
  EXPECT_EQ(date_range(Language::kEn, feb5, feb6), "5 and 6 February 2025");
  EXPECT_EQ(date_range(Language::kDe, feb5 - Duration::days(1), feb6), "4. bis 6. Februar 2025");
  EXPECT_EQ(date_range(Language::kDe, feb5, feb5), "5. Februar 2025");
  EXPECT_EQ(date_range(Language::kDe, feb5 - Duration::days(5), feb5),
            "31. Januar bis 5. Februar 2025");
  EXPECT_EQ(date_range(Language::kEn, at("2024-12-31T12:00:00Z"), at("2025-01-01T12:00:00Z")),
            "31 December 2024 and 1 January 2025");
}

TEST(I18n, WallClockOverTheChangesOfTheClock) {
  EXPECT_FALSE(from_local("2025-03-30", "02:30"));  // does not exist
  EXPECT_EQ(from_local("2025-03-30", "03:00").value(), at("2025-03-30T01:00:00Z"));
  EXPECT_EQ(from_local("2025-10-26", "02:30").value(), at("2025-10-26T00:30:00Z"));  // the first
  EXPECT_EQ(from_local("2025-10-26", "03:00").value(), at("2025-10-26T02:00:00Z"));
  EXPECT_FALSE(from_local("2025-02-29", "10:00"));
  EXPECT_FALSE(from_local("2025-2-1", "10:00"));
  EXPECT_FALSE(from_local("2025-02-01", "24:00"));
  for (std::int64_t hour = 0; hour < 366 * 24; ++hour) {
    const Instant instant = at("2025-01-01T00:00:00Z") + Duration::hours(hour);
    const auto back = from_local(iso_date(instant), iso_time(instant)).value();
    const bool doubled = iso_date(instant) == "2025-10-26" && local_time(instant).hour == 2;
    if (!doubled) ASSERT_EQ(back, instant) << iso_date_time(instant);
  }
}

TEST(I18n, NumbersDurationsOrder) {
  EXPECT_EQ(number(Language::kDe, std::int64_t{1234567}), "1.234.567");
  EXPECT_EQ(number(Language::kEn, std::int64_t{1234567}), "1,234,567");
  EXPECT_EQ(number(Language::kDe, 3.456, 1), "3,5");
  EXPECT_EQ(number(Language::kDe, 3.0, 1), "3");
  EXPECT_EQ(duration(Language::kDe, Duration::minutes(90)), "1 Stunde 30 Minuten");
  EXPECT_EQ(duration(Language::kEn, Duration::minutes(1)), "1 minute");
  EXPECT_EQ(duration(Language::kDe, Duration::seconds(0)), "0 Sekunden");
  EXPECT_LT(compare(Language::kDe, "Ärger", "Zebra"), 0);
  EXPECT_GT(compare(Language::kDe, "Zebra", "Ärger"), 0);
}

constexpr Message kSeats{
    "seats", "{n, plural, =0 {kein Platz} one {# Platz} other {# Plätze}} in {room}",
    "{n, plural, =0 {no seat} one {# seat} other {# seats}} in {room}", "n,room", false};

TEST(I18n, Messages) {
  EXPECT_EQ(text(Language::kDe, kSeats, {{"n", 1}, {"room", "Villa"}}), "1 Platz in Villa");
  EXPECT_EQ(text(Language::kDe, kSeats, {{"n", 1200}, {"room", "{n}"}}), "1.200 Plätze in {n}");
  EXPECT_EQ(text(Language::kEn, kSeats, {{"n", 0}, {"room", "Villa"}}), "no seat in Villa");
  EXPECT_EQ(text(Language::kDe, texts::kPaginationOf, {{"number", 2}, {"last", 1000}}),
            "Seite 2 von 1.000");
  EXPECT_EQ(text(Language::kDe, texts::kPaginationOf, {{"number", 2}}), "Seite 2 von {last}");
  EXPECT_EQ(text(Language::kEn, texts::kFrameSkip), "Skip to content");
  static_assert(takes(texts::kPaginationOf, "last,number"));
  static_assert(!takes(texts::kPaginationOf, "last"));
}

TEST(Language, Addresses) {
  EXPECT_EQ(path(Language::kEn, "/programm?tag=1"), "/en/programm?tag=1");
  EXPECT_EQ(path(Language::kEn, "/"), "/en/");
  EXPECT_EQ(path(Language::kDe, "/"), "/");
  EXPECT_EQ(split_language("/en/programm").page, "/programm");
  EXPECT_EQ(split_language("/english").language, Language::kDe);
  EXPECT_EQ(split_language("/en").page, "/");
}

}  // namespace
}  // namespace revier::web
