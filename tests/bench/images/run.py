"""The image core beside its peers: `make bench-images`, or `make bench-images ARGS=--quick`. See README.md."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import cases
import chart
import measure
import memory
import photos
import table
import verdict
from inputs import Inputs
from workers import BEFORE, HERE, OURS, SHARP, Command, Worker, commands, last_core, versions

ROOT = HERE.parents[2]


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    known = [case.name for case in cases.CASES] + [cases.MEMORY]
    parser = argparse.ArgumentParser(prog="bench-images", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 photographs, 3 rounds")
    parser.add_argument("--case", action="append", choices=known, help="only this one; may be repeated")
    parser.add_argument("--photos", type=int, choices=range(2, len(photos.PHOTOS) + 1), metavar="N", help="so many photographs")
    parser.add_argument("--rounds", type=int, metavar="N", help="so many, the first is a warm-up (default 6)")
    parser.add_argument("--peers", metavar="A,B", help="only these beside sharp: libvips, ImageMagick, thumbor, none")
    parser.add_argument("--against", type=Path, metavar="FILE", help="another build's `worker`, side by side with this one")
    parser.add_argument("--most", type=float, default=1.02, metavar="N", help="most CPU time with the other build = 1 (default 1.02)")
    parser.add_argument("--core", type=int, metavar="N", help="the core to pin to (default: the last)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured (default: TARGET/bench/images.json)")
    parser.add_argument("--save", action="store_true", help="writes docs/bench-images.svg")
    parser.add_argument("--target", type=Path, default=ROOT / "target", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.photos = given.photos or (5 if given.quick else len(photos.PHOTOS))
    if given.against and not given.against.is_file():
        parser.error(f"{given.against} is no file: build one with cargo build --release --package image-bench --bin worker")
    given.rounds = max(2, given.rounds or (3 if given.quick else 6))
    return given


def main() -> int:
    """0 if every limit holds."""
    given = arguments()
    bench = given.target / "bench"
    modules = bench / "node/node_modules"
    found, missing = commands(given.target / "release/worker", given.against)
    found = chosen(found, given.peers)
    for line in missing:
        print(f"note: {line}")
    core = given.core if given.core is not None else last_core()
    if core is None:
        print("note: taskset is missing: the workers are not pinned, ratios will spread more")
    workers = [Worker(command, core, modules) for command in found]
    try:
        share = photos.fetch(bench / "photos")
        results = run_all(given, workers, share, bench)
    except photos.Unavailable as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    finally:
        for worker in workers:
            worker.close()
    report(given, results, found, modules, bench)
    return 1 if any(result.failed for result, _ in results) else 0


Lines = list[tuple[verdict.Result, list]]


def run_all(given: argparse.Namespace, workers: list[Worker], share: Path, bench: Path) -> Lines:
    """Every case that was asked for, in the order of the list."""
    sharp = next(worker for worker in workers if worker.name == SHARP)
    inputs = Inputs(share, bench, given.photos, lambda path, to: avif(sharp, path, to))
    asked = given.case or [case.name for case in cases.CASES] + [cases.MEMORY]
    results: Lines = []
    for case in cases.CASES:
        if case.name in asked:
            files = [(label(path, share), path) for path in inputs.of(case.inputs)]
            done = measure.run(case, files, workers, given.rounds, bench / "out")
            results.append((verdict.of(case, done, given.most if given.against else None), done))
    if cases.MEMORY in asked:
        peak = memory.measure(inputs.small()[0], inputs.large()[0], workers, max(3, given.rounds // 2))
        results.append((memory.verdict(peak), [peak]))
    return results


def chosen(found: list[Command], asked: str | None) -> list[Command]:
    """Ours and sharp always."""
    if asked is None:
        return found
    names = {name.strip().lower() for name in asked.split(",")} | {OURS, BEFORE, SHARP}
    return [command for command in found if command.name.lower() in names]


def avif(sharp: Worker, path: Path, to: Path) -> None:
    """An AVIF input, made by sharp in its size: 4:2:0 as most have it, quickly."""
    from inputs import opened

    wanted = cases.want(opened(path).width, "avif", 60, sharp={"chromaSubsampling": "4:2:0", "effort": 1})
    answer = sharp.ask({"input": str(path), "wants": [wanted], "out": [str(to)]})
    if answer.get("error"):
        raise RuntimeError(f"sharp could not make {to.name}: {answer['error']}")


def label(path: Path, share: Path) -> str:
    """A name that no other input of the case has."""
    return photos.short(str(path.relative_to(share))) if path.is_relative_to(share) else path.name


def report(given: argparse.Namespace, results: Lines, found: list[Command], modules: Path, bench: Path) -> None:
    """Table, JSON, picture."""
    peers = [command.name for command in found]
    lines = [result for result, _ in results]
    print(table.text(lines, peers))
    known = versions(found, modules)
    to = given.json or bench / "images.json"
    everything = {"versions": known, "commit": commit(), "photos": given.photos, "rounds": given.rounds,
                  "cases": [result.json(done) for result, done in results]}
    to.write_text(json.dumps(everything, indent=1) + "\n")
    if given.save:
        (ROOT / "docs/bench-images.svg").write_text(chart.svg(lines, peers, {name: known[name] for name in peers if name in known}))


def commit() -> str:
    """What was measured."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
