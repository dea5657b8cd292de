// SPDX-License-Identifier: EUPL-1.2
// Writing an issue: topic, subject and text in both languages, when it is to leave.
#include <algorithm>

#include "console/detail/newsletter.h"
#include "console/detail/staff.h"
#include "console/newsletter_blocks.h"
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
using newsletter::Topic;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::size_t kSubjectMax = 120;

std::vector<web::Option> topic_options(const Needs& needs, Language language) {
  std::vector<web::Option> options;
  const newsletter::Topics topics = needs.newsletter->topics();
  for (const Topic& topic : *topics) {
    options.push_back({.value = topic.id, .label = topic.name_in(language), .hint = {}});
  }
  return options;
}

web::FormField body_field(const char* name, const web::Text& label, const web::Label& hint) {
  return {.name = name,
          .kind = FieldKind::kTextarea,
          .label = label,
          .hint = hint,
          .length_max = newsletter::kBodyMax};
}

service::CataloguePtr services_of(const Needs& needs) {
  if (needs.services != nullptr) return needs.services->now();
  static const auto kNone = std::make_shared<const service::Catalogue>(std::vector<event::Item>());
  return kNone;
}

web::Form issue_form(const Needs& needs, Language language) {
  web::Form form{{csrf_field(),
                  {.name = "version", .kind = FieldKind::kHidden},
                  {.name = "topic",
                   .kind = FieldKind::kSelect,
                   .label = texts::kNewsletterTopic,
                   .required = true,
                   .options = topic_options(needs, language)},
                  {.name = "subject_de",
                   .label = texts::kNewsletterSubjectDe,
                   .required = true,
                   .length_max = kSubjectMax},
                  body_field("body_de", texts::kNewsletterBodyDe, texts::kNewsletterBodyHint),
                  {.name = "subject_en",
                   .label = texts::kNewsletterSubjectEn,
                   .hint = texts::kNewsletterEnglishHint,
                   .length_max = kSubjectMax},
                  body_field("body_en", texts::kNewsletterBodyEn, {}),
                  {.name = "date",
                   .kind = FieldKind::kDate,
                   .label = texts::kNewsletterDate,
                   .hint = texts::kNewsletterDateHint},
                  {.name = "time", .kind = FieldKind::kTime, .label = texts::kNewsletterTime}}};
  form.fields[4].required = true;
  if (needs.programme == nullptr) return form;
  form.fields.push_back(
      {.name = "block",
       .kind = FieldKind::kSelect,
       .label = texts::kNewsletterBlock,
       .hint = texts::kNewsletterBlockHint,
       .options = block_options(*needs.programme->keeper().now(), *services_of(needs), language)});
  form.fields.push_back({.name = "insert", .kind = FieldKind::kHidden});
  return form;
}

FormData data_of(const Issue& issue) {
  FormData data;
  data.set("version", std::to_string(issue.version));
  data.set("topic", issue.topic);
  data.set("subject_de", issue.subject_de);
  data.set("body_de", issue.body_de);
  data.set("subject_en", issue.subject_en);
  data.set("body_en", issue.body_en);
  if (issue.send_at) {
    data.set("date", web::iso_date(*issue.send_at));
    data.set("time", web::iso_time(*issue.send_at));
  }
  return data;
}

// The issue of the address; for a new one an empty one.
Task<Result<Issue>> issue_of(const Needs& needs, const Request& request) {
  const std::string id(request.param("id"));
  if (id == kNewIssue) co_return Issue{};
  co_return co_await blocking(needs, [&] { return needs.issues->find(id); });
}

bool is_sent(const Issue& issue) {
  return issue.state != IssueState::kDraft && issue.state != IssueState::kApproved;
}

Response show_edit(const Needs& needs, const Request& request, const Caller& caller,
                   const Issue& issue, const web::Form& form, FormData data, int status) {
  const Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  data.set("insert", "");
  const bool approved = issue.state == IssueState::kApproved;
  IssueEditPage view{
      .head = make_head(needs, request, caller,
                        words(language, issue.id.empty() ? texts::kNewsletterNewIssue
                                                         : texts::kNewsletterEditIssue)),
      .form = {form, data},
      .action = std::string(request.path),
      .voids = approved ? words(language, texts::kNewsletterVoids) : "",
      .back_href = web::path(
          language, issue.id.empty() ? std::string(kNewsletterPage) : issue_page(issue.id))};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_newsletter_edit(out, view);
  return personal(std::move(out), status);
}

Task<Response> edit_issue(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kNewsletterEdit);
  if (!caller) co_return caller.error();
  const auto issue = co_await issue_of(needs, request);
  if (!issue) co_return refused(needs, request, issue.error());
  const Language language = web::language_of(request);
  if (is_sent(*issue)) co_return Response::see_other(web::path(language, issue_page(issue->id)));
  if (needs.newsletter->topics()->empty()) {
    co_return Response::see_other(web::path(language, kNewsletterPage));
  }
  const web::Form form = issue_form(needs, language);
  co_return show_edit(needs, request, *caller, *issue, form, data_of(*issue), 200);
}

// Both languages get it, the English one only where there is something in English.
void insert_block(const Needs& needs, FormData& data) {
  const std::string block(data.get("block"));
  const auto append = [&](const char* field, Language language) {
    const auto text = block_text(*needs.programme->keeper().now(), *needs.programme->ledger(),
                                 *services_of(needs), block, language);
    if (!text) return;
    std::string body(data.get(field));
    if (!body.empty()) body += "\n\n";
    data.set(field, body + *text);
  };
  append("body_de", Language::kDe);
  append("body_en", Language::kEn);
  data.set("block", "");
}

void check_pairs(FormData& data) {
  if (data.has("subject_en") != data.has("body_en")) {
    data.fail(data.has("subject_en") ? "body_en" : "subject_en", texts::kNewsletterEnglishBoth);
  }
  if (data.has("time") && !data.has("date")) data.fail("date", texts::kNewsletterDateMissing);
}

// The time to leave; nothing where none was given or what was given is none.
std::optional<Instant> send_at(FormData& data) {
  if (!data.has("date")) return std::nullopt;
  const std::string time(data.has("time") ? data.get("time") : "08:00");
  const auto at = web::from_local(data.get("date"), time);
  if (!at) data.fail("time", texts::kNewsletterNoSuchTime);
  return at ? std::optional(*at) : std::nullopt;
}

newsletter::AlsoDo noted(const Needs& needs, const Caller& caller, std::string_view action) {
  return [&needs, caller, action](records::Session& s, const Issue& issue) {
    return needs.tickets.identity.record(
        s, caller, {.action = action, .kind = "newsletter-issue", .object = issue.id});
  };
}

Task<Response> save_issue(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kNewsletterEdit);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const web::Form form = issue_form(needs, language);
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  auto issue = co_await issue_of(needs, request);
  if (!issue) co_return refused(needs, request, issue.error());
  if (is_sent(*issue)) co_return Response::see_other(web::path(language, issue_page(issue->id)));
  if (data->has("insert") && needs.programme != nullptr) {
    insert_block(needs, *data);
    co_return show_edit(needs, request, *caller, *issue, form, std::move(*data), 200);
  }
  web::validate(form, *data);
  check_pairs(*data);
  issue->send_at = send_at(*data);
  if (!data->valid()) {
    co_return show_edit(needs, request, *caller, *issue, form, std::move(*data), 422);
  }
  issue->topic = data->get("topic");
  issue->subject_de = data->get("subject_de");
  issue->subject_en = data->get("subject_en");
  issue->body_de = data->get("body_de");
  issue->body_en = data->get("body_en");
  issue->version = data->integer("version").value_or(0);
  const auto saved = co_await blocking(needs, [&] {
    return needs.issues->save(*issue, caller->id(), noted(needs, *caller, "newsletter.write"));
  });
  if (!saved && saved.error().code == Code::kConflict) {
    data->fail("subject_de", texts::kNewsletterConflict);
    co_return show_edit(needs, request, *caller, *issue, form, std::move(*data), 409);
  }
  if (!saved) co_return refused(needs, request, saved.error());
  co_return Response::see_other(web::path(language, issue_page(saved->id)));
}

}  // namespace

std::string issue_page(std::string_view id) {
  return std::string(kNewsletterPage) + "/ausgaben/" + std::string(id);
}

void add_newsletter_edit(net::Router& router, const Needs& needs) {
  const std::string page = issue_page("{id}") + "/aendern";
  // Texts of both languages, each letter of them encoded as three.
  constexpr net::RouteOptions kBodies{.body_bytes_max = 1024 * 1024};
  const auto add = [&](Method method, StaffHandler handler) {
    web::add_page(router, method, page,
                  net::AsyncHandler([needs, handler](Request& r) { return handler(r, needs); }),
                  kBodies);
  };
  add(Method::kGet, edit_issue);
  add(Method::kPost, save_issue);
}

}  // namespace revier::console
