"""What the measured processor time comes to on Lambda. Arithmetic alone."""

import math

S3_LATENCY_S = {"head": 0.015, "get": 0.030, "put": 0.035, "result": 0.035}
"""Assumed, within a region: first byte of each call; a photograph's 1.2 MB take another 15 ms at 80 MB/s."""
TRANSFER_S = 0.015
COLD_START_S = 0.15
"""Assumed: start of an instance until it works."""
FIRST, MORE_PER_MINUTE = 5, 300
"""How a queue's mapping adds instances, by AWS's documentation."""
KNOWN_S = 3.0
"""The result known of a two-tier fan-out in Node, for the same order."""


def one_photo(cpu_s: float) -> float:
    """Seconds for one photograph in an instance of one processor that does nothing else."""
    return S3_LATENCY_S["head"] + S3_LATENCY_S["get"] + TRANSFER_S + cpu_s + S3_LATENCY_S["put"]


def at_once(photos: int, instances: int, cpu_s: float) -> float:
    """Seconds with that many instances from the beginning: latency of one photograph hides behind work on the others."""
    each = math.ceil(photos / instances)
    return COLD_START_S + one_photo(cpu_s) + (each - 1) * max(cpu_s, one_photo(cpu_s) / 3) + S3_LATENCY_S["result"]


def at_the_mappings_pace(photos: int, cpu_s: float, most: int) -> float:
    """Seconds with instances coming as a queue's mapping adds them, `most` at most."""
    speed = 1 / max(cpu_s, one_photo(cpu_s) / 3)
    step, seconds, done = 0.01, COLD_START_S, 0.0
    while done < photos:
        instances = min(most, FIRST + MORE_PER_MINUTE / 60 * seconds)
        done += instances * speed * step
        seconds += step
    return seconds + S3_LATENCY_S["result"]


def text(photos: int, cpu_s: float) -> str:
    """The lines."""
    latency = ", ".join(f"{name} {round(1000 * seconds)} ms" for name, seconds in S3_LATENCY_S.items())
    lines = [
        f"on Lambda, on paper: {photos} photographs, {1000 * cpu_s:.0f} ms of one processor each, as measured here; assumed of S3: {latency},",
        f"  {round(1000 * TRANSFER_S)} ms for the bytes; {round(1000 * COLD_START_S)} ms to start an instance. Known of a fan-out in Node: {KNOWN_S:.0f} s",
    ]
    for instances in (1000, 100):
        lines.append(f"  {instances:>5} instances from the beginning  {at_once(photos, instances, cpu_s):5.2f} s")
    for most in (1000, 20):
        lines.append(f"  as a queue adds them, {most:>4} at most {at_the_mappings_pace(photos, cpu_s, most):6.2f} s")
    return "\n".join(lines)
