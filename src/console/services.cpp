// SPDX-License-Identifier: EUPL-1.2
// Reading services from a file: first what it would do, then as they stand in the catalogue.
#include "console/detail/services.h"

#include <algorithm>

#include "console/detail/import.h"
#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "service/import.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using service::Outcome;
using web::Language;

Entry enter_services(const Needs& needs, const Request& request) {
  return enter(needs, request, Action::kDataWrite, identity::Scope::tenant(""));
}

Response show_services_upload(const Needs& needs, const Request& request, const Caller& caller,
                              std::string error) {
  const Language language = web::language_of(request);
  const auto count = static_cast<std::int64_t>(needs.services->now()->services().size());
  ServicesPage view{
      .head = make_head(needs, request, caller, words(language, texts::kServicesTitle)),
      .error = std::move(error),
      .count = web::text(language, texts::kServicesCount, {{"count", count}}),
      .csrf = std::string(caller.csrf())};
  view.head.page.has_errors = !view.error.empty();
  web::Html out(language);
  render_services(out, view);
  return personal(std::move(out), view.error.empty() ? 200 : 422);
}

// What a field of a service is called in a table, and what may stand in it.
struct FieldWords {
  std::string_view field;
  const web::Text& name;
  const web::Text& expected;
};
constexpr std::array kFieldWords = {
    FieldWords{"id", texts::kServicesFieldId, texts::kServicesExpectId},
    FieldWords{"name", texts::kServicesFieldName, texts::kServicesExpectText},
    FieldWords{"summary", texts::kServicesFieldSummary, texts::kServicesExpectText},
    FieldWords{"office", texts::kServicesFieldOffice, texts::kServicesExpectText},
    FieldWords{"source", texts::kServicesFieldSource, texts::kServicesExpectText},
    FieldWords{"as_of", texts::kServicesFieldAsOf, texts::kServicesExpectDate},
    FieldWords{"days", texts::kServicesFieldDays, texts::kServicesExpectDays},
    FieldWords{"identity_level", texts::kServicesFieldIdentity, texts::kServicesExpectIdentity},
    FieldWords{"online_form", texts::kServicesFieldForm, texts::kServicesExpectForm},
    FieldWords{"offer", texts::kServicesFieldOffer, texts::kServicesExpectOffer},
    FieldWords{"situations", texts::kServicesFieldSituations, texts::kServicesExpectSituations},
};

std::string why_refused(const service::ImportRow& row, Language language) {
  const auto* const known = std::ranges::find(kFieldWords, row.field, &FieldWords::field);
  if (known != kFieldWords.end()) {
    return web::text(language, texts::kServicesRefusedField,
                     {{"field", web::text(language, known->name)},
                      {"expected", web::text(language, known->expected)}});
  }
  return row.field.empty() ? words(language, texts::kServicesRefusedRow)
                           : web::text(language, texts::kImportField, {{"field", row.field}});
}

Response show_services_plan(const Needs& needs, const Request& request, const Caller& caller,
                            const service::ImportPlan& plan, std::string_view file) {
  const Language language = web::language_of(request);
  std::vector<ImportLine> rows;
  for (const service::ImportRow& row : plan.rows) {
    rows.push_back({row.line, row.name.empty() ? row.id : row.name, row.outcome,
                    row.outcome == Outcome::kRefused ? why_refused(row, language) : ""});
  }
  ImportPlanPage view = import_plan_page(needs, request, caller, rows, texts::kServicesFieldName);
  if (!plan.items.empty()) view.plan = service::items_json(plan.items);
  view.address = web::path(language, kServicesPage);
  view.take = words(language, texts::kServicesTake);
  add_names(view.lines, language, texts::kImportColumns, plan.other_columns);
  add_encoding(view.lines, language, file);
  web::Html out(language);
  render_setup_plan(out, view);
  return personal(std::move(out));
}

std::string why_no_services(const Error& error, Language language) {
  if (error.field == "columns") {
    return web::text(language, texts::kImportNoColumns, {{"names", "Name, ID"}});
  }
  if (error.field == "rows") return words(language, texts::kImportNoRows);
  return why_unread(error, language);
}

Response ask_for_services(Request& request, const Needs& needs) {
  const Entry caller = enter_services(needs, request);
  return caller ? show_services_upload(needs, request, *caller, {}) : caller.error();
}

Task<Response> plan_services(Request& request, const Needs& needs) {
  const Entry caller = enter_services(needs, request);
  if (!caller) co_return caller.error();
  const auto upload = read_import_file(*caller, request);
  if (!upload) co_return refused(needs, request, upload.error());
  const service::CataloguePtr current = needs.services->now();
  const auto planned = co_await on_pool(
      needs, [&upload, &current] { return service::plan_import(upload->file, *current); });
  if (planned) {
    co_return show_services_plan(needs, request, *caller, *planned, upload->file);
  }
  co_return show_services_upload(needs, request, *caller,
                                 why_no_services(planned.error(), web::language_of(request)));
}

Task<Response> take_services(Request& request, const Needs& needs) {
  const Entry caller = enter_services(needs, request);
  if (!caller) co_return caller.error();
  const auto plan = read_import_plan(*caller, request);
  if (!plan) co_return refused(needs, request, plan.error());
  auto items = service::items_from_json(*plan);
  if (!items) co_return refused(needs, request, items.error());
  const Result<> done = co_await needs.services->put(std::move(*items));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kServicesPage));
}

}  // namespace

void add_services(net::Router& router, const Needs& needs) {
  add_import_pages(router, needs, kServicesPage, ask_for_services, plan_services, take_services);
}

}  // namespace revier::console
