// SPDX-License-Identifier: EUPL-1.2
// Places, and what people can do there: at the Bürgeraktion of the event, or in an office for good.
#include <charconv>

#include <fmt/format.h>

#include "appointment/slots.h"
#include "base/split.h"
#include "console/detail/entry.h"
#include "console/detail/item_fields.h"
#include "console/detail/programme_form.h"
#include "console/texts.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using event::Item;
using event::Programme;
using identity::Action;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::int64_t kAccuracyMax = 100'000;  // metres
constexpr std::int64_t kDurationMax = 480;      // minutes

// --- places

// Latitude first, as maps show it: "51.5395, 7.2235".
std::optional<event::Point> point_in(std::string_view text) {
  const std::vector<std::string> parts = split_list(text);
  if (parts.size() != 2) return std::nullopt;
  const auto degrees = [](const std::string& part, double most) -> std::optional<double> {
    double value = 0;
    const char* const end = part.data() + part.size();
    const auto read = std::from_chars(part.data(), end, value, std::chars_format::fixed);
    // "nan" is a number to from_chars, and within no bounds.
    const bool good = read.ec == std::errc() && read.ptr == end && value >= -most && value <= most;
    return good ? std::optional(value) : std::nullopt;
  };
  const auto latitude = degrees(parts[0], 90);
  const auto longitude = degrees(parts[1], 180);
  if (!latitude || !longitude) return std::nullopt;
  return event::Point{.longitude = *longitude, .latitude = *latitude};
}

std::optional<web::Label> check_location(std::string_view text) {
  if (point_in(text)) return std::nullopt;
  return web::Label(texts::kEditLocationWrong);
}

web::Form place_form(const Programme&, Language) {
  web::FormField accuracy = fields::number("accuracy", texts::kEditAccuracy, 1, kAccuracyMax);
  accuracy.hint = texts::kEditAccuracyHint;
  return {fields::with_marks(
      {{.name = "name_de", .label = texts::kEditRoomDe, .required = true},
       {.name = "name_en", .label = texts::kEditRoomEn},
       {.name = "address", .label = texts::kSetupAddress, .hint = texts::kSetupAddressHint},
       {.name = "location",
        .label = texts::kEditLocation,
        .hint = texts::kEditLocationHint,
        .check = check_location},
       std::move(accuracy),
       fields::long_text("directions_de", texts::kEditDirectionsDe, texts::kEditDirectionsHint),
       fields::long_text("directions_en", texts::kEditDirectionsEn)})};
}

std::vector<FormPart> place_parts(Language) {
  return {{"",
           {"name_de", "name_en", "address", "location", "accuracy", "directions_de",
            "directions_en"}}};
}

void fill_place(const Item& item, FormData& data) {
  const event::Place place = event::read_place(item);
  fields::fill_localised(place.name, data, "name");
  data.set("address", place.address);
  if (place.location) {
    data.set("location",
             fmt::format("{}, {}", place.location->latitude, place.location->longitude));
  }
  if (place.accuracy_m > 0) data.set("accuracy", std::to_string(place.accuracy_m));
  fields::fill_localised(place.directions, data, "directions");
}

void set_location(Item& item, std::string_view text) {
  const auto point = point_in(text);
  if (!point) {
    item.fields.erase("location");
    return;
  }
  const auto before = event::read_place(item).location;
  if (before && before->latitude == point->latitude && before->longitude == point->longitude) {
    return;  // keeps its text
  }
  item.fields["location"] =
      fmt::format(R"({{"type":"Point","coordinates":[{},{}]}})", point->longitude, point->latitude);
}

void take_place(const Programme&, FormData& data, Item& item) {
  fields::set_localised(item, "name", data.get("name_de"), data.get("name_en"));
  fields::set_text(item, "address", data.get("address"));
  set_location(item, data.get("location"));
  fields::set_number(item, "accuracy_m", data, "accuracy");
  fields::set_localised(item, "directions", data.get("directions_de"), data.get("directions_en"));
}

std::string place_line(const Item& item) { return event::read_place(item).address; }

// --- offers

std::optional<web::Label> check_address(std::string_view text) {
  if (event::is_web_address(text)) return std::nullopt;
  return web::Label(texts::kEditUrlWrong);
}

std::vector<web::FormField> times_fields(const Programme& programme, Language language) {
  return {{.name = "place",
           .kind = FieldKind::kSelect,
           .label = texts::kEditRoomPlace,
           .options = fields::place_options(programme, language)},
          {.name = "spot", .label = texts::kEditSpot, .hint = texts::kEditSpotHint},
          {.name = "day",
           .kind = FieldKind::kSelect,
           .label = texts::kEditDay,
           .hint = texts::kEditOfferDayHint,
           .options = fields::day_options(programme, language)},
          {.name = "starts", .kind = FieldKind::kTime, .label = texts::kEditStarts},
          {.name = "ends", .kind = FieldKind::kTime, .label = texts::kEditEnds}};
}

web::Form offer_form(const Programme& programme, Language language) {
  std::vector<web::FormField> all{
      {.name = "name_de", .label = texts::kEditTitleDe, .required = true},
      {.name = "name_en", .label = texts::kEditTitleEn, .hint = texts::kEditTitleEnHint},
      fields::long_text("summary_de", texts::kEditAbstractDe),
      fields::long_text("summary_en", texts::kEditAbstractEn),
      fields::long_text("needs_de", texts::kEditNeedsDe, texts::kEditNeedsHint),
      fields::long_text("needs_en", texts::kEditNeedsEn, texts::kEditNeedsHint),
      {.name = "url",
       .label = texts::kEditUrl,
       .hint = texts::kEditUrlHint,
       .length_max = 2'000,
       .check = check_address},
      fields::number("duration", texts::kEditDuration, 1, kDurationMax),
      {.name = "by_appointment",
       .kind = FieldKind::kCheckbox,
       .label = texts::kEditByAppointment,
       .hint = texts::kEditByAppointmentHint},
      {.name = "eid_check",
       .kind = FieldKind::kCheckbox,
       .label = texts::kEditEidCheck,
       .hint = texts::kEditEidCheckHint}};
  for (web::FormField& field : times_fields(programme, language)) all.push_back(std::move(field));
  return {fields::with_marks(std::move(all))};
}

std::vector<FormPart> offer_parts(Language language) {
  return {
      {words(language, texts::kEditText),
       {"name_de", "name_en", "summary_de", "summary_en", "needs_de", "needs_en", "url"}},
      {words(language, texts::kEditOfferPlace), {"place", "spot", "day", "starts", "ends"}},
      {words(language, texts::kEditOfferAppointment), {"duration", "by_appointment", "eid_check"}}};
}

void fill_offer(const Item& item, FormData& data) {
  const event::Offer offer = event::read_offer(item);
  fields::fill_localised(offer.name, data, "name");
  fields::fill_localised(offer.summary, data, "summary");
  data.set("needs_de", fields::lines_of(offer.needs_de));
  if (offer.needs_en != offer.needs_de) data.set("needs_en", fields::lines_of(offer.needs_en));
  data.set("url", offer.url);
  data.set("place", offer.place);
  data.set("spot", offer.spot);
  if (offer.starts_at != Instant{}) {
    data.set("day", web::iso_date(offer.starts_at));
    data.set("starts", web::iso_time(offer.starts_at));
    data.set("ends", web::iso_time(offer.ends_at));
  }
  if (offer.duration_min > 0) data.set("duration", std::to_string(offer.duration_min));
  if (offer.by_appointment) data.set("by_appointment", "1");
  if (offer.eid_check) data.set("eid_check", "1");
}

// With a day it is one of the event, without one of an office, which has no times.
void take_day(const Programme& programme, FormData& data, Item& item) {
  if (!data.has("day")) {
    if (data.has("starts") || data.has("ends")) data.fail("day", texts::kEditOfferNoDay);
    for (const char* field : {"event", "starts_at", "ends_at"}) item.fields.erase(field);
    return;
  }
  for (const char* field : {"starts", "ends"}) {
    if (!data.has(field)) data.fail(field, texts::kEditOfferNoTime);
  }
  if (!data.valid()) return;
  fields::set_event(item, programme);
  fields::take_times(data, item);
}

void take_offer(const Programme& programme, FormData& data, Item& item) {
  fields::set_localised(item, "name", data.get("name_de"), data.get("name_en"));
  fields::set_localised(item, "summary", data.get("summary_de"), data.get("summary_en"));
  const std::vector<std::string> needs = split_list(data.get("needs_de"), '\n');
  fields::set_lists(item, "needs", needs,
                    data.has("needs_en") ? split_list(data.get("needs_en"), '\n') : needs);
  fields::set_text(item, "url", data.get("url"));
  fields::set_text(item, "place", data.get("place"));
  fields::set_text(item, "spot", data.get("spot"));
  fields::set_number(item, "duration_min", data, "duration");
  fields::set_flag(item, "by_appointment", data.has("by_appointment"));
  fields::set_flag(item, "eid_check", data.has("eid_check"));
  take_day(programme, data, item);
  if (data.has("by_appointment") && appointment::length_of(event::read_offer(item)).us == 0) {
    data.fail("duration", texts::kEditNoDuration);
  }
}

std::string offer_line(const Item& item) { return event::read_offer(item).spot; }

}  // namespace

ItemKind place_kind() {
  return {.page = "/console/programm/orte",
          .kind = *event::find_kind("places"),
          .list_title = texts::kProgPlaces,
          .new_title = texts::kProgNewPlace,
          .edit = Action::kProgrammeEdit,
          .form = place_form,
          .parts = place_parts,
          .fill = fill_place,
          .take = take_place,
          .line = place_line,
          .public_page = ""};
}

ItemKind offer_kind() {
  return {.page = "/console/programm/angebote",
          .kind = *event::find_kind("offers"),
          .list_title = texts::kProgOffers,
          .new_title = texts::kProgNewOffer,
          .edit = Action::kProgrammeEdit,
          .form = offer_form,
          .parts = offer_parts,
          .fill = fill_offer,
          .take = take_offer,
          .line = offer_line,
          .public_page = ""};
}

}  // namespace revier::console
