"""The inputs of the cases, derived from the photographs once and kept in target/bench/inputs."""

import os
from collections.abc import Callable
from pathlib import Path

import pyvips

import animations
from photos import PHOTOS, PNGS, short

VERSION = 1
"""Raise it when the making of files changes: old ones are then not used."""


class Inputs:
    """Makes each input when it is first asked for."""

    def __init__(self, share: Path, cache: Path, count: int, avif: Callable[[Path, Path], None]) -> None:
        self.share, self.cache, self.avif = share, cache / f"inputs-{VERSION}", avif
        self.photos = [share / name for name in PHOTOS[:count]]
        self.cache.mkdir(parents=True, exist_ok=True)

    def of(self, kind: str) -> list[Path]:
        """The files of one kind: the name of a method below."""
        return getattr(self, kind)()

    def baseline(self) -> list[Path]:
        """As cameras write them: baseline, quality 92, 4:2:0; those that are baseline stay as they are."""
        return [self._jpeg(path, False) for path in self.photos]

    def progressive(self) -> list[Path]:
        """Progressive JPEG; those that are progressive stay as they are."""
        return [self._jpeg(path, True) for path in self.photos]

    def png(self) -> list[Path]:
        """PNG of photographs, of a cut-out one with soft edges, and files that were always PNG."""
        count = max(2, len(self.photos) // 3)
        made = [self._made(path, "png", png) for path in self.photos[:count]]
        cut = [self._made(path, "cut.png", cut_out) for path in self.photos[1:2]]
        return made + cut + self.opaque_png()[count:]

    def opaque_png(self) -> list[Path]:
        """PNG without alpha, for formats that have none."""
        count = max(2, len(self.photos) // 3)
        made = [self._made(path, "png", png) for path in self.photos[:count]]
        return made + [self.share / name for name in PNGS[: max(1, len(self.photos) // 5)]]

    def mixed(self) -> list[Path]:
        """JPEG and PNG."""
        count = max(2, len(self.photos) // 2)
        return self.baseline()[:count] + self.opaque_png()[:: max(1, len(self.opaque_png()) // 3)]

    def avifs(self) -> list[Path]:
        """AVIF, 4:2:0, made by sharp of photographs of half their size: 1.5 to 5 megapixels."""
        count = max(2, len(self.photos) // 2)
        return [self._made(path, "avif", self._avif) for path in self.baseline()[:count]]

    def gifs(self) -> list[Path]:
        """Animated GIF, 480 pixels wide."""
        return animations.make(self.photos, self.cache, max(2, min(6, len(self.photos) // 2)))

    def large(self) -> list[Path]:
        """One JPEG of 24 megapixels: four photographs side by side, with the detail of all."""
        # The same four, however many the other cases take.
        photos = [self.share / name for name in PHOTOS[:4]]
        return [self._made(self.photos[0], "24mp.jpg", lambda _path, to: four(photos, to))]

    def small(self) -> list[Path]:
        """One JPEG of 640 pixels, for warming up."""
        return [self._made(self.photos[0], "small.jpg", lambda path, to: opened(path).thumbnail_image(640).jpegsave(str(to)))]

    def _jpeg(self, path: Path, progressive: bool) -> Path:
        image = pyvips.Image.new_from_file(str(path))
        if bool(image.get("jpeg-multiscan")) == progressive:
            return path
        suffix = "progressive.jpg" if progressive else "baseline.jpg"
        return self._made(path, suffix, lambda source, to: jpeg(source, to, progressive))

    def _avif(self, path: Path, to: Path) -> None:
        half = self._made(path, "half.png", half_png)
        self.avif(half, to)

    def _made(self, path: Path, suffix: str, make: Callable[[Path, Path], None]) -> Path:
        base = short(str(path.relative_to(self.share))) if path.is_relative_to(self.share) else path.name.split(".")[0]
        to = self.cache / f"{base}.{suffix}"
        if not to.is_file():
            # A run that is cut off leaves no half file under the name. The suffix tells libvips the format.
            part = self.cache / f"part-{os.getpid()}.{suffix}"
            make(path, part)
            part.rename(to)
        return to


def opened(path: Path) -> pyvips.Image:
    """A photograph, turned upright; its profile and other metadata are not written."""
    return pyvips.Image.new_from_file(str(path)).autorot()


def jpeg(path: Path, to: Path, progressive: bool) -> None:
    """Standard Huffman tables unless progressive, as cameras have them."""
    opened(path).jpegsave(str(to), Q=92, interlace=progressive, subsample_mode="on", keep="none")


def png(path: Path, to: Path) -> None:
    """RGB, no palette, not interlaced, rows filtered."""
    opened(path).pngsave(str(to), filter="all", keep="none")


def cut_out(path: Path, to: Path) -> None:
    """An ellipse of the photograph with a soft edge on nothing."""
    image = opened(path)
    x_y = pyvips.Image.xyz(image.width, image.height)
    x = (x_y[0] / image.width - 0.5) * 2
    y = (x_y[1] / image.height - 0.5) * 2
    alpha = ((1 - (x * x + y * y) ** 0.5) * 2000).cast("uchar")
    image.bandjoin(alpha).copy(interpretation="srgb").pngsave(str(to), filter="all", keep="none")


def half_png(path: Path, to: Path) -> None:
    """Half the size, so that AVIF has detail to keep and is made in bearable time."""
    opened(path).resize(0.5).pngsave(str(to), compression=1, keep="none")


def four(paths: list[Path], to: Path) -> None:
    """6000 x 4000 pixels of four photographs."""
    tiles = [opened(path).thumbnail_image(3000, height=2000, crop="centre").copy_memory() for path in paths]
    pyvips.Image.arrayjoin(tiles, across=2).jpegsave(str(to), Q=92, subsample_mode="on", keep="none")
