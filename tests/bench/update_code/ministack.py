"""MiniStack for the time of a run: an own process, on 127.0.0.1, with a home of its own."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

READY_WITHIN_S = 60
REGION = "us-east-1"
ACCOUNT = "000000000000"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class MiniStack:
    """A running emulator; `with` ends it."""

    def __init__(self, binary: Path) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="ministack-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        home = self.home = self._home.name
        self._log = open(Path(home) / "log", "w+b")
        # The functions that it runs inherit this environment: nothing of the developer's may leak into it.
        environment = CREDENTIALS | {
            "PATH": os.environ.get("PATH", ""), "HOME": home, "TMPDIR": home, "AWS_ENDPOINT_URL": self.url,
            "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "AUTH": "true",
        }
        self._process = subprocess.Popen([str(binary)], env=environment, cwd=home, stdin=subprocess.DEVNULL,
                                         stdout=self._log, stderr=subprocess.STDOUT)

    def __enter__(self) -> "MiniStack":
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=5):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        words = self.log()
        self.__exit__()
        raise RuntimeError(f"MiniStack did not start; its last words:\n{words}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._home.cleanup()

    def log(self) -> str:
        """The end of what it printed."""
        return (Path(self._home.name) / "log").read_text(errors="replace")[-3000:]


def free_port() -> int:
    """One that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
