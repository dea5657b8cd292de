// SPDX-License-Identifier: EUPL-1.2
// What the pages of data share.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/utf8.h"
#include "console/detail/data.h"
#include "console/entity_rows.h"
#include "console/pages.h"
#include "console/texts.h"
#include "json/json.h"
#include "transfer/bulk.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Scope;
using net::Request;
using net::Response;
using web::Language;

constexpr std::size_t kJsonBytesShown = 128 * 1024;

struct DataArea {
  std::string_view page;
  std::string_view one;  // the page of one thing of it
  web::Text label;
  Action action;
};
constexpr std::array kDataAreas{
    DataArea{kTypesPage, {}, texts::kDataTypes, Action::kDataRead},
    DataArea{kEntitiesPage, kEntityPage, texts::kDataEntities, Action::kDataRead},
    DataArea{kQueryPage, {}, texts::kQueryTitle, Action::kDataRead},
    DataArea{kFilesPage, kFilesPage, texts::kFilesTitle, Action::kDataRead},
    DataArea{kSubscriptionsPage, kSubscriptionPage, texts::kSubsTitle, Action::kDataManage},
    DataArea{kSourcesPage, kSourcePage, texts::kSourcesTitle, Action::kDataManage},
    DataArea{kContextsPage, kContextPage, texts::kContextsTitle, Action::kDataManage},
    DataArea{kSchemasPage, kSchemaPage, texts::kSchemasTitle, Action::kDataManage},
    DataArea{kTenantsPage, {}, texts::kTenantsTitle, Action::kTenantsManage},
    DataArea{kWriteLogPage, {}, texts::kWritesTitle, Action::kUsersManage}};

bool area_is_there(const Needs& needs, const DataArea& area) {
  if (area.page == kTypesPage || area.page == kEntitiesPage) return true;
  if (area.page == kWriteLogPage) return needs.accounts != nullptr && needs.write_log != nullptr;
  return needs.data.has_value();
}

bool may_see_area(const Place& place, const DataArea& area) {
  const bool of_tenant = area.action == Action::kDataRead || area.action == Action::kDataManage;
  return place.caller.may(area.action, of_tenant ? Scope::tenant(place.tenant) : Scope::instance());
}

}  // namespace

tl::expected<Place, Response> enter_tenant(const Needs& needs, const Request& request,
                                           Action action) {
  Place place{.caller = {}, .tenant = asked(request, "mandant")};
  Entry caller = enter(needs, request, action, Scope::tenant(place.tenant));
  if (!caller) return tl::unexpected(std::move(caller).error());
  if (!needs.tickets.identity.tenant_exists(place.tenant)) {
    return tl::unexpected(
        refused(needs, request, {Code::kNonexistentTenant, "there is no such tenant", "mandant"}));
  }
  place.caller = std::move(*caller);
  return place;
}

tl::expected<Place, Response> enter_post(const Needs& needs, const Request& request) {
  auto place = enter_tenant(needs, request, Action::kDataManage);
  if (!place) return place;
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(place->caller, form, request);
  if (!data) return tl::unexpected(refused(needs, request, data.error()));
  return place;
}

Head make_data_head(const Needs& needs, const Request& request, const Place& place,
                    std::string title) {
  Head head = make_head(needs, request, place.caller, std::move(title));
  const Language language = head.page.language;
  const std::string_view here = web::split_language(request.path).page;
  for (const DataArea& area : kDataAreas) {
    if (!area_is_there(needs, area) || !may_see_area(place, area)) continue;
    const bool is_history = area.page == kEntitiesPage && here == kHistoryPage;
    const bool below = here.starts_with(std::string(area.one.empty() ? area.page : area.one));
    head.areas.push_back(
        {.label = words(language, area.label),
         .href = tenant_href(area.page, place, language),
         .current = here == area.page || is_history || (!area.one.empty() && below)});
  }
  return head;
}

std::string tenant_label(std::string_view name, Language language) {
  return name.empty() ? words(language, texts::kDataDefaultTenant) : std::string(name);
}

std::vector<web::kern::Choice> tenant_choices(const Needs& needs, const Place& place, Action action,
                                              Language language) {
  std::vector<web::kern::Choice> choices;
  for (const identity::Tenant& tenant : needs.tickets.identity.tenants()) {
    if (!place.caller.may(action, Scope::tenant(tenant.name))) continue;
    choices.push_back({.value = tenant.name,
                       .label = tenant_label(tenant.name, language),
                       .hint = {},
                       .selected = tenant.name == place.tenant});
  }
  if (choices.size() < 2) choices.clear();
  return choices;
}

bool is_public(const Needs& needs, std::string_view name) {
  for (const identity::Tenant& tenant : needs.tickets.identity.tenants()) {
    if (tenant.name == name) return tenant.public_read;
  }
  return false;
}

std::string tenant_href(std::string_view page, const Place& place, Language language) {
  return web::path(language, address(page, {{"mandant", place.tenant}}));
}

std::string thing_href(std::string_view page, const Place& place, std::string_view id,
                       Language language) {
  return web::path(language, address(page, {{"mandant", place.tenant}, {"id", id}}));
}

std::string long_asked(const Request& request, std::string_view name, std::size_t bytes_max) {
  const std::string value = request.query_param(name).value_or("");
  return value.size() > bytes_max ? std::string() : std::string(trimmed(value));
}

std::string at_or_dash(const std::optional<Instant>& at, Language language) {
  return at ? web::date_time(language, *at) : std::string("–");
}

std::string problem_detail(std::string_view problem) {
  const auto document = json::Document::parse(problem);
  return std::string(document ? document->root().text("detail") : "");
}

ShownJson shown_json(std::string_view json) {
  const std::string text = indented_json(cut_to_bytes(json, kJsonBytesShown));
  const std::string_view shown = cut_to_bytes(text, 2 * kJsonBytesShown);
  return {.text = std::string(shown),
          .cut = json.size() > kJsonBytesShown || shown.size() < text.size()};
}

Task<net::Response> note_and_go(const Needs& needs, const Request& request, const Place& place,
                                identity::Deed deed, std::string href) {
  const auto noted = co_await needs.tickets.database.writer().run([&](records::Session& session) {
    return needs.tickets.identity.record(session, place.caller, deed);
  });
  if (!noted) co_return refused(needs, request, noted.error());
  co_return net::Response::see_other(std::move(href));
}

net::Response ask_first(const Needs& needs, const Request& request, const Place& place,
                        const web::Text& deed, std::string text, std::string back_href) {
  const web::Language language = web::language_of(request);
  const AskPage view{.head = make_data_head(needs, request, place, words(language, deed)),
                     .text = std::move(text),
                     .button = words(language, deed),
                     .csrf = std::string(place.caller.csrf()),
                     .back_href = std::move(back_href)};
  web::Html out(language);
  render_ask(out, view);
  return personal(std::move(out));
}

Task<Told> ask_api(const Needs& needs, const Request& page, const Place& place, const Call& call) {
  transfer::Asker asker(needs.data->ask, page, place.tenant);
  asker.vouch();
  const std::int64_t started = monotonic_us();
  const Response response = co_await asker.send(
      {.method = call.method, .target = call.target, .media = call.media, .body = call.body});
  Told told{.status = response.status,
            .body = std::string(response.bytes()),
            .count = {},
            .warning = {},
            .took_us = monotonic_us() - started};
  for (const auto& [name, value] : response.headers) {
    if (net::equals_ignoring_case(name, "NGSILD-Results-Count")) told.count = value;
    if (net::equals_ignoring_case(name, "NGSILD-Warning")) told.warning = value;
  }
  co_return told;
}

}  // namespace revier::console
