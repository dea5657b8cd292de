// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>

#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "setup/legal.h"
#include "setup/markdown.h"
#include "setup/public_pages.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::Language;
using web::kern::Tone;

// What the page of the event's details sets (setup_event.cpp).
constexpr std::array kDetails{"registration_opens_at",
                              "registration_closes_at",
                              "motto",
                              "admission",
                              "partner_cities",
                              "focus",
                              "tracks"};

web::kern::Task task(Language language, const web::Text& title, std::string page, bool done,
                     std::string open) {
  return {.title = words(language, title),
          .href = web::path(language, page),
          .status = done ? words(language, texts::kSetupDone) : std::move(open),
          .tone = done ? Tone::kSuccess : Tone::kInfo};
}

std::vector<std::string> gaps_of(const setup::Settings& settings, const setup::LegalPage& page) {
  std::vector<std::string> gaps = setup::gaps(setup::legal_text(settings, page, Language::kDe));
  if (settings.get(setup::kLanguages) != "de") {
    std::ranges::move(setup::gaps(setup::legal_text(settings, page, Language::kEn)),
                      std::back_inserter(gaps));
  }
  return gaps;
}

web::kern::TaskList tasks(const Needs& needs, Language language) {
  const setup::SettingsPtr settings = needs.setup->settings.now();
  const std::string base(kSetupPage);
  const std::string open = words(language, texts::kSetupOpen);
  web::kern::TaskList list{.title = {}, .tasks = {}};
  list.tasks.push_back(
      task(language, texts::kSetupQuestions, base + "/fragen", settings->begun(), open));
  if (const auto event = known_event(needs)) {
    const bool said = std::ranges::any_of(
        kDetails, [&](const char* field) { return event->fields.contains(field); });
    list.tasks.push_back(task(language, texts::kDetailsTitle, base + "/veranstaltung", said,
                              words(language, texts::kSetupOptional)));
  }
  const std::size_t sessions = needs.setup->keeper.now()->sessions.size();
  web::kern::Task programme =
      task(language, texts::kSetupProgramme, base + "/programm", sessions > 0, open);
  if (sessions > 0) {
    programme.status = web::text(language, texts::kSetupSessions,
                                 {{"count", static_cast<std::int64_t>(sessions)}});
  }
  list.tasks.push_back(std::move(programme));
  for (const setup::LegalPage& page : setup::legal_pages()) {
    const std::size_t gaps = gaps_of(*settings, page).size();
    list.tasks.push_back(
        task(language, page.title, base + "/texte/" + std::string(page.name), gaps == 0,
             web::text(language, texts::kSetupGaps, {{"count", static_cast<std::int64_t>(gaps)}})));
  }
  list.tasks.push_back(task(language, texts::kSetupLook, base + "/aussehen",
                            settings->has(setup::kColour) || settings->has(setup::kLogo),
                            words(language, texts::kSetupOptional)));
  return list;
}

Response setup_page(const Needs& needs, const Request& request, const Caller& caller,
                    std::vector<std::string> imprint_gaps) {
  const Language language = web::language_of(request);
  const setup::SettingsPtr settings = needs.setup->settings.now();
  SetupPage view{.head = make_head(needs, request, caller, words(language, texts::kSetupTitle)),
                 .published = setup::is_public(*settings, *needs.setup->keeper.now()),
                 .can_publish = settings->begun(),
                 .tasks = tasks(needs, language),
                 .imprint_gaps = std::move(imprint_gaps),
                 .csrf = std::string(caller.csrf())};
  web::Html out(language);
  render_setup(out, view);
  return personal(std::move(out));
}

Response show_setup(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  return caller ? setup_page(needs, request, *caller, {}) : caller.error();
}

// "publish" is 0, 1, or 2: also with gaps in the imprint, which the law asks for.
const web::Form& publish_form() {
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden},
                               {.name = "publish", .kind = web::FieldKind::kHidden}}};
  return form;
}

Task<Response> publish(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  const auto data = read_own_form(*caller, publish_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const setup::SettingsPtr settings = needs.setup->settings.now();
  if (!settings->begun()) {
    co_return refused(needs, request, {Code::kConflict, "answer the questions first", {}});
  }
  if (data->get("publish") == "1") {
    auto gaps = gaps_of(*settings, *setup::find_legal_page("imprint"));
    if (!gaps.empty()) co_return setup_page(needs, request, *caller, std::move(gaps));
  }
  const bool wanted = data->get("publish") == "1" || data->get("publish") == "2";
  const Result<> done =
      co_await save_settings(needs, *caller, {{std::string(setup::kPublished), wanted ? "1" : ""}},
                             wanted ? "published" : "hidden");
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kSetupPage));
}

}  // namespace

bool is_new_site(const Needs& needs) {
  return needs.setup && !needs.setup->settings.now()->begun() &&
         needs.setup->keeper.now()->event() == nullptr;
}

Task<Result<>> save_settings(const Needs& needs, const Caller& caller,
                             setup::Settings::Values values, std::string what) {
  const std::string by(caller.name());
  co_return co_await on_pool(needs, [&] {
    return needs.setup->settings.save(values, by, [&](records::Session& session) {
      return needs.tickets.identity.record(session, caller, {"site.set", "setting", what});
    });
  });
}

void add_setup(net::Router& router, const Needs& needs) {
  const std::string base(kSetupPage);
  web::add_page(router, net::Method::kGet, base,
                net::Handler([needs](Request& request) { return show_setup(request, needs); }));
  web::add_page(router, net::Method::kPost, base + "/veroeffentlichen",
                net::AsyncHandler([needs](Request& request) { return publish(request, needs); }),
                {.body_bytes_max = 4 * 1024});
  add_setup_questions(router, needs);
  add_setup_look(router, needs);
  add_setup_legal(router, needs);
  if (needs.programme == nullptr) return;
  add_setup_event(router, needs);
  add_setup_import(router, needs);
}

}  // namespace revier::console
