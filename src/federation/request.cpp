// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/request.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "context/binding.h"
#include "context/entity_maps.h"

namespace revier::federation::detail {
namespace {

using context::Distribution;

constexpr std::string_view kEntities = "/ngsi-ld/v1/entities";
constexpr std::string_view kTemporal = "/ngsi-ld/v1/temporal/entities";
constexpr std::string_view kBatch = "/ngsi-ld/v1/entityOperations/query";
constexpr std::string_view kMaps = "/ngsi-ld/v1/entityMaps";
constexpr std::string_view kTemporalMaps = "/ngsi-ld/v1/temporal/entityMaps";
constexpr std::string_view kOfRequest = "urn:ngsi-ld:request";
// Set by us, by HTTP, or with a meaning of their own (4.3.6.5, 4.3.6.6).
constexpr std::array<std::string_view, 17> kReserved = {"NGSILD-Tenant",
                                                        "Via",
                                                        "Content-Length",
                                                        "Transfer-Encoding",
                                                        "Host",
                                                        "Connection",
                                                        "Accept",
                                                        "contentType",
                                                        "jsonldContext",
                                                        "ngsildConformance",
                                                        "Link",
                                                        "TE",
                                                        "Content-Type",
                                                        "Upgrade",
                                                        context::kMapHeader,
                                                        "Cookie",
                                                        "Proxy-Authorization"};

// Ids that one question names, and their bytes in its address: that stays below what servers take.
constexpr std::size_t kQuestionIds = 100;
constexpr std::size_t kQuestionIdBytes = 4'096;

// Up to where the ids from `from` on go into one question; one does in any case.
std::size_t end_of_portion(const std::vector<std::string>& ids, std::size_t from, bool by_body) {
  std::size_t bytes = 0;
  std::size_t to = from;
  for (; to < ids.size() && to - from < kQuestionIds; ++to) {
    bytes += context::percent_encoded(ids[to]).size() + 3;  // with its comma
    if (!by_body && to > from && bytes > kQuestionIdBytes) break;
  }
  return to;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

// Attributes that are both registered and wanted; empty: all.
std::vector<std::string> asked_attributes(const Information& information,
                                          const std::vector<std::string>& wanted) {
  if (information.attributes.empty()) return wanted;
  if (wanted.empty()) return information.attributes;
  std::vector<std::string> out;
  for (const std::string& name : information.attributes) {
    if (std::ranges::find(wanted, name) != wanted.end()) out.push_back(name);
  }
  return out;
}

bool is_query(const Question& question) {
  return question.path == kEntities || question.path == kBatch || question.path == kTemporal;
}

bool is_for_map(const Question& question) {
  return question.path == kMaps || question.path == kTemporalMaps;
}

class Questions {
 public:
  explicit Questions(const Asking& asking)
      : asking_(asking),
        ask_(asking.ask),
        core_(asking.core),
        split_(asking.split_entities),
        of_past_(asking.time != nullptr) {}

  void add(const Match& match) {
    const Registration& registration = *match.registration;
    std::vector<Question::Reach> reach;
    for (std::size_t i = 0; i < registration.information.size(); ++i) {
      if (!match.information[i]) continue;
      const Information& information = registration.information[i];
      if (information.entities.empty()) reach.push_back({&information, nullptr});
      for (std::size_t k = 0; k < information.entities.size(); ++k) {
        if (match.entities[i][k]) reach.push_back({&information, &information.entities[k]});
      }
    }
    const Distribution::LinkedMap* const linked = linked_of(registration.id);
    const bool wants_map = ask_.operation == Distribution::Operation::kRetrieve &&
                           ask_.maps_wanted && makes_maps(registration, of_past_);
    if (asking_.for_maps || linked != nullptr || wants_map) {
      add_one(match.registration, std::move(reach), linked, wants_map);
      return;
    }
    for (const Question::Reach& one : reach) add_one(match.registration, {one}, nullptr, false);
  }

  std::vector<Question> take() { return std::move(out_); }

 private:
  const Distribution::LinkedMap* linked_of(const std::string& registration) const {
    if (ask_.linked == nullptr) return nullptr;
    const auto found = ask_.linked->find(registration);
    return found == ask_.linked->end() ? nullptr : &found->second;
  }

  // Names are told under the context that the source wants (4.3.6.6), else under the client's where
  // a Link header can name it.
  jsonld::ContextPtr context_for(const Registration& registration) const {
    const auto wanted = asking_.contexts.find(registration.id);
    if (wanted != asking_.contexts.end()) return wanted->second;
    return ask_.context->link().empty() ? core_ : ask_.context;
  }

  // What the source offers of what would answer.
  std::string resource_for(const Registration& registration) const {
    using Wish = Distribution::Operation;
    const Operations offered = registration.operations;
    if (asking_.for_maps) return std::string(of_past_ ? kTemporalMaps : kMaps);
    if (of_past_) {
      if (ask_.operation == Wish::kRetrieve && (offered & kRetrieveTemporal) != 0) {
        return fmt::format("{}/{}", kTemporal,
                           context::percent_encoded(ask_.selection.ids.front()));
      }
      return (offered & kQueryTemporal) != 0 ? std::string(kTemporal) : std::string();
    }
    if (ask_.operation == Wish::kRetrieve && (offered & kRetrieveEntity) != 0) {
      return fmt::format("{}/{}", kEntities, context::percent_encoded(ask_.selection.ids.front()));
    }
    const bool batch = (offered & kQueryBatch) != 0;
    const bool query = (offered & kQueryEntity) != 0;
    if (batch && (!query || ask_.operation == Wish::kQueryBatch)) return std::string(kBatch);
    return query ? std::string(kEntities) : std::string();
  }

  void add_one(const RegistrationPtr& registration, std::vector<Question::Reach> reach,
               const Distribution::LinkedMap* linked, bool wants_map) {
    Question question{registration, std::move(reach), context_for(*registration),
                      resource_for(*registration), of_past_};
    if (question.path.empty()) return;
    question.by_body = question.path == kBatch;
    question.linked = linked;
    if (of_past_) question.params = *asking_.time;
    const bool goes_by_map = asking_.for_maps || linked != nullptr;
    add_attributes(question, /*filtering=*/!(split_ && goes_by_map));
    const bool beside = wants_map && !question.by_body;
    if (beside) question.params.emplace_back("entityMap", "true");
    if (asking_.for_maps || beside) {
      question.params.emplace_back("entityMapLifetime",
                                   fmt::format("PT{}S", ask_.maps_wanted->lifetime.us / 1'000'000));
    }
    if (!is_query(question) && !asking_.for_maps) {
      add_question(std::move(question));
      return;
    }
    const std::vector<std::string> ids = ids_for(question);
    if (ids.empty() && !ask_.selection.ids.empty()) return;
    if (asking_.for_maps) {
      add_selection(question, ids);
      add_for_map(std::move(question), ids);
      return;
    }
    std::size_t from = 0;
    do {
      Question part = question;
      const std::size_t to = end_of_portion(ids, from, question.by_body);
      add_selection(part, {ids.begin() + static_cast<std::ptrdiff_t>(from),
                           ids.begin() + static_cast<std::ptrdiff_t>(to)});
      add_question(std::move(part));
      from = to;
    } while (from < ids.size());
  }

  // A map cannot be made in portions. What can be asked neither in an address nor in a body is not
  // asked: the source tells its entities then.
  void add_for_map(Question question, const std::vector<std::string>& ids) {
    question.by_body = end_of_portion(ids, 0, /*by_body=*/false) < ids.size();
    const bool typed =
        std::ranges::find(question.params, "type", &std::pair<std::string, std::string>::first) !=
        question.params.end();
    if (question.by_body && (of_past_ || !typed)) return;
    add_question(std::move(question));
  }

  // Those that are registered and wanted. Where entities lie in parts, a map is of all that may
  // belong to the answer: so attributes that are asked for say nothing (5.14.4.4).
  void add_attributes(Question& question, bool filtering) const {
    std::vector<std::string> names;
    for (const Question::Reach& reach : question.reach) {
      const auto some = asked_attributes(*reach.information,
                                         filtering ? ask_.attributes : std::vector<std::string>());
      if (some.empty()) return;
      for (const std::string& iri : some) {
        std::string name = question.context->compact_name(iri);
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
      }
    }
    if (!names.empty()) question.params.emplace_back("attrs", joined(names));
  }

  // Those that are asked for and that the source may have; empty: any.
  std::vector<std::string> ids_for(const Question& question) const {
    const auto has_id = [](const Question::Reach& reach) {
      return reach.entity != nullptr && !reach.entity->id.empty();
    };
    std::vector<std::string> registered;
    if (std::ranges::all_of(question.reach, has_id)) {
      for (const Question::Reach& reach : question.reach) {
        const std::string& id = reach.entity->id;
        if (std::ranges::find(registered, id) == registered.end()) registered.push_back(id);
      }
    }
    if (registered.size() == 1 || ask_.selection.ids.empty()) return registered;
    const auto may_have = [&](const std::string& id) {
      if (!registered.empty() && std::ranges::find(registered, id) == registered.end()) {
        return false;
      }
      return ask_.known == nullptr || knows(id, question.registration->id);
    };
    std::vector<std::string> out;
    std::ranges::copy_if(ask_.selection.ids, std::back_inserter(out), may_have);
    return out;
  }

  bool knows(const std::string& id, const std::string& registration) const {
    const auto known = ask_.known->find(id);
    return known != ask_.known->end() &&
           std::ranges::find(known->second, registration) != known->second.end();
  }

  void add_question(Question question) {
    const auto same = [&](const Question& other) {
      return other.registration == question.registration && other.path == question.path &&
             other.params == question.params;
    };
    if (std::ranges::none_of(out_, same)) out_.push_back(std::move(question));
  }

  // One of the types that it reaches.
  std::string type_for(const Question& question) const {
    std::vector<std::string> all;
    for (const Question::Reach& reach : question.reach) {
      if (reach.entity == nullptr || reach.entity->types.empty()) {
        return rewritten(ask_.selection.type, *ask_.context, *question.context);
      }
      std::string type;
      for (const std::string& iri : reach.entity->types) {
        type.append(type.empty() ? "" : ";").append(question.context->compact_name(iri));
      }
      if (reach.entity->types.size() > 1) type = fmt::format("({})", type);  // 4.17
      if (std::ranges::find(all, type) == all.end()) all.push_back(std::move(type));
    }
    return fmt::format("{}", fmt::join(all, "|"));
  }

  // Which ids it reaches, where one pattern tells.
  std::string id_pattern_for(const Question& question) const {
    const auto has_pattern = [](const Question::Reach& reach) {
      return reach.entity != nullptr && !reach.entity->id_pattern.empty();
    };
    const auto& reach = question.reach;
    if (std::ranges::none_of(reach, has_pattern)) return ask_.selection.id_pattern;
    return reach.size() == 1 ? reach.front().entity->id_pattern : std::string();
  }

  void add_selection(Question& question, const std::vector<std::string>& ids) const {
    if (const std::string type = type_for(question); !type.empty()) {
      question.params.emplace_back("type", type);
    }
    if (!ids.empty()) {
      question.params.emplace_back("id", joined(ids));
    } else if (const std::string pattern = id_pattern_for(question); !pattern.empty()) {
      question.params.emplace_back("idPattern", pattern);
    }
    if (!split_ && question.context == ask_.context) add_filters(question);
  }

  // Each entity is whole where it is: the source may filter. What it sends is filtered here again.
  void add_filters(Question& question) const {
    const ngsi::Selection& asked = ask_.selection;
    const auto add = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) question.params.emplace_back(name, value);
    };
    add("q", asked.q);
    add("expandValues", joined(asked.expand_values));
    add("jsonKeys", joined(asked.json_keys));
    add("scopeQ", asked.scope_q);
    add("georel", asked.georel);
    add("geometry", asked.geometry);
    add("coordinates", asked.coordinates);
    add("geoproperty", asked.geoproperty);
  }

  const Asking& asking_;
  const Distribution::Ask& ask_;
  const jsonld::ContextPtr& core_;
  const bool split_;
  const bool of_past_;
  std::vector<Question> out_;
};

std::string_view param_of(const Question& question, std::string_view name) {
  for (const auto& [key, value] : question.params) {
    if (key == name) return value;
  }
  return {};
}

// A Query (5.2.23) of the same meaning as the parameters.
std::string query_body(const Question& question) {
  std::string text;
  json::Writer out(text);
  const auto write = [&](std::string_view name) {
    const std::string_view value = param_of(question, name);
    if (!value.empty()) out.member(name, value);
  };
  const auto write_list = [&](std::string_view name) {
    const auto values = context::listed(param_of(question, name));
    if (values.empty()) return;
    out.key(name).begin_array();
    for (const std::string& value : values) out.string(value);
    out.end_array();
  };
  out.begin_object().member("type", "Query");
  if (!param_of(question, "type").empty()) {
    out.key("entities").begin_array().begin_object();
    write("type");
    write_list("id");
    write("idPattern");
    out.end_object().end_array();
  }
  write_list("attrs");
  for (const std::string_view name :
       {"q", "expandValues", "jsonKeys", "scopeQ", "entityMapLifetime"}) {
    write(name);
  }
  if (!param_of(question, "georel").empty()) {
    out.key("geoQ").begin_object();
    for (const std::string_view name : {"georel", "geometry", "geoproperty"}) write(name);
    const auto coordinates = json::Document::parse(param_of(question, "coordinates"));
    if (coordinates) out.key("coordinates").value(coordinates->root());
    out.end_object();
  }
  out.end_object();
  return text;
}

// Whoever may write data registers sources: none is handed what its readers sign in with here.
bool may_be_copied(std::string_view name, std::string_view value, const Sending& sending) {
  if (!net::equals_ignoring_case(name, "Authorization")) return true;
  return sending.copies_authorization && value.find(" rv_") == value.npos;
}

// contextSourceInfo (6.3.19).
void add_info(const Registration& registration, const Sending& sending, net::Outgoing& out) {
  for (const auto& [key, value] : registration.source_info) {
    const auto is_it = [&key](std::string_view name) {
      return net::equals_ignoring_case(name, key);
    };
    if (std::ranges::any_of(kReserved, is_it)) continue;
    if (value != kOfRequest) {
      out.headers.emplace_back(key, value);
    } else if (const auto given = sending.triggering.header(key)) {
      if (may_be_copied(key, *given, sending)) out.headers.emplace_back(key, std::string(*given));
    }
  }
}

constexpr std::size_t kQueryBytesMax = 16 * 1024;

// Nothing that would end it, or that no address holds.
bool is_query_text(std::string_view text) {
  return text.size() <= kQueryBytesMax && std::ranges::all_of(text, [](char c) {
           return c > 0x20 && c < 0x7F && c != '#' && c != '"' && c != '<' && c != '>';
         });
}

// The part of a Link header before the next comma, of which `rest` holds what follows: its target
// where it leads to the next page, else nothing.
std::string_view next_target(std::string_view& rest) {
  const std::size_t begin = rest.find('<');
  const std::size_t end = begin == rest.npos ? rest.npos : rest.find('>', begin);
  if (end == rest.npos) {
    rest = {};
    return {};
  }
  const std::string_view target = rest.substr(begin + 1, end - begin - 1);
  bool quoted = false;
  std::size_t at = end + 1;
  for (; at < rest.size() && (quoted || rest[at] != ','); ++at) quoted ^= rest[at] == '"';
  const std::string_view params = rest.substr(end + 1, at - end - 1);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  const bool leads =
      params.find("rel=\"next\"") != params.npos || params.find("rel=next") != params.npos;
  return leads ? target : std::string_view();
}

}  // namespace

std::vector<Question> questions_of(const Asking& asking) {
  Questions questions(asking);
  for (const Match& match : asking.matches) questions.add(match);
  return questions.take();
}

net::Outgoing outgoing_of(const Question& question, const Sending& sending,
                          const PageStart& start) {
  const Registration& registration = *question.registration;
  net::Outgoing out;
  out.method = net::Method::kGet;
  out.url = registration.endpoint + question.path;
  char separator = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    out.url.append(1, separator).append(name).append("=").append(context::percent_encoded(value));
    separator = '&';
  };
  if (question.by_body) {
    out.method = net::Method::kPost;
    out.body = query_body(question);
    out.headers.emplace_back("Content-Type", "application/json");
  }
  if (!start.query.empty()) {
    out.url.append("?").append(start.query);
  } else {
    if (!question.by_body) {
      for (const auto& [name, value] : question.params) add(name, value);
    }
    if (registration.management.local_only) add("local", "true");
    if (!is_for_map(question)) add("options", "sysAttrs");
    if (is_query(question)) {
      add("limit", std::to_string(page_size(question)));
      if (start.offset > 0) add("offset", std::to_string(start.offset));
    }
  }
  if (question.linked != nullptr) {
    out.headers.emplace_back(context::kMapHeader, question.linked->location);
  }
  const auto accept = info_of(registration, "accept");
  out.headers.emplace_back("Accept", std::string(accept.value_or("application/json")));
  address(out, registration, sending, question.context->link());
  return out;
}

std::string next_query(const net::Reply& reply) {
  for (const auto& [name, value] : reply.headers) {
    if (!net::equals_ignoring_case(name, "Link")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view target = next_target(rest);
      const std::size_t mark = target.find('?');
      if (mark == target.npos) continue;
      const std::string_view query = target.substr(mark + 1, target.find('#') - mark - 1);
      const bool by_offset = query.starts_with("offset=") || query.find("&offset=") != query.npos;
      return by_offset || !is_query_text(query) ? std::string() : std::string(query);
    }
  }
  return {};
}

bool makes_maps(const Registration& registration, bool of_past) {
  return (registration.operations & (of_past ? kCreateTemporalMap : kCreateMap)) != 0;
}

void address(net::Outgoing& out, const Registration& registration, const Sending& sending,
             std::string_view context_link) {
  std::string via;
  for (const std::string& name : via_of(sending.triggering))
    via.append("1.1 ").append(name).append(", ");
  out.headers.emplace_back("Via", via.append("1.1 ").append(sending.alias));
  if (!context_link.empty()) {
    out.headers.emplace_back("Link",
                             fmt::format("<{}>; rel=\"http://www.w3.org/ns/json-ld#context\"; "
                                         "type=\"application/ld+json\"",
                                         context_link));
  }
  if (!registration.source_tenant.empty()) {
    out.headers.emplace_back("NGSILD-Tenant", registration.source_tenant);
  }
  if (const auto version = info_of(registration, "ngsildConformance")) {
    out.headers.emplace_back("Prefer", fmt::format("ngsi-ld={}", *version));
  }
  add_info(registration, sending, out);
  const std::int64_t own = registration.management.timeout_ms;
  out.deadline_ms = own > 0 ? std::min(own, sending.timeout_ms) : sending.timeout_ms;
  out.reply_bytes_max = sending.reply_bytes_max;
}

std::optional<std::string_view> info_of(const Registration& registration, std::string_view key) {
  for (const KeyValue& pair : registration.source_info) {
    if (pair.key == key) return pair.value;
  }
  return std::nullopt;
}

std::vector<std::string> via_of(const net::Request& request) {
  std::vector<std::string> out;
  for (const net::Field& field : request.fields) {
    if (!net::equals_ignoring_case(field.name, "Via")) continue;
    for (const std::string& part : context::listed(field.value)) {
      // "1.1 name (comment)" (RFC 9110, 7.6.3)
      const std::size_t from = part.find(' ');
      if (from == part.npos) continue;
      const std::string rest = part.substr(from + 1);
      out.push_back(rest.substr(0, rest.find(' ')));
    }
  }
  return out;
}

std::string rewritten(std::string_view selection, const jsonld::Context& from,
                      const jsonld::Context& to) {
  if (&from == &to) return std::string(selection);
  constexpr std::string_view kSigns = "|,;()*";
  std::string out;
  while (!selection.empty()) {
    const std::size_t end = std::min(selection.find_first_of(kSigns), selection.size());
    const std::string_view name = selection.substr(0, end);
    const auto iri = from.expand_name(name);
    if (!name.empty()) out += iri ? to.compact_name(*iri) : std::string(name);
    if (end < selection.size()) out += selection[end];
    selection.remove_prefix(std::min(end + 1, selection.size()));
  }
  return out;
}

}  // namespace revier::federation::detail
