// SPDX-License-Identifier: EUPL-1.2
#include "web/page.h"

#include <algorithm>

#include "web/pages.h"
#include "web/texts.h"

namespace revier::web {
namespace {

// One place for what a browser may do with a page: everything from here, nothing inline, no frames.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'";

constexpr std::string_view kConsole = "/console/";

struct ErrorTexts {
  std::string_view page_key;
  Text title;
  Text text;
};
constexpr ErrorTexts kErrorTexts[] = {
    {"error.not_found", texts::kErrorNotFoundTitle, texts::kErrorNotFoundText},
    {"error.gone", texts::kErrorGoneTitle, texts::kErrorGoneText},
    {"error.invalid", texts::kErrorInvalidTitle, texts::kErrorInvalidText},
    {"error.unauthenticated", texts::kErrorUnauthenticatedTitle, texts::kErrorUnauthenticatedText},
    {"error.forbidden", texts::kErrorForbiddenTitle, texts::kErrorForbiddenText},
    {"error.conflict", texts::kErrorConflictTitle, texts::kErrorConflictText},
    {"error.too_large", texts::kErrorTooLargeTitle, texts::kErrorTooLargeText},
    {"error.misdirected", texts::kErrorMisdirectedTitle, texts::kErrorMisdirectedText},
    {"error.busy", texts::kErrorBusyTitle, texts::kErrorBusyText},
    {"error.quota_full", texts::kErrorQuotaFullTitle, texts::kErrorQuotaFullText},
    {"error.hold_ended", texts::kErrorHoldEndedTitle, texts::kErrorHoldEndedText},
    {"error.overlap", texts::kErrorOverlapTitle, texts::kErrorOverlapText},
    {"error.seat_limit", texts::kErrorSeatLimitTitle, texts::kErrorSeatLimitText},
    {"error.already_checked_in", texts::kErrorAlreadyCheckedInTitle,
     texts::kErrorAlreadyCheckedInText},
    {"error.registration_closed", texts::kErrorRegistrationClosedTitle,
     texts::kErrorRegistrationClosedText},
    {"error.internal", texts::kErrorInternalTitle, texts::kErrorInternalText},
};

const ErrorTexts& error_texts(std::string_view page_key) {
  for (const ErrorTexts& row : kErrorTexts) {
    if (row.page_key == page_key) return row;
  }
  return std::end(kErrorTexts)[-1];
}

bool wants_json(const net::Request& request) {
  for (const std::string_view prefix : {"/api/", "/ngsi-ld/"}) {
    if (request.path.starts_with(prefix)) return true;
  }
  const auto accept = request.header("accept").value_or("");
  return accept.find("json") != std::string_view::npos &&
         accept.find("text/html") == std::string_view::npos;
}

}  // namespace

std::string_view Label::in(Language language) const {
  if (const auto* key = std::get_if<Text>(&value_)) return text(language, *key);
  return std::get<std::string>(value_);
}

std::string_view Page::site_name() const {
  if (!brand) return site->name.in(language);
  return (language == Language::kDe ? brand->name_de : brand->name_en).in(language);
}

std::string_view Page::owner() const {
  return brand ? brand->owner.in(language) : site->owner.in(language);
}

std::string Site::name_in(Language language) const {
  const auto now = brand ? brand() : nullptr;
  if (!now) return std::string(name.in(language));
  return std::string((language == Language::kDe ? now->name_de : now->name_en).in(language));
}

std::string Site::owner_in(Language language) const {
  const auto now = brand ? brand() : nullptr;
  return std::string((now ? now->owner : owner).in(language));
}

Page Site::page(const net::Request& request, std::string title) const {
  const LocalPath local = split_language(request.path);
  Page page;
  page.site = this;
  page.language = local.language;
  page.title = std::move(title);
  // With one slash: after two, or a slash and a backslash, browsers read a host.
  const std::size_t begin = std::min(local.page.find_first_not_of("/\\"), local.page.size());
  page.address = "/" + std::string(local.page.substr(begin));
  if (!request.query.empty()) page.address.append("?").append(request.query);
  if (notice) page.notice = notice(local.language);
  if (brand) page.brand = brand();
  for (const NavItem& item : navigation) {
    if (!shows || shows(item.page)) page.navigation.push_back(item);
  }
  return page;
}

void add_page(net::Router& router, net::Method method, const std::string& pattern,
              net::Handler handler, net::RouteOptions options) {
  router.add(method, path(Language::kEn, pattern), handler, options);
  router.add(method, pattern, std::move(handler), options);
}

void add_page(net::Router& router, net::Method method, const std::string& pattern,
              net::AsyncHandler handler, net::RouteOptions options) {
  router.add(method, path(Language::kEn, pattern), handler, options);
  router.add(method, pattern, std::move(handler), options);
}

net::Response html_response(Html&& page, int status, Caching caching) {
  const Language language = page.language();
  net::Response response =
      net::Response::text(status, "text/html; charset=utf-8", std::move(page).take());
  const bool keep = caching == Caching::kRevalidate && status < 400;
  response.header("Content-Language", std::string(code(language)))
      .header("Content-Security-Policy", std::string(kContentSecurityPolicy))
      .header("Referrer-Policy", "same-origin")
      .header("X-Content-Type-Options", "nosniff")
      .header("X-Frame-Options", "DENY")
      .header("Cross-Origin-Opener-Policy", "same-origin")
      .header("Cross-Origin-Resource-Policy", "same-origin")
      .header("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
      .header("Cache-Control", keep ? "no-cache" : "no-store");
  return response;
}

net::Response error_page(const Site& site, const net::Request& request, const Error& error) {
  if (wants_json(request)) return net::Response::problem(error);
  const ErrorRow& row = describe(error.code);
  const ErrorTexts& words = error_texts(row.page_key);
  const Language language = language_of(request);
  Page page = site.page(request, std::string(text(language, words.title)));
  page.has_errors = true;
  // Who works in the console stays in it.
  const bool inside = split_language(request.path).page.starts_with(kConsole);
  const bool for_staff = inside && error.code == Code::kForbidden;
  Html out(language);
  render_error(
      out,
      {page, std::string(text(language, for_staff ? texts::kErrorForbiddenStaff : words.text)),
       row.status, std::string(text(language, inside ? texts::kErrorOverview : texts::kErrorHome)),
       path(language, inside ? kConsole : "/")});
  return html_response(std::move(out), row.status);
}

bool same_origin(const net::Request& request) {
  if (const auto site = request.header("sec-fetch-site")) {
    return *site == "same-origin" || *site == "none";
  }
  if (const auto origin = request.header("origin")) return *origin == request.origin();
  return !request.header("cookie").has_value();
}

std::string page_address(const Pagination& pagination, int number) {
  const bool has_query = pagination.address.find('?') != std::string::npos;
  return fmt::format("{}{}{}={}", pagination.address, has_query ? '&' : '?', pagination.parameter,
                     number);
}

std::vector<int> page_numbers(const Pagination& pagination) {
  std::vector<int> numbers;
  for (int number = 1; number <= pagination.last; ++number) {
    const bool near = std::abs(number - pagination.current) <= 1;
    if (number == 1 || number == pagination.last || near) {
      numbers.push_back(number);
    } else if (numbers.back() != 0) {
      numbers.push_back(0);
    }
  }
  return numbers;
}

bool is_current(const Page& page, const NavItem& item) {
  const std::string_view address(page.address);
  const std::string_view own = address.substr(0, address.find('?'));
  if (own == item.page) return true;
  return item.page != "/" && own.starts_with(item.page) && own[item.page.size()] == '/';
}

}  // namespace revier::web
