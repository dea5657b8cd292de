// SPDX-License-Identifier: EUPL-1.2
// The way to the sources, which all that is asked of them shares: who matches, loops, rests after
// failures, counters, @contexts, warnings (4.3.6.4 to 4.3.6.6, 6.3.17 to 6.3.19).
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/completion.h"
#include "base/thread_safety.h"
#include "federation/detail/request.h"
#include "federation/sources.h"

namespace revier::federation::detail {

// Table 6.3.17-1.
enum class Warning : std::uint16_t { kInvalid = 111, kSilent = 199, kRefused = 299 };

using Contexts = std::map<std::string, jsonld::ContextPtr>;  // by registration: jsonldContext
struct Reply : Completion<Result<net::Reply>> {
  bool kept = false;  // it was had before, and nobody was asked
};

// Replies that registrations allow to be told again for a while (management.cacheDuration, 5.2.34),
// the first to end go first where there are too many bytes of them.
class KeptReplies {
 public:
  // Nothing where there is none, or not any more.
  [[nodiscard]] std::optional<net::Reply> find(const std::string& question);
  void keep(const std::string& question, const net::Reply& reply, std::int64_t for_ms);

 private:
  struct Kept {
    net::Reply reply;
    std::int64_t until_us = 0;
  };
  using All = std::map<std::string, Kept>;
  void erase(All::iterator at) RV_REQUIRES(mutex_);

  Mutex mutex_;
  All all_ RV_GUARDED_BY(mutex_);
  std::size_t bytes_ RV_GUARDED_BY(mutex_) = 0;
};

class Channel {
 public:
  explicit Channel(const SourceNeeds& needs) : needs_(needs) {}

  struct Found {
    std::vector<Match> matches;
    bool back = false;  // this server stands in Via: the request has been here before
  };
  // Registrations that match and that the request has not passed.
  [[nodiscard]] Result<Found> find(const std::string& tenant, const net::Request& request,
                                   const Wanted& wanted, const jsonld::Context& context) const;
  // Errors: kTooComplexQuery.
  [[nodiscard]] Result<> check_number(std::size_t requests) const;

  // jsonldContext of contextSourceInfo. A source whose context cannot be had is told full names.
  [[nodiscard]] Task<Contexts> contexts_of(const std::vector<Match>& matches) const;
  // True where the error is of an @context that get_context() may bring.
  [[nodiscard]] bool lacks(const Error& error) const;
  [[nodiscard]] Task<> get_context(std::string url) const;

  [[nodiscard]] Sending sending(const net::Request& request, std::string_view tenant) const;
  // Errors of the reply: kTimeout also where the source rests.
  [[nodiscard]] std::unique_ptr<Reply> send(const Registration& registration, net::Outgoing out);
  // The same for what reads.
  [[nodiscard]] std::unique_ptr<Reply> ask(const Registration& registration, net::Outgoing out);
  // Counts a request; one that failed makes the source rest as its registration wants, if it
  // `rests`.
  void note(const Registration& registration, bool failed, const std::string& reason,
            bool rests = true);
  void note_reply(const Registration& registration, const Result<net::Reply>& reply);

 private:
  [[nodiscard]] bool cooling(const Registration& registration);

  const SourceNeeds& needs_;
  const std::shared_ptr<KeptReplies> kept_ = std::make_shared<KeptReplies>();
  Mutex mutex_;
  struct Rest {
    Instant of;  // when its registration was changed: one that is changed is asked again
    std::int64_t until_us = 0;
  };
  // By tenant and registration: nobody makes a source of others rest.
  std::map<std::pair<std::string, std::string>, Rest> resting_ RV_GUARDED_BY(mutex_);
};

// Whether a source that failed so is to be left alone for a while: not where it refused this one
// request (4xx but 429), or said more than is taken. Else whoever asks could make it rest for all.
[[nodiscard]] bool wants_rest(const Result<net::Reply>& reply);

// Why a reply cannot be used; nullopt: it can, or there is nothing (404).
struct Failure {
  Warning warning = Warning::kRefused;
  std::string reason;
};
[[nodiscard]] std::optional<Failure> failure_of(const Result<net::Reply>& reply);

// "199 - \"reason\"" (RFC 7234, 5.5), without what the source itself has said.
[[nodiscard]] std::string warning_text(const Registration& registration, Warning warning);

}  // namespace revier::federation::detail
