// SPDX-License-Identifier: EUPL-1.2
// Shared between all tabs of a browser, so that eight open tabs hold one connection and the ninth
// page still loads. A tab says which entities it shows ([] while it is hidden).
import {type Change, Stream} from "./_stream";

const shown = new Map<MessagePort, string[]>();
let stream: Stream | null = null;

function deliver(change: Change): void {
  for (const [port, ids] of shown) {
    if (ids.includes(change.id)) port.postMessage(change);
  }
}

// Who begins to show an entity has not heard of its changes, though others may follow it already.
function beginsToShow(port: MessagePort, ids: string[]): boolean {
  const before = new Set(shown.get(port));
  return ids.some((id) => !before.has(id));
}

(self as unknown as {onconnect: (event: MessageEvent) => void}).onconnect = (event) => {
  const port = event.ports[0];
  port.onmessage = ({data}: MessageEvent<{address: string; ids: string[] | null}>) => {
    stream ??= new Stream(data.address, deliver);
    const afresh = beginsToShow(port, data.ids ?? []);
    if (data.ids) shown.set(port, data.ids);
    else shown.delete(port);
    stream.follow([...shown.values()].flat(), afresh);
  };
};
