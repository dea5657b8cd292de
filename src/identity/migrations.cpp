// SPDX-License-Identifier: EUPL-1.2
#include <array>
#include <vector>

#include "audit/audit.h"
#include "identity/identity.h"

namespace revier::identity {
namespace {
constexpr std::array kMigrations{
    records::Migration{"identity-0001-accounts", R"(
CREATE TABLE identity_account (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  password TEXT,
  locked BIGINT NOT NULL,
  created_at BIGINT NOT NULL);
CREATE TABLE identity_grant (
  account TEXT NOT NULL REFERENCES identity_account (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  scope TEXT NOT NULL,
  scope_id TEXT NOT NULL,
  scope_within TEXT NOT NULL,
  PRIMARY KEY (account, role, scope, scope_id, scope_within));
CREATE TABLE identity_link (
  hash TEXT PRIMARY KEY,
  account TEXT REFERENCES identity_account (id) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL);
CREATE TABLE identity_session (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES identity_account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL);
CREATE TABLE identity_token (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  actions TEXT NOT NULL,
  tenant TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT);
CREATE TABLE identity_tenant (
  name TEXT PRIMARY KEY,
  public_read BIGINT NOT NULL,
  created_at BIGINT NOT NULL);
CREATE TABLE identity_state (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);
INSERT INTO identity_state (id, version) VALUES (1, 1);
INSERT INTO identity_tenant (name, public_read, created_at) VALUES ('', 1, 0);
)"},
    // Sessions of before have no id to be ended by: everybody signs in once more.
    records::Migration{"identity-0002-second-factor", R"(
DELETE FROM identity_session;
ALTER TABLE identity_account ADD COLUMN mail TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_account ADD COLUMN totp TEXT;
ALTER TABLE identity_account ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE identity_session ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_session ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE identity_session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_token ADD COLUMN used_at BIGINT;
ALTER TABLE identity_token ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
CREATE TABLE identity_recovery (
  account TEXT NOT NULL REFERENCES identity_account (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  PRIMARY KEY (account, hash));
CREATE TABLE identity_role_rule (role TEXT PRIMARY KEY);
)"},
    records::Migration{"identity-0003-rights", R"(
ALTER TABLE identity_token ADD COLUMN rights TEXT NOT NULL DEFAULT '';
)"},
    records::Migration{"identity-0004-profiles", R"(
CREATE TABLE identity_profile (
  name TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  role TEXT NOT NULL,
  actions TEXT NOT NULL,
  tenant TEXT,
  rights TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  used_at BIGINT);
)"},
};
}  // namespace

std::span<const records::Migration> migrations() {
  static const std::vector<records::Migration> all = [] {
    std::vector<records::Migration> steps(kMigrations.begin(), kMigrations.end());
    steps.insert(steps.end(), audit::migrations().begin(), audit::migrations().end());
    return steps;
  }();
  return all;
}

}  // namespace revier::identity
