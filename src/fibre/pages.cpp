// SPDX-License-Identifier: EUPL-1.2
#include "fibre/pages.h"

#include <fmt/format.h>

#include "base/percent.h"
#include "fibre/areas.h"
#include "fibre/detail/page_parts.h"
#include "fibre/texts.h"

namespace revier::fibre {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kHere = "/glasfaser";
constexpr std::size_t kNearMax = 12;

const web::Form& lookup_form() {
  static const web::Form form{
      {{.name = "strasse",
        .label = texts::kLookupStreet,
        .hint = texts::kLookupStreetHint,
        .required = true,
        .length_max = 120,
        .missing = texts::kLookupStreetMissing},
       {.name = "hausnummer", .label = texts::kLookupNumber, .length_max = 20},
       {.name = "bezirk", .kind = web::FieldKind::kHidden, .length_max = 100}}};
  return form;
}

std::string lookup_href(Language language, const Street& street, std::string_view number) {
  std::string href = web::path(language, kHere) + "?strasse=" + percent_encoded(street.name);
  if (!number.empty()) href += "&hausnummer=" + percent_encoded(number);
  if (!street.district.empty()) href += "&bezirk=" + percent_encoded(street.district);
  return href + "#antwort";
}

// Where one asks to be told of changes.
std::string follow_href(Language language, const Street& street, std::string_view number) {
  std::string href =
      web::path(language, "/glasfaser/anfragen") + "?strasse=" + percent_encoded(street.name);
  if (!number.empty()) href += "&hausnummer=" + percent_encoded(number);
  if (!street.district.empty()) href += "&bezirk=" + percent_encoded(street.district);
  return href;
}

std::string district_name(std::string_view district, Language language) {
  return district.empty() ? page_words(language, texts::kAreaNone) : std::string(district);
}

std::string source_line(const ListHead& head, Language language) {
  return web::text(language, texts::kListSource,
                   {{"source", head.source}, {"day", day_in_words(head.as_of, language)}});
}

// --- Answers -------------------------------------------------------------------------------------

const web::Message& sentence_of(State state) {
  switch (state) {
    case State::kAvailable:
      return texts::kAnswerAvailable;
    case State::kUnderConstruction:
      return texts::kAnswerUnderConstruction;
    case State::kPlanned:
      return texts::kAnswerPlanned;
    case State::kNotPlanned:
      return texts::kAnswerNotPlanned;
    case State::kUnknown:
      return texts::kAnswerUnknown;
  }
  return texts::kAnswerUnknown;
}

AnswerView address_view(const Directory& list, const Answer& answer, Language language) {
  const Address& address = *answer.address;
  const bool ahead = address.state == State::kPlanned || address.state == State::kUnderConstruction;
  AnswerView view{.title = name_of(*answer.street, answer.number, true),
                  .state = std::string(label(address.state, language)),
                  .tone = tone(address.state),
                  .sentences = {web::text(language, sentence_of(address.state),
                                          {{"source", list.head().source}})}};
  if (to_string(address.number) != answer.number) {
    view.sentences.push_back(
        web::text(language, texts::kAnswerRange, {{"numbers", to_string(address.number)}}));
  }
  const auto add = [&](const web::Text& key, std::string value) {
    view.facts.push_back({.key = page_words(language, key), .value = std::move(value), .html = {}});
  };
  if (address.state == State::kAvailable && address.since.stated()) {
    add(texts::kFactSince, in_words(address.since, language));
  }
  if (ahead) {
    add(texts::kFactPlanned, address.planned.stated() ? in_words(address.planned, language)
                                                      : page_words(language, texts::kFactNoDate));
  }
  if (!address.provider.empty()) add(texts::kFactProvider, address.provider);
  add(texts::kFactSource, list.head().source);
  add(texts::kFactAsOf, day_in_words(list.head().as_of, language));
  if (ahead) view.sentences.push_back(page_words(language, texts::kAnswerNoPromise));
  view.follow_href = follow_href(language, *answer.street, answer.number);
  return view;
}

// The numbers that a street has around one that it has not.
std::vector<NamedLink> near(const Street& street, std::string_view number, Language language) {
  const auto asked = parse_house_number(number);
  std::vector<const Address*> addresses;
  for (const Address& address : street.addresses) addresses.push_back(&address);
  if (asked) {
    std::ranges::sort(addresses, {}, [&](const Address* address) {
      return std::pair(std::abs(address->number.number - asked->number), address->number);
    });
  }
  addresses.resize(std::min(addresses.size(), kNearMax));
  std::ranges::sort(addresses, {}, [](const Address* address) { return address->number; });
  std::vector<NamedLink> links;
  for (const Address* address : addresses) {
    const std::string text = to_string(address->number);
    links.push_back({text, lookup_href(language, street, text)});
  }
  return links;
}

web::kern::Table street_table(const Street& street, Language language) {
  web::kern::Table table{.caption = page_words(language, texts::kStreetTable),
                         .columns = {{page_words(language, texts::kStreetNumber)},
                                     {page_words(language, texts::kStreetState)}},
                         .rows = {}};
  for (const Address& address : street.addresses) {
    const std::string number = to_string(address.number);
    table.rows.push_back({{.text = number, .href = lookup_href(language, street, number)},
                          {.text = summary(address, language)}});
  }
  return table;
}

AnswerView street_view(const Answer& answer, Language language) {
  const Counts counts = count(*answer.street);
  return {
      .title = name_of(*answer.street, {}, true),
      .state = {},
      .sentences = {web::text(language, texts::kAnswerStreet,
                              {{"available", counts[State::kAvailable]}, {"all", counts.all()}})},
      .table = street_table(*answer.street, language),
      .follow_href = follow_href(language, *answer.street, {})};
}

AnswerView missing_view(const Answer& answer, Language language) {
  AnswerView view{.title = name_of(*answer.street, answer.number, true),
                  .state = page_words(language, texts::kStateNotInList),
                  .tone = web::kern::Tone::kWarning,
                  .links_title = page_words(language, texts::kAnswerNear),
                  .links = near(*answer.street, answer.number, language),
                  .short_links = true};
  if (answer.found == Found::kWrongNumber) {
    view.title = name_of(*answer.street, {}, true);
    view.sentences = {page_words(language, texts::kAnswerWrongNumber)};
  } else {
    view.sentences = {page_words(language, texts::kAnswerNotInList),
                      page_words(language, texts::kAnswerWhatToDo)};
    view.follow_href = follow_href(language, *answer.street, answer.number);
  }
  return view;
}

AnswerView streets_view(const Answer& answer, std::string_view typed, Language language) {
  const bool districts = answer.found == Found::kDistricts;
  AnswerView view{.title = districts ? answer.streets.front()->name : std::string(typed),
                  .state = {},
                  .links_title = page_words(language, districts ? texts::kAnswerWhichDistrict
                                                                : texts::kAnswerDidYouMean)};
  for (const Street* street : answer.streets) {
    view.links.push_back(
        {name_of(*street, answer.number, true), lookup_href(language, *street, answer.number)});
  }
  view.sentences.push_back(
      districts ? web::text(language, texts::kAnswerDistricts, {{"count", answer.streets.size()}})
                : page_words(language, texts::kAnswerSimilar));
  return view;
}

AnswerView view_of(const Directory& list, const Answer& answer, std::string_view typed,
                   Language language) {
  switch (answer.found) {
    case Found::kAddress:
      return address_view(list, answer, language);
    case Found::kStreet:
      return street_view(answer, language);
    case Found::kNotInStreet:
    case Found::kWrongNumber:
      return missing_view(answer, language);
    case Found::kDistricts:
    case Found::kSimilar:
      return streets_view(answer, typed, language);
    case Found::kNothing:
      break;
  }
  return {.title = std::string(typed),
          .state = page_words(language, texts::kStateNotInList),
          .tone = web::kern::Tone::kWarning,
          .sentences = {page_words(language, texts::kAnswerNothing),
                        page_words(language, texts::kAnswerWhatToDo)}};
}

// --- The page ------------------------------------------------------------------------------------

std::vector<AreaCard> area_cards(const Directory& list, Language language) {
  std::vector<AreaCard> cards;
  for (const auto& [district, area] : list.areas()) {
    AreaCard card{.id = area_id(district),
                  .name = district_name(district, language),
                  .href = web::path(
                      language, fmt::format("{}/bezirk/{}", kHere,
                                            district.empty() ? "-" : percent_encoded(district))),
                  .share = percent(area.counts.coverage(), language),
                  .counts = {}};
    for (std::size_t n = 0; n < kStates; ++n) {
      const auto state = static_cast<State>(n);
      card.counts.push_back({.key = std::string(label(state, language)),
                             .value = web::number(language, area.counts[state]),
                             .html = {}});
    }
    cards.push_back(std::move(card));
  }
  return cards;
}

// What the address of the page says; every field may be missing.
web::FormData typed_data(const Request& request) {
  web::FormData data;
  for (const web::FormField& field : lookup_form().fields) {
    std::string value = request.query_param(field.name).value_or("");
    if (value.size() <= 4 * field.length_max) data.set(field.name, std::move(value));
  }
  return data;
}

Task<Response> get_lookup(Request& request, const PageNeeds& needs) {
  const Language language = web::language_of(request);
  const DirectoryPtr list = needs.domain.lists.now();
  LookupPage view{.page = needs.site.page(request, page_words(language, texts::kLookupTitle)),
                  .form = lookup_form(),
                  .data = typed_data(request),
                  .has_list = list->head().id != 0,
                  .invented = list->head().invented,
                  .source = source_line(list->head(), language),
                  .areas = area_cards(*list, language),
                  .map_tiles = std::string(needs.map_tiles)};
  view.page.description = page_words(language, texts::kLookupDescription);
  view.page.scripts = {"suggest.js"};
  int status = 200;
  if (request.query_param("strasse") && view.has_list) {
    view.asked = web::validate(view.form, view.data);
    view.page.has_errors = !view.asked;
    status = view.asked ? 200 : 422;
  }
  if (view.asked) {
    const Answer answer = list->ask({.street = view.data.get("strasse"),
                                     .number = view.data.get("hausnummer"),
                                     .district = view.data.get("bezirk")});
    view.answer = view_of(*list, answer, view.data.get("strasse"), language);
    view.page.title = view.answer.title + " – " + view.page.title;
    // A district is part of an answer's link, not of the next question.
    view.data.set("bezirk", "");
  } else if (view.has_list) {
    view.page.scripts.emplace_back("map.js");
    if (needs.coverage) view.plot = draw(co_await needs.coverage(), language);
  }
  web::Html out(language);
  render_lookup(out, view);
  co_return web::html_response(std::move(out), status);
}

web::kern::Table district_table(const Directory& list, std::string_view district,
                                Language language) {
  web::kern::Table table{.caption = page_words(language, texts::kDistrictTable),
                         .columns = {{page_words(language, texts::kDistrictStreet)},
                                     {page_words(language, texts::kAreaAddresses), true},
                                     {page_words(language, texts::kStateAvailable), true},
                                     {page_words(language, texts::kPlotShare), true}},
                         .rows = {}};
  std::vector<const Street*> streets = list.in_district(district);
  std::ranges::sort(streets, [](const Street* a, const Street* b) {
    return web::compare(Language::kDe, a->name, b->name) < 0;
  });
  for (const Street* street : streets) {
    const Counts counts = count(*street);
    table.rows.push_back({{.text = street->name, .href = lookup_href(language, *street, {})},
                          {.text = web::number(language, counts.all())},
                          {.text = web::number(language, counts[State::kAvailable])},
                          {.text = percent(counts.coverage(), language)}});
  }
  return table;
}

Response get_district(Request& request, const PageNeeds& needs) {
  const Language language = web::language_of(request);
  const DirectoryPtr list = needs.domain.lists.now();
  const std::string_view asked = request.param("district");
  const std::string district(asked == "-" ? "" : asked);
  if (!list->areas().contains(district)) {
    return web::error_page(needs.site, request,
                           {Code::kResourceNotFound, "there is no such district", {}});
  }
  DistrictPage view{.page = needs.site.page(
                        request, web::text(language, texts::kDistrictTitle,
                                           {{"district", district_name(district, language)}})),
                    .invented = list->head().invented,
                    .source = source_line(list->head(), language),
                    .table = district_table(*list, district, language)};
  view.page.breadcrumbs = {{texts::kLookupTitle, std::string(kHere)}};
  web::Html out(language);
  render_district(out, view);
  return web::html_response(std::move(out));
}

}  // namespace

void add_pages(net::Router& router, const PageNeeds& needs) {
  const std::string here(kHere);
  web::add_page(router, net::Method::kGet, here, net::AsyncHandler([needs](Request& request) {
                  return get_lookup(request, needs);
                }));
  web::add_page(router, net::Method::kGet, here + "/bezirk/{district}",
                net::Handler([needs](Request& request) { return get_district(request, needs); }));
  add_contact_pages(router, needs);
}

}  // namespace revier::fibre
