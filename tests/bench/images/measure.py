"""Runs a case: every peer once for each photograph and round, side by side, so that all meet the same disturbances."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from cases import Case
from quality import References, duration_ms
from workers import OURS, SHARP, Worker


@dataclass
class Photo:
    """What one input cost and gave, by worker."""

    label: str
    cpu: dict[str, list[int]] = field(default_factory=dict)
    """Microseconds, warm-up left out."""
    sizes: dict[str, list[int]] = field(default_factory=dict)
    """Bytes of each output."""
    ssim: dict[str, list[float]] = field(default_factory=dict)
    """Of each output; ours and sharp's only."""
    errors: dict[str, str] = field(default_factory=dict)

    def ratio(self, name: str, to: str = SHARP) -> float | None:
        """CPU time of a worker by the medians, sharp (or another one) = 1."""
        if not self.cpu.get(name) or not self.cpu.get(to):
            return None
        return median(self.cpu[name]) / median(self.cpu[to])


def run(case: Case, files: list[tuple[str, Path]], workers: list[Worker], rounds: int, folder: Path) -> list[Photo]:
    """All photographs of a case; outputs of the warm-up are kept in `folder` and looked at."""
    done = []
    for label, path in files:
        photo = Photo(label)
        outputs = {worker.name: names(folder / case.name / worker.name, label, case) for worker in workers}
        for number in range(rounds):
            # Another one begins each time: whoever follows the slowest finds the caches coldest.
            turned = workers[number % len(workers) :] + workers[: number % len(workers)]
            for worker in turned:
                if worker.name not in photo.errors:
                    one(case, path, worker, outputs[worker.name] if number == 0 else [], photo)
        judge(case, path, outputs, photo)
        done.append(photo)
        progress(f"{case.title}: {len(done)} of {len(files)}")
    progress("")
    return done


def progress(text: str) -> None:
    """One line that is written over, for whoever watches a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text:<60}" if text else "\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)


def names(folder: Path, label: str, case: Case) -> list[Path]:
    """Where the outputs of an input go."""
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{label}.{want['width']}.{case.extension}" for want in case.wants]


def one(case: Case, path: Path, worker: Worker, outputs: list[Path], photo: Photo) -> None:
    """One job. With outputs it is the warm-up: its time is not kept."""
    job = {"input": str(path), "specs": case.specs, "wants": case.wants, "out": [str(name) for name in outputs]}
    answer = worker.ask(job)
    if answer.get("error"):
        photo.errors[worker.name] = answer["error"]
        photo.cpu.pop(worker.name, None)
    elif outputs:
        photo.sizes[worker.name] = answer["bytes"]
    else:
        photo.cpu.setdefault(worker.name, []).append(answer["cpu_us"])


def judge(case: Case, path: Path, outputs: dict[str, list[Path]], photo: Photo) -> None:
    """SSIM of ours and sharp's, and whether an animation is still as long as it was."""
    animated = bool(case.wants[0].get("animated"))
    references = References(path, animated)
    for name in (OURS, SHARP):
        if name in photo.errors or name not in photo.sizes:
            continue
        try:
            photo.ssim[name] = [references.score(output) for output in outputs[name]]
            if animated and duration_ms(outputs[name][0]) != duration_ms(path):
                raise ValueError(f"takes {duration_ms(outputs[name][0])} ms of {duration_ms(path)}")
        except Exception as problem:  # noqa: BLE001: a file that nothing can read is a result
            photo.errors[name] = f"the output: {problem}"
