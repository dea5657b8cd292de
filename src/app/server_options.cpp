// SPDX-License-Identifier: EUPL-1.2
#include "app/server_options.h"

#include <unistd.h>

#include <fmt/format.h>

#include "app/files.h"
#include "app/floors.h"
#include "json/json.h"
#include "ticket/api_json.h"

namespace revier::app {
namespace {

std::size_t size(const Options& options, std::string_view name) {
  return static_cast<std::size_t>(options.number(name));
}

// A name from the catalogue stays in its folder.
Result<std::string> document_file(const std::string& folder, std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos) {
    return fail(Code::kBadRequestData,
                fmt::format("{}/catalogue.json: \"{}\" is no file of this folder", folder, name));
  }
  return fmt::format("{}/{}", folder, name);
}

// "https://events.example.org": what links are put together from.
bool is_site_address(std::string_view text) {
  const std::size_t begin = text.find("://");
  if (begin == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, begin);
  const std::string_view rest = text.substr(begin + 3);
  return (scheme == "https" || scheme == "http") && !rest.empty() &&
         rest.find_first_of(" /?#@\"<>") == std::string_view::npos;
}

Result<> check_addresses(const Options& options) {
  for (const char* name : {"server.address", "federation.address"}) {
    const std::string& address = options.text(name);
    if (address.empty() || is_site_address(address)) continue;
    return fail(Code::kBadRequestData,
                fmt::format("{} is \"{}\", expected an address such as https://events.example.org, "
                            "without a path",
                            name, address));
  }
  for (const std::string& host : options.list("server.names")) {
    if (host.find_first_of(" /@") == std::string::npos) continue;
    return fail(Code::kBadRequestData,
                fmt::format("server.names has \"{}\", expected names such as events.example.org, "
                            "without https:// and path",
                            host));
  }
  for (const std::string& origin : options.list("http.cors_origins")) {
    if (origin == "*" || is_site_address(origin)) continue;
    return fail(Code::kBadRequestData,
                fmt::format("http.cors_origins has \"{}\", expected an origin such as "
                            "https://map.example, or *",
                            origin));
  }
  const std::string& authorities = options.text("outgoing.certificates");
  if (!authorities.empty()) RV_TRY(read_file(authorities));
  return {};
}

Result<> check_mail_options(const Options& options) {
  if (options.text("mail.host").empty()) return {};
  for (const char* name : {"mail.from", "mail.reply_to"}) {
    const std::string& address = options.text(name);
    if (address.empty() && std::string_view(name) == "mail.reply_to") continue;
    if (ticket::check_mail(address)) continue;
    return fail(Code::kBadRequestData,
                fmt::format("{} must be a mail address, as mail.host is set", name));
  }
  if (!options.text("mail.user").empty() && options.text("mail.tls") == "none" &&
      !is_loopback(options.text("mail.host"))) {
    return fail(Code::kBadRequestData,
                "mail.tls = none would send the password in the clear: use starttls or tls");
  }
  return {};
}

}  // namespace

net::ServerOptions server_options(const Options& options) {
  net::ServerOptions out;
  out.listen = options.text("listen");
  out.threads = static_cast<unsigned>(options.number("http.threads"));
  out.names = options.list("server.names");
  if (!out.names.empty() && !options.text("demo").empty()) {
    out.names.insert(out.names.end(), {"127.0.0.1", "[::1]"});  // the demo's own process
  }
  out.proxies = options.list("server.proxies");
  out.tls_certificate_file = options.text("tls.certificate");
  out.tls_key_file = options.text("tls.key");
  out.head_bytes_max = size(options, "http.head_bytes_max");
  out.fields_max = size(options, "http.fields_max");
  out.connections_max = size(options, "http.connections_max");
  out.connections_per_address_max = size(options, "http.connections_per_address_max");
  out.head_timeout_ms = options.number("http.head_timeout_ms");
  out.idle_timeout_ms = options.number("http.idle_timeout_ms");
  out.body_bytes_per_second_min = options.number("http.body_bytes_per_second_min");
  out.write_timeout_ms = options.number("http.write_timeout_ms");
  out.shutdown_timeout_ms = options.number("http.shutdown_timeout_ms");
  out.access_log = options.flag("access_log");
  return out;
}

net::ClientOptions client_options(const Options& options) {
  net::ClientOptions out;
  out.allowed = options.list("outgoing.allow");
  out.certificates_file = options.text("outgoing.certificates");
  out.connections_max = size(options, "outgoing.connections_max");
  return out;
}

net::MqttOptions mqtt_options(const Options& options) {
  net::MqttOptions out;
  out.allowed = options.list("outgoing.allow");
  out.certificates_file = options.text("outgoing.certificates");
  return out;
}

Result<history::Options> history_options(const Options& options, const jsonld::Context& core) {
  history::Options out;
  out.instances_max = size(options, "history.instances_max");
  for (const std::string& text : options.list("history.rules")) {
    RV_ASSIGN(out.rules.emplace_back(), history::parse_rule(text, core));
  }
  return out;
}

subscription::Options subscription_options(const Options& options) {
  subscription::Options out;
  out.timeout_ms = options.number("subscriptions.timeout_ms");
  out.retry_hours = options.number("subscriptions.retry_hours");
  out.dead_letter_days = options.number("subscriptions.dead_letter_days");
  return out;
}

snapshot::Options snapshot_options(const Options& options) {
  snapshot::Options out;
  out.snapshots_max = static_cast<std::size_t>(options.number("snapshots.max"));
  out.entities_max = static_cast<std::size_t>(options.number("snapshots.entities_max"));
  out.lifetimes.longest = Duration::hours(options.number("snapshots.lifetime_hours"));
  out.timeout_ms = options.number("subscriptions.timeout_ms");
  return out;
}

ldcontext::Options context_options(const Options& options) {
  ldcontext::Options out;
  out.download = options.flag("contexts.download");
  out.timeout_ms = options.number("contexts.timeout_ms");
  return out;
}

federation::SourceOptions source_options(const Options& options) {
  federation::SourceOptions out;
  out.timeout_ms = options.number("federation.timeout_ms");
  out.address = options.text("federation.address");
  out.split_entities = options.flag("federation.split_entities");
  return out;
}

store::Options store_options(const Options& options) {
  store::Options out;
  out.directory = store_folder(options);
  const std::string& durability = options.text("durability");
  if (durability == "interval") out.durability = store::Durability::kInterval;
  if (durability == "none") out.durability = store::Durability::kNone;
  out.sync_interval_ms = options.number("durability_interval_ms");
  out.cache_bytes = size(options, "store.cache");
  return out;
}

unsigned pool_threads() {
  return static_cast<unsigned>(std::clamp(::sysconf(_SC_NPROCESSORS_ONLN), 2L, 16L));
}

context::Options broker_options(const Options& options) {
  context::Options out;
  const std::int64_t machine = ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE);
  out.memory_bytes_max = static_cast<std::size_t>(options.memory_bytes("limits.memory", machine));
  out.tenant_quota = {
      .entities = static_cast<std::size_t>(options.number("limits.tenant_entities")),
      .memory_bytes = size(options, "limits.tenant_memory"),
      .requests_per_s = static_cast<std::size_t>(options.number("limits.tenant_requests"))};
  out.query_cpu_ms_max = options.number("limits.query_cpu_ms");
  out.slow_query_us = options.number("limits.slow_query_ms") * 1'000;
  return out;
}

std::unique_ptr<mail::Transport> mail_transport(const Options& options) {
  if (options.text("mail.host").empty()) return nullptr;
  mail::SmtpOptions out{.host = options.text("mail.host"),
                        .port = options.number("mail.port"),
                        .user = options.text("mail.user"),
                        .password = options.text("mail.password"),
                        .from = options.text("mail.from"),
                        .certificates_file = options.text("mail.certificates")};
  if (options.text("mail.tls") == "tls") out.tls = mail::SmtpOptions::Tls::kImplicit;
  if (options.text("mail.tls") == "none") out.tls = mail::SmtpOptions::Tls::kNone;
  return mail::make_smtp(std::move(out));
}

context::WriteLog::Options write_log_options(const Options& options) {
  return {.keep = Duration::days(options.number("audit.entity_days")),
          .lines_max = static_cast<std::uint64_t>(options.number("audit.entity_lines_max"))};
}

mail::Letterhead letterhead(const Options& options, const web::Site& frame) {
  const std::string& name = options.text("mail.from_name");
  return {.from = options.text("mail.from"),
          .from_name = name.empty() ? frame.name_in(web::Language::kDe) : name,
          .reply_to = options.text("mail.reply_to")};
}

Result<jsonld::CatalogueOptions> catalogue_options(const Options& options) {
  jsonld::CatalogueOptions out;
  out.core_version = options.text("context.core").substr(1);
  const std::string& folder = options.text("contexts.catalogue");
  if (folder.empty()) return out;
  RV_ASSIGN(const std::string text, read_file(folder + "/catalogue.json"));
  RV_ASSIGN(const json::Document catalogue, json::Document::parse(text));
  for (const auto& [url, name] : catalogue.root().members()) {
    RV_ASSIGN(const std::string file, document_file(folder, name.as_string().value_or("")));
    RV_ASSIGN(std::string document, read_file(file, std::size_t{2} << 20));
    out.documents.push_back({std::string(url), std::move(document)});
  }
  return out;
}

Result<std::vector<identity::IssuerOptions>> issuer_options(const Options& options) {
  const std::string& path = options.text("oidc.issuers");
  if (path.empty()) return std::vector<identity::IssuerOptions>();
  RV_ASSIGN(const std::string text, read_file(path));
  auto issuers = identity::parse_issuers(text);
  if (!issuers) return fail(Code::kBadRequestData, path + ": " + issuers.error().message);
  for (identity::IssuerOptions& issuer : *issuers) {
    std::string& keys = issuer.keys_file;
    if (keys.empty() || keys.front() == '/') continue;
    keys = path.substr(0, path.rfind('/') + 1) + keys;  // beside the file that names it
  }
  return issuers;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]") || address == "::1" ||
         address == "localhost" || address.starts_with("localhost:");
}

Result<> check_together(const Options& options) {
  if (options.flag("no_auth") &&
      (!is_loopback(options.text("listen")) || !options.list("server.proxies").empty())) {
    return fail(Code::kBadRequestData,
                "no_auth lets everybody do everything: it is for a loopback address without "
                "server.proxies");
  }
  if (options.text("tls.certificate").empty() != options.text("tls.key").empty()) {
    return fail(Code::kBadRequestData,
                "tls.certificate and tls.key are set together or not at all");
  }
  RV_TRY(check_addresses(options));
  RV_TRY(issuer_options(options));
  return check_mail_options(options);
}

}  // namespace revier::app
