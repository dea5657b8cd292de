// SPDX-License-Identifier: EUPL-1.2
#include "setup/public_pages.h"

#include <algorithm>

#include <fmt/format.h>
#include <sodium.h>

#include "setup/colour.h"
#include "setup/legal.h"
#include "setup/markdown.h"
#include "setup/pages.h"
#include "setup/texts.h"
#include "setup/views.h"

namespace revier::setup {
namespace {

using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kOpenPaths[] = {
    "/console", "/a/",     "/marke/",  "/api/",        "/ngsi-ld/",       "/live",
    "/healthz", "/readyz", "/metrics", "/favicon.ico", "/meine-buchungen"};

// Changes with the content, so that a browser may keep what it has for ever.
std::string tag_of(std::string_view content) {
  std::array<unsigned char, 8> digest{};
  std::array<char, 17> text{};
  crypto_generichash(digest.data(), std::max<std::size_t>(digest.size(), 8),
                     reinterpret_cast<const unsigned char*>(content.data()), content.size(),
                     nullptr, 0);
  return sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
}

std::string decoded(std::string_view base64) {
  std::string bytes(base64.size(), '\0');
  std::size_t size = 0;
  const int code =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), base64.data(),
                        base64.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  bytes.resize(code == 0 ? size : 0);
  return bytes;
}

Response kept_file(std::string_view type, std::string content) {
  Response response = Response::text(200, std::string(type), std::move(content));
  response.header("Cache-Control", "public, max-age=31536000, immutable")
      .header("X-Content-Type-Options", "nosniff");
  return response;
}

Response show_logo(const PublicNeeds& needs, const Request& request) {
  std::string picture = decoded(needs.settings.now()->get(kLogo));
  if (picture.empty()) {
    return web::error_page(needs.site, request, {Code::kResourceNotFound, "no logo", {}});
  }
  Response response = kept_file("image/png", std::move(picture));
  response.compressible = false;
  return response;
}

Response show_colours(const PublicNeeds& needs, const Request& request) {
  const auto colour = parse_colour(needs.settings.now()->get(kColour));
  if (!colour) {
    return web::error_page(needs.site, request, {Code::kResourceNotFound, "no colours", {}});
  }
  return kept_file("text/css; charset=utf-8", colour_css(*colour));
}

Response show_legal(const PublicNeeds& needs, const Request& request, const LegalPage& legal) {
  const Language language = web::language_of(request);
  LegalView view{.page = needs.site.page(request, std::string(web::text(language, legal.title))),
                 .text = render_markdown(legal_text(*needs.settings.now(), legal, language))};
  web::Html out(language);
  render_legal(out, view);
  return web::html_response(std::move(out));
}

// Also everybody's own pages behind a secret link: a ticket is good before and after the site is.
bool is_always_open(const Request& request) {
  const std::string_view page = web::split_language(request.path).page;
  const auto is_under = [page](std::string_view open) { return page.starts_with(open); };
  const auto is_legal = [page](const LegalPage& legal) { return page == legal.address; };
  return request.route.find("{token}") != std::string_view::npos ||
         std::ranges::any_of(kOpenPaths, is_under) || std::ranges::any_of(legal_pages(), is_legal);
}

}  // namespace

std::shared_ptr<const web::Brand> brand_of(const Settings& settings) {
  if (!settings.begun()) return nullptr;
  const std::string name_de(settings.get(kNameDe));
  const std::string name_en(settings.get(kNameEn));
  auto brand = std::make_shared<web::Brand>();
  brand->name_de = name_de;
  brand->name_en = name_en.empty() ? name_de : name_en;
  brand->owner = std::string(settings.get(kCity));
  brand->english = settings.get(kLanguages) != "de";
  if (settings.has(kLogo))
    brand->logo = fmt::format("/marke/{}/logo.png", tag_of(settings.get(kLogo)));
  if (settings.has(kColour)) {
    brand->style = fmt::format("/marke/{}/farben.css", settings.get(kColour).substr(1));
  }
  return brand;
}

bool is_public(const Settings& settings, const event::Programme& programme) {
  if (settings.begun()) return settings.has(kPublished);
  return programme.event() != nullptr;
}

std::optional<Response> placeholder(const PublicNeeds& needs, const Request& request) {
  if (is_always_open(request)) return std::nullopt;
  const Language language = web::language_of(request);
  const event::ProgrammePtr programme = needs.programme();
  const event::Event* event = programme->event();
  SoonView view{
      .page = needs.site.page(request, std::string(web::text(language, texts::kSoonTitle))),
      .when = {},
      .where = {}};
  view.page.is_private = true;  // not for search engines
  view.page.notice.clear();
  view.page.navigation.clear();  // all of it leads here
  if (event != nullptr) {
    view.page.title = event->name.in(language);
    if (!event->days.empty()) {
      view.when = web::date(language, event->days.front().starts_at, web::DateStyle::kFull);
      if (event->days.size() > 1) {
        view.when +=
            " – " + web::date(language, event->days.back().starts_at, web::DateStyle::kFull);
      }
    }
    if (const event::Place* place = programme->place(event->venue)) {
      view.where = place->name.in(language);
      if (!place->address.empty()) view.where += ", " + place->address;
    }
  }
  web::Html out(language);
  render_soon(out, view);
  Response response = web::html_response(std::move(out), 503, web::Caching::kNever);
  response.header("Retry-After", "3600");
  return response;
}

void add_public_pages(net::Router& router, const PublicNeeds& needs) {
  using net::Method;
  router.add(Method::kGet, "/marke/{tag}/logo.png",
             net::Handler([needs](Request& request) { return show_logo(needs, request); }));
  router.add(Method::kGet, "/marke/{tag}/farben.css",
             net::Handler([needs](Request& request) { return show_colours(needs, request); }));
  for (const LegalPage& legal : legal_pages()) {
    web::add_page(router, Method::kGet, std::string(legal.address),
                  net::Handler([needs, &legal](Request& request) {
                    return show_legal(needs, request, legal);
                  }));
  }
}

}  // namespace revier::setup
