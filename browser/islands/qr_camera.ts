// SPDX-License-Identifier: EUPL-1.2
// QR codes from the camera; loaded when somebody switches it on.
import QrScanner from "qr-scanner";

import {setWorkerAddress} from "./_qr_engine";

const sideMax = 800;

export interface Camera {
  stop(): void;
}

// A code held so near that it fills the picture is read too; large pictures are made smaller.
function wholePicture({videoWidth, videoHeight}: HTMLVideoElement): QrScanner.ScanRegion {
  const scale = Math.min(1, sideMax / Math.max(videoWidth, videoHeight, 1));
  return {x: 0, y: 0, width: videoWidth, height: videoHeight,
          downScaledWidth: Math.round(videoWidth * scale),
          downScaledHeight: Math.round(videoHeight * scale)};
}

// Calls `found` for each code, the same one again only after it was out of sight for a while.
export async function start(video: HTMLVideoElement, worker: string,
                            found: (text: string) => void): Promise<Camera> {
  const againMs = 3_000;
  let last = "", lastMs = 0;
  setWorkerAddress(worker);
  const scanner = new QrScanner(video, ({data}) => {
    const now = Date.now();
    const same = data === last && now - lastMs < againMs;
    [last, lastMs] = [data, now];
    if (!same) found(data);
  }, {preferredCamera: "environment", maxScansPerSecond: 10, returnDetailedScanResult: true,
      calculateScanRegion: wholePicture, onDecodeError: () => undefined});
  await scanner.start();
  return {stop: () => scanner.destroy()};
}
