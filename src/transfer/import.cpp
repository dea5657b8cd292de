// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include <fmt/format.h>

#include "jsonld/catalogue.h"
#include "ngsi/parse.h"
#include "transfer/detail/asking.h"
#include "transfer/detail/source.h"

namespace revier::transfer {
namespace {

using detail::Entity;

constexpr std::size_t kPartBytes = 256 * 1024;
constexpr std::size_t kBatchBytesMax = std::size_t{4} << 20;  // under the server's limit of a body
constexpr std::string_view kStopped = "stopped";

std::string_view path_of(Mode mode) {
  switch (mode) {
    case Mode::kUpdate:
      return "/ngsi-ld/v1/entityOperations/upsert?options=update";
    case Mode::kCreate:
      return "/ngsi-ld/v1/entityOperations/create";
    case Mode::kReplace:
      break;
  }
  return "/ngsi-ld/v1/entityOperations/upsert";
}

class Import {
 public:
  Import(const Server& server, const ImportOptions& options, const OnReject& on_reject,
         const OnProgress& on_progress, const jsonld::ContextPtr& core)
      : server_(server),
        options_(options),
        on_reject_(on_reject),
        on_progress_(on_progress),
        core_(core) {}

  Result<Progress> run(const ReadPart& read) {
    const detail::Found found{.entity = [this](Entity entity) { return take(std::move(entity)); },
                              .reject = [this](const Reject& reject) { return refuse(reject); }};
    const auto source = detail::Source::open(options_, found);
    while (true) {
      RV_ASSIGN(const std::string part, read(kPartBytes));
      if (part.empty()) break;
      done_.bytes += part.size();
      if (Result<> fed = source->feed(part); !fed) return end(fed.error());
    }
    if (Result<> finished = source->finish(); !finished) return end(finished.error());
    RV_TRY(send());
    return done_;
  }

 private:
  // What was read before a fault counts: it is sent, then the fault is told.
  Result<Progress> end(const Error& error) {
    if (error.message == kStopped) return done_;
    if (error.code != Code::kUnavailable) RV_TRY(send());
    return fail(error);
  }

  Result<> take(Entity entity) {
    done_.read = entity.number;
    if (entity.number <= options_.skip) return {};
    // As the server will read it, so that a dry run says the same.
    if (const Result<> good = check(entity); !good) {
      return refuse({entity.number, entity.line, entity.id, good.error().message});
    }
    bytes_ += entity.json.size();
    pending_.push_back(std::move(entity));
    if (pending_.size() < options_.batch && bytes_ < kBatchBytesMax) return {};
    RV_TRY(send());
    return go_on();
  }

  [[nodiscard]] Result<> check(const Entity& entity) const {
    RV_ASSIGN(const json::Document document, json::Document::parse(entity.json));
    RV_ASSIGN(const ngsi::Fragment fragment,
              ngsi::parse_entity(document.root(), *core_, ngsi::kParseWhole));
    (void)fragment;
    return {};
  }

  Result<> refuse(const Reject& reject) {
    done_.read = std::max(done_.read, reject.number);
    if (reject.number <= options_.skip) return {};
    ++done_.rejected;
    return on_reject_(reject);
  }

  Result<> go_on() {
    if (on_progress_(done_)) return {};
    return fail(Code::kConflict, std::string(kStopped));
  }

  Result<> send() {
    bytes_ = 0;
    const std::vector<Entity> batch = std::exchange(pending_, {});
    if (batch.empty()) return {};
    if (options_.dry_run) {
      done_.written += batch.size();
      return {};
    }
    std::string body = "[";
    for (const Entity& entity : batch) {
      if (body.size() > 1) body += ',';
      body += entity.json;
    }
    body += ']';
    RV_ASSIGN(const net::Reply reply,
              detail::ask(server_, {.method = net::Method::kPost,
                                    .url = server_.address + std::string(path_of(options_.mode)),
                                    .headers = {{"Content-Type", "application/ld+json"}},
                                    .body = std::move(body),
                                    .deadline_ms = 60'000,
                                    .reply_bytes_max = std::size_t{16} << 20}));
    return settle(batch, reply);
  }

  // 201 and 204: all are written. 207: those are not that it names. Else none.
  Result<> settle(const std::vector<Entity>& batch, const net::Reply& reply) {
    std::map<std::string, std::string, std::less<>> refused;
    if (reply.status == 207) {
      RV_ASSIGN(const json::Document document, json::Document::parse(reply.body));
      const auto errors = document.root().find("errors");
      if (errors) {
        for (const json::Value each : errors->elements()) {
          const auto id = each.find("entityId");
          const auto problem = each.find("error");
          if (!id || !problem) continue;
          refused.try_emplace(std::string(id->as_string().value_or("")),
                              detail::reason_of(*problem));
        }
      }
    } else if (reply.status >= 300) {
      for (const Entity& entity : batch) refused.try_emplace(entity.id, detail::reason_of(reply));
    }
    for (const Entity& entity : batch) {
      const auto found = refused.find(entity.id);
      if (found == refused.end()) {
        ++done_.written;
      } else {
        RV_TRY(refuse({entity.number, entity.line, entity.id, found->second}));
      }
    }
    return {};
  }

  const Server& server_;
  const ImportOptions& options_;
  const OnReject& on_reject_;
  const OnProgress& on_progress_;
  const jsonld::ContextPtr core_;
  std::vector<Entity> pending_;
  std::size_t bytes_ = 0;
  Progress done_;
};

}  // namespace

Result<Progress> import_entities(const Server& server, const ImportOptions& options,
                                 const ReadPart& read, const OnReject& on_reject,
                                 const OnProgress& on_progress) {
  RV_ASSIGN(const auto catalogue, jsonld::Catalogue::make());
  return Import(server, options, on_reject, on_progress, catalogue->core()).run(read);
}

}  // namespace revier::transfer
