// SPDX-License-Identifier: EUPL-1.2
// One's own account: sessions, second factor, recovery codes.
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "identity/routes.h"
#include "pdf/qr.h"

namespace revier::console {
namespace {

using identity::Caller;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kConfirmPage = "/console/konto/zweiter-faktor/bestaetigen";
constexpr std::string_view kRemovePage = "/console/konto/zweiter-faktor/entfernen";
constexpr std::string_view kRecoveryPage = "/console/konto/wiederherstellung";

web::FormField code_field() {
  return {.name = "code",
          .label = texts::kOwnCode,
          .hint = texts::kOwnCodeHint,
          .required = true,
          .length_max = 40,
          .autocomplete = "one-time-code"};
}
const web::Form& password_form() {
  static const web::Form form{{csrf_field(),
                               {.name = "password",
                                .kind = FieldKind::kPassword,
                                .label = texts::kOwnPassword,
                                .required = true,
                                .autocomplete = "current-password"}}};
  return form;
}
const web::Form& own_code_form() {
  static const web::Form form{{csrf_field(), code_field()}};
  return form;
}
const web::Form& confirm_form() {
  web::FormField field = code_field();
  field.hint = texts::kOwnFirstCodeHint;
  field.inputmode = "numeric";
  static const web::Form form{{csrf_field(),
                               {.name = "sealed", .kind = FieldKind::kHidden, .length_max = 2000},
                               {.name = "secret", .kind = FieldKind::kHidden, .length_max = 100},
                               {.name = "uri", .kind = FieldKind::kHidden, .length_max = 1000},
                               field}};
  return form;
}

// The message for a field that was refused; false for what is no fault of the form.
bool tell(FormData& data, const Error& error) {
  switch (error.code) {
    case Code::kTooManyRequests:
      data.fail(data.has("password") ? "password" : "code", texts::kOwnTooMany);
      return true;
    case Code::kUnauthenticated: {
      const bool password = error.field == "password";
      data.fail(password ? "password" : "code",
                password ? texts::kOwnPasswordWrong : texts::kOwnCodeWrong);
      return true;
    }
    default:
      return false;
  }
}

// --- overview

struct Own {
  identity::SecondFactor second;
  std::vector<identity::SessionRow> sessions;
};

std::vector<SessionLine> session_lines(const Own& own, const Caller& caller, Language language) {
  std::vector<SessionLine> lines;
  for (const identity::SessionRow& row : own.sessions) {
    lines.push_back(
        {.device = row.device.empty() ? words(language, texts::kOwnUnknownDevice) : row.device,
         .started = web::date_time(language, row.created),
         .used = web::date_time(language, row.used),
         .id = row.id,
         .current = row.id == caller.session()});
  }
  return lines;
}

std::vector<Link> own_deeds(const Own& own, Language language) {
  std::vector<Link> deeds;
  const auto add = [&](const web::Text& label, std::string_view page) {
    deeds.push_back({words(language, label), web::path(language, page)});
  };
  if (own.second.on) {
    add(texts::kOwnRecovery, kRecoveryPage);
    if (!own.second.required) add(texts::kOwnRemove, kRemovePage);
  } else {
    add(texts::kOwnSetUp, kSecondFactorPage);
  }
  add(texts::kMenuPassword, identity::kPasswordPage);
  return deeds;
}

Task<Response> show_account(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  const auto own = co_await blocking(needs, [&]() -> Result<Own> {
    Own found;
    RV_ASSIGN(found.second, needs.accounts->second_factor(caller->id()));
    RV_ASSIGN(found.sessions, needs.accounts->sessions(caller->id()));
    return found;
  });
  if (!own) co_return refused(needs, request, own.error());
  const Language language = web::language_of(request);
  const std::string state =
      own->second.on ? web::text(language, texts::kOwnOn, {{"codes", own->second.recovery_codes}})
                     : words(language, texts::kOwnOff);
  const OwnAccountPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kOwnTitle)),
      .facts = {{{words(language, texts::kStaffName), std::string(caller->name()), {}, {}},
                 {words(language, texts::kOwnSecond), state, {}, {}}}},
      .notice = caller->needs_second_factor() ? words(language, texts::kOwnMust) : std::string(),
      .deeds = own_deeds(*own, language),
      .sessions = session_lines(*own, *caller, language),
      .csrf = std::string(caller->csrf())};
  web::Html out(language);
  render_own_account(out, view);
  co_return personal(std::move(out));
}

Task<Response> end_session(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field(), {.name = "id", .kind = FieldKind::kHidden}}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto done = co_await blocking(
      needs, [&] { return needs.accounts->end_session(caller->id(), data->get("id"), *caller); });
  // One that has ended meanwhile is ended.
  if (!done && done.error().code != Code::kResourceNotFound) {
    co_return refused(needs, request, done.error());
  }
  co_return Response::see_other(web::path(web::language_of(request), kOwnPage));
}

Task<Response> end_others(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto done = co_await blocking(needs, [&] {
    return needs.accounts->end_sessions(caller->id(), caller->session(), *caller);
  });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kOwnPage));
}

// --- setting the second factor up

FormWords password_words(const Caller& caller, Language language) {
  const bool must = caller.needs_second_factor();
  return {texts::kOwnSetUp, words(language, must ? texts::kOwnMustIntro : texts::kOwnSetUpIntro),
          texts::kOwnSetUpNext, std::string(kSecondFactorPage), std::string(kOwnPage)};
}

Task<Response> ask_set_up(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  co_return show_form(needs, request, *caller, password_words(*caller, language), password_form(),
                      {});
}

Response show_enrolment(const Needs& needs, const Request& request, const Caller& caller,
                        FormData data, int status) {
  const Language language = web::language_of(request);
  const auto code = pdf::encode_qr(data.get("uri"));
  if (!code) return refused(needs, request, code.error());
  std::string secret;
  for (const char c : data.get("secret")) {
    if (secret.size() % 5 == 4) secret += ' ';
    secret += c;
  }
  data.set("csrf", std::string(caller.csrf()));
  data.set("code", "");
  EnrolPage view{.head = make_head(needs, request, caller, words(language, texts::kOwnSetUp)),
                 .qr = web::SafeHtml::trusted(pdf::qr_svg_content(*code)),
                 .secret = std::move(secret),
                 .form = {confirm_form(), data}};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_enrol(out, view);
  return personal(std::move(out), status);
}

Task<Response> begin_set_up(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  auto data = read_own_form(*caller, password_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const auto again = [&](int status) {
    return show_form(needs, request, *caller, password_words(*caller, language), password_form(),
                     *data, status);
  };
  if (!web::validate(password_form(), *data)) co_return again(422);
  const std::string issuer = needs.site.name_in(language);
  const auto begun = co_await blocking(needs, [&] {
    return needs.accounts->begin_second_factor(caller->id(), data->get("password"), issuer);
  });
  if (!begun && tell(*data, begun.error())) co_return again(422);
  if (!begun) co_return refused(needs, request, begun.error());
  FormData next;
  next.set("sealed", begun->sealed);
  next.set("secret", begun->secret);
  next.set("uri", begun->uri);
  co_return show_enrolment(needs, request, *caller, std::move(next), 200);
}

Task<Response> confirm(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, confirm_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(confirm_form(), *data)) {
    co_return show_enrolment(needs, request, *caller, *data, 422);
  }
  auto codes = co_await blocking(needs, [&] {
    return needs.accounts->confirm_second_factor(data->get("sealed"), data->get("code"), *caller);
  });
  if (!codes && tell(*data, codes.error())) {
    co_return show_enrolment(needs, request, *caller, *data, 422);
  }
  if (!codes) co_return refused(needs, request, codes.error());
  const Language language = web::language_of(request);
  co_return show_secrets(needs, request, *caller,
                         {texts::kOwnCodesTitle, words(language, texts::kOwnCodesIntro),
                          words(language, texts::kOwnCodesNote), std::string(kOwnPage)},
                         std::move(*codes));
}

// --- what asks for a code

FormWords recovery_words(Language language) {
  return {texts::kOwnRecovery, words(language, texts::kOwnRecoveryIntro), texts::kOwnRecoveryMake,
          std::string(kRecoveryPage), std::string(kOwnPage)};
}
FormWords remove_words(Language language) {
  return {texts::kOwnRemove, words(language, texts::kOwnRemoveIntro), texts::kOwnRemove,
          std::string(kRemovePage), std::string(kOwnPage)};
}

Task<Response> ask_recovery(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  co_return show_form(needs, request, *caller, recovery_words(web::language_of(request)),
                      own_code_form(), {});
}

Task<Response> ask_remove(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  co_return show_form(needs, request, *caller, remove_words(web::language_of(request)),
                      own_code_form(), {});
}

Task<Response> renew(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  auto data = read_own_form(*caller, own_code_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const auto again = [&] {
    return show_form(needs, request, *caller, recovery_words(language), own_code_form(), *data,
                     422);
  };
  if (!web::validate(own_code_form(), *data)) co_return again();
  auto codes = co_await blocking(
      needs, [&] { return needs.accounts->renew_recovery_codes(data->get("code"), *caller); });
  if (!codes && tell(*data, codes.error())) co_return again();
  if (!codes) co_return refused(needs, request, codes.error());
  co_return show_secrets(needs, request, *caller,
                         {texts::kOwnCodesTitle, words(language, texts::kOwnCodesIntro),
                          words(language, texts::kOwnCodesNote), std::string(kOwnPage)},
                         std::move(*codes));
}

Task<Response> remove(Request& request, const Needs& needs) {
  const Entry caller = enter_own(needs, request);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  auto data = read_own_form(*caller, own_code_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const auto again = [&] {
    return show_form(needs, request, *caller, remove_words(language), own_code_form(), *data, 422);
  };
  if (!web::validate(own_code_form(), *data)) co_return again();
  const auto done = co_await blocking(
      needs, [&] { return needs.accounts->remove_second_factor(data->get("code"), *caller); });
  if (!done && tell(*data, done.error())) co_return again();
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(language, kOwnPage));
}

}  // namespace

void add_own_account(net::Router& router, const Needs& needs) {
  const auto page = [&](net::Method method, std::string_view pattern, StaffHandler handler) {
    add_staff_page(router, needs, method, std::string(pattern), handler);
  };
  using net::Method;
  page(Method::kGet, kOwnPage, show_account);
  page(Method::kPost, "/console/konto/sitzung", end_session);
  page(Method::kPost, "/console/konto/sitzungen", end_others);
  page(Method::kGet, kSecondFactorPage, ask_set_up);
  page(Method::kPost, kSecondFactorPage, begin_set_up);
  page(Method::kPost, kConfirmPage, confirm);
  page(Method::kGet, kRecoveryPage, ask_recovery);
  page(Method::kPost, kRecoveryPage, renew);
  page(Method::kGet, kRemovePage, ask_remove);
  page(Method::kPost, kRemovePage, remove);
}

}  // namespace revier::console
