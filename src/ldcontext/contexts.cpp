// SPDX-License-Identifier: EUPL-1.2
#include "ldcontext/contexts.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/completion.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread_safety.h"
#include "base/turns.h"
#include "ldcontext/detail/download.h"
#include "ldcontext/detail/rows.h"
#include "net/server.h"

namespace revier::ldcontext {
namespace {

using detail::Stored;

constexpr Duration kFailedFor = Duration::seconds(5);
// A server that is just being started again gets a second try after this.
constexpr Duration kSecondTry = Duration::milliseconds(300);
// A stale copy goes on for so long before the origin is asked again.
constexpr Duration kStaleFor = Duration::minutes(5);
constexpr std::size_t kFailuresMax = 1'000;
constexpr std::size_t kUrlBytesMax = 2'048;

std::string new_id() {
  SystemRandom random;
  return random_secret(random);
}

std::string path_of(std::string_view id) { return std::string(kServedAt).append(id); }

// The value of "@context" of an object, in an object of its own.
Result<std::string> own_document(const json::Value& body) {
  const auto context = body.find("@context");
  if (!context) {
    return fail(Code::kInvalidRequest, "expected a JSON object with the member @context",
                "@context");
  }
  const auto is_part = [](const json::Value& value) {
    return value.is_object() || value.is_string();
  };
  bool good = is_part(*context) || context->is_array();
  for (const json::Value part : context->elements()) good = good && is_part(part);
  if (!good) {
    return fail(Code::kBadRequestData, "an @context is a URL, an object, or an array of these",
                "@context");
  }
  std::string text;
  json::Writer(text).begin_object().key("@context").value(*context).end_object();
  return text;
}

class StoredContexts final : public Contexts {
 public:
  explicit StoredContexts(const Needs& needs) : needs_(needs), opened_at_(needs.clock.now()) {}

  Result<> load() {
    const auto rows = needs_.store.scan(store::Column::kMeta, detail::kRowPrefix);
    for (; rows->valid(); rows->next()) {
      RV_ASSIGN(Stored stored, detail::decode(rows->key(), rows->value()));
      RV_TRY(needs_.catalogue.add({stored.entry.url, stored.text}));
      keep(std::move(stored));
    }
    return rows->status();
  }

  Task<Result<std::string>> add(std::string tenant, const json::Value& body) override {
    RV_CO_ASSIGN(std::string text, own_document(body));
    RV_CO_TRY(check(text));
    Stored stored{{.id = new_id(),
                   .url = {},
                   .kind = Kind::kHosted,
                   .tenant = std::move(tenant),
                   .created_at = needs_.clock.now()},
                  std::move(text)};
    stored.entry.url = path_of(stored.entry.id);
    std::string id = stored.entry.id;
    RV_CO_TRY(co_await put(std::move(stored)));
    co_return id;
  }

  std::vector<Entry> list(std::string_view tenant) const override {
    std::vector<Entry> entries = core_entries();
    for (const jsonld::Catalogue::Given& given : needs_.catalogue.given_in_use()) {
      entries.push_back(given_entry(given));
    }
    {
      const Lock lock(mutex_);
      for (const auto& [id, stored] : by_id_) {
        if (sees(stored.entry, tenant)) entries.push_back(stored.entry);
      }
    }
    std::ranges::sort(entries, {}, [](const Entry& e) { return std::tuple(e.created_at, e.id); });
    return entries;
  }

  std::optional<Entry> find(std::string_view tenant, std::string_view id) const override {
    {
      const Lock lock(mutex_);
      const auto found = by_id_.find(id);
      if (found != by_id_.end() && sees(found->second.entry, tenant)) return found->second.entry;
    }
    for (Entry& entry : list(tenant)) {
      if (entry.id == id || (entry.kind == Kind::kCached && entry.url == id)) {
        return std::move(entry);
      }
    }
    if (!jsonld::is_core_url(id)) return std::nullopt;
    return core_entries().front();  // every version means the one of this server
  }

  Result<std::string> serve(std::string_view tenant, std::string_view id) const override {
    {
      const Lock lock(mutex_);
      const auto found = by_id_.find(id);
      if (found != by_id_.end() && found->second.entry.kind != Kind::kCached) {
        const bool other = !tenant.empty() && tenant != found->second.entry.tenant;
        return other ? Result<std::string>(fail(not_found())) : found->second.text;
      }
    }
    if (!find(tenant, id)) return fail(not_found());
    return fail(Code::kOperationNotSupported,
                "a cached @context is not served: read it from its own URL");
  }

  Task<Result<>> remove(std::string tenant, std::string id) override {
    const auto entry = find(tenant, id);
    if (!entry) co_return fail(not_found());
    if (jsonld::is_core_url(entry->url)) {
      co_return fail(Code::kBadRequestData, "the core @context cannot be removed");
    }
    if (!entry->extra.empty()) {
      needs_.catalogue.forget_given(entry->url);
      co_return Result<>{};
    }
    co_return co_await drop(*entry);
  }

  Task<Result<>> reload(std::string tenant, std::string id) override {
    const auto entry = find(tenant, id);
    if (!entry || entry->kind != Kind::kCached) {
      co_return fail(Code::kBadRequestData, "only a cached @context can be loaded again");
    }
    if (!entry->extra.empty()) co_return Result<>{};  // what this server was started with
    if (!needs_.options.download) {
      co_return fail(Code::kLdContextNotAvailable, "downloading of @contexts is switched off");
    }
    co_return co_await fetch(entry->url);
  }

  void tick() override {
    const Instant now = needs_.clock.now();
    std::vector<std::string> over;
    {
      const Lock lock(mutex_);
      for (const auto& [id, stored] : by_id_) {
        const auto& expires = stored.entry.expires_at;
        if (expires && *expires <= now) over.push_back(stored.entry.url);
      }
      std::erase_if(failures_, [&](const auto& failure) { return failure.second.until <= now; });
    }
    if (!needs_.options.download) return;  // nothing newer is to be had
    for (const std::string& url : over) needs_.catalogue.set_stale(url, true);
  }

  bool can_get(std::string_view url) const override {
    if (!needs_.options.download || url.size() > kUrlBytesMax || jsonld::is_core_url(url)) {
      return false;
    }
    if (!url.starts_with("http://") && !url.starts_with("https://")) return false;
    const Instant now = needs_.clock.now();
    const Lock lock(mutex_);
    const auto failure = failures_.find(url);
    if (failure != failures_.end() && now < failure->second.until) return false;
    const auto known = ids_.find(url);
    if (known == ids_.end()) return true;
    const auto& expires = by_id_.find(known->second)->second.entry.expires_at;
    return expires && *expires <= now;
  }

  Task<> get(std::string url) override { (void)co_await fetch(std::move(url)); }

  std::optional<Error> failure(std::string_view url) const override {
    if (!needs_.options.download) {
      return Error{
          Code::kLdContextNotAvailable, "it is not here, and downloading is switched off", {}};
    }
    const Lock lock(mutex_);
    const auto failure = failures_.find(url);
    if (failure == failures_.end()) return std::nullopt;
    return failure->second.error;
  }

  Task<Result<jsonld::ContextPtr>> host(jsonld::ContextPtr context, std::string tenant,
                                        std::string origin) override {
    std::string text = fmt::format(R"({{"@context":{}}})", context->reference());
    std::string id = implicit_id(tenant, text);
    if (id.empty()) {
      Stored stored{{.id = new_id(),
                     .url = {},
                     .kind = Kind::kImplicitlyCreated,
                     .tenant = std::move(tenant),
                     .created_at = needs_.clock.now()},
                    std::move(text)};
      id = stored.entry.id;
      stored.entry.url = path_of(id);
      RV_CO_TRY(co_await put(std::move(stored)));
    }
    co_return needs_.catalogue.resolve_url(origin + path_of(id));
  }

 private:
  struct Failure {
    Error error;
    Instant until;
  };
  using Waiters = std::vector<Completion<Result<>>*>;

  static Error not_found() {
    return {Code::kResourceNotFound, "there is no stored @context of this id", {}};
  }
  static bool sees(const Entry& entry, std::string_view tenant) {
    return entry.kind == Kind::kCached || entry.tenant == tenant;
  }

  std::vector<Entry> core_entries() const {
    const std::string& url = needs_.catalogue.core()->link();
    return {{.id = "core",
             .url = url,
             .kind = Kind::kCached,
             .tenant = {},
             .created_at = opened_at_,
             .expires_at = {},
             .extra = "built in"}};
  }
  static Entry given_entry(const jsonld::Catalogue::Given& given) {
    return {.id = given.url,
            .url = given.url,
            .kind = Kind::kCached,
            .tenant = {},
            .created_at = given.used_at,
            .expires_at = {},
            .extra = "operator catalogue"};
  }

  // What is wrong in itself; documents that it names may come later.
  Result<> check(std::string_view text) const {
    RV_ASSIGN(const auto document, json::Document::parse(text));
    const auto context = document.root().find("@context");
    if (!context) return fail(Code::kBadRequestData, "it has no member @context", "@context");
    const auto made = needs_.catalogue.resolve(*context);
    if (made || made.error().code == Code::kLdContextNotAvailable) return {};
    return fail(made.error());
  }

  void keep(Stored stored) {
    const Lock lock(mutex_);
    std::string id = stored.entry.id;
    ids_.insert_or_assign(stored.entry.url, id);
    by_id_.insert_or_assign(std::move(id), std::move(stored));
  }

  std::string implicit_id(std::string_view tenant, std::string_view text) const {
    const Lock lock(mutex_);
    for (const auto& [id, stored] : by_id_) {
      const Entry& entry = stored.entry;
      if (entry.kind == Kind::kImplicitlyCreated && entry.tenant == tenant && stored.text == text) {
        return id;
      }
    }
    return {};
  }

  Result<> check_room(const Entry& entry) const {
    const Lock lock(mutex_);
    const auto number = std::ranges::count_if(by_id_, [&](const auto& other) {
      const Entry& there = other.second.entry;
      return there.kind != Kind::kCached && there.tenant == entry.tenant;
    });
    if (static_cast<std::size_t>(number) < needs_.options.hosted_max) return {};
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant stores {} @contexts, more are not allowed", number));
  }

  // One that clients gave, or that was made for one.
  Task<Result<>> put(Stored stored) {
    const Turns::Turn turn = co_await turns_.take();
    const auto job = [&](store::Batch& batch) -> Result<> {
      RV_TRY(check_room(stored.entry));
      RV_TRY(needs_.catalogue.add({stored.entry.url, stored.text}));
      batch.put(store::Column::kMeta, detail::row_key(stored.entry.id), detail::encode(stored));
      return {};
    };
    const Result<> done = co_await needs_.store.writer().run(job, [&] { keep(stored); });
    co_return done;
  }

  Task<Result<>> drop(Entry entry) {
    const Turns::Turn turn = co_await turns_.take();
    co_return co_await drop_in_turn(std::move(entry));
  }

  Task<Result<>> drop_in_turn(Entry entry) {
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(store::Column::kMeta, detail::row_key(entry.id));
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] { forget(entry); });
  }

  void forget(const Entry& entry) {
    (void)needs_.catalogue.remove(entry.url);
    const Lock lock(mutex_);
    failures_.erase(entry.url);
    ids_.erase(entry.url);
    by_id_.erase(entry.id);
  }

  // Downloads into the cache, in place of what is there. Who comes meanwhile waits for the same.
  Task<Result<>> fetch(std::string url) {
    Completion<Result<>> done;
    if (join(url, done)) co_return co_await done;
    Result<> result = co_await fetch_now(url);
    Waiters waiting;
    {
      const Lock lock(mutex_);
      waiting = std::move(under_way_.extract(url).mapped());
    }
    for (Completion<Result<>>* each : waiting) each->set(result);
    co_return result;
  }

  // True where another is at it, who will set `done`.
  bool join(const std::string& url, Completion<Result<>>& done) {
    const Lock lock(mutex_);
    const auto [at, first] = under_way_.try_emplace(url);
    if (!first) at->second.push_back(&done);
    return !first;
  }

  Task<Result<>> fetch_now(const std::string& url) {
    const detail::DownloadLimits limits{needs_.options.timeout_ms, needs_.options.bytes_max};
    auto loaded = co_await detail::download(needs_.client, url, limits, needs_.clock);
    if (!loaded && loaded.error().code == Code::kUnavailable) {
      co_await net::sleep_for(kSecondTry);
      loaded = co_await detail::download(needs_.client, url, limits, needs_.clock);
    }
    Result<> good;
    if (!loaded) {
      good = fail(Code::kLdContextNotAvailable, loaded.error().message);
    } else if (auto checked = check(loaded->text); !checked) {
      good = fail(Code::kBadRequestData, checked.error().message);
    } else {
      good = co_await store_copy(url, *std::move(loaded));
    }
    if (good) {
      const Lock lock(mutex_);
      failures_.erase(url);
      co_return Result<>{};
    }
    remember_failure(url, good.error());
    co_return fail(Code::kLdContextNotAvailable,
                   fmt::format("the @context <{}> cannot be had: {}", url, good.error().message));
  }

  Task<Result<>> store_copy(const std::string& url, detail::Downloaded loaded) {
    const Turns::Turn turn = co_await turns_.take();
    while (const auto oldest = oldest_cached()) RV_CO_TRY(co_await drop_in_turn(*oldest));
    Stored stored{{.id = id_of(url),
                   .url = url,
                   .kind = Kind::kCached,
                   .tenant = {},
                   .created_at = needs_.clock.now(),
                   .expires_at = loaded.expires_at},
                  std::move(loaded.text)};
    const auto job = [&](store::Batch& batch) -> Result<> {
      RV_TRY(needs_.catalogue.add({url, stored.text}));
      batch.put(store::Column::kMeta, detail::row_key(stored.entry.id), detail::encode(stored));
      return {};
    };
    const Result<> done = co_await needs_.store.writer().run(job, [&] { keep(stored); });
    co_return done;
  }

  // The id under which a URL is stored, or a new one.
  std::string id_of(const std::string& url) const {
    const Lock lock(mutex_);
    const auto known = ids_.find(url);
    return known == ids_.end() ? new_id() : known->second;
  }

  // The one to go; nullopt as long as there is room for another.
  std::optional<Entry> oldest_cached() const {
    const Lock lock(mutex_);
    const Entry* oldest = nullptr;
    std::size_t number = 0;
    for (const auto& [id, stored] : by_id_) {
      if (stored.entry.kind != Kind::kCached) continue;
      ++number;
      if (oldest == nullptr || stored.entry.created_at < oldest->created_at) {
        oldest = &stored.entry;
      }
    }
    if (number < needs_.options.cached_max) return std::nullopt;
    return *oldest;
  }

  // A copy that is there goes on meanwhile.
  void remember_failure(const std::string& url, const Error& error) {
    const Instant now = needs_.clock.now();
    log_event(Level::kWarn, "context.not_downloaded", {{"reason", error.message}});
    {
      const Lock lock(mutex_);
      if (failures_.size() >= kFailuresMax) failures_.clear();
      failures_.insert_or_assign(url, Failure{error, now + kFailedFor});
      const auto known = ids_.find(url);
      if (known == ids_.end()) return;
      by_id_.find(known->second)->second.entry.expires_at = now + kStaleFor;
    }
    needs_.catalogue.set_stale(url, false);
  }

  const Needs needs_;
  const Instant opened_at_;
  // Catalogue, memory and rows change at different moments of a write: so one after the other.
  Turns turns_;
  mutable Mutex mutex_;
  std::map<std::string, Stored, std::less<>> by_id_ RV_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> ids_ RV_GUARDED_BY(mutex_);  // by URL
  std::map<std::string, Failure, std::less<>> failures_ RV_GUARDED_BY(mutex_);
  std::map<std::string, Waiters> under_way_ RV_GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<Contexts>> Contexts::open(const Needs& needs) {
  auto contexts = std::make_unique<StoredContexts>(needs);
  RV_TRY(contexts->load());
  return contexts;
}

}  // namespace revier::ldcontext
