// SPDX-License-Identifier: EUPL-1.2
// `serve --lan`: the site by TLS on all addresses of the machine, with a certificate of its own,
// and a plain page that shows how to trust it. Cameras and service workers want TLS; a venue
// without internet has no other certificate.
//
// Thread safety: open, start, tick and stop by one thread; the rest from any thread after start.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"
#include "net/server.h"
#include "web/page.h"

namespace revier::lan {

struct Needs {
  const net::Router& router;  // of the site
  const Clock& clock;         // the real one
  const web::Site& site;
  net::ServerOptions server;  // limits and names; addresses and TLS are set here
  std::string folder;         // for keys and certificates
  std::string listen;         // of the site by TLS: "[::]:8443"
  std::string help_listen;    // of the page that helps, without TLS: "[::]:8480"
};

class Lan {
 public:
  // Makes certificates where needed and binds both addresses.
  // Errors: those of certificates() and of net::Server::open.
  [[nodiscard]] static Result<std::unique_ptr<Lan>> open(Needs needs);
  virtual ~Lan() = default;

  virtual void start() = 0;
  virtual void stop() = 0;
  // To be called every few seconds: when the machine got other addresses or the certificate ends
  // soon, makes a new one and listens again. True when it did.
  [[nodiscard]] virtual Result<bool> tick() = 0;

  [[nodiscard]] virtual std::string address() const = 0;       // "https://192.168.178.20:8443"
  [[nodiscard]] virtual std::string help_address() const = 0;  // "http://192.168.178.20:8480/lan"
  [[nodiscard]] virtual std::string fingerprint() const = 0;
};

// A QR code for a terminal, dark on light by its own colours.
[[nodiscard]] Result<std::string> terminal_qr(const std::string& text);

}  // namespace revier::lan
