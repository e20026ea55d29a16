"""From calls to round trips."""

import re

from proxy import Call

UPLOAD_BYTES = 100_000
"""A request larger than this carries the code."""


def round_trips(calls: list[Call]) -> int:
    """The longest chain of calls of which each began after the one before had ended: what can't be had faster than
    one after the other was not. Earliest end first finds it."""
    trips, free_at = 0, float("-inf")
    for call in sorted(calls, key=lambda call: call.ended):
        if call.began >= free_at:
            trips, free_at = trips + 1, call.ended
    return trips


def without_waiting(calls: list[Call]) -> list[Call]:
    """The calls less repeated polls. How often one looks whether the function is ready depends on how long AWS takes; that
    one has to look does not. Of reads of the same thing, with nothing else between them, the last one is kept."""
    kept: list[Call] = []
    for call in sorted(calls, key=lambda call: call.began):
        if kept and is_poll(call) and (kept[-1].method, kept[-1].target) == (call.method, call.target):
            kept.pop()
        kept.append(call)
    return kept


def is_poll(call: Call) -> bool:
    """A read of a function or its configuration (GetFunction, GetFunctionConfiguration)."""
    return call.method == "GET" and re.fullmatch(r"/2015-03-31/functions/[^/]+(/configuration)?", path(call)) is not None


def path(call: Call) -> str:
    """Without the query."""
    return call.target.split("?", 1)[0]


def uploads(calls: list[Call]) -> int:
    """How many carried code."""
    return sum(1 for call in calls if call.sent > UPLOAD_BYTES)
