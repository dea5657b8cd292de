// SPDX-License-Identifier: EUPL-1.2
#include "app/serve_command.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include <fmt/format.h>

#include "app/child.h"
#include "app/end_signals.h"
#include "app/floors.h"
#include "app/server_options.h"
#include "app/site.h"
#include "base/log.h"

namespace revier::app {
namespace {

// How other devices of this network come to the site.
Result<> announce_lan(const Site& site, const Options& options) {
  const lan::Lan& lan = *site.lan();
  fmt::print("On this machine: {}/\n", site_address(options, site.listening()));
  fmt::print("Devices learn to trust it at {}\n", lan.help_address());
  fmt::print("Fingerprint to compare (SHA-256): {}\n", lan.fingerprint());
  if (::isatty(STDOUT_FILENO) == 0) return {};
  RV_ASSIGN(const std::string code, lan::terminal_qr(lan.help_address()));
  fmt::print("{}", code);
  return {};
}

// What the operator needs, on standard output; secrets never go to the log.
Result<> announce(Site& site, const Options& options) {
  const std::string address = site.address();
  RV_ASSIGN(const std::string path, site.first_administrator_path());
  RV_ASSIGN(const std::string token, site.demo_token());
  fmt::print("Revier serves {}/\n", address);
  if (site.lan() != nullptr) RV_TRY(announce_lan(site, options));
  if (!path.empty()) fmt::print("First administrator (once): {}{}\n", address, path);
  if (!token.empty()) {
    fmt::print("Demo token (also in {}/demo-token): {}\n", options.text("data"), token);
    fmt::print("Civil time of the demo: {}\n", site.civil_time());
  }
  if (options.flag("no_auth")) {
    fmt::print("NO AUTHENTICATION: whoever reaches {} may read and change everything\n", address);
    log_event(Level::kWarn, "serve.no_auth");
  }
  std::fflush(stdout);
  return {};
}

// Tells systemd (Type=notify, WatchdogSec) how the service is; nothing where none asks.
// sd_notify(3) is one datagram to the socket that the environment names.
void tell_service_manager(std::string_view state) {
  const char* name = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view path = name == nullptr ? "" : name;
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return;
  std::copy(path.begin(), path.end(), address.sun_path);
  if (path.front() == '@') address.sun_path[0] = '\0';  // a name outside the file system
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
  ::close(socket);
}

// The demo's own process, started again when it ends before us.
class DemoProcess {
 public:
  DemoProcess(const Options& options, const Site& site)
      : wanted_(!options.text("demo").empty()),
        arguments_{"demo", "--data", options.text("data"), "--address", site.own_address()} {}

  void tick() {
    if (!wanted_ || (child_ && !child_->ended())) return;
    if (pause_s_ > 0) {
      --pause_s_;
      return;
    }
    pause_s_ = 10;
    if (Result<Child> started = Child::start(arguments_)) {
      child_.emplace(std::move(*started));
    } else {
      log_event(Level::kError, "demo.not_started", {{"reason", started.error().message}});
    }
  }

 private:
  const bool wanted_;
  const std::vector<std::string> arguments_;
  std::optional<Child> child_;
  int pause_s_ = 0;
};

}  // namespace

Result<> run_serve_command(const Options& options) {
  RV_TRY(check_together(options));
  const EndSignals signals;
  RV_ASSIGN(const std::unique_ptr<Site> site, Site::open(options));
  site->start();
  RV_TRY(announce(*site, options));
  log_event(Level::kInfo, "serve.started", {{"listen", site->listening()}});
  DemoProcess demo(options, *site);
  tell_service_manager("READY=1");
  do {
    tell_service_manager("WATCHDOG=1");
    demo.tick();
    site->tick();
  } while (!signals.wait(1));
  log_event(Level::kInfo, "serve.stopping");
  tell_service_manager("STOPPING=1");
  return {};
}

}  // namespace revier::app
