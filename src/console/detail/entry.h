// SPDX-License-Identifier: EUPL-1.2
// What all pages of the console share: who may enter, the head with its menu, addresses.
#pragma once
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "console/routes.h"
#include "console/views.h"
#include "door/types.h"
#include "identity/access.h"

namespace revier::console {

// The caller, or the answer to one who may not enter.
using Entry = tl::expected<identity::Caller, net::Response>;
[[nodiscard]] Entry enter(const Needs& needs, const net::Request& request, identity::Action action,
                          const identity::Scope& scope = {});
// Who may do it at least on one event; the page asks again for the event that it shows.
[[nodiscard]] Entry enter_somewhere(const Needs& needs, const net::Request& request,
                                    identity::Action action);
// For everybody who is signed in.
[[nodiscard]] Entry enter_signed_in(const Needs& needs, const net::Request& request);

[[nodiscard]] net::Response refused(const Needs& needs, const net::Request& request,
                                    const Error& error);
[[nodiscard]] Head make_head(const Needs& needs, const net::Request& request,
                             const identity::Caller& caller, std::string title);
[[nodiscard]] net::Response personal(web::Html&& page, int status = 200);

// The body of a POST whose csrf field is the session's. `form` has a field "csrf".
[[nodiscard]] Result<web::FormData> read_own_form(const identity::Caller& caller,
                                                  const web::Form& form,
                                                  const net::Request& request);

[[nodiscard]] inline std::string words(web::Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

// "/console/x?a=1&b=2"; empty values are left out.
using QueryPair = std::pair<std::string_view, std::string_view>;
[[nodiscard]] std::string address(std::string_view page, std::initializer_list<QueryPair> query);

// A query parameter without blanks around it, at most 200 bytes; "" where it is missing or longer.
[[nodiscard]] std::string asked(const net::Request& request, std::string_view name);
// ?seite=N, from 1.
[[nodiscard]] int asked_page(const net::Request& request);
// How many pages `count` things need, at least 1.
[[nodiscard]] int last_page(std::int64_t count, std::int64_t page_size);

// Runs a reading step on the pool.
[[nodiscard]] Task<Result<>> read_records(const Needs& needs,
                                          std::function<Result<>(records::Session&)> step);

// "Mittwoch, 5. Februar 2025" of "2025-02-05".
[[nodiscard]] std::string day_name(std::string_view day, web::Language language);

// Why a ticket should not have been taken; "" where there was no reason.
[[nodiscard]] std::string problem_words(door::Problem problem, web::Language language);

void add_overview(net::Router& router, const Needs& needs);
void add_registrations(net::Router& router, const Needs& needs);
void add_waiting_lists(net::Router& router, const Needs& needs);
void add_gate(net::Router& router, const Needs& needs);
void add_gate_list(net::Router& router, const Needs& needs);
void add_programme(net::Router& router, const Needs& needs);
void add_appointments(net::Router& router, const Needs& needs);
void add_waiting_rooms(net::Router& router, const Needs& needs);
void add_cases(net::Router& router, const Needs& needs);
void add_forms(net::Router& router, const Needs& needs);
void add_outbox(net::Router& router, const Needs& needs);
void add_data(net::Router& router, const Needs& needs);

}  // namespace revier::console
