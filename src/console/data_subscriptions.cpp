// SPDX-License-Identifier: EUPL-1.2
// Subscriptions: how they fare, pausing them, their dead letters.
#include <cstdint>

#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/detail/data_parts.h"
#include "console/pages.h"
#include "console/texts.h"
#include "subscription/document.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kSubscriptionsAPage = 50;
constexpr std::size_t kLettersShown = 100;
constexpr std::size_t kEntitiesNamed = 5;
constexpr std::string_view kDropPage = "/console/daten/abonnement/verwerfen";
constexpr std::string_view kLetterPage = "/console/daten/abonnement/nachricht";
constexpr std::string_view kReplayLetter = "/console/daten/abonnement/nachricht/nachsenden";
constexpr std::string_view kDropLetter = "/console/daten/abonnement/nachricht/verwerfen";

std::string letter_href(std::string_view page, const Place& place, std::string_view id,
                        std::uint64_t number, Language language) {
  return web::path(
      language,
      address(page, {{"mandant", place.tenant}, {"id", id}, {"nummer", std::to_string(number)}}));
}

// Of one letter, as the page's address names it. An address without one is about no letter, never
// about all of them.
Result<std::uint64_t> asked_letter(const Request& request) {
  return subscription::parse_letter(asked(request, "nummer"));
}

// Members of 5.2.12 that people read first; the document has all.
std::string subscription_about(const subscription::Subscription& of,
                               const jsonld::Context& context) {
  std::string text;
  for (const ngsi::Selection& selection : of.selections) {
    for (const std::string& part : {selection.type, selection.q}) {
      if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
    }
  }
  for (const std::string& iri : of.watched) {
    text += (text.empty() ? "" : "; ") + context.compact_name(iri);
  }
  return text;
}

web::kern::Table subscriptions_table(const std::vector<subscription::Entry>& entries,
                                     const Place& place, Instant now, Language language) {
  web::kern::Table table{.caption = words(language, texts::kSubsTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kSubsId)},
                                     {words(language, texts::kSubsState)},
                                     {words(language, texts::kSubsAbout)},
                                     {words(language, texts::kSubsSent), true},
                                     {words(language, texts::kSubsFailed), true},
                                     {words(language, texts::kSubsLastSuccess)},
                                     {words(language, texts::kSubsLastFailure)}},
                         .rows = {}};
  for (const subscription::Entry& entry : entries) {
    const subscription::Subscription& of = *entry.subscription;
    const subscription::Counters& counters = entry.counters;
    table.rows.push_back(
        {{.text = of.id, .href = thing_href(kSubscriptionPage, place, of.id, language), .html = {}},
         {.text = state_of_subscription(of, counters, now, language)},
         {.text = subscription_about(of, *of.context)},
         {.text = web::number(language, counters.times_sent)},
         {.text = web::number(language, counters.times_failed)},
         {.text = at_or_dash(counters.last_success, language)},
         {.text = at_or_dash(counters.last_failure, language)}});
  }
  return table;
}

Response list_subscriptions(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const Language language = web::language_of(request);
  std::vector<subscription::Entry> entries = needs.data->subscriptions.list(place->tenant);
  const int last = last_page(static_cast<std::int64_t>(entries.size()), kSubscriptionsAPage);
  const int page = std::min(asked_page(request), last);
  keep_page(entries, page, kSubscriptionsAPage);
  const DataListPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSubsTitle)),
      .page = web::path(language, kSubscriptionsPage),
      .intro = words(language, texts::kSubsIntro),
      .empty = words(language, texts::kSubsNone),
      .tenants = tenant_choices(needs, *place, Action::kDataManage, language),
      .table = subscriptions_table(entries, *place, needs.tickets.civil_clock.now(), language),
      .pagination = {.address = address(kSubscriptionsPage, {{"mandant", place->tenant}}),
                     .current = page,
                     .last = last}};
  web::Html out(language);
  render_data_list(out, view);
  return personal(std::move(out));
}

// --- one

web::kern::DescriptionList subscription_facts(const subscription::Entry& entry, Instant now,
                                              Language language) {
  const subscription::Subscription& of = *entry.subscription;
  const subscription::Counters& counters = entry.counters;
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    if (!value.empty()) facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kSubsState, state_of_subscription(of, counters, now, language));
  add(texts::kSubsAbout, subscription_about(of, *of.context));
  add(texts::kSubsEndpoint, shown_endpoint(of.notification.endpoint.uri));
  add(texts::kSubsSent, web::number(language, counters.times_sent));
  add(texts::kSubsFailed, web::number(language, counters.times_failed));
  if (counters.attempts > 0) add(texts::kSubsAttempts, web::number(language, counters.attempts));
  add(texts::kSubsLastNotification, at_or_dash(counters.last_notification, language));
  add(texts::kSubsLastSuccess, at_or_dash(counters.last_success, language));
  add(texts::kSubsLastFailure, at_or_dash(counters.last_failure, language));
  if (of.expires_at) add(texts::kSubsExpires, web::date_time(language, *of.expires_at));
  add(texts::kDataCreated, web::date_time(language, of.created_at));
  add(texts::kDataChanged, web::date_time(language, of.modified_at));
  return facts;
}

std::string letter_entities(const subscription::DeadLetter& letter, Language language) {
  std::string text;
  for (std::size_t i = 0; i < std::min(letter.entities.size(), kEntitiesNamed); ++i) {
    text += (text.empty() ? "" : ", ") + letter.entities[i];
  }
  if (letter.entities.size() <= kEntitiesNamed) return text;
  const auto more = static_cast<std::int64_t>(letter.entities.size() - kEntitiesNamed);
  return text + " " + web::text(language, texts::kWritesMore, {{"count", more}});
}

web::kern::Table letters_table(const std::vector<subscription::DeadLetter>& letters,
                               const Place& place, std::string_view id, Language language) {
  const auto count = static_cast<std::int64_t>(letters.size());
  web::kern::Table table{.caption = web::text(language, texts::kLettersTitle, {{"count", count}}),
                         .columns = {{words(language, texts::kLettersAt)},
                                     {words(language, texts::kLettersReason)},
                                     {words(language, texts::kLettersAttempts), true},
                                     {words(language, texts::kLettersEntities)}},
                         .rows = {}};
  for (std::size_t i = 0; i < std::min(letters.size(), kLettersShown); ++i) {
    const subscription::DeadLetter& letter = letters[i];
    table.rows.push_back({{.text = web::date_time(language, letter.at),
                           .href = letter_href(kLetterPage, place, id, letter.sequence, language),
                           .html = {}},
                          {.text = letter.reason},
                          {.text = web::number(language, letter.attempts)},
                          {.text = letter_entities(letter, language)}});
  }
  return table;
}

std::string state_of_source(const federation::DistributedSubscriptions::Source& source,
                            Language language) {
  using enum federation::DistributedSubscriptions::Source::State;
  const web::Text* text = &texts::kSubsSourceWaits;
  if (source.state == kMade) text = &texts::kSubsSourceMade;
  if (source.state == kRefused) text = &texts::kSubsSourceRefused;
  if (source.state == kEnds) text = &texts::kSubsSourceEnds;
  const std::string state = words(language, *text);
  return source.problem.empty() ? state : state + ": " + source.problem;
}

web::kern::Table sources_table(const federation::DistributedSubscriptions::Status& status,
                               Language language) {
  web::kern::Table table{.caption = words(language, texts::kSubsSources),
                         .columns = {{words(language, texts::kSubsSource)},
                                     {words(language, texts::kSourcesEndpoint)},
                                     {words(language, texts::kSubsSourceState)},
                                     {words(language, texts::kSubsSourceReceived), true}},
                         .rows = {}};
  for (const auto& source : status.sources) {
    table.rows.push_back(
        {{.text = source.registration},
         {.text = shown_endpoint(source.endpoint)},
         {.text = state_of_source(source, language)},
         {.text = web::number(language, static_cast<std::int64_t>(source.received))}});
  }
  if (status.left_out == 0) return table;
  const auto count = static_cast<std::int64_t>(status.left_out);
  table.caption += ". " + web::text(language, texts::kSubsSourceLeftOut, {{"count", count}});
  return table;
}

std::vector<DataDeed> subscription_deeds(const subscription::Subscription& of, bool has_letters,
                                         const Place& place, Language language) {
  const auto at = [&](std::string_view deed) {
    return thing_href(std::string(kSubscriptionPage) + "/" + std::string(deed), place, of.id,
                      language);
  };
  std::vector<DataDeed> deeds;
  if (of.is_active) {
    deeds.push_back({words(language, texts::kSubsPause), at("anhalten"), {}});
  } else {
    deeds.push_back({words(language, texts::kSubsResume), at("fortsetzen"), {}});
  }
  if (!has_letters) return deeds;
  deeds.push_back({words(language, texts::kLettersReplay), at("nachsenden"), {}});
  deeds.push_back({words(language, texts::kLettersDrop), {}, at("verwerfen")});
  return deeds;
}

std::string trouble_of(const subscription::Counters& counters) {
  if (!counters.silenced.empty()) return counters.silenced;
  return counters.last_failed ? counters.last_error : std::string();
}

Error no_subscription() {
  return {Code::kResourceNotFound, "there is no subscription of this id", "id"};
}

Task<Response> show_subscription(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  const auto entry = needs.data->subscriptions.find(place->tenant, id);
  if (!entry) co_return refused(needs, request, no_subscription());
  const auto letters = co_await blocking(needs, [&needs, &place, &id] {
    return needs.data->subscriptions.dead_letters(place->tenant, id);
  });
  if (!letters) co_return refused(needs, request, letters.error());
  const Language language = web::language_of(request);
  const Instant now = needs.tickets.civil_clock.now();
  const subscription::Subscription& of = *entry->subscription;
  const std::string whole = subscription::to_json(
      of, entry->counters,
      {.context = *of.context, .now = now, .sys_attrs = true, .secrets = false});
  ShownJson document = shown_json(without_password(whole, of.notification.endpoint.uri));
  DataThingPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSubsOne)),
      .id = id,
      .back_text = words(language, texts::kSubsBack),
      .back_href = tenant_href(kSubscriptionsPage, *place, language),
      .trouble = trouble_of(entry->counters),
      .facts = subscription_facts(*entry, now, language),
      .deeds = subscription_deeds(of, !letters->empty(), *place, language),
      .csrf = std::string(place->caller.csrf()),
      .tables = {},
      .json_title = words(language, texts::kSubsDocument),
      .json = std::move(document.text),
      .cut = document.cut};
  const auto sources = needs.data->distributed.status(place->tenant, id);
  if (!sources.problem.empty()) {
    view.trouble_elsewhere =
        web::text(language, texts::kSubsSourceProblem, {{"problem", sources.problem}});
  }
  if (!sources.sources.empty()) view.tables.push_back(sources_table(sources, language));
  if (!letters->empty()) view.tables.push_back(letters_table(*letters, *place, id, language));
  web::Html out(language);
  render_data_thing(out, view);
  co_return personal(std::move(out));
}

// --- what can be done

std::string subscription_href(const Request& request, const Place& place, std::string_view id) {
  return thing_href(kSubscriptionPage, place, id, web::language_of(request));
}

Task<Response> set_subscription_active(Request& request, const Needs& needs, bool active) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  subscription::Subscriptions::Update update{
      .fragment = active ? R"({"isActive":true})" : R"({"isActive":false})",
      .context = needs.context,
      .told = nullptr};
  const auto done = co_await needs.data->subscriptions.update(place->tenant, id, std::move(update));
  if (!done) co_return refused(needs, request, done.error());
  co_return co_await note_and_go(
      needs, request, *place,
      {active ? "subscription.resume" : "subscription.pause", "subscription", id},
      subscription_href(request, *place, id));
}

Task<Response> pause_subscription(Request& request, const Needs& needs) {
  return set_subscription_active(request, needs, false);
}
Task<Response> resume_subscription(Request& request, const Needs& needs) {
  return set_subscription_active(request, needs, true);
}

// What becomes of dead letters: of one, or of all that the subscription has.
struct Settling {
  bool replays = false;
  bool all = false;
};

Task<Response> settle_letters(Request& request, const Needs& needs, Settling how) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  if (!needs.data->subscriptions.find(place->tenant, id)) {
    co_return refused(needs, request, no_subscription());
  }
  const auto number =
      how.all ? Result<std::uint64_t>(subscription::kAllLetters) : asked_letter(request);
  if (!number) co_return refused(needs, request, number.error());
  const auto done = co_await blocking(needs, [&needs, &place, &id, &number, how] {
    subscription::Subscriptions& all = needs.data->subscriptions;
    return how.replays ? all.replay(place->tenant, id, *number)
                       : all.drop_dead_letters(place->tenant, id, *number);
  });
  if (!done) co_return refused(needs, request, done.error());
  const std::string object = how.all ? id : id + "#" + std::to_string(*number);
  co_return co_await note_and_go(
      needs, request, *place,
      {how.replays ? "subscription.replay" : "subscription.drop", "subscription", object},
      subscription_href(request, *place, id));
}

Task<Response> replay_letters(Request& request, const Needs& needs) {
  return settle_letters(request, needs, {.replays = true, .all = true});
}
Task<Response> drop_letters(Request& request, const Needs& needs) {
  return settle_letters(request, needs, {.replays = false, .all = true});
}
Task<Response> replay_letter(Request& request, const Needs& needs) {
  return settle_letters(request, needs, {.replays = true, .all = false});
}
Task<Response> drop_letter(Request& request, const Needs& needs) {
  return settle_letters(request, needs, {.replays = false, .all = false});
}

web::kern::DescriptionList letter_facts(const subscription::DeadLetter& letter, Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kLettersAt, web::date_time(language, letter.at));
  add(texts::kLettersReason, letter.reason);
  add(texts::kLettersAttempts, web::number(language, letter.attempts));
  add(texts::kLettersEntities, letter_entities(letter, language));
  return facts;
}

Task<Response> show_dead_letter(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  const auto number = asked_letter(request);
  if (!number) co_return refused(needs, request, number.error());
  const auto letter = co_await blocking(needs, [&needs, &place, &id, &number] {
    return needs.data->subscriptions.dead_letter(place->tenant, id, *number);
  });
  if (!letter) co_return refused(needs, request, letter.error());
  const Language language = web::language_of(request);
  const bool made = !letter->body.empty();
  ShownJson document = shown_json(made ? letter->body : "{}");
  const auto at = [&](std::string_view page) {
    return letter_href(page, *place, id, *number, language);
  };
  const DataThingPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kLettersOne)),
      .id = id,
      .back_text = words(language, texts::kLettersBack),
      .back_href = thing_href(kSubscriptionPage, *place, id, language),
      .trouble = made ? std::string() : words(language, texts::kLettersNoBody),
      .facts = letter_facts(*letter, language),
      .deeds = {{words(language, texts::kLettersReplayOne), at(kReplayLetter), {}},
                {words(language, texts::kLettersDropOne), {}, at(kDropLetter)}},
      .csrf = std::string(place->caller.csrf()),
      .tables = {},
      .json_title = words(language, texts::kLettersBody),
      .json = std::move(document.text),
      .cut = document.cut};
  web::Html out(language);
  render_data_thing(out, view);
  co_return personal(std::move(out));
}

Response ask_drop_letters(Request& request, const Needs& needs, bool all) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const std::string id = request.query_param("id").value_or("");
  if (!needs.data->subscriptions.find(place->tenant, id)) {
    return refused(needs, request, no_subscription());
  }
  const Language language = web::language_of(request);
  const auto number =
      all ? Result<std::uint64_t>(subscription::kAllLetters) : asked_letter(request);
  if (!number) return refused(needs, request, number.error());
  const web::Text& deed = all ? texts::kLettersDrop : texts::kLettersDropOne;
  return ask_first(
      needs, request, *place, deed,
      web::text(language, all ? texts::kLettersDropText : texts::kLettersDropOneText, {{"id", id}}),
      all ? subscription_href(request, *place, id)
          : letter_href(kLetterPage, *place, id, *number, language));
}
Response ask_drop_all(Request& request, const Needs& needs) {
  return ask_drop_letters(request, needs, true);
}
Response ask_drop_one(Request& request, const Needs& needs) {
  return ask_drop_letters(request, needs, false);
}

}  // namespace

std::string state_of_subscription(const subscription::Subscription& of,
                                  const subscription::Counters& counters, Instant now,
                                  Language language) {
  if (of.expires_at && *of.expires_at <= now) return words(language, texts::kSubsOver);
  if (!of.is_active || !counters.silenced.empty()) return words(language, texts::kSubsPaused);
  return words(language, counters.last_failed ? texts::kSubsFailing : texts::kSubsActive);
}

std::string shown_endpoint(std::string_view uri) {
  const std::size_t start = uri.find("://");
  if (start == std::string_view::npos) return std::string(uri);
  const std::size_t end = uri.find_first_of("/?#", start + 3);
  const std::size_t at = uri.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) return std::string(uri);
  return std::string(uri.substr(0, start + 3)) + "***" + std::string(uri.substr(at));
}

std::string without_password(std::string document, std::string_view uri) {
  const std::string shown = shown_endpoint(uri);
  if (uri.empty() || shown == uri) return document;
  for (std::size_t at = document.find(uri); at != std::string::npos;
       at = document.find(uri, at + shown.size())) {
    document.replace(at, uri.size(), shown);
  }
  return document;
}

void add_data_subscriptions(net::Router& router, const Needs& needs) {
  const std::string one(kSubscriptionPage);
  add_staff_page(router, needs, Method::kGet, kSubscriptionsPage, list_subscriptions);
  add_staff_page(router, needs, Method::kGet, one, show_subscription);
  add_staff_page(router, needs, Method::kPost, one + "/anhalten", pause_subscription);
  add_staff_page(router, needs, Method::kPost, one + "/fortsetzen", resume_subscription);
  add_staff_page(router, needs, Method::kPost, one + "/nachsenden", replay_letters);
  add_staff_page(router, needs, Method::kGet, kDropPage, ask_drop_all);
  add_staff_page(router, needs, Method::kPost, kDropPage, drop_letters);
  add_staff_page(router, needs, Method::kGet, kLetterPage, show_dead_letter);
  add_staff_page(router, needs, Method::kPost, kReplayLetter, replay_letter);
  add_staff_page(router, needs, Method::kGet, kDropLetter, ask_drop_one);
  add_staff_page(router, needs, Method::kPost, kDropLetter, drop_letter);
}

}  // namespace revier::console
