// SPDX-License-Identifier: EUPL-1.2
// Asking to be told, confirming it, and what a person does with her contact.
#include "base/attempts.h"
#include "fibre/contacts.h"
#include "fibre/detail/page_parts.h"
#include "fibre/pages.h"
#include "fibre/search_key.h"
#include "fibre/texts.h"
#include "ticket/for_pages.h"

namespace revier::fibre {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Caching;
using web::Language;

constexpr Duration kWindow = Duration::minutes(15);
constexpr std::size_t kNetworksMax = 50'000;
constexpr unsigned kAskedMax = 30;  // of a network in the window
constexpr net::RouteOptions kContactBody{.body_bytes_max = 16 * 1024};

struct ContactPages : PageNeeds {
  std::shared_ptr<Attempts> asked;  // by network
};
using ContactHandler = Task<Response> (*)(Request&, const ContactPages&);

web::Page own_page(const ContactPages& pages, const Request& request, const web::Text& title) {
  web::Page page = pages.site.page(request, page_words(web::language_of(request), title));
  page.is_private = true;
  page.breadcrumbs = {{texts::kLookupTitle, "/glasfaser"}};
  return page;
}

Response told(const ContactPages& pages, const Request& request, const web::Text& title,
              const web::Text& text, int status = 200) {
  const Language language = web::language_of(request);
  web::Html out(language);
  render_told(
      out,
      {.page = own_page(pages, request, title), .text = page_words(language, text), .button = {}});
  return web::html_response(std::move(out), status, Caching::kNever);
}

Response refused_contact(const ContactPages& pages, const Request& request, const Error& error) {
  if (error.code != Code::kGone) return web::error_page(pages.site, request, error);
  return told(pages, request, texts::kGoneTitle, texts::kGoneText, 410);
}

// --- Asking --------------------------------------------------------------------------------------

// The street and number that a question led to; the street is nullptr where it is not one.
struct Asked {
  DirectoryPtr list;
  const Street* street = nullptr;
  std::string number;
};
Asked asked_place(const ContactPages& pages, std::string_view street, std::string_view number,
                  std::string_view district) {
  Asked asked{.list = pages.domain.lists.now(), .number = {}};
  asked.street = asked.list->find(search_key(street), district);
  if (const auto read = parse_house_number(number)) asked.number = to_string(*read);
  return asked;
}

web::Form contact_form(bool with_number, Language language) {
  web::Form form;
  for (const char* name : {"strasse", "hausnummer", "bezirk"}) {
    form.fields.push_back({.name = name, .kind = web::FieldKind::kHidden});
  }
  if (with_number) {
    form.fields.push_back(
        {.name = "umfang",
         .kind = web::FieldKind::kRadios,
         .label = texts::kFollowScope,
         .required = true,
         .options = {{.value = "adresse", .label = texts::kFollowScopeAddress, .hint = {}},
                     {.value = "strasse", .label = texts::kFollowScopeStreet, .hint = {}}},
         .missing = texts::kFollowScopeMissing});
  }
  const auto wish = [&](const char* name, std::string_view purpose) {
    form.fields.push_back({.name = name,
                           .kind = web::FieldKind::kCheckbox,
                           .label = std::string(contact_wording(purpose, language))});
  };
  wish("aenderungen", kChangesPurpose);
  wish("interesse", kInterestPurpose);
  web::FormField mail = ticket::person_fields().back();
  mail.hint = texts::kFollowMailHint;
  form.fields.push_back(std::move(mail));
  return form;
}

Response show_follow(const ContactPages& pages, const Request& request, const Asked& asked,
                     const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const web::Form form = contact_form(!asked.number.empty(), language);
  FollowPage view{.page = own_page(pages, request, texts::kFollowTitle),
                  .form = form,
                  .data = data,
                  .place = name_of(*asked.street, asked.number, true),
                  .invented = asked.list->head().invented};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_follow(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_follow(Request& request, const ContactPages& pages) {
  if (request.query_param("gesendet")) {
    co_return told(pages, request, texts::kSentTitle, texts::kSentText);
  }
  web::FormData data;
  for (const char* name : {"strasse", "hausnummer", "bezirk"}) {
    data.set(name, request.query_param(name).value_or(""));
  }
  const Asked asked =
      asked_place(pages, data.get("strasse"), data.get("hausnummer"), data.get("bezirk"));
  if (asked.street == nullptr) {
    co_return Response::see_other(web::path(web::language_of(request), "/glasfaser"));
  }
  co_return show_follow(pages, request, asked, data, 200);
}

Contact wanted_of(const Asked& asked, const web::FormData& data, Language language) {
  return {.mail = std::string(data.get("mail")),
          .language = std::string(web::code(language)),
          .street = asked.street->name,
          .street_key = asked.street->key,
          .district = asked.street->district,
          .number = data.get("umfang") == "strasse" ? std::string() : asked.number,
          .wants_changes = data.has("aenderungen"),
          .interested = data.has("interesse")};
}

Task<Response> post_follow(Request& request, const ContactPages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused_contact(pages, request, own.error());
  }
  const Language language = web::language_of(request);
  auto data = web::read_form(contact_form(true, language), request);
  if (!data) co_return refused_contact(pages, request, data.error());
  const Asked asked =
      asked_place(pages, data->get("strasse"), data->get("hausnummer"), data->get("bezirk"));
  if (asked.street == nullptr) {
    co_return Response::see_other(web::path(language, "/glasfaser"));
  }
  web::validate(contact_form(!asked.number.empty(), language), *data);
  if (!data->has("aenderungen") && !data->has("interesse")) {
    data->fail("aenderungen", texts::kFollowWishMissing);
  }
  if (!data->valid()) co_return show_follow(pages, request, asked, *data, 422);
  if (!pages.asked->take(network_of(request.client_address), kAskedMax, pages.real_clock.now())) {
    data->fail("mail", texts::kFollowTooMany);
    co_return show_follow(pages, request, asked, *data, 429);
  }
  const auto done = co_await pages.contacts.ask(wanted_of(asked, *data, language));
  if (!done) co_return refused_contact(pages, request, done.error());
  co_return Response::see_other(web::path(language, "/glasfaser/anfragen?gesendet=1"));
}

// --- By the secret link --------------------------------------------------------------------------

Task<Result<Contact>> contact_behind(const Request& request, const ContactPages& pages) {
  RV_CO_ASSIGN(const std::string id, pages.people.links.open(kContactLink, request.param("token")));
  Result<Contact> found = fail(Code::kGone, "nothing is stored by this link any more");
  RV_CO_TRY(co_await ticket::read_records(pages.people, [&](records::Session& s) -> Result<> {
    found = Contacts::find(s, id);
    return {};
  }));
  const bool late =
      found && !found->confirmed_at && found->delete_after <= pages.people.civil_clock.now();
  if (late) co_return fail(Code::kGone, "this request has ended");
  co_return found;
}

std::vector<std::string> wishes_of(const Contact& contact, Language language) {
  std::vector<std::string> wishes;
  if (contact.wants_changes) wishes.emplace_back(contact_wording(kChangesPurpose, language));
  if (contact.interested) wishes.emplace_back(contact_wording(kInterestPurpose, language));
  return wishes;
}

Response show_own(const ContactPages& pages, const Request& request, const Contact& contact) {
  const Language language = web::language_of(request);
  const bool confirmed = contact.confirmed_at.has_value();
  OwnContactPage view{
      .page = own_page(pages, request, confirmed ? texts::kOwnTitle : texts::kConfirmTitle),
      .mail = contact.mail,
      .place = contact.place(),
      .wishes = wishes_of(contact, language),
      .confirmed = confirmed,
      .changes = contact.wants_changes,
      .interested = contact.interested,
      .until = web::date(language, contact.delete_after),
      .confirm_action = contact_path(pages.people.links, "bestaetigen", contact.id, language),
      .own_action = contact_path(pages.people.links, "meins", contact.id, language)};
  web::Html out(language);
  render_own_contact(out, view);
  return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> get_own_contact(Request& request, const ContactPages& pages) {
  const auto contact = co_await contact_behind(request, pages);
  if (!contact) co_return refused_contact(pages, request, contact.error());
  co_return show_own(pages, request, *contact);
}

Task<Response> post_confirm_contact(Request& request, const ContactPages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused_contact(pages, request, own.error());
  }
  auto id = pages.people.links.open(kContactLink, request.param("token"));
  if (!id) co_return refused_contact(pages, request, id.error());
  const auto done = co_await pages.contacts.confirm(*id);
  if (!done) co_return refused_contact(pages, request, done.error());
  co_return Response::see_other(
      contact_path(pages.people.links, "meins", *id, web::language_of(request)));
}

Task<Response> post_own_contact(Request& request, const ContactPages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused_contact(pages, request, own.error());
  }
  auto id = pages.people.links.open(kContactLink, request.param("token"));
  if (!id) co_return refused_contact(pages, request, id.error());
  static const web::Form form{.fields = {{.name = "was"}}};
  const auto data = web::read_form(form, request);
  if (!data) co_return refused_contact(pages, request, data.error());
  const std::string_view what = data->get("was");
  Result<> done = fail(Code::kBadRequestData, "say what to end", "was");
  if (what == "alles") {
    done = co_await pages.contacts.erase(*id);
  } else if (what == "aenderungen" || what == "interesse") {
    const auto ended = co_await pages.contacts.end(
        *id, std::string(what == "interesse" ? kInterestPurpose : kChangesPurpose), "web");
    done = ended ? Result<>{} : Result<>(fail(ended.error()));
  }
  if (!done) co_return refused_contact(pages, request, done.error());
  const auto left = co_await contact_behind(request, pages);
  if (left) co_return Response::see_other(std::string(request.path));
  if (what != "alles") {
    co_return told(pages, request, texts::kEndedAllTitle, texts::kEndedAllText);
  }
  co_return told(pages, request, texts::kErasedTitle, texts::kErasedText);
}

Task<Response> get_contact_data(Request& request, const ContactPages& pages) {
  const auto contact = co_await contact_behind(request, pages);
  if (!contact) co_return refused_contact(pages, request, contact.error());
  std::string text;
  const auto done = co_await ticket::read_records(pages.people, [&](records::Session& s) {
    text.clear();
    json::Writer out(text);
    out.begin_object();
    auto written = Contacts::write_export(s, *contact, out);
    if (written) out.end_object();
    return written;
  });
  if (!done) co_return refused_contact(pages, request, done.error());
  co_return Response::json(200, std::move(text))
      .header("Cache-Control", "no-store")
      .header("Content-Disposition", "attachment; filename=\"glasfaser.json\"");
}

// --- Ending it -----------------------------------------------------------------------------------

Task<Response> get_end(Request& request, const ContactPages& pages) {
  const auto contact = co_await contact_behind(request, pages);
  if (!contact) co_return refused_contact(pages, request, contact.error());
  const Language language = web::language_of(request);
  web::Html out(language);
  render_told(out, {.page = own_page(pages, request, texts::kEndTitle),
                    .text = web::text(language, texts::kEndText, {{"place", contact->place()}}),
                    .button = page_words(language, texts::kEndSubmit)});
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

// The secret link is the whole right: mail programs and their servers send this too (RFC 8058),
// without cookie and origin.
Task<Response> post_end(Request& request, const ContactPages& pages) {
  auto id = pages.people.links.open(kContactLink, request.param("token"));
  if (!id) co_return refused_contact(pages, request, id.error());
  const bool one_click = request.body.find("One-Click") != std::string_view::npos;
  const auto contact = co_await contact_behind(request, pages);
  // One that was never confirmed wanted nothing: it goes whole.
  const bool unconfirmed = contact && !contact->confirmed_at;
  const auto done = unconfirmed ? (co_await pages.contacts.erase(*id)).map([] { return true; })
                                : co_await pages.contacts.end(*id, std::string(kChangesPurpose),
                                                              one_click ? "mail" : "web");
  if (!done) co_return refused_contact(pages, request, done.error());
  co_return told(pages, request, texts::kEndedTitle, texts::kEndedText);
}

}  // namespace

void add_contact_pages(net::Router& router, const PageNeeds& needs) {
  ContactPages pages{needs, std::make_shared<Attempts>(kWindow, kNetworksMax)};
  const auto page = [&](Method method, const std::string& pattern, ContactHandler handler) {
    web::add_page(
        router, method, "/glasfaser/" + pattern,
        net::AsyncHandler([pages, handler](Request& request) { return handler(request, pages); }),
        kContactBody);
  };
  page(Method::kGet, "anfragen", get_follow);
  page(Method::kPost, "anfragen", post_follow);
  page(Method::kGet, "bestaetigen/{token}", get_own_contact);
  page(Method::kPost, "bestaetigen/{token}", post_confirm_contact);
  page(Method::kGet, "meins/{token}", get_own_contact);
  page(Method::kPost, "meins/{token}", post_own_contact);
  page(Method::kGet, "meins/{token}/daten.json", get_contact_data);
  page(Method::kGet, "abmelden/{token}", get_end);
  page(Method::kPost, "abmelden/{token}", post_end);
}

}  // namespace revier::fibre
