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

class Import final : public Importing {
 public:
  Import(ImportOptions options, OnReject on_reject, const jsonld::ContextPtr& core)
      : options_(std::move(options)), on_reject_(std::move(on_reject)), core_(core) {
    found_ = {.entity = [this](Entity entity) { return take(std::move(entity)); },
              .reject = [this](const Reject& reject) { return refuse(reject); }};
    source_ = detail::Source::open(options_, found_);
  }

  Result<> feed(std::string_view part) override {
    done_.bytes += part.size();
    Result<> fed = source_->feed(part);
    reach();
    return fed;
  }
  Result<> finish() override {
    Result<> finished = source_->finish();
    reach();
    return finished;
  }

  std::optional<Batch> next(bool rest) override {
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (; count < pending_.size(); ++count) {
      if (count == options_.batch || bytes >= kBatchBytesMax) break;
      bytes += pending_[count].json.size();
    }
    const bool full = count == options_.batch || bytes >= kBatchBytesMax;
    if (count == 0 || (!full && !rest)) return std::nullopt;
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(count);
    sent_.assign(std::move_iterator(pending_.begin()), std::move_iterator(end));
    pending_.erase(pending_.begin(), end);
    Batch batch{.target = std::string(path_of(options_.mode)), .body = "["};
    for (const Entity& entity : sent_) {
      if (batch.body.size() > 1) batch.body += ',';
      batch.body += entity.json;
    }
    batch.body += ']';
    return batch;
  }

  // 201 and 204: all are written. 207: those are not that it names. Else none.
  Result<> settle(int status, std::string_view body) override {
    const std::vector<Entity> batch = std::exchange(sent_, {});
    std::map<std::string, std::string, std::less<>> refused;
    if (status == 207) {
      RV_ASSIGN(const json::Document document, json::Document::parse(body));
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
    } else if (status >= 300) {
      const std::string reason = detail::reason_of(status, body);
      for (const Entity& entity : batch) refused.try_emplace(entity.id, reason);
    }
    for (const Entity& entity : batch) {
      const auto found = refused.find(entity.id);
      if (found == refused.end()) {
        ++done_.written;
      } else {
        RV_TRY(refuse({entity.number, entity.line, entity.id, found->second}));
      }
    }
    reach();
    return {};
  }

  const Progress& done() const override { return done_; }
  std::uint64_t line() const override { return line_; }

 private:
  Result<> take(Entity entity) {
    seen_ = entity.number;
    seen_line_ = entity.line;
    if (entity.number <= options_.skip) return {};
    // As the server will read it, so that a dry run says the same.
    if (const Result<> good = check(entity); !good) {
      return refuse({entity.number, entity.line, entity.id, good.error().message});
    }
    if (options_.dry_run) {
      ++done_.written;
    } else {
      pending_.push_back(std::move(entity));
    }
    return {};
  }

  [[nodiscard]] Result<> check(const Entity& entity) const {
    RV_ASSIGN(const json::Document document, json::Document::parse(entity.json));
    RV_ASSIGN(const ngsi::Fragment fragment,
              ngsi::parse_entity(document.root(), *core_, ngsi::kParseWhole));
    (void)fragment;
    return {};
  }

  Result<> refuse(const Reject& reject) {
    seen_ = std::max(seen_, reject.number);
    seen_line_ = std::max(seen_line_, reject.line);
    if (reject.number <= options_.skip) return {};
    ++done_.rejected;
    return on_reject_(reject);
  }

  // What waits to be sent is not reached yet.
  void reach() {
    done_.read = pending_.empty() ? seen_ : pending_.front().number - 1;
    line_ = pending_.empty() ? seen_line_ : pending_.front().line - 1;
  }

  const ImportOptions options_;
  const OnReject on_reject_;
  const jsonld::ContextPtr core_;
  detail::Found found_;
  std::unique_ptr<detail::Source> source_;
  std::vector<Entity> pending_;
  std::vector<Entity> sent_;  // of the last batch
  std::uint64_t seen_ = 0;
  std::uint64_t seen_line_ = 0;
  std::uint64_t line_ = 0;
  Progress done_;
};

// False when `on_progress` stops it.
Result<bool> send_batches(const Server& server, Importing& import, bool rest,
                          const OnProgress& on_progress) {
  while (auto batch = import.next(rest)) {
    RV_ASSIGN(const net::Reply reply,
              detail::ask(server, {.method = net::Method::kPost,
                                   .url = server.address + batch->target,
                                   .headers = {{"Content-Type", "application/ld+json"}},
                                   .body = std::move(batch->body),
                                   .deadline_ms = 60'000,
                                   .reply_bytes_max = std::size_t{16} << 20}));
    RV_TRY(import.settle(reply.status, reply.body));
    if (!on_progress(import.done())) return false;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Importing>> Importing::begin(ImportOptions options, OnReject on_reject) {
  // Reading the core context costs more than a small file: once for the program.
  static const Result<std::unique_ptr<jsonld::Catalogue>> catalogue = jsonld::Catalogue::make();
  if (!catalogue) return fail(catalogue.error());
  return std::make_unique<Import>(std::move(options), std::move(on_reject), (*catalogue)->core());
}

Result<Progress> import_entities(const Server& server, const ImportOptions& options,
                                 const ReadPart& read, const OnReject& on_reject,
                                 const OnProgress& on_progress) {
  RV_ASSIGN(const auto import, Importing::begin(options, on_reject));
  for (bool last = false; !last;) {
    RV_ASSIGN(const std::string part, read(kPartBytes));
    last = part.empty();
    const Result<> fed = last ? import->finish() : import->feed(part);
    if (!fed && fed.error().code == Code::kUnavailable) return fail(fed.error());
    // What was read before a fault counts: it is sent, then the fault is told.
    RV_ASSIGN(const bool goes_on, send_batches(server, *import, last || !fed, on_progress));
    if (!fed) return fail(fed.error());
    if (!goes_on || (options.dry_run && !on_progress(import->done()))) break;
  }
  return import->done();
}

}  // namespace revier::transfer
