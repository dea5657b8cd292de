// SPDX-License-Identifier: EUPL-1.2
// Reads and verifies signed tickets on a desk; the form is in docs/api/check-in.md.

export interface SignedTicket {
  keyId: string;
  event: string;           // 8 hexadecimal signs
  issuedMs: number;
  code: string;            // "K7M3-9QXD-2FHP"
  seats: Map<string, number>;  // by day, "2025-02-05"
  message: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const signatureBytes = 64;
const shortestSigned = 100;
const longestSigned = 400;
const dayMs = 86_400_000;

const squeezed = (text: string): string => text.replace(/\s+/g, "").toUpperCase();

export const looksSigned = (text: string): boolean => squeezed(text).length >= shortestSigned;

// A typed code as tickets show it: case, blanks and dashes do not matter.
export function normalisedCode(text: string): string {
  return squeezed(text).replaceAll("-", "").match(/.{1,4}/gu)?.join("-") ?? "";
}

function fromBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(Math.floor(text.length * 5 / 8));
  let buffer = 0, bits = 0, at = 0;
  for (const sign of text) {
    const value = alphabet.indexOf(sign);
    if (value < 0) return undefined;
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (buffer >> bits) & 0xff;
  }
  return bits >= 5 || (buffer & ((1 << bits) - 1)) !== 0 ? undefined : bytes;
}

const hexadecimal = (bytes: Uint8Array): string =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Nothing for a text that is no signed ticket; whether the signature holds, isGenuine() says.
export function readSigned(text: string): SignedTicket | undefined {
  const whole = squeezed(text);
  if (!whole.startsWith("RV1") || whole.length > longestSigned) return undefined;
  const bytes = fromBase32(whole.slice(3));
  if (!bytes || bytes.length < signatureBytes + 15 || bytes[0] !== 1) return undefined;
  const message = bytes.slice(0, -signatureBytes);
  const view = new DataView(message.buffer);
  const codeEnd = 14 + (message[13] ?? 0);
  const days = message[codeEnd] ?? 0;
  if (message.length !== codeEnd + 1 + 3 * days) return undefined;
  const seats = new Map<string, number>();
  for (let at = codeEnd + 1; at < message.length; at += 3) {
    const day = new Date(view.getUint16(at) * dayMs).toISOString().slice(0, 10);
    seats.set(day, message[at + 2] ?? 0);
  }
  return {
    keyId: hexadecimal(message.subarray(1, 5)), event: hexadecimal(message.subarray(5, 9)),
    issuedMs: view.getUint32(9) * 1000,
    code: normalisedCode(String.fromCharCode(...message.subarray(14, codeEnd))),
    seats, message, signature: bytes.slice(-signatureBytes),
  };
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

// Throws where the browser knows no Ed25519.
export async function isGenuine(ticket: SignedTicket,
                                keys: Record<string, string>): Promise<boolean> {
  const known = keys[ticket.keyId];
  if (known === undefined) return false;
  const key = await crypto.subtle.importKey("raw", fromBase64Url(known), {name: "Ed25519"}, false,
                                            ["verify"]);
  return crypto.subtle.verify({name: "Ed25519"}, key, ticket.signature, ticket.message);
}

// What stands for a code in the list that a desk keeps.
export async function ticketHash(salt: string, code: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + code));
  return btoa(String.fromCharCode(...new Uint8Array(hash).subarray(0, 12)))
      .replaceAll("+", "-").replaceAll("/", "_");
}
