"""What the workers in Python share: jobs in, answers out, clock and memory. README.md has the protocol."""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Want = dict[str, Any]
"""One output: width in pixels, format, quality (1 to 100), animated."""

Output = Callable[[bytes, Path, Want], bytes]
"""Makes one output of the input's bytes; the path is for those that start a process of their own."""


def peak_kb() -> int:
    """Most resident memory since the reset, in KiB (proc(5))."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("/proc/self/status has no VmHWM")


def cpu_us(who: int) -> int:
    """User and system time so far, in microseconds."""
    usage = resource.getrusage(who)
    return round((usage.ru_utime + usage.ru_stime) * 1e6)


def run(job: dict[str, Any], output: Output, who: int) -> dict[str, Any]:
    """One job, measured; `who` is the process itself or its children."""
    Path("/proc/self/clear_refs").write_text("5")
    if not job.get("input"):
        return {"cpu_us": 0, "bytes": [], "peak_rss_kb": peak_kb()}
    path = Path(job["input"])
    data = path.read_bytes()
    start = cpu_us(who)
    outputs = [output(data, path, want) for want in job["wants"]]
    spent, peak = cpu_us(who) - start, peak_kb()
    for made, where in zip(outputs, job.get("out", [])):
        if where:
            Path(where).write_bytes(made)
    return {"cpu_us": spent, "bytes": [len(made) for made in outputs], "peak_rss_kb": peak}


def serve(output: Output, who: int = resource.RUSAGE_SELF) -> None:
    """Answers jobs until stdin ends; a failure is an answer."""
    for line in sys.stdin:
        try:
            answer = run(json.loads(line), output, who)
        except Exception as problem:  # noqa: BLE001: whatever a peer throws is its answer
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)
