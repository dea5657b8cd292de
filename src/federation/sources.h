// SPDX-License-Identifier: EUPL-1.2
// Reading from registered context sources, and writing to them (ETSI GS CIM 009 V1.9.1, clauses
// 4.3.6, 5.6, 5.7.1 to 5.7.11, 6.3.17 to 6.3.19). Reading asks those that match, side by side, and
// gathers their answers with what is here, so that it is then answered as if all were here.
// Writing sends each its share (detail/sharing.h), before what is left is written here.
//
// Of two instances of one attribute the newer one counts: by observedAt, else by modifiedAt
// (4.5.5); an auxiliary source only adds what nobody else has. What a source sends beyond its
// registration is dropped.
//
// Loops: a source that stands in the Via header is not asked; where this server itself stands in it
// nobody is.
//
// Thread safety: all methods from any thread; the Task on an io thread.
#pragma once
#include <memory>
#include <string>

#include "context/distribution.h"
#include "federation/registrations.h"
#include "jsonld/catalogue.h"
#include "net/client.h"

namespace revier::federation {

struct SourceOptions {
  // Of this server for other brokers, "https://host"; empty: as the client says who subscribes.
  std::string address;
  std::int64_t timeout_ms = 5'000;  // for one request; a registration may ask for less
  // Entities may lie in parts at several sources: filters are applied to the whole only.
  bool split_entities = false;
  std::size_t reply_bytes_max = std::size_t{8} << 20;
  std::size_t entities_max = 20'000;              // of one request, all sources together
  std::size_t bytes_max = std::size_t{64} << 20;  // likewise, beyond the first page of each
  std::size_t requests_max = 64;                  // to sources, pages not counted
  // contextSourceInfo may name the Authorization of the request: where nobody signs in here, so
  // that it is for others. An own token ("rv_...") is never copied.
  bool copies_authorization = false;
};

struct SourceNeeds {
  Registrations& registrations;
  context::Broker& broker;
  jsonld::Catalogue& catalogue;
  jsonld::Source* contexts;  // nullptr: no downloads
  net::Client& client;
  const Clock& civil_clock;
  std::string alias;  // of this server in Via
  SourceOptions options;
};

// All of what it needs outlives it.
[[nodiscard]] std::unique_ptr<context::Distribution> make_sources(SourceNeeds needs);

// The pseudonym of one tenant of this server (5.2.40): tenants are sources of their own.
[[nodiscard]] std::string tenant_alias(std::string_view alias, std::string_view tenant);

// This server's pseudonym: made once, kept in the store. Errors: kReadOnly, kUnavailable. Blocks.
[[nodiscard]] Result<std::string> own_alias(store::Store& store);

}  // namespace revier::federation
