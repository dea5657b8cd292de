// SPDX-License-Identifier: EUPL-1.2
#include "app/connection.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "app/control.h"
#include "app/files.h"
#include "app/floors.h"
#include "json/json.h"

namespace revier::app {
namespace {

constexpr std::int64_t kTokenTakenMs = 10'000;

// A token that lives as long as the command, for the server that runs on this data folder.
class OwnToken {
 public:
  static Result<std::unique_ptr<OwnToken>> make(const Options& options, const std::string& tenant,
                                                bool writes) {
    auto own = std::make_unique<OwnToken>();
    RV_ASSIGN(own->accounts_, open_accounts(options));
    identity::TokenOptions wanted{.label = writes ? "revier import" : "revier export"};
    wanted.actions = {identity::Action::kDataRead};
    if (writes) wanted.actions.push_back(identity::Action::kDataWrite);
    wanted.tenant = tenant;
    wanted.expires = own->accounts_->clock.now() + Duration::days(7);
    RV_ASSIGN(own->token_,
              own->accounts_->identity->create_token(wanted, identity::Caller::command_line()));
    return own;
  }
  OwnToken() = default;
  ~OwnToken() {
    if (token_.id.empty()) return;
    (void)accounts_->identity->revoke_token(token_.id, identity::Caller::command_line());
  }
  OwnToken(const OwnToken&) = delete;
  OwnToken& operator=(const OwnToken&) = delete;
  [[nodiscard]] const std::string& secret() const { return token_.secret; }

 private:
  std::unique_ptr<Accounts> accounts_;
  identity::NewToken token_;
};

// The server reads every second what the command line has changed.
Result<> wait_for_token(const transfer::Server& server) {
  for (std::int64_t waited = 0;; waited += 200) {
    const auto reply = server.ask({.method = net::Method::kGet,
                                   .url = server.address + "/ngsi-ld/v1/types",
                                   .headers = {{"Authorization", "Bearer " + server.token}}});
    if (!reply) return fail(reply.error());
    if (reply->status != 401) return {};
    if (waited >= kTokenTakenMs) {
      return fail(
          Code::kUnavailable,
          fmt::format("the server at {} does not take the token of this command", server.address));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

// Where the server of this data folder listens.
Result<std::string> running_address(const Options& options) {
  const std::string& folder = options.text("data");
  const auto state = ask_server(folder, R"({"command":"status"})", [](std::string_view) {});
  if (!state && state.error().code == Code::kResourceNotFound) {
    return fail(Code::kUnavailable,
                fmt::format("no server runs on {}: start it (revier serve --data {}), name its "
                            "folder by --data, or another server by --address",
                            folder, folder));
  }
  if (!state) return fail(state.error());
  RV_ASSIGN(const json::Document document, json::Document::parse(*state));
  return own_address(options, std::string(document.root().text("listen")));
}

}  // namespace

Result<Connection> connect(const CommandLine& line, const Options& options, bool writes) {
  Connection out;
  // Whoever runs this on the server may reach every address from there.
  RV_ASSIGN(out.client,
            net::Client::open({.allowed = {"0.0.0.0/0", "::/0"}, .connections_max = 1}));
  out.server.ask = [client = out.client.get()](net::Outgoing request) {
    return client->send_blocking(std::move(request));
  };
  out.server.tenant = line.tenant;
  const std::string& token_file = line.transfer.token_file;
  if (!token_file.empty()) {
    RV_ASSIGN(out.server.token, read_file(token_file, 256));
    while (out.server.token.ends_with('\n')) out.server.token.pop_back();
  }
  out.server.address = line.address;
  while (out.server.address.ends_with('/')) out.server.address.pop_back();
  if (!out.server.address.empty()) return out;
  RV_ASSIGN(out.server.address, running_address(options));
  if (!token_file.empty()) return out;
  RV_ASSIGN(const std::shared_ptr<OwnToken> own, OwnToken::make(options, line.tenant, writes));
  out.server.token = own->secret();
  out.own = own;
  RV_TRY(wait_for_token(out.server));
  return out;
}

}  // namespace revier::app
