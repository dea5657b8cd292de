// SPDX-License-Identifier: EUPL-1.2
#include "federation/sources.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/random.h"
#include "context/gathered.h"
#include "federation/detail/channel.h"
#include "federation/detail/listing.h"
#include "federation/detail/mapping.h"
#include "federation/detail/merge.h"
#include "federation/detail/purging.h"
#include "federation/detail/request.h"
#include "federation/detail/sharing.h"

namespace revier::federation {
namespace {

using detail::Channel;
using detail::Contexts;
using detail::Question;
using detail::Warning;

constexpr std::string_view kAliasKey = "federation.alias";

// What one source has answered.
struct Heard {
  std::vector<detail::Part> parts;
  std::optional<Warning> warning;
  std::string reason;
  context::Distribution::Relinked relinked;
};

class Sources final : public context::Distribution {
 public:
  explicit Sources(SourceNeeds needs) : needs_(std::move(needs)), channel_(needs_) {}

  bool any() const override { return needs_.registrations.any(); }

  Task<Result<Answer>> gather(const Ask& ask) override {
    RV_CO_ASSIGN(auto matches, matching(ask, kReading, std::nullopt));
    Answer answer;
    RV_CO_ASSIGN(Told told, co_await tell(ask, std::move(matches), nullptr, answer));
    if (told.questions.empty()) co_return answer;
    RV_CO_ASSIGN(auto gathered, context::Gathered::make(needs_.broker, ask.tenant));
    RV_CO_TRY(co_await take_local(ask, *gathered));
    for (const bool auxiliary : {false, true}) {
      for (std::size_t i = 0; i < told.questions.size(); ++i) {
        const Registration& registration = *told.questions[i].registration;
        if ((registration.mode == Mode::kAuxiliary) != auxiliary) continue;
        add_origins(told.heard[i], registration.id, answer.origins);
        RV_CO_TRY(merge(told.heard[i], auxiliary, *gathered));
      }
    }
    add_rest(told, answer);
    answer.broker = std::move(gathered);
    co_return answer;
  }

  Task<Result<Recalled>> recall(const Recall& recall) override {
    const Ask& ask = recall.ask;
    Wanted::Times times{{recall.from, recall.to}, recall.by_observation};
    RV_CO_ASSIGN(auto matches, matching(ask, kRecalling, times));
    Recalled out;
    RV_CO_ASSIGN(Told told, co_await tell(ask, std::move(matches), &recall.time, out));
    for (const bool auxiliary : {false, true}) {
      for (std::size_t i = 0; i < told.questions.size(); ++i) {
        const Registration& registration = *told.questions[i].registration;
        if ((registration.mode == Mode::kAuxiliary) != auxiliary) continue;
        add_origins(told.heard[i], registration.id, out.origins);
        for (detail::Part& part : told.heard[i].parts) {
          out.evolutions.push_back(
              {std::move(part.fragment), part.times, std::move(part.attribute_times), auxiliary});
        }
      }
    }
    add_rest(told, out);
    co_return out;
  }

  Task<Result<Shared>> share(const Share& share) override {
    RV_CO_ASSIGN(const auto matches, matching(share));
    detail::Plan plan = detail::plan_of(share, matches);
    RV_CO_TRY(channel_.check_number(plan.deliveries.size()));
    std::vector<Match> all;
    for (const auto& some : matches) all.insert(all.end(), some.begin(), some.end());
    const auto contexts = co_await channel_.contexts_of(all);
    std::vector<std::unique_ptr<detail::Reply>> replies;
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
      channel_.note_reply(*delivery.registration, reply);
      detail::add_outcomes(delivery, share, reply, plan.shared);
    }
    co_return std::move(plan.shared);
  }

  Task<Result<std::vector<Purged>>> purge(const Purge& purge) override {
    return detail::purge(channel_, needs_, purge);
  }
  Task<Result<Facts>> inquire(const Inquiry& inquiry) override {
    return detail::inquire(channel_, needs_, inquiry);
  }

 private:
  // The registrations that each piece belongs to.
  Result<std::vector<std::vector<Match>>> matching(const Share& share) const {
    std::vector<std::vector<Match>> out;
    for (const Piece& piece : share.pieces) {
      Wanted wanted;
      wanted.selection.ids = {piece.id};
      for (const std::string& type : piece.types) {
        wanted.selection.type.append(wanted.selection.type.empty() ? "" : "|").append(type);
      }
      wanted.attributes = piece.attributes;
      wanted.any_times = share.act >= Act::kUpsertHistory && share.act <= Act::kDeleteHistory;
      RV_ASSIGN(auto found,
                channel_.find(share.tenant, share.request, wanted, *needs_.catalogue.core()));
      std::erase_if(found.matches, [&](const Match& match) {
        return match.registration->mode == Mode::kAuxiliary;
      });
      if (found.back && !found.matches.empty()) {
        return fail(Code::kLoopDetected, "the request has been here before");
      }
      out.push_back(std::move(found.matches));
    }
    return out;
  }

  std::unique_ptr<detail::Reply> send(const detail::Delivery& delivery, const Share& share,
                                      const Contexts& contexts) {
    const auto own = contexts.find(delivery.registration->id);
    return channel_.send(
        *delivery.registration,
        detail::outgoing_of(delivery, share, channel_.sending(share.request, share.tenant),
                            own == contexts.end() ? nullptr : own->second));
  }

  bool is_split(const Ask& ask) const {
    return ask.split_entities.value_or(needs_.options.split_entities);
  }

  // Registrations that are to be asked.
  Result<std::vector<Match>> matching(const Ask& ask, Operations needed,
                                      std::optional<Wanted::Times> times) const {
    Wanted wanted;
    wanted.times = times;
    wanted.selection.ids = ask.selection.ids;
    wanted.selection.id_pattern = ask.selection.id_pattern;
    wanted.selection.type = ask.selection.type;
    wanted.selection.q = ask.csf;
    wanted.attributes = ask.attributes;
    wanted.dataset_ids = ask.dataset_ids;
    RV_ASSIGN(auto found, channel_.find(ask.tenant, ask.request, wanted, *ask.context));
    if (found.back) return std::vector<Match>{};  // it comes back to us
    std::erase_if(found.matches, [&](const Match& match) {
      return (match.registration->operations & needed) == 0 ||
             (ask.known != nullptr && !knows(*ask.known, match.registration->id));
    });
    return std::move(found.matches);
  }

  // What sources that make no maps have answered.
  struct Told {
    std::vector<Question> questions;
    std::vector<Heard> heard;  // beside them
  };

  // Asks those that match: for maps of a query where these are wanted, else for what they have.
  Task<Result<Told>> tell(const Ask& ask, std::vector<Match> matches,
                          const std::vector<std::pair<std::string, std::string>>* time,
                          Report& report) {
    Told told;
    if (matches.empty()) co_return told;
    const auto contexts = co_await channel_.contexts_of(matches);
    const detail::Asking asking{ask,           matches,  needs_.catalogue.core(),
                                is_split(ask), contexts, time};
    if (ask.maps_wanted && ask.operation != Operation::kRetrieve) {
      RV_CO_ASSIGN(matches,
                   co_await detail::map_at_sources(channel_, needs_.options, asking, report));
    }
    told.questions = detail::questions_of(asking);
    RV_CO_TRY(channel_.check_number(told.questions.size()));
    told.heard = co_await ask_all(ask, told.questions);
    co_return told;
  }

  static void add_rest(Told& told, Report& report) {
    for (std::size_t i = 0; i < told.questions.size(); ++i) {
      const Heard& heard = told.heard[i];
      if (heard.warning) {
        report.warnings.push_back(
            detail::warning_text(*told.questions[i].registration, *heard.warning));
      }
      for (const auto& [registration, link] : heard.relinked) {
        report.relinked.insert_or_assign(registration, link);
      }
    }
  }

  static bool knows(const Distribution::Origins& known, const std::string& registration) {
    return std::ranges::any_of(known, [&registration](const auto& one) {
      return std::ranges::find(one.second, registration) != one.second.end();
    });
  }

  // Side by side; each answers or fails in bounded time.
  Task<std::vector<Heard>> ask_all(const Ask& ask, const std::vector<Question>& questions) {
    std::vector<std::unique_ptr<detail::Reply>> replies;
    const detail::Sending sending = channel_.sending(ask.request, ask.tenant);
    for (const Question& question : questions) {
      replies.push_back(
          channel_.ask(*question.registration, detail::outgoing_of(question, sending, {})));
    }
    std::vector<Heard> heard(questions.size());
    Taken taken;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      heard[i] = co_await hear(ask, questions[i], std::move(replies[i]), taken);
    }
    co_return heard;
  }

  // What all sources of one request have sent.
  struct Taken {
    std::size_t entities = 0;
    std::size_t bytes = 0;
  };

  // The first page and those that follow it.
  Task<Heard> hear(const Ask& ask, Question question, std::unique_ptr<detail::Reply> asked,
                   Taken& taken) {
    Heard heard;
    const std::size_t page = detail::page_size(question);
    detail::PageStart start;
    while (true) {
      const Result<net::Reply> reply = co_await *asked;
      if (detail::refuses_maps(question, reply)) {
        channel_.note(*question.registration, false, "");
        if (question.linked != nullptr) heard.relinked[question.registration->id] = std::nullopt;
        question = detail::without_maps(std::move(question));
        asked = channel_.ask(
            *question.registration,
            detail::outgoing_of(question, channel_.sending(ask.request, ask.tenant), start));
        continue;
      }
      if (reply) {
        taken.bytes += reply->body.size();
        detail::note_link(question, *reply, heard.relinked);
      }
      const std::size_t entities = co_await read(question, reply, heard);
      if (ask.operation == Operation::kRetrieve) keep_only(ask.selection.ids.front(), heard);
      taken.entities += entities;
      if (!asked->kept) {
        channel_.note(*question.registration, heard.warning.has_value(), heard.reason,
                      detail::wants_rest(reply));
      }
      if (reply && reply->status == 206 && !heard.warning) {
        heard.warning = Warning::kInvalid;
        heard.reason = "it told of a part of the time only";
      }
      const bool full = ask.operation != Operation::kRetrieve && !heard.warning && entities >= page;
      if (!full || !move_on(*reply, page, start)) co_return heard;
      if (taken.entities > needs_.options.entities_max || taken.bytes > needs_.options.bytes_max) {
        heard.warning = Warning::kInvalid;
        heard.reason = "more than is taken";
        co_return heard;
      }
      asked = channel_.ask(
          *question.registration,
          detail::outgoing_of(question, channel_.sending(ask.request, ask.tenant), start));
    }
  }

  // To the next page; false where the source says that there is none. One that has told us where to
  // go on once, since it takes no offset so far out, is not asked by offset again.
  static bool move_on(const net::Reply& reply, std::size_t page, detail::PageStart& start) {
    std::string next = detail::next_query(reply);
    if (next.empty() && !start.query.empty()) return false;
    start.offset += page;
    start.query = std::move(next);
    return true;
  }

  static void keep_only(std::string_view id, Heard& heard) {
    std::erase_if(heard.parts, [id](const detail::Part& part) { return part.fragment.id != id; });
  }

  // One reply into `heard`; how many entities it held.
  Task<std::size_t> read(const Question& question, const Result<net::Reply>& reply,
                         Heard& heard) const {
    const auto warn = [&heard](Warning warning, std::string reason) {
      heard.warning = warning;
      heard.reason = std::move(reason);
    };
    if (auto failure = detail::failure_of(reply)) {
      warn(failure->warning, std::move(failure->reason));
      co_return 0;
    }
    if (reply->status == 404) co_return 0;  // it has nothing
    for (int tries = 0; tries < 8; ++tries) {
      auto parts = detail::parts_of(question, *reply, needs_.catalogue);
      if (parts) {
        std::ranges::move(parts->parts, std::back_inserter(heard.parts));
        co_return parts->entities;
      }
      if (!channel_.lacks(parts.error())) {
        warn(Warning::kInvalid, parts.error().message);
        co_return 0;
      }
      co_await channel_.get_context(parts.error().field);
    }
    warn(Warning::kInvalid, "its @contexts cannot be had");
    co_return 0;
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

  static void add_origins(const Heard& heard, const std::string& registration, Origins& origins) {
    for (const detail::Part& part : heard.parts) {
      auto& sources = origins[part.fragment.id];
      if (std::ranges::find(sources, registration) == sources.end()) {
        sources.push_back(registration);
      }
    }
  }

  Result<> merge(Heard& heard, bool auxiliary, context::Gathered& gathered) const {
    const Instant now = needs_.civil_clock.now();
    for (detail::Part& part : heard.parts) {
      const auto& expires = part.fragment.expires_at.value;
      if (expires && *expires <= now) continue;  // 5.7.2.4
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

  const SourceNeeds needs_;
  Channel channel_;
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
