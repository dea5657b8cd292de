// SPDX-License-Identifier: EUPL-1.2
// From a command line to the server that it works with: the one that runs on the data folder, with
// a token that ends with the command, or another one by address and token file.
//
// Thread safety: one thread.
#pragma once
#include <memory>

#include "app/command_line.h"
#include "app/options.h"
#include "base/result.h"
#include "net/client.h"
#include "transfer/transfer.h"

namespace revier::app {

struct Connection {
  std::unique_ptr<net::Client> client;
  std::shared_ptr<const void> own;  // keeps the token of the command
  transfer::Server server;
};

// `writes`: with data.write. Errors: kUnavailable with what to do; those of files.
[[nodiscard]] Result<Connection> connect(const CommandLine& line, const Options& options,
                                         bool writes);

}  // namespace revier::app
