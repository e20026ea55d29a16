"""The report, and what holds."""

from dataclasses import dataclass
from statistics import median

from measure import Outcome, Runs
from peers import AWS_CLI, OURS

ROUND_TRIPS = 7
"""What Lambda's own API needs for a verified update: see README.md."""


@dataclass
class Verdict:
    """One thing that must hold."""

    what: str
    held: bool


def ratio(ours: Runs, peer: Runs) -> float:
    """Wall time by the medians."""
    return median(ours.wall_s) / median(peer.wall_s)


def verdicts(outcomes: dict[str, Outcome]) -> list[Verdict]:
    """None without ours."""
    ours = outcomes.get(OURS)
    if ours is None:
        return []
    if ours.error is not None:
        return [Verdict(f"{OURS} did it: {ours.error}", False)]
    most = max(ours.changed.needed)
    found = [
        Verdict(f"{most} round trips for new code, at most {ROUND_TRIPS}", most <= ROUND_TRIPS),
        Verdict(f"{max(ours.unchanged.calls)} call for unchanged code, exactly 1", set(ours.unchanged.calls) == {1}),
        Verdict("no upload of unchanged code, no new version", max(ours.unchanged.uploads) == 0 and ours.unchanged.new_versions == 0),
    ]
    for name, peer in outcomes.items():
        if name.startswith(AWS_CLI) and peer.error is None:
            value = ratio(ours.changed, peer.changed)
            found.append(Verdict(f"{value:.2f} of the time of {name}, less than 1", value < 1))
    return found


def text(outcomes: dict[str, Outcome], missing: dict[str, str]) -> str:
    """Two tables, then what did not work and what holds."""
    parts = []
    for title, which in (("New code", "changed"), ("The same code again", "unchanged")):
        parts += [title, kind(outcomes, which), ""]
    for name, outcome in outcomes.items():
        if outcome.error is not None:
            parts.append(f"{name} failed: {outcome.error}")
    parts += [f"{name} is left out: {why}" for name, why in missing.items()]
    parts += [f"{'PASS' if verdict.held else 'FAIL'}  {verdict.what}" for verdict in verdicts(outcomes)]
    return "\n".join(parts).rstrip()


def kind(outcomes: dict[str, Outcome], which: str) -> str:
    """One line a peer."""
    ours = outcomes.get(OURS)
    rows = [["peer", "wall s", "range", "own CPU s", "calls", "round trips", "less polls", "uploads", "new versions", "imgdeploy = peer x"]]
    for name, outcome in outcomes.items():
        runs: Runs = getattr(outcome, which)
        if not runs.wall_s:
            continue
        compared = ours and getattr(ours, which).wall_s and name != OURS
        rows.append([
            name,
            f"{median(runs.wall_s):.2f}",
            f"{min(runs.wall_s):.2f}-{max(runs.wall_s):.2f}",
            f"{median(runs.cpu_s):.2f}",
            count(runs.calls),
            count(runs.trips),
            count(runs.needed),
            count(runs.uploads),
            f"{runs.new_versions} of {len(runs.wall_s)}",
            f"{ratio(getattr(ours, which), runs):.2f}" if compared else "-",
        ])
    return columns(rows)


def count(values: list[int]) -> str:
    """One number, or a range."""
    return str(values[0]) if len(set(values)) == 1 else f"{min(values)}-{max(values)}"


def columns(rows: list[list[str]]) -> str:
    """Aligned: the first to the left, the rest to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
