// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/channel.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"

namespace revier::federation::detail {
namespace {

constexpr std::size_t kKeptBytesMax = std::size_t{32} << 20;

// All that an answer may depend on.
std::string question_text(const Registration& registration, const net::Outgoing& out) {
  std::string text = registration.id;
  text.append("\n").append(registration.tenant).append("\n").append(out.url).append("\n");
  for (const auto& [name, value] : out.headers) {
    text.append(name).append(": ").append(value).append("\n");
  }
  return text.append(out.body);
}

std::size_t size_of(const std::string& question, const net::Reply& reply) {
  return question.size() + reply.body.size();
}

}  // namespace

std::optional<net::Reply> KeptReplies::find(const std::string& question) {
  const Lock lock(mutex_);
  const auto found = all_.find(question);
  if (found == all_.end()) return std::nullopt;
  if (monotonic_us() < found->second.until_us) return found->second.reply;
  erase(found);
  return std::nullopt;
}

void KeptReplies::keep(const std::string& question, const net::Reply& reply, std::int64_t for_ms) {
  if (size_of(question, reply) > kKeptBytesMax) return;
  const Lock lock(mutex_);
  if (const auto known = all_.find(question); known != all_.end()) erase(known);
  bytes_ += size_of(question, reply);
  all_.emplace(question, Kept{reply, monotonic_us() + for_ms * 1'000});
  while (bytes_ > kKeptBytesMax) {
    erase(std::ranges::min_element(all_, {}, [](const auto& one) { return one.second.until_us; }));
  }
}

void KeptReplies::erase(All::iterator at) {
  bytes_ -= size_of(at->first, at->second.reply);
  all_.erase(at);
}

Result<Channel::Found> Channel::find(const std::string& tenant, const net::Request& request,
                                     const Wanted& wanted, const jsonld::Context& context) const {
  const std::vector<std::string> via = via_of(request);
  const auto passed = [&via](const std::string& alias) {
    return std::ranges::find(via, alias) != via.end();
  };
  Found out;
  out.back = passed(tenant_alias(needs_.alias, tenant));
  RV_ASSIGN(out.matches, needs_.registrations.match(tenant, wanted, context));
  std::erase_if(out.matches, [&](const Match& match) {
    const std::string& alias = match.registration->alias;
    return !alias.empty() && passed(alias);
  });
  return out;
}

Result<> Channel::check_number(std::size_t requests) const {
  if (requests <= needs_.options.requests_max) return {};
  return fail(Code::kTooComplexQuery,
              fmt::format("it takes {} requests to other sources, more than {}", requests,
                          needs_.options.requests_max));
}

Task<Contexts> Channel::contexts_of(const std::vector<Match>& matches) const {
  Contexts out;
  for (const Match& match : matches) {
    for (const KeyValue& pair : match.registration->source_info) {
      if (pair.key != "jsonldContext") continue;
      auto context = needs_.catalogue.resolve_url(pair.value);
      for (int tries = 0; tries < 4 && !context && lacks(context.error()); ++tries) {
        co_await get_context(context.error().field);
        context = needs_.catalogue.resolve_url(pair.value);
      }
      out.emplace(match.registration->id, context ? *context : needs_.catalogue.core());
    }
  }
  co_return out;
}

bool Channel::lacks(const Error& error) const {
  return error.code == Code::kLdContextNotAvailable && needs_.contexts != nullptr &&
         needs_.contexts->can_get(error.field);
}

Task<> Channel::get_context(std::string url) const {
  co_await needs_.contexts->get(std::move(url));
}

Sending Channel::sending(const net::Request& request, std::string_view tenant) const {
  return {request, tenant_alias(needs_.alias, tenant), needs_.options.timeout_ms,
          needs_.options.reply_bytes_max, needs_.options.copies_authorization};
}

std::unique_ptr<Reply> Channel::send(const Registration& registration, net::Outgoing out) {
  auto reply = std::make_unique<Reply>();
  if (cooling(registration)) {
    reply->set(fail(Code::kTimeout, "the source has failed a moment ago"));
    return reply;
  }
  needs_.client.send(std::move(out),
                     [&to = *reply](Result<net::Reply> got) { to.set(std::move(got)); });
  return reply;
}

std::unique_ptr<Reply> Channel::ask(const Registration& registration, net::Outgoing out) {
  const std::int64_t cache_ms = registration.management.cache_ms;
  if (cache_ms == 0) return send(registration, std::move(out));
  std::string question = question_text(registration, out);
  if (auto kept = kept_->find(question)) {
    auto reply = std::make_unique<Reply>();
    reply->kept = true;
    reply->set(*std::move(kept));
    return reply;
  }
  auto reply = std::make_unique<Reply>();
  if (cooling(registration)) {
    reply->set(fail(Code::kTimeout, "the source has failed a moment ago"));
    return reply;
  }
  needs_.client.send(std::move(out), [&to = *reply, kept = kept_, question = std::move(question),
                                      cache_ms](Result<net::Reply> got) {
    if (got && !failure_of(got)) kept->keep(question, *got, cache_ms);
    to.set(std::move(got));
  });
  return reply;
}

void Channel::note(const Registration& registration, bool failed, const std::string& reason,
                   bool rests) {
  needs_.registrations.count(registration, failed);
  if (!failed) return;
  log_event(Level::kWarn, "federation.source_failed",
            {{"registration", registration.id}, {"reason", reason}});
  if (!rests || registration.management.cooldown_ms <= 0) return;
  const std::int64_t now = monotonic_us();
  const Lock lock(mutex_);
  std::erase_if(resting_, [now](const auto& one) { return one.second.until_us <= now; });
  Rest& rest = resting_[{registration.tenant, registration.id}];
  // Who is not asked since it rests does not rest longer for that.
  if (rest.until_us > now && rest.of == registration.modified_at) return;
  rest = {registration.modified_at, now + registration.management.cooldown_ms * 1'000};
}

void Channel::note_reply(const Registration& registration, const Result<net::Reply>& reply) {
  const bool failed = !reply || reply->status >= 500;
  std::string reason;
  if (failed) reason = reply ? fmt::format("it answered {}", reply->status) : reply.error().message;
  note(registration, failed, reason, wants_rest(reply));
}

bool Channel::cooling(const Registration& registration) {
  const Lock lock(mutex_);
  const auto found = resting_.find({registration.tenant, registration.id});
  return found != resting_.end() && found->second.of == registration.modified_at &&
         monotonic_us() < found->second.until_us;
}

bool wants_rest(const Result<net::Reply>& reply) {
  if (!reply) return reply.error().code != Code::kTooLarge;
  return reply->status < 400 || reply->status >= 500 || reply->status == 429;
}

std::optional<Failure> failure_of(const Result<net::Reply>& reply) {
  if (!reply) {
    const bool large = reply.error().code == Code::kTooLarge;
    return Failure{large ? Warning::kInvalid : Warning::kSilent, reply.error().message};
  }
  if (reply->status == 404 || (reply->status >= 200 && reply->status <= 206)) return std::nullopt;
  return Failure{Warning::kRefused, fmt::format("it answered {}", reply->status)};
}

std::string warning_text(const Registration& registration, Warning warning) {
  std::string_view text = "Miscellaneous Warning";
  if (warning == Warning::kInvalid) text = "Revalidation Failed";
  if (warning == Warning::kRefused) text = "Miscellaneous Persistent Warning";
  return fmt::format("{} - \"{}: {}\"", static_cast<int>(warning), text, registration.id);
}

}  // namespace revier::federation::detail
