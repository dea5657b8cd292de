// SPDX-License-Identifier: EUPL-1.2
#include "app/demo_command.h"

#include "app/child.h"
#include "app/end_signals.h"
#include "app/files.h"
#include "base/random.h"
#include "demo/demo.h"

namespace revier::app {

Result<> run_demo_command(const std::string& address, const Options& options) {
  const EndSignals signals;
  end_with_parent();
  RV_ASSIGN(std::string token, read_file(options.text("data") + "/demo-token", 256));
  while (token.ends_with('\n')) token.pop_back();
  SystemRandom random;
  const demo::Options city{.address = address, .token = std::move(token)};
  return demo::run(city, random, [&](std::int64_t seconds) { return signals.wait(seconds); });
}

}  // namespace revier::app
