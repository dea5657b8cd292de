// SPDX-License-Identifier: EUPL-1.2
#include "event/detail/feed_pages.h"

#include "event/change_text.h"
#include "event/detail/programme_pages.h"
#include "event/feeds.h"
#include "event/frab.h"
#include "event/pages.h"
#include "event/texts.h"
#include "web/i18n.h"

namespace revier::event::detail {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kNewsMax = 200;

std::string feed_title(const PageNeeds& needs, Language language) {
  return web::text(language, texts::kChangesFeed, {{"site", needs.site.name_in(language)}});
}

// The same bytes as long as nothing changes, so that readers get 304.
Response file(const char* type, std::string text) {
  return Response::text(200, type, std::move(text)).header("Cache-Control", "no-cache");
}

Response show_changes(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  ChangesPage view{
      .page = needs.site.page(request, std::string(web::text(language, texts::kChangesTitle))),
      .news = {},
      .feeds = {{"Atom", web::path(language, "/feed.atom")},
                {"JSON Feed", web::path(language, "/feed.json")},
                {std::string(web::text(language, texts::kChangesCalendar)),
                 web::path(language, "/calendar.ics")},
                {std::string(web::text(language, texts::kChangesSchedule)),
                 web::path(language, "/schedule.xml")}}};
  for (News& each : news(*programme, *needs.ledger(), language, kNewsMax)) {
    NewsRow row{.title = {std::move(each.title), {}},
                .lines = std::move(each.lines),
                .at = web::date_time(language, each.at),
                .datetime = web::iso_date_time(each.at)};
    if (!each.session.empty()) row.title.href = web::path(language, "/programm/" + each.session);
    view.news.push_back(std::move(row));
  }
  web::Html out(language);
  render_changes(out, view);
  return web::html_response(std::move(out));
}

using MakeFeed = std::string (*)(const Programme&, const Ledger&, const FeedOptions&);

Response show_feed(const PageNeeds& needs, const Request& request, const char* type,
                   MakeFeed make) {
  const Language language = web::language_of(request);
  return file(type, make(*needs.keeper.now(), *needs.ledger(),
                         {.site_url = needs.site_url,
                          .language = language,
                          .title = feed_title(needs, language),
                          .author = needs.site.owner_in(language)}));
}

using MakeSchedule = std::string (*)(const Programme&, const Ledger&, const ScheduleOptions&);

Response show_schedule(const PageNeeds& needs, const Request& request, const char* type,
                       MakeSchedule make) {
  std::string text = make(*needs.keeper.now(), *needs.ledger(),
                          {.site_url = needs.site_url, .language = web::language_of(request)});
  if (text.empty()) return not_found(needs, request);
  return file(type, std::move(text));
}

Response show_sitemap(const PageNeeds& needs) {
  std::vector<std::string> pages{"/"};
  for (const auto* list : {&needs.site.navigation, &needs.site.footer}) {
    for (const web::NavItem& item : *list) pages.push_back(item.page);
  }
  if (needs.more_pages) {
    for (std::string& page : needs.more_pages()) pages.push_back(std::move(page));
  }
  return file("application/xml; charset=utf-8",
              sitemap(*needs.keeper.now(), *needs.ledger(), needs.site_url, pages));
}

Response show_robots(const PageNeeds& needs) {
  return file("text/plain; charset=utf-8",
              "User-agent: *\nDisallow: /console/\nDisallow: /en/console/\nDisallow: /ticket/\n"
              "Disallow: /en/ticket/\n\nSitemap: " +
                  needs.site_url + "/sitemap.xml\n");
}

}  // namespace

void add_feed_pages(net::Router& router, const PageNeeds& needs) {
  const auto page = [&](const char* pattern, auto show) {
    web::add_page(router, net::Method::kGet, pattern,
                  net::Handler([needs, show](Request& request) { return show(needs, request); }));
  };
  page("/aenderungen", show_changes);
  page("/feed.atom", [](const PageNeeds& n, const Request& r) {
    return show_feed(n, r, "application/atom+xml; charset=utf-8", atom_feed);
  });
  page("/feed.json", [](const PageNeeds& n, const Request& r) {
    return show_feed(n, r, "application/feed+json; charset=utf-8", json_feed);
  });
  page("/schedule.xml", [](const PageNeeds& n, const Request& r) {
    return show_schedule(n, r, "application/xml; charset=utf-8", schedule_xml);
  });
  page("/schedule.json", [](const PageNeeds& n, const Request& r) {
    return show_schedule(n, r, "application/json; charset=utf-8", schedule_json);
  });
  router.add(net::Method::kGet, "/sitemap.xml",
             net::Handler([needs](Request&) { return show_sitemap(needs); }));
  router.add(net::Method::kGet, "/robots.txt",
             net::Handler([needs](Request&) { return show_robots(needs); }));
}

}  // namespace revier::event::detail
