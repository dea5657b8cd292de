// SPDX-License-Identifier: EUPL-1.2
// Reading services from a file: first what it would do, then as they stand in the catalogue.
#include "console/detail/services.h"

#include <algorithm>

#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "service/import.h"
#include "web/multipart.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using service::Outcome;
using web::FieldKind;
using web::Language;

constexpr std::size_t kServiceFileBytesMax = std::size_t{4} << 20;
constexpr std::size_t kServicePlanBytesMax = std::size_t{8} << 20;

std::string in_language(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

const web::Form& services_upload_form() {
  static const web::Form form{{{.name = "csrf", .kind = FieldKind::kHidden}}};
  return form;
}
const web::Form& services_plan_form() {
  static const web::Form form{
      {{.name = "csrf", .kind = FieldKind::kHidden},
       {.name = "plan", .kind = FieldKind::kHidden, .length_max = kServicePlanBytesMax}}};
  return form;
}

Entry enter_services(const Needs& needs, const Request& request) {
  return enter(needs, request, Action::kDataWrite, identity::Scope::tenant(""));
}

Response show_services_upload(const Needs& needs, const Request& request, const Caller& caller,
                              std::string error) {
  const Language language = web::language_of(request);
  const auto count = static_cast<std::int64_t>(needs.services->now()->services().size());
  ServicesPage view{
      .head = make_head(needs, request, caller, in_language(language, texts::kServicesTitle)),
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
  return row.field.empty() ? in_language(language, texts::kServicesRefusedRow)
                           : web::text(language, texts::kImportField, {{"field", row.field}});
}

const web::Text& label_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNew:
      return texts::kImportNew;
    case Outcome::kChanged:
      return texts::kImportChanged;
    case Outcome::kSame:
      return texts::kImportSame;
    case Outcome::kRefused:
      break;
  }
  return texts::kImportRefused;
}

// Refused rows first: they are what somebody has to look at.
web::kern::Table services_table(const service::ImportPlan& plan, Language language) {
  web::kern::Table table{.caption = in_language(language, texts::kImportTable),
                         .columns = {{in_language(language, texts::kImportLine)},
                                     {in_language(language, texts::kServicesFieldName)},
                                     {in_language(language, texts::kImportWhat)}},
                         .rows = {}};
  for (const bool refused : {true, false}) {
    for (const service::ImportRow& row : plan.rows) {
      if ((row.outcome == Outcome::kRefused) != refused) continue;
      std::string what = in_language(language, label_of(row.outcome));
      if (refused) what += ": " + why_refused(row, language);
      table.rows.push_back({{.text = std::to_string(row.line)},
                            {.text = row.name.empty() ? row.id : row.name},
                            {.text = std::move(what)}});
    }
  }
  return table;
}

Response show_services_plan(const Needs& needs, const Request& request, const Caller& caller,
                            const service::ImportPlan& plan) {
  const Language language = web::language_of(request);
  const auto count = [&](Outcome outcome) {
    return static_cast<std::int64_t>(plan.count(outcome));
  };
  ImportPlanPage view{
      .head = make_head(needs, request, caller, in_language(language, texts::kImportPlan)),
      .summary = web::text(language, texts::kImportSummary,
                           {{"new", count(Outcome::kNew)},
                            {"changed", count(Outcome::kChanged)},
                            {"same", count(Outcome::kSame)},
                            {"refused", count(Outcome::kRefused)}}),
      .lines = {},
      .table = services_table(plan, language),
      .plan = plan.items.empty() ? std::string() : service::items_json(plan.items),
      .csrf = std::string(caller.csrf()),
      .address = web::path(language, kServicesPage),
      .take = in_language(language, texts::kServicesTake)};
  if (!plan.other_columns.empty()) {
    std::string names;
    for (const std::string& name : plan.other_columns) names += (names.empty() ? "" : "; ") + name;
    view.lines.push_back(web::text(language, texts::kImportColumns, {{"names", names}}));
  }
  web::Html out(language);
  render_setup_plan(out, view);
  return personal(std::move(out));
}

std::string why_unread(const Error& error, Language language) {
  if (error.field == "columns") {
    return web::text(language, texts::kImportNoColumns, {{"names", "Name, ID"}});
  }
  if (error.field == "rows") return in_language(language, texts::kImportNoRows);
  return web::text(language, texts::kImportUnreadable, {{"reason", error.message}});
}

Response ask_for_services(Request& request, const Needs& needs) {
  const Entry caller = enter_services(needs, request);
  return caller ? show_services_upload(needs, request, *caller, {}) : caller.error();
}

Task<Response> plan_services(Request& request, const Needs& needs) {
  const Entry caller = enter_services(needs, request);
  if (!caller) co_return caller.error();
  const auto upload = web::read_upload(services_upload_form(), "file", request);
  if (!upload) co_return refused(needs, request, upload.error());
  if (const auto own = caller->require_csrf(upload->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  const service::CataloguePtr current = needs.services->now();
  const auto planned = co_await on_pool(
      needs, [&upload, &current] { return service::plan_import(upload->file, *current); });
  if (planned) co_return show_services_plan(needs, request, *caller, *planned);
  co_return show_services_upload(needs, request, *caller,
                                 why_unread(planned.error(), web::language_of(request)));
}

Task<Response> take_services(Request& request, const Needs& needs) {
  const Entry caller = enter_services(needs, request);
  if (!caller) co_return caller.error();
  const auto data = read_own_form(*caller, services_plan_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  auto items = service::items_from_json(data->get("plan"));
  if (!items) co_return refused(needs, request, items.error());
  const Result<> done = co_await needs.services->put(std::move(*items));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kServicesPage));
}

}  // namespace

void add_services(net::Router& router, const Needs& needs) {
  const std::string here(kServicesPage);
  web::add_page(router, net::Method::kGet, here, net::Handler([needs](Request& request) {
                  return ask_for_services(request, needs);
                }));
  web::add_page(router, net::Method::kPost, here, net::AsyncHandler([needs](Request& request) {
                  return plan_services(request, needs);
                }),
                {.body_bytes_max = kServiceFileBytesMax});
  web::add_page(
      router, net::Method::kPost, here + "/uebernehmen",
      net::AsyncHandler([needs](Request& request) { return take_services(request, needs); }),
      {.body_bytes_max = 3 * kServicePlanBytesMax});
}

}  // namespace revier::console
