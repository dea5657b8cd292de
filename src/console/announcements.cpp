// SPDX-License-Identifier: EUPL-1.2
// Writing to those who registered: the form, what it will look like, sending, what was sent.
#include "ticket/announcements.h"

#include <algorithm>
#include <set>

#include "console/announcement_views.h"
#include "console/detail/announcements.h"
#include "console/detail/participants.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using ticket::Announcement;
using ticket::SentAnnouncement;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kAnnouncePage = "/console/anmeldungen/schreiben";
constexpr std::string_view kAnnounceBack = "/console/anmeldungen";
// Whom it goes to, as a value of the form: one of these and an id.
constexpr std::string_view kOfEvent = "event:";
constexpr std::string_view kOfQuota = "quota:";

bool may_write_to(const Caller& caller, std::string_view event) {
  return caller.may(Action::kRegistrationsEdit, identity::Scope::event(event));
}

std::string event_name(const Needs& needs, const std::string& event, Language language) {
  if (!needs.scopes) return event;
  for (const ScopeChoice& choice : needs.scopes(language)) {
    if (choice.kind == identity::ScopeKind::kEvent && choice.id == event) return choice.label;
  }
  return event;
}

// The events with something to book that the caller may write to.
std::set<std::string> events_of(const Needs& needs, const Caller& caller) {
  std::set<std::string> events;
  for (const ticket::QuotaStatus& status : needs.tickets.registrations.quotas()) {
    if (may_write_to(caller, status.quota.event)) events.insert(status.quota.event);
  }
  return events;
}

std::vector<web::Option> audience_options(const Needs& needs, const Caller& caller,
                                          Language language) {
  std::vector<web::Option> options;
  const ticket::Registrations& registrations = needs.tickets.registrations;
  const std::set<std::string> events = events_of(needs, caller);
  for (const std::string& event : events) {
    options.push_back({.value = std::string(kOfEvent) + event,
                       .label = events.size() == 1
                                    ? words(language, texts::kAnnounceAll)
                                    : web::text(language, texts::kAnnounceAllOf,
                                                {{"event", event_name(needs, event, language)}}),
                       .hint = {}});
    for (const ticket::QuotaStatus& status : registrations.quotas()) {
      if (status.quota.event != event) continue;
      options.push_back({.value = std::string(kOfQuota) + status.quota.id,
                         .label = list_heading(registrations, status.quota.id, language),
                         .hint = {}});
    }
  }
  return options;
}

web::Form announcement_form(const Needs& needs, const Caller& caller, Language language) {
  const auto subject = [](const char* name, const web::Text& label, const web::Label& hint) {
    return web::FormField{
        .name = name, .label = label, .hint = hint, .length_max = ticket::kAnnouncementSubjectMax};
  };
  const auto body = [](const char* name, const web::Text& label, const web::Label& hint) {
    return web::FormField{.name = name,
                          .kind = FieldKind::kTextarea,
                          .label = label,
                          .hint = hint,
                          .length_max = ticket::kAnnouncementTextMax};
  };
  web::Form form{
      {csrf_field(),
       {.name = "draft", .kind = FieldKind::kHidden},
       {.name = "step", .kind = FieldKind::kHidden},
       {.name = "whom",
        .kind = FieldKind::kSelect,
        .label = texts::kAnnounceWhom,
        .required = true,
        .options = audience_options(needs, caller, language)},
       {.name = "waiting", .kind = FieldKind::kCheckbox, .label = texts::kAnnounceToWaiting},
       subject("subject_de", texts::kAnnounceSubjectDe, {}),
       body("text_de", texts::kAnnounceTextDe, texts::kAnnounceTextHint),
       subject("subject_en", texts::kAnnounceSubjectEn, texts::kAnnounceEnglishHint),
       body("text_en", texts::kAnnounceTextEn, {})}};
  form.fields[5].required = true;
  form.fields[6].required = true;
  return form;
}

void check_english(FormData& data) {
  if (data.has("subject_en") == data.has("text_en")) return;
  data.fail(data.has("subject_en") ? "text_en" : "subject_en", texts::kAnnounceBoth);
}

// Of a form that was found good.
Announcement announcement_of(const Needs& needs, const Caller& caller, const FormData& data) {
  Announcement announcement{.id = std::string(data.get("draft")),
                            .event = {},
                            .quota = {},
                            .to_waiting = data.has("waiting"),
                            .subject_de = std::string(data.get("subject_de")),
                            .subject_en = std::string(data.get("subject_en")),
                            .text_de = std::string(data.get("text_de")),
                            .text_en = std::string(data.get("text_en")),
                            .sent_by = std::string(caller.id()),
                            .asked_at = {},
                            .delete_after = {},
                            .reached = {}};
  const std::string_view whom = data.get("whom");
  if (whom.starts_with(kOfEvent)) {
    announcement.event = whom.substr(kOfEvent.size());
    return announcement;
  }
  announcement.quota = whom.substr(kOfQuota.size());
  const auto status = needs.tickets.registrations.quota(announcement.quota);
  if (status) announcement.event = status->quota.event;
  return announcement;
}

std::string audience_text(const Needs& needs, const Announcement& announcement, bool several_events,
                          Language language) {
  std::string whom;
  if (!announcement.quota.empty()) {
    whom = list_heading(needs.tickets.registrations, announcement.quota, language);
    if (whom.empty()) whom = announcement.quota;  // it is not there any more
  } else if (several_events) {
    whom = web::text(language, texts::kAnnounceAllOf,
                     {{"event", event_name(needs, announcement.event, language)}});
  } else {
    whom = words(language, texts::kAnnounceAll);
  }
  if (!announcement.to_waiting) return whom;
  return web::text(language, texts::kAnnounceWithWaiting, {{"whom", whom}});
}

// --- what was sent

struct SentLine {
  SentAnnouncement sent;
  std::string by;
};

std::string fares(const SentAnnouncement& sent, Language language) {
  if (!sent.announcement.all_written) return words(language, texts::kAnnounceStateWriting);
  const mail::Counts& counts = sent.counts;
  if (counts.waiting > 0) {
    return web::text(language, texts::kAnnounceStateWaiting, {{"count", counts.waiting}});
  }
  const std::int64_t lost = counts.failed + counts.unclear;
  if (lost > 0) return web::text(language, texts::kAnnounceStateLost, {{"count", lost}});
  return words(language, texts::kAnnounceStateSent);
}

web::kern::Table sent_table(const Needs& needs, const Caller& caller,
                            const std::vector<SentLine>& lines, Language language) {
  web::kern::Table table{.caption = words(language, texts::kAnnounceList),
                         .columns = {{words(language, texts::kAnnounceSubject)},
                                     {words(language, texts::kAnnounceWhom)},
                                     {words(language, texts::kAnnounceLetters), true},
                                     {words(language, texts::kAnnounceState)},
                                     {words(language, texts::kAnnounceAt)},
                                     {words(language, texts::kAnnounceBy)}},
                         .rows = {}};
  const bool several = events_of(needs, caller).size() > 1;
  for (const auto& [sent, by] : lines) {
    const Announcement& announcement = sent.announcement;
    table.rows.push_back({{.text = announcement.subject_in(language)},
                          {.text = audience_text(needs, announcement, several, language)},
                          {.text = web::number(language, announcement.written)},
                          {.text = fares(sent, language)},
                          {.text = web::date_time(language, announcement.asked_at)},
                          {.text = by}});
  }
  return table;
}

// Those to people of events that are the caller's, with the name of who sent them.
Result<std::vector<SentLine>> read_sent(const Needs& needs, const Caller& caller,
                                        Language language) {
  RV_ASSIGN(std::vector<SentAnnouncement> all, needs.announcements->list());
  std::vector<SentLine> lines;
  for (SentAnnouncement& sent : all) {
    if (!may_write_to(caller, sent.announcement.event)) continue;
    std::string by;
    if (needs.accounts != nullptr && !sent.announcement.sent_by.empty()) {
      const auto account = needs.accounts->user(sent.announcement.sent_by);
      by = account ? account->name : words(language, texts::kAnnounceByGone);
    }
    lines.push_back({std::move(sent), std::move(by)});
  }
  return lines;
}

// --- the form

struct Shown {
  FormData data;
  std::string said = {};
  int status = 200;
};

Task<Response> show_announcement(const Needs& needs, const Request& request, const Caller& caller,
                                 Shown shown) {
  const Language language = web::language_of(request);
  const auto sent = co_await blocking(needs, [&] { return read_sent(needs, caller, language); });
  if (!sent) co_return refused(needs, request, sent.error());
  const web::Form form = announcement_form(needs, caller, language);
  shown.data.set("csrf", std::string(caller.csrf()));
  const bool sends = !needs.mail_status || needs.mail_status().configured;
  AnnouncementPage view{
      .head = make_head(needs, request, caller, words(language, texts::kAnnounceTitle)),
      .said = std::move(shown.said),
      .form = {form, shown.data},
      .action = web::path(language, kAnnouncePage),
      .has_choice = !form.find("whom")->options.empty(),
      .sent = sent_table(needs, caller, *sent, language),
      .mail_off = sends ? std::string() : words(language, texts::kOutboxOff),
      .back_href = web::path(language, kAnnounceBack)};
  view.head.page.has_errors = !shown.data.valid();
  web::Html out(language);
  render_announcement(out, view);
  co_return personal(std::move(out), shown.status);
}

Task<Response> ask_announcement(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  Shown shown;
  shown.data.set("draft", needs.announcements->new_id());
  if (request.query_param("gesendet")) {
    shown.said = words(web::language_of(request), texts::kAnnounceSent);
  }
  co_return co_await show_announcement(needs, request, *caller, std::move(shown));
}

// --- the preview

std::vector<AnnouncementLetter> letters_of(const Needs& needs, const Announcement& announcement,
                                           Language shown) {
  std::vector<AnnouncementLetter> letters;
  for (const Language language : {Language::kDe, Language::kEn}) {
    if (announcement.sent_in(language) != language) continue;
    ticket::Booking example;
    example.id = "beispiel";
    example.language = code(language);
    example.name = words(language, texts::kAnnounceExampleName);
    example.delete_after = needs.tickets.civil_clock.now() +
                           needs.tickets.registrations.options().retention_after_event;
    const mail::Message letter = needs.announcements->letter(announcement, example);
    letters.push_back({.lang = std::string(code(language)),
                       .heading = words(shown, language == Language::kDe ? texts::kAnnounceGerman
                                                                         : texts::kAnnounceEnglish),
                       .letter = needs.announcements->view(letter)});
  }
  return letters;
}

Response show_preview(const Needs& needs, const Request& request, const Caller& caller,
                      const Announcement& announcement, const FormData& data, std::int64_t count) {
  const Language language = web::language_of(request);
  AnnouncementPreviewPage view{
      .head = make_head(needs, request, caller, words(language, texts::kAnnouncePreviewTitle)),
      .whom = audience_text(needs, announcement, events_of(needs, caller).size() > 1, language),
      .note = announcement.text_en.empty() ? words(language, texts::kAnnounceGermanOnly)
                                           : std::string(),
      .letters = letters_of(needs, announcement, language),
      .nobody = count == 0 ? words(language, texts::kAnnounceNobody) : std::string(),
      .send = web::text(language, texts::kAnnounceSend, {{"count", count}}),
      .fields = {{"csrf", std::string(caller.csrf())}},
      .action = web::path(language, kAnnouncePage)};
  for (const char* name :
       {"draft", "whom", "waiting", "subject_de", "text_de", "subject_en", "text_en"}) {
    if (data.has(name)) view.fields.push_back({name, std::string(data.get(name))});
  }
  web::Html out(language);
  render_announcement_preview(out, view);
  return personal(std::move(out));
}

// --- sending

Task<Response> send(const Needs& needs, const Request& request, const Caller& caller,
                    const Announcement& announcement, FormData data) {
  const auto sent = co_await blocking(needs, [&] {
    return needs.announcements->send(
        announcement,
        audit_line(needs, caller, "registrations.announce", "announcement", announcement.id));
  });
  const Language language = web::language_of(request);
  if (!sent && sent.error().code == Code::kConflict) {
    data.set("draft", needs.announcements->new_id());
    data.fail("subject_de", texts::kAnnounceConflict);
    co_return co_await show_announcement(needs, request, caller, {std::move(data), {}, 409});
  }
  if (!sent) co_return refused(needs, request, sent.error());
  co_return Response::see_other(web::path(language, address(kAnnouncePage, {{"gesendet", "1"}})));
}

// The one way of the form: to the preview, back to the form, or out.
Task<Response> announce(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  const web::Form form = announcement_form(needs, *caller, web::language_of(request));
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (data->get("step") == "edit") {
    co_return co_await show_announcement(needs, request, *caller, {std::move(*data)});
  }
  web::validate(form, *data);
  check_english(*data);
  if (!data->valid()) {
    co_return co_await show_announcement(needs, request, *caller, {std::move(*data), {}, 422});
  }
  const Announcement announcement = announcement_of(needs, *caller, *data);
  if (data->get("step") == "send") {
    co_return co_await send(needs, request, *caller, announcement, std::move(*data));
  }
  const auto count =
      co_await blocking(needs, [&] { return needs.announcements->count(announcement); });
  if (!count) co_return refused(needs, request, count.error());
  co_return show_preview(needs, request, *caller, announcement, *data, *count);
}

}  // namespace

std::string announcements_href(const Needs& needs, const Caller& caller, Language language) {
  const bool may = caller.may(Action::kRegistrationsEdit) ||
                   !caller.events_with(Action::kRegistrationsEdit).empty();
  if (needs.announcements == nullptr || !may) return {};
  return web::path(language, kAnnouncePage);
}

void add_announcements(net::Router& router, const Needs& needs) {
  // Texts of both languages, each letter of them encoded as several bytes.
  constexpr std::size_t kBodyBytes = std::size_t{256} * 1024;
  add_staff_page(router, needs, net::Method::kGet, kAnnouncePage, ask_announcement);
  add_staff_page(router, needs, net::Method::kPost, kAnnouncePage, announce, kBodyBytes);
}

}  // namespace revier::console
