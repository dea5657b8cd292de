// SPDX-License-Identifier: EUPL-1.2
// One client: reads requests, calls handlers, writes answers, until one side has enough.
//
// Thread safety: by its io thread only.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "net/detail/answer.h"
#include "net/detail/event_queue.h"
#include "net/detail/head_parser.h"
#include "net/detail/io_thread.h"
#include "net/detail/server_state.h"
#include "net/detail/transport.h"

namespace revier::net::detail {

struct Peer {
  int descriptor = -1;
  bool v6 = false;
  bool is_proxy = false;
  Address address{};
};

class Connection final : public Watched {
 public:
  // Starts on the calling thread, which is `thread`'s; the connection owns itself from here.
  static void start(ServerState& server, IoThread& thread, const Peer& peer);

  void tick(std::int64_t now_us) override;
  void begin_shutdown() override;
  void close_now() override;

  Connection(ServerState& server, IoThread& thread, const Peer& peer);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

 private:
  // What a connection is waiting for, and so what its deadline means.
  enum class Phase : std::uint8_t {
    kHandshake,
    kIdle,
    kHead,
    kBody,
    kHandler,
    kWrite,
    kStream,
    kEnd,
  };
  // After a request: is there a next one?
  enum class Next : std::uint8_t { kRequest, kEnd };

  [[nodiscard]] Task<> run();
  [[nodiscard]] Task<> serve();
  [[nodiscard]] Task<Next> exchange();

  // Reading. A failed read is the client's end, a time-out or the server's shutdown.
  void begin_request();
  [[nodiscard]] Task<Transport::Outcome> read(std::span<char> into);
  [[nodiscard]] Result<bool> take_head();
  [[nodiscard]] std::span<char> room_for_head();
  [[nodiscard]] Task<Result<bool>> read_body();
  [[nodiscard]] Task<Result<bool>> read_sized_body();
  [[nodiscard]] Task<Result<bool>> read_chunked_body();
  [[nodiscard]] Task<Result<bool>> ask_for_body();
  void body_came(std::size_t bytes);
  // What a failed read means: an error to tell a client that was too slow, or false.
  [[nodiscard]] Result<bool> read_failed() const;

  // From head to request.
  [[nodiscard]] Result<> prepare();
  [[nodiscard]] std::string_view take_peer();
  [[nodiscard]] Result<> take_host(std::string_view authority);
  [[nodiscard]] Result<> find_route();

  // An answer on its way.
  struct Outgoing {
    Plan plan;
    std::string_view head;  // what is not written yet, of out_ and of the body
    std::string_view body;
    const Response::Pieces* pieces = nullptr;
    const Response::Flow* flow = nullptr;
    bool streams = false;
    bool failed = false;
    std::size_t bytes = 0;  // but for pieces and flow
  };

  // Answering.
  [[nodiscard]] Response call_plain_handler();
  [[nodiscard]] Response failed(const char* what);
  [[nodiscard]] Response refusal(const Error& error);
  [[nodiscard]] Response refuse(const Error& error);
  [[nodiscard]] Outgoing plan(const Response& response) const;
  [[nodiscard]] Task<> compress(Outgoing& answer);
  [[nodiscard]] bool send_at_once(const Response& response, Outgoing& answer);
  [[nodiscard]] Task<Next> finish(const Response& response, Outgoing& answer);
  [[nodiscard]] Task<bool> write(std::string_view first, std::string_view second);
  [[nodiscard]] Task<bool> write_pieces(const Response::Pieces& pieces);
  [[nodiscard]] Task<bool> write_flow(Outgoing& answer);
  [[nodiscard]] Task<> stream(const Response& response);
  [[nodiscard]] Task<bool> send_events();
  void watch_client();
  [[nodiscard]] Task<> linger();
  void account(int status, std::size_t bytes);

  void set_phase(Phase phase, std::int64_t timeout_ms);
  [[nodiscard]] std::string_view unread() const { return {in_.data() + begin_, end_ - begin_}; }

  ServerState& server_;
  IoThread& thread_;
  const Peer peer_;
  const std::string peer_text_;
  Transport transport_;

  Phase phase_ = Phase::kHandshake;
  std::int64_t deadline_us_ = 0;
  bool expired_ = false;  // the deadline has passed: reads and writes fail
  bool ended_ = false;    // the server closes: no next request
  bool looked_for_proxy_ = false;

  std::vector<char> in_;   // what was read: a head, bodies that came with it, next requests
  std::size_t begin_ = 0;  // of the present request; moves on when it is answered
  std::size_t end_ = 0;
  HeadParser parser_;
  std::string body_;
  std::int64_t body_start_us_ = 0;
  std::size_t body_read_bytes_ = 0;
  std::string leftover_;  // read with a chunked body, but the next request's

  Request request_;
  const Router::Route* route_ = nullptr;
  std::string allow_;
  bool keep_alive_ = false;
  bool head_is_known_ = false;
  std::int64_t started_us_ = 0;
  std::int64_t accounted_us_ = 0;  // when the last answer was out

  std::string out_;
  std::string compressed_;
  std::shared_ptr<EventQueue> events_;
};

}  // namespace revier::net::detail
