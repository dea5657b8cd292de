// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/listing.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "context/binding.h"
#include "context/facts.h"

namespace revier::federation::detail {
namespace {

using Facts = Distribution::Facts;
using Listing = Distribution::Listing;

// How a listing is asked for, and what a source must offer for it.
struct Kind {
  Operation needed;
  std::string_view path;
  bool details;
  bool named;
};
constexpr std::array<Kind, 6> kListings = {{{kRetrieveTypes, "types", false, false},
                                            {kRetrieveTypeDetails, "types", true, false},
                                            {kRetrieveTypeInfo, "types/", false, true},
                                            {kRetrieveAttributes, "attributes", false, false},
                                            {kRetrieveAttributeDetails, "attributes", true, false},
                                            {kRetrieveAttributeInfo, "attributes/", false, true}}};
const Kind& kind_of(Listing listing) { return kListings[static_cast<std::size_t>(listing)]; }

tl::unexpected<Error> no_listing(std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("it sent no {}", what));
}

// Reads the parts of one answer; counts names, so that no answer brings more than are taken.
class ListingReader {
 public:
  ListingReader(const jsonld::Context& context, Facts& facts) : context_(context), facts_(facts) {}

  Result<> names(const json::Value& object, std::string_view member,
                 const std::function<void(std::string)>& take) {
    const auto list = object.find(member);
    if (!list) return {};
    for (const json::Value element : list->elements()) {
      RV_ASSIGN(std::string iri, name(element));
      take(std::move(iri));
    }
    return {};
  }

  Result<> type(const json::Value& object) {
    RV_ASSIGN(const std::string iri, subject(object, "typeName"));
    auto& attributes = facts_.types[iri];
    return names(object, "attributeNames",
                 [&](std::string attribute) { attributes.insert(std::move(attribute)); });
  }

  Result<> type_info(const json::Value& object) {
    RV_ASSIGN(const std::string iri, subject(object, "typeName"));
    facts_.types[iri];
    facts_.entities = number(object, "entityCount");
    const auto details = object.find("attributeDetails");
    if (!details) return {};
    for (const json::Value detail : details->elements()) {
      RV_TRY(attribute(detail));
    }
    for (auto& [name, facts] : facts_.attributes) {
      facts.types.insert(iri);
      facts_.types[iri].insert(name);
    }
    return {};
  }

  Result<> attribute(const json::Value& object) {
    RV_ASSIGN(const std::string iri, subject(object, "attributeName"));
    Distribution::AttributeFacts& facts = facts_.attributes[iri];
    facts.instances = number(object, "attributeCount");
    if (const auto kinds = object.find("attributeTypes")) {
      for (const json::Value kind : kinds->elements()) {
        if (kind.as_string() && ngsi::kind_named(*kind.as_string())) {
          facts.kinds.emplace(*kind.as_string());
        }
      }
    }
    return names(object, "typeNames",
                 [&](std::string type) { facts.types.insert(std::move(type)); });
  }

 private:
  // The id is the full name (5.2.25, 5.2.28); where it is missing the short one is read.
  Result<std::string> subject(const json::Value& object, std::string_view short_name) {
    const auto id = object.find("id");
    if (id && id->as_string()) return name(*id);
    const auto member = object.find(short_name);
    if (!member) return no_listing(short_name);
    return name(*member);
  }

  Result<std::string> name(const json::Value& value) {
    const auto text = value.as_string();
    if (!text) return no_listing("names");
    if (++names_ > kListedNamesMax) {
      return fail(Code::kTooLarge, "it listed more names than are taken");
    }
    return ngsi::expand_checked(*text, context_);
  }

  static std::size_t number(const json::Value& object, std::string_view member) {
    const auto value = object.find(member);
    const std::int64_t count = value ? value->as_integer().value_or(0) : 0;
    constexpr std::int64_t kCountMax = 1'000'000'000'000;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(count, 0, kCountMax));
  }

  const jsonld::Context& context_;
  Facts& facts_;
  std::size_t names_ = 0;
};

Result<> read_into(Listing listing, const json::Value& root, ListingReader& reader, Facts& facts) {
  switch (listing) {
    case Listing::kTypes:
      if (!root.find("typeList")) return no_listing("EntityTypeList");
      return reader.names(root, "typeList", [&](std::string type) { facts.types[type]; });
    case Listing::kAttributes:
      if (!root.find("attributeList")) return no_listing("AttributeList");
      return reader.names(root, "attributeList", [&](std::string name) { facts.attributes[name]; });
    case Listing::kType:
      return reader.type_info(root);
    case Listing::kAttribute:
      return reader.attribute(root);
    default:
      break;
  }
  if (!root.is_array()) return no_listing("list");
  for (const json::Value element : root.elements()) {
    RV_TRY(listing == Listing::kTypeDetails ? reader.type(element) : reader.attribute(element));
  }
  return {};
}

// The @context of an answer, which in a list stands in its elements.
std::optional<json::Value> own_context(const json::Value& root) {
  if (!root.is_array()) return root.find("@context");
  for (const json::Value element : root.elements()) return element.find("@context");
  return std::nullopt;
}

bool offers(const Information& information, const std::string& attribute) {
  const auto& names = information.attributes;
  return names.empty() || std::ranges::find(names, attribute) != names.end();
}

bool covers(const Information& information, const std::string& type) {
  return information.entities.empty() ||
         std::ranges::any_of(information.entities, [&type](const EntityInfo& entity) {
           return entity.types.empty() ||
                  std::ranges::find(entity.types, type) != entity.types.end();
         });
}

// One source and what is asked of it.
struct Asked {
  const Match* match;
  jsonld::ContextPtr context;
  Listing listing;
  std::unique_ptr<Reply> reply;
};

// Names alone do not say of which types they are: where only some are registered, details are
// asked for if they are to be had.
Listing asked_listing(Listing listing, const Registration& registration) {
  const bool some = std::ranges::all_of(
      registration.information, [](const Information& one) { return !one.entities.empty(); });
  const bool more = (registration.operations & kRetrieveAttributeDetails) != 0;
  return listing == Listing::kAttributes && some && more ? Listing::kAttributeDetails : listing;
}

net::Outgoing outgoing_of(const Asked& asked, const Distribution::Inquiry& inquiry,
                          const Sending& sending) {
  const Registration& registration = *asked.match->registration;
  const Kind& kind = kind_of(asked.listing);
  net::Outgoing out;
  out.method = net::Method::kGet;
  out.url = registration.endpoint + "/ngsi-ld/v1/" + std::string(kind.path);
  if (kind.named) {
    out.url += context::percent_encoded(asked.context->compact_name(inquiry.name));
  }
  char separator = '?';
  if (kind.details) {
    out.url += "?details=true";
    separator = '&';
  }
  if (registration.management.local_only) out.url.append(1, separator).append("local=true");
  out.headers.emplace_back("Accept", "application/json");
  address(out, registration, sending, asked.context->link());
  return out;
}

Task<Result<Facts>> facts_of(Channel& channel, const Asked& asked, std::string_view body,
                             jsonld::Catalogue& catalogue) {
  for (int tries = 0;; ++tries) {
    auto facts = facts_in(asked.listing, body, asked.context, catalogue);
    if (facts || tries == 4 || !channel.lacks(facts.error())) co_return facts;
    co_await channel.get_context(facts.error().field);
  }
}

}  // namespace

Result<Facts> facts_in(Listing listing, std::string_view body, jsonld::ContextPtr context,
                       jsonld::Catalogue& catalogue) {
  RV_ASSIGN(const json::Document document, json::Document::parse(body));
  const json::Value root = document.root();
  if (const auto own = own_context(root)) {
    RV_ASSIGN(context, catalogue.resolve(*own));
  }
  Facts facts;
  ListingReader reader(*context, facts);
  RV_TRY(read_into(listing, root, reader, facts));
  return facts;
}

Facts registered_facts(Facts facts, const Match& match) {
  const auto& information = match.registration->information;
  const auto holds = [&](auto fits) {
    for (std::size_t i = 0; i < information.size(); ++i) {
      if (match.information[i] && fits(information[i])) return true;
    }
    return false;
  };
  Facts out;
  out.entities = facts.entities;
  for (auto& [type, names] : facts.types) {
    if (!holds([&](const Information& one) { return covers(one, type); })) continue;
    auto& kept = out.types[type];
    for (const std::string& name : names) {
      const auto fits = [&](const Information& one) {
        return covers(one, type) && offers(one, name);
      };
      if (holds(fits)) kept.insert(name);
    }
  }
  for (auto& [name, of] : facts.attributes) {
    const bool typed = !of.types.empty();
    std::erase_if(of.types, [&](const std::string& type) {
      return !holds([&](const Information& one) { return covers(one, type) && offers(one, name); });
    });
    const bool fits = typed ? !of.types.empty()
                            : holds([&](const Information& one) { return offers(one, name); });
    if (fits) out.attributes.emplace(name, std::move(of));
  }
  return out;
}

Task<Result<Facts>> inquire(Channel& channel, const SourceNeeds& needs,
                            Distribution::Inquiry inquiry) {
  Wanted wanted;
  if (inquiry.listing == Listing::kType) wanted.selection.type = inquiry.name;
  if (inquiry.listing == Listing::kAttribute) wanted.attributes = {inquiry.name};
  const jsonld::ContextPtr core = needs.catalogue.core();
  RV_CO_ASSIGN(auto found, channel.find(inquiry.tenant, inquiry.request, wanted, *core));
  std::erase_if(found.matches, [&](const Match& match) {
    const Registration& registration = *match.registration;
    return registration.mode == Mode::kAuxiliary ||
           (registration.operations & kind_of(inquiry.listing).needed) == 0;
  });
  Facts out;
  if (found.back) co_return out;
  RV_CO_TRY(channel.check_number(found.matches.size()));
  const Contexts contexts = co_await channel.contexts_of(found.matches);
  std::vector<Asked> all;
  const Sending sending = channel.sending(inquiry.request, inquiry.tenant);
  for (const Match& match : found.matches) {
    const auto own = contexts.find(match.registration->id);
    const jsonld::ContextPtr client = inquiry.context->link().empty() ? core : inquiry.context;
    Asked asked{&match, own == contexts.end() ? client : own->second,
                asked_listing(inquiry.listing, *match.registration), nullptr};
    asked.reply = channel.ask(*match.registration, outgoing_of(asked, inquiry, sending));
    all.push_back(std::move(asked));
  }
  for (Asked& asked : all) {
    const Registration& registration = *asked.match->registration;
    const Result<net::Reply> reply = co_await *asked.reply;
    std::optional<Failure> failure = failure_of(reply);
    if (!failure && reply->status != 404) {
      auto facts = co_await facts_of(channel, asked, reply->body, needs.catalogue);
      if (facts) {
        context::add_facts(out, registered_facts(*std::move(facts), *asked.match));
      } else {
        failure = Failure{Warning::kInvalid, facts.error().message};
      }
    }
    if (!asked.reply->kept) {
      channel.note(registration, failure.has_value(), failure ? failure->reason : std::string(),
                   wants_rest(reply));
    }
    if (failure) out.warnings.push_back(warning_text(registration, failure->warning));
  }
  co_return out;
}

}  // namespace revier::federation::detail
