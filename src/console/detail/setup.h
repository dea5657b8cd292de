// SPDX-License-Identifier: EUPL-1.2
// The pages on which an organiser sets up the site.
#pragma once
#include "console/detail/entry.h"

namespace revier::console {

inline constexpr std::string_view kSetupPage = "/console/einrichtung";

// Runs what blocks on the pool; both failures are one.
template <class Work>
Task<std::invoke_result_t<Work&>> on_pool(const Needs& needs, Work work) {
  auto done = co_await needs.tickets.pool.run(std::move(work));
  if (!done) co_return fail(done.error());
  co_return std::move(*done);
}

// The five questions have not been answered and there is no event.
[[nodiscard]] bool is_new_site(const Needs& needs);

// The event of the last answers, else the one that the site is about: it came by the API.
[[nodiscard]] std::optional<event::Item> known_event(const Needs& needs);

// Saves with a line in the audit log, which names `what` was set and no value.
[[nodiscard]] Task<Result<>> save_settings(const Needs& needs, const identity::Caller& caller,
                                           setup::Settings::Values values, std::string what);

void add_setup(net::Router& router, const Needs& needs);
void add_setup_questions(net::Router& router, const Needs& needs);
void add_setup_event(net::Router& router, const Needs& needs);
void add_setup_look(net::Router& router, const Needs& needs);
void add_setup_import(net::Router& router, const Needs& needs);
void add_setup_legal(net::Router& router, const Needs& needs);

}  // namespace revier::console
