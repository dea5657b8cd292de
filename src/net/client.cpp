// SPDX-License-Identifier: EUPL-1.2
// One thread that drives libcurl's multi interface.
#include "net/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <unistd.h>

#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/ascii.h"
#include "base/completion.h"
#include "base/log.h"
#include "net/detail/peers.h"

namespace revier::net {
namespace {

constexpr int kPollMs = 1'000;
constexpr std::size_t kReplyHeadersMax = 200;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

bool is_token(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || kSigns.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

const char* name_of(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
  }
  return "GET";
}

// One request under way. Its address is what libcurl's callbacks get: it does not move.
struct Transfer {
  Outgoing request;
  Client::Done done;
  const detail::Networks& allowed;
  Reply reply;
  std::size_t given = 0;  // bytes of the body
  bool refused_address = false;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> reason{};
  std::unique_ptr<curl_slist, FreeList> headers;
  std::unique_ptr<CURL, FreeEasy> easy;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& transfer = *static_cast<Transfer*>(target);
  std::string& body = transfer.reply.body;
  if (body.size() + size * count > transfer.request.reply_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  body.append(data, size * count);
  return size * count;
}

std::size_t give_body(char* into, std::size_t size, std::size_t count, void* source) {
  auto& transfer = *static_cast<Transfer*>(source);
  const std::string& body = transfer.request.body;
  const std::size_t bytes = std::min(size * count, body.size() - transfer.given);
  std::copy_n(body.data() + transfer.given, bytes, into);
  transfer.given += bytes;
  return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) {
  auto& transfer = *static_cast<Transfer*>(target);
  std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) transfer.reply.headers.clear();  // after 100 Continue
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && transfer.reply.headers.size() < kReplyHeadersMax) {
    transfer.reply.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return size * count;
}

std::optional<detail::Address> address_of(const curl_sockaddr& to) {
  char text[INET6_ADDRSTRLEN] = {};
  if (to.family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&to.addr);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
  } else if (to.family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&to.addr);
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
  }
  return detail::parse_address(text);
}

curl_socket_t open_socket(void* target, curlsocktype, curl_sockaddr* to) {
  auto& transfer = *static_cast<Transfer*>(target);
  const auto address = address_of(*to);
  if (!address || (detail::is_private(*address) && !transfer.allowed.contains(*address))) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

Result<> add_headers(Transfer& transfer) {
  const auto append = [&transfer](const std::string& line) {
    transfer.headers.reset(curl_slist_append(transfer.headers.release(), line.c_str()));
  };
  append("Expect:");
  for (const auto& [name, value] : transfer.request.headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return fail(Code::kBadRequestData, fmt::format("\"{}\" is no HTTP header", name));
    }
    append(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  return {};
}

Error error_of(const Transfer& transfer, CURLcode code) {
  const std::string& url = transfer.request.url;
  if (transfer.refused_address) {
    return {
        Code::kForbidden,
        fmt::format("{} is at a private address; the operator may allow it by outgoing.allow", url),
        {}};
  }
  if (transfer.too_large) return {Code::kTooLarge, "the answer is too large", {}};
  if (code == CURLE_OPERATION_TIMEDOUT) return {Code::kTimeout, "no answer in time", {}};
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT) {
    return {Code::kBadRequestData, "expected an http or https URL", {}};
  }
  const char* said = transfer.reason[0] != '\0' ? transfer.reason.data() : curl_easy_strerror(code);
  return {Code::kUnavailable, said, {}};
}

class CurlClient final : public Client {
 public:
  CurlClient(ClientOptions options, detail::Networks allowed, CURLM* multi)
      : options_(std::move(options)), allowed_(std::move(allowed)), multi_(multi) {
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      static_cast<long>(options_.connections_max));
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(options_.connections_a_host));
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections_max));
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    thread_ = std::thread([this] { work(); });
  }

  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  using Client::send;
  void send(Outgoing request, Done done) override {
    auto transfer = std::unique_ptr<Transfer>(new Transfer{
        std::move(request), std::move(done), allowed_, {}, 0, false, false, {}, {}, {}});
    if (!take_up()) {
      return transfer->done(fail(Code::kUnavailable, "too many requests under way"));
    }
    {
      const std::lock_guard lock(mutex_);
      arrived_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_.get());
  }

 private:
  // False when there are too many.
  bool take_up() {
    const std::lock_guard lock(mutex_);
    if (stopping_ || pending_ >= options_.pending_max) return false;
    ++pending_;
    return true;
  }

  void work() {
    while (begin_arrived()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr);
    }
    while (!active_.empty()) end(active_.begin()->first, CURLE_ABORTED_BY_CALLBACK);
  }

  // False at the end.
  bool begin_arrived() {
    std::deque<std::unique_ptr<Transfer>> arrived;
    bool stopping = false;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
      stopping = stopping_;
    }
    for (auto& transfer : arrived) {
      if (stopping) {
        answer(*transfer, fail(Code::kUnavailable, "the program ends"));
      } else if (const auto begun = begin(transfer); !begun) {
        answer(*transfer, fail(begun.error()));
      }
    }
    return !stopping;
  }

  // Takes the transfer when it begins.
  Result<> begin(std::unique_ptr<Transfer>& transfer) {
    RV_TRY(add_headers(*transfer));
    transfer->easy.reset(curl_easy_init());
    CURL* easy = transfer->easy.get();
    if (easy == nullptr) return fail(Code::kUnavailable, "no memory");
    set_options(easy, *transfer);
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
      return fail(Code::kUnavailable, "the request could not be started");
    }
    active_.emplace(easy, std::move(transfer));
    return {};
  }

  void set_options(CURL* easy, Transfer& transfer) const {
    const Outgoing& request = transfer.request;
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.deadline_ms));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name_of(request.method));
    if (request.method == Method::kHead) curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.reason.data());
    if (!options_.certificates_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, options_.certificates_file.c_str());
    }
    if (!request.body.empty() || request.method == Method::kPost) set_body(easy, transfer);
  }

  // By a callback that cannot go back: given the text, libcurl would send a request again by itself
  // when a kept connection ends before the answer. Whether to repeat is the caller's decision.
  static void set_body(CURL* easy, Transfer& transfer) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.request.body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
  }

  void end(CURL* easy, CURLcode code) {
    const auto at = active_.find(easy);
    const std::unique_ptr<Transfer> transfer = std::move(at->second);
    active_.erase(at);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi_.get(), easy);
    transfer->reply.status = static_cast<int>(status);
    if (code == CURLE_OK) {
      answer(*transfer, std::move(transfer->reply));
    } else {
      answer(*transfer, fail(error_of(*transfer, code)));
    }
  }

  void answer(Transfer& transfer, Result<Reply> result) {
    {
      const std::lock_guard lock(mutex_);
      --pending_;
    }
    transfer.done(std::move(result));
  }

  const ClientOptions options_;
  const detail::Networks allowed_;
  const std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> active_;  // the client's thread

  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> arrived_;
  std::size_t pending_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::string_view Reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

Result<std::unique_ptr<Client>> Client::open(ClientOptions options) {
  RV_ASSIGN(detail::Networks allowed, detail::Networks::parse(options.allowed));
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return fail(Code::kInternalError, "libcurl does not start");
  return std::make_unique<CurlClient>(std::move(options), std::move(allowed), multi);
}

Task<Result<Reply>> Client::send(Outgoing request) {
  Completion<Result<Reply>> completion;
  send(std::move(request),
       [&completion](Result<Reply> reply) { completion.set(std::move(reply)); });
  co_return co_await completion;
}

Result<Reply> Client::send_blocking(Outgoing request) {
  Completion<Result<Reply>> completion;
  send(std::move(request),
       [&completion](Result<Reply> reply) { completion.set(std::move(reply)); });
  return completion.wait();
}

}  // namespace revier::net
