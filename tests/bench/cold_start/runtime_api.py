"""As much of the Lambda Runtime API as a start needs: it says when the first `next` arrives, and never answers it."""

import socket
import threading
import time

NEXT = b"GET /2018-06-01/runtime/invocation/next "


class RuntimeApi:
    """Listens on a free port of 127.0.0.1 for one process."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._connections: list[socket.socket] = []
        self.others: list[bytes] = []
        """First lines of whatever was not `next`: an error that a runtime reports at its start, for example."""

    def first_next(self, deadline: float) -> bool:
        """Whether `next` arrived before the deadline (of `time.monotonic`). The connection is left open and silent."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._listener.settimeout(left)
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                return False
            self._connections.append(connection)
            connection.settimeout(left)
            line = first_line(connection)
            if line.startswith(NEXT):
                return True
            if line:
                self.others.append(line)
            # Whoever reports an error waits for an answer before it ends.
            threading.Thread(target=accept_rest, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Hangs up."""
        for connection in self._connections:
            connection.close()
        self._listener.close()


def first_line(connection: socket.socket) -> bytes:
    """Of the request; less if the peer hangs up or is too slow."""
    got = b""
    try:
        while b"\r\n" not in got and (part := connection.recv(4096)):
            got += part
    except OSError:
        pass
    return got.split(b"\r\n", 1)[0]


def accept_rest(connection: socket.socket) -> None:
    """Takes anything else without a look at it."""
    try:
        connection.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        connection.close()
    except OSError:
        pass
