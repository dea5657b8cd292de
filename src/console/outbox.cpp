// SPDX-License-Identifier: EUPL-1.2
#include <charconv>

#include "console/detail/entry.h"
#include "console/pages.h"
#include "console/texts.h"
#include "mail/outbox.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kOutboxPage = "/console/postausgang";
constexpr std::size_t kLettersAPage = 50;

// A row's number; 0 for what is none.
std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0;
}

std::string page_of(const mail::StoredMessage& mail) {
  return std::string(kOutboxPage) + "/" + std::to_string(mail.id);
}

web::Text state_name(mail::State state) {
  switch (state) {
    case mail::State::kWaiting:
      return texts::kOutboxWaiting;
    case mail::State::kHanded:
      return texts::kOutboxHanded;
    case mail::State::kSent:
      return texts::kOutboxSent;
    case mail::State::kFailed:
      return texts::kOutboxFailed;
    case mail::State::kUnclear:
      return texts::kOutboxUnclear;
  }
  return texts::kOutboxUnclear;
}

// As people call it; letters come from these domains.
std::string purpose_name(std::string_view purpose, Language language) {
  if (purpose == "registration") return words(language, texts::kOutboxPurposeRegistration);
  if (purpose == mail::kAccountPurpose) return words(language, texts::kOutboxPurposeAccount);
  if (purpose.starts_with("announcement")) return words(language, texts::kAnnouncePurpose);
  if (purpose.starts_with("newsletter")) return words(language, texts::kMenuNewsletter);
  return std::string(purpose);
}

web::kern::Tone tone_of(mail::State state) {
  if (state == mail::State::kSent) return web::kern::Tone::kSuccess;
  if (state == mail::State::kFailed) return web::kern::Tone::kDanger;
  return state == mail::State::kUnclear ? web::kern::Tone::kWarning : web::kern::Tone::kInfo;
}

// What an organiser should know beside the state's name; empty where that says all.
std::string explanation(const mail::StoredMessage& mail, Language language) {
  if (mail.state == mail::State::kUnclear) return words(language, texts::kOutboxUnclearText);
  if (mail.state == mail::State::kFailed) return words(language, texts::kOutboxFailedText);
  return {};
}

web::kern::Table mail_table(const std::vector<mail::StoredMessage>& mails, Language language) {
  web::kern::Table table{.caption = words(language, texts::kOutboxTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kOutboxSubject)},
                                     {words(language, texts::kOutboxTo)},
                                     {words(language, texts::kOutboxState)},
                                     {words(language, texts::kOutboxPurpose)},
                                     {words(language, texts::kOutboxAt)}},
                         .rows = {}};
  for (const mail::StoredMessage& mail : mails) {
    table.rows.push_back(
        {{.text = mail.message.subject, .href = web::path(language, page_of(mail)), .html = {}},
         {.text = mail.message.to},
         {.text = words(language, state_name(mail.state))},
         {.text = purpose_name(mail.message.purpose, language)},
         {.text = web::date_time(language, mail.written_at)}});
  }
  return table;
}

Task<Response> list_letters(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kOutboxRead);
  if (!caller) co_return caller.error();
  const std::int64_t before = number_of(asked(request, "vor"));
  std::vector<mail::StoredMessage> mails;
  mail::Counts counts;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(counts, mail::count(session));
    // One more than is shown tells whether there are older ones.
    RV_ASSIGN(mails, mail::list(session, before, kLettersAPage + 1));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  std::string older;
  if (mails.size() > kLettersAPage) {
    mails.resize(kLettersAPage);
    older = address(kOutboxPage, {{"vor", std::to_string(mails.back().id)}});
    older = web::path(language, older);
  }
  const mail::SenderStatus status = needs.mail_status ? needs.mail_status() : mail::SenderStatus{};
  OutboxPage view{.head = make_head(needs, request, *caller, words(language, texts::kOutboxTitle)),
                  .off = status.configured ? std::string() : words(language, texts::kOutboxOff),
                  .trouble = status.trouble,
                  .counts = web::text(language, texts::kOutboxCounts,
                                      {{"waiting", counts.waiting},
                                       {"sent", counts.sent},
                                       {"failed", counts.failed},
                                       {"unclear", counts.unclear}}),
                  .table = mail_table(mails, language),
                  .dkim_name = {},
                  .dkim_value = {},
                  .newest_href = before != 0 ? web::path(language, kOutboxPage) : std::string(),
                  .older_href = std::move(older)};
  if (const auto record = needs.dkim_record ? needs.dkim_record() : std::nullopt) {
    view.dkim_name = record->name;
    view.dkim_value = record->value;
  }
  web::Html out(language);
  render_outbox(out, view);
  co_return personal(std::move(out));
}

web::kern::DescriptionList facts_of(const mail::StoredMessage& mail, Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    if (!value.empty()) facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kOutboxTo, mail.message.to);
  add(texts::kOutboxPurpose, purpose_name(mail.message.purpose, language));
  add(texts::kOutboxAt, web::date_time(language, mail.written_at));
  add(texts::kOutboxState, words(language, state_name(mail.state)));
  if (mail.settled_at) add(texts::kOutboxSettled, web::date_time(language, *mail.settled_at));
  add(texts::kOutboxReason, mail.reason);
  if (mail.state == mail::State::kWaiting && mail.attempts > 0) {
    add(texts::kOutboxNext, web::date_time(language, mail.next_attempt_at));
  }
  add(texts::kListDeleteAfter, web::date(language, mail.message.delete_after));
  return facts;
}

// Without the links: who opens one acts for the person it was sent to.
std::string text_of(const mail::StoredMessage& mail, Language language) {
  if (mail.message.purpose == mail::kAccountPurpose) return words(language, texts::kOutboxHidden);
  return mail::without_links(mail.message.text, web::text(language, texts::kOutboxLink));
}

bool may_retry(const identity::Caller& caller, const mail::StoredMessage& mail) {
  const bool held_back = mail.state == mail::State::kWaiting && !mail.reason.empty();
  return (held_back || mail.state == mail::State::kFailed || mail.state == mail::State::kUnclear) &&
         caller.may(Action::kRegistrationsEdit);
}

Task<Response> show_letter(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kOutboxRead);
  if (!caller) co_return caller.error();
  const std::int64_t id = number_of(request.param("id"));
  mail::StoredMessage mail;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(mail, mail::get(session, id));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  MailPage view{.head = make_head(needs, request, *caller, mail.message.subject),
                .facts = facts_of(mail, language),
                .explanation = explanation(mail, language),
                .tone = tone_of(mail.state),
                .retry_action = may_retry(*caller, mail)
                                    ? web::path(language, page_of(mail) + "/senden")
                                    : std::string(),
                .csrf = std::string(caller->csrf()),
                .text = text_of(mail, language)};
  web::Html out(language);
  render_mail(out, view);
  co_return personal(std::move(out));
}

Task<Response> send_again(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kRegistrationsEdit);
  if (!caller) co_return caller.error();
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden}}};
  const auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const std::int64_t id = number_of(request.param("id"));
  const Instant now = needs.tickets.civil_clock.now();
  const auto done = co_await needs.tickets.database.writer().run(
      [id, now](records::Session& session) { return mail::retry(session, id, now); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(
      web::path(web::language_of(request), std::string(kOutboxPage) + "/" + std::to_string(id)));
}

}  // namespace

void add_outbox(net::Router& router, const Needs& needs) {
  const std::string page(kOutboxPage);
  web::add_page(router, net::Method::kGet, page, net::AsyncHandler([needs](Request& request) {
                  return list_letters(request, needs);
                }));
  web::add_page(
      router, net::Method::kGet, page + "/{id}",
      net::AsyncHandler([needs](Request& request) { return show_letter(request, needs); }));
  web::add_page(router, net::Method::kPost, page + "/{id}/senden",
                net::AsyncHandler([needs](Request& request) { return send_again(request, needs); }),
                {.body_bytes_max = 16 * 1024});
}

}  // namespace revier::console
