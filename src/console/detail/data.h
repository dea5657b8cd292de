// SPDX-License-Identifier: EUPL-1.2
// What the pages of data share: the tenant that a page is about, the way between the pages, and
// requests to the program's own API.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/data_call.h"
#include "console/detail/entry.h"
#include "console/detail/staff.h"

namespace revier::console {

inline constexpr std::string_view kTypesPage = "/console/daten";
inline constexpr std::string_view kEntitiesPage = "/console/daten/entitaeten";
inline constexpr std::string_view kEntityPage = "/console/daten/entitaet";
inline constexpr std::string_view kHistoryPage = "/console/daten/verlauf";
inline constexpr std::string_view kFilesPage = "/console/daten/dateien";
inline constexpr std::string_view kQueryPage = "/console/daten/abfrage";
inline constexpr std::string_view kSubscriptionsPage = "/console/daten/abonnements";
inline constexpr std::string_view kSubscriptionPage = "/console/daten/abonnement";
inline constexpr std::string_view kSourcesPage = "/console/daten/quellen";
inline constexpr std::string_view kSourcePage = "/console/daten/quelle";
inline constexpr std::string_view kContextsPage = "/console/daten/kontexte";
inline constexpr std::string_view kContextPage = "/console/daten/kontext";
inline constexpr std::string_view kSchemasPage = "/console/daten/schemata";
inline constexpr std::string_view kSchemaPage = "/console/daten/schema";
inline constexpr std::string_view kTenantsPage = "/console/daten/mandanten";

// The tenant that a page is about (?mandant=), and who looks at it.
struct Place {
  identity::Caller caller;
  std::string tenant;
};
[[nodiscard]] tl::expected<Place, net::Response> enter_tenant(
    const Needs& needs, const net::Request& request,
    identity::Action action = identity::Action::kDataRead);
// The same for a POST of Action::kDataManage, whose csrf field is the session's.
[[nodiscard]] tl::expected<Place, net::Response> enter_post(const Needs& needs,
                                                            const net::Request& request);

// The head with the pages of data as a second menu.
[[nodiscard]] Head make_data_head(const Needs& needs, const net::Request& request,
                                  const Place& place, std::string title);

// Types by their short names, in alphabetical order.
struct NamedType {
  std::string name;
  context::NameCount count;
};
[[nodiscard]] std::vector<NamedType> named_types(const Needs& needs, const Place& place,
                                                 web::Language language);
// A choice of one of them, by IRI.
[[nodiscard]] web::kern::Select type_select(const Needs& needs, const Place& place,
                                            std::string_view chosen, web::Language language);

// Tenants on which the caller has the right; empty where there is only one.
[[nodiscard]] std::vector<web::kern::Choice> tenant_choices(const Needs& needs, const Place& place,
                                                            identity::Action action,
                                                            web::Language language);
[[nodiscard]] std::string tenant_label(std::string_view name, web::Language language);
// Whether everybody may read the tenant.
[[nodiscard]] bool is_public(const Needs& needs, std::string_view tenant);

// The address of a page about the tenant, and of one about one thing of it.
[[nodiscard]] std::string tenant_href(std::string_view page, const Place& place,
                                      web::Language language);
[[nodiscard]] std::string thing_href(std::string_view page, const Place& place, std::string_view id,
                                     web::Language language);

// A query parameter without blanks around it, cut to nothing where it is longer.
[[nodiscard]] std::string long_asked(const net::Request& request, std::string_view name,
                                     std::size_t bytes_max);

// "20. Januar 2025, 9:00 Uhr", or a dash.
[[nodiscard]] std::string at_or_dash(const std::optional<Instant>& at, web::Language language);

// JSON for people: indented, and cut where it is too long for a page.
struct ShownJson {
  std::string text;
  bool cut = false;
};
[[nodiscard]] ShownJson shown_json(std::string_view json);

// A line of the audit log for a deed that is done already, then the page at `href`. What is
// referred to outlives the task.
[[nodiscard]] Task<net::Response> note_and_go(const Needs& needs, const net::Request& request,
                                              const Place& place, identity::Deed deed,
                                              std::string href);
// Asks before something is done for good; title and button are the deed's name.
[[nodiscard]] net::Response ask_first(const Needs& needs, const net::Request& request,
                                      const Place& place, const web::Text& deed, std::string text,
                                      std::string back_href);

// What the API of this program answered, asked in the name of whoever looks at the page.
struct Told {
  int status = 0;
  std::string body;
  std::string count;    // NGSILD-Results-Count
  std::string warning;  // NGSILD-Warning
  std::int64_t took_us = 0;
};
// What problem details say in words.
[[nodiscard]] std::string problem_detail(std::string_view problem);
[[nodiscard]] Task<Told> ask_api(const Needs& needs, const net::Request& page, const Place& place,
                                 const Call& call);

void add_data_entity(net::Router& router, const Needs& needs);
void add_data_history(net::Router& router, const Needs& needs);
void add_data_files(net::Router& router, const Needs& needs);
void add_data_query(net::Router& router, const Needs& needs);
void add_data_subscriptions(net::Router& router, const Needs& needs);
void add_data_sources(net::Router& router, const Needs& needs);
void add_data_contexts(net::Router& router, const Needs& needs);
void add_data_schemas(net::Router& router, const Needs& needs);
void add_data_tenants(net::Router& router, const Needs& needs);

}  // namespace revier::console
