// SPDX-License-Identifier: EUPL-1.2
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "event/programme_keeper.h"
#include "setup/colour.h"
#include "setup/first_event.h"
#include "setup/legal.h"
#include "setup/markdown.h"
#include "setup/picture.h"
#include "setup/programme_table.h"
#include "setup/public_pages.h"
#include "support/test_records.h"

namespace revier::setup {
namespace {

// --- colour

TEST(Colour, ContrastIsThatOfWcag) {
  EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21.0, 0.001);
  EXPECT_NEAR(contrast({118, 118, 118}, {255, 255, 255}), 4.54, 0.01);  // #767676
  EXPECT_NEAR(contrast({255, 0, 0}, {255, 255, 255}), 3.998, 0.01);
}

TEST(Colour, IsReadInThreeForms) {
  EXPECT_EQ(parse_colour("#1a2B3c"), (Colour{0x1a, 0x2b, 0x3c}));
  EXPECT_EQ(parse_colour("abc"), (Colour{0xaa, 0xbb, 0xcc}));
  for (const char* wrong : {"", "#", "#12345", "#1234567", "red", "#12345g"}) {
    EXPECT_FALSE(parse_colour(wrong)) << wrong;
  }
}

RC_GTEST_PROP(Colour, TheNearestOneCanBeReadAndAReadableOneStays, ()) {
  const Colour colour{*rc::gen::arbitrary<std::uint8_t>(), *rc::gen::arbitrary<std::uint8_t>(),
                      *rc::gen::arbitrary<std::uint8_t>()};
  RC_ASSERT(contrast_on_light(readable_on_light(colour)) >= kContrastMin);
  RC_ASSERT(contrast_on_dark(readable_on_dark(colour)) >= kContrastMin);
  RC_ASSERT(readable_on_light(readable_on_light(colour)) == readable_on_light(colour));
  if (contrast_on_light(colour) >= kContrastMin) RC_ASSERT(readable_on_light(colour) == colour);
}

// --- Markdown

std::string html(std::string_view text) { return std::string(render_markdown(text).markup()); }

TEST(Markdown, MarksGapsAndLeavesHtmlOut) {
  EXPECT_EQ(html("a [[b & c]] d"), "<p>a <mark class=\"rv-gap\">b &amp; c</mark> d</p>\n");
  EXPECT_EQ(html("# top"), "<h2>top</h2>\n");
  EXPECT_EQ(html("<script>x</script>").find("<script"), std::string::npos);
  EXPECT_EQ(html("[x](javascript:alert(1))").find("javascript"), std::string::npos);
  EXPECT_EQ(html("[x](/y \"[[ onmouseover=z ]]\")").find("<mark"), std::string::npos);
  EXPECT_EQ(gaps("[[a]] [[b]] [[c"), (std::vector<std::string>{"a", "b"}));
}

// Whatever is written: the text of the page has no tag but those of Markdown.
RC_GTEST_PROP(Markdown, NoTagComesThrough, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::element('<', '>', '[', ']', '(', ')', '"', '\'', 'a', '/', '!', '\n', '&', '`'));
  const std::string out = html(text);
  for (std::size_t at = out.find("<a"); at != std::string::npos; at = out.find("<a", at + 1)) {
    RC_ASSERT(out.substr(at, 9) == "<a href=\"");
  }
}

TEST(Legal, DraftsTakeCityAndSenderAndListWhatIsOpen) {
  const Settings settings(
      {{std::string(kCity), "Stadt *Herne*"}, {std::string(kSender), "a@b.de"}});
  for (const LegalPage& page : legal_pages()) {
    for (const web::Language language : {web::Language::kDe, web::Language::kEn}) {
      const std::string text = legal_text(settings, page, language);
      EXPECT_FALSE(gaps(text).empty()) << page.name;
      EXPECT_EQ(html(text).find("<em>"), std::string::npos);
    }
  }
  const LegalPage& imprint = *find_legal_page("imprint");
  EXPECT_NE(html(legal_text(settings, imprint, web::Language::kDe)).find("Stadt *Herne*"),
            std::string::npos);
}

// --- logo

TEST(Logo, TakesNothingButPng) {
  EXPECT_FALSE(clean_logo("<svg xmlns='http://www.w3.org/2000/svg'/>"));
  EXPECT_FALSE(clean_logo(""));
  EXPECT_FALSE(clean_logo(std::string(kLogoBytesMax + 1, 'x')));
  // A head that promises 65,535 pixels a side is refused before anything is unpacked.
  std::string bomb("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x06\0\0\0\0\0\0\0",
                   33);
  EXPECT_NE(clean_logo(bomb).error().message.find("pixels"), std::string::npos);
}

// --- the first event

EventAnswers answers() {
  return {.name_de = "Größere Städte: Tage 2025!",
          .name_en = "Days",
          .organiser = "Stadt Herne",
          .first_day = "2025-03-29",
          .last_day = "2025-03-31",
          .opens = "09:00",
          .closes = "17:00",
          .time_zone = "Europe/Berlin",
          .venue = "Haus",
          .address = "Weg 1",
          .seats = 30};
}

Result<event::Item> checked(const event::Item& item) {
  RV_ASSIGN(const json::Document document, json::Document::parse(event::item_json(item)));
  return event::read_item(*item.kind, item.id, document.root());
}

TEST(FirstEvent, AnswersBecomeItemsAndComeBack) {
  const auto items = first_items(answers(), std::nullopt);
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_TRUE(checked(items->event)) << checked(items->event).error().message;
  ASSERT_TRUE(checked(items->place));
  EXPECT_EQ(items->event.id, "groessere-staedte-tage-2025");
  const event::Event event = event::read_event(items->event);
  ASSERT_EQ(event.days.size(), 3U) << "also over the change of time";
  EXPECT_EQ(to_iso8601(event.days[0].starts_at), "2025-03-29T08:00:00Z");
  EXPECT_EQ(to_iso8601(event.days[1].starts_at), "2025-03-30T07:00:00Z");
  const EventAnswers back = answers_of(items->event, items->place);
  EXPECT_EQ(back.opens, "09:00");
  EXPECT_EQ(back.seats, 30);
  EXPECT_EQ(back.address, "Weg 1");
}

TEST(FirstEvent, AnsweringAgainKeepsWhatWasNotAsked) {
  auto items = first_items(answers(), std::nullopt);
  items->event.fields["motto"] = R"({"de":"x","en":"y"})";
  EventAnswers later = answers();
  later.last_day = "2025-03-30";
  const auto again = first_items(later, items->event);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->event.fields.at("motto"), R"({"de":"x","en":"y"})");
  EXPECT_EQ(event::read_event(again->event).days.size(), 2U);
  later.last_day = "2025-03-01";
  EXPECT_EQ(first_items(later, std::nullopt).error().field, "last_day");
  later = answers();
  later.closes = "08:00";
  EXPECT_EQ(first_items(later, std::nullopt).error().field, "closes");
}

TEST(FirstEvent, AnsweringAgainKeepsDaysThatDiffer) {
  auto items = first_items(answers(), std::nullopt);
  items->event.fields["days"] = R"([{"date":"2025-03-29","starts_at":"2025-03-29T08:00:00Z",)"
                                R"("ends_at":"2025-03-29T16:00:00Z","capacity":30},)"
                                R"({"date":"2025-03-30","starts_at":"2025-03-30T10:00:00Z",)"
                                R"("ends_at":"2025-03-30T12:00:00Z","capacity":5}])";
  items->event.fields["organisers"] = R"(["Stadt Herne","Verein"])";
  EventAnswers later = answers();
  later.name_de = "Tage";
  const auto again = first_items(later, items->event, items->place);
  ASSERT_TRUE(again) << again.error().message;
  const event::Event event = event::read_event(again->event);
  ASSERT_EQ(event.days.size(), 3U);
  EXPECT_EQ(to_iso8601(event.days[1].starts_at), "2025-03-30T10:00:00Z");
  EXPECT_EQ(to_iso8601(event.days[1].ends_at), "2025-03-30T12:00:00Z");
  EXPECT_EQ(event.days[1].capacity, 5);
  EXPECT_EQ(event.days[2].capacity, 30) << "a new day gets what was answered";
  EXPECT_EQ(event.organisers, (std::vector<std::string>{"Stadt Herne", "Verein"}));

  later.seats = 40;
  later.closes = "18:00";
  const auto changed = event::read_event(first_items(later, items->event, items->place)->event);
  EXPECT_EQ(changed.days[1].capacity, 40);
  EXPECT_EQ(to_iso8601(changed.days[1].starts_at), "2025-03-30T10:00:00Z");
  EXPECT_EQ(to_iso8601(changed.days[1].ends_at), "2025-03-30T16:00:00Z");
}

TEST(FirstEvent, AnsweringAgainKeepsWhereThePlaceLies) {
  auto items = first_items(answers(), std::nullopt);
  items->place.fields["accuracy_m"] = "10";
  EventAnswers later = answers();
  EXPECT_TRUE(first_items(later, items->event, items->place)->place.fields.contains("accuracy_m"));
  later.address = "Weg 2";
  EXPECT_FALSE(first_items(later, items->event, items->place)->place.fields.contains("accuracy_m"));
}

// --- a programme from a table

class ProgrammeTable : public ::testing::Test {
 protected:
  ProgrammeTable() {
    auto items = first_items(answers(), std::nullopt);
    items_.push_back(items->event);
    items_.push_back(items->place);
  }
  Result<ProgrammePlan> plan(std::string_view csv) {
    RV_ASSIGN(const auto rows, table::read_csv(csv));
    return plan_programme(
        rows, *event::make_programme(items_),
        [this](const event::KindSpec& kind, std::string_view id) { return find(kind, id); });
  }
  std::optional<event::Item> find(const event::KindSpec& kind, std::string_view id) const {
    for (const event::Item& item : items_) {
      if (item.kind == &kind && item.id == id) return item;
    }
    return std::nullopt;
  }
  void take(const ProgrammePlan& plan) {
    for (const event::Item& item : plan.items) {
      std::erase_if(items_, [&](const event::Item& known) {
        return known.kind == item.kind && known.id == item.id;
      });
      items_.push_back(item);
    }
  }
  std::vector<event::Item> items_;
};

constexpr std::string_view kTable =
    "Titel;Tag;Beginn;Ende;Raum;Themenreihe;Vortragende;Plätze;buchbar;Notiz\n"
    "Pause;29.3.2025;9;9.30 Uhr;Saal;;;;;x\n"
    "Pause;2025-03-30;10:00;10:30;saal;;;;;\n"
    "Über LoRaWAN;29.03.2025;14:20;15:20;Kamin;Technik;Erika B., Stadt Herne; Jo C.;30;ja;\n"
    ";29.3.2025;9;10;;;;;;\n"
    "Zu spät;1.4.2025;9;10;;;;;;\n"
    "Rückwärts;29.3.2025;10;9;;;;;;\n"
    "Viele;29.3.2025;9;10;;;;viele;;\n";

TEST_F(ProgrammeTable, SaysWhatWouldBecomeOfEachRow) {
  // The list of speakers is one quoted cell.
  std::string csv(kTable);
  const std::string plain = "Erika B., Stadt Herne; Jo C.";
  csv.replace(csv.find(plain), plain.size(), "\"" + plain + "\"");
  const auto planned = plan(csv);
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->count(Outcome::kNew), 3U);
  EXPECT_EQ(planned->count(Outcome::kRefused), 4U);
  EXPECT_EQ(planned->rows[3].reason, Reason::kNoTitle);
  EXPECT_EQ(planned->rows[4].reason, Reason::kNoDay);
  EXPECT_EQ(planned->rows[5].reason, Reason::kEndsFirst);
  EXPECT_EQ(planned->rows[6].reason, Reason::kNoNumber);
  EXPECT_EQ(planned->rows[6].line, 8U);
  EXPECT_EQ(planned->new_rooms, (std::vector<std::string>{"Saal", "Kamin"}));
  EXPECT_EQ(planned->new_speakers,
            (std::vector<NewSpeaker>{{"Erika B.", "Stadt Herne"}, {"Jo C.", ""}}));
  EXPECT_EQ(planned->new_tracks, (std::vector<std::string>{"Technik"}));
  EXPECT_EQ(planned->other_columns, (std::vector<std::string>{"Notiz"}));
  for (const event::Item& item : planned->items) EXPECT_TRUE(checked(item)) << item.id;

  take(*planned);
  const auto again = plan(csv);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->count(Outcome::kSame), 3U) << "the same table again changes nothing";
  EXPECT_TRUE(again->items.empty());
}

TEST_F(ProgrammeTable, AFunctionOfSomebodyKnownStays) {
  constexpr std::string_view kHead = "Titel;Tag;Beginn;Ende;Thema;Mit Anmeldung;Vortragende\n";
  take(*plan(std::string(kHead) + "A;29.3.2025;9;10;Technik;ja;Max Muster, Eva Test\n"));
  const auto again =
      plan(std::string(kHead) + "A;29.3.2025;9;10;Technik;ja;Max Muster, Amt für Daten\n");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->kept_functions, (std::vector<std::string>{"Max Muster, Amt für Daten"}));
  EXPECT_EQ(again->rows[0].outcome, Outcome::kSame);
  EXPECT_TRUE(again->other_columns.empty());
}

TEST_F(ProgrammeTable, AColumnThatIsMissingLeavesWhatIsThere) {
  const auto first = plan("Titel;Tag;Beginn;Ende;Plätze\nA;29.3.2025;9;10;30\n");
  take(*first);
  const auto second = plan("Titel;Tag;Beginn;Ende\nA;29.3.2025;9;11\n");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->rows[0].outcome, Outcome::kChanged);
  EXPECT_EQ(second->items.at(0).fields.at("capacity"), "30");
}

TEST_F(ProgrammeTable, ReadsFormatsAndLanguagesByCodeOrName) {
  const auto planned = plan(
      "Titel;Tag;Beginn;Ende;Format;Sprache\n"
      "A;29.3.2025;9;10;Workshop;Deutsch\n"
      "B;29.3.2025;9;10;vortrag;EN\n"
      "C;29.3.2025;9;10;Special event;english\n"
      "D;29.3.2025;9;10;;\n"
      "E;29.3.2025;9;10;Tanz;de\n"
      "F;29.3.2025;9;10;Talk;platt\n"
      "G;29.3.2025;9;10;GRUSSWORT;de\n");
  ASSERT_TRUE(planned) << planned.error().message;
  ASSERT_EQ(planned->items.size(), 5U);
  const auto field = [&](std::size_t item, const char* name) {
    return planned->items[item].fields.at(name);
  };
  EXPECT_EQ(field(0, "format"), R"("workshop")");
  EXPECT_EQ(field(0, "language"), R"("de")");
  EXPECT_EQ(field(1, "format"), R"("talk")");
  EXPECT_EQ(field(1, "language"), R"("en")");
  EXPECT_EQ(field(2, "format"), R"("special")");
  EXPECT_EQ(field(2, "language"), R"("en")");
  EXPECT_FALSE(planned->items[3].fields.contains("format"));
  EXPECT_EQ(field(4, "format"), R"("greeting")");
  EXPECT_EQ(planned->rows[4].reason, Reason::kField);
  EXPECT_EQ(planned->rows[4].detail, "format");
  EXPECT_EQ(planned->rows[5].detail, "language");
}

TEST_F(ProgrammeTable, NeedsItsColumns) {
  const auto planned = plan("Titel;Tag\nA;29.3.2025\n");
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().message, "Beginn, Ende");
  EXPECT_FALSE(plan("Titel;Tag;Beginn;Ende\n"));
}

TEST_F(ProgrammeTable, APlanComesBackAsItWas) {
  const auto planned = plan("Titel;Tag;Beginn;Ende;Raum\nA \"B\" <c>;29.3.2025;9;10;R\n");
  const std::string text = items_json(planned->items);
  const auto items = items_from_json(text);
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_EQ(items_json(*items), text);
  EXPECT_FALSE(items_from_json(R"([{"kind":"kings","item":{"id":"a"}}])"));
  EXPECT_FALSE(items_from_json(R"([{"kind":"rooms","item":{"id":"A B"}}])"));
}

// --- settings, on both systems

class SettingsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SettingsTest, AreKeptAndTakenOut) {
  tests::TestRecords records(GetParam());
  const auto database = records.open(migrations());
  ManualClock clock(Instant{1});
  {
    const auto keeper = *SettingsKeeper::open(*database, clock);
    ASSERT_TRUE(keeper->save({{std::string(kCity), "Herne"}, {std::string(kEvent), "x"}}, "anna"));
    ASSERT_TRUE(
        keeper->save({{std::string(kCity), "Stadt Herne"}, {std::string(kEvent), ""}}, "b"));
  }
  const auto keeper = *SettingsKeeper::open(*database, clock);
  EXPECT_EQ(keeper->now()->get(kCity), "Stadt Herne");
  EXPECT_FALSE(keeper->now()->begun());
}

TEST(Published, ASiteRunByTheApiAloneIsPublic) {
  event::Programme empty;
  event::Programme with_event;
  with_event.events.emplace_back();
  const Settings nothing;
  const Settings begun({{std::string(kEvent), "x"}});
  const Settings published({{std::string(kEvent), "x"}, {std::string(kPublished), "1"}});
  EXPECT_FALSE(is_public(nothing, empty));
  EXPECT_TRUE(is_public(nothing, with_event));
  EXPECT_FALSE(is_public(begun, with_event));
  EXPECT_TRUE(is_public(published, with_event));
}

INSTANTIATE_TEST_SUITE_P(Systems, SettingsTest, ::testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace revier::setup
