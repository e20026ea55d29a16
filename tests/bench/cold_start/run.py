"""How much CPU a cold start costs, beside Node with sharp: `make bench-cold-start`. See README.md."""

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median

import measure
import peers
import zipped

ROOT = peers.HERE.parents[2]
CPU_LIMIT = 1 / 25
ZIP_LIMIT = 6_000_000
LIMITED = "arm64"
"""The build that is deployed; the others are for comparison."""
ARM64 = "aarch64-unknown-linux-gnu/release/bootstrap"


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="bench-cold-start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="so many starts of each, after a warm-up (default 15)")
    parser.add_argument("--core", type=int, metavar="N", help="the core to pin to (default: the last)")
    parser.add_argument("--bootstrap", type=Path, metavar="FILE", help="the function (default: the release build)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured (default: TARGET/bench/cold-start.json)")
    parser.add_argument("--target", type=Path, default=ROOT / "target", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.rounds = max(1, given.rounds)
    given.bootstrap = (given.bootstrap or given.target / "release/bootstrap").resolve()
    return given


def main() -> int:
    """0 if both limits hold, 1 if not, 2 if a peer does not start."""
    given = arguments()
    folder = given.target / "bench/cold-start"
    compared = [peers.ours(given.bootstrap), peers.node(folder)]
    # Children run where this runs: one core for all.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if given.core is None else given.core})
    try:
        times = measure.rounds(compared, given.rounds)
    except measure.Failed as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    sizes = {"this machine": zipped.size(given.bootstrap)}
    if (given.target / ARM64).exists():
        sizes["arm64"] = zipped.size(given.target / ARM64)
    ratio = measure.ratio(times[peers.OURS].cpu, times[peers.NODE].cpu)
    print(text(times, {peer.name: peer.about for peer in compared}, ratio, sizes))
    to = given.json or given.target / "bench/cold-start.json"
    everything = {"ratio": ratio, "zip_bytes": sizes, "ms": {name: vars(each) for name, each in times.items()}}
    to.write_text(json.dumps(everything, indent=1) + "\n")
    return 0 if holds(ratio, sizes) else 1


def holds(ratio: float, sizes: dict[str, int]) -> bool:
    """Both limits."""
    return ratio <= CPU_LIMIT and sizes.get(LIMITED, 0) <= ZIP_LIMIT


def text(times: dict[str, measure.Times], about: dict[str, str], ratio: float, sizes: dict[str, int]) -> str:
    """The report."""
    lines = ["CPU time from the process's start to its first poll of the Runtime API: median (range)"]
    for name, each in times.items():
        lines.append(f"  {name:<16} {spread(each.cpu)}   wall {spread(each.wall)}   {about[name]}")
    lines.append(f"  ratio {ratio:.4f} = 1/{1 / ratio:.1f}, limit 1/{1 / CPU_LIMIT:.0f}: {verdict(ratio <= CPU_LIMIT)}")
    for name, size in sizes.items():
        limit = f", limit {ZIP_LIMIT / 1e6:.0f} MB: {verdict(size <= ZIP_LIMIT)}" if name == LIMITED else ""
        lines.append(f"Zip, {name}: {size / 1e6:.2f} MB{limit}")
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    """Median and range of milliseconds."""
    return f"{median(values):8.2f} ms ({min(values):.2f}-{max(values):.2f})"


def verdict(held: bool) -> str:
    """In a word."""
    return "PASS" if held else "FAIL"


if __name__ == "__main__":
    sys.exit(main())
