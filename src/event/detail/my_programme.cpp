// SPDX-License-Identifier: EUPL-1.2
#include "event/detail/my_programme.h"

#include <algorithm>
#include <array>
#include <set>

#include "event/detail/programme_pages.h"
#include "event/page_rows.h"
#include "event/pages.h"
#include "event/texts.h"
#include "json/json.h"
#include "web/asset.h"
#include "web/i18n.h"

namespace revier::event::detail {
namespace {

using net::Request;
using net::Response;
using web::Language;

// Pages that a visitor's browser keeps: enough for a large programme, little enough for a phone.
constexpr std::size_t kOfflinePagesMax = 400;
constexpr std::array<std::string_view, 6> kOfflineAssets = {"site.css",
                                                            "site.js",
                                                            "favicon.svg",
                                                            "favourites.js",
                                                            "revier-sans-400.woff2",
                                                            "revier-sans-600.woff2"};

std::set<std::string> asked_sessions(const Request& request) {
  std::set<std::string> asked;
  for (const auto& [name, value] : request.query_params()) {
    if (name == "session" && asked.size() < kSelectionMax) asked.insert(value);
  }
  return asked;
}

std::vector<std::string> overlaps_of(const std::vector<const Session*>& sessions,
                                     Language language) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (std::size_t j = i + 1; j < sessions.size(); ++j) {
      const Session& a = *sessions[i];
      const Session& b = *sessions[j];
      const bool both = a.starts_at < b.ends_at && b.starts_at < a.ends_at;
      if (!both || a.cancelled || b.cancelled) continue;
      lines.push_back(
          web::text(language, texts::kMineBoth,
                    {{"first", a.title.in(language)}, {"second", b.title.in(language)}}));
    }
  }
  return lines;
}

// One list of checkboxes a day; ids tell them apart.
std::vector<web::kern::Choices> choices_of(const Programme& programme,
                                           const std::set<std::string>& asked, Language language) {
  std::vector<web::kern::Choices> days;
  std::string day;
  for (const Session& session : programme.sessions) {
    if (days.empty() || session.day != day) {
      day = session.day;
      days.push_back({.field = {.id = "tag-" + day,
                                .name = "session",
                                .label = day_heading(day, language),
                                .required = true},
                      .choices = {}});
    }
    days.back().choices.push_back(
        {.value = session.id,
         .label = web::time_range(language, session.starts_at, session.ends_at) + ": " +
                  session.title.in(language),
         .hint = {},
         .selected = asked.contains(session.id)});
  }
  return days;
}

std::string query_of(const std::vector<const Session*>& sessions) {
  std::string query;
  // Ids have no character that an address would write otherwise.
  for (const Session* session : sessions) {
    query += (query.empty() ? "?session=" : "&session=") + session->id;
  }
  return query;
}

Response show_my_programme(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  const ProgrammePtr programme = needs.keeper.now();
  const std::set<std::string> asked = asked_sessions(request);
  std::vector<const Session*> sessions;
  for (const Session& session : programme->sessions) {
    if (asked.contains(session.id)) sessions.push_back(&session);
  }
  const std::string query = query_of(sessions);
  const std::string calendar = web::path(language, "/calendar.ics") + query;
  const std::size_t host = needs.site_url.find("://");
  MyProgrammePage view{
      .page = needs.site.page(request, std::string(web::text(language, texts::kMineTitle))),
      .overlaps = overlaps_of(sessions, language),
      .groups = day_groups(*programme, *needs.ledger(), sessions, language),
      .choices = choices_of(*programme, asked, language),
      .calendar_href = calendar,
      .webcal_href = "webcal" + needs.site_url.substr(host) + calendar,
      .self_href = web::path(language, "/mein-programm") + query};
  view.page.is_private = true;  // one of very many addresses: not for search engines
  view.page.scripts = {"favourites.js"};
  web::Html out(language);
  render_my_programme(out, view);
  return web::html_response(std::move(out));
}

std::vector<std::string> offline_pages(const Programme& programme) {
  std::vector<std::string> pages;
  for (const Language language : {Language::kDe, Language::kEn}) {
    for (const char* page : {"/programm", "/mein-programm", "/aenderungen"}) {
      pages.push_back(web::path(language, page));
    }
    for (const Session& session : programme.sessions) {
      pages.push_back(web::path(language, "/programm/" + session.id));
    }
  }
  if (pages.size() > kOfflinePagesMax) pages.resize(kOfflinePagesMax);
  return pages;
}

Response show_offline(const PageNeeds& needs) {
  const ProgrammePtr programme = needs.keeper.now();
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("version", needs.ledger()->version())
      .member("now", to_iso8601(needs.civil_clock.now()));
  out.key("pages").begin_array();
  for (const std::string& page : offline_pages(*programme)) out.string(page);
  out.end_array().key("assets").begin_array();
  for (const std::string_view name : kOfflineAssets) out.string(web::asset_url(name));
  out.end_array().end_object();
  return Response::json(200, std::move(text)).header("Cache-Control", "no-store");
}

// The worker's script changes with each build whose files differ: browsers take over then.
Response show_worker() {
  std::string build;
  for (const std::string_view name : kOfflineAssets) {
    const std::string_view url = web::asset_url(name);
    build += url.substr(3, url.find('/', 3) - 3);
  }
  std::string text = "const revierBuild=\"" + build + "\";\n";
  text += web::find_asset("offline.js")->raw;
  return Response::text(200, "text/javascript; charset=utf-8", std::move(text))
      .header("Cache-Control", "no-cache")
      .header("X-Content-Type-Options", "nosniff");
}

}  // namespace

void add_my_programme(net::Router& router, const PageNeeds& needs) {
  web::add_page(router, net::Method::kGet, "/mein-programm",
                net::Handler([needs](Request& r) { return show_my_programme(needs, r); }));
  router.add(net::Method::kGet, "/offline.json",
             net::Handler([needs](Request&) { return show_offline(needs); }));
  router.add(net::Method::kGet, "/sw.js", net::Handler([](Request&) { return show_worker(); }));
}

}  // namespace revier::event::detail
