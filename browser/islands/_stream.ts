// SPDX-License-Identifier: EUPL-1.2
// The one event stream of a browser: asks for the union of what the open pages show.
//
// GET <address>?ids=A,B answers with events  id: 42 / data: {"id": A, "attrs": {"pm10": 21.5}}:
// first the state of now, then what changes. EventSource sends Last-Event-ID by itself when a
// connection breaks, and only then: an id tells how far these entities were followed for these
// pages, and nothing of what another page or another entity has missed.

export interface Change {
  id: string;
  attrs: Record<string, string | number | boolean | null>;
}

export class Stream {
  private source: EventSource | null = null;
  private open = "";

  constructor(private readonly address: string,
              private readonly deliver: (change: Change) => void) {}

  // Follows exactly these entities; none closes the stream. `afresh` brings the state of now also
  // where they are followed already.
  follow(ids: Iterable<string>, afresh = false): void {
    const wanted = [...new Set(ids)].sort().join(",");
    const isFollowed = wanted === this.open && this.source?.readyState !== EventSource.CLOSED;
    if (isFollowed && !afresh) return;
    this.source?.close();
    this.source = null;
    this.open = wanted;
    if (wanted) this.connect(wanted);
  }

  private connect(ids: string): void {
    this.source = new EventSource(`${this.address}?${new URLSearchParams({ids})}`);
    this.source.onmessage = (event: MessageEvent<string>) => {
      this.deliver(JSON.parse(event.data) as Change);
    };
  }
}
