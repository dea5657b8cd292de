// SPDX-License-Identifier: EUPL-1.2
#include "lan/lan.h"

#include <fmt/format.h>

#include "base/thread_safety.h"
#include "lan/authority.h"
#include "lan/pages.h"
#include "lan/texts.h"
#include "pdf/qr.h"
#include "web/asset.h"

namespace revier::lan {
namespace {

using net::Request;
using net::Response;

constexpr std::string_view kPage = "/lan";
constexpr std::string_view kCertificate = "/lan/revier-ca.crt";
constexpr std::int64_t kLookUs = Duration::seconds(15).us;
constexpr std::int64_t kShutdownMs = 2'000;

std::string port_of(const std::string& listening) {
  return listening.substr(listening.rfind(':') + 1);
}

// A machine without IPv6 has no [::]; all its addresses are those of IPv4 then.
Result<std::unique_ptr<net::Server>> open_server(net::ServerOptions options,
                                                 const net::Router& router, const Clock& clock) {
  auto server = net::Server::open(options, router, clock);
  constexpr std::string_view kAny = "[::]:";
  if (server || !options.listen.starts_with(kAny)) return server;
  options.listen = "0.0.0.0:" + options.listen.substr(kAny.size());
  return net::Server::open(options, router, clock);
}

// The names under which a server that listens there is reached.
Names names_for(const std::string& listen) {
  Names names = machine_names();
  if (listen.starts_with("0.0.0.0:")) {
    std::erase_if(names.addresses,
                  [](const std::string& one) { return one.find(':') != std::string::npos; });
  }
  return names;
}

std::vector<std::string> groups_of(const std::string& fingerprint) {
  constexpr std::size_t kGroup = 8 * 3;
  std::vector<std::string> groups;
  for (std::size_t at = 0; at < fingerprint.size(); at += kGroup) {
    groups.push_back(fingerprint.substr(at, kGroup - 1));
  }
  return groups;
}

class WholeLan final : public Lan {
 public:
  explicit WholeLan(Needs needs) : needs_(std::move(needs)) {}
  ~WholeLan() override { WholeLan::stop(); }

  Result<> open() {
    names_ = names_for(needs_.listen);
    RV_TRY(make_certificates(names_));
    add_routes();
    RV_TRY(open_site(names_));
    net::ServerOptions help = needs_.server;
    help.listen = needs_.help_listen;
    help.threads = 1;
    RV_ASSIGN(help_, open_server(help, help_router_, needs_.clock));
    help_port_ = port_of(help_->address());
    return {};
  }

  void start() override {
    help_->start();
    site_->start();
    is_started_ = true;
  }
  void stop() override {
    if (site_) site_->stop();
    if (help_) help_->stop();
  }

  Result<bool> tick() override {
    if (monotonic_us() - looked_us_ < kLookUs) return false;
    looked_us_ = monotonic_us();
    const Names now = names_for(needs_.listen);
    const bool ends_soon = until_ < needs_.clock.now() + Duration::days(30);
    if (site_ && now == names_ && !ends_soon) return false;
    RV_TRY(make_certificates(now));
    // The same port, by the new certificate and with the new names. Where it cannot be opened now,
    // the next look tries again.
    if (site_) site_->stop();
    site_.reset();
    RV_TRY(open_site(now));
    if (is_started_) site_->start();
    const Lock lock(mutex_);
    names_ = now;
    return true;
  }

  std::string address() const override {
    const Lock lock(mutex_);
    return url_of("https", best_address(), site_port_);
  }
  std::string help_address() const override {
    const Lock lock(mutex_);
    return url_of("http", best_address(), help_port_) + std::string(kPage);
  }
  std::string fingerprint() const override {
    const Lock lock(mutex_);
    return fingerprint_;
  }

 private:
  std::string best_address() const RV_REQUIRES(mutex_) {
    return names_.addresses.empty() ? "127.0.0.1" : names_.addresses.front();
  }

  Result<> make_certificates(const Names& names) {
    RV_ASSIGN(const Certificates made, certificates(needs_.folder, names, needs_.clock.now()));
    const Lock lock(mutex_);
    fingerprint_ = made.fingerprint;
    authority_ = made.authority_der;
    until_ = made.server_until;
    certificate_file_ = made.server_file;
    key_file_ = made.server_key_file;
    return {};
  }

  Result<> open_site(const Names& names) {
    net::ServerOptions site = needs_.server;
    site.listen = site_port_.empty()
                      ? needs_.listen
                      : needs_.listen.substr(0, needs_.listen.rfind(':') + 1) + site_port_;
    site.tls_certificate_file = certificate_file_;
    site.tls_key_file = key_file_;
    site.shutdown_timeout_ms = kShutdownMs;
    if (!site.names.empty()) {
      for (const std::string& address : names.addresses) {
        const bool v6 = address.find(':') != std::string::npos;
        site.names.push_back(v6 ? "[" + address + "]" : address);
      }
    }
    RV_ASSIGN(site_, open_server(site, needs_.router, needs_.clock));
    const Lock lock(mutex_);
    site_port_ = port_of(site_->address());
    return {};
  }

  void add_routes() {
    web::add_asset_routes(help_router_);
    web::add_page(help_router_, net::Method::kGet, std::string(kPage),
                  net::Handler([this](Request& request) { return show(request); }));
    help_router_.add(net::Method::kGet, std::string(kCertificate), [this](Request&) {
      const Lock lock(mutex_);
      Response file = Response::text(200, "application/x-x509-ca-cert", authority_);
      file.header("Content-Disposition", "attachment; filename=\"revier-ca.crt\"")
          .header("Cache-Control", "no-cache");
      return file;
    });
    help_router_.add(net::Method::kGet, "/",
                     [](Request&) { return Response::see_other(std::string(kPage)); });
    // Whoever follows a link of the frame goes on by TLS.
    help_router_.set_error_page([this](const Request& request, const Error& error) {
      if (error.code == Code::kResourceNotFound) {
        return Response::see_other(address() + std::string(request.target));
      }
      return web::error_page(needs_.site, request, error);
    });
  }

  Response show(Request& request) {
    const web::Language language = web::language_of(request);
    const std::string own = address();
    auto code = pdf::encode_qr(own);
    if (!code) return web::error_page(needs_.site, request, code.error());
    web::Page page =
        needs_.site.page(request, std::string(web::text(language, texts::kTrustTitle)));
    page.is_private = true;
    web::Html out(language);
    render_trust(out, {.page = std::move(page),
                       .address = own,
                       .fingerprint = groups_of(fingerprint()),
                       .qr = web::SafeHtml::trusted(pdf::qr_svg_content(*code)),
                       .certificate_href = std::string(kCertificate)});
    return web::html_response(std::move(out));
  }

  const Needs needs_;
  net::Router help_router_;
  mutable Mutex mutex_;
  Names names_;
  std::string fingerprint_ RV_GUARDED_BY(mutex_);
  std::string authority_ RV_GUARDED_BY(mutex_);
  std::string site_port_;
  std::string help_port_;
  std::string certificate_file_;
  std::string key_file_;
  Instant until_;
  std::int64_t looked_us_ = 0;
  bool is_started_ = false;
  std::unique_ptr<net::Server> help_;
  std::unique_ptr<net::Server> site_;
};

}  // namespace

Result<std::unique_ptr<Lan>> Lan::open(Needs needs) {
  auto lan = std::make_unique<WholeLan>(std::move(needs));
  RV_TRY(lan->open());
  return lan;
}

Result<std::string> terminal_qr(const std::string& text) {
  RV_ASSIGN(const pdf::QrCode code, pdf::encode_qr(text));
  constexpr int kBorder = 2;
  const auto dark = [&](int row, int column) {
    return row >= 0 && column >= 0 && row < code.width && column < code.width &&
           code.at(row, column);
  };
  std::string out;
  for (int row = -kBorder; row < code.width + kBorder; row += 2) {
    out += "\x1b[30;107m";
    for (int column = -kBorder; column < code.width + kBorder; ++column) {
      const bool upper = dark(row, column);
      const bool lower = dark(row + 1, column);
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    out += "\x1b[0m\n";
  }
  return out;
}

}  // namespace revier::lan
