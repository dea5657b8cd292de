// SPDX-License-Identifier: EUPL-1.2
// The server as a desk asks it. A call that gets no answer in time throws NoNetwork; one that the
// server refuses for the sign-in throws SignedOut.
import type {Seen, Taken} from "./_door_store";

const answerMs = 3_000;

export class NoNetwork extends Error {}
export class SignedOut extends Error {}
export class Refused extends Error {}

export interface Other {
  id: string;
  desk: string;
  at: string;
}

export interface Answer {
  verdict: string;
  id?: string;
  at?: string;
  desk?: string;
  code?: string;
  name?: string;
  seats?: number;
  others: Other[];
}

export interface Changes {
  now: string;
  event: string;
  salt: string;
  in: number;
  expected: number;
  revision: number;
  check_ins: (Omit<Seen, "hash"> & {ticket: string})[];
}

export interface TicketList {
  tag: string;
  now: string;
  salt: string;
  keys: Record<string, string>;
  tickets: Record<string, string>;
}

export interface Found {
  code: string;
  name: string;
  mail: string;
  state: string;
}

async function ask(path: string, body?: unknown): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/check-ins${path}`, {
      method: body === undefined ? "GET" : "POST", cache: "no-store", credentials: "same-origin",
      headers: body === undefined ? {} : {"Content-Type": "application/json"},
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(answerMs),
    });
  } catch {
    throw new NoNetwork();
  }
  if (answer.status === 401) throw new SignedOut();
  if (answer.status >= 500 || answer.status === 429) throw new NoNetwork();
  return answer;
}

async function read<T>(answer: Response): Promise<T> {
  try {
    return await answer.json() as T;
  } catch {
    throw new NoNetwork();
  }
}

async function verdictOf(answer: Response): Promise<Answer> {
  const told = await read<Answer & {detail?: string}>(answer);
  if (!told.verdict) throw new Refused(told.detail ?? String(answer.status));
  return {...told, others: told.others ?? []};
}

export async function take(taken: Omit<Taken, "hash" | "tail">): Promise<Answer> {
  const {ticket, day, desk, id} = taken;
  return verdictOf(await ask("", {ticket, day, desk, id}));
}

// Of a ticket that was taken without network.
export async function report({ticket, day, desk, id, takenMs}: Taken): Promise<Answer> {
  return verdictOf(await ask("", {
    ticket, day, desk, id, taken_at: new Date(takenMs).toISOString(),
    sent_at: new Date().toISOString(),
  }));
}

export async function changes(day: string, after: number): Promise<Changes> {
  const answer = await ask(`?${new URLSearchParams({day, after: String(after)})}`);
  if (!answer.ok) throw new Refused(String(answer.status));
  return read<Changes>(answer);
}

// Nothing where the list is still the one with this tag.
export async function ticketList(day: string, known: string): Promise<TicketList | undefined> {
  const answer = await ask(`/tickets?${new URLSearchParams({day, known})}`);
  if (answer.status === 204) return undefined;
  if (!answer.ok) throw new Refused(String(answer.status));
  return read<TicketList>(answer);
}

export async function search(day: string, text: string): Promise<Found[]> {
  const answer = await ask("/search", {day, text});
  if (!answer.ok) throw new Refused(String(answer.status));
  return read<Found[]>(answer);
}

export async function undo(id: string): Promise<void> {
  const answer = await ask(`/${encodeURIComponent(id)}/undo`, {});
  if (!answer.ok) throw new Refused(String(answer.status));
}
