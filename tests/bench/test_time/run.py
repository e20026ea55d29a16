"""How long `make test` takes, clean and warm, beside another commit: `make bench-test-time`. See README.md."""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[3]
CLEAN_LIMIT = 0.5
WARM_LIMIT = 0.35


@dataclass(frozen=True)
class Run:
    """One `make test`: wall clock and processor time of it and of its children that were waited for, in seconds."""

    wall_s: float
    cpu_s: float
    ok: bool


@dataclass(frozen=True)
class Verdict:
    """This commit's median over that of the other, for wall clock and processor time."""

    what: str
    limit: float
    wall: float
    cpu: float

    def holds(self) -> bool:
        """Whether the wall clock is within the limit."""
        return self.wall <= self.limit


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="bench-test-time", description=__doc__)
    parser.add_argument("--against", required=True, metavar="COMMIT", help="the commit to compare with")
    parser.add_argument("--this", default="HEAD", metavar="COMMIT", help="the commit that is compared (default: HEAD)")
    parser.add_argument("--rounds", type=int, default=2, metavar="N", help="so many rounds of each (default 2)")
    parser.add_argument("--warm-only", action="store_true", help="builds once, and measures only what runs again")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="where both are cloned and built (default: TARGET/bench/test-time)")
    parser.add_argument("--target", type=Path, default=ROOT / "target", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.rounds = max(1, given.rounds)
    given.folder = (given.folder or given.target / "bench/test-time").resolve()
    return given


def clone(commit: str, folder: Path) -> Path:
    """A clone of its own at this commit, with emulator and linter, which are fetched before anything is measured."""
    if not folder.is_dir():
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "fetch", "--quiet", "origin"], check=True)
    full = subprocess.run(["git", "-C", str(ROOT), "rev-parse", commit], check=True, capture_output=True, text=True)
    subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", "--detach", full.stdout.strip()], check=True)
    subprocess.run(["make", "--quiet", "venv"], cwd=folder, env=environment(), check=True)
    return folder


def environment() -> dict[str, str]:
    """As on the build server; nothing of a make around it, whose variables name this folder."""
    ours = ("MAKE", "MFLAGS", "CARGO_TARGET_DIR", "IMGDEPLOY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "CARGO_INCREMENTAL": "0"}


def test(folder: Path) -> Run:
    """One `make test`; its words go to a file beside the clone."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(f"{folder}.log", "ab") as log:
        code = subprocess.run(["make", "test"], cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, code == 0)


def compare(what: str, limit: float, ours: list[Run], theirs: list[Run]) -> Verdict:
    """Medians over medians."""
    def ratio(number):
        return median(map(number, ours)) / median(map(number, theirs))

    return Verdict(what, limit, ratio(lambda run: run.wall_s), ratio(lambda run: run.cpu_s))


def line(verdict: Verdict) -> str:
    """One row of the result."""
    word = "ok" if verdict.holds() else "MISSED"
    return f"{verdict.what:6} wall {verdict.wall:5.2f} (limit {verdict.limit:.2f}, {word})   cpu {verdict.cpu:5.2f}"


def measure(given: argparse.Namespace) -> dict[str, dict[str, list[Run]]]:
    """Runs by state, then by commit; the two take turns, and change places from round to round."""
    names = {"this": given.this, "against": given.against}
    folders = {name: clone(commit, given.folder / name) for name, commit in names.items()}
    runs: dict[str, dict[str, list[Run]]] = {"clean": {"this": [], "against": []}, "warm": {"this": [], "against": []}}
    for turn in range(given.rounds):
        for name in sorted(folders, reverse=turn % 2 == 0):
            for state in ("clean", "warm"):
                if state == "clean" and given.warm_only and turn:
                    continue
                if state == "clean":
                    shutil.rmtree(folders[name] / "target", ignore_errors=True)
                done = test(folders[name])
                print(f"{state} {name}: {done.wall_s:.0f} s, {done.cpu_s:.0f} s of processor time{'' if done.ok else ', FAILED'}", flush=True)
                runs[state][name].append(done)
    return runs


def main() -> int:
    """0 if both limits hold, 1 if not, 2 where a run failed."""
    given = arguments()
    runs = measure(given)
    limits = {"clean": CLEAN_LIMIT, "warm": WARM_LIMIT}
    verdicts = [compare(state, limits[state], runs[state]["this"], runs[state]["against"]) for state in runs]
    if given.warm_only:
        verdicts = [verdict for verdict in verdicts if verdict.what == "warm"]
    for verdict in verdicts:
        print(line(verdict))
    told = {state: {name: [asdict(run) for run in all] for name, all in both.items()} for state, both in runs.items()}
    (given.folder / "test-time.json").write_text(json.dumps(told, indent=2) + "\n")
    if not all(run.ok for both in runs.values() for all in both.values() for run in all):
        print(f"error: a run failed: see {given.folder}/*.log", file=sys.stderr)
        return 2
    return 0 if all(map(Verdict.holds, verdicts)) else 1


if __name__ == "__main__":
    sys.exit(main())
