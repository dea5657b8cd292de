// SPDX-License-Identifier: EUPL-1.2
// People who register, for tests that need registrations rather than the pages for it.
import assert from "node:assert/strict";

let people = 0;
export const nextMail = () => `gast${++people}@beispiel.test`;

// Registers by /api/v1: {code, mail, link}. Null where a quota is full.
export async function register(server, quotas, name) {
  const held = await server.ask("/api/v1/holds", {
    method: "POST", body: {parts: quotas.map((quota) => ({quota, seats: 1}))}});
  if (held.status === 409) return null;
  assert.equal(held.status, 201, await held.clone().text());
  const {hold} = await held.json();
  const mail = nextMail();
  const done = await server.ask("/api/v1/registrations", {
    method: "POST", body: {hold, name, mail, consents: []}});
  assert.equal(done.status, 201, await done.clone().text());
  return {mail, ...await done.json()};
}
