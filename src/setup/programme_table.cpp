// SPDX-License-Identifier: EUPL-1.2
#include "setup/programme_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/ascii.h"
#include "event/page_rows.h"
#include "setup/detail/cells.h"
#include "setup/detail/json_words.h"
#include "web/fold.h"
#include "web/i18n.h"
#include "web/slug.h"

namespace revier::setup {
namespace {

using event::Item;
using event::KindSpec;

constexpr std::size_t kItemsMax = 5'000;

enum class Column : std::uint8_t {
  kId,
  kTitle,
  kTitleEn,
  kAbstract,
  kAbstractEn,
  kDay,
  kStart,
  kEnd,
  kRoom,
  kTrack,
  kFormat,
  kLanguage,
  kSpeakers,
  kSeats,
  kBookable,
  kCount
};

struct Name {
  Column column;
  std::string_view text;  // small letters
};
constexpr Name kNames[] = {
    {Column::kId, "id"},
    {Column::kId, "kennung"},
    {Column::kTitle, "titel"},
    {Column::kTitle, "title"},
    {Column::kTitleEn, "titel (en)"},
    {Column::kTitleEn, "title (en)"},
    {Column::kAbstract, "beschreibung"},
    {Column::kAbstract, "abstract"},
    {Column::kAbstractEn, "beschreibung (en)"},
    {Column::kAbstractEn, "abstract (en)"},
    {Column::kDay, "tag"},
    {Column::kDay, "datum"},
    {Column::kDay, "day"},
    {Column::kDay, "date"},
    {Column::kStart, "beginn"},
    {Column::kStart, "start"},
    {Column::kStart, "von"},
    {Column::kEnd, "ende"},
    {Column::kEnd, "end"},
    {Column::kEnd, "bis"},
    {Column::kRoom, "raum"},
    {Column::kRoom, "room"},
    {Column::kTrack, "thema"},
    {Column::kTrack, "themenreihe"},
    {Column::kTrack, "topic"},
    {Column::kTrack, "track"},
    {Column::kFormat, "format"},
    {Column::kLanguage, "sprache"},
    {Column::kLanguage, "language"},
    {Column::kSpeakers, "vortragende"},
    {Column::kSpeakers, "speakers"},
    {Column::kSeats, "plätze"},
    {Column::kSeats, "seats"},
    {Column::kBookable, "mit anmeldung"},
    {Column::kBookable, "with registration"},
    {Column::kBookable, "buchbar"},
    {Column::kBookable, "bookable"},
};

// "workshop" of that and "greeting" of "GRUSSWORT": by code or by name in either language; empty
// where none fits.
std::string_view format_code(std::string_view cell) {
  const std::string wanted = web::fold_text(cell);
  for (const std::string_view code : event::formats()) {
    const auto is_named = [&](web::Language language) {
      return web::fold_text(event::format_name(code, language)) == wanted;
    };
    if (code == wanted || is_named(web::Language::kDe) || is_named(web::Language::kEn)) return code;
  }
  return {};
}

// The same of a session's language.
std::string_view language_code(std::string_view cell) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{
      {{"de", "de"},
       {"deutsch", "de"},
       {"german", "de"},
       {"en", "en"},
       {"englisch", "en"},
       {"english", "en"}}};
  const std::string wanted = web::fold_text(cell);
  const auto* const found = std::ranges::find(
      kWords, std::string_view(wanted), &std::pair<std::string_view, std::string_view>::first);
  return found == kWords.end() ? std::string_view() : found->second;
}

// Which cell of a row holds which column.
class Header {
 public:
  Result<> read(const table::Row& row, std::vector<std::string>& other) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string text = lower_case(trimmed(row.cells[i]));
      const auto* found = std::ranges::find(kNames, text, &Name::text);
      if (found != std::end(kNames)) {
        at_[static_cast<std::size_t>(found->column)] = i;
      } else if (!text.empty()) {
        other.emplace_back(trimmed(row.cells[i]));
      }
    }
    std::string missing;
    for (const auto& [column, name] : {std::pair{Column::kTitle, "Titel"},
                                       {Column::kDay, "Tag"},
                                       {Column::kStart, "Beginn"},
                                       {Column::kEnd, "Ende"}}) {
      if (!has(column)) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", name);
    }
    if (missing.empty()) return {};
    return fail(Code::kUnprocessable, missing, "columns");
  }

  [[nodiscard]] bool has(Column column) const {
    return at_[static_cast<std::size_t>(column)].has_value();
  }
  [[nodiscard]] std::string_view cell(const table::Row& row, Column column) const {
    const auto index = at_[static_cast<std::size_t>(column)];
    return index && *index < row.cells.size() ? trimmed(row.cells[*index]) : std::string_view();
  }

 private:
  std::array<std::optional<std::size_t>, static_cast<std::size_t>(Column::kCount)> at_;
};

// Rooms, speakers and tracks by name; makes those that are missing, once.
class Parts {
 public:
  Parts(const event::Programme& preview, const FindItem& find, ProgrammePlan& plan)
      : event_(*preview.event()), find_(find), plan_(plan) {
    for (const auto& [id, room] : preview.rooms) rooms_[lower_case(room.name.de)] = id;
    for (const auto& [id, speaker] : preview.speakers) {
      speakers_[lower_case(speaker.name)] = id;
      functions_[id] = speaker.function;
    }
    for (const event::Track& track : event_.tracks) {
      tracks_[lower_case(track.name.de)] = track.id;
      tracks_[track.id] = track.id;
    }
  }

  std::string room(std::string_view name) {
    return known(rooms_, name, "rooms", [&](Item& item) {
      plan_.new_rooms.emplace_back(name);
      item.fields["name"] = localised(name, name);
      item.fields["place"] = quoted(event_.venue);
    });
  }

  // "Name, what she does".
  std::string speaker(std::string_view text) {
    const std::size_t comma = text.find(',');
    const std::string_view name = trimmed(text.substr(0, comma));
    const std::string_view function =
        comma == std::string_view::npos ? std::string_view() : trimmed(text.substr(comma + 1));
    bool is_new = false;
    std::string id = known(speakers_, name, "speakers", [&](Item& item) {
      is_new = true;
      plan_.new_speakers.push_back({std::string(name), std::string(function)});
      item.fields["name"] = quoted(name);
      if (!function.empty()) item.fields["function"] = quoted(function);
    });
    if (is_new) functions_[id] = function;
    if (!function.empty() && functions_[id] != function) {
      plan_.kept_functions.emplace_back(text);
      functions_[id] = function;  // said once
    }
    return id;
  }

  // New ones become part of the event; finish() adds it to the plan.
  std::string track(std::string_view name) {
    auto [found, is_new] = tracks_.try_emplace(lower_case(name), web::slug(name));
    if (is_new) plan_.new_tracks.emplace_back(name);
    return found->second;
  }

  void finish() {
    if (plan_.new_tracks.empty()) return;
    auto item = find_(*event::find_kind("events"), event_.id);
    if (!item) return;
    std::string text = "[";
    const auto add = [&](std::string_view id, std::string_view de, std::string_view en) {
      text += fmt::format(R"({}{{"id":{},"name":{}}})", text.size() > 1 ? "," : "", quoted(id),
                          localised(de, en));
    };
    for (const event::Track& track : event_.tracks) add(track.id, track.name.de, track.name.en);
    for (const std::string& name : plan_.new_tracks) add(web::slug(name), name, name);
    item->fields["tracks"] = text + "]";
    plan_.items.push_back(std::move(*item));
  }

 private:
  using Ids = std::map<std::string, std::string, std::less<>>;

  template <class Fill>
  std::string known(Ids& ids, std::string_view name, std::string_view kind, Fill fill) {
    const auto found = ids.find(lower_case(name));
    if (found != ids.end()) return found->second;
    Item item;
    item.kind = event::find_kind(kind);
    item.id = free_id(*item.kind, web::slug(name));
    fill(item);
    ids.emplace(lower_case(name), item.id);
    plan_.items.push_back(item);
    return item.id;
  }

  // Two people may have one name in other letters: the id is free.
  std::string free_id(const KindSpec& kind, const std::string& wanted) {
    const std::string base = wanted.empty() ? std::string(kind.path) : wanted;
    std::string id = base;
    for (int n = 2; find_(kind, id) || !taken_.insert(std::string(kind.path) + id).second; ++n) {
      id = fmt::format("{}-{}", base, n);
    }
    return id;
  }

  const event::Event& event_;
  const FindItem& find_;
  ProgrammePlan& plan_;
  Ids rooms_;
  Ids speakers_;
  std::map<std::string, std::string, std::less<>> functions_;  // of speakers, by id
  Ids tracks_;
  std::set<std::string> taken_;
};

// Reads the rows of one table.
class Planner {
 public:
  Planner(const event::Programme& preview, const FindItem& find, ProgrammePlan& plan)
      : event_(*preview.event()), find_(find), plan_(plan), parts_(preview, find, plan) {}

  Result<> read_header(const table::Row& row) { return header_.read(row, plan_.other_columns); }

  void read(const table::Row& row) {
    PlannedRow planned{.line = row.line,
                       .title = std::string(header_.cell(row, Column::kTitle)),
                       .outcome = Outcome::kRefused,
                       .reason = Reason::kNone,
                       .detail = {}};
    std::optional<Item> item = session_of(row, planned);
    if (item) keep(std::move(*item), planned);
    plan_.rows.push_back(std::move(planned));
  }

  void finish() {
    parts_.finish();
    std::move(sessions_.begin(), sessions_.end(), std::back_inserter(plan_.items));
  }

 private:
  static void refuse(PlannedRow& row, Reason reason, std::string_view detail = {}) {
    row.reason = reason;
    row.detail = std::string(detail);
  }

  // The id that the table gives, else that of the title; the second of one title gets "-2".
  std::optional<std::string> id_of(const table::Row& row, PlannedRow& planned) {
    const std::string given(header_.cell(row, Column::kId));
    const std::string wanted = given.empty() ? web::slug(planned.title) : given;
    std::string id = wanted;
    for (int n = 2; given.empty() && ids_.contains(id); ++n) id = fmt::format("{}-{}", wanted, n);
    if (ids_.insert(id).second) return id;
    refuse(planned, Reason::kTwice, id);
    return std::nullopt;
  }

  std::optional<Item> session_of(const table::Row& row, PlannedRow& planned) {
    if (planned.title.empty()) return refuse(planned, Reason::kNoTitle), std::nullopt;
    auto id = id_of(row, planned);
    if (!id) return std::nullopt;
    const KindSpec& kind = *event::find_kind("sessions");
    Item item = find_(kind, *id).value_or(Item{});
    item.kind = &kind;
    item.id = *id;
    item.fields["event"] = quoted(event_.id);
    if (!set_times(row, item, planned) || !set_seats(row, item, planned) ||
        !set_choices(row, item, planned)) {
      return std::nullopt;
    }
    set_texts(row, item);
    set_parts(row, item);
    return item;
  }

  bool set_times(const table::Row& row, Item& item, PlannedRow& planned) const {
    const std::string_view cell = header_.cell(row, Column::kDay);
    const auto day = detail::read_day(cell);
    if (!day || event_.day(*day) == nullptr) return refuse(planned, Reason::kNoDay, cell), false;
    const auto start = detail::read_time(header_.cell(row, Column::kStart));
    const auto end = detail::read_time(header_.cell(row, Column::kEnd));
    if (!start || !end) return refuse(planned, Reason::kNoTime), false;
    const auto from = web::from_local(*day, *start);
    const auto to = web::from_local(*day, *end);
    if (!from || !to) return refuse(planned, Reason::kNoTime), false;
    if (*to <= *from) return refuse(planned, Reason::kEndsFirst), false;
    item.fields["day"] = quoted(*day);
    item.fields["starts_at"] = quoted(web::iso_date_time(*from));
    item.fields["ends_at"] = quoted(web::iso_date_time(*to));
    return true;
  }

  bool set_seats(const table::Row& row, Item& item, PlannedRow& planned) const {
    if (header_.has(Column::kBookable)) {
      item.fields["bookable"] =
          detail::read_yes(header_.cell(row, Column::kBookable)) ? "true" : "false";
    }
    const std::string_view cell = header_.cell(row, Column::kSeats);
    if (!header_.has(Column::kSeats)) return true;
    item.fields.erase("capacity");
    if (cell.empty()) return true;
    std::int64_t seats = -1;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), seats);
    if (error != std::errc() || end != cell.data() + cell.size() || seats < 0 ||
        seats > 1'000'000) {
      return refuse(planned, Reason::kNoNumber, cell), false;
    }
    item.fields["capacity"] = std::to_string(seats);
    return true;
  }

  void set_localised(const table::Row& row, Item& item, std::string_view field, Column german,
                     Column english) const {
    if (!header_.has(german)) return;
    const std::string_view de = header_.cell(row, german);
    std::string en(header_.cell(row, english));
    // Without a column of its own the English text that is there stays.
    if (!header_.has(english)) {
      const auto known = item.fields.find(field);
      const auto document =
          json::Document::parse(known == item.fields.end() ? "{}" : known->second);
      const auto before = document ? document->root().find("en") : std::nullopt;
      if (before) en = before->as_string().value_or("");
    }
    item.fields.erase(std::string(field));
    if (!de.empty()) item.fields.emplace(field, localised(de, en));
  }

  void set_texts(const table::Row& row, Item& item) const {
    set_localised(row, item, "title", Column::kTitle, Column::kTitleEn);
    set_localised(row, item, "abstract", Column::kAbstract, Column::kAbstractEn);
  }

  // What the programme knows by a code, and people by its name.
  bool set_choices(const table::Row& row, Item& item, PlannedRow& planned) const {
    for (const auto& [column, field, code_of] :
         {std::tuple{Column::kFormat, "format", &format_code},
          std::tuple{Column::kLanguage, "language", &language_code}}) {
      if (!header_.has(column)) continue;
      item.fields.erase(field);
      const std::string_view cell = header_.cell(row, column);
      if (cell.empty()) continue;
      const std::string_view code = code_of(cell);
      if (code.empty()) return refuse(planned, Reason::kField, field), false;
      item.fields.emplace(field, quoted(code));
    }
    return true;
  }

  void set_parts(const table::Row& row, Item& item) {
    if (header_.has(Column::kRoom)) {
      item.fields.erase("room");
      const std::string_view name = header_.cell(row, Column::kRoom);
      if (!name.empty()) item.fields.emplace("room", quoted(parts_.room(name)));
    }
    if (header_.has(Column::kTrack)) {
      item.fields.erase("track");
      const std::string_view name = header_.cell(row, Column::kTrack);
      if (!name.empty()) item.fields.emplace("track", quoted(parts_.track(name)));
    }
    if (!header_.has(Column::kSpeakers)) return;
    std::string list = "[";
    for (const std::string& text : detail::read_list(header_.cell(row, Column::kSpeakers))) {
      list += fmt::format("{}{}", list.size() > 1 ? "," : "", quoted(parts_.speaker(text)));
    }
    item.fields["speakers"] = list + "]";
  }

  // What the programme takes of it is decided where every item is checked.
  void keep(Item item, PlannedRow& planned) {
    const auto document = json::Document::parse(event::item_json(item));
    if (!document) return refuse(planned, Reason::kField);
    const auto checked = event::read_item(*item.kind, item.id, document->root());
    if (!checked) return refuse(planned, Reason::kField, checked.error().field);
    const auto known = find_(*item.kind, item.id);
    planned.outcome = Outcome::kNew;
    if (known) {
      const bool same = event::item_json(*known) == event::item_json(*checked);
      planned.outcome = same ? Outcome::kSame : Outcome::kChanged;
    }
    if (planned.outcome != Outcome::kSame) sessions_.push_back(*checked);
  }

  const event::Event& event_;
  const FindItem& find_;
  ProgrammePlan& plan_;
  Parts parts_;
  Header header_;
  std::set<std::string> ids_;
  std::vector<Item> sessions_;
};

}  // namespace

std::size_t ProgrammePlan::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(rows, outcome, &PlannedRow::outcome));
}

Result<ProgrammePlan> plan_programme(std::span<const table::Row> rows,
                                     const event::Programme& preview, const FindItem& find) {
  if (rows.size() < 2 || rows.size() > kItemsMax) {
    return fail(Code::kUnprocessable, "the table has no rows, or too many", "rows");
  }
  ProgrammePlan plan;
  Planner planner(preview, find, plan);
  RV_TRY(planner.read_header(rows.front()));
  for (const table::Row& row : rows.subspan(1)) planner.read(row);
  planner.finish();
  return plan;
}

std::string items_json(std::span<const Item> items) {
  std::string text = "[";
  for (const Item& item : items) {
    text += fmt::format(R"({}{{"kind":"{}","item":{}}})", text.size() > 1 ? "," : "",
                        item.kind->path, event::item_json(item));
  }
  return text + "]";
}

Result<std::vector<Item>> items_from_json(std::string_view text) {
  RV_ASSIGN(const json::Document document, json::Document::parse(text, {.depth_max = 16}));
  std::vector<Item> items;
  for (const json::Value entry : document.root().elements()) {
    const auto kind_name = entry.find("kind");
    const auto body = entry.find("item");
    const auto id = body ? body->find("id") : std::nullopt;
    const KindSpec* kind =
        kind_name ? event::find_kind(kind_name->as_string().value_or("")) : nullptr;
    if (kind == nullptr || !id || items.size() == 3 * kItemsMax) {
      return fail(Code::kUnprocessable, "this is no plan of ours");
    }
    RV_ASSIGN(Item item, event::read_item(*kind, id->as_string().value_or(""), *body));
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace revier::setup
