"""How much CPU a cold start costs, beside Node with sharp: `make bench-cold-start`. See README.md."""

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median

import measure
import peers

ROOT = peers.HERE.parents[2]
CPU_LIMIT = 1 / 25
ZIP_LIMIT = 6_000_000


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="bench-cold-start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="so many starts of each, after a warm-up (default 15)")
    parser.add_argument("--core", type=int, metavar="N", help="the core to pin to (default: the last)")
    parser.add_argument("--bootstrap", type=Path, metavar="FILE", help="the function (default: the release build)")
    parser.add_argument("--zip", type=Path, metavar="FILE", help="the zip for arm64, as `imgdeploy build` makes it (default: TARGET/bench/arm64.zip)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured (default: TARGET/bench/cold-start.json)")
    parser.add_argument("--target", type=Path, default=ROOT / "target", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.rounds = max(1, given.rounds)
    given.bootstrap = (given.bootstrap or given.target / "release/bootstrap").resolve()
    given.zip = given.zip or given.target / "bench/arm64.zip"
    return given


def main() -> int:
    """0 if both limits hold, 1 if not, 2 if a peer does not start or there is no zip."""
    given = arguments()
    if not given.zip.is_file():
        print(f"error: there is no zip {given.zip}: imgdeploy build --output-zip {given.zip}", file=sys.stderr)
        return 2
    folder = given.target / "bench/cold-start"
    compared = [peers.ours(given.bootstrap), peers.node(folder)]
    # Children run where this runs: one core for all.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if given.core is None else given.core})
    try:
        times = measure.rounds(compared, given.rounds)
    except measure.Failed as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    size = given.zip.stat().st_size
    ratio = measure.ratio(times[peers.OURS].cpu, times[peers.NODE].cpu)
    print(text(times, {peer.name: peer.about for peer in compared}, ratio, size))
    to = given.json or given.target / "bench/cold-start.json"
    everything = {"ratio": ratio, "zip_bytes": size, "ms": {name: vars(each) for name, each in times.items()}}
    to.write_text(json.dumps(everything, indent=1) + "\n")
    return 0 if holds(ratio, size) else 1


def holds(ratio: float, size: int) -> bool:
    """Both limits."""
    return ratio <= CPU_LIMIT and size <= ZIP_LIMIT


def text(times: dict[str, measure.Times], about: dict[str, str], ratio: float, size: int) -> str:
    """The report."""
    lines = ["CPU time from the process's start to its first poll of the Runtime API: median (range)"]
    for name, each in times.items():
        lines.append(f"  {name:<16} {spread(each.cpu)}   wall {spread(each.wall)}   {about[name]}")
    lines.append(f"  ratio {ratio:.4f} = 1/{1 / ratio:.1f}, limit 1/{1 / CPU_LIMIT:.0f}: {verdict(ratio <= CPU_LIMIT)}")
    lines.append(f"Zip for arm64: {size} bytes, limit {ZIP_LIMIT}: {verdict(size <= ZIP_LIMIT)}")
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    """Median and range of milliseconds."""
    return f"{median(values):8.2f} ms ({min(values):.2f}-{max(values):.2f})"


def verdict(held: bool) -> str:
    """In a word."""
    return "PASS" if held else "FAIL"


if __name__ == "__main__":
    sys.exit(main())
