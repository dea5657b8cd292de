// SPDX-License-Identifier: EUPL-1.2
// What a source is asked (4.3.6.4 to 4.3.6.6, 6.3.18, 6.3.19).
//
// Thread safety: pure functions.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "context/distribution.h"
#include "federation/registrations.h"
#include "net/client.h"

namespace revier::federation::detail {

// One question to one source.
struct Question {
  // What of the registration is asked for: what goes beyond it in an answer is dropped.
  struct Reach {
    const Information* information = nullptr;
    const EntityInfo* entity = nullptr;  // nullptr: any
  };
  RegistrationPtr registration;
  std::vector<Reach> reach;                                      // any of them
  jsonld::ContextPtr context;                                    // names of question and answer
  std::string path;                                              // of the resource
  bool of_past = false;                                          // it is of history
  bool by_body = false;                                          // a Query, sent by POST
  std::vector<std::pair<std::string, std::string>> params = {};  // not encoded
  // The source's map by which it is asked; nullptr: by none.
  const context::Distribution::LinkedMap* linked = nullptr;
};

// All that are to be asked; nothing where none matches.
struct Asking {
  const context::Distribution::Ask& ask;
  const std::vector<Match>& matches;
  const jsonld::ContextPtr& core;
  bool split_entities;                                        // filters are not told to sources
  const std::map<std::string, jsonld::ContextPtr>& contexts;  // by registration: jsonldContext
  // Of history: the members of the temporal query; nullptr: of current state.
  const std::vector<std::pair<std::string, std::string>>* time = nullptr;
  bool for_maps = false;  // of a query: the sources' maps are asked for (5.14.4, 5.14.5)
};
// Of a source that goes by a map, or is to make one, there is one question, which reaches all that
// matches; else one for each part of its registration, so that it tells no more than that.
[[nodiscard]] std::vector<Question> questions_of(const Asking& asking);

// The HTTP request of a question, one page of it for a query.
struct Sending {
  const net::Request& triggering;
  std::string alias;  // of this server's tenant
  std::int64_t timeout_ms;
  std::size_t reply_bytes_max;
  bool copies_authorization = false;  // as SourceOptions says
};
// Where a page begins: at an offset, or, where the source pages in a way of its own, at what it
// said.
struct PageStart {
  std::size_t offset = 0;
  std::string query = {};  // of the Link to the page; empty: by offset
};
[[nodiscard]] net::Outgoing outgoing_of(const Question& question, const Sending& sending,
                                        const PageStart& start);

// The query of the Link to the next page (6.3.10). Empty: there is none, it pages by offset as we
// do, or it is no query. Only that is taken: sources do not say where else to ask.
[[nodiscard]] std::string next_query(const net::Reply& reply);

// True where the source says that it makes maps of this kind.
[[nodiscard]] bool makes_maps(const Registration& registration, bool of_past);

// What every request to a source has: Via, tenant, contextSourceInfo, limits, and the Link header
// to the @context of its names, unless that is empty.
void address(net::Outgoing& out, const Registration& registration, const Sending& sending,
             std::string_view context_link);
// The value of a key of contextSourceInfo.
[[nodiscard]] std::optional<std::string_view> info_of(const Registration& registration,
                                                      std::string_view key);

// Entities of a page; evolutions are larger.
inline constexpr std::size_t kPageEntities = 500;
inline constexpr std::size_t kPageEvolutions = 20;
[[nodiscard]] inline std::size_t page_size(const Question& question) {
  return question.of_past ? kPageEvolutions : kPageEntities;
}

// The pseudonyms of a request's Via header.
[[nodiscard]] std::vector<std::string> via_of(const net::Request& request);

// Type selection of the client, its names rewritten from one context to another.
[[nodiscard]] std::string rewritten(std::string_view selection, const jsonld::Context& from,
                                    const jsonld::Context& to);

}  // namespace revier::federation::detail
