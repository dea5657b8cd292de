// SPDX-License-Identifier: EUPL-1.2
#include "live/hub.h"

#include <algorithm>
#include <charconv>

#include "base/attempts.h"
#include "base/time.h"
#include "json/json.h"
#include "ngsi/difference.h"

namespace revier::live {
namespace {

constexpr std::string_view kDefaultTenant;

std::string_view last_part(std::string_view iri) { return iri.substr(iri.find_last_of("/#:") + 1); }

// Numbers, texts and truth values: what a page shows as one word.
bool is_scalar(std::string_view json) {
  return !json.empty() && json.front() != '{' && json.front() != '[';
}

bool is_same(const ngsi::Entity& before, const ngsi::AttributeView& now) {
  const auto old = before.find(now.name);
  return old && old->value == now.value && old->observed_at == now.observed_at;
}

// Default instances: of all attributes, or of those that have changed since `before`.
std::vector<ngsi::AttributeView> shown_of(const ngsi::Entity* before, const ngsi::Entity& after) {
  std::vector<ngsi::AttributeView> shown;
  if (before == nullptr) {
    for (const ngsi::AttributeView& attribute : after.attributes()) {
      if (attribute.dataset_id.empty()) shown.push_back(attribute);
    }
    return shown;
  }
  for (const ngsi::NameId name : ngsi::changed_attributes(*before, after)) {
    const auto now = after.find(name);
    if (now && !is_same(*before, *now)) shown.push_back(*now);
  }
  return shown;
}

std::shared_ptr<const std::string> event_of(std::uint64_t number, std::string_view id,
                                            std::string_view attributes) {
  std::string text = fmt::format("id: {}\ndata: ", number);
  json::Writer(text).begin_object().member("id", id).key("attrs").raw(attributes).end_object();
  text += "\n\n";
  return std::make_shared<const std::string>(std::move(text));
}

std::vector<std::string> split_ids(std::string_view list) {
  std::vector<std::string> ids;
  while (!list.empty() && ids.size() < kIdsMax) {
    const auto comma = list.find(',');
    if (comma != 0) ids.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  return ids;
}

// By which may_still_read is asked.
std::vector<std::pair<std::string, std::string>> credentials_of(const net::Request& request) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const net::Field& field : request.fields) {
    if (net::equals_ignoring_case(field.name, "Authorization") ||
        net::equals_ignoring_case(field.name, "Cookie")) {
      out.emplace_back(field.name, field.value);
    }
  }
  return out;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

// Numbers begin at the time of the start in microseconds, so that they grow over restarts and an
// old Last-Event-ID is never taken for a new one.
Hub::Hub(context::Broker& broker, MayRead may_read, MayRead may_still_read)
    : broker_(broker),
      may_read_(std::move(may_read)),
      may_still_read_(std::move(may_still_read)),
      next_number_(static_cast<std::uint64_t>(RealClock().now().us)) {
  broker_.add_listener(*this);
}

Hub::~Hub() { broker_.remove_listener(*this); }

void Hub::add_route(net::Router& router) {
  router.add(net::Method::kGet, "/live",
             net::Handler([this](net::Request& request) { return open(request); }));
}

net::Response Hub::open(const net::Request& request) {
  if (!may_read_(request)) {
    return net::Response::problem({Code::kUnauthenticated, "reading needs a token here", {}});
  }
  const std::vector<std::string> ids = split_ids(request.query_param("ids").value_or(""));
  if (ids.empty()) {
    return net::Response::problem(
        {Code::kBadRequestData, "\"ids\" names the entities to follow, parted by commas", "ids"});
  }
  const std::uint64_t last = number_of(request.header("Last-Event-ID").value_or(""));
  Reader reader{.credentials = credentials_of(request),
                .network = network_of(request.client_address)};
  net::Response response;
  response.header("Content-Type", "text/event-stream").header("Cache-Control", "no-store");
  response.body = net::Response::OnStream([this, ids, last, reader](const Stream& stream) mutable {
    reader.stream = stream;
    attach(ids, last, std::move(reader));
  });
  return response;
}

bool Hub::may_go_on(const Reader& reader) const {
  std::vector<net::Field> fields;
  for (const auto& [name, value] : reader.credentials) fields.push_back({name, value});
  net::Request request;
  request.fields = fields;
  return may_still_read_(request);
}

// Where there are too many: forgets streams that have been closed, else closes the oldest of the
// network that follows most.
void Hub::make_room() {
  if (followers_.size() < kFollowersMax) return;
  const auto closed = [](const auto& one) { return one.second->stream->closed(); };
  std::erase_if(followers_, closed);
  if (followers_.size() < kFollowersMax) return;
  std::map<std::string_view, std::size_t> by_network;
  for (const auto& [id, reader] : followers_) ++by_network[reader->network];
  const auto most =
      std::ranges::max_element(by_network, {}, [](const auto& one) { return one.second; });
  std::map<std::uint64_t, std::pair<ReaderPtr, std::size_t>> theirs;  // with what each follows
  for (const auto& [id, reader] : followers_) {
    if (reader->network != most->first) continue;
    auto& [same, follows] = theirs[reader->number];
    same = reader;
    ++follows;
  }
  std::size_t over = followers_.size() - kFollowersMax + 1;
  for (const auto& [number, one] : theirs) {
    if (over == 0) break;
    one.first->stream->close();
    over -= std::min(over, one.second);
  }
  std::erase_if(followers_, closed);
}

// What came after `last`, or the state of now where that is not known any more, and from then on
// every change: under one lock, so that none is left out in between.
void Hub::attach(const std::vector<std::string>& ids, std::uint64_t last, Reader reader) {
  const Lock lock(mutex_);
  followed_ = true;
  make_room();
  reader.number = ++readers_;
  const Stream stream = reader.stream;
  const bool can_go_on = last != 0 && !kept_.empty() && kept_.front().number <= last + 1;
  bool open = true;
  if (can_go_on || (last != 0 && last + 1 == next_number_)) {
    for (const Kept& kept : kept_) {
      if (!open || kept.number <= last || !std::ranges::binary_search(ids, kept.id)) continue;
      open = stream->send(kept.event);
    }
  } else {
    for (const std::string& id : ids) {
      const ngsi::EntityPtr entity = broker_.find(kDefaultTenant, id);
      if (!entity || !open) continue;
      open = stream->send(event_of(next_number_ - 1, id, attributes_json(nullptr, *entity)));
    }
  }
  if (!open) return;
  const auto follower = std::make_shared<const Reader>(std::move(reader));
  for (const std::string& id : ids) followers_.emplace(id, follower);
}

std::string Hub::attributes_json(const ngsi::Entity* before, const ngsi::Entity& after) const {
  const ngsi::Names& names = broker_.names(kDefaultTenant);
  std::string text;
  json::Writer out(text);
  out.begin_object();
  std::optional<Instant> observed;
  for (const ngsi::AttributeView& attribute : shown_of(before, after)) {
    if (attribute.kind != ngsi::Kind::kProperty || !is_scalar(attribute.value)) continue;
    out.key(last_part(names.iri(attribute.name))).raw(attribute.value);
    if (attribute.observed_at)
      observed = std::max(observed.value_or(Instant{}), *attribute.observed_at);
  }
  if (observed) out.member("observedAt", to_iso8601(*observed));
  out.end_object();
  return text;
}

void Hub::on_change(const context::Change& change) {
  if (change.tenant != kDefaultTenant || !change.what.after) return;
  {
    // Who comes later is told the state, which has this change.
    const Lock lock(mutex_);
    if (!followed_) return;
  }
  const std::string attributes = attributes_json(change.what.before.get(), *change.what.after);
  if (attributes == "{}") return;
  const Lock lock(mutex_);
  const std::uint64_t number = next_number_++;
  const auto event = event_of(number, change.id, attributes);
  kept_.push_back({number, change.id, event});
  if (kept_.size() > kKeptChanges) kept_.pop_front();
  for (auto [at, end] = followers_.equal_range(change.id); at != end;) {
    const Reader& reader = *at->second;
    const bool may = may_go_on(reader);
    if (!may) reader.stream->close();
    at = may && reader.stream->send(event) ? std::next(at) : followers_.erase(at);
  }
}

}  // namespace revier::live
