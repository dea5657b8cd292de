// SPDX-License-Identifier: EUPL-1.2
// Topics of the newsletter, and how many have each.
#include "newsletter/newsletter.h"

#include <algorithm>

#include "console/detail/newsletter.h"
#include "console/detail/staff.h"
#include "console/newsletter_views.h"
#include "console/pages.h"
#include "console/texts.h"
#include "newsletter/issues.h"
#include "newsletter/store.h"
#include "web/slug.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using newsletter::Topic;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kNew = "neu";
constexpr std::size_t kAboutMax = 300;
constexpr std::size_t kNameMax = 80;

std::string topic_page(std::string_view id) {
  return std::string(kNewsletterPage) + "/themen/" + std::string(id);
}

web::kern::Table topic_table(const std::vector<Topic>& topics,
                             const std::vector<newsletter::rows::Count>& counts,
                             Language language) {
  web::kern::Table table{.caption = words(language, texts::kNewsletterTopics),
                         .columns = {{words(language, texts::kNewsletterTopic)},
                                     {words(language, texts::kNewsletterSubscribers), true},
                                     {words(language, texts::kNewsletterState)}},
                         .rows = {}};
  for (const Topic& topic : topics) {
    const auto count = std::ranges::find(counts, topic.id, &newsletter::rows::Count::topic);
    const std::int64_t subscribers = count == counts.end() ? 0 : count->subscribers;
    table.rows.push_back({{.text = topic.name_in(language),
                           .href = web::path(language, topic_page(topic.id)),
                           .html = {}},
                          {.text = web::number(language, subscribers)},
                          {.text = words(language, topic.offered ? texts::kNewsletterOffered
                                                                 : texts::kNewsletterClosed)}});
  }
  return table;
}

web::kern::Table issue_table(const std::vector<newsletter::Issue>& issues, Language language) {
  web::kern::Table table{.caption = words(language, texts::kNewsletterIssues),
                         .columns = {{words(language, texts::kNewsletterSubject)},
                                     {words(language, texts::kNewsletterState)},
                                     {words(language, texts::kNewsletterChanged)},
                                     {words(language, texts::kNewsletterSent), true}},
                         .rows = {}};
  for (const newsletter::Issue& issue : issues) {
    table.rows.push_back({{.text = issue.subject_in(language),
                           .href = web::path(language, issue_page(issue.id)),
                           .html = {}},
                          {.text = issue_state(issue, language)},
                          {.text = web::date_time(language, issue.changed_at)},
                          {.text = web::number(language, issue.delivery.sent)}});
  }
  return table;
}

Task<Response> show_all(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kNewsletterEdit);
  if (!caller) co_return caller.error();
  std::vector<newsletter::rows::Count> counts;
  const auto read = co_await read_records(needs, [&](records::Session& s) -> Result<> {
    RV_ASSIGN(counts, newsletter::rows::count(s));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const auto issues = co_await blocking(needs, [&] { return needs.issues->list(); });
  if (!issues) co_return refused(needs, request, issues.error());
  const Language language = web::language_of(request);
  NewsletterPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kNewsletterTitle)),
      .issues = issue_table(*issues, language),
      .topics = topic_table(*needs.newsletter->topics(), counts, language),
      .new_issue_href = {},
      .new_topic_href = web::path(language, topic_page(kNew)),
      .partners_href = {}};
  if (caller->may(Action::kRetentionManage)) {
    view.partners_href = web::path(language, kPartnersPage);
  }
  if (!view.topics.rows.empty()) {
    view.new_issue_href = web::path(language, issue_page(kNewIssue) + "/aendern");
  }
  web::Html out(language);
  render_newsletter(out, view);
  co_return personal(std::move(out));
}

// One topic.

const web::Form& topic_form() {
  static const web::Form form{
      {csrf_field(),
       {.name = "name_de",
        .label = texts::kNewsletterNameDe,
        .required = true,
        .length_max = kNameMax},
       {.name = "name_en",
        .label = texts::kNewsletterNameEn,
        .required = true,
        .length_max = kNameMax},
       {.name = "about_de",
        .label = texts::kNewsletterAboutDe,
        .hint = texts::kNewsletterAboutHint,
        .length_max = kAboutMax},
       {.name = "about_en", .label = texts::kNewsletterAboutEn, .length_max = kAboutMax},
       {.name = "position",
        .kind = FieldKind::kNumber,
        .label = texts::kNewsletterPosition,
        .hint = texts::kNewsletterPositionHint,
        .min = 0,
        .max = 999},
       {.name = "offered",
        .kind = FieldKind::kCheckbox,
        .label = texts::kNewsletterOffer,
        .hint = texts::kNewsletterOfferHint}}};
  return form;
}

// The topic of the address; for a new one an empty one. Nothing where there is none.
std::optional<Topic> topic_of(const Needs& needs, const Request& request) {
  const std::string_view id = request.param("id");
  if (id == kNew) return Topic{};
  const newsletter::Topics all = needs.newsletter->topics();
  const auto found = std::ranges::find(*all, id, &Topic::id);
  if (found == all->end()) return std::nullopt;
  return *found;
}

Response show_topic(const Needs& needs, const Request& request, const Caller& caller, FormData data,
                    int status) {
  const std::string_view id = request.param("id");
  const FormWords text{
      .title = id == kNew ? texts::kNewsletterNewTopic : texts::kNewsletterEditTopic,
      .intro = words(web::language_of(request), texts::kNewsletterTopicIntro),
      .button = texts::kNewsletterSave,
      .action = topic_page(id),
      .back = std::string(kNewsletterPage)};
  return show_form(needs, request, caller, text, topic_form(), std::move(data), status);
}

Response no_such_topic(const Needs& needs, const Request& request) {
  return refused(needs, request, {Code::kResourceNotFound, "there is no such topic", {}});
}

Task<Response> edit_topic(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kNewsletterEdit);
  if (!caller) co_return caller.error();
  const auto topic = topic_of(needs, request);
  if (!topic) co_return no_such_topic(needs, request);
  FormData data;
  data.set("name_de", topic->name_de);
  data.set("name_en", topic->name_en);
  data.set("about_de", topic->about_de);
  data.set("about_en", topic->about_en);
  data.set("position", std::to_string(topic->position));
  if (topic->offered) data.set("offered", "1");
  co_return show_topic(needs, request, *caller, std::move(data), 200);
}

// From its German name, not in use: "digitale-stadt-2".
std::string new_topic_id(const Needs& needs, std::string_view name) {
  constexpr std::size_t kIdMax = 36;
  const newsletter::Topics all = needs.newsletter->topics();
  std::string begin = web::slug(name).substr(0, kIdMax);
  if (begin.empty() || begin == kNew) begin = "thema";
  std::string id = begin;
  for (int number = 2; std::ranges::find(*all, id, &Topic::id) != all->end(); ++number) {
    id = begin + "-" + std::to_string(number);
  }
  return id;
}

Task<Response> save_topic(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kNewsletterEdit);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, topic_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  auto topic = topic_of(needs, request);
  if (!topic) co_return no_such_topic(needs, request);
  if (!web::validate(topic_form(), *data)) {
    co_return show_topic(needs, request, *caller, std::move(*data), 422);
  }
  topic->name_de = data->get("name_de");
  topic->name_en = data->get("name_en");
  topic->about_de = data->get("about_de");
  topic->about_en = data->get("about_en");
  topic->position = data->integer("position").value_or(0);
  topic->offered = data->has("offered");
  if (topic->id.empty()) topic->id = new_topic_id(needs, topic->name_de);
  const auto saved = co_await blocking(needs, [&] {
    return needs.newsletter->put_topic(*topic, [&](records::Session& s) {
      return needs.tickets.identity.record(
          s, *caller,
          {.action = "newsletter.topic", .kind = "newsletter-topic", .object = topic->id});
    });
  });
  if (!saved && saved.error().code == Code::kBadRequestData) {
    data->fail("name_de", texts::kNewsletterTooMany);
    co_return show_topic(needs, request, *caller, std::move(*data), 422);
  }
  if (!saved) co_return refused(needs, request, saved.error());
  co_return Response::see_other(web::path(web::language_of(request), kNewsletterPage));
}

}  // namespace

void add_newsletter(net::Router& router, const Needs& needs) {
  const std::string topics = topic_page("{id}");
  add_staff_page(router, needs, Method::kGet, kNewsletterPage, show_all);
  add_staff_page(router, needs, Method::kGet, topics, edit_topic);
  add_staff_page(router, needs, Method::kPost, topics, save_topic);
  add_newsletter_edit(router, needs);
  add_newsletter_issue(router, needs);
  if (needs.partners != nullptr) add_newsletter_partners(router, needs);
}

}  // namespace revier::console
