"""The report in text: ratios only, because seconds of another machine say nothing."""

from verdict import Result, Spread
from workers import BEFORE, OURS, SHARP

ABSENT = "-"


def text(results: list[Result], peers: list[str]) -> str:
    """CPU first, then the files, then what did not work."""
    parts = ["CPU time (last line: memory), sharp = 1, median (range over the inputs)", costs(results, peers)]
    parts += ["", "The files compared with sharp's; SSIM of luma against full decode and Lanczos3", files(results)]
    if any(result.against for result in results):
        parts += ["", "CPU time and bytes, the other build = 1", others(results)]
    said = [line for result in results for line in complaints(result)]
    if said:
        parts += ["", "What did not work", *said]
    held = sum(1 for result in results if not result.failed)
    return "\n".join([*parts, "", f"{held} of {len(results)} hold"])


def costs(results: list[Result], peers: list[str]) -> str:
    """Ours beside the limit, then the other peers."""
    others = [name for name in peers if name not in (OURS, SHARP, BEFORE)]
    rows = [["case", "inputs", "imgdeploy", "range", "limit", "", *others]]
    for result in results:
        ours = result.cpu.get(OURS)
        rows.append([
            result.title,
            str(result.inputs),
            f"{ours.median:.2f}" if ours else ABSENT,
            f"{ours.least:.2f}-{ours.most:.2f}" if ours else ABSENT,
            f"{result.limit:.2f}",
            "PASS" if not result.failed else "FAIL: " + ", ".join(result.failed),
            *(short(result.cpu.get(name)) for name in others),
        ])
    return columns(rows)


def others(results: list[Result]) -> str:
    """The other build."""
    rows = [["case", "CPU", "range", "bytes", "range"]]
    for result in results:
        if result.against is None:
            continue
        row = [result.title]
        for spread in (result.against, result.against_bytes):
            row += [f"{spread.median:.3f}", f"{spread.least:.3f}-{spread.most:.3f}"] if spread else [ABSENT, ABSENT]
        rows.append(row)
    return columns(rows)


def files(results: list[Result]) -> str:
    """Bytes and likeness."""
    rows = [["case", "bytes", "worst", "SSIM ours", "least", "SSIM sharp", "least", "worst difference"]]
    for result in results:
        if result.bytes is None:
            continue
        row = [result.title, f"{result.bytes.median:.3f}", f"{result.bytes.most:.3f}"]
        for name in (OURS, SHARP):
            row += [f"{score:.4f}" for score in result.ssim[name]] if result.ssim else [ABSENT, ABSENT]
        rows.append([*row, ABSENT if result.ssim_worst is None else f"{result.ssim_worst:+.4f}"])
    return columns(rows)


def short(spread: Spread | None) -> str:
    """A peer's median."""
    return f"{spread.median:.2f}" if spread else ABSENT


def complaints(result: Result) -> list[str]:
    """One line a worker: the first input stands for all."""
    return [f"  {result.title}: {name}, {len(said)} of {result.inputs}: {said[0]}" for name, said in result.errors.items()]


def columns(rows: list[list[str]]) -> str:
    """Aligned: words to the left, the rest to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    left = {at for at in range(len(rows[0])) if rows[0][at] in ("case", "")}
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if at in left else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
