// SPDX-License-Identifier: EUPL-1.2
// HTTP as handlers see it: Request, Response, Router. No Asio, no Beast.
//
// A handler is a plain function of the request, or a Task where it has to wait (a durable commit,
// the pool). It runs on the io thread of its connection and must not block.
//
// Thread safety: a Router is filled before the server starts and is constant afterwards. A Request
// belongs to its handler until the answer is given; its views live as long.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace revier::net {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
[[nodiscard]] std::string_view to_string(Method method);

struct Field {
  std::string_view name;  // as sent; compare with equals_ignoring_case
  std::string_view value;
};

class Request {
 public:
  Method method = Method::kGet;
  std::string_view target;  // origin form, as sent
  std::string_view path;    // target up to '?', not decoded
  std::string_view query;   // after '?', not decoded, may be empty
  std::span<const Field> fields;
  std::string_view body;
  std::string_view host;       // checked against server.names; without port
  std::string_view authority;  // the same with its port, as the client wrote it
  std::string client_address;  // behind a configured proxy the address it forwards
  bool secure = false;         // TLS here or, by a configured proxy, there
  std::string_view route;      // pattern of the matched route, for metrics and logs

  // First field of that name, case ignored.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  // Captures of the route's {name} parts, percent-decoded and valid UTF-8.
  [[nodiscard]] std::string_view param(std::string_view name) const;
  // First query parameter of that name, decoded ('+' is a space); nullopt where it is missing.
  [[nodiscard]] std::optional<std::string> query_param(std::string_view name) const;
  // All query parameters in order, decoded. Wrong escapes or UTF-8 were refused before (400).
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& query_params() const;
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
  // "https://host:port" as the client sees it, for links that leave the page.
  [[nodiscard]] std::string origin() const;

  std::vector<std::pair<std::string, std::string>> params;  // filled by the router
  mutable std::optional<std::vector<std::pair<std::string, std::string>>> decoded_query;
};

// Server-sent events to one client. The server owns one end, a publisher the other.
// Thread safety: all methods from any thread.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Queues one already formatted event ("id: 1\ndata: x\n\n"). False when the client is gone or too
  // slow (its queue is full): the stream is closed then and the caller drops it.
  virtual bool send(std::shared_ptr<const std::string> event) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool closed() const = 0;
};

struct Response {
  using Shared = std::shared_ptr<const std::string>;
  // Called once on the io thread when the head is out; the stream is then ready for send().
  using OnStream = std::function<void(std::shared_ptr<EventStream>)>;
  // A body of a known length that is read while it is sent, a piece at a time.
  struct Pieces {
    std::uint64_t bytes = 0;
    // Fills all of `into` with what begins at byte `at` of the body; may wait. An error, told
    // nowhere but here, ends the connection before the body's end.
    std::function<Task<Result<>>(std::uint64_t at, std::span<char> into)> read;
  };
  // A body whose length shows at its end only, made while it is sent (in chunks; to a client of
  // HTTP/1.0 the connection's end is the body's).
  struct Flow {
    // The next piece, an empty one at the end; may wait, and is not asked before the client has
    // taken the one before. Errors as of Pieces::read: a client sees that the body is not whole.
    std::function<Task<Result<std::string>>()> next;
  };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  // Text owned, text that lives for ever (embedded assets), text shared with a cache, a stream of
  // events, or what is too large to be held (net/file.h for Pieces).
  std::variant<std::string, std::string_view, Shared, OnStream, Pieces, Flow> body;
  // False for bodies that are compressed already or must not be (secrets beside chosen text).
  bool compressible = true;

  Response& header(std::string name, std::string value) &;
  Response&& header(std::string name, std::string value) &&;
  // The body's bytes where they are held; empty for a stream, pieces and a flow.
  [[nodiscard]] std::string_view bytes() const;

  [[nodiscard]] static Response empty(int status);  // 204 and the like
  [[nodiscard]] static Response text(int status, std::string content_type, std::string body);
  [[nodiscard]] static Response json(int status, std::string body);
  [[nodiscard]] static Response see_other(std::string location);  // 303
  // RFC 9457 problem details as application/problem+json, status from the error table.
  [[nodiscard]] static Response problem(const Error& error);
};

using Handler = std::function<Response(Request&)>;
using AsyncHandler = std::function<Task<Response>(Request&)>;

struct RouteOptions {
  std::size_t body_bytes_max = std::size_t{1} << 20;
};

// Routes by literal parts and {captures}; "{rest...}" at the end takes the remaining path.
// A literal part wins over a capture; where it leads to no route, the capture is tried. HEAD is
// answered by GET's route; OPTIONS and 405 (with Allow) by the router itself.
class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // A pattern that does not begin with '/', or two routes for the same requests, is a programmer's
  // error.
  void add(Method method, std::string pattern, Handler handler, RouteOptions options = {});
  void add(Method method, std::string pattern, AsyncHandler handler, RouteOptions options = {});
  // Answers where no route matches or a handler's page is wanted for an error; default: problem().
  void set_error_page(std::function<Response(const Request&, const Error&)> page);

  // From now on `first` is asked before the handler of every route there is; what it answers is the
  // answer. To be called once, when all routes are there.
  void guard(std::function<std::optional<Response>(const Request&)> first);

  struct Route {
    std::string pattern;
    Method method;
    Handler handler;  // exactly one of the two is set
    AsyncHandler async_handler;
    RouteOptions options;
    std::size_t number = 0;  // in the order of adding
  };
  struct Match {
    const Route* route = nullptr;  // nullptr: see `allow`
    std::vector<std::pair<std::string, std::string>> params;
    std::string allow;  // not empty: the path exists, the method does not
  };
  // Errors: kInvalidRequest for a path with wrong escapes, "..", or bytes that are no UTF-8.
  [[nodiscard]] Result<Match> match(Method method, std::string_view path) const;
  [[nodiscard]] Response error_response(const Request& request, const Error& error) const;
  // Every route, for the permission matrix and the API description.
  [[nodiscard]] std::vector<const Route*> routes() const;

 private:
  struct Node;
  void insert(Route route);
  std::size_t routes_ = 0;
  std::unique_ptr<Node> root_;
  std::function<Response(const Request&, const Error&)> error_page_;
};

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace revier::net
