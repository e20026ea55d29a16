"""What is compared, and what must hold."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """Inputs of one kind, and the outputs that are made of each."""

    name: str
    title: str
    inputs: str
    """A method of `inputs.Inputs`."""
    specs: list[str]
    """Ours: one output each."""
    wants: list[dict[str, Any]]
    """The same for the peers."""
    limit: float
    """Most CPU time, sharp = 1."""
    bytes_limit: float = 1.03
    """Most bytes by the median, sharp = 1."""
    ssim_loss: float = 0.003
    """No image may be further below sharp's SSIM than this."""
    extension: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "extension", {"jpeg": "jpg"}.get(self.wants[0]["format"], self.wants[0]["format"]))


def want(width: int, kind: str, quality: int | None = None, **more: Any) -> dict[str, Any]:
    """What a peer is asked for; without a quality sharp takes its default, the others theirs."""
    return {"width": width, "format": kind, "quality": quality, **more}


def case(name: str, title: str, inputs: str, sizes: list[int], kind: str, quality: int | None, limit: float,
         same: bool = False, **more: Any) -> Case:
    """A case for one format. `same`: the input's format stays and our default quality is 80, so a plain size is
    asked for, as most requests do."""
    filters = "" if same else f"/filters:format({kind})" + (f":quality({quality})" if quality else "")
    specs = [f"{size}x{filters}" for size in sizes]
    return Case(name, title, inputs, specs, [want(size, kind, quality, **more.get("ask", {})) for size in sizes], limit,
                **{key: value for key, value in more.items() if key != "ask"})


# AVIF: 50 is the quality of sharp's plain `.avif()`, in effort 4; its scale of quality is ours. Its encoder spends bits on
# smooth pictures that ours spends on busy ones, so single pictures say nothing: bytes and SSIM count as medians.
CASES = [
    case("jpeg-300", "JPEG to 300 px", "baseline", [300], "jpeg", 80, 0.42, same=True),
    case("jpeg-800", "JPEG to 800 px", "baseline", [800], "jpeg", 80, 0.55, same=True),
    case("jpeg-both", "JPEG to 300 and 800 px", "baseline", [300, 800], "jpeg", 80, 0.38, same=True),
    case("progressive-300", "Progressive JPEG to 300 px", "progressive", [300], "jpeg", 80, 0.08, same=True),
    case("png-jpeg", "PNG to JPEG, 300 px", "opaque_png", [300], "jpeg", 80, 0.70),
    case("png-png", "PNG to PNG, 300 px", "png", [300], "png", None, 0.70, same=True),
    case("png-webp", "PNG to WebP, 300 px", "png", [300], "webp", 80, 0.80),
    case("avif-300", "JPEG, PNG to AVIF, 300 px", "mixed", [300], "avif", 50, 0.20, bytes_limit=1.0,
         ssim_loss=1.0),
    case("avif-800", "JPEG, PNG to AVIF, 800 px", "mixed", [800], "avif", 50, 0.20, bytes_limit=1.0,
         ssim_loss=1.0),
    case("from-avif", "AVIF to JPEG, 300 px", "avifs", [300], "jpeg", 80, 0.40),
    case("gif-webp", "Animated GIF to WebP, 300 px", "gifs", [300], "webp", 80, 0.70, ask={"animated": True}),
]

MEMORY = "memory"
"""The name of the case of peak memory: a JPEG of 24 megapixels to 300 px."""

MEMORY_TITLE = "Peak memory, 24 MP JPEG"
MEMORY_LIMIT = 1 / 3
