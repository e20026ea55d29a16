"""Peak memory of one job in a fresh process, above what the process holds when idle, and beside the input's bytes,
which all of them hold alike."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cases
from verdict import Result, Spread
from workers import OURS, SHARP, Worker

# ImageMagick works in a process of its own, which is not the worker's.
SKIPPED = {"ImageMagick"}


@dataclass
class Peak:
    """KiB above idle, one for each process that was tried."""

    label: str
    kb: dict[str, list[int]]
    errors: dict[str, str]


def measure(small: Path, large: Path, workers: list[Worker], tries: int) -> Peak:
    """A small job first: what is loaded once for all is idle memory."""
    peak = Peak(large.name, {}, {})
    for _ in range(tries):
        for worker in workers:
            if worker.name in SKIPPED:
                continue
            worker.close()
            error = above_idle(worker, small, large, peak)
            if error:
                peak.errors[worker.name] = error
            worker.close()
    return peak


def above_idle(worker: Worker, small: Path, large: Path, peak: Peak) -> str | None:
    """One process; the reason if it cannot be done."""
    common = {"specs": ["300x"], "wants": [cases.want(300, "jpeg", 80)]}
    warm = worker.ask({"input": str(small), **common})
    idle = worker.ask({})
    done = worker.ask({"input": str(large), **common})
    for answer in (warm, idle, done):
        if answer.get("error"):
            return answer["error"]
        if answer.get("peak_rss_kb") is None:
            return "the kernel tells no peak"
    above = done["peak_rss_kb"] - idle["peak_rss_kb"] - large.stat().st_size // 1024
    peak.kb.setdefault(worker.name, []).append(max(1, above))
    return None


def verdict(peak: Peak) -> Result:
    """As a line of the report: the ratio of the medians, and how the tries spread."""
    sharp = median(peak.kb[SHARP]) if peak.kb.get(SHARP) else None
    ratios = {
        name: Spread(median(kb) / sharp, min(kb) / sharp, max(kb) / sharp)
        for name, kb in peak.kb.items()
        if sharp and name != SHARP
    }
    errors = {name: [error] for name, error in peak.errors.items()}
    result = Result(cases.MEMORY, cases.MEMORY_TITLE, cases.MEMORY_LIMIT, ratios, errors=errors, inputs=1)
    ours = ratios.get(OURS)
    if ours is None:
        result.failed.append("not measured")
    elif ours.median > cases.MEMORY_LIMIT:
        result.failed.append("memory")
    return result
