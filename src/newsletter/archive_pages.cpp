// SPDX-License-Identifier: EUPL-1.2
// What was sent, for everybody.
#include <algorithm>

#include "newsletter/archive.h"
#include "newsletter/body.h"
#include "newsletter/detail/page_parts.h"
#include "newsletter/pages.h"
#include "newsletter/texts.h"

namespace revier::newsletter {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;

Task<Response> get_archive(Request& request, const Pages& pages) {
  const Language language = web::language_of(request);
  ArchivePage view{.page = pages.site.page(request, words(language, texts::kArchiveTitle)),
                   .issues = {},
                   .can_order = pages.newsletter.is_offered()};
  view.page.breadcrumbs = {{texts::kNav, "/newsletter"}};
  for (const PublishedIssue& issue : pages.issues()) {
    view.issues.push_back({.title = issue.subject_in(language),
                           .about = issue.topic_in(language),
                           .date = web::date(language, issue.at),
                           .lang = std::string(code(issue.shown_in(language))),
                           .href = web::path(language, "/newsletter/archiv/" + issue.id)});
  }
  web::Html out(language);
  render_archive(out, view);
  co_return web::html_response(std::move(out));
}

Task<Response> get_issue(Request& request, const Pages& pages) {
  const std::vector<PublishedIssue> all = pages.issues();
  const auto found = std::ranges::find(all, request.param("id"), &PublishedIssue::id);
  if (found == all.end()) {
    co_return refused(pages, request, {Code::kResourceNotFound, "there is no such issue", {}});
  }
  const Language language = web::language_of(request);
  IssuePage view{.page = pages.site.page(request, found->subject_in(language)),
                 .about = found->topic_in(language),
                 .date = web::date(language, found->at),
                 .lang = std::string(code(found->shown_in(language))),
                 .body = body_html(found->body_in(language), {}),
                 .can_order = pages.newsletter.is_offered()};
  view.page.breadcrumbs = {{texts::kNav, "/newsletter"},
                           {texts::kArchiveTitle, "/newsletter/archiv"}};
  web::Html out(language);
  render_issue(out, view);
  co_return web::html_response(std::move(out));
}

FeedOptions feed_options(const Pages& pages, const Request& request) {
  const Language language = web::language_of(request);
  return {.site_url = pages.newsletter.needs().site_url,
          .language = language,
          .title = web::text(language, texts::kFeedTitle,
                             {{"site", pages.newsletter.needs().site_name(language)}}),
          .author = pages.newsletter.needs().owner(language)};
}

Task<Response> get_atom(Request& request, const Pages& pages) {
  co_return Response::text(200, "application/atom+xml; charset=utf-8",
                           atom_feed(pages.issues(), feed_options(pages, request)));
}

Task<Response> get_json(Request& request, const Pages& pages) {
  co_return Response::text(200, "application/feed+json; charset=utf-8",
                           json_feed(pages.issues(), feed_options(pages, request)));
}

}  // namespace

void add_archive_pages(net::Router& router, const Pages& pages) {
  const auto page = [&](const char* pattern, PageHandler handler) {
    add_newsletter_page(router, pages, Method::kGet, pattern, handler);
  };
  page("/newsletter/archiv", get_archive);
  page("/newsletter/archiv/{id}", get_issue);
  page("/newsletter/feed.atom", get_atom);
  page("/newsletter/feed.json", get_json);
}

}  // namespace revier::newsletter
