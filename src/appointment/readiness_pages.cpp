// SPDX-License-Identifier: EUPL-1.2
// The check before booking. The answers come by POST, so that they stand in no address, history or
// log; nothing is stored.
#include "appointment/detail/page_parts.h"
#include "appointment/pages.h"
#include "appointment/readiness.h"
#include "appointment/texts.h"
#include "ticket/for_pages.h"

namespace revier::appointment {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;
using web::kern::Tone;

std::string words_of(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

void add_part(ReadinessPage& view, const web::Text& title, const std::vector<Step>& steps,
              Language language) {
  if (steps.empty()) return;
  ReadinessPart part{.title = words_of(language, title), .steps = {}};
  for (const Step step : steps) part.steps.emplace_back(text_of(step, language));
  view.parts.push_back(std::move(part));
}

void set_verdict(ReadinessPage& view, const Advice& advice, Language language) {
  const bool too_young = advice.at_office == std::vector{Step::kTooYoung};
  const auto say = [&](Tone tone, const web::Text& title, const web::Text& text) {
    view.tone = tone;
    view.verdict = words_of(language, title);
    view.verdict_text = words_of(language, text);
  };
  if (too_young) {
    say(Tone::kWarning, texts::kReadyNotYet, texts::kReadyNotYetText);
  } else if (advice.ready) {
    say(Tone::kSuccess, texts::kReadyIsReady, texts::kReadyIsReadyText);
  } else if (advice.needs_office) {
    say(Tone::kInfo, texts::kReadyNeedsOffice, texts::kReadyNeedsOfficeText);
  } else {
    say(Tone::kInfo, texts::kReadyAtHomeOnly, texts::kReadyAtHomeOnlyText);
  }
  view.offer_booking = !advice.ready && !too_young;
  view.with_app = !advice.at_home.empty();
}

Response show(const Pages& pages, const Request& request, const web::FormData& data, bool answered,
              int status) {
  const Language language = web::language_of(request);
  ReadinessPage view{
      .page = pages.site.page(
          request, words_of(language, answered ? texts::kReadyResult : texts::kReadyTitle)),
      .form = readiness_form(),
      .data = data,
      .answered = answered,
      .again_href = std::string(request.path)};
  view.page.has_errors = !data.valid();
  if (answered) {
    const Advice advice = advise(data);
    set_verdict(view, advice, language);
    const bool too_young = advice.at_office == std::vector{Step::kTooYoung};
    add_part(view, texts::kReadyHome, advice.at_home, language);
    if (!too_young) add_part(view, texts::kReadyOffice, advice.at_office, language);
    if (too_young) view.verdict_text = std::string(text_of(Step::kTooYoung, language));
    if (view.offer_booking) add_part(view, texts::kReadyBring, advice.bring, language);
  }
  web::Html out(language);
  render_readiness(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

Task<Response> get_questions(Request& request, const Pages& pages) {
  co_return show(pages, request, {}, false, 200);
}

Task<Response> post_answers(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto data = web::read_form(readiness_form(), request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(readiness_form(), *data)) co_return show(pages, request, *data, false, 422);
  co_return show(pages, request, *data, true, 200);
}

}  // namespace

void add_readiness_pages(net::Router& router, const Pages& pages) {
  add_appointment_page(router, pages, Method::kGet, "/ausweis-check", get_questions);
  add_appointment_page(router, pages, Method::kPost, "/ausweis-check", post_answers);
}

}  // namespace revier::appointment
