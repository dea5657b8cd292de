// SPDX-License-Identifier: EUPL-1.2
#include "federation/sources.h"

#include <map>

#include <fmt/format.h>

#include "base/completion.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread_safety.h"
#include "context/gathered.h"
#include "federation/detail/merge.h"
#include "federation/detail/request.h"
#include "federation/detail/sharing.h"

namespace revier::federation {
namespace {

using detail::Question;

constexpr std::string_view kAliasKey = "federation.alias";

// Table 6.3.17-1.
enum class Warning : std::uint16_t { kInvalid = 111, kSilent = 199, kRefused = 299 };

// What one source has answered.
struct Heard {
  std::vector<detail::Part> parts;
  std::optional<Warning> warning;
  std::string reason;
};

class Sources final : public context::Distribution {
 public:
  explicit Sources(SourceNeeds needs) : needs_(std::move(needs)) {}

  bool any() const override { return needs_.registrations.any(); }

  Task<Result<Answer>> gather(const Ask& ask) override {
    RV_CO_ASSIGN(const auto matches, matching(ask));
    if (matches.empty()) co_return Answer{};
    const auto contexts = co_await contexts_of(matches);
    const std::vector<Question> questions =
        detail::questions_of({ask, matches, needs_.catalogue.core(), is_split(ask), contexts});
    if (questions.size() > needs_.options.requests_max) {
      co_return fail(Code::kTooComplexQuery,
                     fmt::format("it takes {} requests to other sources, more than {}",
                                 questions.size(), needs_.options.requests_max));
    }
    std::vector<Heard> heard = co_await ask_all(ask, questions);
    RV_CO_ASSIGN(auto gathered, context::Gathered::make(needs_.broker, ask.tenant));
    RV_CO_TRY(co_await take_local(ask, *gathered));
    Answer answer;
    for (const bool auxiliary : {false, true}) {
      for (std::size_t i = 0; i < questions.size(); ++i) {
        if ((questions[i].registration->mode == Mode::kAuxiliary) != auxiliary) continue;
        RV_CO_TRY(merge(heard[i], auxiliary, *gathered));
      }
    }
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (heard[i].warning) answer.warnings.push_back(warning_text(questions[i], heard[i]));
    }
    answer.broker = std::move(gathered);
    co_return answer;
  }

  Task<Result<Shared>> share(const Share& share) override {
    RV_CO_ASSIGN(const auto matches, matching(share));
    detail::Plan plan = detail::plan_of(share, matches);
    if (plan.deliveries.size() > needs_.options.requests_max) {
      co_return fail(Code::kTooComplexQuery,
                     fmt::format("it takes {} requests to other sources, more than {}",
                                 plan.deliveries.size(), needs_.options.requests_max));
    }
    std::vector<Match> all;
    for (const auto& some : matches) all.insert(all.end(), some.begin(), some.end());
    const auto contexts = co_await contexts_of(all);
    std::vector<std::unique_ptr<Completion<Result<net::Reply>>>> replies;
    for (const detail::Delivery& delivery : plan.deliveries) {
      replies.push_back(send(delivery, share, contexts));
    }
    for (std::size_t i = 0; i < plan.deliveries.size(); ++i) {
      detail::Delivery& delivery = plan.deliveries[i];
      Result<net::Reply> reply = co_await *replies[i];
      if (reply && reply->status == 409 && delivery.where_it_exists) {
        delivery.act = *delivery.where_it_exists;
        reply = co_await *send(delivery, share, contexts);
      }
      note_reply(*delivery.registration, reply);
      detail::add_outcomes(delivery, share, reply, plan.shared);
    }
    co_return std::move(plan.shared);
  }

 private:
  using Contexts = std::map<std::string, jsonld::ContextPtr>;

  // The registrations that each piece belongs to.
  Result<std::vector<std::vector<Match>>> matching(const Share& share) const {
    const std::vector<std::string> via = detail::via_of(share.request);
    const auto passed = [&via](const std::string& alias) {
      return std::ranges::find(via, alias) != via.end();
    };
    const bool back = passed(tenant_alias(needs_.alias, share.tenant));
    std::vector<std::vector<Match>> out;
    for (const Piece& piece : share.pieces) {
      Wanted wanted;
      wanted.selection.ids = {piece.id};
      for (const std::string& type : piece.types) {
        wanted.selection.type.append(wanted.selection.type.empty() ? "" : "|").append(type);
      }
      wanted.attributes = piece.attributes;
      RV_ASSIGN(auto matches,
                needs_.registrations.match(share.tenant, wanted, *needs_.catalogue.core()));
      std::erase_if(matches, [&](const Match& match) {
        const Registration& registration = *match.registration;
        return registration.mode == Mode::kAuxiliary ||
               (!registration.alias.empty() && passed(registration.alias));
      });
      if (back && !matches.empty()) {
        return fail(Code::kLoopDetected, "the request has been here before");
      }
      out.push_back(std::move(matches));
    }
    return out;
  }

  std::unique_ptr<Completion<Result<net::Reply>>> send(const detail::Delivery& delivery,
                                                       const Share& share,
                                                       const Contexts& contexts) {
    auto out = std::make_unique<Completion<Result<net::Reply>>>();
    if (cooling(*delivery.registration)) {
      out->set(fail(Code::kTimeout, "the source has failed a moment ago"));
      return out;
    }
    const auto own = contexts.find(delivery.registration->id);
    needs_.client.send(detail::outgoing_of(delivery, share, sending(share.request, share.tenant),
                                           own == contexts.end() ? nullptr : own->second),
                       [&reply = *out](Result<net::Reply> got) { reply.set(std::move(got)); });
    return out;
  }

  void note_reply(const Registration& registration, const Result<net::Reply>& reply) {
    const bool failed = !reply || reply->status >= 500;
    std::string reason;
    if (failed)
      reason = reply ? fmt::format("it answered {}", reply->status) : reply.error().message;
    note(registration, failed, reason);
  }

  bool is_split(const Ask& ask) const {
    return ask.split_entities.value_or(needs_.options.split_entities);
  }

  // Registrations that are to be asked.
  Result<std::vector<Match>> matching(const Ask& ask) const {
    const std::vector<std::string> via = detail::via_of(ask.request);
    const auto passed = [&via](const std::string& alias) {
      return std::ranges::find(via, alias) != via.end();
    };
    if (passed(tenant_alias(needs_.alias, ask.tenant)))
      return std::vector<Match>{};  // it comes back to us
    Wanted wanted;
    wanted.selection.ids = ask.selection.ids;
    wanted.selection.id_pattern = ask.selection.id_pattern;
    wanted.selection.type = ask.selection.type;
    wanted.selection.q = ask.request.query_param("csf").value_or("");
    wanted.attributes = ask.attributes;
    wanted.dataset_ids = ask.dataset_ids;
    RV_ASSIGN(auto matches, needs_.registrations.match(ask.tenant, wanted, *ask.context));
    std::erase_if(matches, [&](const Match& match) {
      const Registration& registration = *match.registration;
      return (registration.operations & kReading) == 0 ||
             (!registration.alias.empty() && passed(registration.alias));
    });
    return matches;
  }

  // jsonldContext of contextSourceInfo. A source whose context cannot be had is told full names.
  Task<Contexts> contexts_of(const std::vector<Match>& matches) const {
    Contexts out;
    for (const Match& match : matches) {
      for (const KeyValue& pair : match.registration->source_info) {
        if (pair.key != "jsonldContext") continue;
        auto context = needs_.catalogue.resolve_url(pair.value);
        for (int tries = 0; tries < 4 && lacks(context); ++tries) {
          co_await needs_.contexts->get(context.error().field);
          context = needs_.catalogue.resolve_url(pair.value);
        }
        out.emplace(match.registration->id, context ? *context : needs_.catalogue.core());
      }
    }
    co_return out;
  }

  // It failed for an @context that can be had.
  bool lacks(const auto& result) const {
    return !result && result.error().code == Code::kLdContextNotAvailable &&
           needs_.contexts != nullptr && needs_.contexts->can_get(result.error().field);
  }

  // Side by side; each answers or fails in bounded time.
  Task<std::vector<Heard>> ask_all(const Ask& ask, const std::vector<Question>& questions) {
    std::vector<std::unique_ptr<Completion<Result<net::Reply>>>> replies;
    for (const Question& question : questions) {
      auto& reply = *replies.emplace_back(std::make_unique<Completion<Result<net::Reply>>>());
      if (cooling(*question.registration)) {
        reply.set(fail(Code::kTimeout, "the source has failed a moment ago"));
        continue;
      }
      needs_.client.send(detail::outgoing_of(question, sending(ask.request, ask.tenant), 0),
                         [&reply](Result<net::Reply> got) { reply.set(std::move(got)); });
    }
    std::vector<Heard> heard(questions.size());
    std::size_t entities = 0;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const Result<net::Reply> first = co_await *replies[i];
      heard[i] = co_await hear(ask, questions[i], first, entities);
    }
    co_return heard;
  }

  detail::Sending sending(const net::Request& request, std::string_view tenant) const {
    return {request, tenant_alias(needs_.alias, tenant), needs_.options.timeout_ms,
            needs_.options.reply_bytes_max};
  }

  // The first page and those that follow it. `entities` counts what all sources have sent.
  Task<Heard> hear(const Ask& ask, const Question& question, Result<net::Reply> reply,
                   std::size_t& entities) {
    Heard heard;
    for (std::size_t offset = 0;; offset += detail::kPageEntities) {
      const std::size_t before = heard.parts.size();
      co_await read(question, reply, heard);
      const std::size_t page = heard.parts.size() - before;
      if (ask.operation == Operation::kRetrieve) keep_only(ask.selection.ids.front(), heard);
      entities += page;
      note(*question.registration, heard.warning.has_value(), heard.reason);
      const bool more =
          ask.operation != Operation::kRetrieve && !heard.warning && page >= detail::kPageEntities;
      if (!more) co_return heard;
      if (entities > needs_.options.entities_max) {
        heard.warning = Warning::kInvalid;
        heard.reason = "more entities than are taken";
        co_return heard;
      }
      reply = co_await needs_.client.send(detail::outgoing_of(
          question, sending(ask.request, ask.tenant), offset + detail::kPageEntities));
    }
  }

  static void keep_only(std::string_view id, Heard& heard) {
    std::erase_if(heard.parts, [id](const detail::Part& part) { return part.fragment.id != id; });
  }

  void note(const Registration& registration, bool failed, const std::string& reason) {
    needs_.registrations.count(registration, failed);
    if (!failed) return;
    log_event(Level::kWarn, "federation.source_failed",
              {{"registration", registration.id}, {"reason", reason}});
    if (registration.management.cooldown_ms <= 0) return;
    const Lock lock(mutex_);
    cool_until_us_[registration.endpoint] =
        monotonic_us() + registration.management.cooldown_ms * 1'000;
  }

  bool cooling(const Registration& registration) {
    const Lock lock(mutex_);
    const auto found = cool_until_us_.find(registration.endpoint);
    if (found == cool_until_us_.end()) return false;
    if (monotonic_us() < found->second) return true;
    cool_until_us_.erase(found);
    return false;
  }

  // One reply into `heard`.
  Task<> read(const Question& question, const Result<net::Reply>& reply, Heard& heard) const {
    const auto warn = [&heard](Warning warning, std::string reason) {
      heard.warning = warning;
      heard.reason = std::move(reason);
    };
    if (!reply) {
      const bool large = reply.error().code == Code::kTooLarge;
      warn(large ? Warning::kInvalid : Warning::kSilent, reply.error().message);
      co_return;
    }
    if (reply->status == 404) co_return;  // it has nothing
    if (reply->status != 200) {
      warn(Warning::kRefused, fmt::format("it answered {}", reply->status));
      co_return;
    }
    for (int tries = 0; tries < 8; ++tries) {
      auto parts = detail::parts_of(question, *reply, needs_.catalogue);
      if (parts) {
        std::ranges::move(*parts, std::back_inserter(heard.parts));
        co_return;
      }
      if (!lacks(parts)) {
        warn(Warning::kInvalid, parts.error().message);
        co_return;
      }
      co_await needs_.contexts->get(parts.error().field);
    }
    warn(Warning::kInvalid, "its @contexts cannot be had");
  }

  // What is here and may belong to the answer: all that the filters could take once others have
  // added to it.
  Task<Result<>> take_local(const Ask& ask, context::Gathered& gathered) const {
    ngsi::Selection selection = ask.selection;
    if (is_split(ask)) {
      selection = {};
      selection.ids = ask.selection.ids;
      selection.id_pattern = ask.selection.id_pattern;
      selection.type = ask.selection.type;
      selection.any_of = ask.selection.any_of;
    }
    const ngsi::Names& names = needs_.broker.names(ask.tenant);
    RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *ask.context));
    context::Page page{.limit = needs_.broker.options().limit_max};
    for (bool more = true; more; page.offset += page.limit) {
      RV_CO_ASSIGN(context::Found found, co_await needs_.broker.query(ask.tenant, predicate, page));
      for (ngsi::EntityPtr& entity : found.entities) gathered.put(std::move(entity));
      more = found.more;
      if (more && gathered.size() > needs_.options.entities_max) {
        co_return fail(Code::kTooManyResults,
                       "the query takes in too many entities for other sources to be asked; narrow "
                       "it down, or ask with local=true");
      }
    }
    co_return Result<>{};
  }

  Result<> merge(Heard& heard, bool auxiliary, context::Gathered& gathered) const {
    const Instant now = needs_.civil_clock.now();
    for (detail::Part& part : heard.parts) {
      ngsi::EntityPtr known = gathered.gathered(part.fragment.id);
      auto merged =
          detail::merged(gathered.own_names(), std::move(known), std::move(part), {auxiliary, now});
      if (!merged) {
        heard.warning = Warning::kInvalid;
        heard.reason = merged.error().message;
        continue;
      }
      gathered.put(*std::move(merged));
    }
    return {};
  }

  // "199 host \"reason\"" (RFC 7234, 5.5), without what the source itself has said.
  static std::string warning_text(const Question& question, const Heard& heard) {
    std::string_view text = "Miscellaneous Warning";
    if (heard.warning == Warning::kInvalid) text = "Revalidation Failed";
    if (heard.warning == Warning::kRefused) text = "Miscellaneous Persistent Warning";
    return fmt::format("{} - \"{}: {}\"", static_cast<int>(*heard.warning), text,
                       question.registration->id);
  }

  const SourceNeeds needs_;
  Mutex mutex_;
  std::map<std::string, std::int64_t> cool_until_us_ RV_GUARDED_BY(mutex_);  // by endpoint
};

}  // namespace

std::unique_ptr<context::Distribution> make_sources(SourceNeeds needs) {
  return std::make_unique<Sources>(std::move(needs));
}

std::string tenant_alias(std::string_view alias, std::string_view tenant) {
  std::string out(alias);
  if (!tenant.empty()) out.append(".").append(tenant);
  return out;
}

Result<std::string> own_alias(store::Store& store) {
  if (auto known = store.get(store::Column::kMeta, kAliasKey)) return known;
  SystemRandom random;
  std::string alias = "revier-" + random_id(random);
  RV_TRY(store.writer().run_blocking([&](store::Batch& batch) -> Result<> {
    batch.put(store::Column::kMeta, kAliasKey, alias);
    return {};
  }));
  return alias;
}

}  // namespace revier::federation
