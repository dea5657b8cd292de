# SPDX-License-Identifier: EUPL-1.2
"""A running `revier serve` for tests: on a free port, in a folder of its own, gone at the end."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import urllib.parse

BINARY = os.environ.get("BINARY", "build/dev/revier")
START_SECONDS = 60
# Longer than anything takes, also beside a fuzzer on a slow machine: only what hangs is told.
REQUEST_SECONDS = 180
PASSWORD = "ein langes kennwort"


class Server:
    """Use as a context manager; `folder` keeps its data over several servers."""

    def __init__(self, *arguments, folder=None, pattern=r"http://(\S+?)/",
                 listen="127.0.0.1:0"):
        self.folder = folder or tempfile.mkdtemp(prefix="revier-test-")
        self.own_folder = folder is None
        self.arguments, self.pattern, self.listen = arguments, pattern, listen
        self.output, self.log = [], []

    def __enter__(self):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", self.folder, "--listen", self.listen, *self.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.started, self.announced = threading.Event(), threading.Event()
        self.readers = [threading.Thread(target=self.read, args=pair) for pair in
                        ((self.process.stdout, self.output), (self.process.stderr, self.log))]
        for reader in self.readers:
            reader.start()
        self.started.wait(START_SECONDS)
        if not self.announced.wait(5):
            self.__exit__()
            raise RuntimeError("the server did not start:\n" + "".join(self.log))
        self.address = re.search(self.pattern, self.text()).group(1)
        return self

    def read(self, stream, lines):
        for line in stream:
            lines.append(line)
            if line.startswith("Revier serves"):
                self.announced.set()
            if "serve.started" in line:
                self.started.set()
        self.started.set()

    def __exit__(self, *_):
        status = self.stop()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        return status is None

    def text(self):
        return "".join(self.output)

    def stop(self, number=signal.SIGTERM):
        """Ends the process and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, body) of one request."""
        connection = http.client.HTTPConnection(self.address, timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def json(self, path, headers=None):
        status, _, body = self.ask("GET", path, headers=headers)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def first_administrator(self):
        """Takes up the first start's link as "anna"; headers of her session, for forms too."""
        link = re.search(r"/console/start/\S+", self.text()).group(0)
        own = {"Content-Type": "application/x-www-form-urlencoded",
               "Origin": f"http://{self.address}"}
        form = urllib.parse.urlencode({"name": "anna", "password": PASSWORD, "repeat": PASSWORD})
        for path in (link, "/console/anmelden"):
            status, answer, body = self.ask("POST", path, form, own)
            assert status == 303, (path, status, body)
        return {**own, "Cookie": answer["Set-Cookie"].split(";")[0]}


def command(*arguments, environment=None):
    """Runs `revier ARGUMENTS` to its end."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
