// SPDX-License-Identifier: EUPL-1.2
// A running `revier serve --demo herne` on a free port, in a folder of its own, gone at the end.
import {spawn} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";

const startMs = 120_000;

export class Server {
  static async start(binary, ...more) {
    const folder = mkdtempSync(join(tmpdir(), "revier-browser-"));
    const server = new Server(binary, folder, more);
    await server.loaded();
    return server;
  }

  // On an empty folder, without the demo.
  static async startEmpty(binary) {
    const folder = mkdtempSync(join(tmpdir(), "revier-browser-"));
    const server = new Server(binary, folder, [], []);
    const deadline = Date.now() + startMs;
    while (!server.firstLink && Date.now() < deadline) await sleep(50);
    return server;
  }

  constructor(binary, folder, more, demo = ["--demo", "herne"]) {
    this.binary = binary;
    this.folder = folder;
    this.output = "";
    this.log = "";
    this.process = spawn(binary, ["serve", ...demo, "--data", folder, "--listen",
                                  "127.0.0.1:0", ...more],
                         {stdio: ["ignore", "pipe", "pipe"]});
    this.process.stdout.on("data", (text) => { this.output += text; });
    this.process.stderr.on("data", (text) => { this.log += text; });
    this.ended = new Promise((resolve) => this.process.on("close", resolve));
  }

  get address() { return /Revier serves (http:\/\/\S+?)\/?\s/.exec(this.output)?.[1]; }
  get firstLink() { return /First administrator \(once\): (\S+)/.exec(this.output)?.[1]; }
  get token() { return readFileSync(join(this.folder, "demo-token"), "utf8").trim(); }

  // Until programme and sensors are there.
  async loaded() {
    const deadline = Date.now() + startMs;
    while (Date.now() < deadline && this.process.exitCode === null) {
      if (this.address && await this.isLoaded().catch(() => false)) return;
      await sleep(200);
    }
    await this.stop();
    throw new Error(`the server did not load the demo:\n${this.output}\n${this.log.slice(-3000)}`);
  }

  async isLoaded() {
    const text = await (await fetch(`${this.address}/stadt-jetzt`)).text();
    return text.includes("data-live=");
  }

  // fetch() of a path, with the demo's token where `token` is set.
  ask(path, {token, body, ...options} = {}) {
    const headers = {...options.headers};
    if (token) headers.Authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers["Content-Type"] ??= "application/json";
    return fetch(this.address + path, {
      ...options, headers, body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  async json(path, options) {
    const answer = await this.ask(path, options);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  // Ends it; the exit status.
  async stop() {
    if (this.process.exitCode === null) this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 30_000);
    const status = await this.ended;
    clearTimeout(timer);
    rmSync(this.folder, {recursive: true, force: true});
    return status;
  }
}
