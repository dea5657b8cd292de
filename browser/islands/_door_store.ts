// SPDX-License-Identifier: EUPL-1.2
// What a desk keeps over a reload: hashes of tickets with their state, the check-ins of all desks,
// and the queue of those that the server has not heard of. No names.

export interface Taken {  // waits for the server
  id: string;
  ticket: string;  // as scanned or typed
  hash: string;
  tail: string;
  day: string;
  desk: string;
  takenMs: number;  // by this device's clock
}

export interface Seen {  // a check-in that the server told of, or one of our own
  id: string;
  hash: string;
  tail: string;
  desk: string;
  at: string;  // instant
  problem: string;
  undone: boolean;
}

export interface Known {
  day: string;
  tag: string;
  at: string;  // civil instant of the list
  salt: string;
  event: string;
  keys: Record<string, string>;
  tickets: Record<string, string>;
  revision: number;
  seen: Seen[];
  inside: number;
  expected: number;
  skewMs: number;   // civil time less this device's clock
  heardMs: number;  // when the server was last heard, by this device's clock
}

const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// Durable when it resolves: a ticket is shown as taken only then.
const committed = (step: IDBTransaction): Promise<void> => new Promise((resolve, reject) => {
  step.oncomplete = () => resolve();
  step.onerror = step.onabort = () => reject(step.error);
});

export class DoorStore {
  private constructor(private readonly database: IDBDatabase) {}

  static async open(): Promise<DoorStore> {
    const request = indexedDB.open("revier-einlass", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("known", {keyPath: "day"});
      request.result.createObjectStore("queue", {keyPath: "id"});
    };
    return new DoorStore(await done(request));
  }

  known(day: string): Promise<Known | undefined> {
    return done(this.database.transaction("known").objectStore("known").get(day));
  }

  // Other days are forgotten: a desk works for one.
  async keep(known: Known): Promise<void> {
    const step = this.database.transaction("known", "readwrite");
    step.objectStore("known").clear();
    step.objectStore("known").put(known);
    await committed(step);
  }

  async queue(): Promise<Taken[]> {
    const rows = this.database.transaction("queue").objectStore("queue");
    const all: Taken[] = await done(rows.getAll());
    return all.sort((a, b) => a.takenMs - b.takenMs);
  }

  // What then waits with this ticket on this day: `taken`, or what another tab was first with.
  async add(taken: Taken): Promise<Taken> {
    const step = this.database.transaction("queue", "readwrite", {durability: "strict"});
    const rows = step.objectStore("queue");
    const all: Taken[] = await done(rows.getAll());
    const first = all.find(({day, hash}) => day === taken.day && hash === taken.hash);
    if (!first) rows.put(taken);
    await committed(step);
    return first ?? taken;
  }

  async remove(id: string): Promise<void> {
    const step = this.database.transaction("queue", "readwrite");
    step.objectStore("queue").delete(id);
    await committed(step);
  }
}
