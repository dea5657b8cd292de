// SPDX-License-Identifier: EUPL-1.2
#include "snapshot/document.h"

#include <algorithm>
#include <array>

#include "base/period.h"
#include "base/random.h"
#include "context/binding.h"
#include "history/copy.h"
#include "history/types.h"
#include "ngsi/mutate.h"
#include "ngsi/parse.h"
#include "ngsi/q.h"

namespace revier::snapshot {
namespace {

constexpr std::array<std::string_view, 5> kStatusNames = {"preparing", "success", "partial",
                                                          "failure", "empty"};
constexpr std::array<std::string_view, 6> kGiven = {"snapshotQueries",  "snapshotTemporalQueries",
                                                    "snapshotLifetime", "snapshotPriority",
                                                    "endpoint",         "receiverInfo"};
// Table 5.2.41-2: ignored where a client gives them.
constexpr std::array<std::string_view, 7> kMade = {"snapshotStatus",
                                                   "snapshotQueriesDetails",
                                                   "snapshotTemporalQueriesDetails",
                                                   "createdAt",
                                                   "modifiedAt",
                                                   "expiresAt",
                                                   "lastUsedAt"};
constexpr std::size_t kQueriesMax = 20;
constexpr std::string_view kMemberPrefix = "snapshotMember_";

tl::unexpected<Error> refused_member(std::string_view field, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{}: {}", field, what), std::string(field));
}

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool removes(const json::Value& value) {
  return value.is_null() || value.as_string() == ngsi::kNullUri;
}

// What of a query can be found wrong before it runs.
Result<> check_state_query(const json::Value& query, const jsonld::Context& context) {
  for (const std::string_view name : {"temporalQ", "aggrParams", "entityMap"}) {
    if (query.find(name)) return refused_member(name, "is no member of a query of a snapshot");
  }
  RV_ASSIGN(const ngsi::Selection selection, context::body_selection(query));
  RV_ASSIGN(const context::Wishes wishes, context::body_wishes(query));
  RV_TRY(context::check_wishes(wishes));
  RV_TRY(context::require_a_filter(selection, wishes.pick, net::Request{}));
  const ngsi::Names none;
  RV_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, none, context));
  if (predicate.link_levels() <= wishes.link_levels()) return {};
  return refused_member("q", "goes to linked entities further than join and joinLevel do");
}

Result<> check_queries(const json::Value& queries, std::string_view name,
                       const jsonld::Context& context) {
  if (!queries.is_array() || queries.size() == 0 || queries.size() > kQueriesMax) {
    return refused_member(name, fmt::format("expected an array of 1 to {} queries", kQueriesMax));
  }
  for (const json::Value query : queries.elements()) {
    const auto type = query.find("type");
    if (!type || type->as_string() != "Query") {
      return refused_member(name, "each element is an object of type Query");
    }
    auto right = name == "snapshotQueries" ? check_state_query(query, context)
                                           : history::check_query(query, context);
    if (!right) {
      Error error = std::move(right).error();
      error.message = fmt::format("{}: {}", name, error.message);
      return fail(std::move(error));
    }
  }
  return {};
}

Result<> check_pairs(const json::Value& pairs) {
  if (!pairs.is_array()) return refused_member("receiverInfo", "expected an array of pairs");
  for (const json::Value pair : pairs.elements()) {
    const auto key = pair.find("key");
    const auto value = pair.find("value");
    if (!key || !value || !key->as_string() || !value->as_string() || key->as_string()->empty()) {
      return refused_member("receiverInfo", "each element has a key and a value, both strings");
    }
  }
  return {};
}

Result<> check_member(std::string_view name, const json::Value& value,
                      const jsonld::Context& context) {
  if (name == "snapshotQueries" || name == "snapshotTemporalQueries") {
    return check_queries(value, name, context);
  }
  if (name == "snapshotPriority") {
    const auto priority = value.as_integer();
    if (priority && *priority >= 1 && *priority <= 10) return {};
    return refused_member(name, "expected a whole number from 1 to 10");
  }
  if (name == "receiverInfo") return check_pairs(value);
  const std::string text(value.as_string().value_or(""));
  if (name == "endpoint") {
    RV_TRY(ngsi::check_uri(text, "endpoint"));
    if (text.starts_with("http://") || text.starts_with("https://")) return {};
    return refused_member(name, "expected an http or https address");
  }
  RV_ASSIGN(const Period period, parse_period(text, name));
  if (!period.is_whole() && period.after(Instant{}, 1) > Instant{}) return {};
  return refused_member(name, "expected a duration, as PT12H");
}

// Writes the members that count, each looked at; `fits` says which may be there.
struct Taken {
  std::string text;
  bool has_queries = false;
};
Result<Taken> take_members(const json::Value& document, const jsonld::Context& context,
                           bool fragment) {
  Taken taken;
  json::Writer out(taken.text);
  out.begin_object();
  for (const auto& [key, value] : document.members()) {
    if (key == "id" || key == "type" || key == "@context" || is_one_of(kMade, key)) continue;
    if (!is_one_of(kGiven, key)) {
      return refused_member(key, "is no member of a snapshot");
    }
    if (key.find("Queries") != std::string_view::npos) taken.has_queries = true;
    if (!fragment || !removes(value)) RV_TRY(check_member(key, value, context));
    out.key(key).value(value);
  }
  out.end_object();
  return taken;
}

Result<> check_type(const json::Value& document, bool needed) {
  if (!document.is_object()) return fail(Code::kBadRequestData, "a snapshot is a JSON object");
  const auto type = document.find("type");
  if (!type && !needed) return {};
  if (type && type->as_string() == "Snapshot") return {};
  return refused_member("type", "expected \"Snapshot\"");
}

// What follows from the document: priority and end.
Result<> read_document(Snapshot& snapshot, const Reading& reading, bool set_end) {
  RV_ASSIGN(const auto document, json::Document::parse(snapshot.document));
  const auto priority = document.root().find("snapshotPriority");
  snapshot.priority = priority ? priority->as_integer().value_or(5) : 5;
  if (!set_end) return {};
  Instant end = reading.now + reading.lifetimes.usual;
  if (const auto lifetime = document.root().find("snapshotLifetime")) {
    RV_ASSIGN(const auto period,
              parse_period(lifetime->as_string().value_or(""), "snapshotLifetime"));
    end = period.after(reading.now, 1);
  }
  snapshot.expires_at = std::min(end, reading.now + reading.lifetimes.longest);
  return {};
}

void write_queries(json::Writer& out, const json::Value& root, const Shown& shown) {
  for (const auto& [key, value] : root.members()) {
    if (key == "snapshotPriority") continue;
    if (!shown.secrets && (key == "endpoint" || key == "receiverInfo")) continue;
    out.key(key).value(value);
  }
}

void rename_members(ngsi::Query& query, std::string& unknown) {
  for (ngsi::Query& child : query.children) rename_members(child, unknown);
  if (query.kind != ngsi::Query::Kind::kTerm) return;
  std::string& name = query.term.path.front();
  const bool known =
      name == "id" || name == "type" || is_one_of(kGiven, name) || is_one_of(kMade, name);
  if (!known || !query.term.links.empty()) unknown = name;
  name.insert(0, kMemberPrefix);
}

}  // namespace

std::string_view name_of(Status status) { return kStatusNames[static_cast<std::size_t>(status)]; }

Result<Snapshot> parse(const json::Value& document, const Reading& reading) {
  RV_TRY(check_type(document, /*needed=*/true));
  Snapshot snapshot;
  if (const auto id = document.find("id")) {
    snapshot.id = id->as_string().value_or("");
    RV_TRY(ngsi::check_uri(snapshot.id, "the snapshot's id"));
  }
  RV_ASSIGN(Taken taken, take_members(document, *reading.context, /*fragment=*/false));
  if (reading.clone && taken.has_queries) {
    return refused_member("snapshotQueries", "a clone has those of what it is cloned from");
  }
  if (!reading.clone && !taken.has_queries) {
    return refused_member("snapshotQueries",
                          "snapshotQueries or snapshotTemporalQueries are needed");
  }
  snapshot.document = std::move(taken.text);
  snapshot.context = reading.context;
  snapshot.created_at = snapshot.modified_at = snapshot.last_used_at = reading.now;
  RV_TRY(read_document(snapshot, reading, /*set_end=*/true));
  return snapshot;
}

Result<Snapshot> patched(const Snapshot& before, const json::Value& fragment,
                         const Reading& reading) {
  RV_TRY(check_type(fragment, /*needed=*/false));
  if (const auto id = fragment.find("id"); id && id->as_string() != before.id) {
    return refused_member("id", "cannot be changed");
  }
  RV_ASSIGN(const Taken taken, take_members(fragment, *reading.context, /*fragment=*/true));
  if (taken.has_queries) return refused_member("snapshotQueries", "is set at creation only");
  RV_ASSIGN(const auto old, json::Document::parse(before.document));
  RV_ASSIGN(const auto changes, json::Document::parse(taken.text));
  Snapshot after = before;
  after.document.clear();
  json::Writer out(after.document);
  out.begin_object();
  for (const auto& [key, value] : old.root().members()) {
    if (!changes.root().find(key)) out.key(key).value(value);
  }
  for (const auto& [key, value] : changes.root().members()) {
    if (!removes(value)) out.key(key).value(value);
  }
  out.end_object();
  after.modified_at = reading.now;
  RV_TRY(read_document(after, reading, changes.root().find("snapshotLifetime").has_value()));
  return after;
}

std::string to_json(const Snapshot& snapshot, const Shown& shown) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", snapshot.id).member("type", "Snapshot");
  if (const auto document = json::Document::parse(snapshot.document)) {
    write_queries(out, document->root(), shown);
  }
  out.member("snapshotPriority", snapshot.priority);
  out.member("snapshotStatus", name_of(snapshot.status));
  if (snapshot.details != "[]") out.key("snapshotQueriesDetails").raw(snapshot.details);
  if (snapshot.temporal_details != "[]") {
    out.key("snapshotTemporalQueriesDetails").raw(snapshot.temporal_details);
  }
  out.member("createdAt", to_iso8601(snapshot.created_at));
  out.member("modifiedAt", to_iso8601(snapshot.modified_at));
  out.member("expiresAt", to_iso8601(snapshot.expires_at));
  out.member("lastUsedAt", to_iso8601(snapshot.last_used_at));
  if (shown.with_context) out.key("@context").raw(shown.context.reference());
  out.end_object();
  return text;
}

std::string notification(const Snapshot& snapshot, Instant at) {
  SystemRandom random;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("id", "urn:ngsi-ld:SnapshotNotification:" + random_id(random));
  out.member("type", "SnapshotNotification");
  out.member("snapshotId", snapshot.id).member("notifiedAt", to_iso8601(at));
  out.member("expiresAt", to_iso8601(snapshot.expires_at));
  out.member("snapshotPriority", snapshot.priority);
  out.member("snapshotStatus", name_of(snapshot.status));
  if (snapshot.details != "[]") out.key("snapshotQueriesDetails").raw(snapshot.details);
  if (snapshot.temporal_details != "[]") {
    out.key("temporalSnapshotQueriesDetails").raw(snapshot.temporal_details);  // table 5.3.4-1
  }
  out.end_object();
  return text;
}

Receiver receiver_of(const Snapshot& snapshot) {
  Receiver receiver;
  const auto document = json::Document::parse(snapshot.document);
  if (!document) return receiver;
  if (const auto endpoint = document->root().find("endpoint")) {
    receiver.url = endpoint->as_string().value_or("");
  }
  const auto pairs = document->root().find("receiverInfo");
  if (!pairs) return receiver;
  for (const json::Value pair : pairs->elements()) {
    receiver.headers.emplace_back(pair.find("key")->as_string().value_or(""),
                                  pair.find("value")->as_string().value_or(""));
  }
  return receiver;
}

Result<Selecting> Selecting::make(std::string_view q, const jsonld::Context& core) {
  if (q.empty()) return refused_member("q", "is needed");
  auto query = ngsi::parse_query(q);
  if (!query) return fail(Code::kBadRequestData, query.error().message, "q");
  std::string unknown;
  rename_members(*query, unknown);
  if (!unknown.empty()) return refused_member("q", unknown + " is no member of a snapshot");
  Selecting selecting(ngsi::print_query(*query), core);
  ngsi::Selection selection;
  selection.q = selecting.q_;
  const ngsi::Names none;
  const auto compiled = ngsi::Predicate::compile(selection, none, core);
  if (!compiled) return fail(compiled.error());
  return selecting;
}

// The members as Properties of an entity, for the predicate that looks at entities.
bool Selecting::matches(const Snapshot& snapshot) const {
  const auto members = json::Document::parse(to_json(snapshot, {.context = *core_}));
  if (!members) return false;
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", "urn:ngsi-ld:x").member("type", "Snapshot");
  for (const auto& [key, value] : members->root().members()) {
    out.key(std::string(kMemberPrefix).append(key)).begin_object();
    out.member("type", "Property").key("value").value(value).end_object();
  }
  out.end_object();
  const auto document = json::Document::parse(text);
  if (!document) return false;
  const auto fragment = ngsi::parse_entity(document->root(), *core_, ngsi::kParseWhole);
  if (!fragment) return false;
  ngsi::Names names;
  const auto made = ngsi::create(names, *fragment, Instant{});
  if (!made) return false;
  ngsi::Selection selection;
  selection.q = q_;
  const auto predicate = ngsi::Predicate::compile(selection, names, *core_);
  return predicate && predicate->matches(*made->after);
}

}  // namespace revier::snapshot
