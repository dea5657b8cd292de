// SPDX-License-Identifier: EUPL-1.2
// One item of the programme: its form, and the questions before a draft or an item goes.
#include <charconv>

#include "console/detail/entry.h"
#include "console/detail/programme.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using event::Draft;
using event::Item;
using identity::Caller;
using net::Request;
using net::Response;
using web::FormData;
using web::Language;

constexpr std::size_t kFormBytesMax = 64 * 1024;
constexpr std::size_t kUsersShown = 20;

struct Page {
  const Needs& needs;
  const Request& request;
  const Caller& caller;
  const ItemKind& kind;
  Language language;
  [[nodiscard]] std::string href(std::string_view id, std::string_view more = "") const {
    return web::path(language, std::string(kind.page) + "/" + std::string(id) + std::string(more));
  }
};

std::vector<std::string> warnings_of(const Page& page, std::string_view id) {
  std::vector<std::string> lines;
  if (page.kind.kind.path != "sessions") return lines;
  const event::ProgrammePtr programme = page.needs.programme->preview();
  const auto all = programme_conflicts(page.needs, *programme);
  for (const event::Conflict& conflict : event::conflicts_of(all, id)) {
    lines.push_back(conflict_text(conflict, id, *programme, page.language));
  }
  return lines;
}

std::string saved_notice(const Request& request, Language language) {
  const std::string saved = asked(request, "gespeichert");
  if (saved == "entwurf") return words(language, texts::kEditSaved);
  if (saved == "gleich") return words(language, texts::kEditUnchanged);
  return {};
}

// `id` is empty for a new item.
Response show_form(const Page& page, const web::Form& form, const FormData& data,
                   std::string_view id, int status) {
  const Language language = page.language;
  const auto shown = id.empty() ? Result<Item>(fail(Code::kResourceNotFound, ""))
                                : page.needs.programme->find(page.kind.kind, id);
  ProgrammeEditPage view{
      .head =
          make_head(page.needs, page.request, page.caller,
                    shown ? item_title(*shown, language) : words(language, page.kind.new_title)),
      .form = {form, data},
      .parts = page.kind.parts(language),
      .notice = status == 200 ? saved_notice(page.request, language) : std::string(),
      .collision = status == 409,
      .warnings = id.empty() ? std::vector<std::string>() : warnings_of(page, id),
      .list_href = web::path(language, list_page(page.kind)),
      .self_href = page.href(id.empty() ? "neu" : id),
      .discard_href = {},
      .remove_href = {},
      .public_href = {},
      .csrf = std::string(page.caller.csrf())};
  view.head.page.has_errors = !data.valid();
  const event::DraftsPtr drafts = page.needs.programme->drafts();
  if (event::find_draft(*drafts, page.kind.kind, id) != nullptr) {
    view.discard_href = page.href(id, "/verwerfen");
  }
  if (!id.empty() && page.needs.programme->keeper().find(page.kind.kind, id)) {
    view.remove_href = page.href(id, "/entfernen");
    if (!page.kind.public_page.empty()) {
      view.public_href = web::path(language, std::string(page.kind.public_page) + std::string(id));
    }
  }
  web::Html out(language);
  render_programme_edit(out, view);
  return personal(std::move(out), status);
}

// The revision of the draft that stands, "0" without one.
std::string revision_of(const Needs& needs, const ItemKind& kind, std::string_view id) {
  const event::DraftsPtr drafts = needs.programme->drafts();
  const Draft* const draft = event::find_draft(*drafts, kind.kind, id);
  return std::to_string(draft == nullptr ? 0 : draft->revision);
}

// What the form starts from. One that is to be removed is edited as it is public.
Result<Item> item_to_edit(const Needs& needs, const ItemKind& kind, std::string_view id) {
  if (auto item = needs.programme->find(kind.kind, id)) return item;
  return needs.programme->keeper().find(kind.kind, id);
}

Response get_form(const Needs& needs, const Request& request, const ItemKind& kind,
                  std::string_view id) {
  const Entry caller = enter(needs, request, kind.edit);
  if (!caller) return caller.error();
  const Page page{needs, request, *caller, kind, web::language_of(request)};
  const event::ProgrammePtr programme = needs.programme->preview();
  const web::Form form = kind.form(*programme, page.language);
  FormData data;
  if (!id.empty()) {
    const auto item = item_to_edit(needs, kind, id);
    if (!item) return refused(needs, request, item.error());
    kind.fill(*item, data);
    data.set("stand", stamp_of(*item));
  }
  data.set("revision", revision_of(needs, kind, id));
  return show_form(page, form, data, id, 200);
}

std::int64_t revision_in(const FormData& data) { return data.integer("revision").value_or(0); }

Task<Response> post_form(const Needs& needs, Request& request, const ItemKind& kind,
                         std::string id) {
  const Entry caller = enter(needs, request, kind.edit);
  if (!caller) co_return caller.error();
  const Page page{needs, request, *caller, kind, web::language_of(request)};
  const event::ProgrammePtr programme = needs.programme->preview();
  const web::Form form = kind.form(*programme, page.language);
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  Item item{.kind = &kind.kind, .id = id, .fields = {}, .examples = {}, .sources = {}};
  if (!id.empty()) {
    auto known = item_to_edit(needs, kind, id);
    if (!known) co_return refused(needs, request, known.error());
    item = std::move(*known);
  }
  if (web::validate(form, *data)) kind.take(*programme, *data, item);
  if (!data->valid()) co_return show_form(page, form, *data, id, 422);
  if (id.empty()) item.id = new_id(*needs.programme, kind, item);
  const std::string saved_id = item.id;
  const auto saved =
      co_await needs.programme->put_draft(std::move(item), std::string(caller->name()),
                                          revision_in(*data), std::string(data->get("stand")));
  if (!saved && saved.error().code == Code::kConflict) {
    co_return show_form(page, form, *data, id, 409);
  }
  if (!saved) co_return refused(needs, request, saved.error());
  co_return Response::see_other(
      page.href(saved_id, saved->revision > 0 ? "?gespeichert=entwurf" : "?gespeichert=gleich"));
}

// --- the questions

// What would refer to nothing without the item, by title.
std::vector<std::string> users_of(const Page& page, std::string_view id) {
  std::vector<std::string> titles;
  for (const Item& item : page.needs.programme->items()) {
    if (refers_to(item, page.kind.kind, id)) titles.push_back(item_title(item, page.language));
  }
  if (titles.size() <= kUsersShown) return titles;
  const std::size_t more = titles.size() - kUsersShown;
  titles.resize(kUsersShown);
  titles.push_back(web::text(page.language, texts::kAskMoreUsers, {{"count", more}}));
  return titles;
}

std::string removal_text(const Page& page, std::string_view id, const std::string& name) {
  std::string text = web::text(page.language, texts::kAskRemove, {{"name", name}});
  if (page.kind.kind.path == "sessions") {
    const std::string told =
        told_text(page.needs, id, texts::kConflictCancelledSold, page.language);
    if (!told.empty()) text += " " + told;
    text += " " + words(page.language, texts::kAskRemoveSession);
  }
  return text;
}

std::string discard_text(const Page& page, std::string_view, const std::string& name) {
  return web::text(page.language, texts::kAskDiscard, {{"name", name}});
}

struct Confirmation {
  std::string_view path;
  web::Text title;
  std::string (*text)(const Page& page, std::string_view id, const std::string& name);
  web::Text yes;
  Task<Result<>> (*act)(const Needs& needs, const ItemKind& kind, std::string id, std::string by);
};

Task<Result<>> discard(const Needs& needs, const ItemKind& kind, std::string id, std::string) {
  return needs.programme->discard(kind.kind, std::move(id));
}
Task<Result<>> take_out(const Needs& needs, const ItemKind& kind, std::string id, std::string by) {
  return needs.programme->put_removal(kind.kind, std::move(id), std::move(by));
}

const Confirmation kDiscard{"/verwerfen", texts::kAskDiscardTitle, discard_text,
                            texts::kAskDiscardYes, discard};
const Confirmation kTakeOut{"/entfernen", texts::kAskRemoveTitle, removal_text,
                            texts::kAskRemoveYes, take_out};

Response ask(const Needs& needs, const Request& request, const ItemKind& kind,
             const Confirmation& question) {
  const Entry caller = enter(needs, request, kind.edit);
  if (!caller) return caller.error();
  const std::string_view id = request.param("id");
  const auto item = item_to_edit(needs, kind, id);
  if (!item) return refused(needs, request, item.error());
  const Language language = web::language_of(request);
  const Page page{needs, request, *caller, kind, language};
  ProgrammeAskPage view{
      .head = make_head(needs, request, *caller, words(language, question.title)),
      .text = question.text(page, id, item_title(*item, language)),
      .users = &question == &kTakeOut ? users_of(page, id) : std::vector<std::string>(),
      .yes = words(language, question.yes),
      .back_href = page.href(id),
      .csrf = std::string(caller->csrf())};
  web::Html out(language);
  render_programme_ask(out, view);
  return personal(std::move(out));
}

Task<Response> answer(const Needs& needs, Request& request, const ItemKind& kind,
                      const Confirmation& question) {
  const Entry caller = enter(needs, request, kind.edit);
  if (!caller) co_return caller.error();
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden}}};
  const auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const auto done = co_await question.act(needs, kind, std::string(request.param("id")),
                                          std::string(caller->name()));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), list_page(kind)));
}

}  // namespace

void add_programme_item(net::Router& router, const Needs& needs, const ItemKind& kind) {
  const std::string page(kind.page);
  const net::RouteOptions options{.body_bytes_max = kFormBytesMax};
  web::add_page(router, net::Method::kGet, page + "/neu",
                net::Handler([needs, &kind](Request& r) { return get_form(needs, r, kind, ""); }));
  web::add_page(router, net::Method::kPost, page + "/neu",
                net::AsyncHandler([needs, &kind](Request& request) {
                  return post_form(needs, request, kind, {});
                }),
                options);
  web::add_page(router, net::Method::kGet, page + "/{id}",
                net::Handler([needs, &kind](Request& request) {
                  return get_form(needs, request, kind, request.param("id"));
                }));
  web::add_page(router, net::Method::kPost, page + "/{id}",
                net::AsyncHandler([needs, &kind](Request& request) {
                  return post_form(needs, request, kind, std::string(request.param("id")));
                }),
                options);
  for (const Confirmation* question : {&kDiscard, &kTakeOut}) {
    const std::string one = page + "/{id}" + std::string(question->path);
    web::add_page(router, net::Method::kGet, one,
                  net::Handler([needs, &kind, question](Request& request) {
                    return ask(needs, request, kind, *question);
                  }));
    web::add_page(router, net::Method::kPost, one,
                  net::AsyncHandler([needs, &kind, question](Request& request) {
                    return answer(needs, request, kind, *question);
                  }),
                  options);
  }
}

}  // namespace revier::console
