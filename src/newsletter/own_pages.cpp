// SPDX-License-Identifier: EUPL-1.2
// What a subscriber does by her links: topics and language, her data, ending it.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "newsletter/detail/page_parts.h"
#include "newsletter/links.h"
#include "newsletter/pages.h"
#include "newsletter/texts.h"
#include "newsletter/wordings.h"
#include "ticket/for_pages.h"

namespace revier::newsletter {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Caching;
using web::Language;

Task<Result<Subscriber>> subscriber_of(const Request& request, const Pages& pages) {
  auto id = pages.domain.links.open(kSubscriberLink, request.param("token"));
  if (!id) co_return fail(id.error());
  Result<Subscriber> found = fail(Code::kGone, "");
  RV_CO_TRY(co_await ticket::read_records(pages.domain, [&](records::Session& s) -> Result<> {
    found = rows::find_subscriber(s, *id);
    return {};
  }));
  if (!found && found.error().code == Code::kResourceNotFound) {
    co_return fail(Code::kGone, "nobody subscribes by this link any more");
  }
  co_return found;
}

// Whoever has a genuine link and is not subscribed (any more).
Response show_not_subscribed(const Pages& pages, const Request& request, int status) {
  const Language language = web::language_of(request);
  return show_ask({.page = private_page(pages, request, texts::kNoneTitle),
                   .text = words(language, texts::kNoneText),
                   .button = {},
                   .back_href = web::path(language, "/newsletter"),
                   .back_text = words(language, texts::kNoneAgain)},
                  status);
}

Response refused_own(const Pages& pages, const Request& request, const Error& error) {
  return error.code == Code::kGone ? show_not_subscribed(pages, request, 410)
                                   : refused(pages, request, error);
}

web::Form settings_form(const Pages& pages, const Subscriber& subscriber, Language language) {
  web::FormField topics{.name = "themen",
                        .kind = web::FieldKind::kCheckboxes,
                        .label = texts::kSettingsTopics,
                        .hint = texts::kSettingsTopicsHint,
                        .options = {}};
  const Topics all = pages.newsletter.topics();
  for (const Topic& topic : *all) {
    const bool has = std::ranges::find(subscriber.topics, topic.id) != subscriber.topics.end();
    if (!has && !topic.offered) continue;
    topics.options.push_back(
        {.value = topic.id, .label = topic.name_in(language), .hint = topic.about_in(language)});
  }
  web::Form form{.fields = {std::move(topics),
                            {.name = "sprache",
                             .kind = web::FieldKind::kRadios,
                             .label = texts::kSettingsLanguage,
                             .required = true,
                             .options = {{.value = "de", .label = "Deutsch", .hint = {}},
                                         {.value = "en", .label = "English", .hint = {}}}}}};
  return form;
}

// What the box of a partner sends, with the version of the wording beside it: "linkedin.2".
std::string value_of(const Partner& partner) {
  return fmt::format("{}.{}", partner.id, partner.version);
}

std::vector<PartnerChoice> ticked_partners(const web::FormData& data) {
  std::vector<PartnerChoice> choices;
  for (const std::string_view value : data.all("partner")) {
    const std::size_t dot = std::min(value.find('.'), value.size());
    const std::string_view version = value.substr(std::min(dot + 1, value.size()));
    PartnerChoice choice{.id = std::string(value.substr(0, dot)), .version = 0};
    std::from_chars(version.data(), version.data() + version.size(), choice.version);
    choices.push_back(std::move(choice));
  }
  return choices;
}

// One unticked box a partner, each with its own wording. `given` are those consented to.
web::Form partners_form(const std::vector<Partner>& all, const std::vector<std::string>& given,
                        Language language) {
  web::FormField field{.name = "partner",
                       .kind = web::FieldKind::kCheckboxes,
                       .label = texts::kPartnersLegend,
                       .hint = texts::kPartnersHint,
                       .options = {}};
  for (const Partner& partner : all) {
    const bool has = std::ranges::find(given, partner.id) != given.end();
    if (!has && !partner.offered) continue;
    field.options.push_back(
        {.value = value_of(partner), .label = partner.name, .hint = partner.text_in(language)});
  }
  web::Form form;
  if (!field.options.empty()) form.fields.push_back(std::move(field));
  return form;
}

Task<Result<std::vector<std::string>>> partners_given(const Pages& pages,
                                                      const std::string& subscriber) {
  std::vector<std::string> given;
  RV_CO_TRY(co_await ticket::read_records(pages.domain, [&](records::Session& s) -> Result<> {
    RV_ASSIGN(given, rows::partners_of(s, subscriber));
    return {};
  }));
  co_return given;
}

Response show_settings(const Pages& pages, const Request& request, const Subscriber& subscriber,
                       const std::vector<std::string>& given, const web::FormData& data,
                       int status) {
  const Language language = web::language_of(request);
  const web::Form form = settings_form(pages, subscriber, language);
  const std::string path(request.path);
  const PartnerList all = pages.partners.list();
  const web::Form partners = partners_form(*all, given, language);
  web::FormData consents;
  for (const Partner& partner : *all) {
    const bool has = std::ranges::find(given, partner.id) != given.end();
    if (has) consents.add("partner", value_of(partner));
  }
  SettingsPage view{
      .page = private_page(pages, request, texts::kSettingsTitle),
      .form = form,
      .data = data,
      .partners = {partners, consents},
      .partners_action = path + "/partner",
      .mail = subscriber.mail,
      .wording = std::string(wording(language)),
      .welcome = request.query_param("bestaetigt").has_value(),
      .saved = request.query_param("gespeichert").has_value(),
      .reworded = request.query_param("wortlaut").has_value(),
      .unsubscribe_href = unsubscribe_path(pages.domain.links, subscriber.id, language),
      .export_href = path + "/daten.json",
      .erase_href = path + "/loeschen"};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_settings(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_settings(Request& request, const Pages& pages) {
  const auto subscriber = co_await subscriber_of(request, pages);
  if (!subscriber) co_return refused_own(pages, request, subscriber.error());
  web::FormData data;
  for (const std::string& topic : subscriber->topics) data.add("themen", topic);
  data.set("sprache", subscriber->language);
  const auto given = co_await partners_given(pages, subscriber->id);
  if (!given) co_return refused(pages, request, given.error());
  co_return show_settings(pages, request, *subscriber, *given, data, 200);
}

Task<Response> post_settings(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  const auto subscriber = co_await subscriber_of(request, pages);
  if (!subscriber) co_return refused_own(pages, request, subscriber.error());
  const Language language = web::language_of(request);
  const web::Form form = settings_form(pages, *subscriber, language);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(form, *data)) {
    const auto given = co_await partners_given(pages, subscriber->id);
    if (!given) co_return refused(pages, request, given.error());
    co_return show_settings(pages, request, *subscriber, *given, *data, 422);
  }
  const std::vector<std::string> topics = data->all("themen");
  const auto done = co_await pages.newsletter.change(subscriber->id, topics,
                                                     std::string(data->get("sprache")), language);
  if (!done) co_return refused(pages, request, done.error());
  if (topics.empty()) co_return show_not_subscribed(pages, request, 200);
  co_return Response::see_other(std::string(request.path) + "?gespeichert=1");
}

Task<Response> post_partners(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  const auto subscriber = co_await subscriber_of(request, pages);
  if (!subscriber) co_return refused_own(pages, request, subscriber.error());
  static const web::Form form{.fields = {{.name = "partner", .kind = web::FieldKind::kCheckboxes}}};
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  const auto done = co_await pages.partners.choose(subscriber->id, ticked_partners(*data),
                                                   web::language_of(request));
  const bool reworded = !done && done.error().code == Code::kConflict;
  if (!done && !reworded) co_return refused(pages, request, done.error());
  const std::string path(request.path);
  co_return Response::see_other(path.substr(0, path.rfind('/')) +
                                (reworded ? "?wortlaut=neu" : "?gespeichert=1"));
}

Task<Response> get_data(Request& request, const Pages& pages) {
  const auto subscriber = co_await subscriber_of(request, pages);
  if (!subscriber) co_return refused_own(pages, request, subscriber.error());
  std::string text;
  json::Writer out(text);
  const auto done = co_await ticket::read_records(pages.domain, [&](records::Session& s) {
    text.clear();
    out.begin_object().member("exported_at", to_iso8601(pages.domain.civil_clock.now()));
    auto written = pages.newsletter.write_export(s, ticket::mail_key(subscriber->mail), out);
    out.end_object();
    return written;
  });
  if (!done) co_return refused(pages, request, done.error());
  co_return Response::json(200, std::move(text))
      .header("Cache-Control", "no-store")
      .header("Content-Disposition", "attachment; filename=\"newsletter.json\"");
}

Task<Response> get_erase(Request& request, const Pages& pages) {
  const auto subscriber = co_await subscriber_of(request, pages);
  if (!subscriber) co_return refused_own(pages, request, subscriber.error());
  const Language language = web::language_of(request);
  const std::string path(request.path);
  co_return show_ask({.page = private_page(pages, request, texts::kEraseTitle),
                      .text = words(language, texts::kEraseText),
                      .button = words(language, texts::kEraseSubmit),
                      .back_href = path.substr(0, path.rfind('/')),
                      .back_text = words(language, texts::kEraseBack)});
}

Task<Response> post_erase(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto id = pages.domain.links.open(kSubscriberLink, request.param("token"));
  if (!id) co_return refused(pages, request, id.error());
  const auto done = co_await pages.newsletter.erase(std::move(*id));
  if (!done) co_return refused(pages, request, done.error());
  const Language language = web::language_of(request);
  co_return show_ask({.page = private_page(pages, request, texts::kErasedTitle),
                      .text = words(language, texts::kErasedText),
                      .button = {},
                      .back_href = web::path(language, "/"),
                      .back_text = words(language, texts::kEndedStart)});
}

// Ending it.

Task<Response> get_unsubscribe(Request& request, const Pages& pages) {
  const Language language = web::language_of(request);
  auto id = pages.domain.links.open(kSubscriberLink, request.param("token"));
  if (!id) co_return refused(pages, request, id.error());
  bool anything = false;
  const auto read = co_await ticket::read_records(pages.domain, [&](records::Session& s) {
    const auto found = rows::find_subscriber(s, *id);
    if (!found && found.error().code != Code::kResourceNotFound)
      return Result<>(fail(found.error()));
    const auto requests = rows::requests_of(s, *id);
    if (!requests) return Result<>(fail(requests.error()));
    anything = found.has_value() || !requests->empty();
    return Result<>{};
  });
  if (!read) co_return refused(pages, request, read.error());
  if (!anything) co_return show_not_subscribed(pages, request, 200);
  co_return show_ask({.page = private_page(pages, request, texts::kEndTitle),
                      .text = words(language, texts::kEndText),
                      .button = words(language, texts::kEndSubmit),
                      .back_href = settings_path(pages.domain.links, *id, language),
                      .back_text = words(language, texts::kEndSettings)});
}

// The secret link is the whole right: neither where the request comes from nor its body matter, for
// mail programs and their servers send it too.
Task<Response> post_unsubscribe(Request& request, const Pages& pages) {
  auto id = pages.domain.links.open(kSubscriberLink, request.param("token"));
  if (!id) co_return refused(pages, request, id.error());
  const bool one_click = request.body.find("List-Unsubscribe=One-Click") != std::string::npos ||
                         request.body.find("name=\"List-Unsubscribe\"") != std::string::npos;
  const auto done = co_await pages.newsletter.unsubscribe(
      std::move(*id), one_click ? "mail" : "web",
      std::string(request.query_param("ausgabe").value_or("")));
  if (!done) co_return refused(pages, request, done.error());
  const Language language = web::language_of(request);
  if (!*done) co_return show_not_subscribed(pages, request, 200);
  co_return show_ask({.page = private_page(pages, request, texts::kEndedTitle),
                      .text = words(language, texts::kEndedText),
                      .button = {},
                      .back_href = web::path(language, "/"),
                      .back_text = words(language, texts::kEndedStart)});
}

}  // namespace

void add_own_pages(net::Router& router, const Pages& pages) {
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_newsletter_page(router, pages, method, pattern, handler);
  };
  page(Method::kGet, "/newsletter/einstellungen/{token}", get_settings);
  page(Method::kPost, "/newsletter/einstellungen/{token}", post_settings);
  page(Method::kPost, "/newsletter/einstellungen/{token}/partner", post_partners);
  page(Method::kGet, "/newsletter/einstellungen/{token}/daten.json", get_data);
  page(Method::kGet, "/newsletter/einstellungen/{token}/loeschen", get_erase);
  page(Method::kPost, "/newsletter/einstellungen/{token}/loeschen", post_erase);
  page(Method::kGet, "/newsletter/abmelden/{token}", get_unsubscribe);
  page(Method::kPost, "/newsletter/abmelden/{token}", post_unsubscribe);
}

}  // namespace revier::newsletter
