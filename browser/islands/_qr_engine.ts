// SPDX-License-Identifier: EUPL-1.2
// Stands in for the worker that qr-scanner makes from a text: ours is a file of this site, as the
// Content-Security-Policy demands.
let address = "";

export function setWorkerAddress(url: string): void { address = url; }
export const createWorker = (): Worker => new Worker(address);
