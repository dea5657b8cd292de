// SPDX-License-Identifier: EUPL-1.2
// Signing up and confirming.
#include "newsletter/pages.h"

#include <algorithm>

#include "newsletter/detail/page_parts.h"
#include "newsletter/links.h"
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

constexpr Duration kWindow = Duration::minutes(15);
constexpr std::size_t kNetworksMax = 50'000;

std::vector<Topic> offered(const Pages& pages) {
  std::vector<Topic> list;
  const Topics all = pages.newsletter.topics();
  std::ranges::copy_if(*all, std::back_inserter(list), &Topic::offered);
  return list;
}

web::Form sign_up_form(const std::vector<Topic>& topics, Language language) {
  web::Form form;
  if (topics.size() > 1) {
    web::FormField field{.name = "themen",
                         .kind = web::FieldKind::kCheckboxes,
                         .label = texts::kSignUpTopics,
                         .required = true,
                         .options = {},
                         .missing = texts::kSignUpTopicsMissing};
    for (const Topic& topic : topics) {
      field.options.push_back(
          {.value = topic.id, .label = topic.name_in(language), .hint = topic.about_in(language)});
    }
    form.fields.push_back(std::move(field));
  }
  web::FormField mail = ticket::person_fields().back();
  mail.hint = texts::kSignUpMailHint;
  form.fields.push_back(std::move(mail));
  return form;
}

Response show_sign_up(const Pages& pages, const Request& request, const web::FormData& data,
                      int status) {
  const Language language = web::language_of(request);
  const std::vector<Topic> topics = offered(pages);
  const web::Form form = sign_up_form(topics, language);
  SignUpPage view{.page = pages.site.page(request, words(language, texts::kSignUpTitle)),
                  .form = form,
                  .data = data,
                  .wording = std::string(wording(language)),
                  .only_topic = {},
                  .only_about = {},
                  .offered = !topics.empty(),
                  .sent = request.query_param("gesendet").has_value(),
                  .has_archive = !pages.issues().empty()};
  if (topics.size() == 1) {
    view.only_topic = topics.front().name_in(language);
    view.only_about = topics.front().about_in(language);
  }
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_sign_up(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_sign_up(Request& request, const Pages& pages) {
  co_return show_sign_up(pages, request, {}, 200);
}

std::vector<std::string> chosen(const std::vector<Topic>& topics, const web::FormData& data) {
  if (topics.size() == 1) return {topics.front().id};
  return data.all("themen");
}

Task<Response> post_sign_up(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  const Language language = web::language_of(request);
  const std::vector<Topic> topics = offered(pages);
  if (topics.empty()) co_return show_sign_up(pages, request, {}, 404);
  const web::Form form = sign_up_form(topics, language);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(form, *data)) co_return show_sign_up(pages, request, *data, 422);
  if (!pages.sign_ups->take(network_of(request.client_address),
                            static_cast<unsigned>(pages.network_sign_ups_max),
                            pages.real_clock.now())) {
    data->fail("mail", texts::kSignUpTooMany);
    co_return show_sign_up(pages, request, *data, 429);
  }
  const auto done = co_await pages.newsletter.sign_up({.mail = std::string(data->get("mail")),
                                                       .language = std::string(code(language)),
                                                       .topics = chosen(topics, *data)});
  if (!done) co_return refused(pages, request, done.error());
  co_return Response::see_other(web::path(language, "/newsletter?gesendet=1"));
}

// Confirming.

Response show_gone(const Pages& pages, const Request& request) {
  const Language language = web::language_of(request);
  return show_ask({.page = private_page(pages, request, texts::kConfirmTitle),
                   .text = words(language, texts::kConfirmGone),
                   .button = {},
                   .back_href = web::path(language, "/newsletter"),
                   .back_text = words(language, texts::kConfirmAgain)},
                  410);
}

Task<Result<PendingSignUp>> open_request(const Request& request, const Pages& pages) {
  auto id = pages.domain.links.open(kRequestLink, request.param("token"));
  if (!id) co_return fail(id.error());
  Result<PendingSignUp> found = fail(Code::kGone, "this request has ended");
  RV_CO_TRY(co_await ticket::read_records(pages.domain, [&](records::Session& s) -> Result<> {
    found = rows::find_request(s, *id);
    return {};
  }));
  if (!found && found.error().code == Code::kResourceNotFound) {
    co_return fail(Code::kGone, "this request has ended");
  }
  if (found && found->delete_after <= pages.domain.civil_clock.now()) {
    co_return fail(Code::kGone, "this request has ended");
  }
  co_return found;
}

Response refused_request(const Pages& pages, const Request& request, const Error& error) {
  return error.code == Code::kGone ? show_gone(pages, request) : refused(pages, request, error);
}

Response to_settings(const Pages& pages, const Request& request, std::string_view subscriber) {
  return Response::see_other(
      settings_path(pages.domain.links, subscriber, web::language_of(request)) + "?bestaetigt=1");
}

Task<Response> get_confirm(Request& request, const Pages& pages) {
  const auto asked = co_await open_request(request, pages);
  if (!asked) co_return refused_request(pages, request, asked.error());
  if (asked->confirmed) co_return to_settings(pages, request, asked->subscriber);
  const Language language = web::language_of(request);
  ConfirmPage view{.page = private_page(pages, request, texts::kConfirmTitle),
                   .mail = asked->mail,
                   .topics = {},
                   .wording = std::string(wording(language))};
  const Topics all = pages.newsletter.topics();
  for (const Topic& topic : *all) {
    if (std::ranges::find(asked->topics, topic.id) == asked->topics.end()) continue;
    view.topics.push_back(topic.name_in(language));
  }
  web::Html out(language);
  render_confirm(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> post_confirm(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto id = pages.domain.links.open(kRequestLink, request.param("token"));
  if (!id) co_return refused(pages, request, id.error());
  const auto subscriber =
      co_await pages.newsletter.confirm(std::move(*id), web::language_of(request));
  if (!subscriber) co_return refused_request(pages, request, subscriber.error());
  co_return to_settings(pages, request, *subscriber);
}

}  // namespace

void add_pages(net::Router& router, const PageNeeds& needs) {
  Pages pages{needs, nullptr};
  pages.sign_ups = std::make_shared<Attempts>(kWindow, kNetworksMax);
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_newsletter_page(router, pages, method, pattern, handler);
  };
  page(Method::kGet, "/newsletter", get_sign_up);
  page(Method::kPost, "/newsletter", post_sign_up);
  page(Method::kGet, "/newsletter/bestaetigen/{token}", get_confirm);
  page(Method::kPost, "/newsletter/bestaetigen/{token}", post_confirm);
  add_archive_pages(router, pages);
  add_own_pages(router, pages);
}

}  // namespace revier::newsletter
