// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/programme_form.h"

#include <algorithm>
#include <array>

#include "console/detail/entry.h"
#include "console/detail/item_fields.h"
#include "console/texts.h"
#include "event/page_rows.h"
#include "json/json.h"
#include "web/i18n.h"
#include "web/slug.h"

namespace revier::console {
namespace {

using event::Item;
using event::Programme;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::int64_t kSeatsMax = 100'000;

// --- sessions

std::vector<web::Option> track_options(const Programme& programme, Language language) {
  std::vector<web::Option> options;
  if (programme.event() == nullptr) return options;
  for (const event::Track& track : programme.event()->tracks) {
    options.push_back({.value = track.id, .label = track.name.in(language)});
  }
  return options;
}

std::vector<web::Option> format_options(Language language) {
  std::vector<web::Option> options;
  for (const std::string_view format : event::formats()) {
    options.push_back(
        {.value = std::string(format), .label = std::string(event::format_name(format, language))});
  }
  return options;
}

web::Form session_form(const Programme& programme, Language language) {
  return {fields::with_marks(
      {{.name = "title_de", .label = texts::kEditTitleDe, .required = true},
       {.name = "title_en", .label = texts::kEditTitleEn, .hint = texts::kEditTitleEnHint},
       fields::long_text("abstract_de", texts::kEditAbstractDe),
       fields::long_text("abstract_en", texts::kEditAbstractEn),
       {.name = "format",
        .kind = FieldKind::kSelect,
        .label = texts::kEditFormat,
        .options = format_options(language)},
       {.name = "track",
        .kind = FieldKind::kSelect,
        .label = texts::kEditTrack,
        .options = track_options(programme, language)},
       {.name = "language",
        .kind = FieldKind::kSelect,
        .label = texts::kEditLanguage,
        .options = {{.value = "de", .label = texts::kEditGerman},
                    {.value = "en", .label = texts::kEditEnglish}}},
       {.name = "day",
        .kind = FieldKind::kSelect,
        .label = texts::kEditDay,
        .required = true,
        .options = fields::day_options(programme, language)},
       {.name = "starts", .kind = FieldKind::kTime, .label = texts::kEditStarts, .required = true},
       {.name = "ends", .kind = FieldKind::kTime, .label = texts::kEditEnds, .required = true},
       {.name = "room",
        .kind = FieldKind::kSelect,
        .label = texts::kEditRoom,
        .options = fields::options_of(
            programme.rooms, [language](const event::Room& r) { return r.name.in(language); })},
       {.name = "speakers",
        .kind = FieldKind::kCheckboxes,
        .label = texts::kEditWho,
        .hint = texts::kEditWhoHint,
        .options =
            fields::options_of(programme.speakers, [](const event::Speaker& s) { return s.name; })},
       {.name = "bookable", .kind = FieldKind::kCheckbox, .label = texts::kEditBookable},
       fields::number("seats", texts::kEditCount, 0, kSeatsMax),
       {.name = "cancelled",
        .kind = FieldKind::kCheckbox,
        .label = texts::kEditCancelled,
        .hint = texts::kEditCancelledHint}})};
}

std::vector<FormPart> session_parts(Language language) {
  return {{words(language, texts::kEditText),
           {"title_de", "title_en", "abstract_de", "abstract_en", "format", "track", "language"}},
          {words(language, texts::kEditPlace), {"day", "starts", "ends", "room"}},
          {words(language, texts::kEditPeople), {"speakers"}},
          {words(language, texts::kEditSeats), {"bookable", "seats"}},
          {words(language, texts::kEditPublicState), {"cancelled"}}};
}

void fill_session(const Item& item, FormData& data) {
  const event::Session session = event::read_session(item);
  fields::fill_localised(session.title, data, "title");
  fields::fill_localised(session.abstract, data, "abstract");
  data.set("format", session.format);
  data.set("track", session.track);
  data.set("language", session.language);
  data.set("day", session.day);
  data.set("starts", web::iso_time(session.starts_at));
  data.set("ends", web::iso_time(session.ends_at));
  data.set("room", session.room);
  for (const std::string& speaker : session.speakers) data.add("speakers", speaker);
  if (session.bookable) data.set("bookable", "1");
  if (session.capacity > 0) data.set("seats", std::to_string(session.capacity));
  if (session.cancelled) data.set("cancelled", "1");
}

void take_session(const Programme& programme, FormData& data, Item& item) {
  fields::set_event(item, programme);
  fields::set_localised(item, "title", data.get("title_de"), data.get("title_en"));
  fields::set_localised(item, "abstract", data.get("abstract_de"), data.get("abstract_en"));
  fields::set_text(item, "format", data.get("format"));
  fields::set_text(item, "track", data.get("track"));
  fields::set_text(item, "language", data.get("language"));
  fields::set_text(item, "room", data.get("room"));
  fields::set_list(item, "speakers", data.all("speakers"));
  fields::set_number(item, "capacity", data, "seats");
  fields::set_flag(item, "bookable", data.has("bookable"));
  fields::set_flag(item, "cancelled", data.has("cancelled"));
  fields::set_text(item, "day", data.get("day"));
  fields::take_times(data, item);
  if (data.has("bookable") && data.integer("seats").value_or(0) == 0) {
    data.fail("seats", texts::kEditNoSeats);
  }
}

// --- speakers and rooms

web::Form speaker_form(const Programme&, Language) {
  return {fields::with_marks({{.name = "name",
                               .label = texts::kEditPersonName,
                               .hint = texts::kEditPersonHint,
                               .required = true},
                              {.name = "function", .label = texts::kEditPersonFunction}})};
}

std::vector<FormPart> speaker_parts(Language) { return {{"", {"name", "function"}}}; }

void fill_speaker(const Item& item, FormData& data) {
  const event::Speaker speaker = event::read_speaker(item);
  data.set("name", speaker.name);
  data.set("function", speaker.function);
}

std::string speaker_line(const Item& item) { return event::read_speaker(item).function; }

void take_speaker(const Programme&, FormData& data, Item& item) {
  fields::set_text(item, "name", data.get("name"));
  fields::set_text(item, "function", data.get("function"));
}

web::Form room_form(const Programme& programme, Language language) {
  return {fields::with_marks({{.name = "name_de", .label = texts::kEditRoomDe, .required = true},
                              {.name = "name_en", .label = texts::kEditRoomEn},
                              {.name = "place",
                               .kind = FieldKind::kSelect,
                               .label = texts::kEditRoomPlace,
                               .required = true,
                               .options = fields::place_options(programme, language)},
                              fields::number("capacity", texts::kEditRoomCapacity, 1, kSeatsMax)})};
}

std::vector<FormPart> room_parts(Language) {
  return {{"", {"name_de", "name_en", "place", "capacity"}}};
}

void fill_room(const Item& item, FormData& data) {
  const event::Room room = event::read_room(item);
  fields::fill_localised(room.name, data, "name");
  data.set("place", room.place);
  if (room.capacity > 0) data.set("capacity", std::to_string(room.capacity));
}

void take_room(const Programme&, FormData& data, Item& item) {
  fields::set_localised(item, "name", data.get("name_de"), data.get("name_en"));
  fields::set_text(item, "place", data.get("place"));
  fields::set_number(item, "capacity", data, "capacity");
}

}  // namespace

std::span<const ItemKind> item_kinds() {
  using identity::Action;
  static const std::array kKinds{
      ItemKind{"/console/programm/veranstaltungen", *event::find_kind("sessions"),
               texts::kProgSessions, texts::kProgNewSession, Action::kProgrammeEdit, session_form,
               session_parts, fill_session, take_session, nullptr, "/programm/"},
      ItemKind{"/console/programm/vortragende", *event::find_kind("speakers"), texts::kProgSpeakers,
               texts::kProgNewSpeaker, Action::kPersonsEdit, speaker_form, speaker_parts,
               fill_speaker, take_speaker, speaker_line, "/sprecherin/"},
      ItemKind{"/console/programm/raeume", *event::find_kind("rooms"), texts::kProgRooms,
               texts::kProgNewRoom, Action::kProgrammeEdit, room_form, room_parts, fill_room,
               take_room, nullptr, ""},
      place_kind(),
      exhibit_kind(),
      best_practice_kind(),
      offer_kind()};
  return kKinds;
}

const ItemKind* find_item_kind(std::string_view name) {
  const auto found = std::ranges::find_if(item_kinds(), [&](const ItemKind& kind) {
    return kind.page.substr(kind.page.rfind('/') + 1) == name;
  });
  return found == item_kinds().end() ? nullptr : &*found;
}

const ItemKind* find_item_kind(const event::KindSpec& kind) {
  const auto found =
      std::ranges::find_if(item_kinds(), [&](const ItemKind& each) { return &each.kind == &kind; });
  return found == item_kinds().end() ? nullptr : &*found;
}

std::string item_title(const Item& item, Language language) {
  for (const char* field : {"title", "name"}) {
    const auto found = item.fields.find(field);
    if (found == item.fields.end()) continue;
    const auto document = json::Document::parse(found->second);
    if (!document) continue;
    const auto localised = document->root().find(web::code(language));
    const auto text = localised ? localised->as_string() : document->root().as_string();
    if (text && !text->empty()) return std::string(*text);
  }
  return item.id;
}

std::string unused_id(std::string_view title, std::string_view other,
                      const std::function<bool(std::string_view)>& is_free) {
  const std::string named = web::slug(title);
  // "neu" is the page that makes one.
  const std::string wanted = named.empty() || named == "neu" ? std::string(other) : named;
  if (is_free(wanted)) return wanted;
  for (int number = 2;; ++number) {
    if (std::string id = wanted + "-" + std::to_string(number); is_free(id)) return id;
  }
}

std::string new_id(const event::ProgrammeEditor& editor, const ItemKind& kind, const Item& item) {
  const event::DraftsPtr drafts = editor.drafts();
  const event::LedgerPtr ledger = editor.ledger();
  return unused_id(item_title(item, Language::kDe), "eintrag", [&](std::string_view id) {
    return !editor.keeper().find(kind.kind, id) &&
           event::find_draft(*drafts, kind.kind, id) == nullptr && ledger->standing(id) == nullptr;
  });
}

}  // namespace revier::console
