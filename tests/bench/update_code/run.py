"""New code into a running function, beside other tools: `make bench-update-code`. See README.md."""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import measure
import peers
import table
from account import Account, variant
from ministack import MiniStack
from proxy import Proxy
from runner import Failed, Runner

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="bench-update-code", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="so many (default 5)")
    parser.add_argument("--delay-ms", type=int, default=50, metavar="N", help="added to each call (default 50)")
    parser.add_argument("--peers", metavar="A,B", help="only these beside imgdeploy, by the beginning of their names")
    parser.add_argument("--log", action="store_true", help="also prints the calls of each peer's last round")
    parser.add_argument("--zip", type=Path, required=True, help="the function for this machine's processor")
    parser.add_argument("--imgdeploy", type=Path, required=True, help="the tool")
    parser.add_argument("--ministack", type=Path, required=True, help="the emulator's program")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured (default: TARGET/bench/update-code.json)")
    parser.add_argument("--target", type=Path, default=ROOT / "target", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.rounds = max(1, given.rounds)
    return given


def main() -> int:
    """0 if all holds, 1 if not, 2 if imgdeploy or the AWS CLI could not run."""
    given = arguments()
    found = chosen(peers.all_peers(given.imgdeploy.absolute(), Path(sys.executable).parent), given.peers)
    with tempfile.TemporaryDirectory(prefix="bench-update-code-") as name:
        folder = Path(name)
        with MiniStack(given.ministack.absolute()) as emulator, Proxy(emulator.port, given.delay_ms / 1000) as proxy:
            account, run = Account(emulator.url), Runner(proxy.url, folder)
            ready, missing = set_up(found, account, folder, run, given.zip)
            outcomes = measure.rounds(ready, given.rounds, account, proxy, run, given.zip, folder)
    size = given.zip.stat().st_size / 1e6
    print(f"{given.delay_ms} ms on each call, zip of {size:.1f} MB, {given.rounds} rounds: medians")
    print(table.text(outcomes, missing))
    if given.log:
        for peer, outcome in outcomes.items():
            print(f"\n{peer}\n  " + "\n  ".join(outcome.log))
    save(given, outcomes, missing)
    if {peers.OURS, peers.AWS_CLI} & missing.keys():
        return 2
    return 0 if all(verdict.held for verdict in table.verdicts(outcomes)) else 1


def chosen(found: list[peers.Peer], asked: str | None) -> list[peers.Peer]:
    """Ours always."""
    if asked is None:
        return found
    beginnings = tuple(name.strip().lower() for name in asked.split(","))
    return [peer for peer in found if peer.name == peers.OURS or peer.name.lower().startswith(beginnings)]


def set_up(found: list[peers.Peer], account: Account, folder: Path, run: Runner, base: Path) -> tuple[list[peers.Peer], dict[str, str]]:
    """The peers that can run, and why the others can't."""
    ready, missing = [], {}
    for peer in found:
        try:
            peer.set_up(account, folder, run, variant(base, f"{peer.name}, first", folder / "first.zip"))
            ready.append(peer)
        except (peers.Missing, Failed) as problem:
            missing[peer.name] = str(problem)
    return ready, missing


def save(given: argparse.Namespace, outcomes: dict[str, measure.Outcome], missing: dict[str, str]) -> None:
    """For whoever wants to look closer."""
    to = given.json or given.target / "bench/update-code.json"
    to.parent.mkdir(parents=True, exist_ok=True)
    everything = {"commit": peers.commit(ROOT), "versions": peers.versions(), "delay_ms": given.delay_ms, "missing": missing,
                  "peers": {name: asdict(outcome) for name, outcome in outcomes.items()}}
    to.write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
