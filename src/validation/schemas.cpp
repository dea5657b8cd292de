// SPDX-License-Identifier: EUPL-1.2
#include "validation/schemas.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/log.h"
#include "base/thread_safety.h"
#include "base/turns.h"
#include "validation/detail/entity_view.h"
#include "validation/detail/rows.h"

namespace revier::validation {
namespace {

using detail::row_key;
using store::Column;

constexpr std::size_t kExampleViolations = 3;  // kept of an example
constexpr std::size_t kToldMax = 3;            // told to who writes
constexpr std::size_t kTrialPage = 64;
constexpr std::size_t kSpacesKept = 64;  // whose names are remembered

using Key = std::pair<std::string, std::string>;  // tenant, type or URL

// A schema as it is held against entities.
struct Active {
  TypeSchemaPtr schema;
  JsonSchemaPtr compiled;  // nullptr where it, or its @context, cannot be used any more
};
using ActivePtr = std::shared_ptr<const Active>;

using StoredDocuments = std::map<Key, DocumentPtr>;

std::string rule_part(const RuleCount& rule) { return rule.attribute + '\0' + rule.rule; }

tl::unexpected<Error> no_schema() {
  return fail(Code::kResourceNotFound, "there is no schema for this type", "type");
}

void count_rules(std::vector<RuleCount>& rules, const std::vector<Violation>& violations) {
  for (const Violation& one : violations) {
    const auto at = std::ranges::find_if(rules, [&](const RuleCount& known) {
      return known.attribute == one.attribute && known.rule == one.rule;
    });
    if (at != rules.end()) {
      ++at->count;
    } else if (rules.size() < Tally::kRulesMax) {
      rules.push_back({one.attribute, one.rule, 1});
    }
  }
}

// What the client is told: attribute, rule and place of the first ones.
Error refusal(std::string_view type, const Report& report) {
  std::string text = fmt::format("the entity would not fit the schema of {}: ", type);
  std::size_t told = 0;
  for (const Violation& one : report.violations) {
    if (told == kToldMax) break;
    if (told++ > 0) text += "; ";
    text += fmt::format("attribute {}, rule {}, place {}: {}",
                        one.attribute.empty() ? "(none)" : one.attribute, one.rule,
                        one.place.empty() ? "/" : one.place, one.message);
  }
  const std::size_t more = report.violations.size() - told;
  if (more > 0) text += fmt::format(" (and {} more)", more);
  return {Code::kBadRequestData, std::move(text), report.violations.front().place};
}

class StoredSchemas final : public Schemas,
                            private context::ChangeJudge,
                            private context::ChangeFollower {
 public:
  explicit StoredSchemas(const Needs& needs) : needs_(needs) {}

  Result<> load() {
    RV_TRY(load_documents());
    RV_TRY(load_schemas());
    RV_TRY(load_tallies());
    needs_.broker.set_judge(*this);
    needs_.broker.add_follower(*this);
    return {};
  }

  Task<Result<bool>> put(TypeSchema schema) override {
    const Turns::Turn turn = co_await turns_.take();
    const TypeSchemaPtr before = find(schema.tenant, schema.type);
    if (!before) {
      RV_CO_TRY(check_number(all_schemas(), schema.tenant, options().schemas_max));
    }
    RV_CO_ASSIGN(JsonSchemaPtr compiled, co_await compile_aside(schema));
    const Instant now = needs_.civil_clock.now();
    schema.created_at = before ? before->created_at : now;
    schema.modified_at = now;
    const auto kept = std::make_shared<const TypeSchema>(std::move(schema));
    const auto made = std::make_shared<const Active>(Active{kept, std::move(compiled)});
    const auto job = [&](store::Batch& batch) -> Result<bool> {
      batch.put(Column::kMeta, row_key(detail::kSchemaRows, kept->tenant, kept->type),
                detail::encode(*kept));
      return !before;
    };
    co_return co_await needs_.store.writer().run(job, [&](const bool&) {
      const Lock lock(mutex_);
      active_[{kept->tenant, kept->type}] = made;
      changed();
    });
  }

  Task<Result<>> remove(std::string tenant, std::string type) override {
    const Turns::Turn turn = co_await turns_.take();
    if (!find(tenant, type)) co_return no_schema();
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(Column::kMeta, row_key(detail::kSchemaRows, tenant, type));
      erase_tally(tenant, type, batch);
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] {
      const Lock lock(mutex_);
      active_.erase({tenant, type});
      tallies_.erase({tenant, type});
      changed();
    });
  }

  std::vector<TypeSchemaPtr> list(std::string_view tenant) const override {
    std::vector<TypeSchemaPtr> out;
    const Lock lock(mutex_);
    for (const auto& [key, active] : active_) {
      if (key.first == tenant) out.push_back(active->schema);
    }
    return out;
  }
  TypeSchemaPtr find(std::string_view tenant, std::string_view type) const override {
    const Lock lock(mutex_);
    const auto at = active_.find(Key(tenant, type));
    return at == active_.end() ? nullptr : at->second->schema;
  }

  Tally tally(std::string_view tenant, std::string_view type) const override {
    const Lock lock(mutex_);
    const auto at = tallies_.find(Key(tenant, type));
    return at == tallies_.end() ? Tally() : at->second;
  }
  Task<Result<>> clear_tally(std::string tenant, std::string type) override {
    const Turns::Turn turn = co_await turns_.take();
    if (!find(tenant, type)) co_return no_schema();
    const auto job = [&](store::Batch& batch) -> Result<> {
      erase_tally(tenant, type, batch);
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] {
      const Lock lock(mutex_);
      tallies_.erase({tenant, type});
    });
  }

  Task<Result<Trial>> try_out(TypeSchema schema, std::uint64_t after) override {
    RV_CO_ASSIGN(const JsonSchemaPtr compiled, co_await compile_aside(schema));
    const ngsi::Names& names = needs_.broker.names(schema.tenant);
    ngsi::Selection selection;
    selection.type = schema.type;
    RV_CO_ASSIGN(const ngsi::Predicate predicate,
                 ngsi::Predicate::compile(selection, names, *needs_.catalogue.core()));
    const ngsi::NameId type = names.find(schema.type);
    Trial trial{.next = after};
    bool more = true;
    while (more && trial.checked < options().trial_max) {
      RV_CO_ASSIGN(const context::Found found,
                   co_await needs_.broker.query(schema.tenant, predicate,
                                                {.limit = kTrialPage, .after = trial.next}));
      RV_CO_TRY(co_await needs_.pool.run([&] {
        for (const ngsi::EntityPtr& entity : found.entities) {
          try_one(*compiled, *entity, type, names, *schema.context, trial);
        }
      }));
      more = found.more;
      trial.next = found.place;
    }
    if (!more) trial.next = 0;
    co_return trial;
  }

  Task<Result<bool>> put_document(std::string tenant, Document given) override {
    const Turns::Turn turn = co_await turns_.take();
    RV_CO_ASSIGN(const Result<Renewed> renewed,
                 co_await needs_.pool.run([&] { return renew(tenant, given); }));
    if (!renewed) co_return fail(renewed.error());
    const auto job = [&](store::Batch& batch) -> Result<bool> {
      batch.put(Column::kMeta, row_key(detail::kDocumentRows, tenant, given.url),
                json::to_text(renewed->document->root()));
      return renewed->fresh;
    };
    co_return co_await needs_.store.writer().run(job, [&](const bool&) {
      const Lock lock(mutex_);
      documents_[{tenant, given.url}] = renewed->document;
      for (const auto& [key, active] : renewed->again) active_[key] = active;
      changed();
    });
  }

  Task<Result<>> remove_document(std::string tenant, std::string url) override {
    const Turns::Turn turn = co_await turns_.take();
    if (!stored_documents().contains({tenant, url})) co_return no_document();
    for (const auto& [key, active] : all_schemas()) {
      if (key.first != tenant || !refers(*active, url)) continue;
      co_return fail(Code::kConflict, fmt::format("the schema of {} refers to it", key.second));
    }
    const auto job = [&](store::Batch& batch) -> Result<> {
      batch.erase(Column::kMeta, row_key(detail::kDocumentRows, tenant, url));
      return {};
    };
    co_return co_await needs_.store.writer().run(job, [&] {
      const Lock lock(mutex_);
      documents_.erase({tenant, url});
    });
  }

  std::vector<std::string> documents(std::string_view tenant) const override {
    std::vector<std::string> out;
    const Lock lock(mutex_);
    for (const auto& [key, stored] : documents_) {
      if (key.first == tenant) out.push_back(key.second);
    }
    return out;
  }
  Result<std::string> document(std::string_view tenant, std::string_view url) const override {
    const Lock lock(mutex_);
    const auto at = documents_.find(Key(tenant, url));
    if (at == documents_.end()) return no_document();
    return json::to_text(at->second->root());
  }

  const Options& options() const override { return needs_.options; }

 private:
  // --- schemas and documents

  static tl::unexpected<Error> no_document() {
    return fail(Code::kResourceNotFound, "no document is stored under this URL", "url");
  }
  static bool refers(const Active& active, const std::string& url) {
    return active.compiled && std::ranges::find(active.compiled->documents(), url) !=
                                  active.compiled->documents().end();
  }

  static Result<DocumentPtr> parsed(std::string_view text, std::size_t bytes_max) {
    RV_ASSIGN(json::Document document,
              json::Document::parse(text, {.bytes_max = bytes_max, .depth_max = kDepthMax}));
    return std::make_shared<const json::Document>(std::move(document));
  }

  Result<JsonSchemaPtr> compile(const TypeSchema& schema, const StoredDocuments& documents) const {
    RV_ASSIGN(const DocumentPtr document, parsed(schema.schema, options().schema_bytes_max));
    return JsonSchema::compile(document, [&](const std::string& url) -> DocumentPtr {
      const auto at = documents.find({schema.tenant, url});
      return at == documents.end() ? nullptr : at->second;
    });
  }

  // A large schema takes long, too long for an io thread and for the writer.
  Task<Result<JsonSchemaPtr>> compile_aside(const TypeSchema& schema) {
    RV_CO_ASSIGN(Result<JsonSchemaPtr> compiled,
                 co_await needs_.pool.run([&] { return compile(schema, stored_documents()); }));
    co_return compiled;
  }

  // A document that was given, and the schemas as they will be with it.
  struct Renewed {
    DocumentPtr document;
    bool fresh = false;
    std::map<Key, ActivePtr> again;
  };
  Result<Renewed> renew(const std::string& tenant, const Document& given) const {
    Renewed renewed;
    RV_ASSIGN(renewed.document, parsed(given.text, options().document_bytes_max));
    StoredDocuments next = stored_documents();
    renewed.fresh = !next.contains({tenant, given.url});
    if (renewed.fresh) RV_TRY(check_number(next, tenant, options().documents_max));
    next[{tenant, given.url}] = renewed.document;
    RV_ASSIGN(renewed.again, compiled_again(tenant, given.url, next));
    return renewed;
  }

  // Those that refer to the document, with the documents as they will be.
  Result<std::map<Key, ActivePtr>> compiled_again(const std::string& tenant, const std::string& url,
                                                  const StoredDocuments& documents) const {
    std::map<Key, ActivePtr> again;
    for (const auto& [key, active] : all_schemas()) {
      if (key.first != tenant || !refers(*active, url)) continue;
      auto compiled = compile(*active->schema, documents);
      if (!compiled) {
        return fail(Code::kConflict, fmt::format("the schema of {} would not hold any more: {}",
                                                 key.second, compiled.error().message));
      }
      again[key] = std::make_shared<const Active>(Active{active->schema, *std::move(compiled)});
    }
    return again;
  }

  template <class All>
  static Result<> check_number(const All& all, const std::string& tenant, std::size_t most) {
    const auto number =
        std::ranges::count_if(all, [&](const auto& entry) { return entry.first.first == tenant; });
    if (static_cast<std::size_t>(number) < most) return {};
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant has {} of them, more are not allowed", number));
  }

  StoredDocuments stored_documents() const {
    const Lock lock(mutex_);
    return documents_;
  }
  std::map<Key, ActivePtr> all_schemas() const {
    const Lock lock(mutex_);
    return active_;
  }

  void changed() RV_REQUIRES(mutex_) {
    number_ = active_.size();
    ++generation_;
  }

  // --- the change pipeline, on the writer thread

  Result<> judge(std::string_view tenant, const ngsi::Names& names, const ngsi::Mutated& what,
                 const context::Origin& origin) override {
    if (number_.load(std::memory_order_relaxed) == 0 || !what.after) return {};
    const bool by_client = origin.owner.empty();
    const std::string_view home = context::tenant_of_space(tenant);
    if (home != tenant && !by_client) return {};  // a snapshot keeps what was
    std::vector<std::pair<ActivePtr, Report>> broken;
    for (const ngsi::NameId type : what.after->types()) {
      const ActivePtr active = active_for(home, type, names);
      if (!active) continue;
      RV_TRY(check_usable(*active, by_client));
      if (!active->compiled) continue;
      Report report =
          detail::look(*active->compiled, *what.after, type, names, *active->schema->context);
      if (!report.ok()) broken.emplace_back(active, std::move(report));
    }
    const auto refusing = std::ranges::find_if(broken, [&](const auto& one) {
      return by_client && one.first->schema->mode == Mode::kReject;
    });
    const bool taken = refusing == broken.end();
    for (const auto& [active, report] : broken) {
      if (taken || active->schema->mode == Mode::kReject) {
        note(*active->schema, *what.after, report, taken);
      }
    }
    if (taken) return {};
    return fail(refusal(refusing->first->schema->type, refusing->second));
  }

  static Result<> check_usable(const Active& active, bool by_client) {
    if (active.compiled || !by_client || active.schema->mode == Mode::kMark) return {};
    return fail(Code::kConflict,
                fmt::format("the schema of {} or its @context cannot be used any more: who manages "
                            "the schemas has to give it again",
                            active.schema->type));
  }

  // Names are numbers of their own in each space, also in one that is made anew under its old name;
  // a number is never given twice.
  ActivePtr active_for(std::string_view home, ngsi::NameId type, const ngsi::Names& names) {
    if (seen_generation_ != generation_ || by_name_.size() > kSpacesKept) {
      by_name_.clear();
      seen_generation_ = generation_;
    }
    auto& types = by_name_[names.serial()];
    const auto known = types.find(type);
    if (known != types.end()) return known->second;
    const Lock lock(mutex_);
    const auto at = active_.find(Key(home, names.iri(type)));
    return types[type] = at == active_.end() ? nullptr : at->second;
  }

  void note(const TypeSchema& schema, const ngsi::Entity& entity, const Report& report,
            bool taken) {
    Example example{std::string(entity.id()), needs_.civil_clock.now(), taken, report.violations};
    const Key key(schema.tenant, schema.type);
    const Lock lock(mutex_);
    tallies_[key].add(std::move(example));
    Due& due = due_[key];
    due.examples = std::min(due.examples + 1, Tally::kExamplesMax);
    for (const Violation& one : report.violations) due.rules.insert({one.attribute, one.rule});
  }

  void stage(std::string_view /*tenant*/, const ngsi::Names& /*names*/,
             const std::vector<Result<context::Change>>& /*outcomes*/,
             store::Batch& batch) override {
    if (number_.load(std::memory_order_relaxed) == 0) return;
    const Lock lock(mutex_);
    for (const auto& [key, due] : due_) put_tally(key, due, batch);
    due_.clear();
  }

  // What of a tally has changed since it was last put.
  struct Due {
    std::size_t examples = 0;
    std::set<std::pair<std::string, std::string>> rules;
  };
  void put_tally(const Key& key, const Due& due, store::Batch& batch) RV_REQUIRES(mutex_) {
    const auto& [tenant, type] = key;
    const Tally& tally = tallies_[key];
    batch.put(Column::kMeta, row_key(detail::kSumRows, tenant, type), detail::encode_sum(tally));
    for (const RuleCount& rule : tally.rules) {
      if (!due.rules.contains({rule.attribute, rule.rule})) continue;
      batch.put(Column::kMeta, row_key(detail::kRuleRows, tenant, type, rule_part(rule)),
                detail::encode(rule));
    }
    for (std::size_t i = 0; i < due.examples && i < tally.latest.size(); ++i) {
      batch.put(Column::kMeta,
                row_key(detail::kExampleRows, tenant, type, std::to_string(slot_of(tally, i))),
                detail::encode(tally.latest[i]));
    }
  }

  static void erase_tally(const std::string& tenant, const std::string& type, store::Batch& batch) {
    batch.erase(Column::kMeta, row_key(detail::kSumRows, tenant, type));
    batch.erase_prefix(Column::kMeta, row_key(detail::kRuleRows, tenant, type, ""));
    batch.erase_prefix(Column::kMeta, row_key(detail::kExampleRows, tenant, type, ""));
  }

  static void try_one(const JsonSchema& compiled, const ngsi::Entity& entity, ngsi::NameId type,
                      const ngsi::Names& names, const jsonld::Context& context, Trial& trial) {
    ++trial.checked;
    Report report = detail::look(compiled, entity, type, names, context);
    if (report.ok()) return;
    ++trial.violating;
    count_rules(trial.rules, report.violations);
    if (trial.examples.size() == Tally::kExamplesMax) return;
    trial.examples.push_back(
        {std::string(entity.id()), entity.modified_at(), true, std::move(report.violations)});
  }

  // --- the start

  using Take = std::function<Result<>(const detail::RowKey& key, std::string_view value)>;
  static Result<> take_row(const Take& take, std::string_view key, std::string_view value) {
    RV_ASSIGN(const detail::RowKey parsed_key, detail::parse_key(key));
    return take(parsed_key, value);
  }
  Result<> each_row(std::string_view rows, const Take& take, bool may_be_damaged = false) {
    const auto cursor = needs_.store.scan(Column::kMeta, rows);
    for (; cursor->valid(); cursor->next()) {
      auto taken = take_row(take, cursor->key().substr(rows.size()), cursor->value());
      if (taken) continue;
      if (!may_be_damaged) return taken;
      log_event(Level::kWarn, "validation.damaged_tally",
                {{"rows", rows}, {"reason", taken.error().message}});
    }
    return cursor->status();
  }
  // A statistic is no reason not to start: a row of one that is damaged is left out.
  Result<> each_tally_row(std::string_view rows, const Take& take) {
    return each_row(rows, take, true);
  }

  Result<> load_documents() {
    return each_row(detail::kDocumentRows,
                    [this](const auto& key, std::string_view value) -> Result<> {
                      RV_ASSIGN(const DocumentPtr document, parsed(value, value.size()));
                      const Lock lock(mutex_);
                      documents_[{key.tenant, key.subject}] = document;
                      return {};
                    });
  }

  Result<> load_schemas() {
    return each_row(
        detail::kSchemaRows, [this](const auto& key, std::string_view value) -> Result<> {
          RV_ASSIGN(TypeSchema schema, detail::decode_schema(value, needs_.catalogue));
          schema.tenant = key.tenant;
          schema.type = key.subject;
          // What cannot be used any more is no reason not to start: it says so when it is needed.
          auto compiled = compile(schema, stored_documents());
          if (!compiled || !schema.context) {
            log_event(Level::kWarn, "validation.unusable_schema",
                      {{"tenant", schema.tenant},
                       {"type", schema.type},
                       {"reason", compiled ? "no @context" : compiled.error().message}});
            compiled = JsonSchemaPtr();
          }
          const Lock lock(mutex_);
          active_[{key.tenant, key.subject}] = std::make_shared<const Active>(
              Active{std::make_shared<const TypeSchema>(std::move(schema)), *std::move(compiled)});
          changed();
          return {};
        });
  }

  Result<> load_tallies() {
    const Lock lock(mutex_);
    RV_TRY(each_tally_row(detail::kSumRows, [this](const auto& key, std::string_view value) {
      return detail::decode_sum(value, tally_of(key));
    }));
    RV_TRY(each_tally_row(detail::kRuleRows,
                          [this](const auto& key, std::string_view value) -> Result<> {
                            RV_ASSIGN(RuleCount rule, detail::decode_rule(value));
                            tally_of(key).rules.push_back(std::move(rule));
                            return {};
                          }));
    std::map<Key, std::map<std::string, Example>> rings;
    RV_TRY(each_tally_row(detail::kExampleRows,
                          [&rings](const auto& key, std::string_view value) -> Result<> {
                            std::map<std::string, Example>& ring = rings[{key.tenant, key.subject}];
                            RV_ASSIGN(ring[key.part], detail::decode_example(value));
                            return {};
                          }));
    for (auto& [key, ring] : rings) {
      Tally& tally = tallies_[key];
      for (std::size_t i = 0; i < Tally::kExamplesMax; ++i) {
        const auto at = ring.find(std::to_string(slot_of(tally, i)));
        if (at != ring.end()) tally.latest.push_back(std::move(at->second));
      }
    }
    return {};
  }
  // Where in the ring the example stands that is `back` before the newest.
  static std::uint64_t slot_of(const Tally& tally, std::size_t back) {
    return (tally.marked + tally.refused + Tally::kExamplesMax - back) % Tally::kExamplesMax;
  }
  Tally& tally_of(const detail::RowKey& key) RV_NO_ANALYSIS {
    return tallies_[{key.tenant, key.subject}];
  }

  const Needs needs_;
  // Schemas and documents depend on each other and change when they are durable: who changes one of
  // them looks at all of them in its turn, and ends it when its change counts.
  Turns turns_;
  mutable Mutex mutex_;
  std::map<Key, ActivePtr> active_ RV_GUARDED_BY(mutex_);
  StoredDocuments documents_ RV_GUARDED_BY(mutex_);
  std::map<Key, Tally> tallies_ RV_GUARDED_BY(mutex_);
  std::map<Key, Due> due_ RV_GUARDED_BY(mutex_);
  std::atomic<std::size_t> number_{0};  // of schemas
  std::atomic<std::uint64_t> generation_{0};

  // Writer thread.
  std::uint64_t seen_generation_ = 0;
  std::unordered_map<std::uint64_t, std::unordered_map<ngsi::NameId, ActivePtr>> by_name_;
};

}  // namespace

std::string_view name_of(Mode mode) { return mode == Mode::kReject ? "reject" : "mark"; }

std::optional<Mode> mode_named(std::string_view name) {
  if (name == "reject") return Mode::kReject;
  if (name == "mark") return Mode::kMark;
  return std::nullopt;
}

void Tally::add(Example example) {
  ++(example.taken ? marked : refused);
  last_at = example.at;
  count_rules(rules, example.violations);
  if (example.violations.size() > kExampleViolations) example.violations.resize(kExampleViolations);
  latest.push_front(std::move(example));
  if (latest.size() > kExamplesMax) latest.pop_back();
}

Result<std::unique_ptr<Schemas>> Schemas::open(const Needs& needs) {
  auto schemas = std::make_unique<StoredSchemas>(needs);
  RV_TRY(schemas->load());
  return schemas;
}

}  // namespace revier::validation
