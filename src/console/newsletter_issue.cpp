// SPDX-License-Identifier: EUPL-1.2
// An issue as it leaves, how it fares, and what can be done with it.
#include <algorithm>
#include <array>

#include "console/detail/newsletter.h"
#include "console/detail/staff.h"
#include "console/newsletter_views.h"
#include "console/pages.h"
#include "console/texts.h"
#include "newsletter/body.h"
#include "newsletter/issues.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using newsletter::Issue;
using newsletter::IssueState;
using web::Language;
using web::kern::Tone;

struct StateWords {
  web::Text label;
  web::Text explanation;
  Tone tone;
};
// In the order of IssueState.
constexpr std::array kStates{
    StateWords{texts::kNewsletterIsDraft, texts::kNewsletterDraftText, Tone::kInfo},
    StateWords{texts::kNewsletterIsApproved, texts::kNewsletterApprovedText, Tone::kSuccess},
    StateWords{texts::kNewsletterIsSending, texts::kNewsletterSendingText, Tone::kInfo},
    StateWords{texts::kNewsletterIsSent, texts::kNewsletterSentText, Tone::kSuccess},
    StateWords{texts::kNewsletterIsStopped, texts::kNewsletterStoppedText, Tone::kWarning}};

const StateWords& words_of(const Issue& issue) {
  return kStates[static_cast<std::size_t>(issue.state)];
}

bool wrote(const Issue& issue, const Caller& caller) {
  return std::ranges::find(issue.editors, caller.id()) != issue.editors.end();
}

std::vector<IssueText> texts_of(const Needs& needs, const Issue& issue, Language shown) {
  std::vector<IssueText> list;
  for (const Language language : {Language::kDe, Language::kEn}) {
    if (issue.sent_in(language) != language) continue;
    list.push_back(
        {.lang = std::string(code(language)),
         .heading = words(shown, language == Language::kDe ? texts::kNewsletterInGerman
                                                           : texts::kNewsletterInEnglish),
         .subject = issue.subject_in(language),
         .html = newsletter::body_html(issue.body_in(language), needs.site_address),
         .text = needs.issues->render(issue, language, {}).text});
  }
  return list;
}

web::kern::DescriptionList facts_of(const Needs& needs, const Issue& issue, Language language) {
  web::kern::DescriptionList list;
  const auto add = [&](const web::Text& key, std::string value) {
    list.rows.push_back(
        {.key = words(language, key), .value = std::move(value), .html = {}, .href = {}});
  };
  const auto add_time = [&](const web::Text& key, const std::optional<Instant>& at) {
    if (at) add(key, web::date_time(language, *at));
  };
  const auto add_number = [&](const web::Text& key, std::int64_t number) {
    add(key, web::number(language, number));
  };
  const newsletter::Topics topics = needs.newsletter->topics();
  const auto topic = std::ranges::find(*topics, issue.topic, &newsletter::Topic::id);
  add(texts::kNewsletterTopic, topic == topics->end() ? issue.topic : topic->name_in(language));
  add_time(texts::kNewsletterChanged, issue.changed_at);
  add(texts::kNewsletterSendAt, issue.send_at ? web::date_time(language, *issue.send_at)
                                              : words(language, texts::kNewsletterAtOnce));
  add_time(texts::kNewsletterApprovedAt, issue.approved_at);
  add_time(texts::kNewsletterStarted, issue.started_at);
  add_time(texts::kNewsletterFinished, issue.finished_at);
  if (!issue.started_at) return list;
  add_number(texts::kNewsletterQueued, issue.delivery.queued);
  add_number(texts::kNewsletterSent, issue.delivery.sent);
  add_number(texts::kNewsletterFailed, issue.delivery.failed);
  add_number(texts::kNewsletterUnclear, issue.delivery.unclear);
  add_number(texts::kNewsletterUnsubscribed, issue.delivery.unsubscribed);
  return list;
}

void offer_deeds(IssueViewPage& view, const Issue& issue, const Caller& caller, Language language) {
  const std::string page = web::path(language, issue_page(issue.id));
  const bool open = issue.state == IssueState::kDraft || issue.state == IssueState::kApproved;
  const bool may_approve = caller.may(Action::kNewsletterApprove);
  if (open) view.edit_href = page + "/aendern";
  if (open) view.test_action = page + "/testen";
  if (issue.state == IssueState::kDraft) {
    view.discard_action = page + "/verwerfen";
    if (may_approve && !wrote(issue, caller)) view.approve_action = page + "/freigeben";
  }
  if (issue.state == IssueState::kApproved || issue.state == IssueState::kSending) {
    view.stop_action = page + "/anhalten";
  }
  if (issue.state == IssueState::kStopped && may_approve) view.go_on_action = page + "/weiter";
  if (issue.published) view.archive_href = web::path(language, "/newsletter/archiv/" + issue.id);
}

Response show_issue(const Needs& needs, const Request& request, const Caller& caller,
                    const Issue& issue, std::string said, int status) {
  const Language language = web::language_of(request);
  IssueViewPage view{.head = make_head(needs, request, caller, issue.subject_in(language)),
                     .said = std::move(said),
                     .state = words(language, words_of(issue).label),
                     .explanation = words(language, words_of(issue).explanation),
                     .tone = words_of(issue).tone,
                     .facts = facts_of(needs, issue, language),
                     .texts = texts_of(needs, issue, language),
                     .csrf = std::string(caller.csrf()),
                     .version = std::to_string(issue.version)};
  view.back_href = web::path(language, kNewsletterPage);
  offer_deeds(view, issue, caller, language);
  web::Html out(language);
  render_newsletter_issue(out, view);
  return personal(std::move(out), status);
}

Task<Response> view_issue(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kNewsletterEdit);
  if (!caller) co_return caller.error();
  const std::string id(request.param("id"));
  const auto issue = co_await blocking(needs, [&] { return needs.issues->find(id); });
  if (!issue) co_return refused(needs, request, issue.error());
  const bool tested = request.query_param("getestet").has_value();
  const Language language = web::language_of(request);
  co_return show_issue(needs, request, *caller, *issue,
                       tested ? words(language, texts::kNewsletterTested) : "", 200);
}

// Approving, stopping and the like: one button each.

using IssueDeed = Result<> (*)(const Needs&, const Caller&, const std::string& id,
                               std::int64_t version);

newsletter::AlsoDo noted_deed(const Needs& needs, const Caller& caller, std::string_view action) {
  return [&needs, caller, action](records::Session& s, const Issue& issue) {
    return needs.tickets.identity.record(
        s, caller, {.action = action, .kind = "newsletter-issue", .object = issue.id});
  };
}

Result<> approve(const Needs& needs, const Caller& caller, const std::string& id,
                 std::int64_t version) {
  RV_TRY(needs.issues->approve(id, version, caller.id(),
                               noted_deed(needs, caller, "newsletter.approve")));
  return {};
}
Result<> stop(const Needs& needs, const Caller& caller, const std::string& id, std::int64_t) {
  RV_TRY(needs.issues->stop(id, noted_deed(needs, caller, "newsletter.stop")));
  return {};
}
Result<> go_on(const Needs& needs, const Caller& caller, const std::string& id, std::int64_t) {
  RV_TRY(needs.issues->go_on(id, noted_deed(needs, caller, "newsletter.go-on")));
  return {};
}
Result<> discard(const Needs& needs, const Caller& caller, const std::string& id, std::int64_t) {
  return needs.issues->discard(id, noted_deed(needs, caller, "newsletter.discard"));
}
Result<> test(const Needs& needs, const Caller& caller, const std::string& id, std::int64_t) {
  if (needs.accounts == nullptr) return fail(Code::kConflict, "there are no accounts");
  RV_ASSIGN(const identity::Account account, needs.accounts->user(caller.id()));
  if (account.mail.empty()) return fail(Code::kConflict, "your account has no mail address");
  return needs.issues->send_test(id, account.mail);
}

web::Text what_is_wrong(IssueDeed deed) {
  if (deed == &test) return texts::kNewsletterNoMail;
  if (deed == &approve) return texts::kNewsletterNotApproved;
  return texts::kNewsletterNotNow;
}

Task<Response> perform(Request& request, const Needs& needs, Action action, IssueDeed deed) {
  const Entry caller = enter(needs, request, action);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field(), {.name = "version", .kind = web::FieldKind::kHidden}}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const std::string id(request.param("id"));
  const std::int64_t version = data->integer("version").value_or(0);
  const auto done = co_await blocking(needs, [&] { return deed(needs, *caller, id, version); });
  const Language language = web::language_of(request);
  if (done && deed == &discard) {
    co_return Response::see_other(web::path(language, kNewsletterPage));
  }
  const std::string page = web::path(language, issue_page(id));
  if (done) co_return Response::see_other(page + (deed == &test ? "?getestet=1" : ""));
  const bool known = done.error().code == Code::kConflict || done.error().code == Code::kForbidden;
  if (!known) co_return refused(needs, request, done.error());
  const auto issue = co_await blocking(needs, [&] { return needs.issues->find(id); });
  if (!issue) co_return refused(needs, request, issue.error());
  co_return show_issue(needs, request, *caller, *issue, words(language, what_is_wrong(deed)), 409);
}

struct DeedPage {
  const char* path;
  Action action;
  IssueDeed deed;
};
constexpr std::array kIssueDeeds{DeedPage{"/freigeben", Action::kNewsletterApprove, approve},
                                 DeedPage{"/anhalten", Action::kNewsletterEdit, stop},
                                 DeedPage{"/weiter", Action::kNewsletterApprove, go_on},
                                 DeedPage{"/verwerfen", Action::kNewsletterEdit, discard},
                                 DeedPage{"/testen", Action::kNewsletterEdit, test}};

}  // namespace

std::string issue_state(const Issue& issue, Language language) {
  return words(language, words_of(issue).label);
}

void add_newsletter_issue(net::Router& router, const Needs& needs) {
  const std::string page = issue_page("{id}");
  add_staff_page(router, needs, Method::kGet, page, view_issue);
  for (const DeedPage& each : kIssueDeeds) {
    web::add_page(router, Method::kPost, page + each.path,
                  net::AsyncHandler([needs, each](Request& request) {
                    return perform(request, needs, each.action, each.deed);
                  }));
  }
}

}  // namespace revier::console
