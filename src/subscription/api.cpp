// SPDX-License-Identifier: EUPL-1.2
#include "subscription/api.h"

#include "json/json.h"
#include "ngsi/parse.h"
#include "subscription/document.h"

namespace revier::subscription {
namespace {

using context::Exchange;
using identity::Action;
using identity::Caller;
using identity::Scope;

constexpr std::size_t kBodyBytesMax = 256 * 1024;

struct Api {
  Subscriptions& subscriptions;
  context::Binding binding;
  const Clock& civil_clock;
  net::Pool& pool;
  const Distributed* distributed;
  Note note;

  [[nodiscard]] Caller caller(const net::Request& request) const {
    return binding.access.authenticate(request);
  }
};
using ApiPtr = std::shared_ptr<const Api>;

// A subscription to a snapshot is a matter of the snapshot's tenant.
Scope scope_of(std::string_view tenant) { return Scope::tenant(context::tenant_of_space(tenant)); }

// The same over what a caller with rights by entity may see: her own subscriptions are hers, too.
Api over(const Api& whole, const context::Binding& binding) {
  return {whole.subscriptions, binding,           whole.civil_clock,
          whole.pool,          whole.distributed, whole.note};
}

// A subscription shows and changes nothing: by entity, rights for reading do for it. It tells, so
// who may only write makes none.
Result<Exchange> begin_making(const Api& api, const net::Request& request) {
  if (api.binding.rights != nullptr) return begin_ask(api.binding, request);
  RV_ASSIGN(Exchange exchange, begin_write(api.binding, request));
  RV_TRY(exchange.caller.require(Action::kDataRead, scope_of(exchange.tenant)));
  return exchange;
}

Result<Exchange> begin_ending(const Api& api, const net::Request& request) {
  const bool narrowed = api.binding.rights != nullptr;
  return narrowed ? begin_read(api.binding, request) : begin_delete(api.binding, request);
}

// What the subscription of an owner who asks by these rights stands on; empty: on none.
Result<std::string> grounds_of(const Api& api, const Caller& caller) {
  if (api.binding.rights == nullptr) return std::string();
  if (!caller.grounds().empty()) return std::string(caller.grounds());
  return fail(Code::kForbidden, "the rights of this token have just changed", "token");
}

Task<Result<>> note_deed(const Api& api, const Exchange& exchange, std::string_view action,
                         std::string_view id) {
  if (!api.note) co_return Result<>{};
  const identity::Deed deed{action, "subscription", id};
  co_return co_await api.note(exchange.caller, deed);
}

bool owns(const Caller& caller, const Subscription& subscription) {
  return context::owns(caller, context::tenant_of_space(subscription.tenant), subscription.owner);
}

Result<Entry> own_entry(const Api& api, const net::Request& request, std::string_view tenant) {
  return subscription::own_entry(api.subscriptions, api.binding, request, tenant);
}

// The @context of notifications: jsonldContext, nullptr where it is not given.
Result<jsonld::ContextPtr> told_context(const Api& api, const json::Value& body) {
  const auto url = body.find("jsonldContext");
  if (!url) return jsonld::ContextPtr();
  if (!url->as_string()) {
    return fail(Code::kBadRequestData, "jsonldContext: expected a URL", "jsonldContext");
  }
  RV_TRY(ngsi::check_uri(*url->as_string(), "jsonldContext"));
  return api.binding.catalogue.resolve_url(*url->as_string());
}

// An @context that a Link header of a notification can name (5.13.1, ImplicitlyCreated).
Task<Result<jsonld::ContextPtr>> linkable(const Api& api, const net::Request& request,
                                          jsonld::ContextPtr context) {
  jsonld::Source* const contexts = api.binding.contexts;
  if (contexts == nullptr || !context->link().empty()) co_return context;
  co_return co_await contexts->host(std::move(context),
                                    std::string(request.header("NGSILD-Tenant").value_or("")),
                                    request.origin());
}

Task<Result<net::Response>> create(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_making(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(const auto told, told_context(api, body));
  const Reading reading{context, told ? told : context, api.civil_clock.now()};
  RV_CO_ASSIGN(Subscription subscription, parse(body, reading));
  RV_CO_ASSIGN(subscription.told_context,
               co_await linkable(api, request, subscription.told_context));
  subscription.tenant = exchange.tenant;
  const Caller caller = api.caller(request);
  subscription.owner = caller.id();
  RV_CO_ASSIGN(subscription.grounds, grounds_of(api, caller));
  if (api.binding.rights == nullptr) subscription.full_grounds = caller.grounds();
  subscription.origin = request.origin();
  if (api.distributed != nullptr && !subscription.is_local()) {
    RV_CO_ASSIGN(subscription.via, api.distributed->passed(request, exchange.tenant));
  }
  RV_CO_ASSIGN(const std::string id, co_await api.subscriptions.create(std::move(subscription)));
  RV_CO_TRY(co_await note_deed(api, exchange, "subscription.create", id));
  net::Response response = context::answer_empty(request, 201);
  response.header("Location", "/ngsi-ld/v1/subscriptions/" + context::percent_encoded(id));
  co_return response;
}

Shown view_of(const Api& api, const net::Request& request, const Exchange& exchange) {
  return {*exchange.context, api.civil_clock.now(), exchange.accept == context::Media::kLdJson,
          context::has_option(request, "sysAttrs"), true};
}

Task<Result<net::Response>> retrieve(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const Entry entry, own_entry(api, request, exchange.tenant));
  net::Response response = context::answer_document(
      request, exchange,
      to_json(*entry.subscription, entry.counters, view_of(api, request, exchange)));
  if (const std::string& why = entry.counters.silenced; !why.empty()) {
    response.header("NGSILD-Warning", paused_warning(why));
  }
  if (api.distributed != nullptr) {
    context::add_warnings(response,
                          api.distributed->warnings(exchange.tenant, entry.subscription->id));
  }
  co_return response;
}

Task<Result<net::Response>> query(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  const Caller caller = api.caller(request);
  if (api.binding.rights == nullptr) {
    RV_CO_TRY(caller.require(Action::kDataWrite, scope_of(exchange.tenant)));
  }
  std::vector<Entry> all = api.subscriptions.list(exchange.tenant);
  std::erase_if(all, [&](const Entry& entry) { return !owns(caller, *entry.subscription); });
  const Shown view = view_of(api, request, exchange);
  co_return context::answer_page(request, exchange, all.size(), [&](std::size_t i) {
    return to_json(*all[i].subscription, all[i].counters, view);
  });
}

Task<Result<net::Response>> update(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_making(api, request));
  RV_CO_ASSIGN(const Entry entry, own_entry(api, request, exchange.tenant));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(auto told, told_context(api, body));
  Subscriptions::Update change{json::to_text(body), context, std::move(told), request.origin()};
  if (const Caller caller = api.caller(request); caller.id() == entry.subscription->owner) {
    RV_CO_ASSIGN(change.grounds, grounds_of(api, caller));
    change.full_grounds = api.binding.rights == nullptr ? caller.grounds() : std::string_view();
  }
  RV_CO_TRY(co_await api.subscriptions.update(exchange.tenant, entry.subscription->id,
                                              std::move(change)));
  RV_CO_TRY(co_await note_deed(api, exchange, "subscription.change", entry.subscription->id));
  co_return context::answer_empty(request, 204);
}

Task<Result<net::Response>> remove(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_ending(api, request));
  RV_CO_ASSIGN(const Entry entry, own_entry(api, request, exchange.tenant));
  RV_CO_TRY(co_await api.subscriptions.remove(exchange.tenant, entry.subscription->id));
  RV_CO_TRY(co_await note_deed(api, exchange, "subscription.delete", entry.subscription->id));
  co_return context::answer_empty(request, 204);
}

// --- Dead letters -------------------------------------------------------------------------------

void write_letter(json::Writer& out, const DeadLetter& letter) {
  out.begin_object();
  out.member("sequence", static_cast<std::int64_t>(letter.sequence));
  out.member("at", to_iso8601(letter.at)).member("attempts", letter.attempts);
  out.member("reason", letter.reason);
  out.key("entities").begin_array();
  for (const std::string& id : letter.entities) out.string(id);
  out.end_array();
  if (!letter.body.empty()) out.key("notification").raw(letter.body);
  out.end_object();
}

std::string letters_json(const std::vector<DeadLetter>& letters) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const DeadLetter& letter : letters) write_letter(out, letter);
  out.end_array();
  return text;
}

// A subscription whose letters the caller may have. One that she made when she might see all tells
// all, and so do its letters: by rights by entity they are shut.
Result<Entry> entry_with_letters(const Api& api, const net::Request& request,
                                 std::string_view tenant) {
  RV_ASSIGN(Entry entry, own_entry(api, request, tenant));
  if (api.binding.rights == nullptr || !entry.subscription->grounds.empty()) return entry;
  return fail(Code::kForbidden, "this subscription was made with other rights", "id");
}

// The letter of the path; all where it names none.
Result<std::uint64_t> path_letter(const net::Request& request) {
  const std::string_view text = request.param("number");
  if (text.empty()) return kAllLetters;
  return parse_letter(text);
}

Task<Result<net::Response>> dead_letters(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const Entry entry, entry_with_letters(api, request, exchange.tenant));
  RV_CO_ASSIGN(const auto letters, co_await api.pool.run([&] {
    return api.subscriptions.dead_letters(exchange.tenant, entry.subscription->id);
  }));
  RV_CO_TRY(letters);
  co_return net::Response::json(200, letters_json(*letters));
}

Task<Result<net::Response>> dead_letter(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const Entry entry, entry_with_letters(api, request, exchange.tenant));
  RV_CO_ASSIGN(const std::uint64_t number, path_letter(request));
  RV_CO_ASSIGN(const auto letter, co_await api.pool.run([&] {
    return api.subscriptions.dead_letter(exchange.tenant, entry.subscription->id, number);
  }));
  RV_CO_TRY(letter);
  std::string body;
  json::Writer out(body);
  write_letter(out, *letter);
  co_return net::Response::json(200, std::move(body));
}

Task<Result<net::Response>> replay(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_ending(api, request));
  RV_CO_ASSIGN(const Entry entry, entry_with_letters(api, request, exchange.tenant));
  RV_CO_ASSIGN(const std::uint64_t number, path_letter(request));
  RV_CO_ASSIGN(const auto count, co_await api.pool.run([&] {
    return api.subscriptions.replay(exchange.tenant, entry.subscription->id, number);
  }));
  RV_CO_TRY(count);
  co_return net::Response::json(200, fmt::format("{{\"replayed\":{}}}", *count));
}

Task<Result<net::Response>> drop(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_ending(api, request));
  RV_CO_ASSIGN(const Entry entry, entry_with_letters(api, request, exchange.tenant));
  RV_CO_ASSIGN(const std::uint64_t number, path_letter(request));
  RV_CO_ASSIGN(const auto count, co_await api.pool.run([&] {
    return api.subscriptions.drop_dead_letters(exchange.tenant, entry.subscription->id, number);
  }));
  RV_CO_TRY(count);
  co_return context::answer_empty(request, 204);
}

constexpr std::array<std::string_view, 4> kPaged = {"limit", "offset", "count", "options"};
constexpr std::array<std::string_view, 1> kShown = {"options"};
constexpr std::array<std::string_view, 1> kSysAttrs = {"sysAttrs"};
constexpr context::Parameters kNoParameters = {{}, {}};
constexpr context::Parameters kQueryParameters = {kPaged, kSysAttrs};
constexpr context::Parameters kShowParameters = {kShown, kSysAttrs};

}  // namespace

Result<Entry> own_entry(const Subscriptions& subscriptions, const context::Binding& binding,
                        const net::Request& request, std::string_view tenant) {
  const Caller caller = binding.access.authenticate(request);
  if (binding.rights == nullptr) {
    RV_TRY(caller.require(Action::kDataWrite, scope_of(tenant)));
  }
  const std::string id(request.param("id"));
  RV_TRY(ngsi::check_uri(id, "the subscription's id"));
  auto entry = subscriptions.find(tenant, id);
  if (entry && owns(caller, *entry->subscription)) return *std::move(entry);
  return fail(Code::kResourceNotFound, "there is no subscription of this id");
}

void add_routes(net::Router& router, Subscriptions& subscriptions, context::Binding binding,
                const Clock& civil_clock, net::Pool& pool, const Distributed* distributed,
                Note note) {
  using enum net::Method;
  const auto api = std::make_shared<const Api>(
      Api{subscriptions, std::move(binding), civil_clock, pool, distributed, std::move(note)});
  const std::string all = "/ngsi-ld/v1/subscriptions";
  const auto add = [&](const context::Route<Api>& given) {
    context::route_seen<Api>(router, api, given, over, kBodyBytesMax);
  };
  add({kPost, all, kNoParameters, create});
  add({kGet, all, kQueryParameters, query});
  add({kGet, all + "/{id}", kShowParameters, retrieve});
  add({kPatch, all + "/{id}", kNoParameters, update});
  add({kDelete, all + "/{id}", kNoParameters, remove});
  const auto own = [&](net::Method method, const std::string& pattern, auto operation) {
    context::route_own_seen<Api>(router, api, method, pattern, operation, over, kBodyBytesMax);
  };
  const std::string letters = "/api/v1/subscriptions/{id}/dead-letters";
  own(kGet, letters, dead_letters);
  own(kDelete, letters, drop);
  own(kPost, letters + "/replay", replay);
  const std::string letter = letters + "/{number}";
  own(kGet, letter, dead_letter);
  own(kDelete, letter, drop);
  own(kPost, letter + "/replay", replay);
}

}  // namespace revier::subscription
