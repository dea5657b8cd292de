// SPDX-License-Identifier: EUPL-1.2
// Schemas of entity types: what they mark and refuse, giving one, the documents they refer to.
#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/detail/data_parts.h"
#include "console/pages.h"
#include "console/texts.h"
#include "jsonld/catalogue.h"
#include "ngsi/parse.h"
#include "validation/schemas.h"
#include "web/multipart.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Method;
using net::Request;
using net::Response;
using validation::Mode;
using validation::TypeSchemaPtr;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kGiveSchema = "/console/daten/schema/neu";
constexpr std::string_view kSetSchemaMode = "/console/daten/schema/art";
constexpr std::string_view kClearSchema = "/console/daten/schema/zaehlung";
constexpr std::string_view kTrySchema = "/console/daten/schema/probe";
constexpr std::string_view kDeleteSchema = "/console/daten/schema/loeschen";
constexpr std::string_view kGiveDocument = "/console/daten/schema/dokument";
constexpr std::string_view kDeleteDocument = "/console/daten/schema/dokument/loeschen";
constexpr std::size_t kSchemaBodyBytes = std::size_t{1200} * 1024;

std::string mode_words(Mode mode, Language language) {
  return words(language, mode == Mode::kReject ? texts::kSchemasReject : texts::kSchemasMark);
}

std::string short_type(const Needs& needs, std::string_view iri) {
  return needs.context ? needs.context->compact_name(iri) : std::string(iri);
}

std::string whole_number(std::uint64_t number, Language language) {
  return web::number(language, static_cast<std::int64_t>(number));
}

// --- all

web::kern::Table schemas_table(const Needs& needs, const Place& place, Language language) {
  web::kern::Table table{.caption = words(language, texts::kSchemasTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kDataType)},
                                     {words(language, texts::kSchemasMode)},
                                     {words(language, texts::kSchemasMarked), true},
                                     {words(language, texts::kSchemasRefused), true},
                                     {words(language, texts::kSchemasLast)}},
                         .rows = {}};
  for (const TypeSchemaPtr& schema : needs.data->schemas.list(place.tenant)) {
    const validation::Tally tally = needs.data->schemas.tally(place.tenant, schema->type);
    table.rows.push_back({{.text = short_type(needs, schema->type),
                           .href = thing_href(kSchemaPage, place, schema->type, language),
                           .html = {}},
                          {.text = mode_words(schema->mode, language)},
                          {.text = whole_number(tally.marked, language)},
                          {.text = whole_number(tally.refused, language)},
                          {.text = at_or_dash(tally.last_at, language)}});
  }
  return table;
}

web::kern::Table documents_table(const Needs& needs, const Place& place, Language language) {
  web::kern::Table table{
      .caption = words(language, texts::kSchemasDocuments),
      .columns = {{words(language, texts::kSchemasUrl)}, {words(language, texts::kSchemasDeed)}},
      .rows = {}};
  for (const std::string& url : needs.data->schemas.documents(place.tenant)) {
    table.rows.push_back({{.text = url},
                          {.text = words(language, texts::kSchemasDelete),
                           .href = thing_href(kDeleteDocument, place, url, language),
                           .html = {}}});
  }
  return table;
}

Response list_schemas(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const Language language = web::language_of(request);
  const auto at = [&](std::string_view page) { return tenant_href(page, *place, language); };
  DataListPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSchemasTitle)),
      .page = web::path(language, kSchemasPage),
      .intro = words(language, texts::kSchemasIntro),
      .empty = words(language, texts::kSchemasNone),
      .tenants = tenant_choices(needs, *place, Action::kDataManage, language),
      .table = schemas_table(needs, *place, language),
      .pagination = {.address = {}, .current = 1, .last = 1}};
  view.deeds.push_back({words(language, texts::kSchemasGive), {}, at(kGiveSchema)});
  view.deeds.push_back({words(language, texts::kSchemasGiveDocument), {}, at(kGiveDocument)});
  web::kern::Table documents = documents_table(needs, *place, language);
  if (!documents.rows.empty()) view.more.push_back(std::move(documents));
  web::Html out(language);
  render_data_list(out, view);
  return personal(std::move(out));
}

// --- one

web::kern::Table rules_table(const std::vector<validation::RuleCount>& rules, Language language) {
  web::kern::Table table{.caption = words(language, texts::kSchemasRules),
                         .columns = {{words(language, texts::kSchemasAttribute)},
                                     {words(language, texts::kSchemasRule)},
                                     {words(language, texts::kSchemasCount), true}},
                         .rows = {}};
  for (const validation::RuleCount& rule : rules) {
    table.rows.push_back({{.text = rule.attribute.empty() ? "–" : rule.attribute},
                          {.text = rule.rule},
                          {.text = whole_number(rule.count, language)}});
  }
  return table;
}

template <class Examples>
web::kern::Table examples_table(const Examples& examples, const Place& place, bool with_deed,
                                Language language) {
  web::kern::Table table{
      .caption = words(language, with_deed ? texts::kSchemasLatest : texts::kSchemasFirst),
      .columns = {{words(language, texts::kSchemasEntity)},
                  {words(language, texts::kSchemasWhen)},
                  {words(language, texts::kSchemasWhat)}},
      .rows = {}};
  if (with_deed) table.columns.push_back({words(language, texts::kSchemasOutcome)});
  for (const validation::Example& example : examples) {
    std::string what;
    for (const validation::Violation& one : example.violations) {
      what += (what.empty() ? "" : "; ") + (one.place.empty() ? "/" : one.place) + " " + one.rule +
              ": " + one.message;
    }
    // What was refused is not there to be looked at.
    table.rows.push_back(
        {{.text = example.entity,
          .href = example.taken ? thing_href(kEntityPage, place, example.entity, language)
                                : std::string(),
          .html = {}},
         {.text = web::date_time(language, example.at)},
         {.text = std::move(what)}});
    if (!with_deed) continue;
    table.rows.back().push_back(
        {.text = words(language,
                       example.taken ? texts::kSchemasWasMarked : texts::kSchemasWasRefused)});
  }
  return table;
}

tl::expected<TypeSchemaPtr, Response> asked_schema(const Needs& needs, const Request& request,
                                                   const Place& place) {
  TypeSchemaPtr found =
      needs.data->schemas.find(place.tenant, request.query_param("id").value_or(""));
  if (found) return found;
  return tl::unexpected(
      refused(needs, request, {Code::kResourceNotFound, "there is no schema for this type", "id"}));
}

web::kern::DescriptionList schema_facts(const validation::TypeSchema& schema,
                                        const validation::Tally& tally, Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kSchemasMode, mode_words(schema.mode, language));
  add(texts::kSchemasMarked, whole_number(tally.marked, language));
  add(texts::kSchemasRefused, whole_number(tally.refused, language));
  add(texts::kSchemasLast, at_or_dash(tally.last_at, language));
  if (const jsonld::ContextPtr& context = schema.context) {
    add(texts::kContextsOne, context->link().empty() ? context->reference() : context->link());
  }
  add(texts::kDataCreated, web::date_time(language, schema.created_at));
  add(texts::kDataChanged, web::date_time(language, schema.modified_at));
  return facts;
}

std::vector<DataDeed> schema_deeds(const validation::TypeSchema& schema, bool counted,
                                   const Place& place, Language language) {
  const auto at = [&](std::string_view page) {
    return thing_href(page, place, schema.type, language);
  };
  const bool rejects = schema.mode == Mode::kReject;
  std::vector<DataDeed> deeds;
  deeds.push_back({words(language, texts::kSchemasTry), {}, at(kTrySchema)});
  deeds.push_back({words(language, rejects ? texts::kSchemasOnlyMark : texts::kSchemasRejectNow),
                   at(kSetSchemaMode),
                   {}});
  deeds.push_back({words(language, texts::kSchemasReplace), {}, at(kGiveSchema)});
  if (counted) deeds.push_back({words(language, texts::kSchemasClear), at(kClearSchema), {}});
  deeds.push_back({words(language, texts::kSchemasDelete), {}, at(kDeleteSchema)});
  return deeds;
}

Response show_schema(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const auto schema = asked_schema(needs, request, *place);
  if (!schema) return schema.error();
  const Language language = web::language_of(request);
  const validation::Tally tally = needs.data->schemas.tally(place->tenant, (*schema)->type);
  ShownJson document = shown_json((*schema)->schema);
  DataThingPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSchemasOne)),
      .id = (*schema)->type,
      .back_text = words(language, texts::kSchemasBack),
      .back_href = tenant_href(kSchemasPage, *place, language),
      .trouble = (*schema)->context ? std::string() : words(language, texts::kSchemasNoContext),
      .facts = schema_facts(**schema, tally, language),
      .deeds = schema_deeds(**schema, tally.last_at.has_value(), *place, language),
      .csrf = std::string(place->caller.csrf()),
      .tables = {},
      .json_title = words(language, texts::kSchemasJson),
      .json = std::move(document.text),
      .cut = document.cut};
  if (!tally.rules.empty()) view.tables.push_back(rules_table(tally.rules, language));
  if (!tally.latest.empty()) {
    view.tables.push_back(examples_table(tally.latest, *place, true, language));
  }
  web::Html out(language);
  render_data_thing(out, view);
  return personal(std::move(out));
}

// What the schema says of what is there; nothing is changed.
Task<Response> try_schema(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) co_return place.error();
  const auto schema = asked_schema(needs, request, *place);
  if (!schema) co_return schema.error();
  const Language language = web::language_of(request);
  if (!(*schema)->context) {
    co_return refused(needs, request,
                      {Code::kConflict, words(language, texts::kSchemasNoContext), "id"});
  }
  const auto trial = co_await needs.data->schemas.try_out(**schema, 0);
  if (!trial) co_return refused(needs, request, trial.error());
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kSchemasChecked, whole_number(trial->checked, language));
  add(texts::kSchemasViolating, whole_number(trial->violating, language));
  ShownJson document = shown_json((*schema)->schema);
  DataThingPage view{
      .head = make_data_head(needs, request, *place, words(language, texts::kSchemasTry)),
      .id = (*schema)->type,
      .back_text = words(language, texts::kSchemasBackOne),
      .back_href = thing_href(kSchemaPage, *place, (*schema)->type, language),
      .trouble = trial->next == 0 ? std::string() : words(language, texts::kSchemasNotAll),
      .facts = std::move(facts),
      .deeds = {},
      .csrf = {},
      .tables = {},
      .json_title = words(language, texts::kSchemasJson),
      .json = std::move(document.text),
      .cut = document.cut};
  if (!trial->rules.empty()) view.tables.push_back(rules_table(trial->rules, language));
  if (!trial->examples.empty()) {
    view.tables.push_back(examples_table(trial->examples, *place, false, language));
  }
  web::Html out(language);
  render_data_thing(out, view);
  co_return personal(std::move(out));
}

// --- giving one, and what it refers to

web::Form schema_form() {
  return {{csrf_field(),
           {.name = "type",
            .label = texts::kDataType,
            .hint = texts::kSchemasTypeHint,
            .required = true,
            .length_max = 500},
           {.name = "context",
            .label = texts::kSchemasContext,
            .hint = texts::kSchemasContextHint,
            .length_max = 1'000,
            .inputmode = "url"},
           {.name = "mode",
            .kind = FieldKind::kRadios,
            .label = texts::kSchemasMode,
            .required = true,
            .options = {{.value = "mark", .label = texts::kSchemasMarkOption},
                        {.value = "reject", .label = texts::kSchemasRejectOption}}}}};
}

web::Form document_form() {
  return {{csrf_field(),
           {.name = "url",
            .label = texts::kSchemasUrl,
            .hint = texts::kSchemasUrlHint,
            .required = true,
            .length_max = 1'000,
            .inputmode = "url"}}};
}

struct GivingWords {
  const web::Text& title;
  const web::Text& intro;
  std::string_view page;
};
constexpr GivingWords kSchemaWords{texts::kSchemasGive, texts::kSchemasGiveIntro, kGiveSchema};
constexpr GivingWords kDocumentWords{texts::kSchemasGiveDocument, texts::kSchemasDocumentIntro,
                                     kGiveDocument};

Response show_giving(const Needs& needs, const Request& request, const Place& place,
                     const GivingWords& told, const web::Form& form, FormData data,
                     std::string trouble) {
  const Language language = web::language_of(request);
  const bool wrong = !data.valid() || !trouble.empty();
  data.set("csrf", std::string(place.caller.csrf()));
  GivingPage view{.head = make_data_head(needs, request, place, words(language, told.title)),
                  .intro = words(language, told.intro),
                  .trouble = std::move(trouble),
                  .action = tenant_href(told.page, place, language),
                  .back_text = words(language, texts::kSchemasBack),
                  .back_href = tenant_href(kSchemasPage, place, language),
                  .form = {form, data}};
  view.head.page.has_errors = wrong;
  web::Html out(language);
  render_schema_giving(out, view);
  return personal(std::move(out), wrong ? 422 : 200);
}

Response ask_schema(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const std::string type = long_asked(request, "id", 2'048);
  const TypeSchemaPtr known = needs.data->schemas.find(place->tenant, type);
  FormData data;
  data.set("type", type);
  data.set("mode", std::string(name_of(known ? known->mode : Mode::kMark)));
  if (known && known->context) data.set("context", known->context->link());
  const web::Form form = schema_form();
  return show_giving(needs, request, *place, kSchemaWords, form, std::move(data), {});
}

Response ask_document(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const web::Form form = document_form();
  return show_giving(needs, request, *place, kDocumentWords, form, {}, {});
}

// The form and its file, from its own page.
Result<web::Upload> own_upload(const Place& place, const web::Form& form, const Request& request) {
  RV_ASSIGN(web::Upload upload, web::read_upload(form, "file", request));
  RV_TRY(place.caller.require_csrf(upload.data.get("csrf")));
  return upload;
}

// The core @context for an empty address; a missing one is loaded, where that is allowed.
Task<Result<jsonld::ContextPtr>> context_at(const Needs& needs, std::string url) {
  if (url.empty()) co_return needs.catalogue->core();
  auto found = needs.catalogue->resolve_url(url);
  if (found || found.error().code != Code::kLdContextNotAvailable) co_return found;
  if (!needs.data->contexts.can_get(url)) co_return found;
  co_await needs.data->contexts.get(url);
  co_return needs.catalogue->resolve_url(url);
}

Task<Result<validation::TypeSchema>> schema_of(const Needs& needs, const Place& place,
                                               const FormData& data, std::string_view file) {
  validation::TypeSchema schema{.tenant = place.tenant, .type = {}, .context = {}, .schema = {}};
  RV_CO_ASSIGN(schema.context, co_await context_at(needs, std::string(data.get("context"))));
  RV_CO_ASSIGN(schema.type, schema.context->expand_name(data.get("type")));
  schema.schema = file;
  schema.mode = validation::mode_named(data.get("mode")).value_or(Mode::kMark);
  co_return schema;
}

// What came of giving something: the page to go to, or what is wrong with it.
struct Given {
  Result<bool> done;
  identity::Deed deed;
  std::string href;
};
Task<Response> after_giving(const Needs& needs, const Request& request, const Place& place,
                            const GivingWords& told, const web::Form& form, FormData data,
                            const Given& given) {
  if (given.done) co_return co_await note_and_go(needs, request, place, given.deed, given.href);
  const Error& error = given.done.error();
  if (describe(error.code).status >= 500) co_return refused(needs, request, error);
  co_return show_giving(needs, request, place, told, form, std::move(data), error.message);
}

// Why there is nothing to take, where no file came.
std::string missing_file(const web::Upload& upload, Language language) {
  return upload.file.empty() ? words(language, texts::kSchemasNoFile) : std::string();
}

Task<Response> give_schema(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) co_return place.error();
  const web::Form form = schema_form();
  auto upload = own_upload(*place, form, request);
  if (!upload) co_return refused(needs, request, upload.error());
  const Language language = web::language_of(request);
  if (!web::validate(form, upload->data) || upload->file.empty()) {
    co_return show_giving(needs, request, *place, kSchemaWords, form, std::move(upload->data),
                          missing_file(*upload, language));
  }
  auto schema = co_await schema_of(needs, *place, upload->data, upload->file);
  const std::string type = schema ? schema->type : std::string();
  const Given given{.done = schema ? co_await needs.data->schemas.put(*std::move(schema))
                                   : Result<bool>(fail(schema.error())),
                    .deed = {"schema.put", "schema", type},
                    .href = thing_href(kSchemaPage, *place, type, language)};
  co_return co_await after_giving(needs, request, *place, kSchemaWords, form,
                                  std::move(upload->data), given);
}

Task<Result<bool>> put_document(const Needs& needs, const Place& place, const std::string& url,
                                std::string_view file, Language language) {
  if (!ngsi::check_uri(url, "url") || url.find('#') != std::string::npos) {
    co_return fail(Code::kBadRequestData, words(language, texts::kSchemasUrlWrong));
  }
  co_return co_await needs.data->schemas.put_document(place.tenant, {url, std::string(file)});
}

Task<Response> give_document(Request& request, const Needs& needs) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) co_return place.error();
  const web::Form form = document_form();
  auto upload = own_upload(*place, form, request);
  if (!upload) co_return refused(needs, request, upload.error());
  const Language language = web::language_of(request);
  if (!web::validate(form, upload->data) || upload->file.empty()) {
    co_return show_giving(needs, request, *place, kDocumentWords, form, std::move(upload->data),
                          missing_file(*upload, language));
  }
  const std::string url(upload->data.get("url"));
  const Given given{.done = co_await put_document(needs, *place, url, upload->file, language),
                    .deed = {"schema.put-document", "schema", url},
                    .href = tenant_href(kSchemasPage, *place, language)};
  co_return co_await after_giving(needs, request, *place, kDocumentWords, form,
                                  std::move(upload->data), given);
}

// --- what else can be done

Task<Response> set_schema_mode(Request& request, const Needs& needs) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const auto schema = asked_schema(needs, request, *place);
  if (!schema) co_return schema.error();
  validation::TypeSchema other = **schema;
  other.mode = other.mode == Mode::kReject ? Mode::kMark : Mode::kReject;
  const std::string deed = "schema." + std::string(name_of(other.mode));
  const auto done = co_await needs.data->schemas.put(std::move(other));
  if (!done) co_return refused(needs, request, done.error());
  const std::string& type = (*schema)->type;
  co_return co_await note_and_go(needs, request, *place, {deed, "schema", type},
                                 thing_href(kSchemaPage, *place, type, web::language_of(request)));
}

Task<Response> clear_schema(Request& request, const Needs& needs) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const std::string type = request.query_param("id").value_or("");
  const auto done = co_await needs.data->schemas.clear_tally(place->tenant, type);
  if (!done) co_return refused(needs, request, done.error());
  co_return co_await note_and_go(needs, request, *place, {"schema.clear", "schema", type},
                                 thing_href(kSchemaPage, *place, type, web::language_of(request)));
}

Response ask_remove(const Needs& needs, const Request& request, const web::Message& text,
                    std::string_view back) {
  const auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place.error();
  const std::string id = long_asked(request, "id", 2'048);
  const Language language = web::language_of(request);
  return ask_first(needs, request, *place, texts::kSchemasDelete,
                   web::text(language, text, {{"id", id}}),
                   back == kSchemaPage ? thing_href(back, *place, id, language)
                                       : tenant_href(back, *place, language));
}
Response ask_remove_schema(Request& request, const Needs& needs) {
  return ask_remove(needs, request, texts::kSchemasDeleteText, kSchemaPage);
}
Response ask_remove_document(Request& request, const Needs& needs) {
  return ask_remove(needs, request, texts::kSchemasDeleteDocument, kSchemasPage);
}

Task<Response> remove_thing(Request& request, const Needs& needs, bool is_schema) {
  const auto place = enter_post(needs, request);
  if (!place) co_return place.error();
  const std::string id = request.query_param("id").value_or("");
  validation::Schemas& schemas = needs.data->schemas;
  const auto done = is_schema ? co_await schemas.remove(place->tenant, id)
                              : co_await schemas.remove_document(place->tenant, id);
  if (!done) co_return refused(needs, request, done.error());
  co_return co_await note_and_go(
      needs, request, *place,
      {is_schema ? "schema.delete" : "schema.delete-document", "schema", id},
      tenant_href(kSchemasPage, *place, web::language_of(request)));
}
Task<Response> remove_schema(Request& request, const Needs& needs) {
  return remove_thing(request, needs, true);
}
Task<Response> remove_schema_document(Request& request, const Needs& needs) {
  return remove_thing(request, needs, false);
}

}  // namespace

void add_data_schemas(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, kSchemasPage, list_schemas);
  add_staff_page(router, needs, Method::kGet, kSchemaPage, show_schema);
  add_staff_page(router, needs, Method::kGet, kGiveSchema, ask_schema);
  add_staff_page(router, needs, Method::kPost, kGiveSchema, give_schema, kSchemaBodyBytes);
  add_staff_page(router, needs, Method::kGet, kGiveDocument, ask_document);
  add_staff_page(router, needs, Method::kPost, kGiveDocument, give_document, kSchemaBodyBytes);
  add_staff_page(router, needs, Method::kGet, kTrySchema, try_schema);
  add_staff_page(router, needs, Method::kPost, kSetSchemaMode, set_schema_mode);
  add_staff_page(router, needs, Method::kPost, kClearSchema, clear_schema);
  add_staff_page(router, needs, Method::kGet, kDeleteSchema, ask_remove_schema);
  add_staff_page(router, needs, Method::kPost, kDeleteSchema, remove_schema);
  add_staff_page(router, needs, Method::kGet, kDeleteDocument, ask_remove_document);
  add_staff_page(router, needs, Method::kPost, kDeleteDocument, remove_schema_document);
}

}  // namespace revier::console
