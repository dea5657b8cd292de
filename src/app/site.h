// SPDX-License-Identifier: EUPL-1.2
// The whole program, put together: the only place that sees all parts.
#pragma once
#include <memory>
#include <string>

#include "app/options.h"
#include "base/result.h"
#include "lan/lan.h"
#include "net/http.h"

namespace revier::app {

class Site {
 public:
  // Opens the data folder and everything on it and listens; nothing is answered before start().
  // Errors: what the parts say, among them kConflict when another process uses the folder.
  [[nodiscard]] static Result<std::unique_ptr<Site>> open(const Options& options);
  // Stops, finishing what is under way.
  virtual ~Site() = default;

  virtual void start() = 0;
  // "127.0.0.1:8080" with the port that was really taken.
  // The site's address in links that leave it.
  [[nodiscard]] virtual std::string address() const = 0;
  // With --lan; nullptr without.
  [[nodiscard]] virtual const lan::Lan* lan() const = 0;
  [[nodiscard]] virtual std::string listening() const = 0;
  // How a process on this machine reaches it.
  [[nodiscard]] virtual std::string own_address() const = 0;
  // The path that makes the first administrator; empty when there is one.
  [[nodiscard]] virtual Result<std::string> first_administrator_path() = 0;
  // The demo's token (DIR/demo-token); empty without demo.
  [[nodiscard]] virtual Result<std::string> demo_token() = 0;
  // Everything it answers: for the permission matrix.
  [[nodiscard]] virtual const net::Router& router() const = 0;
  // To the second.
  [[nodiscard]] virtual std::string civil_time() const = 0;
  // What has to be done now and then: takes over accounts, ends holds. Call about once a second,
  // from one thread that may block.
  virtual void tick() = 0;
};

}  // namespace revier::app
