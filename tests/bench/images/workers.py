"""The processes that are compared: started once, pinned to one core, asked by JSON lines."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

OURS, SHARP = "imgdeploy", "sharp"
BEFORE = "before"
"""Another build of ours, of `--against`."""


@dataclass(frozen=True)
class Command:
    """How a worker is started."""

    name: str
    argv: list[str]


class Worker:
    """A process that answers one job at a time; one that ended is started again by the next job."""

    def __init__(self, command: Command, core: int | None, modules: Path) -> None:
        self.name, self.core, self.modules, self.command = command.name, core, modules, command
        self.process: subprocess.Popen[str] | None = None

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """The answer; its `error` says why there is none."""
        if self.process is None:
            self.process = self._start()
        try:
            assert self.process.stdin and self.process.stdout
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            code = self.process.wait()
            self.process = None
            return {"error": f"the worker ended with exit code {code}"}
        return json.loads(line)

    def close(self) -> None:
        """Ends the process."""
        if self.process is not None:
            assert self.process.stdin
            self.process.stdin.close()
            self.process.wait()
            self.process = None

    def _start(self) -> subprocess.Popen[str]:
        pinned = ["taskset", "-c", str(self.core)] if self.core is not None else []
        # One thread each, where a library would take as many as there are cores.
        one = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "MAGICK_THREAD_LIMIT": "1"}
        environment = os.environ | one | {"NODE_PATH": str(self.modules)}
        return subprocess.Popen(pinned + self.command.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True, env=environment)


def commands(worker: Path, against: Path | None = None) -> tuple[list[Command], list[str]]:
    """Every worker that this machine has, ours and sharp first, and what is missing."""
    peers = HERE / "peers"
    found = [
        Command(OURS, [str(worker)]),
        Command(SHARP, ["node", str(HERE / "sharp.js")]),
        Command("libvips", [sys.executable, str(peers / "vips.py")]),
    ]
    if against:
        found.insert(1, Command(BEFORE, [str(against)]))
    missing = []
    magick = imagemagick() or (install_imagemagick() and imagemagick())
    if magick:
        found.append(Command("ImageMagick", [sys.executable, str(peers / "magick.py"), magick]))
    else:
        missing.append("ImageMagick is not installed: its column is left out (apt install imagemagick)")
    found.append(Command("thumbor", [sys.executable, str(peers / "thumbor.py")]))
    return found, missing


def imagemagick() -> str | None:
    """The first program that is ImageMagick itself: a script of the name would be measured with it."""
    for folder in os.get_exec_path():
        for name in ("magick", "convert"):
            path = shutil.which(name, path=folder)
            if path and Path(path).read_bytes()[:2] != b"#!":
                said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stdout
                if "ImageMagick" in said:
                    return path
    return None


def install_imagemagick() -> bool:
    """By apt-get where that is allowed; whether it worked."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print("installing ImageMagick (once)", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "-qq", "-y", "--no-install-recommends", "install", "imagemagick"]
    for command in (install, ["apt-get", "-qq", "update"], install):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if command is install and done.returncode == 0:
            return True
    return False


def last_core() -> int | None:
    """The core to pin to: the last one of those this process may use; the first ones serve interrupts."""
    if shutil.which("taskset") is None:
        return None
    return max(os.sched_getaffinity(0))


def versions(commands_: list[Command], modules: Path) -> dict[str, str]:
    """What is compared, for the report."""
    import importlib.metadata

    import pyvips

    found = {SHARP: json.loads((modules / "sharp/package.json").read_text())["version"]}
    found["libvips"] = ".".join(str(pyvips.version(part)) for part in range(3))
    for command in commands_:
        if command.name == "ImageMagick":
            said = subprocess.run([command.argv[-1], "-version"], capture_output=True, text=True, check=False).stdout
            match = re.search(r"ImageMagick (\S+)", said)
            found[command.name] = match.group(1) if match else "?"
    found["thumbor"] = importlib.metadata.version("thumbor")
    return found
