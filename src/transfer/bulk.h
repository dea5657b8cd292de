// SPDX-License-Identifier: EUPL-1.2
// Entities in and out as NDJSON over HTTP, by the program's own NGSI-LD routes and with the rights
// of whoever asks:
//
//   GET  /api/v1/export?type=A,B&q=...&tenant=...&context=URL&after=ID
//     One entity a line, in the order of creation, made while it is sent; `after` names the entity
//     of the last line that somebody has, and the rest follows.
//   POST /api/v1/import?mode=replace&tenant=...&context=URL&skip=N&dryRun=true
//     Lines of at most kImportBytesMax in all; the answer tells what was written and which lines
//     were refused (200, with refused lines 207).
//
// Thread safety: all functions from any io thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "net/http.h"
#include "transfer/transfer.h"

namespace revier::transfer {

inline constexpr std::string_view kExportPath = "/api/v1/export";
inline constexpr std::string_view kImportPath = "/api/v1/import";
inline constexpr std::size_t kImportBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kRejectsTold = 1'000;

// Answers a request as if it had come over HTTP, with the rights of whoever sent it. The request
// lives until the answer is there.
using AskHere = std::function<Task<net::Response>(net::Request&)>;

// The value of a Link header that names an @context; empty for none.
[[nodiscard]] std::string link_of_context(std::string_view url);

// In whose name the program asks itself: the credentials of a request, kept beyond it.
class Asker {
 public:
  // `tenant` is empty for the default one.
  Asker(AskHere ask, const net::Request& from, std::string tenant);

  struct Wish {
    net::Method method = net::Method::kGet;
    std::string target;  // path and query, encoded
    std::string accept = "application/json";
    std::string context = {};  // value of the Link header
    std::string media = {};    // of the body
    std::string body = {};
  };
  // Our own page asks: what it was reached by does not count.
  void vouch();
  [[nodiscard]] Task<net::Response> send(Wish wish) const;
  // The same, and again for 429, 502, 503 and 504: at most five times in a quarter of a minute.
  [[nodiscard]] Task<net::Response> send_patiently(Wish wish) const;
  [[nodiscard]] const std::string& tenant() const { return tenant_; }

 private:
  AskHere ask_;
  std::string tenant_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string host_;
  std::string authority_;
  std::string client_address_;
  bool secure_;
};

struct Report {
  Progress done;
  std::uint64_t line = 0;        // up to it all is written or refused
  std::vector<Reject> rejects;   // the first kRejectsTold
  std::optional<Error> stopped;  // why the rest was not read
};
// `text` is NDJSON and outlives the task. Whoever asks may write in the tenant, or writes nothing.
[[nodiscard]] Task<Report> import_text(const Asker& asker, ImportOptions options,
                                       std::string_view text);

struct BulkNeeds {
  AskHere ask;
  // Whether whoever sent the request may write in that tenant at all, be it some entities.
  // Errors: kUnauthenticated, kForbidden, kNonexistentTenant.
  std::function<Result<>(const net::Request&, std::string_view tenant)> may_write;
  // The value of the parameter `cursor` that goes on behind an entity. Errors: kResourceNotFound.
  std::function<Task<Result<std::string>>(std::string tenant, std::string id)> cursor_behind;
};
// What is in `needs` outlives the server that uses the router.
void add_bulk_routes(net::Router& router, BulkNeeds needs);

}  // namespace revier::transfer
