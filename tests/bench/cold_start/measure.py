"""CPU and wall time from a process's start to its first `next`."""

import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from statistics import median

from peers import Peer, environment
from runtime_api import RuntimeApi

PATIENCE_S = 120


class Failed(Exception):
    """A peer that did not get as far as asking for an event."""


@dataclass
class Start:
    """One start, in milliseconds."""

    cpu: float
    wall: float


@dataclass
class Times:
    """The starts of a peer."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def add(self, start: Start) -> None:
        """One more."""
        self.cpu.append(start.cpu)
        self.wall.append(start.wall)


def cpu_clock(pid: int) -> int:
    """The clock of a process's CPU time, user and system, of all its threads, ended ones included: the id that
    clock_getcpuclockid(3) makes on Linux."""
    return ~pid << 3 | 2


def start(peer: Peer) -> Start:
    """Starts the peer, reads its clock as soon as it asks for an event, and ends it."""
    api = RuntimeApi()
    with tempfile.TemporaryFile() as log:
        began = time.monotonic()
        process = subprocess.Popen(
            peer.argv, env=environment(api.address, peer), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            asked = api.first_next(began + PATIENCE_S)
            cpu = time.clock_gettime(cpu_clock(process.pid)) * 1000
            wall = (time.monotonic() - began) * 1000
        finally:
            process.kill()
            process.wait()
            api.close()
        if not asked or api.others:
            log.seek(0)
            said = log.read()[-2000:].decode(errors="replace")
            raise Failed(f"{peer.name} did not ask for an event; it asked {api.others} and said:\n{said}")
    return Start(cpu, wall)


def rounds(peers: list[Peer], number: int) -> dict[str, Times]:
    """Every peer once in each round, another one first each time. The first round is a warm-up."""
    times = {peer.name: Times() for peer in peers}
    for at in range(number + 1):
        turned = peers[at % len(peers) :] + peers[: at % len(peers)]
        for peer in turned:
            done = start(peer)
            if at > 0:
                times[peer.name].add(done)
    return times


def ratio(ours: list[float], peer: list[float]) -> float:
    """Of the medians."""
    return median(ours) / median(peer)
