// SPDX-License-Identifier: EUPL-1.2
// The one event stream of a browser: asks for the union of what the open pages show.
//
// GET <address>?ids=A,B answers with events  id: 42 / data: {"id": A, "attrs": {"pm10": 21.5}}.
// EventSource sends Last-Event-ID by itself when a connection breaks; when we close it ourselves
// (all pages hidden, other entities), the last id goes along as a parameter.

export interface Change {
  id: string;
  attrs: Record<string, string | number | boolean | null>;
}

export class Stream {
  private source: EventSource | null = null;
  private open = "";
  private lastId = "";

  constructor(private readonly address: string,
              private readonly deliver: (change: Change) => void) {}

  // Follows exactly these entities; none closes the stream.
  follow(ids: Iterable<string>): void {
    const wanted = [...new Set(ids)].sort().join(",");
    if (wanted === this.open && this.source?.readyState !== EventSource.CLOSED) return;
    this.source?.close();
    this.source = null;
    this.open = wanted;
    if (wanted) this.connect(wanted);
  }

  private connect(ids: string): void {
    const query = new URLSearchParams({ids});
    if (this.lastId) query.set("last", this.lastId);
    this.source = new EventSource(`${this.address}?${query}`);
    this.source.onmessage = (event: MessageEvent<string>) => {
      this.lastId = event.lastEventId;
      this.deliver(JSON.parse(event.data) as Change);
    };
  }
}
