// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/percent.h"
#include "service/page_routes.h"
#include "service/pages.h"
#include "service/texts.h"
#include "service/views.h"
#include "web/i18n.h"

namespace revier::service {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kHome = "/dienste";

std::string say(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

std::string page_of(const Service& service) { return std::string(kHome) + "/" + service.id; }

std::string duration_of(const Service& service, Language language) {
  if (!service.days) return {};
  if (*service.days == 0) return say(language, texts::kServiceAtOnce);
  return web::text(language, texts::kServiceAbout,
                   {{"duration", web::duration(language, Duration::days(*service.days))}});
}

std::string as_of(const Service& service, Language language) {
  const auto day = web::from_local(service.as_of, "12:00");
  return web::text(language, texts::kServiceAsOf,
                   {{"date", day ? web::date(language, *day) : service.as_of},
                    {"source", service.source.in(language)}});
}

ServiceRow row_of(const Service& service, Language language) {
  return {.name = service.name.in(language),
          .href = web::path(language, page_of(service)),
          .summary = service.summary.in(language),
          .level = say(language, label_of(service.identity)),
          .duration = duration_of(service, language),
          .today = service.is_done_online_today(),
          .example = service.is_invented() || service.is_example("summary") ||
                     service.is_example("identity_level") || service.is_example("days")};
}

// "/dienste" with what differs from the usual in its query.
std::string address_of(const ServiceFilter& filter) {
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    query += (query.empty() ? "?" : "&") + std::string(name) + "=" + std::string(value);
  };
  if (!filter.text.empty()) add("suche", percent_encoded(filter.text));
  if (!filter.situation.empty()) add("lage", filter.situation);
  if (filter.today) add("heute", "1");
  return std::string(kHome) + query;
}

ServiceFilter filter_of(const Request& request) {
  ServiceFilter filter{.text = request.query_param("suche").value_or(""),
                       .situation = request.query_param("lage").value_or(""),
                       .today = request.query_param("heute") == "1"};
  if (find_situation(filter.situation) == nullptr) filter.situation.clear();
  return filter;
}

// Only those that services have.
std::vector<SituationLink> situation_links(const Catalogue& catalogue, std::string_view chosen,
                                           Language language) {
  std::vector<SituationLink> links;
  for (const Situation& situation : situations()) {
    const auto has = [&](const Service& service) {
      return std::ranges::find(service.situations, situation.key) != service.situations.end();
    };
    if (std::ranges::none_of(catalogue.services(), has)) continue;
    const ServiceFilter wish{.text = {}, .situation = std::string(situation.key), .today = false};
    links.push_back({std::string(situation.key), say(language, situation.label),
                     web::path(language, address_of(wish)), chosen == situation.key});
  }
  return links;
}

Response show_catalogue(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const CataloguePtr catalogue = needs.keeper.now();
  const ServiceFilter filter = filter_of(request);
  CataloguePage view{
      .page = needs.site.page(request, say(language, texts::kCatalogueTitle)),
      .text = filter.text,
      .today = {.field = {.id = "heute",
                          .name = "heute",
                          .label = say(language, texts::kCatalogueToday)},
                .value = "1",
                .checked = filter.today},
      .result = {},
      .is_filtered = !filter.text.empty() || !filter.situation.empty() || filter.today,
      .is_empty = catalogue->services().empty(),
      .has_examples = std::ranges::any_of(catalogue->services(), &Service::is_invented),
      .all_hits_href = {},
      .situations = situation_links(*catalogue, filter.situation, language),
      .rows = {}};
  view.page.description = say(language, texts::kCatalogueDescription);
  view.page.scripts = {"suggest.js"};
  for (const Service* const service : catalogue->select(filter, language)) {
    view.rows.push_back(row_of(*service, language));
  }
  view.result = web::text(language, texts::kCatalogueResult, {{"count", view.rows.size()}});
  ServiceFilter wider = filter;
  wider.today = false;
  if (view.rows.empty() && filter.today && !catalogue->select(wider, language).empty()) {
    view.all_hits_href = web::path(language, address_of(wider));
  }
  web::Html out(language);
  render_catalogue(out, view);
  return web::html_response(std::move(out));
}

// Where an appointment for the service can be booked; empty where none can.
std::string booking_page_of(const event::Programme& programme, const Service& service,
                            Language language) {
  const event::Offer* const offer = programme.offer(service.offer);
  if (offer == nullptr || !offer->by_appointment) return {};
  const auto serves = [&](const event::Counter& counter) {
    return std::ranges::find(counter.offers, offer->id) != counter.offers.end();
  };
  const auto counter = std::ranges::find_if(programme.counters, serves);
  if (counter == programme.counters.end()) return {};
  return web::path(language, fmt::format("/termine/{}/{}", counter->id, offer->id));
}

std::string json_ld_of(const Service& service, const std::string& site_url, Language language) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("@context", "https://schema.org")
      .member("@type", "GovernmentService")
      .member("name", service.name.in(language))
      .member("description", service.summary.in(language))
      .member("url", site_url + web::path(language, page_of(service)));
  out.key("serviceOperator")
      .begin_object()
      .member("@type", "GovernmentOrganization")
      .member("name", service.office)
      .end_object();
  if (!service.online_form.empty()) {
    const bool own = service.online_form.starts_with('/');
    out.key("availableChannel")
        .begin_object()
        .member("@type", "ServiceChannel")
        .member("serviceUrl",
                own ? site_url + web::path(language, service.online_form) : service.online_form)
        .end_object();
  }
  out.end_object();
  return text;
}

std::vector<FactRow> facts_of(const Service& service, Language language) {
  std::vector<FactRow> facts;
  const auto add = [&](const web::Text& name, std::string value, std::string_view field) {
    if (value.empty()) return;
    facts.push_back({say(language, name), std::move(value), service.is_example(field)});
  };
  add(texts::kServiceFee, service.fee.in(language), "fee");
  add(texts::kServiceDuration, duration_of(service, language), "days");
  add(texts::kServiceIdentity, say(language, label_of(service.identity)), "identity_level");
  add(texts::kServiceOffice, service.office, "office");
  add(texts::kServiceLaw, service.legal_basis, "legal_basis");
  return facts;
}

Response not_found(const PageNeeds& needs, const Request& request) {
  return web::error_page(needs.site, request,
                         {Code::kResourceNotFound, "there is no such service"});
}

Response show_service(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const CataloguePtr catalogue = needs.keeper.now();
  const Service* const service = catalogue->find(request.param("id"));
  if (service == nullptr) return not_found(needs, request);
  const bool german = language == Language::kDe;
  const bool own_form = service->online_form.starts_with('/');
  ServicePage view{
      .page = needs.site.page(request, service->name.in(language)),
      .summary = service->summary.in(language),
      .summary_example = service->is_example("summary"),
      .invented = service->is_invented(),
      .today = service->is_done_online_today(),
      .online_href = own_form ? web::path(language, service->online_form) : service->online_form,
      .online_example = !service->online_form.empty() && !own_form &&
                        (service->is_invented() || service->is_example("online_form")),
      .book_href = booking_page_of(*needs.programme(), *service, language),
      .easy_href = service->easy_language.empty()
                       ? std::string()
                       : web::path(language, page_of(*service) + "/leichte-sprache"),
      .facts = facts_of(*service, language),
      .needs = german ? service->needs_de : service->needs_en,
      .needs_example = service->is_example("needs"),
      .situations = {},
      .as_of = as_of(*service, language),
      .sources = service->sources,
      .json_ld = json_ld_of(*service, needs.site_url, language)};
  view.page.breadcrumbs = {{texts::kCatalogueTitle, std::string(kHome)}};
  view.page.description = view.summary;
  for (const std::string& key : service->situations) {
    const Situation* const situation = find_situation(key);
    if (situation == nullptr) continue;
    const ServiceFilter wish{.text = {}, .situation = key, .today = false};
    view.situations.push_back(
        {say(language, situation->label), web::path(language, address_of(wish))});
  }
  web::Html out(language);
  render_service(out, view);
  return web::html_response(std::move(out));
}

// One sentence a line, as Leichte Sprache asks for (DIN SPEC 33429).
std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> sentences;
  while (!text.empty()) {
    std::size_t end = 0;
    do {
      end = text.find_first_of(".?!\n", end == 0 ? 0 : end + 1);
    } while (end != std::string_view::npos && text[end] != '\n' && end + 1 < text.size() &&
             text[end + 1] != ' ' && text[end + 1] != '\n');
    const std::string_view part = text.substr(0, end == std::string_view::npos ? end : end + 1);
    if (const std::string_view bare = trimmed(part); !bare.empty()) sentences.emplace_back(bare);
    text.remove_prefix(part.size());
  }
  return sentences;
}

Response show_easy(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const CataloguePtr catalogue = needs.keeper.now();
  const Service* const service = catalogue->find(request.param("id"));
  if (service == nullptr || service->easy_language.empty()) return not_found(needs, request);
  EasyPage view{.page = needs.site.page(request, web::text(language, texts::kServiceEasyTitle,
                                                           {{"name", service->name.in(language)}})),
                .sentences = sentences_of(service->easy_language),
                .example = service->is_invented() || service->is_example("easy_language"),
                .back_href = web::path(language, page_of(*service)),
                .as_of = as_of(*service, language)};
  view.page.breadcrumbs = {{texts::kCatalogueTitle, std::string(kHome)},
                           {service->name.in(language), page_of(*service)}};
  web::Html out(language);
  render_easy(out, view);
  return web::html_response(std::move(out));
}

}  // namespace

std::vector<std::string> service_pages(const Catalogue& catalogue) {
  std::vector<std::string> pages;
  for (const auto& service : catalogue.services()) {
    pages.push_back(page_of(service));
    if (!service.easy_language.empty()) pages.push_back(pages.back() + "/leichte-sprache");
  }
  return pages;
}

web::NavItem navigation_item() { return {texts::kCatalogueNav, std::string(kHome)}; }

void add_pages(net::Router& router, const PageNeeds& needs) {
  const auto page = [&](const std::string& pattern,
                        Response (*show)(const PageNeeds&, const Request&)) {
    web::add_page(router, net::Method::kGet, pattern,
                  net::Handler([needs, show](Request& request) { return show(needs, request); }));
  };
  page(std::string(kHome), show_catalogue);
  page(std::string(kHome) + "/{id}", show_service);
  page(std::string(kHome) + "/{id}/leichte-sprache", show_easy);
}

}  // namespace revier::service
