// SPDX-License-Identifier: EUPL-1.2
// A desk at the door, without a page: asks the server, decides by itself where there is none, and
// brings to the server what it took. One ticket at a time, in order.
import * as server from "./_door_server";
import {DoorStore, type Known, type Seen, type Taken} from "./_door_store";
import {isGenuine, looksSigned, normalisedCode, readSigned, ticketHash} from "./_door_ticket";

// A ticket may be issued while the list is read; only what is clearly older must be in it.
const issuedMarginMs = 60_000;

export interface Verdict {
  // accepted, used, unknown, forged, cancelled, waiting, other-day, session-cancelled; without
  // network also "not-listed" (a typed code that the list does not know), "passed-on" (signed, not
  // in the list any more) and "not-ready" (no list yet)
  kind: string;
  offLine: boolean;
  id?: string;
  name?: string;
  seats?: number;
  at?: string;
  desk?: string;
  others: server.Other[];
}

export type Link = "on" | "off" | "signed-out";

export interface Conflict {
  tail: string;
  taken: Seen[];  // earliest first
}

// Runs steps one after the other.
class Line {
  private last: Promise<unknown> = Promise.resolve();

  next<T>(step: () => Promise<T>): Promise<T> {
    const run = this.last.then(step, step);
    this.last = run.catch(() => undefined);
    return run;
  }
}

const empty = (day: string): Known => ({
  day, tag: "", at: "", salt: "", event: "", keys: {}, tickets: {}, revision: 0, seen: [],
  inside: 0, expected: 0, skewMs: 0, heardMs: 0,
});

export class Desk {
  link: Link = "on";
  waiting: Taken[] = [];
  refusal = "";  // why the server does not take what waits
  private known: Known;
  private readonly taking = new Line();
  private readonly talking = new Line();

  private constructor(private readonly store: DoorStore, readonly day: string,
                      readonly name: string, private readonly changed: () => void) {
    this.known = empty(day);
  }

  static async open(day: string, name: string, changed: () => void): Promise<Desk> {
    const desk = new Desk(await DoorStore.open(), day, name, changed);
    desk.known = await desk.store.known(day) ?? desk.known;
    await desk.recall();
    return desk;
  }

  get inside(): number { return this.known.inside; }
  get expected(): number { return this.known.expected; }
  get heardMs(): number { return this.known.heardMs; }
  get skewMs(): number { return this.known.skewMs; }
  get ready(): boolean { return this.known.tag !== ""; }

  // Tickets that stand as taken more than once.
  get conflicts(): Conflict[] {
    const byTicket = new Map<string, Seen[]>();
    for (const one of this.known.seen.filter(({undone}) => !undone)) {
      byTicket.set(one.hash, [...(byTicket.get(one.hash) ?? []), one]);
    }
    return [...byTicket.values()].filter((taken) => taken.length > 1).map((taken) => ({
      tail: taken[0]?.tail ?? "", taken: taken.sort((a, b) => a.at.localeCompare(b.at)),
    }));
  }

  // Brings the queue to the server, then what changed there to us.
  refresh(): Promise<void> {
    return this.talking.next(async () => {
      await this.asked(async () => {
        await this.send();
        await this.hear();
      });
      this.changed();
    });
  }

  take(text: string): Promise<Verdict> {
    return this.taking.next(async () => {
      const taken = {id: crypto.randomUUID(), ticket: text.trim(), day: this.day, desk: this.name,
                     takenMs: Date.now()};
      // Nobody waits at the door for a network that was gone a moment ago.
      const told = this.link === "on" ? await this.asked(() => server.take(taken)) : undefined;
      const verdict = told ? this.learned(told) : await this.decide(taken);
      this.changed();
      return verdict;
    });
  }

  undo(id: string): Promise<boolean> {
    return this.talking.next(async () => {
      const done = await this.asked(async () => {
        await server.undo(id);
        await this.hear();
        return true;
      });
      this.changed();
      return done === true;
    });
  }

  // Nothing without network.
  search(text: string): Promise<server.Found[] | undefined> {
    return this.talking.next(() => this.asked(() => server.search(this.day, text)));
  }

  // What the server says, or nothing where it is out of reach; other faults are thrown.
  private async asked<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await question();
      this.link = "on";
      return answer;
    } catch (fault) {
      if (fault instanceof server.SignedOut) this.link = "signed-out";
      else if (fault instanceof server.NoNetwork) this.link = "off";
      else throw fault;
      return undefined;
    }
  }

  private learned(told: server.Answer): Verdict {
    return {kind: told.verdict, offLine: false, id: told.id, name: told.name, seats: told.seats,
            at: told.at, desk: told.desk, others: told.others};
  }

  // What the server does not understand stays in the queue and stops nothing else.
  private async send(): Promise<void> {
    await this.recall();
    for (const taken of this.waiting) {
      try {
        await server.report(taken);
      } catch (fault) {
        if (!(fault instanceof server.Refused)) throw fault;
        this.refusal = fault.message;
        continue;
      }
      await this.store.remove(taken.id);
      this.waiting = await this.store.queue();
    }
    if (this.waiting.length === 0) this.refusal = "";
  }

  // Changes `known` at once after each answer: a ticket may be taken meanwhile.
  private async hear(): Promise<void> {
    const known = this.known;
    const list = await server.ticketList(this.day, known.tag);
    if (list) {
      Object.assign(known, {tag: list.tag, at: list.now, salt: list.salt, keys: list.keys,
                            tickets: list.tickets});
    }
    let count = 0;
    for (let more = true; more;) {
      const news = await server.changes(this.day, known.revision);
      const fresh = news.check_ins.map(({ticket, ...rest}) => ({...rest, hash: ticket}));
      const ids = new Set(fresh.map(({id}) => id));
      known.seen = [...known.seen.filter(({id}) => !ids.has(id)), ...fresh];
      Object.assign(known, {event: news.event, inside: news.in, expected: news.expected,
                            revision: news.revision, heardMs: Date.now(),
                            skewMs: Date.parse(news.now) - Date.now()});
      count += fresh.length;
      more = fresh.length > 0;
    }
    if (list || count > 0) await this.store.keep(known);
  }

  // Without the server: by the signature, the list, and what is known to be in.
  private async decide(asked: Omit<Taken, "hash" | "tail">): Promise<Verdict> {
    const no = (kind: string, more: Partial<Verdict> = {}): Verdict =>
        ({kind, offLine: true, others: [], ...more});
    if (!this.ready) return no("not-ready");
    const {code, state} = await this.judged(asked.ticket);
    const hash = await ticketHash(this.known.salt, code);
    const seats = Number(state.slice(3)) || 1;
    await this.recall();
    const standing = this.known.seen.filter(({undone}) => !undone);
    // The server took it and only its answer was lost: the news told of it meanwhile.
    if (standing.some(({id}) => id === asked.id)) {
      return {kind: "accepted", offLine: false, id: asked.id, seats, others: []};
    }
    const first = standing.filter((one) => one.hash === hash)
        .sort((a, b) => a.at.localeCompare(b.at))[0];
    const good = state.startsWith("ok");
    // Taken by its signature before, and typed now: not in the list, but known to be in.
    if (first && (good || state === "not-listed")) {
      return no("used", {at: first.at, desk: first.desk});
    }
    if (!good) return no(state);
    const taken = await this.store.add({...asked, hash, tail: code.slice(-4)});
    this.waiting = await this.store.queue();
    this.join([taken]);
    await this.store.keep(this.known);
    return taken.id === asked.id ? no("accepted", {seats})
        : no("used", {at: this.civil(taken.takenMs), desk: taken.desk});
  }

  // By civil time, of a time by this device's clock.
  private civil(ms: number): string { return new Date(ms + this.known.skewMs).toISOString(); }

  // What waits now: another tab may have put it there, or the battery went empty between the write
  // of the queue and that of what is known.
  private async recall(): Promise<void> {
    this.waiting = await this.store.queue();
    this.join(this.waiting);
  }

  // Makes known what waits and is not; the news may have told of it already.
  private join(queue: Taken[]): void {
    const ids = new Set(this.known.seen.map(({id}) => id));
    for (const {id, hash, tail, day, desk, takenMs} of queue) {
      if (day !== this.day || ids.has(id)) continue;
      const at = this.civil(takenMs);
      this.known.seen.push({id, hash, tail, desk, at, problem: "", undone: false});
      this.known.inside += 1;
    }
  }

  // The code of a ticket and its state: "ok SEATS" or why not.
  private async judged(text: string): Promise<{code: string; state: string}> {
    if (!looksSigned(text)) {
      const code = normalisedCode(text);
      const hash = await ticketHash(this.known.salt, code);
      return {code, state: this.known.tickets[hash] ?? "not-listed"};
    }
    const ticket = readSigned(text);
    const genuine = ticket && await isGenuine(ticket, this.known.keys).catch(() => undefined);
    if (!ticket || genuine === false || ticket.event !== this.known.event) {
      return {code: "", state: "forged"};
    }
    const {code} = ticket;
    const listed = this.known.tickets[await ticketHash(this.known.salt, code)];
    if (listed !== undefined) return {code, state: listed};
    if (genuine === undefined) return {code, state: "not-listed"};  // no Ed25519 here
    if (ticket.issuedMs < Date.parse(this.known.at) - issuedMarginMs) {
      return {code, state: "passed-on"};
    }
    const seats = ticket.seats.get(this.day);
    return {code, state: seats === undefined ? "other-day" : `ok ${seats}`};
  }
}
