// SPDX-License-Identifier: EUPL-1.2
// Stored @contexts: kind, size, times; looking at one, loading it again, deleting it.
#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/detail/data_parts.h"
#include "console/pages.h"
#include "console/texts.h"
#include "jsonld/catalogue.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kContextsAPage = 50;
constexpr std::string_view kReloadPage = "/console/daten/kontext/neu-laden";
constexpr std::string_view kDeletePage = "/console/daten/kontext/loeschen";

const web::Text& context_kind_text(ldcontext::Kind kind) {
  switch (kind) {
    case ldcontext::Kind::kCached:
      return texts::kContextsCached;
    case ldcontext::Kind::kImplicitlyCreated:
      return texts::kContextsImplicit;
    default:
      return texts::kContextsHosted;
  }
}

// The document as it is kept; empty where the catalogue has it no more.
std::string context_document(const Needs& needs, const ldcontext::Entry& entry) {
  return needs.catalogue->document(entry.url).value_or("");
}

std::string context_size_text(std::size_t bytes, Language language) {
  if (bytes < 1'000) return web::number(language, static_cast<std::int64_t>(bytes)) + " B";
  return web::number(language, static_cast<double>(bytes) / 1'000, 1) + " kB";
}

web::kern::Table contexts_table(const Needs& needs, const std::vector<ldcontext::Entry>& entries,
                                const Place& place, Language language) {
  web::kern::Table table{.caption = words(language, texts::kContextsTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kContextsUrl)},
                                     {words(language, texts::kContextsKind)},
                                     {words(language, texts::kContextsSize), true},
                                     {words(language, texts::kDataCreated)},
                                     {words(language, texts::kContextsExpires)}},
                         .rows = {}};
  for (const ldcontext::Entry& entry : entries) {
    table.rows.push_back(
        {{.text = entry.url,
          .href = thing_href(kContextPage, place, entry.id, language),
          .html = {}},
         {.text = words(language, context_kind_text(entry.kind))},
         {.text = context_size_text(context_document(needs, entry).size(), language)},
         {.text = web::date_time(language, entry.created_at)},
         {.text = at_or_dash(entry.expires_at, language)}});
  }
  return table;
}

Response list_contexts(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const Language language = web::language_of(request);
  std::vector<ldcontext::Entry> entries = needs.data->contexts.list(place->tenant);
  const int last = last_page(static_cast<std::int64_t>(entries.size()), kContextsAPage);
  const int page = std::min(asked_page(request), last);
  keep_page(entries, page, kContextsAPage);
  const DataListPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kContextsTitle)),
      .page = web::path(language, kContextsPage),
      .intro = words(language, texts::kContextsIntro),
      .empty = words(language, texts::kContextsNone),
      .tenants = tenant_choices(needs, *place, Action::kDataManage, language),
      .table = contexts_table(needs, entries, *place, language),
      .pagination = {.address = address(kContextsPage, {{"mandant", place->tenant}}),
                     .current = page,
                     .last = last}};
  web::Html out(language);
  render_data_list(out, view);
  return personal(std::move(out));
}

// --- one

Error no_context() { return {Code::kResourceNotFound, "there is no such @context", "id"}; }

std::vector<DataDeed> context_deeds(const ldcontext::Entry& entry, const Place& place,
                                    Language language) {
  std::vector<DataDeed> deeds;
  if (jsonld::is_core_url(entry.url)) return deeds;
  if (entry.kind == ldcontext::Kind::kCached && entry.extra.empty()) {
    deeds.push_back({words(language, texts::kContextsReload),
                     thing_href(kReloadPage, place, entry.id, language),
                     {}});
  }
  deeds.push_back({words(language, texts::kContextsDelete),
                   {},
                   thing_href(kDeletePage, place, entry.id, language)});
  return deeds;
}

Response show_context(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const std::string id = request.query_param("id").value_or("");
  const auto entry = needs.data->contexts.find(place->tenant, id);
  if (!entry) return refused(needs, request, no_context());
  const Language language = web::language_of(request);
  const std::string text = context_document(needs, *entry);
  // As it came, with its own white space, or in one line.
  const auto parsed = json::Document::parse(text);
  ShownJson document = shown_json(parsed ? json::to_text(parsed->root()) : text);
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    if (!value.empty()) facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kContextsUrl, entry->url);
  add(texts::kContextsKind, words(language, context_kind_text(entry->kind)));
  add(texts::kContextsFrom, entry->extra);
  add(texts::kContextsSize, context_size_text(text.size(), language));
  add(texts::kDataCreated, web::date_time(language, entry->created_at));
  add(texts::kContextsExpires, at_or_dash(entry->expires_at, language));
  const auto failure = needs.data->contexts.failure(entry->url);
  const bool downloads = entry->kind == ldcontext::Kind::kCached && entry->extra.empty();
  const DataThingPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kContextsOne)),
      .id = entry->id,
      .back_text = words(language, texts::kContextsBack),
      .back_href = tenant_href(kContextsPage, *place, language),
      .trouble = downloads && failure ? failure->message : std::string(),
      .facts = std::move(facts),
      .deeds = context_deeds(*entry, *place, language),
      .csrf = std::string(place->caller.csrf()),
      .tables = {},
      .json_title = words(language, texts::kContextsDocument),
      .json = std::move(document.text),
      .cut = document.cut};
  web::Html out(language);
  render_data_thing(out, view);
  return personal(std::move(out));
}

// --- what can be done

Task<Response> reload_context(Request& request, const Needs& needs) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  if (!needs.data->contexts.find(place->tenant, id)) {
    co_return refused(needs, request, no_context());
  }
  const auto done = co_await needs.data->contexts.reload(place->tenant, id);
  if (!done) co_return refused(needs, request, done.error());
  co_return co_await note_and_go(needs, request, *place, {"context.reload", "context", id},
                                 thing_href(kContextPage, *place, id, web::language_of(request)));
}

Response ask_remove_context(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const std::string id = request.query_param("id").value_or("");
  const auto entry = needs.data->contexts.find(place->tenant, id);
  if (!entry) return refused(needs, request, no_context());
  const Language language = web::language_of(request);
  const web::Message& text = entry->kind == ldcontext::Kind::kCached ? texts::kContextsDeleteCached
                                                                     : texts::kContextsDeleteHosted;
  return ask_first(needs, request, *place, texts::kContextsDelete,
                   web::text(language, text, {{"url", entry->url}}),
                   thing_href(kContextPage, *place, id, language));
}

Task<Response> remove_context(Request& request, const Needs& needs) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  const auto done = co_await needs.data->contexts.remove(place->tenant, id);
  if (!done) co_return refused(needs, request, done.error());
  co_return co_await note_and_go(needs, request, *place, {"context.delete", "context", id},
                                 tenant_href(kContextsPage, *place, web::language_of(request)));
}

}  // namespace

void add_data_contexts(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, kContextsPage, list_contexts);
  add_staff_page(router, needs, Method::kGet, kContextPage, show_context);
  add_staff_page(router, needs, Method::kPost, kReloadPage, reload_context);
  add_staff_page(router, needs, Method::kGet, kDeletePage, ask_remove_context);
  add_staff_page(router, needs, Method::kPost, kDeletePage, remove_context);
}

}  // namespace revier::console
