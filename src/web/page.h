// SPDX-License-Identifier: EUPL-1.2
// What every page has around its content, and how it becomes a response.
//
//   struct SessionPage { web::Page page; std::string abstract; };             // the module's view
//   web::add_page(router, net::Method::kGet, "/programm/{id}", [&](net::Request& request) {
//     const web::Page page = site.page(request, session.title);
//     web::Html out(page.language);
//     render_session(out, {page, session.abstract});
//     return web::html_response(std::move(out));
//   });
//
// Thread safety: a Site is filled before the server starts and constant afterwards; the rest are
// values and pure functions.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "net/http.h"
#include "web/html.h"
#include "web/i18n.h"

namespace revier::web {

// A text of a catalogue, or one that comes from data.
class Label {
 public:
  Label() : value_(std::string()) {}
  Label(const Text& text) : value_(text) {}               // NOLINT: meant to convert
  Label(std::string text) : value_(std::move(text)) {}    // NOLINT
  Label(const char* text) : value_(std::string(text)) {}  // NOLINT
  [[nodiscard]] std::string_view in(Language language) const;
  [[nodiscard]] bool empty() const { return in(Language::kDe).empty(); }

 private:
  std::variant<Text, std::string> value_;
};

// A link of the frame; `page` is the German address ("/programm").
struct NavItem {
  Label label;
  std::string page;
};

// A file that programs may subscribe to; `page` is its German address.
struct Feed {
  Label title;
  std::string type;  // "application/atom+xml"
  std::string page;
};

class Site;

// What an organiser may change while the server runs.
struct Brand {
  Label name_de;
  Label name_en;
  Label owner;
  bool english = true;  // the pages under /en are linked
  std::string logo;     // address of a picture, may be empty
  std::string style;    // address of a style sheet with the site's colours, may be empty
};

// One page's part of the frame. `address` is the German address of this very page with its query
// ("/programm?tag=2025-02-05"): it marks the navigation and leads to the other language.
struct Page {
  const Site* site = nullptr;
  Language language = Language::kDe;
  std::string title;
  std::string address;
  std::string description;                       // for search engines, may be empty
  std::vector<NavItem> breadcrumbs;              // without the start page and without this one
  std::vector<std::string> scripts;              // assets beside site.js: "map.js"
  std::vector<std::string> styles;               // assets beside site.css
  bool has_errors = false;                       // the title begins with "Fehler: "
  bool is_private = false;                       // noindex; for personal links and the console
  std::string notice;                            // line at the top, from Site::notice
  std::shared_ptr<const Brand> brand = nullptr;  // from Site::brand
  std::vector<NavItem> navigation;               // from Site::navigation

  // What the site calls itself, and who is responsible.
  [[nodiscard]] std::string_view site_name() const;
  [[nodiscard]] std::string_view owner() const;
};

class Site {
 public:
  Label name;   // "Smart City Days Herne"
  Label owner;  // who is responsible: "Stadt Herne"
  std::vector<NavItem> navigation;
  std::vector<NavItem> footer;  // imprint, privacy, accessibility
  // Which of the navigation have something to show; empty: all.
  std::function<bool(std::string_view page)> shows;
  std::vector<Feed> feeds;  // named in the head of every public page, where readers find them
  // In place of name and owner, where an organiser has set it; may be empty, and answer nullptr.
  std::function<std::shared_ptr<const Brand>()> brand;
  // One line for the top of every page, or nothing: that the clock of a demo stands elsewhere.
  std::function<std::string(Language)> notice;

  [[nodiscard]] Page page(const net::Request& request, std::string title) const;
  // What it calls itself now, and who is responsible.
  [[nodiscard]] std::string name_in(Language language) const;
  [[nodiscard]] std::string owner_in(Language language) const;
};

// Registers a page in both languages: `pattern` and "/en" + `pattern`.
void add_page(net::Router& router, net::Method method, const std::string& pattern,
              net::Handler handler, net::RouteOptions options = {});
void add_page(net::Router& router, net::Method method, const std::string& pattern,
              net::AsyncHandler handler, net::RouteOptions options = {});

enum class Caching : std::uint8_t {
  kRevalidate,  // public pages: kept, asked for again by ETag
  kNever,       // whatever is personal
};

// The page as a response: Content-Type, Content-Language and every header that protects it
// (Content-Security-Policy without inline script and style, Referrer-Policy, X-Frame-Options, ...).
// A status of 400 and more is never cached.
[[nodiscard]] net::Response html_response(Html&& page, int status = 200,
                                          Caching caching = Caching::kRevalidate);

// The page a person sees for an error, with its status; problem details where the request was for
// /api, /ngsi-ld or asked for JSON. For Router::set_error_page.
[[nodiscard]] net::Response error_page(const Site& site, const net::Request& request,
                                       const Error& error);

// Whether a writing request comes from a page of this site, so that no other site can send it in a
// visitor's name (CSRF), without a cookie: by Sec-Fetch-Site, else by Origin. A request that has
// neither comes from no browser of our time: it passes only without cookies.
[[nodiscard]] bool same_origin(const net::Request& request);

// The language of a request by its address.
[[nodiscard]] inline Language language_of(const net::Request& request) {
  return split_language(request.path).language;
}

// Links to the pages of a list: {% call web::render_pagination(v.pagination) %}. `address` is the
// German address of the list with its other query parameters; the page number is added as
// `parameter`.
struct Pagination {
  std::string address;
  std::string parameter = "seite";
  int current = 1;  // from 1
  int last = 1;
};
[[nodiscard]] std::string page_address(const Pagination& pagination, int number);
// The numbers to show; 0 stands for a gap.
[[nodiscard]] std::vector<int> page_numbers(const Pagination& pagination);

// {% call web::render_live({}) %}: keeps the elements [data-live="ENTITYID ATTRIBUTE"] of the page
// up to date from the event stream at `stream` (browser/islands/_stream.ts says what it sends).
struct LiveView {
  std::string stream = "/live";
};

// Views of the frame's own templates.
struct NavList {
  const Page& page;
  const std::vector<NavItem>& items;
};
[[nodiscard]] bool is_current(const Page& page, const NavItem& item);
struct ErrorView {
  Page page;
  std::string text;
  int status;
  std::string home_label;
  std::string home_href;
};

}  // namespace revier::web
