// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/ascii.h"
#include "console/detail/announcements.h"
#include "console/detail/cases.h"
#include "console/detail/entry.h"
#include "console/detail/fibre.h"
#include "console/detail/newsletter.h"
#include "console/detail/services.h"
#include "console/detail/setup.h"
#include "console/detail/staff.h"
#include "console/texts.h"
#include "identity/routes.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;

constexpr std::size_t kAskedBytesMax = 200;
constexpr std::string_view kFormsHref = "/console/formulare";

struct Area {
  std::string_view page;
  web::Text label;
  Action action;
  bool by_event = false;  // opens for a right on one event too (enter_somewhere)
};
struct Group {
  web::Text label;
  std::span<const Area> areas;
};
// A page stands in the menu of those whom it lets in.
constexpr std::array kEventAreas{
    Area{"/console/anmeldungen", texts::kMenuRegistrations, Action::kRegistrationsRead, true},
    Area{"/console/wartelisten", texts::kMenuWaiting, Action::kRegistrationsRead, true},
    Area{"/console/einlass", texts::kMenuGate, Action::kCheckIn, true},
    Area{"/console/programm", texts::kMenuProgramme, Action::kProgrammeRead},
};
constexpr std::array kCitizenAreas{
    Area{"/console/termine", texts::kMenuAppointments, Action::kCasesWork},
    Area{"/console/warteraum", texts::kMenuRoom, Action::kCasesWork},
    Area{"/console/oeffnungszeiten", texts::kMenuHours, Action::kProgrammeRelease},
    Area{kCasesPage, texts::kMenuCases, Action::kCasesWork, true},
    Area{kFormsHref, texts::kMenuForms, Action::kSettingsManage},
    Area{kServicesPage, texts::kMenuServices, Action::kDataWrite},
    Area{kFibrePage, texts::kMenuFibre, Action::kDataWrite},
};
constexpr std::array kMailAreas{
    Area{kNewsletterPage, texts::kMenuNewsletter, Action::kNewsletterEdit},
    Area{"/console/postausgang", texts::kMenuOutbox, Action::kOutboxRead},
};
constexpr std::array kPlatformAreas{
    Area{"/console/daten", texts::kMenuData, Action::kDataRead},
    Area{"/console/einrichtung", texts::kMenuSetup, Action::kSettingsManage},
    Area{kStaffPage, texts::kMenuStaff, Action::kUsersManage},
    Area{kTokensPage, texts::kMenuTokens, Action::kUsersManage},
    Area{kAuditPage, texts::kMenuAudit, Action::kUsersManage},
};
constexpr std::array kGroups{
    Group{texts::kMenuOfEvent, kEventAreas},
    Group{texts::kMenuOfCitizens, kCitizenAreas},
    Group{texts::kMenuOfMail, kMailAreas},
    Group{texts::kMenuOfPlatform, kPlatformAreas},
};

// Of a program that has what the page is about.
bool is_there(const Needs& needs, const Area& area) {
  if (area.page == kCasesPage || area.page == kFormsHref) return needs.cases != nullptr;
  switch (area.action) {
    case Action::kDataRead:
      return needs.broker != nullptr;
    case Action::kDataWrite:
      return needs.services != nullptr;
    case Action::kUsersManage:
      return needs.accounts != nullptr;
    case Action::kProgrammeRead:
      return needs.programme != nullptr;
    case Action::kSettingsManage:
      return needs.setup.has_value();
    case Action::kCasesWork:
      return needs.calendar != nullptr;
    case Action::kNewsletterEdit:
      return needs.newsletter != nullptr;
    default:
      return true;
  }
}

bool may_open(const Caller& caller, const Area& area) {
  if (area.action == Action::kDataRead || area.action == Action::kDataWrite) {
    return caller.may(area.action, identity::Scope::tenant(""));
  }
  if (area.action == Action::kCasesWork && area.by_event) {
    return caller.may_somewhere(area.action);  // for one office
  }
  return caller.may(area.action) || (area.by_event && !caller.events_with(area.action).empty());
}

Response ask_to_set_up(const Request& request) {
  return Response::see_other(web::path(web::language_of(request), kSecondFactorPage));
}

}  // namespace

Response refused(const Needs& needs, const Request& request, const Error& error) {
  if (error.code == Code::kUnauthenticated) return identity::ask_to_sign_in(request);
  return web::error_page(needs.site, request, error);
}

Entry enter(const Needs& needs, const Request& request, Action action,
            const identity::Scope& scope) {
  Caller caller = needs.tickets.identity.authenticate(request);
  if (caller.kind() == Caller::Kind::kAnonymous) {
    return tl::unexpected(identity::ask_to_sign_in(request));
  }
  if (caller.needs_second_factor()) return tl::unexpected(ask_to_set_up(request));
  const Result<> may = caller.require(action, scope);
  if (!may) return tl::unexpected(refused(needs, request, may.error()));
  return caller;
}

Entry enter_somewhere(const Needs& needs, const Request& request, Action action) {
  Caller caller = needs.tickets.identity.authenticate(request);
  if (caller.may(action) || !caller.events_with(action).empty()) return caller;
  return enter(needs, request, action);
}

Entry enter_signed_in(const Needs& needs, const Request& request) {
  Caller caller = needs.tickets.identity.authenticate(request);
  if (caller.needs_second_factor()) return tl::unexpected(ask_to_set_up(request));
  if (caller.signed_in() || caller.kind() == Caller::Kind::kUnchecked) return caller;
  return tl::unexpected(identity::ask_to_sign_in(request));
}

Head make_head(const Needs& needs, const Request& request, const Caller& caller,
               std::string title) {
  Head head{.page = needs.site.page(request, std::move(title)), .user = std::string(caller.name())};
  head.page.is_private = true;
  head.page.navigation.clear();  // the console has a menu of its own
  const web::Language language = head.page.language;
  const std::string_view here = web::split_language(request.path).page;
  const auto item = [&](std::string_view page, const web::Text& label) {
    const bool below = page != identity::kConsolePage && here.starts_with(std::string(page) + "/");
    return MenuItem{.label = std::string(web::text(language, label)),
                    .href = web::path(language, page),
                    .current = below || here == page};
  };
  head.menu.push_back({.items = {item(identity::kConsolePage, texts::kMenuOverview)}});
  for (const Group& group : kGroups) {
    MenuGroup shown{.label = std::string(web::text(language, group.label))};
    for (const Area& area : group.areas) {
      if (is_there(needs, area) && may_open(caller, area)) {
        shown.items.push_back(item(area.page, area.label));
      }
    }
    if (!shown.items.empty()) head.menu.push_back(std::move(shown));
  }
  return head;
}

Response personal(web::Html&& page, int status) {
  return web::html_response(std::move(page), status, web::Caching::kNever);
}

Result<web::FormData> read_own_form(const Caller& caller, const web::Form& form,
                                    const Request& request) {
  RV_ASSIGN(web::FormData data, web::read_form(form, request));
  RV_TRY(caller.require_csrf(data.get("csrf")));
  return data;
}

std::string address(std::string_view page, std::initializer_list<QueryPair> query) {
  std::string result(page);
  char sign = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    web::Html encoded(web::Language::kDe);
    encoded.url_part(value);
    result += sign;
    result += name;
    result += '=';
    result += encoded.str();
    sign = '&';
  }
  return result;
}

std::string asked(const Request& request, std::string_view name) {
  const std::string value = request.query_param(name).value_or("");
  const std::string_view text = trimmed(value);
  return std::string(text.size() > kAskedBytesMax ? std::string_view() : text);
}

int asked_page(const Request& request) {
  const std::string text = asked(request, "seite");
  int number = 1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::clamp(number, 1, 1'000'000);
}

int last_page(std::int64_t count, std::int64_t page_size) {
  return static_cast<int>(std::max<std::int64_t>(1, (count + page_size - 1) / page_size));
}

Task<Result<>> read_records(const Needs& needs, std::function<Result<>(records::Session&)> step) {
  auto done = co_await needs.tickets.pool.run([&] { return needs.tickets.database.read(step); });
  if (!done) co_return fail(std::move(done).error());
  co_return std::move(*done);
}

void add_routes(net::Router& router, const Needs& needs) {
  add_overview(router, needs);
  add_registrations(router, needs);
  if (needs.announcements != nullptr) add_announcements(router, needs);
  add_waiting_lists(router, needs);
  add_gate(router, needs);
  add_gate_list(router, needs);
  add_outbox(router, needs);
  if (needs.cases != nullptr) {
    add_cases(router, needs);
    add_forms(router, needs);
  }
  if (needs.calendar != nullptr) {
    add_appointments(router, needs);
    add_waiting_rooms(router, needs);
  }
  if (needs.programme != nullptr) {
    add_programme(router, needs);
    add_programme_files(router, needs);
  }
  if (needs.newsletter != nullptr) add_newsletter(router, needs);
  if (needs.services != nullptr) add_services(router, needs);
  if (needs.fibre) add_fibre(router, needs);
  if (needs.broker != nullptr) add_data(router, needs);
  if (needs.setup) add_setup(router, needs);
  if (needs.accounts == nullptr) return;
  add_staff(router, needs);
  add_own_account(router, needs);
  add_tokens(router, needs);
  add_profiles(router, needs);
  add_audit(router, needs);
  if (needs.write_log != nullptr) add_write_log(router, needs);
}

}  // namespace revier::console
