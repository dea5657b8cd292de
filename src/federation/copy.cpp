// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/copy.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/check.h"
#include "context/binding.h"
#include "federation/detail/rows.h"
#include "json/json.h"
#include "ngsi/fragment.h"

namespace revier::federation::detail {
namespace {

using subscription::Subscription;

constexpr std::string_view kSubscriptions = "/ngsi-ld/v1/subscriptions";
// What a source is told as it was given. The rest is applied here: what the subscriber is shown,
// in which form and language.
constexpr std::array<std::string_view, 7> kCopied = {
    "notificationTrigger", "timeInterval", "throttling", "datasetId", "isActive",
    "expiresAt",           "splitEntities"};

bool is_blank(const ngsi::Selection& selection) {
  return selection.ids.empty() && selection.id_pattern.empty() && selection.type.empty();
}

class Reducer {
 public:
  Reducer(const Reducing& reducing, std::string& text)
      : reducing_(reducing),
        of_(reducing.subscription),
        context_(reducing.context ? reducing.context : of_.context),
        out_(text) {}

  // False where nothing is left.
  bool write(bool filtered) {
    collect();
    if (!any_ || is_too_large()) return false;
    const auto document = json::Document::parse(of_.document);
    RV_CHECK(document.has_value());  // it was written by us
    out_.begin_object().member("type", "Subscription");
    write_entities();
    write_watched();
    for (const std::string_view name : kCopied) {
      if (const auto value = document->root().find(name)) out_.key(name).value(*value);
    }
    if (filtered) write_filters(document->root());
    if (reducing_.registration->management.local_only) out_.member("localOnly", true);
    if (context_->link().empty()) out_.key("@context").raw(context_->reference());
    write_notification();
    out_.end_object();
    return true;
  }

  [[nodiscard]] const jsonld::ContextPtr& context() const { return context_; }
  [[nodiscard]] bool is_too_large() const { return selectors_bytes_ > kSelectorsBytesMax; }

 private:
  // Entities and attributes that are both subscribed to and registered.
  void collect() {
    for (std::size_t i = 0; i < of_.selections.size(); ++i) {
      if (!reducing_.matches[i]) continue;
      const Match& match = *reducing_.matches[i];
      const auto& all = reducing_.registration->information;
      for (std::size_t k = 0; k < all.size(); ++k) {
        if (match.information[k] && add_attributes(all[k]))
          add(of_.selections[i], all[k], match, k);
      }
    }
  }

  bool add_attributes(const Information& information) {
    if (information.attributes.empty()) {
      if (of_.watched.empty()) all_attributes_ = true;
      watched_.insert(of_.watched.begin(), of_.watched.end());
      return true;
    }
    bool some = false;
    for (const std::string& name : information.attributes) {
      if (!of_.watched.empty() && std::ranges::find(of_.watched, name) == of_.watched.end()) {
        continue;
      }
      watched_.insert(name);
      some = true;
    }
    return some;
  }

  void add(const ngsi::Selection& selection, const Information& information, const Match& match,
           std::size_t place) {
    any_ = true;
    if (information.entities.empty()) {
      if (is_blank(selection)) return;
      add_selector(rewritten(selection.type, *of_.context, *context_), selection.ids,
                   selection.id_pattern);
      return;
    }
    for (std::size_t i = 0; i < information.entities.size(); ++i) {
      if (!match.entities[place][i]) continue;
      const EntityInfo& entity = information.entities[i];
      std::vector<std::string> ids = selection.ids;
      if (!entity.id.empty()) ids = {entity.id};
      add_selector(types_of(entity), ids,
                   entity.id_pattern.empty() ? selection.id_pattern : entity.id_pattern);
    }
  }

  std::string types_of(const EntityInfo& entity) const {
    std::string out;
    for (const std::string& iri : entity.types) {
      out.append(out.empty() ? "" : ";").append(context_->compact_name(iri));
    }
    return entity.types.size() > 1 ? "(" + out + ")" : out;
  }

  void add_selector(const std::string& type, const std::vector<std::string>& ids,
                    const std::string& pattern) {
    if (is_too_large()) return;
    std::string text;
    json::Writer out(text);
    out.begin_object().member("type", type);
    if (ids.size() == 1) out.member("id", ids.front());
    if (ids.size() > 1) {
      out.key("id").begin_array();
      for (const std::string& id : ids) out.string(id);
      out.end_array();
    }
    if (ids.empty() && !pattern.empty()) out.member("idPattern", pattern);
    out.end_object();
    const std::size_t bytes = text.size();
    if (selectors_.insert(std::move(text)).second) selectors_bytes_ += bytes;
  }

  void write_entities() {
    if (selectors_.empty()) return;
    out_.key("entities").begin_array();
    for (const std::string& selector : selectors_) out_.raw(selector);
    out_.end_array();
  }

  void write_watched() {
    if (all_attributes_ || watched_.empty() || of_.interval_us > 0) return;
    out_.key("watchedAttributes").begin_array();
    for (const std::string& iri : watched_) out_.string(context_->compact_name(iri));
    out_.end_array();
  }

  void write_filters(const json::Value& document) {
    const ngsi::Selection& all = of_.selections.front();
    if (!all.q.empty()) out_.member("q", all.q);
    for (const std::string_view name : {"geoQ", "scopeQ", "expandValues", "jsonKeys", "csf"}) {
      if (const auto value = document.find(name)) out_.key(name).value(*value);
    }
  }

  void write_notification() {
    out_.key("notification").begin_object();
    out_.member("sysAttrs", true);
    if (of_.notification.show_changes) out_.member("showChanges", true);
    out_.key("endpoint").begin_object();
    out_.member("uri", reducing_.endpoint).member("accept", "application/json");
    out_.end_object().end_object();
  }

  const Reducing& reducing_;
  const Subscription& of_;
  const jsonld::ContextPtr context_;
  json::Writer out_;
  bool any_ = false;
  bool all_attributes_ = false;
  std::set<std::string> watched_;
  std::set<std::string> selectors_;
  std::size_t selectors_bytes_ = 0;
};

// The body as a fragment that also takes out what the source has beyond it (5.5.8).
std::string fragment_of(const Copy& copy) {
  const auto had = json::Document::parse(copy.had);
  const auto now = json::Document::parse(copy.told.body);
  if (!had || !now) return copy.told.body;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto [key, value] : now->root().members()) out.key(key).value(value);
  for (const auto [key, value] : had->root().members()) {
    if (key != "@context" && !now->root().find(key)) out.member(key, ngsi::kNullUri);
  }
  out.end_object();
  return text;
}

}  // namespace

std::optional<Reduced> reduced(const Reducing& reducing) {
  Reduced out;
  Reducer reducer(reducing, out.body);
  const jsonld::ContextPtr& own = reducing.subscription.context;
  out.filtered = !reducing.split && (reducer.context() == own);
  if (!reducer.write(out.filtered)) {
    if (!reducer.is_too_large()) return std::nullopt;
    out.too_large = true;
    return out;
  }
  out.link = reducer.context()->link();
  return out;
}

std::string copy_key(std::string_view id) { return std::string(kCopyPrefix).append(id); }

std::string encode(const Copy& copy) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("tenant", copy.tenant).member("subscription", copy.subscription);
  out.member("registration", copy.registration->id);
  out.key("source").raw(encode(*copy.registration));
  out.key("body").raw(copy.told.body);
  out.member("link", copy.told.link).member("filtered", copy.told.filtered);
  if (!copy.had.empty()) out.key("had").raw(copy.had);
  out.member("state", static_cast<std::int64_t>(copy.state)).member("since", copy.since.us);
  out.end_object();
  return text;
}

Result<Copy> decode_copy(std::string_view id, std::string_view row, const jsonld::Context& core) {
  const auto damaged = [] {
    return fail(Code::kCorrupt, "the row of a subscription's copy is damaged");
  };
  const auto document = json::Document::parse(row);
  if (!document) return damaged();
  const json::Value root = document->root();
  const auto source = root.find("source");
  const auto body = root.find("body");
  const auto state = root.find("state");
  if (!source || !body || !state) return damaged();
  Copy copy;
  copy.id = id;
  copy.tenant = root.text("tenant");
  copy.subscription = root.text("subscription");
  std::string key = copy.tenant;
  key.append(1, '\0').append(root.text("registration"));
  auto registration = decode(key, json::to_text(*source), core);
  if (!registration) return damaged();
  copy.registration = std::make_shared<const Registration>(*std::move(registration));
  copy.told.body = json::to_text(*body);
  copy.told.link = root.text("link");
  const auto filtered = root.find("filtered");
  copy.told.filtered = filtered && filtered->as_bool().value_or(false);
  if (const auto had = root.find("had")) copy.had = json::to_text(*had);
  copy.state = static_cast<Copy::State>(state->as_integer().value_or(0) % 4);
  const auto since = root.find("since");
  copy.since.us = since ? since->as_integer().value_or(0) : 0;
  return copy;
}

net::Outgoing outgoing_of(const Copy& copy, const Sending& sending) {
  net::Outgoing out;
  out.url = copy.registration->endpoint;
  out.url.append(kSubscriptions);
  const bool makes = copy.state == Copy::State::kWanted;
  if (!makes) out.url.append("/").append(context::percent_encoded(copy.id));
  switch (copy.state) {
    case Copy::State::kWanted:
      out.method = net::Method::kPost;
      out.body = fmt::format("{{\"id\":\"{}\",{}", copy.id, copy.told.body.substr(1));
      break;
    case Copy::State::kOther:
      out.method = net::Method::kPatch;
      out.body = fragment_of(copy);
      break;
    case Copy::State::kUnwanted:
      out.method = net::Method::kDelete;
      break;
    case Copy::State::kMade:
      out.method = net::Method::kGet;
      break;
  }
  const bool linked = !copy.told.link.empty();
  if (!out.body.empty()) {
    out.headers.emplace_back("Content-Type", linked ? "application/json" : "application/ld+json");
  }
  address(out, *copy.registration, sending, out.body.empty() ? "" : copy.told.link);
  return out;
}

bool is_asked(const Copy& copy) {
  const Operations offered = copy.registration->operations;
  if (copy.state == Copy::State::kUnwanted) return (offered & kDeleteSubscription) != 0;
  return copy.state != Copy::State::kMade || (offered & kRetrieveSubscription) != 0;
}

std::string problem_of(const Result<net::Reply>& reply) {
  return reply ? fmt::format("the source answered {}", reply->status) : reply.error().message;
}

bool is_refusal(const Result<net::Reply>& reply) {
  const int status = reply ? reply->status : 0;
  return (status >= 400 && status < 500 && status != 408 && status != 429) || status == 501 ||
         status == 508;
}

}  // namespace revier::federation::detail
