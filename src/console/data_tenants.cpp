// SPDX-License-Identifier: EUPL-1.2
// Tenants: how many entities each has, who may read it; a new one.
#include "console/data_views.h"
#include "console/detail/data.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using identity::Action;
using net::Method;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

web::Form tenant_form() {
  return {{csrf_field(),
           {.name = "name",
            .label = texts::kTenantsName,
            .hint = texts::kTenantsNameHint,
            .required = true,
            .length_max = 50},
           {.name = "public", .kind = FieldKind::kCheckbox, .label = texts::kTenantsPublicLabel}}};
}

// The page of no tenant in particular, for those who manage all.
tl::expected<Place, Response> enter_tenants(const Needs& needs, const Request& request) {
  Entry caller = enter(needs, request, Action::kTenantsManage);
  if (!caller) return tl::unexpected(std::move(caller).error());
  return Place{.caller = std::move(*caller), .tenant = {}};
}

Task<Result<std::size_t>> count_entities_of(const Needs& needs, const std::string& tenant) {
  RV_CO_ASSIGN(
      const context::Found found,
      co_await needs.broker->query(tenant, ngsi::Predicate(), {.limit = 0, .count = true}));
  co_return found.count.value_or(0);
}

Task<Response> show_tenants(const Request& request, const Needs& needs, const Place& place,
                            const web::Form& form, FormData data, int status) {
  const Language language = web::language_of(request);
  data.set("csrf", std::string(place.caller.csrf()));
  TenantsPage view{
      .head = make_data_head(needs, request, place, words(language, texts::kTenantsTitle)),
      .table = {.caption = words(language, texts::kTenantsTitle),
                .caption_visible = false,
                .columns = {{words(language, texts::kTenantsName)},
                            {words(language, texts::kDataEntities), true},
                            {words(language, texts::kTenantsReading)}},
                .rows = {}},
      .deeds = {},
      .csrf = std::string(place.caller.csrf()),
      .form = {form, data},
      .tokens_href = needs.accounts != nullptr ? web::path(language, kTokensPage) : std::string()};
  view.head.page.has_errors = !data.valid();
  for (const identity::Tenant& tenant : needs.tickets.identity.tenants()) {
    const auto count = co_await count_entities_of(needs, tenant.name);
    if (!count) co_return refused(needs, request, count.error());
    const std::string types = address(kTypesPage, {{"mandant", tenant.name}});
    const std::string label = tenant_label(tenant.name, language);
    view.table.rows.push_back(
        {{.text = label, .href = web::path(language, types), .html = {}},
         {.text = web::number(language, static_cast<std::int64_t>(*count))},
         {.text =
              words(language, tenant.public_read ? texts::kTenantsOpen : texts::kTenantsClosed)}});
    const std::string deed = tenant.public_read ? "/schliessen" : "/oeffnen";
    const web::Message& text = tenant.public_read ? texts::kTenantsClose : texts::kTenantsOpenIt;
    view.deeds.push_back(
        {.text = web::text(language, text, {{"name", label}}),
         // Of the default tenant the name is empty, and said.
         .action = web::path(language, std::string(kTenantsPage) + deed + "?name=" + tenant.name),
         .href = {}});
  }
  web::Html out(language);
  render_tenants(out, view);
  co_return personal(std::move(out), status);
}

Task<Response> list_tenants(Request& request, const Needs& needs) {
  const auto place = enter_tenants(needs, request);
  if (!place) co_return place.error();
  const web::Form form = tenant_form();
  co_return co_await show_tenants(request, needs, *place, form, {}, 200);
}

Task<Response> create_tenant(Request& request, const Needs& needs) {
  const auto place = enter_tenants(needs, request);
  if (!place) co_return place.error();
  const web::Form form = tenant_form();
  auto data = read_own_form(place->caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (web::validate(form, *data)) {
    const identity::Tenant tenant{.name = std::string(data->get("name")),
                                  .public_read = data->has("public")};
    const auto made = co_await blocking(
        needs, [&] { return needs.accounts->create_tenant(tenant, place->caller); });
    if (made) co_return Response::see_other(web::path(web::language_of(request), kTenantsPage));
    const bool there = made.error().code == Code::kAlreadyExists;
    if (!there && made.error().field != "name") co_return refused(needs, request, made.error());
    data->fail("name", there ? texts::kTenantsThere : texts::kTenantsWrong);
  }
  co_return co_await show_tenants(request, needs, *place, form, *data, 422);
}

Task<Response> set_tenant_public(Request& request, const Needs& needs, bool is_open) {
  const auto place = enter_tenants(needs, request);
  if (!place) co_return place.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(place->caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto name = request.query_param("name");
  if (!name) {
    co_return refused(needs, request,
                      {Code::kNonexistentTenant, "there is no such tenant", "name"});
  }
  const auto done = co_await blocking(
      needs, [&] { return needs.accounts->set_public_read(*name, is_open, place->caller); });
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kTenantsPage));
}

Task<Response> open_tenant(Request& request, const Needs& needs) {
  return set_tenant_public(request, needs, true);
}
Task<Response> close_tenant(Request& request, const Needs& needs) {
  return set_tenant_public(request, needs, false);
}

}  // namespace

void add_data_tenants(net::Router& router, const Needs& needs) {
  if (needs.accounts == nullptr) return;
  const std::string page(kTenantsPage);
  add_staff_page(router, needs, Method::kGet, page, list_tenants);
  add_staff_page(router, needs, Method::kPost, page, create_tenant);
  add_staff_page(router, needs, Method::kPost, page + "/oeffnen", open_tenant);
  add_staff_page(router, needs, Method::kPost, page + "/schliessen", close_tenant);
}

}  // namespace revier::console
