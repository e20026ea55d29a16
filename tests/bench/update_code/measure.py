"""Rounds: every peer with new code and then with the same code again, another one first each time."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import trips
from account import Account, variant
from peers import Peer
from proxy import Proxy
from runner import Failed, Runner


@dataclass
class Runs:
    """What one peer did, run by run."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    trips: list[int] = field(default_factory=list)
    needed: list[int] = field(default_factory=list)
    """Round trips without repeated polls."""
    uploads: list[int] = field(default_factory=list)
    new_versions: int = 0
    """How often the alias stood on another version afterwards."""


@dataclass
class Outcome:
    """A peer's runs, and what went wrong."""

    changed: Runs = field(default_factory=Runs)
    unchanged: Runs = field(default_factory=Runs)
    log: list[str] = field(default_factory=list)
    """The calls of its last run with new code, then of its last run without."""
    error: str | None = None


def rounds(peers: list[Peer], number: int, account: Account, proxy: Proxy, run: Runner, base: Path, folder: Path) -> dict[str, Outcome]:
    """All of it. A peer that fails is left alone from then on."""
    outcomes = {peer.name: Outcome() for peer in peers}
    for at in range(number):
        for peer in peers[at % len(peers) :] + peers[: at % len(peers)]:
            outcome = outcomes[peer.name]
            if outcome.error is None:
                try:
                    code = variant(base, f"{peer.name} {at}", folder / f"{peer.function}.zip")
                    log = one(peer, code, True, account, proxy, run, outcome.changed)
                    outcome.log = log + ["-"] + one(peer, code, False, account, proxy, run, outcome.unchanged)
                except Failed as problem:
                    outcome.error = str(problem)
    return outcomes


def one(peer: Peer, code: Path, changed: bool, account: Account, proxy: Proxy, run: Runner, runs: Runs) -> list[str]:
    """One run, and a look at what it left."""
    before, _ = account.served(peer.function)
    peer.prepare(code)
    proxy.take()
    run.cpu_s, began = 0.0, time.monotonic()
    peer.update(run, code)
    wall = time.monotonic() - began
    calls = proxy.take()
    version, held = account.served(peer.function)
    if not peer.deployed(code, held):
        raise Failed(f"the alias is on version {version}, whose code is not what was deployed")
    if changed and version == before:
        raise Failed(f"the alias is still on version {version}")
    runs.wall_s.append(wall)
    runs.cpu_s.append(run.cpu_s)
    runs.calls.append(len(calls))
    runs.trips.append(trips.round_trips(calls))
    runs.needed.append(trips.round_trips(trips.without_waiting(calls)))
    runs.uploads.append(trips.uploads(calls))
    runs.new_versions += version != before
    return [f"{call.began - began:.2f}-{call.ended - began:.2f} {call.method} {call.target} {call.status}" for call in calls]
