// SPDX-License-Identifier: EUPL-1.2
#include "identity/pages.h"

#include <algorithm>
#include <memory>

#include "identity/detail/accounts.h"
#include "identity/detail/secrets.h"
#include "identity/routes.h"
#include "identity/texts.h"
#include "identity/views.h"

namespace revier::identity {
namespace {

using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;

std::optional<web::Label> check_length(std::string_view password) {
  if (password.size() >= detail::kPasswordMin) return std::nullopt;
  return web::Label(texts::kWrongPasswordShort);
}

web::FormField name_field() {
  return {.name = "name",
          .label = texts::kFieldName,
          .required = true,
          .length_max = 100,
          .autocomplete = "username"};
}
web::FormField old_password(std::string name, const web::Text& label) {
  return {.name = std::move(name),
          .kind = FieldKind::kPassword,
          .label = label,
          .required = true,
          .autocomplete = "current-password"};
}
web::FormField new_password() {
  return {.name = "password",
          .kind = FieldKind::kPassword,
          .label = texts::kFieldNewPassword,
          .hint = texts::kFieldPasswordHint,
          .required = true,
          .autocomplete = "new-password",
          .check = check_length};
}
web::FormField repeated_password() {
  return {.name = "repeat",
          .kind = FieldKind::kPassword,
          .label = texts::kFieldRepeat,
          .required = true,
          .autocomplete = "new-password"};
}
web::FormField csrf_field() { return {.name = "csrf", .kind = FieldKind::kHidden}; }

std::optional<web::Label> check_name(std::string_view name) {
  if (detail::fold_name(name)) return std::nullopt;
  return web::Label(texts::kWrongName);
}

web::FormField first_name_field() {
  web::FormField field = name_field();
  field.hint = texts::kFieldNameHint;
  field.check = check_name;
  return field;
}

const web::Form& start_form() {
  static const web::Form form{{first_name_field(), new_password(), repeated_password()}};
  return form;
}
const web::Form& link_form() {
  static const web::Form form{{new_password(), repeated_password()}};
  return form;
}
const web::Form& sign_in_form() {
  static const web::Form form{{name_field(), old_password("password", texts::kFieldPassword)}};
  return form;
}
const web::Form& code_form() {
  static const web::Form form{{{.name = "challenge", .kind = FieldKind::kHidden},
                               {.name = "code",
                                .label = texts::kFieldCode,
                                .hint = texts::kFieldCodeHint,
                                .required = true,
                                .length_max = 40,
                                .autocomplete = "one-time-code"}}};
  return form;
}
const web::Form& sign_out_form() {
  static const web::Form form{{csrf_field()}};
  return form;
}
const web::Form& password_form() {
  static const web::Form form{{csrf_field(), old_password("old_password", texts::kFieldOldPassword),
                               new_password(), repeated_password()}};
  return form;
}

bool check_repeat(FormData& data) {
  if (data.get("password") == data.get("repeat")) return true;
  data.fail("repeat", texts::kWrongRepeat);
  return false;
}

// An address of ours below /console, nothing else.
bool is_console_address(std::string_view wanted) {
  return web::split_language(wanted).page.starts_with(kConsolePage) &&
         std::all_of(wanted.begin(), wanted.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
}

// Where a signed-in person goes on.
std::string next_page(const Request& request) {
  std::string wanted = request.query_param("weiter").value_or("");
  if (is_console_address(wanted)) return wanted;
  return web::path(web::language_of(request), kConsolePage);
}

// The page with the form that was sent, as its browser names it; "" where it is none of ours.
std::string page_of_form(const Request& request) {
  const std::string_view named = request.header("referer").value_or("");
  const std::string origin = request.origin();
  if (!named.starts_with(origin)) return {};
  const std::string_view page = named.substr(origin.size());
  return is_console_address(page) ? std::string(page) : std::string();
}

// ?grund=: why somebody comes to the sign-in page.
constexpr std::string_view kAccountMade = "konto";
constexpr std::string_view kPasswordSet = "passwort";
constexpr std::string_view kPasswordChanged = "geaendert";
constexpr std::string_view kEnded = "abgelaufen";

std::string sign_in_address(const Request& request, std::string_view why) {
  return web::path(web::language_of(request), kSignInPage) + "?grund=" + std::string(why);
}

std::vector<Told> told(const Request& request) {
  const web::Language language = web::language_of(request);
  const auto words = [&](const web::Text& key) { return std::string(text(language, key)); };
  const std::string why = request.query_param("grund").value_or("");
  if (why == kEnded) {
    return {
        {web::kern::Tone::kWarning, words(texts::kSignInEnded), words(texts::kSignInEndedText)}};
  }
  for (const auto& [name, key] : {std::pair{kAccountMade, texts::kSignInAccountMade},
                                  std::pair{kPasswordSet, texts::kSignInPasswordSet},
                                  std::pair{kPasswordChanged, texts::kSignInPasswordChanged}}) {
    if (why == name) return {{web::kern::Tone::kSuccess, words(key)}};
  }
  return {};
}

class Pages {
 public:
  explicit Pages(const PageParts& parts) : parts_(parts) {}

  // --- one-time link
  Task<Response> show_link(Request& request);
  Task<Response> use_link(Request& request);
  // --- signing in and out
  Response show_sign_in(Request& request);
  Task<Response> sign_in(Request& request);
  Task<Response> sign_in_code(Request& request);
  Response show_sign_out(Request& request);
  Task<Response> sign_out(Request& request);
  // --- password
  Response show_password(Request& request);
  Task<Response> change_password(Request& request);

 private:
  struct Words {
    const web::Text& title;
    std::string intro;
    const web::Text& button;
    std::string action = {};
    std::vector<Told> told = {};
  };

  // Runs what blocks on the pool; both failures are one.
  template <class Work>
  Task<std::invoke_result_t<Work&>> blocking(Work work) {
    auto done = co_await parts_.pool.run(std::move(work));
    if (!done) co_return fail(done.error());
    co_return std::move(*done);
  }

  [[nodiscard]] Response show(const Request& request, const Words& words, const web::Form& form,
                              FormData data, std::string_view csrf = {}, int status = 200) const {
    if (form.find("csrf") != nullptr) data.set("csrf", std::string(csrf));
    web::Page page = parts_.site.page(request, std::string(text(language(request), words.title)));
    page.is_private = true;
    page.has_errors = !data.valid();
    web::Html out(page.language);
    render_form_page(out,
                     {page, words.intro, form, data, std::string(text(page.language, words.button)),
                      words.action, status == 200 ? words.told : std::vector<Told>()});
    return web::html_response(std::move(out), status, web::Caching::kNever);
  }
  [[nodiscard]] Response failed(const Request& request, const Error& error) const {
    return web::error_page(parts_.site, request, error);
  }
  [[nodiscard]] static web::Language language(const Request& request) {
    return web::language_of(request);
  }

  // What was sent, from a page of ours. Errors: kForbidden, those of read_form.
  [[nodiscard]] static Result<FormData> sent(const web::Form& form, const Request& request) {
    if (!web::same_origin(request)) {
      return fail(Code::kForbidden, "the form does not come from a page of this site");
    }
    return web::read_form(form, request);
  }

  [[nodiscard]] static Words link_words(const Request& request, const Account& account) {
    const web::Language lang = language(request);
    if (account.id.empty()) {
      return {texts::kStartTitle, std::string(text(lang, texts::kStartIntro)), texts::kStartButton};
    }
    return {texts::kLinkTitle, text(lang, texts::kLinkIntro, {{"name", account.name}}),
            texts::kLinkButton};
  }
  [[nodiscard]] static Words sign_in_words(const Request& request) {
    const bool here = web::split_language(request.path).page == kSignInPage;
    return {texts::kSignInTitle, std::string(text(language(request), texts::kSignInIntro)),
            texts::kSignInButton, here ? std::string() : to_page(request, kSignInPage),
            told(request)};
  }
  [[nodiscard]] static Words code_words(const Request& request) {
    return {texts::kCodeTitle, std::string(text(language(request), texts::kCodeIntro)),
            texts::kCodeButton, to_page(request, kCodePage)};
  }
  // With the address that it leads on to.
  [[nodiscard]] static std::string to_page(const Request& request, std::string_view page) {
    std::string address = web::path(language(request), page);
    if (request.query_param("weiter")) {
      web::Html encoded(language(request));
      encoded.url_part(next_page(request));
      address += "?weiter=" + encoded.str();
    }
    return address;
  }
  [[nodiscard]] static Words password_words(const Request& request) {
    return {texts::kPasswordTitle, std::string(text(language(request), texts::kPasswordIntro)),
            texts::kPasswordButton};
  }

  [[nodiscard]] Response welcome(const Request& request, const SignedIn& session) const {
    return Response::see_other(next_page(request))
        .header("Set-Cookie", session_cookie(session, parts_.clock.now(), request.secure))
        .header("Set-Cookie", device_cookie(session, request.secure))
        .header("Cache-Control", "no-store");
  }

  PageParts parts_;
};

// --- one-time link

Task<Response> Pages::show_link(Request& request) {
  const std::string secret(request.param("secret"));
  const auto account = co_await blocking([&] { return parts_.identity.link_account(secret); });
  if (!account) co_return failed(request, account.error());
  const web::Form& form = account->id.empty() ? start_form() : link_form();
  co_return show(request, link_words(request, *account), form, {});
}

Task<Response> Pages::use_link(Request& request) {
  const std::string secret(request.param("secret"));
  const auto account = co_await blocking([&] { return parts_.identity.link_account(secret); });
  if (!account) co_return failed(request, account.error());
  const web::Form& form = account->id.empty() ? start_form() : link_form();
  auto data = sent(form, request);
  if (!data) co_return failed(request, data.error());
  if (!web::validate(form, *data) || !check_repeat(*data)) {
    co_return show(request, link_words(request, *account), form, *data, {}, 422);
  }
  const auto used = co_await blocking(
      [&] { return parts_.identity.use_link(secret, data->get("name"), data->get("password")); });
  if (used) {
    co_return Response::see_other(
        sign_in_address(request, account->id.empty() ? kAccountMade : kPasswordSet));
  }
  if (used.error().code != Code::kUnprocessable) co_return failed(request, used.error());
  const bool password = used.error().field == "password";
  data->fail(used.error().field, password ? texts::kWrongPasswordShort : texts::kWrongNameTaken);
  co_return show(request, link_words(request, *account), form, *data, {}, 422);
}

// --- signing in and out

Response Pages::show_sign_in(Request& request) {
  if (parts_.identity.authenticate(request).signed_in()) {
    return Response::see_other(next_page(request));
  }
  return show(request, sign_in_words(request), sign_in_form(), {});
}

Task<Response> Pages::sign_in(Request& request) {
  auto data = sent(sign_in_form(), request);
  if (!data) co_return failed(request, data.error());
  if (!web::validate(sign_in_form(), *data)) {
    co_return show(request, sign_in_words(request), sign_in_form(), *data, {}, 422);
  }
  const auto session = co_await blocking([&] {
    return parts_.identity.sign_in(data->get("name"), data->get("password"), request.client_address,
                                   request.header("User-Agent").value_or(""),
                                   request.cookie(kDeviceCookie).value_or(""));
  });
  if (session && session->needs_code) {
    FormData code;
    code.set("challenge", session->cookie_secret);
    co_return show(request, code_words(request), code_form(), std::move(code));
  }
  if (session) co_return welcome(request, *session);
  const Code code = session.error().code;
  if (code != Code::kUnauthenticated && code != Code::kTooManyRequests) {
    co_return failed(request, session.error());
  }
  const bool wrong = code == Code::kUnauthenticated;
  data->fail("name", wrong ? texts::kWrongCredentials : texts::kWrongAttempts);
  co_return show(request, sign_in_words(request), sign_in_form(), *data, {}, describe(code).status);
}

Task<Response> Pages::sign_in_code(Request& request) {
  auto data = sent(code_form(), request);
  if (!data) co_return failed(request, data.error());
  if (!web::validate(code_form(), *data)) {
    co_return show(request, code_words(request), code_form(), *data, {}, 422);
  }
  const auto session = co_await blocking(
      [&] { return parts_.identity.sign_in_code(data->get("challenge"), data->get("code")); });
  if (session) co_return welcome(request, *session);
  const Code fault = session.error().code;
  if (fault == Code::kGone) {
    FormData empty;
    empty.fail("name", texts::kWrongChallenge);
    co_return show(request, sign_in_words(request), sign_in_form(), std::move(empty), {}, 410);
  }
  if (fault != Code::kUnauthenticated && fault != Code::kTooManyRequests) {
    co_return failed(request, session.error());
  }
  const bool wrong = fault == Code::kUnauthenticated;
  data->set("code", "");
  data->fail("code", wrong ? texts::kWrongCode : texts::kWrongAttempts);
  co_return show(request, code_words(request), code_form(), *data, {}, describe(fault).status);
}

Response Pages::show_sign_out(Request& request) {
  const Caller caller = parts_.identity.authenticate(request);
  if (!caller.signed_in()) return ask_to_sign_in(request);
  const Words words{texts::kSignOutTitle,
                    text(language(request), texts::kSignOutIntro, {{"name", caller.name()}}),
                    texts::kSignOutButton};
  return show(request, words, sign_out_form(), {}, caller.csrf());
}

Task<Response> Pages::sign_out(Request& request) {
  const Caller caller = parts_.identity.authenticate(request);
  const auto data = sent(sign_out_form(), request);
  if (!data) co_return failed(request, data.error());
  if (caller.signed_in()) {
    const auto ours = caller.require_csrf(data->get("csrf"));
    if (!ours) co_return failed(request, ours.error());
    const std::string secret(request.cookie(kSessionCookie).value_or(""));
    const auto out = co_await blocking([&] { return parts_.identity.sign_out(secret); });
    if (!out) co_return failed(request, out.error());
  }
  co_return Response::see_other(web::path(language(request), kSignInPage))
      .header("Set-Cookie", ended_cookie(request.secure));
}

// --- password

Response Pages::show_password(Request& request) {
  const Caller caller = parts_.identity.authenticate(request);
  if (!caller.signed_in()) return ask_to_sign_in(request);
  return show(request, password_words(request), password_form(), {}, caller.csrf());
}

Task<Response> Pages::change_password(Request& request) {
  const Caller caller = parts_.identity.authenticate(request);
  if (!caller.signed_in()) co_return ask_to_sign_in(request);
  const web::Form& form = password_form();
  auto data = sent(form, request);
  if (!data) co_return failed(request, data.error());
  const auto ours = caller.require_csrf(data->get("csrf"));
  if (!ours) co_return failed(request, ours.error());
  if (!web::validate(form, *data) || !check_repeat(*data)) {
    co_return show(request, password_words(request), form, *data, caller.csrf(), 422);
  }
  const auto changed = co_await blocking([&] {
    return parts_.identity.change_password(caller.id(), data->get("old_password"),
                                           data->get("password"));
  });
  if (changed) {
    co_return Response::see_other(sign_in_address(request, kPasswordChanged))
        .header("Set-Cookie", ended_cookie(request.secure));
  }
  switch (changed.error().code) {
    case Code::kUnauthenticated:
      data->fail("old_password", texts::kWrongOldPassword);
      break;
    case Code::kTooManyRequests:
      data->fail("old_password", texts::kWrongAttempts);
      break;
    case Code::kUnprocessable:
      data->fail("password", texts::kWrongPasswordShort);
      break;
    default:
      co_return failed(request, changed.error());
  }
  co_return show(request, password_words(request), form, *data, caller.csrf(), 422);
}

}  // namespace

void add_pages(net::Router& router, const PageParts& parts) {
  const auto pages = std::make_shared<Pages>(parts);
  const auto wait = [&](net::Method method, std::string_view pattern,
                        Task<Response> (Pages::*step)(Request&)) {
    web::add_page(router, method, std::string(pattern),
                  net::AsyncHandler([=](Request& r) { return ((*pages).*step)(r); }));
  };
  const auto show = [&](std::string_view pattern, Response (Pages::*step)(Request&)) {
    web::add_page(router, net::Method::kGet, std::string(pattern),
                  net::Handler([=](Request& r) { return ((*pages).*step)(r); }));
  };
  wait(net::Method::kGet, start_path("{secret}"), &Pages::show_link);
  wait(net::Method::kPost, start_path("{secret}"), &Pages::use_link);
  show(kSignInPage, &Pages::show_sign_in);
  wait(net::Method::kPost, kSignInPage, &Pages::sign_in);
  // Reached by its form only; whoever comes back to the address begins again.
  show(kCodePage, &Pages::show_sign_in);
  wait(net::Method::kPost, kCodePage, &Pages::sign_in_code);
  show(kSignOutPage, &Pages::show_sign_out);
  wait(net::Method::kPost, kSignOutPage, &Pages::sign_out);
  show(kPasswordPage, &Pages::show_password);
  wait(net::Method::kPost, kPasswordPage, &Pages::change_password);
}

Response ask_to_sign_in(const Request& request) {
  const web::Language language = web::language_of(request);
  std::string address = web::path(language, kSignInPage);
  if (request.method == net::Method::kGet && request.path == address) {
    return Response::see_other(std::move(address));
  }
  // A form that was sent cannot be sent again by a link: its page is shown anew.
  const bool looked = request.method == net::Method::kGet;
  const std::string next = looked ? std::string(request.target) : page_of_form(request);
  if (!looked) address = sign_in_address(request, kEnded);
  if (!next.empty()) {
    web::Html encoded(language);
    encoded.url_part(next);
    address += (looked ? "?weiter=" : "&weiter=") + encoded.str();
  }
  return Response::see_other(std::move(address));
}

}  // namespace revier::identity
