# SPDX-License-Identifier: EUPL-1.2
"""An HTTP server of a test's own, for what the program asks or tells: a receiver of notifications,
an identity provider. A test derives a Handler, and keeps what came in a LocalServer of its own."""
import http.server
import json
import threading


class LocalServer(http.server.ThreadingHTTPServer):
    """Serves on a free port of this machine until it is closed or the test's process ends."""
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path="/notify"):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """One request after another of a connection; `server` is the LocalServer."""

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status, *headers, body=b""):
        """`headers` are pairs of a name and a value."""
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
