// SPDX-License-Identifier: EUPL-1.2
// From the options in force to what the parts take.
#pragma once
#include "app/options.h"
#include "base/result.h"
#include "context/broker.h"
#include "context/write_log.h"
#include "federation/sources.h"
#include "history/history.h"
#include "identity/issuers.h"
#include "jsonld/catalogue.h"
#include "ldcontext/contexts.h"
#include "mail/mime.h"
#include "mail/transport.h"
#include "net/client.h"
#include "net/mqtt.h"
#include "net/server.h"
#include "snapshot/snapshots.h"
#include "store/store.h"
#include "subscription/subscriptions.h"
#include "web/page.h"

namespace revier::app {

[[nodiscard]] net::ServerOptions server_options(const Options& options);
[[nodiscard]] net::ClientOptions client_options(const Options& options);
[[nodiscard]] net::MqttOptions mqtt_options(const Options& options);
// Errors: kBadRequestData: a rule that is none.
[[nodiscard]] Result<history::Options> history_options(const Options& options,
                                                       const jsonld::Context& core);
[[nodiscard]] subscription::Options subscription_options(const Options& options);
[[nodiscard]] snapshot::Options snapshot_options(const Options& options);
[[nodiscard]] ldcontext::Options context_options(const Options& options);
[[nodiscard]] federation::SourceOptions source_options(const Options& options);
[[nodiscard]] store::Options store_options(const Options& options);
// Threads for what blocks or computes long.
[[nodiscard]] unsigned pool_threads();
[[nodiscard]] context::Options broker_options(const Options& options);
// The mail server; nullptr where none is configured.
[[nodiscard]] std::unique_ptr<mail::Transport> mail_transport(const Options& options);
[[nodiscard]] context::WriteLog::Options write_log_options(const Options& options);
[[nodiscard]] mail::Letterhead letterhead(const Options& options, const web::Site& frame);
// Reads the operator's folder: catalogue.json is an object from URL to file name.
// Errors: kBadRequestData, kResourceNotFound naming the file.
[[nodiscard]] Result<jsonld::CatalogueOptions> catalogue_options(const Options& options);
// Reads the file of oidc.issuers; none where it is empty. Errors: kBadRequestData naming the place.
[[nodiscard]] Result<std::vector<identity::IssuerOptions>> issuer_options(const Options& options);
// Rules between options. Errors: kBadRequestData: no_auth on an address that is not loopback or
// with proxies; one of tls.certificate and tls.key alone; mail.host without mail.from; a mail
// password without TLS; those of issuer_options().
[[nodiscard]] Result<> check_together(const Options& options);
// True for 127.0.0.0/8, [::1] and localhost, with or without a port.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace revier::app
