# SPDX-License-Identifier: EUPL-1.2
"""The whole program as a child: started, spoken to over HTTP, killed."""
import atexit
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time

ADDRESS = re.compile(r"Revier serves https?://([^/\s]+)/")
START_SECONDS = 120
REQUEST_SECONDS = 30


class Server:
    """`revier serve` on a free port, over one data directory that outlives it."""

    def __init__(self, binary, data, *options):
        self.binary, self.data, self.options = binary, data, options
        self.process = None
        self.address = ""
        atexit.register(self._leave_nothing)

    def _leave_nothing(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def make_token(self):
        """A token that may read and write; the server must not run."""
        command = [self.binary, "user", "token", "crash", "--data", self.data]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip().splitlines()[-1]

    def start(self, environment=None):
        """Returns once the address is known; the seconds that took."""
        began = time.monotonic()
        self._launch(environment)
        self.address = self._read_address()
        return time.monotonic() - began

    def start_and_kill(self, seconds):
        """kill -9 while it starts."""
        self._launch(None)
        time.sleep(seconds)
        self.kill()

    def _launch(self, environment):
        command = [self.binary, "serve", "--data", self.data, "--listen", "127.0.0.1:0",
                   "--access-log", "off", *self.options]
        with open(os.path.join(self.data, "..", "server.log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True,
                                            env={**os.environ, **(environment or {})})

    def _read_address(self):
        found = queue.Queue()

        def read(lines):
            for line in lines:
                match = ADDRESS.search(line)
                if match:
                    found.put(match.group(1))
            found.put(None)

        threading.Thread(target=read, args=(self.process.stdout,), daemon=True).start()
        try:
            address = found.get(timeout=START_SECONDS)
        except queue.Empty:
            address = None
        if address is None:
            self.process.kill()
            raise SystemExit("the server did not start; see server.log")
        return address

    def kill(self):
        """kill -9, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """The orderly end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def check(self):
        """`revier verify`: everything on disk matches its checksum."""
        command = [self.binary, "verify", "--data", self.data]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"revier verify: {done.stdout}{done.stderr}")


class Client:
    """One keep-alive connection with a token. Broken connections raise OSError."""

    def __init__(self, server, token):
        self.connection = http.client.HTTPConnection(server.address, timeout=REQUEST_SECONDS)
        self.token = token

    def ask(self, method, path, body=None):
        """(status, headers, body, decoded where it is JSON); OSError where no whole answer came."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        text = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            text = json.dumps(body)
        try:
            self.connection.request(method, path, text, headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as broken:
            raise ConnectionError(str(broken)) from broken
        is_json = content and "json" in answer.headers.get("Content-Type", "")
        return answer.status, answer.headers, json.loads(content) if is_json else content

    def close(self):
        self.connection.close()
