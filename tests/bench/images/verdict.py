"""From what was measured to what holds."""

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from cases import Case
from measure import Photo
from workers import BEFORE, OURS, SHARP


@dataclass
class Spread:
    """A ratio over the photographs."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(values: list[float]) -> "Spread | None":
        """None of nothing."""
        return Spread(median(values), min(values), max(values)) if values else None


@dataclass
class Result:
    """A line of the report. Ratios are to sharp = 1."""

    name: str
    title: str
    limit: float
    cpu: dict[str, Spread | None]
    """By worker, sharp left out; of peak memory in the case of that name."""
    against: Spread | None = None
    """CPU time, the other build = 1; None without one."""
    against_bytes: Spread | None = None
    """Bytes, the other build = 1."""
    bytes: Spread | None = None
    ssim: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Median and least, ours and sharp's."""
    ssim_worst: float | None = None
    """The least of ours minus sharp's over the images."""
    failed: list[str] = field(default_factory=list)
    """What does not hold; empty is a pass."""
    errors: dict[str, list[str]] = field(default_factory=dict)
    """By worker."""
    inputs: int = 0

    def json(self, photos: list[Photo]) -> dict[str, Any]:
        """Everything; times are there for whoever wants to look closer."""
        return asdict(self) | {"passed": not self.failed, "photos": [asdict(photo) for photo in photos]}


def of(case: Case, photos: list[Photo], most: float | None = None) -> Result:
    """A case with its verdicts; `most` is the limit of CPU time with the other build = 1."""
    names = sorted({name for photo in photos for name in photo.cpu} - {SHARP})
    cpu = {name: Spread.of([ratio for photo in photos if (ratio := photo.ratio(name)) is not None]) for name in names}
    result = Result(case.name, case.title, case.limit, cpu, inputs=len(photos))
    for photo in photos:
        for name, error in photo.errors.items():
            result.errors.setdefault(name, []).append(f"{photo.label}: {error}")
    files(result, photos)
    check(result, case)
    against(result, photos, most)
    return result


def against(result: Result, photos: list[Photo], most: float | None) -> None:
    """What the other build takes and gives, if there is one."""
    result.against = Spread.of([ratio for photo in photos if (ratio := photo.ratio(OURS, BEFORE)) is not None])
    pairs = [pair for photo in photos for pair in zip(photo.sizes.get(OURS, []), photo.sizes.get(BEFORE, []))]
    result.against_bytes = Spread.of([ours / before for ours, before in pairs])
    if most is None:
        return
    if result.against is None or BEFORE in result.errors:
        result.failed.append("the other build did not do it all")
    elif result.against.median > most:
        result.failed.append("CPU against the other build")


def files(result: Result, photos: list[Photo]) -> None:
    """What the outputs are like, compared with sharp's."""
    sized = [photo for photo in photos if photo.sizes.get(OURS) and photo.sizes.get(SHARP)]
    pairs = [pair for photo in sized for pair in zip(photo.sizes[OURS], photo.sizes[SHARP])]
    result.bytes = Spread.of([ours / sharp for ours, sharp in pairs])
    seen = [photo for photo in photos if photo.ssim.get(OURS) and photo.ssim.get(SHARP)]
    if seen:
        for name in (OURS, SHARP):
            scores = [score for photo in seen for score in photo.ssim[name]]
            result.ssim[name] = (median(scores), min(scores))
        both = [pair for photo in seen for pair in zip(photo.ssim[OURS], photo.ssim[SHARP])]
        result.ssim_worst = min(ours - sharp for ours, sharp in both)


def check(result: Result, case: Case) -> None:
    """Every rule on its own, so that the report says which does not hold."""
    if SHARP in result.errors:
        result.failed.append("sharp did not do it all: nothing to compare with")
    if OURS in result.errors:
        result.failed.append(f"{len(result.errors[OURS])} of {result.inputs} were not done")
    ours = result.cpu.get(OURS)
    if ours is None:
        return
    if ours.median > case.limit:
        result.failed.append("CPU")
    if result.bytes and result.bytes.median > case.bytes_limit:
        result.failed.append("bytes")
    # What differs in the fifth place is not a difference.
    if result.ssim and result.ssim[OURS][0] < result.ssim[SHARP][0] - 0.00005:
        result.failed.append("SSIM")
    if result.ssim_worst is not None and result.ssim_worst < -case.ssim_loss:
        result.failed.append("SSIM of one image")
