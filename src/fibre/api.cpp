// SPDX-License-Identifier: EUPL-1.2
#include "fibre/api.h"

#include <charconv>

#include "fibre/contacts.h"
#include "json/json.h"

namespace revier::fibre {
namespace {

using identity::Action;
using identity::Scope;
using net::Method;
using net::Request;
using net::Response;

constexpr std::size_t kLikeMax = 50;
constexpr std::size_t kLikeUnlessSaid = 10;

std::string asked_for(const Request& request, std::string_view name) {
  return request.query_param(name).value_or("");
}

void write_street(json::Writer& out, const Street& street) {
  out.begin_object().member("street", street.name).member("district", street.district).end_object();
}

void write_streets(json::Writer& out, std::string_view name,
                   const std::vector<const Street*>& streets) {
  out.key(name).begin_array();
  for (const Street* street : streets) write_street(out, *street);
  out.end_array();
}

void write_head(json::Writer& out, const ListHead& head) {
  out.member("source", head.source).member("as_of", head.as_of).member("invented", head.invented);
}

void write_known(json::Writer& out, const Address& address) {
  out.member("number", to_string(address.number)).member("state", to_string(address.state));
  if (address.since.stated()) out.member("since", to_string(address.since));
  if (address.planned.stated()) out.member("planned", to_string(address.planned));
  if (!address.provider.empty()) out.member("provider", address.provider);
  if (address.place) {
    out.key("place").begin_array().number(address.place->longitude);
    out.number(address.place->latitude).end_array();
  }
}

void write_counts(json::Writer& out, const Counts& counts) {
  out.key("addresses").begin_object();
  for (std::size_t n = 0; n < kStates; ++n) {
    out.member(to_string(static_cast<State>(n)), counts.of.at(n));
  }
  out.end_object();
}

std::string_view found_text(Found found) {
  switch (found) {
    case Found::kAddress:
      return "address";
    case Found::kStreet:
      return "street";
    case Found::kNotInStreet:
      return "not_in_list";
    case Found::kWrongNumber:
      return "wrong_number";
    case Found::kDistricts:
      return "districts";
    case Found::kSimilar:
      return "similar";
    case Found::kNothing:
      return "nothing";
  }
  return "nothing";
}

Response get_address(const Domain& domain, const Request& request) {
  const std::string street = asked_for(request, "street");
  const std::string number = asked_for(request, "number");
  const std::string district = asked_for(request, "district");
  if (street.empty()) {
    return Response::problem({Code::kBadRequestData, "say a street: ?street=", "street"});
  }
  const DirectoryPtr list = domain.lists.now();
  const Answer answer = list->ask({.street = street, .number = number, .district = district});
  std::string text;
  json::Writer out(text);
  out.begin_object().member("found", list->head().id == 0 ? "no_list" : found_text(answer.found));
  if (answer.street != nullptr) {
    out.member("street", answer.street->name).member("district", answer.street->district);
  }
  if (answer.address != nullptr) {
    write_known(out, *answer.address);
  } else if (answer.found == Found::kStreet) {
    write_counts(out, count(*answer.street));
  }
  if (!answer.streets.empty()) {
    write_streets(out, answer.found == Found::kDistricts ? "districts" : "similar", answer.streets);
  }
  if (list->head().id != 0) write_head(out, list->head());
  out.end_object();
  return Response::json(200, std::move(text));
}

Response get_streets(const Domain& domain, const Request& request) {
  std::size_t most = kLikeUnlessSaid;
  if (const auto limit = request.query_param("limit")) {
    const char* const end = limit->data() + limit->size();
    const auto read = std::from_chars(limit->data(), end, most);
    if (read.ec != std::errc() || read.ptr != end || most < 1 || most > kLikeMax) {
      return Response::problem({Code::kBadRequestData, "limit is 1 to 50", "limit"});
    }
  }
  std::string text;
  json::Writer out(text);
  const DirectoryPtr list = domain.lists.now();
  out.begin_object();
  write_streets(out, "streets", list->like(asked_for(request, "q"), most));
  out.end_object();
  return Response::json(200, std::move(text));
}

Response get_list(const Domain& domain, const Request& /*request*/) {
  const DirectoryPtr list = domain.lists.now();
  const ListHead& head = list->head();
  if (head.id == 0) {
    return Response::problem({Code::kResourceNotFound, "no list has been imported yet", {}});
  }
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_head(out, head);
  out.member("number", head.id).member("imported_at", to_iso8601(head.imported_at));
  out.member("streets", head.streets);
  write_counts(out, list->whole().counts);
  out.key("districts").begin_array();
  for (const auto& [name, area] : list->areas()) {
    out.begin_object().member("district", name).member("streets", area.streets);
    write_counts(out, area.counts);
    out.end_object();
  }
  out.end_array().end_object();
  return Response::json(200, std::move(text));
}

Result<bool> flag_of(const Request& request, std::string_view name) {
  const auto value = request.query_param(name);
  if (!value || *value == "false") return false;
  if (*value == "true" || value->empty()) return true;
  return fail(Code::kBadRequestData, "expected true or false", std::string(name));
}

Task<Result<Response>> put_list(const Domain& domain, const Request& request) {
  const identity::Caller caller = domain.identity.authenticate(request);
  RV_CO_TRY(caller.require(Action::kDataWrite, Scope::tenant("")));
  ListOrder order{.source = asked_for(request, "source"),
                  .as_of = asked_for(request, "as_of"),
                  .imported_by = std::string(caller.name()),
                  .note = import_note(domain, caller)};
  RV_CO_ASSIGN(order.invented, flag_of(request, "invented"));
  RV_CO_ASSIGN(order.older_too, flag_of(request, "older"));
  RV_CO_ASSIGN(const bool dry_run, flag_of(request, "dry_run"));
  RV_CO_TRY(domain.lists.check(order));
  const std::string crs = asked_for(request, "crs");
  const std::string_view body = request.body;
  auto reading = co_await domain.pool.run([body, &crs] { return read_list(body, crs); });
  if (!reading) co_return fail(reading.error());
  RV_CO_ASSIGN(ReadList list, std::move(*reading));
  const DirectoryPtr before = domain.lists.now();
  const Difference changed = difference(*before, list.streets);
  ReadList told{.streets = {},
                .rows = list.rows,
                .accepted = list.accepted,
                .rejected = list.rejected,
                .rejects = list.rejects};
  if (dry_run) {
    co_return Response::json(200, report_json(told, changed, before->head(), true));
  }
  RV_CO_ASSIGN(const DirectoryPtr after,
               co_await domain.lists.replace(std::move(list), std::move(order)));
  co_return Response::json(200, report_json(told, changed, after->head(), false));
}

// Few people in a street are nearly persons: for those alone who look after the lists.
Task<Result<Response>> get_interest(const Domain& domain, const Request& request) {
  const identity::Caller caller = domain.identity.authenticate(request);
  RV_CO_TRY(caller.require(Action::kDataWrite, Scope::tenant("")));
  std::vector<Interest> list;
  const auto reading = co_await domain.pool.run([&domain, &list] {
    return domain.database.read([&list](records::Session& session) -> Result<> {
      RV_ASSIGN(list, Contacts::interest(session));
      return {};
    });
  });
  if (!reading) co_return fail(reading.error());
  RV_CO_TRY(*reading);
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const Interest& each : list) {
    out.begin_object()
        .member("street", each.street)
        .member("district", each.district)
        .member("contacts", each.contacts)
        .end_object();
  }
  out.end_array();
  Response answer = Response::json(200, std::move(text));
  answer.header("Cache-Control", "no-store");
  co_return answer;
}

using AsyncAnswer = Task<Result<Response>> (*)(const Domain&, const Request&);
net::AsyncHandler waiting(const Domain& domain, AsyncAnswer show) {
  return [domain, show](Request& request) -> Task<Response> {
    auto answer = co_await show(domain, request);
    co_return answer ? std::move(*answer) : Response::problem(answer.error());
  };
}

template <class Show>
net::Handler plain(const Domain& domain, Show show) {
  return [domain, show](Request& request) { return show(domain, request); };
}

}  // namespace

std::string report_json(const ReadList& list, const Difference& difference, const ListHead& head,
                        bool dry_run) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("dry_run", dry_run)
      .member("rows", static_cast<std::int64_t>(list.rows))
      .member("accepted", static_cast<std::int64_t>(list.accepted))
      .member("rejected", static_cast<std::int64_t>(list.rejected))
      .member("added", difference.added)
      .member("removed", difference.removed)
      .member("changed", difference.changed)
      .member("same", difference.same);
  if (head.id != 0) {
    out.key("in_force").begin_object().member("number", head.id);
    write_head(out, head);
    out.end_object();
  }
  out.key("rejects").begin_array();
  for (const Reject& reject : list.rejects) {
    out.begin_object()
        .member("row", static_cast<std::int64_t>(reject.row))
        .member("street", reject.street)
        .member("number", reject.number)
        .member("reason", to_string(reject.reason))
        .member("read", reject.detail)
        .end_object();
  }
  out.end_array().end_object();
  return text;
}

std::function<Result<>(records::Session&, std::int64_t)> import_note(
    const Domain& domain, const identity::Caller& caller) {
  return [&identity = domain.identity, caller](records::Session& session, std::int64_t list) {
    const std::string object = std::to_string(list);
    return identity.record(session, caller,
                           {.action = "fibre.import", .kind = "fibre_list", .object = object});
  };
}

void add_api_routes(net::Router& router, const Domain& domain) {
  router.add(Method::kGet, "/api/v1/fibre/addresses", plain(domain, get_address));
  router.add(Method::kGet, "/api/v1/fibre/streets", plain(domain, get_streets));
  router.add(Method::kGet, "/api/v1/fibre/list", plain(domain, get_list));
  router.add(Method::kGet, "/api/v1/fibre/interest", waiting(domain, get_interest));
  router.add(Method::kPut, "/api/v1/fibre/list", waiting(domain, put_list),
             {.body_bytes_max = kListBytesMax});
}

}  // namespace revier::fibre
