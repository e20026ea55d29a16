"""A proxy on 127.0.0.1 that makes each call take longer and writes down when it was."""

import http.client
import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}


@dataclass(frozen=True)
class Call:
    """One request, from its arrival to the end of its answer, in seconds of `time.monotonic`."""

    began: float
    ended: float
    method: str
    target: str
    status: int
    sent: int
    """Bytes of the request's body."""


class Proxy:
    """Between the tools and the emulator."""

    def __init__(self, upstream_port: int, delay_s: float) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(upstream_port, delay_s, self._add))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def take(self) -> list[Call]:
        """The calls since the last time, by their beginning."""
        with self._lock:
            calls, self._calls[:] = sorted(self._calls, key=lambda call: call.began), []
        return calls


def is_dry_run(method: str, target: str, body: bytes) -> bool:
    """Whether it is an UpdateFunctionCode that is only to say whether it could."""
    if method != "PUT" or not target.endswith("/code"):
        return False
    try:
        return json.loads(body).get("DryRun") is True
    except ValueError:
        return False


def handler(upstream_port: int, delay_s: float, add) -> type[BaseHTTPRequestHandler]:
    """What serves one connection of a client, over one to the emulator for each call."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the calls are the log."""

        def serve(self) -> None:
            began = time.monotonic()
            body = self.body()
            sent, method, target = len(body), self.command, self.path
            time.sleep(delay_s)
            if is_dry_run(method, target, body):
                # The emulator would carry it out. AWS answers with the function as it is.
                method, target, body = "GET", target.replace("/code", "/configuration"), b""
            # Host as it came: signatures cover it.
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            if sent and not body:
                headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
            if body or method in ("POST", "PUT"):
                headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
                headers["Content-Length"] = str(len(body))
            upstream = http.client.HTTPConnection("127.0.0.1", upstream_port, timeout=120)
            try:
                upstream.request(method, target, body=body or None, headers=headers)
                answer = upstream.getresponse()
                content = answer.read()
            finally:
                upstream.close()
            # Noted before the client has the end of it: whoever waits for the client finds the call in the list.
            add(Call(began, time.monotonic(), self.command, self.path, answer.status, sent))
            self.send_response_only(answer.status, answer.reason)
            length = None
            for name, value in answer.getheaders():
                if name.lower() == "content-length":
                    length = value
                elif name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            # The answer to HEAD tells the length of what it does not have.
            self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = serve

        def body(self) -> bytes:
            """All of it, whichever way its end is told."""
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline() not in (b"\r\n", b"\n", b""):
                pass
            return b"".join(parts)

    return Handler
