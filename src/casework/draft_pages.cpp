// SPDX-License-Identifier: EUPL-1.2
// Filling a form in: a page a group of questions, going on later, checking, handing in.
#include <charconv>

#include <fmt/format.h>

#include "casework/detail/page_parts.h"
#include "casework/pages.h"
#include "casework/texts.h"

namespace revier::casework {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kFromCheck = "pruefen";

std::string said(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

Response other_site(const Request& request, const Pages& pages) {
  return refused(pages, request, {Code::kForbidden, "a form of another site"});
}

// A draft that was handed in meanwhile shows the case.
Response draft_refused(const Request& request, const Pages& pages, const Error& error) {
  if (error.code == Code::kConflict) return Response::see_other(case_address(request, ""));
  return refused(pages, request, error);
}

// The pages that are asked, in order.
std::vector<const FormPage*> way_of(const OpenCase& open) {
  std::vector<const FormPage*> way;
  for (const FormPage& page : open.form->pages) {
    if (is_asked(*open.form, page, open.answers)) way.push_back(&page);
  }
  return way;
}

// Where it goes on behind a page.
std::string next_page(const OpenCase& open, const FormPage& page, bool from_check) {
  if (from_check) return first_open_page(open);
  const std::vector<const FormPage*> way = way_of(open);
  auto at = std::ranges::find(way, &page);
  if (at == way.end() || ++at == way.end()) return "/pruefen";
  return "/seite/" + (*at)->id;
}

struct OpenPage {
  OpenCase open;
  const FormPage* page = nullptr;
  const Field* group = nullptr;  // of a page that asks one
  const Field* files = nullptr;  // of a page that asks for some
};

Task<Result<OpenPage>> open_page(const Request& request, const Pages& pages) {
  auto open = co_await open_draft(request, pages);
  if (!open) co_return fail(open.error());
  OpenPage found{.open = std::move(*open)};
  found.page = found.open.form->page(request.param("page"));
  if (found.page == nullptr || !is_asked(*found.open.form, *found.page, found.open.answers)) {
    co_return fail(Code::kResourceNotFound, "this page is not asked");
  }
  const Field* const first = found.open.form->field(found.page->fields.front());
  if (first->kind == Kind::kGroup) found.group = first;
  if (first->kind == Kind::kFiles) found.files = first;
  co_return found;
}

// --- questions

// The first question of the page that asks for a point; empty: none does.
std::string point_field(const OpenPage& at) {
  for (const Field* field : asked_fields(*at.open.form, *at.page, at.open.answers)) {
    if (field->kind == Kind::kPosition) return field->name;
  }
  return {};
}

Response show_question(const Request& request, const Pages& pages, const OpenPage& at,
                       const web::Form& form, const web::FormData& data, std::string title,
                       std::string_view from, int status) {
  const Language language = web::language_of(request);
  QuestionPage view{.page = private_page(pages, request, std::move(title)),
                    .steps = steps_of(request, at.open, at.page, language),
                    .text = at.page->text.in(language),
                    .form = form,
                    .data = data,
                    .from = std::string(from),
                    .maps = {}};
  if (const std::string field = point_field(at); at.group == nullptr && !field.empty()) {
    view.maps.push_back({.field = field,
                         .near = pages.site.owner_in(Language::kDe),
                         .tiles = std::string(pages.map_tiles)});
    view.page.scripts = {"map_point.js"};
  }
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_question(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

const std::vector<Row>& entries_of(const OpenPage& at) {
  static const std::vector<Row> kNone;
  const auto found = at.open.answers.groups.find(at.group->name);
  return found == at.open.answers.groups.end() ? kNone : found->second;
}

// ?nr=2: the second entry; one more than there are: a new one. 0 where none is asked for.
std::size_t asked_entry(const OpenPage& at, std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  const std::size_t count = entries_of(at).size();
  const std::size_t most = std::min(count + 1, at.group->items_max);
  return number <= most ? number : 0;
}

Response show_group(const Request& request, const Pages& pages, const OpenPage& at,
                    std::string_view from, std::string problem, int status) {
  const Language language = web::language_of(request);
  const std::vector<Row>& entries = entries_of(at);
  GroupPage view{.page = private_page(pages, request, at.page->title.in(language)),
                 .steps = steps_of(request, at.open, at.page, language),
                 .text = at.page->text.in(language),
                 .entries = {},
                 .add_href = {},
                 .from = std::string(from),
                 .problem = std::move(problem)};
  const auto href = [&](std::size_t number) {
    return case_address(request, fmt::format("/seite/{}?nr={}{}", at.page->id, number,
                                             from.empty() ? "" : "&von=pruefen"));
  };
  for (std::size_t n = 0; n < entries.size(); ++n) {
    view.entries.push_back({.number = static_cast<int>(n) + 1,
                            .rows = row_texts(at.group->fields, entries[n], language),
                            .change_href = href(n + 1)});
  }
  if (entries.size() < at.group->items_max) view.add_href = href(entries.size() + 1);
  view.page.has_errors = !view.problem.empty();
  web::Html out(language);
  render_group(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

std::string entry_title(const OpenPage& at, std::size_t number, Language language) {
  return web::text(language, texts::kGroupEntry,
                   {{"title", at.page->title.in(language)}, {"number", number}});
}

Task<Response> get_question(Request& request, const Pages& pages) {
  const auto at = co_await open_page(request, pages);
  if (!at) co_return draft_refused(request, pages, at.error());
  const Language language = web::language_of(request);
  const std::string from =
      request.query_param("von") == kFromCheck ? std::string(kFromCheck) : std::string();
  if (at->files != nullptr) {
    co_return show_files(request, pages, at->open, at->page->id, from, "", 200);
  }
  if (at->group == nullptr) {
    const web::Form form =
        form_of_fields(asked_fields(*at->open.form, *at->page, at->open.answers), language);
    co_return show_question(request, pages, *at, form, data_of(form, at->open.answers.values),
                            at->page->title.in(language), from, 200);
  }
  std::size_t number = asked_entry(*at, request.query_param("nr").value_or(""));
  const std::vector<Row>& entries = entries_of(*at);
  if (number == 0 && entries.empty()) number = 1;
  if (number == 0) co_return show_group(request, pages, *at, from, "", 200);
  const web::Form form = form_of_group(*at->group, language);
  const web::FormData data =
      number <= entries.size() ? data_of(form, entries[number - 1]) : web::FormData();
  co_return show_question(request, pages, *at, form, data, entry_title(*at, number, language), from,
                          200);
}

// Fields of ours beside those of the page.
web::Form with_deeds(web::Form form) {
  for (const char* name : {"von", "tun", "nr"}) {
    form.fields.push_back({.name = name, .kind = web::FieldKind::kHidden, .length_max = 20});
  }
  return form;
}

// Buttons that keep what stands on the page without judging it.
bool is_unjudged(std::string_view deed) { return deed == kLater || deed == kBack; }

// What is right on the page; the rest of it is not kept.
void take_valid(const web::Form& form, const web::FormData& data, Row& row) {
  web::Form right;
  for (const web::FormField& field : form.fields) {
    if (data.error(field.name) == nullptr) right.fields.push_back(field);
  }
  take_data(right, data, row);
}

Task<Response> go_on(Request& request, const Pages& pages, const OpenPage& at,
                     std::string_view deed, std::string_view from, Cases::ChangeAnswers change) {
  const auto changed = co_await pages.cases.change(at.open.record.id, std::move(change));
  if (!changed) co_return draft_refused(request, pages, changed.error());
  auto open = open_record(pages.cases, *changed);
  if (open) open->files = at.open.files;
  if (!open) co_return refused(pages, request, open.error());
  const FormPage& page = *open->form->page(at.page->id);
  co_return Response::see_other(after_page(request, *open, page, deed, from));
}

Task<Response> post_fields(Request& request, const Pages& pages, const OpenPage& at) {
  const Language language = web::language_of(request);
  const std::vector<const Field*> fields = asked_fields(*at.open.form, *at.page, at.open.answers);
  const web::Form form = form_of_fields(fields, language);
  auto data = web::read_form(with_deeds(form), request);
  if (!data) co_return refused(pages, request, data.error());
  const std::string_view deed = data->get("tun");
  (void)web::validate(form, *data);
  check_choices(fields, *data, language);
  if (!is_unjudged(deed) && !data->valid()) {
    co_return show_question(request, pages, at, form, *data, at.page->title.in(language),
                            data->get("von"), 422);
  }
  co_return co_await go_on(request, pages, at, deed, data->get("von"),
                           [form, sent = *data](const Definition&, Answers& answers) -> Result<> {
                             take_valid(form, sent, answers.values);
                             return {};
                           });
}

// Into entry `number`, or a new one behind the last. One that nothing was written in is no entry,
// where it is not judged.
void take_entry(const web::Form& form, const web::FormData& sent, std::size_t number, bool judged,
                const Field& group, Answers& answers) {
  std::vector<Row>& entries = answers.groups[group.name];
  const bool is_new = number > entries.size();
  if (is_new && entries.size() < group.items_max) {
    Row row;
    take_valid(form, sent, row);
    if (judged || !row.empty()) entries.push_back(std::move(row));
  } else if (!is_new) {
    take_valid(form, sent, entries[number - 1]);
  }
  if (entries.empty()) answers.groups.erase(group.name);
}

// Saves an entry, and shows the list again, or the page before it where there was none.
Task<Response> post_entry(Request& request, const Pages& pages, const OpenPage& at,
                          std::size_t number, std::string_view deed, std::string_view from) {
  const Language language = web::language_of(request);
  const web::Form form = form_of_group(*at.group, language);
  auto data = web::read_form(with_deeds(form), request);
  if (!data) co_return refused(pages, request, data.error());
  std::vector<const Field*> fields;
  for (const Field& field : at.group->fields) fields.push_back(&field);
  (void)web::validate(form, *data);
  check_choices(fields, *data, language);
  const bool judged = !is_unjudged(deed);
  if (judged && !data->valid()) {
    co_return show_question(request, pages, at, form, *data, entry_title(at, number, language),
                            from, 422);
  }
  const auto save = [form, sent = *data, number, judged, name = at.group->name](
                        const Definition& now, Answers& answers) -> Result<> {
    take_entry(form, sent, number, judged, *now.field(name), answers);
    return {};
  };
  if (deed == kLater || (deed == kBack && entries_of(at).empty())) {
    co_return co_await go_on(request, pages, at, deed, from, save);
  }
  const auto changed = co_await pages.cases.change(at.open.record.id, save);
  if (!changed) co_return draft_refused(request, pages, changed.error());
  co_return Response::see_other(case_address(
      request, fmt::format("/seite/{}{}", at.page->id, from.empty() ? "" : "?von=pruefen")));
}

Task<Response> remove_entry(Request& request, const Pages& pages, const OpenPage& at,
                            std::size_t number, std::string_view from) {
  const auto changed = co_await pages.cases.change(
      at.open.record.id,
      [number, name = at.group->name](const Definition&, Answers& answers) -> Result<> {
        std::vector<Row>& entries = answers.groups[name];
        if (number == 0 || number > entries.size()) return {};
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(number) - 1);
        if (entries.empty()) answers.groups.erase(name);
        return {};
      });
  if (!changed) co_return draft_refused(request, pages, changed.error());
  co_return Response::see_other(case_address(
      request, fmt::format("/seite/{}{}", at.page->id, from.empty() ? "" : "?von=pruefen")));
}

Task<Response> post_group(Request& request, const Pages& pages, const OpenPage& at) {
  const auto deeds = web::read_form(with_deeds({}), request);
  if (!deeds) co_return refused(pages, request, deeds.error());
  const std::string_view deed = deeds->get("tun");
  const std::string_view from = deeds->get("von") == kFromCheck ? kFromCheck : std::string_view();
  const std::string asked = request.query_param("nr").value_or(std::string(deeds->get("nr")));
  const std::size_t number = asked_entry(at, asked);
  const std::vector<Row>& entries = entries_of(at);
  if (deed == "entfernen") co_return co_await remove_entry(request, pages, at, number, from);
  if (deed != "weiter" && (deed != kLater || number > 0 || entries.empty())) {
    co_return co_await post_entry(request, pages, at, number == 0 ? entries.size() + 1 : number,
                                  deed, from);
  }
  std::string problem = page_problem(at.open, *at.page, deed, web::language_of(request));
  if (!problem.empty()) {
    co_return show_group(request, pages, at, from, std::move(problem), 422);
  }
  co_return Response::see_other(after_page(request, at.open, *at.page, deed, from));
}

// Files are attached by a form of their own (post_file); here they are removed.
Task<Response> post_files(Request& request, const Pages& pages, const OpenPage& at) {
  const auto deeds = web::read_form(with_deeds({}), request);
  if (!deeds) co_return refused(pages, request, deeds.error());
  const std::string_view from = deeds->get("von") == kFromCheck ? kFromCheck : std::string_view();
  if (deeds->get("tun") != "entfernen") {
    co_return leave_files(request, pages, at.open, at.page->id, deeds->get("tun"), from);
  }
  const auto removed =
      co_await pages.attachments.remove(at.open.record.id, std::string(deeds->get("nr")));
  if (!removed) co_return draft_refused(request, pages, removed.error());
  co_return Response::see_other(case_address(
      request, fmt::format("/seite/{}{}", at.page->id, from.empty() ? "" : "?von=pruefen")));
}

Task<Response> post_question(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) co_return other_site(request, pages);
  const auto at = co_await open_page(request, pages);
  if (!at) co_return draft_refused(request, pages, at.error());
  if (at->group != nullptr) co_return co_await post_group(request, pages, *at);
  if (at->files != nullptr) co_return co_await post_files(request, pages, *at);
  co_return co_await post_fields(request, pages, *at);
}

// --- later

web::Form mail_form(bool required) {
  return {.fields = {{.name = "mail",
                      .kind = web::FieldKind::kEmail,
                      .label = required ? texts::kLaterMail : texts::kCheckMail,
                      .hint = required ? web::Label() : web::Label(texts::kCheckMailHint),
                      .required = required,
                      .autocomplete = "email"}}};
}

Response show_later(const Request& request, const Pages& pages, const OpenCase& open,
                    const web::Form& form, const web::FormData& data, bool sent, int status) {
  const Language language = web::language_of(request);
  LaterPage view{.page = private_page(pages, request, said(language, texts::kLaterTitle)),
                 .form = form,
                 .data = data,
                 .lead = web::text(language, texts::kLaterLead,
                                   {{"date", web::date(language, open.record.delete_after)}}),
                 .link = pages.site_url + case_address(request, ""),
                 .go_on_href = case_address(request, first_open_page(open)),
                 .discard_href = case_address(request, "/zurueckziehen"),
                 .sent = sent};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_later(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

Task<Response> get_later(Request& request, const Pages& pages) {
  const auto open = co_await open_draft(request, pages);
  if (!open) co_return draft_refused(request, pages, open.error());
  const web::Form form = mail_form(true);
  web::FormData data;
  data.set("mail", open->record.mail);
  co_return show_later(request, pages, *open, form, data,
                       request.query_param("gesendet").has_value(), 200);
}

Task<Response> post_later(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) co_return other_site(request, pages);
  const auto open = co_await open_draft(request, pages);
  if (!open) co_return draft_refused(request, pages, open.error());
  const web::Form form = mail_form(true);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(form, *data)) {
    co_return show_later(request, pages, *open, form, *data, false, 422);
  }
  if (!take_attempt(*pages.letters, request, pages)) {
    data->fail("mail", texts::kLaterTooMany);
    co_return show_later(request, pages, *open, form, *data, false, 429);
  }
  const auto done =
      co_await pages.cases.set_mail(open->record.id, std::string(data->get("mail")), true);
  if (!done) co_return draft_refused(request, pages, done.error());
  co_return Response::see_other(case_address(request, "/spaeter?gesendet=1"));
}

// --- checking and handing in

web::Form send_form(const Definition& form, Language language) {
  web::Form made = mail_form(false);
  made.fields.push_back({.name = "erklaerung",
                         .kind = web::FieldKind::kCheckbox,
                         .label = form.declaration.in(language),
                         .required = true,
                         .missing = texts::kCheckDeclarationMissing});
  return made;
}

Response show_check(const Request& request, const Pages& pages, const OpenCase& open,
                    const web::Form& form, const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const std::vector<const FormPage*> way = way_of(open);
  CheckPage view{.page = private_page(pages, request, said(language, texts::kCheckTitle)),
                 .steps = steps_of(request, open, nullptr, language),
                 .parts = answer_parts(open, language, case_path(request)),
                 .missing = {},
                 .form = form,
                 .data = data};
  for (const Problem& problem : check_answers(*open.form, open.answers, counts_of(open.files))) {
    view.missing.push_back(
        {language == Language::kDe ? problem.de : problem.en,
         case_address(request, fmt::format("/seite/{}?von=pruefen", problem.page))});
  }
  view.page.has_errors = !data.valid() || (status != 200 && !view.missing.empty());
  web::Html out(language);
  render_check(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

Task<Response> get_check(Request& request, const Pages& pages) {
  const auto open = co_await open_draft(request, pages);
  if (!open) co_return draft_refused(request, pages, open.error());
  const web::Form form = send_form(*open->form, web::language_of(request));
  web::FormData data;
  data.set("mail", open->record.mail);
  co_return show_check(request, pages, *open, form, data, 200);
}

// Keeps the address for news, if it is one, and leaves the check by `deed`.
Task<Response> leave_check(const Request& request, const Pages& pages, const OpenCase& open,
                           const web::FormData& data, std::string_view deed) {
  if (data.error("mail") == nullptr) {
    const auto kept =
        co_await pages.cases.set_mail(open.record.id, std::string(data.get("mail")), false);
    if (!kept) co_return draft_refused(request, pages, kept.error());
  }
  co_return Response::see_other(
      deed == kLater ? case_address(request, "/spaeter")
                     : steps_of(request, open, nullptr, web::language_of(request)).back_href);
}

Task<Response> post_check(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) co_return other_site(request, pages);
  const auto open = co_await open_draft(request, pages);
  if (!open) co_return draft_refused(request, pages, open.error());
  const web::Form form = send_form(*open->form, web::language_of(request));
  auto data = web::read_form(with_deeds(form), request);
  if (!data) co_return refused(pages, request, data.error());
  const std::string_view deed = data->get("tun");
  const bool valid = web::validate(form, *data);
  if (is_unjudged(deed)) co_return co_await leave_check(request, pages, *open, *data, deed);
  if (!valid) {
    co_return show_check(request, pages, *open, form, *data, 422);
  }
  const auto with_mail =
      co_await pages.cases.set_mail(open->record.id, std::string(data->get("mail")), false);
  if (!with_mail) co_return draft_refused(request, pages, with_mail.error());
  const auto done = co_await pages.cases.submit(open->record.id);
  if (!done && done.error().code == Code::kUnprocessable) {
    co_return show_check(request, pages, *open, form, *data, 422);
  }
  if (!done) co_return refused(pages, request, done.error());
  co_return Response::see_other(case_address(request, "?neu=1"));
}

}  // namespace

Steps steps_of(const Request& request, const OpenCase& open, const FormPage* page,
               Language language) {
  const std::vector<const FormPage*> way = way_of(open);
  const auto at = std::ranges::find(way, page) - way.begin();
  Steps steps{.form_title = open.form->title.in(language),
              .current = static_cast<int>(at) + 1,
              .total = static_cast<int>(way.size()) + 1,
              .back_href = web::path(language, fmt::format("/formulare/{}?entwurf={}",
                                                           open.form->id, request.param("token")))};
  if (at > 0) {
    steps.back_href = case_address(request, "/seite/" + way[static_cast<std::size_t>(at) - 1]->id);
  }
  return steps;
}

std::string page_problem(const OpenCase& open, const FormPage& page, std::string_view deed,
                         Language language) {
  if (is_unjudged(deed)) return {};
  for (const Problem& problem : check_answers(*open.form, open.answers, counts_of(open.files))) {
    if (problem.page == page.id) return language == Language::kDe ? problem.de : problem.en;
  }
  return {};
}

std::string after_page(const Request& request, const OpenCase& open, const FormPage& page,
                       std::string_view deed, std::string_view from) {
  if (deed == kLater) return case_address(request, "/spaeter");
  if (deed == kBack) return steps_of(request, open, &page, web::language_of(request)).back_href;
  return case_address(request, next_page(open, page, from == kFromCheck));
}

void add_draft_pages(net::Router& router, const Pages& pages) {
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/seite/{page}", get_question);
  add_case_page(router, pages, Method::kPost, "/vorgang/{token}/seite/{page}", post_question);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/spaeter", get_later);
  add_case_page(router, pages, Method::kPost, "/vorgang/{token}/spaeter", post_later);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/pruefen", get_check);
  add_case_page(router, pages, Method::kPost, "/vorgang/{token}/pruefen", post_check);
}

}  // namespace revier::casework
