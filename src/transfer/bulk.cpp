// SPDX-License-Identifier: EUPL-1.2
#include "transfer/bulk.h"

#include <algorithm>

#include "net/server.h"
#include "transfer/detail/asking.h"
#include "transfer/detail/pages.h"

namespace revier::transfer {
namespace {

constexpr std::size_t kSliceBytes = 64 * 1024;
constexpr int kAsksMax = 6;
constexpr Duration kPauseFirst = Duration::milliseconds(500);

Error why_stopped(const net::Response& response) {
  Error error{Code::kUnavailable, detail::reason_of(response.status, response.bytes()), {}};
  if (response.status == 401) error.code = Code::kUnauthenticated;
  if (response.status == 403) error.code = Code::kForbidden;
  if (response.status == 429) error.code = Code::kTooManyRequests;
  return error;
}

// Errors: the whole request was refused, or the program takes no writes now.
Task<Result<>> send_here(const Asker& asker, Importing& import, bool rest) {
  while (auto batch = import.next(rest)) {
    const net::Response response =
        co_await asker.send_patiently({.method = net::Method::kPost,
                                       .target = std::move(batch->target),
                                       .media = "application/ld+json",
                                       .body = std::move(batch->body)});
    const int status = response.status;
    if (status == 401 || status == 403 || detail::is_passing(status)) {
      co_return fail(why_stopped(response));
    }
    RV_CO_TRY(import.settle(status, response.bytes()));
  }
  co_return Result<>{};
}

}  // namespace

std::string link_of_context(std::string_view url) {
  return url.empty() ? std::string() : detail::context_link(url);
}

Asker::Asker(AskHere ask, const net::Request& from, std::string tenant)
    : ask_(std::move(ask)),
      tenant_(std::move(tenant)),
      host_(from.host),
      authority_(from.authority),
      client_address_(from.client_address),
      secure_(from.secure) {
  for (const std::string_view name : {"Authorization", "Cookie", "Origin", "Sec-Fetch-Site"}) {
    if (const auto value = from.header(name)) fields_.emplace_back(name, *value);
  }
  if (!tenant_.empty()) fields_.emplace_back("NGSILD-Tenant", tenant_);
}

void Asker::vouch() {
  std::erase_if(fields_, [](const auto& field) {
    return field.first == "Origin" || field.first == "Sec-Fetch-Site";
  });
  fields_.emplace_back("Sec-Fetch-Site", "same-origin");
}

Task<net::Response> Asker::send(Wish wish) const {
  const std::string length = std::to_string(wish.body.size());
  std::vector<net::Field> fields{{"Accept", wish.accept}};
  for (const auto& [name, value] : fields_) fields.push_back({name, value});
  if (!wish.context.empty()) fields.push_back({"Link", wish.context});
  if (!wish.media.empty()) {
    fields.push_back({"Content-Type", wish.media});
    fields.push_back({"Content-Length", length});
  }
  net::Request request;
  const std::string_view target = wish.target;
  request.method = wish.method;
  request.target = target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.fields = fields;
  request.body = wish.body;
  request.host = host_;
  request.authority = authority_;
  request.client_address = client_address_;
  request.secure = secure_;
  co_return co_await ask_(request);
}

Task<net::Response> Asker::send_patiently(Wish wish) const {
  Duration pause = kPauseFirst;
  for (int asks = 1;; ++asks) {
    net::Response response = co_await send(wish);
    if (!detail::is_passing(response.status) || asks == kAsksMax) co_return response;
    co_await net::sleep_for(pause);
    pause = Duration{pause.us * 2};
  }
}

Task<Report> import_text(const Asker& asker, ImportOptions options, std::string_view text) {
  Report report;
  options.format = Format::kNdjson;
  auto import = Importing::begin(std::move(options), [&report](const Reject& reject) -> Result<> {
    if (report.rejects.size() < kRejectsTold) report.rejects.push_back(reject);
    return {};
  });
  if (!import) {
    report.stopped = import.error();
    co_return report;
  }
  Result<> sent;
  for (bool last = false; !last && sent;) {
    const std::string_view part = text.substr(0, kSliceBytes);
    text.remove_prefix(part.size());
    last = part.empty();
    const Result<> read = last ? (*import)->finish() : (*import)->feed(part);
    sent = co_await send_here(asker, **import, last || !read);
    if (sent) sent = read;
    co_await net::yield_now();
  }
  report.done = (*import)->done();
  report.line = (*import)->line();
  if (!sent) report.stopped = sent.error();
  // As they stand in the file: some were refused when they were read, some by the broker.
  std::ranges::sort(report.rejects, {}, &Reject::number);
  co_return report;
}

}  // namespace revier::transfer
