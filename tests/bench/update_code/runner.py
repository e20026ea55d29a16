"""Runs the commands of the peers and adds up what they cost."""

import os
import subprocess
import tempfile
import threading
from pathlib import Path

from ministack import CREDENTIALS, REGION

PATIENCE_S = 300


class Failed(Exception):
    """A command that did not do it, with its last words."""


class Runner:
    """Commands in an environment of their own, against one endpoint."""

    def __init__(self, endpoint: str, home: Path) -> None:
        self.endpoint = endpoint
        self.cpu_s = 0.0
        """User and system time of all commands so far, their children included."""
        self._home = home
        self._env = CREDENTIALS | {
            "PATH": os.environ.get("PATH", ""), "HOME": str(home), "TMPDIR": str(home), "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0", "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
        }
        # cargo-lambda asks cargo, which is found by these or under the real home.
        for name, folder in (("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")):
            self._env[name] = os.environ.get(name) or str(Path.home() / folder)

    def __call__(self, argv: list[str]) -> str:
        """The command's stdout; [`Failed`] if its exit code is not 0."""
        code, out, said = self._run(argv)
        if code != 0:
            raise Failed(f"{' '.join(argv[:4])} … ended with {code}: {(out + said).strip()[-600:]}")
        return out

    def code(self, argv: list[str]) -> int:
        """The exit code alone."""
        return self._run(argv)[0]

    def _run(self, argv: list[str]) -> tuple[int, str, str]:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(argv, env=self._env, cwd=self._home, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            killer = threading.Timer(PATIENCE_S, process.kill)
            killer.start()
            # The only way to the cost of one child among several.
            _, status, usage = os.wait4(process.pid, 0)
            killer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_s += usage.ru_utime + usage.ru_stime
            out.seek(0)
            err.seek(0)
            return process.returncode, out.read().decode(errors="replace"), err.read().decode(errors="replace")
