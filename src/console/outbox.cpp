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

constexpr std::string_view kListPage = "/console/postausgang";
constexpr std::size_t kPageSize = 50;

std::string words(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

// A row's number; 0 for what is none.
std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0;
}

std::string page_of(const mail::StoredMessage& mail) {
  return std::string(kListPage) + "/" + std::to_string(mail.id);
}

web::kern::Table mail_table(const std::vector<mail::StoredMessage>& mails, Language language) {
  web::kern::Table table{.caption = words(language, texts::kOutboxTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kOutboxSubject)},
                                     {words(language, texts::kOutboxTo)},
                                     {words(language, texts::kOutboxPurpose)},
                                     {words(language, texts::kOutboxAt)}},
                         .rows = {}};
  for (const mail::StoredMessage& mail : mails) {
    table.rows.push_back(
        {{.text = mail.message.subject, .href = web::path(language, page_of(mail)), .html = {}},
         {.text = mail.message.to},
         {.text = mail.message.purpose},
         {.text = web::date_time(language, mail.written_at)}});
  }
  return table;
}

Task<Response> list(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kOutboxRead);
  if (!caller) co_return caller.error();
  const std::int64_t before = number_of(asked(request, "vor"));
  std::vector<mail::StoredMessage> mails;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    // One more than is shown tells whether there are older ones.
    RV_ASSIGN(mails, mail::list(session, before, kPageSize + 1));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  std::string older;
  if (mails.size() > kPageSize) {
    mails.resize(kPageSize);
    older = address(kListPage, {{"vor", std::to_string(mails.back().id)}});
    older = web::path(language, older);
  }
  OutboxPage view{.head = make_head(needs, request, *caller, words(language, texts::kOutboxTitle)),
                  .table = mail_table(mails, language),
                  .newest_href = before != 0 ? web::path(language, kListPage) : std::string(),
                  .older_href = std::move(older)};
  web::Html out(language);
  render_outbox(out, view);
  co_return personal(std::move(out));
}

Task<Response> show(Request& request, const Needs& needs) {
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
  MailPage view{
      .head = make_head(needs, request, *caller, mail.message.subject),
      .facts =
          {{{words(language, texts::kOutboxTo), mail.message.to, {}, {}},
            {words(language, texts::kOutboxPurpose), mail.message.purpose, {}, {}},
            {words(language, texts::kOutboxAt), web::date_time(language, mail.written_at), {}, {}},
            {words(language, texts::kListDeleteAfter),
             web::date(language, mail.message.delete_after),
             {},
             {}}}},
      .text = mail.message.text};
  web::Html out(language);
  render_mail(out, view);
  co_return personal(std::move(out));
}

}  // namespace

void add_outbox(net::Router& router, const Needs& needs) {
  const std::string page(kListPage);
  web::add_page(router, net::Method::kGet, page,
                net::AsyncHandler([needs](Request& request) { return list(request, needs); }));
  web::add_page(router, net::Method::kGet, page + "/{id}",
                net::AsyncHandler([needs](Request& request) { return show(request, needs); }));
}

}  // namespace revier::console
