"""The report as a picture: bars of CPU time, sharp = 1, with limits and ranges."""

from xml.sax.saxutils import escape

from verdict import Result, Spread
from workers import BEFORE, OURS, SHARP

WIDTH, LEFT, RIGHT = 940, 236, 70
MOST = 2.0
"""The end of the scale; longer bars are cut and say how long they are."""

BAR, THIN, GAP, TOP = 14, 7, 18, 74

STYLE = """
    .page { fill: #ffffff; stroke: #c8ccd2; }
    .ours { fill: #1f5fbf; } .fail { fill: #b3261e; }
    .p0 { fill: #8fa3bf; } .p1 { fill: #b9a27e; } .p2 { fill: #9aa39c; }
    .range { stroke: #1c2128; stroke-width: 1.4; } .limit { stroke: #1d7a3a; stroke-width: 2.6; }
    .sharp { stroke: #6b7480; stroke-dasharray: 4 3; } .grid { stroke: #e3e6ea; }
    text { fill: #1c2128; } .note { fill: #4a525c; font-size: 11px; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #15181d; stroke: #3a4049; }
      .ours { fill: #6aa5ff; } .fail { fill: #ff8a80; }
      .p0 { fill: #5d7190; } .p1 { fill: #85714f; } .p2 { fill: #687069; }
      .range { stroke: #e6e9ed; } .limit { stroke: #5fd38a; }
      .sharp { stroke: #9aa3ad; } .grid { stroke: #2a2f37; }
      text { fill: #e6e9ed; } .note { fill: #a9b0b9; }
    }"""


def svg(results: list[Result], peers: list[str], versions: dict[str, str]) -> str:
    """The whole file."""
    others = [name for name in peers if name not in (OURS, SHARP, BEFORE)]
    body: list[str] = []
    y = TOP
    for result in results:
        group, height = bars(result, others, y)
        body += group
        y += height + GAP
    title = "CPU time to resize an image, and peak memory: sharp = 1, shorter is better"
    ticks = [tick(value / 4, y - GAP) for value in range(0, int(MOST * 4) + 1)]
    foot = "  ·  ".join(f"{name} {version}" for name, version in versions.items())
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 44}" width="{WIDTH}" height="{y + 44}" role="img"',
        "     aria-labelledby=\"title desc\" font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"13\">",
        f'  <title id="title">{title}</title>',
        f'  <desc id="desc">{escape(spoken(results))}</desc>',
        f"  <style>{STYLE}\n  </style>",
        f'  <rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{y + 43}" rx="8"/>',
        f'  <text x="20" y="28" font-size="16" font-weight="600">{title}</text>',
        *legend(others),
    ]
    end = [
        f'  <line class="sharp" x1="{x(1):.1f}" y1="{TOP - 8}" x2="{x(1):.1f}" y2="{y - GAP + 4}"/>',
        f'  <text class="note" x="20" y="{y + 30}">{escape(foot)}</text>',
        "</svg>",
    ]
    return "\n".join([*head, *ticks, *body, *end]) + "\n"


def bars(result: Result, others: list[str], y: int) -> tuple[list[str], int]:
    """One case: our bar with range and limit, thin ones of the other peers below; and how high it is."""
    mark = "ours" if not result.failed else "fail"
    lines = [f'  <text x="{LEFT - 12}" y="{y + 11}" text-anchor="end">{escape(result.title)}</text>']
    ours = result.cpu.get(OURS)
    if ours:
        lines += bar(ours, mark, y, BAR)
        middle = y + BAR / 2
        lines.append(f'  <line class="range" x1="{x(ours.least):.1f}" y1="{middle}" x2="{x(ours.most):.1f}" y2="{middle}"/>')
    else:
        lines.append(f'  <text class="note" x="{x(0) + 6}" y="{y + 11}">not done</text>')
    lines.append(f'  <line class="limit" x1="{x(result.limit):.1f}" y1="{y - 3}" x2="{x(result.limit):.1f}" y2="{y + BAR + 3}"/>')
    height = BAR + 3
    for at, name in enumerate(others):
        spread = result.cpu.get(name)
        if spread:
            lines += bar(spread, f"p{at % 3}", y + height, THIN)
            height += THIN + 1
    return lines, height


def bar(spread: Spread, mark: str, y: int, height: int) -> list[str]:
    """A median; the number stands behind the range, or behind the end where the bar is cut."""
    end = spread.most if mark in ("ours", "fail") else spread.median
    cut = " →" if spread.median > MOST else ""
    size = "" if height == BAR else ' class="note" font-size="9" style="font-size:9px"'
    return [
        f'  <rect class="{mark}" x="{x(0)}" y="{y}" width="{x(spread.median) - x(0):.1f}" height="{height}"/>',
        f'  <text{size} x="{x(end) + 6:.1f}" y="{y + height - (2.5 if height == BAR else 0)}">{spread.median:.2f}{cut}</text>',
    ]


def x(value: float) -> float:
    """Where a ratio lies."""
    return LEFT + (WIDTH - LEFT - RIGHT) * min(value, MOST) / MOST


def tick(value: float, bottom: int) -> str:
    """A line of the scale; every second one has its number."""
    place = f"{x(value):.1f}"
    label = f'<text class="note" x="{place}" y="{bottom + 18}" text-anchor="middle">{value:g}</text>' if value % 0.5 == 0 else ""
    return f'  <line class="grid" x1="{place}" y1="{TOP - 8}" x2="{place}" y2="{bottom + 4}"/>{label}'


def legend(others: list[str]) -> list[str]:
    """What is what."""
    entries = [("ours", "imgdeploy (line: range)"), *((f"p{at % 3}", name) for at, name in enumerate(others))]
    lines, left = [], 20
    for mark, words in entries:
        lines.append(f'  <rect class="{mark}" x="{left}" y="42" width="12" height="12"/><text x="{left + 18}" y="52">{escape(words)}</text>')
        left += 40 + 7 * len(words)
    lines.append(f'  <rect class="fail" x="{left}" y="42" width="12" height="12"/><text x="{left + 18}" y="52">a rule is broken</text>')
    left += 140
    lines.append(f'  <line class="limit" x1="{left}" y1="40" x2="{left}" y2="56"/><text x="{left + 8}" y="52">limit</text>')
    lines.append(f'  <line class="sharp" x1="{left + 62}" y1="40" x2="{left + 62}" y2="56"/><text x="{left + 70}" y="52">sharp</text>')
    return lines


def spoken(results: list[Result]) -> str:
    """For whoever cannot see the bars."""
    known = [(result, ours) for result in results if (ours := result.cpu.get(OURS))]
    return "; ".join(f"{result.title}: {ours.median:.2f} of sharp, limit {result.limit:.2f}" for result, ours in known)
